// A network of the laboratory from its start on: what its state says, how it learns, and what there is to see of it.
import { range_of } from "./activations.js";
import { digits } from "./digits.js";
import { default_rng } from "./generator.js";
import { BATCH, MLP, batches, every } from "./mlp.js";
import { Overflow } from "./overflow.js";
import { signals } from "./signals.js";

const CLASSES = 10;
const SHUFFLE = 0; // the seed of the batches, as in xavier_lib.network.learning_curve: runs differ in their start alone
const SHOWN = 10; // test images whose answers are shown
const POINT = 15; // steps, a third of an epoch: the curves have a point each

export class Session {
  constructor() {
    this.train = digits("train");
    this.test = digits("test");
  }

  // Start as a state says; a network of the same sizes is used again, so that a gain may be dragged.
  begin({ start, gain, activation, depth, width, seed, rate }) {
    const sizes = [this.train.x.length / this.train.y.length, ...Array(depth).fill(width), CLASSES];
    if (this.network?.sizes.join() === sizes.join()) this.network.restart({ start, gain, activation, seed });
    else this.network = new MLP(sizes, { start, gain, activation, seed });
    Object.assign(this, { rate, activation, steps: 0, seen: 0, rows: 0, points: [], outgrown: false });
    this.batches = batches(this.train.y.length, default_rng(SHUFFLE));
  }

  rest_of_epoch() {
    const epoch = Math.ceil(this.train.y.length / BATCH);
    return epoch - (this.steps % epoch);
  }

  // The test images whose answers are reported.
  images() {
    const { x, y } = this.test;
    return { x: x.slice(0, (SHOWN * x.length) / y.length), y: y.slice(0, SHOWN) };
  }

  // Take one step of training; numbers that outgrow float64 end it.
  step() {
    const { x, y } = this.train, chosen = this.batches.next().value;
    const loss = this.within(() => this.network.step(x, y, chosen, this.rate));
    if (this.outgrown) return;
    this.seen += loss * chosen.length;
    this.rows += chosen.length;
    this.steps += 1;
    if (this.steps % POINT === 0) this.mark();
  }

  // Note the mean loss seen since the last point, and the accuracy on the test images.
  mark() {
    const judged = this.within(() => this.network.judge(this.test.x, this.test.y));
    if (judged) this.points.push({ step: this.steps, loss: this.seen / this.rows, accuracy: judged.accuracy });
    this.seen = this.rows = 0;
  }

  // What the views show now; points are those since the last report.
  report() {
    const { network, train, test, steps } = this, points = this.points.splice(0);
    const seen = this.within(() => signals(network, train.x, train.y, range_of(this.activation)));
    const answers = this.within(() => network.probabilities(test.x, every(SHOWN)));
    return { steps, points, seen, answers, outgrown: this.outgrown };
  }

  // The mean loss over all training images and the accuracy on all test images.
  judge() {
    const { network, train, test } = this;
    const [on_train, on_test] = [train, test].map(({ x, y }) => this.within(() => network.judge(x, y)));
    return this.outgrown ? null : { loss: on_train.loss, accuracy: on_test.accuracy };
  }

  // What is computed, or null as soon as numbers outgrow float64.
  within(compute) {
    try {
      return this.outgrown ? null : compute();
    } catch (error) {
      if (!(error instanceof Overflow)) throw error;
      this.outgrown = true;
      return null;
    }
  }
}
