// Four starts of one network, and how it learns from each; the run before is the ghost of the next.
import { EPOCH, curves_view } from "./curves_view.js";
import { Runner } from "./runner.js";
import { parse } from "./state.js";
import { number, percent } from "./words.js";

const END = 30 * EPOCH;
const CAPTION = `Above the <span class="key loss">training loss</span>, which is 2.3 for who guesses; below the
  <span class="key accuracy">test accuracy</span>. Dashed and gray: the run before.`;

export class Small {
  constructor(root) {
    this.form = root.querySelector("form");
    this.button = root.querySelector("button");
    this.status = root.querySelector(".status");
    this.line = root.querySelector(".words");
    this.place = root.querySelector(".place");
    root.querySelector("figcaption").innerHTML = CAPTION;
    this.place.style.minHeight = `${this.place.offsetHeight}px`;
    this.runner = new Runner((report) => this.answered(report));
    new ResizeObserver(() => this.draw()).observe(root);
    this.begin();
  }

  begin() {
    if (this.points?.length) this.before = { points: this.points };
    this.state = parse(new FormData(this.form).get("state")).state;
    this.points = [];
    this.steps = 0;
    this.running = false;
    this.button.textContent = "Play";
    this.status.textContent = "";
    this.runner.begin(this.state);
  }

  toggle() {
    if (this.steps >= END) this.begin();
    this.running = !this.running;
    this.button.textContent = this.running ? "Pause" : "Play";
    this.runner.tell(this.running ? { play: true, pace: "slow" } : { pause: true });
  }

  answered(report) {
    this.steps = report.steps;
    this.points.push(...report.points);
    this.draw();
    this.line.textContent = said(this.points.at(-1), report.outgrown);
    if (report.outgrown || (this.running && report.steps >= END)) this.pause(report);
    if (report.judged && report.steps) this.status.textContent = this.line.textContent;
  }

  draw() {
    this.place.innerHTML = curves_view(this.place.clientWidth, this.points, this.before, END);
  }

  pause({ running }) {
    this.running = false;
    this.button.textContent = "Play";
    if (running) this.runner.tell({ pause: true });
  }
}

function said(last, outgrown) {
  if (outgrown) return "The numbers outgrew what a computer holds.";
  if (!last) return "Before training it can do no better than to guess: one image in ten.";
  return `Epoch ${Math.ceil(last.step / EPOCH)}: the last mini-batches had a loss of ${number(last.loss)}, and ${percent(last.accuracy)} of the test images are recognized.`;
}
