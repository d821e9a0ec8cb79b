// The worker that computes, as the page sees it: of many states asked for at once only the last is computed.
export class Runner {
  constructor(show, show_images = () => {}) {
    this.worker = new Worker(new URL("../worker.js", import.meta.url), { type: "module" });
    this.number = 0; // of the last message
    this.since = 0; // of the last state: answers to what came before are of another run
    this.asked = false;
    this.waiting = null;
    this.worker.onmessage = ({ data }) => (data.images ? show_images(data.images) : this.answered(data, show));
  }

  // Ask for a new start; while one is computed, the latest waits.
  begin(state) {
    if (this.asked) this.waiting = state;
    else this.start(state);
  }

  start(state) {
    this.asked = true;
    this.waiting = null;
    this.post({ state });
    this.since = this.number;
  }

  // Tell what to do with the last state that was asked for.
  tell(message) {
    if (this.waiting) this.start(this.waiting);
    this.asked = false;
    this.post(message);
  }

  post(message) {
    this.number += 1;
    this.worker.postMessage({ ...message, number: this.number });
  }

  answered(report, show) {
    if (report.number < this.since) return;
    this.asked = false;
    if (this.waiting) this.start(this.waiting);
    show(report);
  }
}
