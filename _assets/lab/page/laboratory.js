// The laboratory: controls, a network in a worker, and views of it that move together.
import { range_of } from "../activations.js";
import { challenge } from "./challenge.js";
import { Controls } from "./controls.js";
import { curves_view } from "./curves_view.js";
import { digits_view } from "./digits_view.js";
import { layers_view } from "./layers_view.js";
import { PAGE } from "./layout.js";
import { Runner } from "./runner.js";
import { format, parse, says_a_state } from "./state.js";
import { fill_curves, fill_signals, fill_values } from "./tables.js";
import { words } from "./words.js";

const WAIT = 250; // milliseconds after a change until the address follows: browsers refuse more than some a second
const MANY = 600; // points of a curve; of more every second is dropped

export class Laboratory {
  constructor(root) {
    this.root = root;
    root.innerHTML = PAGE;
    this.find = (selector) => root.querySelector(selector);
    this.controls = new Controls(this.find("form"), (key, value) => this.change(key, value));
    this.runner = new Runner(
      (report) => this.answered(report),
      (images) => (this.tell_digits = digits_view(this.find(".digits ul"), images)),
    );
    this.solved = challenge(document);
    this.pinned = null;
    this.buttons();
    addEventListener("hashchange", () => this.follow_link());
    document.addEventListener("click", ({ target }) => {
      if (target.closest?.("a")?.hash === location.hash) this.follow_link(); // the same once more is no change
    });
    new ResizeObserver(() => this.draw()).observe(this.find(".layers"));
    this.find("details").addEventListener("toggle", () => this.draw());
    this.follow_address();
  }

  buttons() {
    const on = (name, action) => this.find(`[name=${name}]`).addEventListener("click", action);
    on("play", () => (this.running ? this.pause() : this.play()));
    on("step", () => this.advance({ step: 1 }));
    on("epoch", () => this.advance({ epoch: true }));
    on("reset", () => this.set(this.state));
    on("pin", () => this.pin());
    on("copy", () => this.copy());
    on("full", () => this.running && this.play());
  }

  follow_link() {
    if (!location.hash.includes("=")) return; // to a place on the page
    this.follow_address();
    this.root.scrollIntoView();
  }

  follow_address() {
    const { state, faults } = parse(says_a_state(location.hash) ? location.hash : ""),
      line = this.find(".faults");
    line.textContent = faults.join(" ");
    line.hidden = faults.length === 0;
    this.set(state);
    if (faults.length) this.say(line.textContent);
  }

  change(key, value) {
    this.find(".faults").hidden = true;
    if (!says_a_state(location.hash)) this.tell_address();
    this.set({ ...this.state, [key]: value });
  }

  // Start anew from a state; a change of the rate is one too, so that the address says all of a run.
  set(state) {
    this.state = state;
    this.points = [];
    this.run(false);
    this.say("");
    this.controls.show(state);
    this.runner.begin(state);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const said = parse(location.hash);
      if (says_a_state(location.hash) && (said.faults.length || format(said.state) !== format(state)))
        this.tell_address();
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

  advance(message) {
    this.run(false);
    this.speaks = true;
    this.runner.tell(message);
  }

  pin() {
    const { points, state, report } = this;
    this.pinned = { points: [...points], state, ...report.seen };
    this.find(".pinned").hidden = false;
    this.say(`Pinned: ${format(state).replaceAll("&", ", ")}.`);
    this.draw();
  }

  tell_address() {
    history.replaceState(null, "", `#${format(this.state)}`);
  }

  async copy() {
    this.tell_address();
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The link to this state is copied.");
    } catch {
      this.say("Copying is not allowed here: the address bar holds the link.");
    }
  }

  // An answer may be late, to what was asked before: it counts for the pictures, and not for what runs or is said.
  answered(report) {
    const last = report.number === this.runner.number;
    this.report = { ...report, seen: report.seen ?? this.report?.seen };
    this.points.push(...report.points);
    if (this.points.length > MANY) this.points = this.points.filter((_, place) => place % 2);
    const found = this.solved(this.state, this.points);
    this.draw();
    if (last && !report.running) this.rested(report);
    if (found) this.say(found);
  }

  rested({ judged, outgrown }) {
    if (outgrown && this.running) this.speaks = true;
    if (this.running) this.run(false);
    if (!this.speaks || !(judged || outgrown)) return;
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
    if (this.find("details").open && !this.running) {
      if (report.seen) fill_values(this.find("#values"), report.seen, range_of(state.activation));
      fill_curves(this.find("#curves"), points);
    }
  }

  picture(name, view) {
    const box = this.find(`${name} .place`);
    box.innerHTML = view(Math.max(240, box.clientWidth));
  }
}
