// A layer on its way forward, from rows x to activations a, and on its way back: xavier_lib.nn.backpropagation.Layer.
//   z = x W + b, a = f(z);   by z = by a * f'(z), by W = x' by z, by b = sum of by z over the rows, by x = by z W'
// All arrays stand row by row in memory taken beforehand; "by" is the derivative of the loss by what follows.
import { ACTIVATIONS } from "./activations.js";
import { refuse_overflow } from "./overflow.js";

export class Layer {
  constructor(fan_in, fan_out, rows, memory, transposed) {
    this.fan_in = fan_in;
    this.fan_out = fan_out;
    this.memory = memory;
    this.weights = memory.room(fan_in * fan_out);
    this.by_weights = memory.room(fan_in * fan_out);
    this.transposed = transposed; // room for the weights, shared by all layers
    this.draws = new Float64Array(fan_in * fan_out);
    this.bias = new Float64Array(fan_out);
    this.by_bias = new Float64Array(fan_out);
    this.z = memory.room(rows * fan_out);
    this.a = memory.room(rows * fan_out);
    this.by_z = memory.room(rows * fan_out);
    this.slope = new Float64Array(rows * fan_out); // f'(z)
    this.activation = null; // the last layer has none
  }

  // How many numbers a layer takes of the memory that the product works in.
  static count(fan_in, fan_out, rows) {
    return 2 * fan_in * fan_out + 3 * rows * fan_out;
  }

  // Return a, or the logits z.
  forward(x, rows) {
    const { fan_in, fan_out, weights, z, a } = this;
    this.x = x;
    this.memory.multiply(x, fan_in, 1, weights, z, rows, fan_in, fan_out);
    this.add_bias(rows);
    if (!this.activation) return z;
    ACTIVATIONS[this.activation].f(z, a, rows * fan_out);
    return a;
  }

  add_bias(rows) {
    const { fan_out, bias, z } = this;
    let zero = 0; // times an infinity it is no number
    for (let row = 0, place = 0; row < rows; row++) {
      for (let unit = 0; unit < fan_out; unit++, place++) zero += 0 * (z[place] += bias[unit]);
    }
    if (zero !== 0) refuse_overflow("forward pass");
  }

  // From the derivatives by a, which stand in by_z, those by z; by x where it is wanted, by W and b where it is to learn.
  backward(rows, by_x, to_learn = true) {
    const { fan_in, fan_out, by_z, by_weights, transposed } = this;
    if (this.activation) this.times_slope(rows * fan_out);
    if (to_learn) {
      this.memory.multiply(this.x, 1, fan_in, by_z, by_weights, fan_in, rows, fan_out);
      this.sum_rows(rows);
    }
    if (by_x) {
      this.transpose();
      this.memory.multiply(by_z, fan_out, 1, transposed, by_x, rows, fan_out, fan_in);
    }
  }

  times_slope(count) {
    const { z, a, slope, by_z } = this;
    ACTIVATIONS[this.activation].df(z, a, slope, count);
    for (let place = 0; place < count; place++) by_z[place] *= slope[place];
  }

  sum_rows(rows) {
    const { fan_out, by_z, by_bias } = this;
    by_bias.fill(0);
    for (let row = 0, place = 0; row < rows; row++) {
      for (let unit = 0; unit < fan_out; unit++, place++) by_bias[unit] += by_z[place];
    }
  }

  transpose() {
    const { fan_in, fan_out, weights, transposed } = this;
    for (let input = 0, place = 0; input < fan_in; input++) {
      for (let unit = 0, to = input; unit < fan_out; unit++, place++, to += fan_in) transposed[to] = weights[place];
    }
  }

  // Take the derivatives, which carry the learning rate, away.
  descend() {
    const { weights, by_weights, bias, by_bias } = this;
    for (let place = 0; place < weights.length; place++) weights[place] -= by_weights[place];
    for (let unit = 0; unit < bias.length; unit++) bias[unit] -= by_bias[unit];
  }
}
