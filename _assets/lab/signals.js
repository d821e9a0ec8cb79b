// How large the signal is, layer by layer, on its way forward and on its way back: xavier_lib.nn.signals.
import { ACTIVATIONS } from "./activations.js";
import { every } from "./mlp.js";

const INPUTS = 100;
const FLAT = 0.05; // of the steepest slope: below it a unit counts as saturated, as in xavier_lib.sigmoid
const BINS = 24;

// Root mean square of so many numbers. They are divided by the largest first: squares of very small ones do not fit.
export function rms(values, count) {
  let largest = 0, sum = 0;
  for (let place = 0; place < count; place++) largest = Math.max(largest, Math.abs(values[place]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  for (let place = 0; place < count; place++) sum += (values[place] / largest) ** 2;
  return largest * Math.sqrt(sum / count);
}

// Share of pre-activations at which the activation is flat.
export function share_saturated(z, count, activation) {
  const { df } = ACTIVATIONS[activation];
  let flat = 0, steepest = 0;
  for (let tenth = -80; tenth <= 80; tenth++) steepest = Math.max(steepest, df(tenth / 10));
  for (let place = 0; place < count; place++) flat += df(z[place]) < FLAT * steepest ? 1 : 0;
  return flat / count;
}

// Share of units whose slope is zero for every input: nothing that is learned can wake them.
export function share_dead(z, rows, units, activation) {
  const { df } = ACTIVATIONS[activation];
  let dead = 0;
  for (let unit = 0; unit < units; unit++) {
    let row = 0;
    while (row < rows && df(z[row * units + unit]) === 0) row++;
    dead += row === rows ? 1 : 0;
  }
  return dead / units;
}

// Shares of values in equal bins from low to high; what lies beyond counts in the first and the last.
export function histogram(values, count, low, high) {
  const shares = new Float64Array(BINS), scale = BINS / (high - low);
  for (let place = 0; place < count; place++) {
    shares[Math.max(0, Math.min(BINS - 1, Math.floor(values[place] * scale) - low * scale))] += 1 / count;
  }
  return shares;
}

// All that the views show of a network, over the first hundred images: the input first, then layer by layer. The
// output layer has logits and no activations, the input no gradient.
export function signals(network, x, y, [low, high]) {
  const rows = Math.min(INPUTS, y.length), chosen = every(rows), { layers, last } = network;
  const loss = network.gradients(x, y, chosen);
  const hidden = layers.filter((layer) => layer !== last);
  const sized = (array, layer) => rms(array, rows * layer.fan_out);
  return {
    loss,
    signal: [rms(network.rows, rows * network.sizes[0]), ...hidden.map((layer) => sized(layer.a, layer))],
    gradient: layers.map((layer) => sized(layer.by_z, layer)),
    saturated: hidden.map(({ z, fan_out, activation }) => share_saturated(z, rows * fan_out, activation)),
    dead: hidden.map(({ z, fan_out, activation }) => share_dead(z, rows, fan_out, activation)),
    histograms: hidden.map(({ a, fan_out }) => histogram(a, rows * fan_out, low, high)),
  };
}
