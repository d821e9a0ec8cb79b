// The laboratory: controls, a network in a worker, and views of it that move together.
import { range_of } from "../activations.js";
import { challenge } from "./challenge.js";
import { CONTROLS, Controls } from "./controls.js";
import { curves_view } from "./curves_view.js";
import { digits_view } from "./digits_view.js";
import { layers_view } from "./layers_view.js";
import { Runner } from "./runner.js";
import { format, parse } from "./state.js";
import { fill_curves, fill_signals, fill_values } from "./tables.js";
import { words } from "./words.js";

const WAIT = 250; // milliseconds after a change until the address follows: browsers refuse more than some a second
const MANY = 600; // points of a curve; of more every second is dropped

const table = (id, caption, heads) => `<table id="${id}"><caption>${caption}</caption>
  <thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead><tbody></tbody></table>`;
const boxed = (label, inner) => `<div class="scrolls" role="group" aria-label="${label}" tabindex="0">${inner}</div>`;

const PAGE = `
  <p class="faults" hidden></p>
  <div class="transport" role="group" aria-label="Training">
    <button type="button" name="play">Play</button>
    <button type="button" name="step">Step</button>
    <button type="button" name="epoch">Epoch</button>
    <button type="button" name="reset">Reset</button>
    <button type="button" name="pin">Pin this run</button>
    <button type="button" name="copy">Copy link</button>
    <label><input type="checkbox" name="full"> as fast as it goes</label>
  </div>
  <form class="controls" aria-label="The network" autocomplete="off">${CONTROLS}</form>
  <p class="words"></p>
  <p class="status" role="status"></p>
  <figure class="layers"><figcaption>By layer, over 100 training images: the <span class="key signal">size (rms) of the activations</span> and of <span class="key gradient">the gradient</span> on a logarithmic axis; the values of the activations; the shares <span class="key saturated">saturated</span> and <span class="key dead">dead</span>.</figcaption><div class="place"></div></figure>
  <figure class="curves"><figcaption>By step: the <span class="key loss">training loss</span> (2.3 is that of guessing) and the <span class="key accuracy">test accuracy</span><span class="pinned" hidden>; dashed and gray, the pinned run</span>.</figcaption><div class="place"></div></figure>
  <figure class="digits"><figcaption>Ten test images, and what the network says of each.</figcaption><ul></ul></figure>
  <details class="numbers"><summary>The numbers behind the pictures</summary>
    ${boxed("Sizes by layer", table("signals", "Size of signal and gradient, and shares, by layer", ["layer", "signal, rms", "gradient, rms", "saturated", "dead"]))}
    ${boxed("Values by layer", table("values", "Shares of the activations around each value, by layer", ["layer"]))}
    ${boxed("Curves", table("curves", "Training loss and test accuracy, by step", ["step", "loss, nats", "accuracy"]))}
  </details>`;

export class Laboratory {
  constructor(root) {
    this.root = root;
    root.innerHTML = PAGE;
    this.find = (selector) => root.querySelector(selector);
    this.controls = new Controls(this.find("form"), (key, value) => this.set({ ...this.state, [key]: value }));
    this.runner = new Runner((report) => this.answered(report));
    this.solved = challenge(document);
    this.pinned = null;
    this.buttons();
    addEventListener("hashchange", () => {
      this.follow_address();
      this.root.scrollIntoView();
    });
    new ResizeObserver(() => this.draw()).observe(this.find(".layers"));
    this.find("details").addEventListener("toggle", () => this.draw());
    this.follow_address();
  }

  buttons() {
    const on = (name, action) => this.find(`[name=${name}]`).addEventListener("click", action);
    on("play", () => (this.running ? this.pause() : this.play()));
    on("step", () => this.advance(1));
    on("epoch", () => this.advance(45 - (this.report.steps % 45)));
    on("reset", () => this.set(this.state));
    on("pin", () => this.pin());
    on("copy", () => this.copy());
    on("full", () => this.running && this.play());
  }

  follow_address() {
    const { state, faults } = parse(location.hash),
      line = this.find(".faults");
    line.textContent = faults.join(" ");
    line.hidden = faults.length === 0;
    this.set(state);
    if (faults.length) this.say(line.textContent);
  }

  // Start anew from a state; a change of the rate is one too, so that the address says all of a run.
  set(state) {
    this.state = state;
    this.points = [];
    this.run(false);
    this.controls.show(state);
    this.runner.begin(state);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (parse(location.hash).faults.length || format(parse(location.hash).state) !== format(state))
        history.replaceState(null, "", `#${format(state)}`);
    }, WAIT);
  }

  run(running) {
    this.running = running;
    this.find("[name=play]").textContent = running ? "Pause" : "Play";
  }

  play() {
    this.run(true);
    this.runner.tell({ play: true, pace: this.find("[name=full]").checked ? "full" : "slow" });
  }

  pause() {
    this.run(false);
    this.speaks = true;
    this.runner.tell({ pause: true });
  }

  advance(step) {
    this.run(false);
    this.speaks = true;
    this.runner.tell({ step });
  }

  pin() {
    const { points, state, report } = this;
    this.pinned = { points: [...points], state, ...report.seen };
    this.find(".pinned").hidden = false;
    this.say(`Pinned: ${format(state).replaceAll("&", ", ")}.`);
    this.draw();
  }

  async copy() {
    history.replaceState(null, "", `#${format(this.state)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The link to this state is copied.");
    } catch {
      this.say("Copying is not allowed here: the address bar holds the link.");
    }
  }

  answered(report) {
    this.report = { ...report, seen: report.seen ?? this.report?.seen };
    this.points.push(...report.points);
    if (this.points.length > MANY) this.points = this.points.filter((_, place) => place % 2);
    if (!report.running && this.running) this.run(false);
    if (report.images) this.tell_digits = digits_view(this.find(".digits ul"), report.images);
    this.draw();
    if (report.judged || report.outgrown) this.rested();
  }

  rested() {
    this.solved(this.state, this.report);
    if (!this.speaks) return;
    this.speaks = false;
    this.say(this.find(".words").textContent);
  }

  say(text) {
    this.find(".status").textContent = text;
  }

  draw() {
    const { report, state, points, pinned } = this;
    if (!report) return;
    this.find(".words").textContent = words(state, report, points.at(-1));
    this.find(".curves").dataset.steps = report.steps;
    if (report.seen) {
      this.picture(".layers", (width) => layers_view(width, report, state, pinned));
      fill_signals(this.find("#signals"), report.seen);
    }
    this.picture(".curves", (width) => curves_view(width, points, pinned));
    this.tell_digits?.(report.answers);
    if (this.find("details").open) {
      if (report.seen) fill_values(this.find("#values"), report.seen, range_of(state.activation));
      fill_curves(this.find("#curves"), points);
    }
  }

  picture(name, view) {
    const box = this.find(`${name} .place`);
    box.innerHTML = view(Math.max(240, box.clientWidth));
  }
}
