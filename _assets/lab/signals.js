// How large the signal is, layer by layer, on its way forward and on its way back: xavier_lib.nn.signals.
import { ACTIVATIONS } from "./activations.js";
import { every } from "./mlp.js";
import { refuse_overflow } from "./overflow.js";

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

// Share of slopes that are flat beside the steepest one.
export function share_saturated(slope, count, steepest) {
  let flat = 0;
  for (let place = 0; place < count; place++) flat += slope[place] < FLAT * steepest ? 1 : 0;
  return flat / count;
}

// Share of units whose slope is zero for every input: nothing that is learned can wake them.
export function share_dead(slope, rows, units) {
  let dead = 0;
  for (let unit = 0; unit < units; unit++) {
    let row = 0;
    while (row < rows && slope[row * units + unit] === 0) row++;
    dead += row === rows ? 1 : 0;
  }
  return dead / units;
}

// Shares of values in equal bins from low to high; what lies beyond counts in the first and the last.
export function histogram(values, count, low, high) {
  const shares = new Float64Array(BINS), scale = BINS / (high - low);
  for (let place = 0; place < count; place++) {
    shares[Math.max(0, Math.min(BINS - 1, Math.floor(values[place] * scale) - low * scale))] += 1;
  }
  return shares.map((number) => number / count);
}

// All that the views show of a network, over the first hundred images: the input first, then layer by layer. The
// output layer has logits and no activations, the input no gradient.
export function signals(network, x, y, [low, high]) {
  const rows = Math.min(INPUTS, y.length), chosen = every(rows), { layers, last } = network;
  const loss = network.gradients(x, y, chosen, false);
  const hidden = layers.filter((layer) => layer !== last);
  const sized = (array, layer) => rms(array, rows * layer.fan_out);
  const gradient = layers.map((layer) => sized(layer.by_z, layer));
  if (!gradient.every(Number.isFinite)) refuse_overflow("backward pass");
  const steepest = ({ activation }) => ACTIVATIONS[activation].steepest;
  return {
    loss,
    signal: [rms(network.rows, rows * network.sizes[0]), ...hidden.map((layer) => sized(layer.a, layer))],
    gradient,
    saturated: hidden.map((layer) => share_saturated(layer.slope, rows * layer.fan_out, steepest(layer))),
    dead: hidden.map(({ slope, fan_out }) => share_dead(slope, rows, fan_out)),
    histograms: hidden.map(({ a, fan_out }) => histogram(a, rows * fan_out, low, high)),
  };
}
