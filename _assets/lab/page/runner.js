// The worker that computes, as the page sees it: it is asked one thing at a time, and of many states only for the last.
export class Runner {
  constructor(show) {
    this.worker = new Worker(new URL("../worker.js", import.meta.url), { type: "module" });
    this.number = 0;
    this.asked = false;
    this.waiting = null;
    this.worker.onmessage = ({ data }) => this.answered(data, show);
  }

  // Ask for a new start; while one is computed, the latest waits.
  begin(state) {
    if (this.asked) this.waiting = state;
    else this.tell({ state });
    this.asked = true;
  }

  tell(message) {
    this.number += 1;
    this.worker.postMessage({ ...message, number: this.number });
  }

  answered(report, show) {
    if (report.number !== this.number) return; // an answer to what is no longer asked
    const { waiting } = this;
    this.asked = waiting !== null;
    this.waiting = null;
    if (waiting) this.tell({ state: waiting });
    show(report);
  }
}
