// What is the case, in words: a sentence on the signal, one on the gradient, one on the units, one on what was learned.
import { power_of_ten } from "./svg.js";

const NOTHING = 1e-3; // of the first layer's size: less than that is called next to nothing
const UNEVEN = 0.5; // in powers of ten

// So many digits, with a power of ten where zeros would have to be counted.
export function number(value, digits = 2) {
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size >= 10 ** digits && size < 1e5) return String(Math.round(value)).replace("-", "−");
  if (size === 0 || (size >= 1e-3 && size < 1e5)) return Number(value).toPrecision(digits).replace("-", "−");
  const [mantissa, exponent] = Number(value)
    .toExponential(digits - 1)
    .split("e");
  return `${mantissa.replace("-", "−")} · ${power_of_ten(Number(exponent))}`;
}

export const percent = (share) => `${Math.round(100 * share)} %`;

// As long as it runs, the last point of the curves stands for what all images say.
export function words(state, { steps, seen, judged, outgrown }, point) {
  if (outgrown) return `${steps ? `At step ${steps + 1} the` : "The"} numbers outgrew what a computer holds (float64).`;
  const told = [
    forward(state, seen),
    backward(state, seen, steps),
    units(state, seen),
    learned(steps, judged) || learning(point),
  ];
  return told.filter(Boolean).join(" ");
}

// The mean factor from one layer to the next: a geometric mean, since factors multiply. Near one it has a digit more.
const times = (kept) => number(kept, Math.abs(kept - 1) < 0.1 ? 3 : 2);
const holds = (sizes) => Math.max(...sizes) <= 2 * Math.min(...sizes);
const returns = (sizes) => Math.abs(Math.log2(sizes.at(-1) / sizes[0])) <= 1; // to its size, having left it
const range = (sizes) => `between ${number(Math.min(...sizes))} and ${number(Math.max(...sizes))}`;

// Whether one factor does not tell of all layers: some size is far from what it would make.
const uneven = (sizes) =>
  sizes.some((size, layer) => Math.abs(Math.log10(size / (sizes[0] * factor(sizes) ** layer))) > UNEVEN);
const factor = (sizes) => (sizes.at(-1) / sizes[0]) ** (1 / (sizes.length - 1));

function forward({ activation, depth }, { signal }) {
  if (activation === "sigmoid")
    return "The sigmoid keeps every activation between 0 and 1, so their size says little: look at the gradient.";
  const hidden = signal.slice(1),
    kept = factor(hidden);
  if (hidden.includes(0)) return `At layer ${hidden.indexOf(0) + 1} the signal is zero.`;
  if (depth === 1)
    return `The signal enters with the size ${number(signal[0])} and leaves the hidden layer with ${number(hidden[0])}.`;
  if (holds(hidden))
    return `The signal holds: layer ${depth} has ${number(hidden.at(-1) / hidden[0])} of what layer 1 has.`;
  if (returns(hidden)) return `The signal wanders: from layer to layer its size is ${range(hidden)}.`;
  if (kept > 1)
    return `The signal grows${uneven(hidden) ? "" : `: each layer multiplies it by ${times(kept)}, in the mean`}.`;
  const gone = hidden.findIndex((size) => size < NOTHING * hidden[0]);
  const so = gone > 0 ? `: at layer ${gone + 1} less than a thousandth of it is left` : "";
  if (uneven(hidden)) return `The signal fades${so}.`;
  return `Each layer keeps ${times(kept)} of the signal, in the mean${so}.`;
}

function backward({ depth, start }, { gradient }, steps) {
  if (start === "constant" && !steps)
    return "No gradient comes back to the hidden layers, but for rounding: what the ten outputs send back cancels.";
  if (depth === 1) return "";
  if (gradient.includes(0)) return "To some layers no gradient comes back at all.";
  const back = gradient.slice(0, -1).reverse(); // from the last hidden layer to the first
  const so = `layer 1 gets ${number(back.at(-1) / back[0])} of what layer ${depth} gets`;
  if (holds(back)) return `On its way back the gradient holds: ${so}.`;
  if (returns(back)) return `On its way back the gradient wanders: its size is ${range(back)}.`;
  if (uneven(back)) return `On its way back the gradient changes from layer to layer, and not evenly: ${so}.`;
  return `On its way back the gradient is multiplied by ${times(factor(back))} at each layer, in the mean, so that ${so}.`;
}

function units({ start, activation }, { saturated, dead }) {
  const [flat, asleep] = [saturated, dead].map((shares) => shares.indexOf(Math.max(...shares)));
  if (start === "constant") return "All units of a layer start alike, and get the same gradient.";
  if (dead[asleep] > 0.05)
    return `In layer ${asleep + 1}, ${percent(dead[asleep])} of the units are dead for all of these images.`;
  if (saturated[flat] > 0.05 && !activation.endsWith("relu"))
    return `In layer ${flat + 1}, ${percent(saturated[flat])} of the activations are saturated.`;
  return "";
}

function learning(point) {
  if (!point) return "";
  const { step, loss, accuracy } = point;
  return `At step ${step} the last mini-batches had a loss of ${number(loss, 3)}, and ${percent(accuracy)} of the test images are recognized.`;
}

function learned(steps, found) {
  if (!steps || !found) return "";
  const { loss, accuracy } = found;
  return `After ${steps} ${steps === 1 ? "step" : "steps"} the training loss is ${number(loss, 3)}, and ${percent(accuracy)} of the test images are recognized.`;
}
