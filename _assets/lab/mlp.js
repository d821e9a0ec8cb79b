// xavier_lib.MLP: a multilayer perceptron with exact backpropagation, trained by plain stochastic gradient descent.
import { cross_entropy, log_softmax } from "./cross_entropy.js";
import { default_rng } from "./generator.js";
import { Layer } from "./layer.js";
import { refuse_overflow } from "./overflow.js";
import { plain } from "./products.js";
import { draw, spread } from "./starts.js";
import { vectors } from "./vectors.js";

export const BATCH = 32;
const CAPACITY = 100; // rows that pass at once; more of them pass in turns

export class MLP {
  constructor(sizes, { start = "glorot_uniform", gain = 1, activation = "tanh", seed = 0, wasm = true } = {}) {
    this.sizes = sizes;
    const shapes = sizes.slice(1).map((fan_out, layer) => [sizes[layer], fan_out]);
    const largest = Math.max(...shapes.map(([fan_in, fan_out]) => fan_in * fan_out));
    const count = shapes.reduce((sum, shape) => sum + Layer.count(...shape, CAPACITY), CAPACITY * sizes[0] + largest);
    const memory = (wasm && vectors(count)) || plain();
    this.rows = memory.room(CAPACITY * sizes[0]); // the rows that pass
    const transposed = memory.room(largest);
    this.layers = shapes.map((shape) => new Layer(...shape, CAPACITY, memory, transposed));
    this.labels = new Uint8Array(CAPACITY);
    this.last = this.layers.at(-1);
    this.restart({ start, gain, activation, seed });
  }

  // Start anew, all else the same. The draws depend on the seed and the start alone, and are kept if these are.
  restart({ start, gain = 1, activation, seed }) {
    if (this.start !== start || this.seed !== seed) {
      const generator = default_rng(seed);
      for (const layer of this.layers) draw(start, layer, generator, layer.draws);
      Object.assign(this, { start, seed });
    }
    for (const layer of this.layers) {
      spread(start, layer, gain, layer.draws, layer.weights);
      layer.bias.fill(0);
      layer.activation = layer === this.last ? null : activation;
    }
  }

  // Run rows of x, at most a hundred, through all layers, which keep what passed; return the logits.
  forward(x, chosen) {
    const width = this.sizes[0], { rows } = this;
    for (let row = 0; row < chosen.length; row++) {
      const from = chosen[row] * width, to = row * width;
      for (let place = 0; place < width; place++) rows[to + place] = x[from + place];
    }
    let passed = rows;
    for (const layer of this.layers) passed = layer.forward(passed, chosen.length);
    return passed;
  }

  // Carry the derivatives by the logits back through all layers, which keep them; return the loss.
  backward(y, chosen, factor = 1, to_learn = true) {
    const count = chosen.length, { layers, labels, last } = this;
    for (let row = 0; row < count; row++) labels[row] = y[chosen[row]];
    const loss = cross_entropy(last.z, labels, count, last.fan_out, last.by_z, factor);
    for (let layer = layers.length - 1; layer >= 0; layer--) {
      layers[layer].backward(count, layers[layer - 1]?.by_z, to_learn);
    }
    return loss;
  }

  // The loss; the layers keep all derivatives, or those by z alone.
  gradients(x, y, chosen, to_learn = true) {
    this.forward(x, chosen);
    return this.backward(y, chosen, 1, to_learn);
  }

  // Take one step of gradient descent on some rows and return the loss before it.
  step(x, y, chosen, learning_rate) {
    this.forward(x, chosen);
    const loss = this.backward(y, chosen, learning_rate);
    for (const layer of this.layers) layer.descend();
    return loss;
  }

  // Mean cross-entropy and share of rows whose largest logit is that of the label.
  judge(x, y) {
    const classes = this.last.fan_out, logs = new Float64Array(CAPACITY * classes);
    let loss = 0, right = 0;
    for (const chosen of parts(every(y.length), CAPACITY)) {
      const logits = this.forward(x, chosen);
      log_softmax(logits, chosen.length, classes, logs);
      chosen.forEach((row, place) => {
        const first = place * classes, found = logits.subarray(first, first + classes);
        loss -= logs[first + y[row]];
        right += found.indexOf(Math.max(...found)) === y[row] ? 1 : 0;
      });
    }
    if (!Number.isFinite(loss)) refuse_overflow("forward pass");
    return { loss: loss / y.length, accuracy: right / y.length };
  }

  // Softmax of the logits, a row of classes for each row.
  probabilities(x, chosen) {
    const classes = this.last.fan_out, logs = new Float64Array(chosen.length * classes);
    log_softmax(this.forward(x, chosen), chosen.length, classes, logs);
    return logs.map(Math.exp);
  }
}

export const every = (count) => Int32Array.from({ length: count }, (_, place) => place);

export function* parts(order, size) {
  for (let first = 0; first < order.length; first += size) yield order.subarray(first, first + size);
}

// Shuffled mini-batches, epoch after epoch, as MLP.train_epoch takes them from one generator.
export function* batches(count, generator, size = BATCH) {
  for (;;) yield* parts(generator.permutation(count), size);
}
