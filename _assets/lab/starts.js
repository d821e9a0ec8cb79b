// The starts of xavier_lib, each a row: a distribution, and a spread as a function of the fans and the gain, which
// multiplies the weights. At gain 1 they are the library's own; the naive ones have its limit and deviation, 0.1.
import { orthogonalize } from "./orthogonal.js";

const NAIVE = 0.1;

const fan_in = (fans) => fans.fan_in;
const fan_avg = (fans) => (fans.fan_in + fans.fan_out) / 2;
const fan_max = (fans) => Math.max(fans.fan_in, fans.fan_out);

// Standard deviation of weights whose variance is a scale divided by a fan: the family's one formula.
const variance_scaling = (distribution, scale, fan) => ({
  distribution,
  std: (fans, gain) => Math.sqrt((scale * (gain * gain)) / fan(fans)),
});

export const STARTS = {
  constant: { distribution: "constant", std: (fans, gain) => NAIVE * gain },
  naive_uniform: { distribution: "uniform", std: (fans, gain) => (NAIVE * gain) / Math.sqrt(3) },
  naive_normal: { distribution: "normal", std: (fans, gain) => NAIVE * gain },
  lecun_uniform: variance_scaling("uniform", 1, fan_in),
  lecun_normal: variance_scaling("normal", 1, fan_in),
  glorot_uniform: variance_scaling("uniform", 1, fan_avg),
  glorot_normal: variance_scaling("normal", 1, fan_avg),
  he_uniform: variance_scaling("uniform", 2, fan_in),
  he_normal: variance_scaling("normal", 2, fan_in),
  orthogonal: variance_scaling("orthogonal", 1, fan_max),
};

// The gain at which weights between layers of one width have a variance of factor ** 2 / width, as LeCun's have with the
// factor for their gain. Equal weights have no variance.
export function gain_for(factor, start, width) {
  const { distribution, std } = STARTS[start];
  return distribution === "constant" ? null : factor / (Math.sqrt(width) * std({ fan_in: width, fan_out: width }, 1));
}

// What the generator is asked for, before any spread: it depends on the seed alone, so that a gain may change and the
// draws be kept.
const DRAWS = {
  constant: (generator, out) => out.fill(1),
  uniform: (generator, out) => generator.random(out),
  normal: (generator, out) => generator.standard_normal(out),
  orthogonal: (generator, out, fans) => orthogonalize(generator.standard_normal(out), fans),
};

export const draw = (start, fans, generator, out) => DRAWS[STARTS[start].distribution](generator, out, fans);

// Fill weights (fan_in, fan_out) from their draws: uniform up to the square root of three deviations, or of deviation 1.
export function spread(start, fans, gain, draws, weights) {
  const { distribution, std } = STARTS[start], deviation = std(fans, gain);
  if (distribution !== "uniform") {
    for (let place = 0; place < weights.length; place++) weights[place] = draws[place] * deviation;
    return;
  }
  const limit = Math.sqrt(3) * deviation, width = 2 * limit;
  for (let place = 0; place < weights.length; place++) weights[place] = draws[place] * width - limit;
}
