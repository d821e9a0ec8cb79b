// The tables of NumPy's ziggurat: 255 layers of one area, stacked under the normal density. Marsaglia and Tsang (2000).
// NumPy holds them as 768 constants. They come out to the bit from the recursion they were made by, if exp and log
// are rounded right, which no browser promises for its own: so both are computed here in whole numbers.
export const TAIL = 3.6541528853610087963519472518; // where the lowest layer ends and the tail begins
const AREA = 0.004928673233974652;
const BITS = 160n;
const ONE = 1n << BITS;

// A number as a whole multiple of 2^-160, and back; both exact for what the tables hold.
const fixed = (x) => BigInt(x * 2 ** 80) * (1n << 80n) + BigInt((x * 2 ** 80 - Math.trunc(x * 2 ** 80)) * 2 ** 80);
const float = (x) => Number(x) / 2 ** 160;

function fixed_exp(x) {
  let term = ONE, sum = ONE;
  for (let n = 1n; term; n++) sum += term = (term * x >> BITS + 4n) / n; // the series of x / 16
  for (let n = 0; n < 4; n++) sum = sum * sum >> BITS;
  return sum;
}

const exp = (x) => float(fixed_exp(fixed(x)));

// One step of Halley's method from the browser's own logarithm triples its digits.
function log(y) {
  const guess = fixed(Math.log(y)), value = fixed_exp(guess), target = fixed(y);
  return float(guess + (2n * (target - value) << BITS) / (target + value));
}

const even = (x) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)); // to the nearest whole number, ties to even

// Return { k, w, f }: for each layer the numbers below which a draw lies within it, the width of a unit of the draw,
// and the density at its edge.
function made() {
  const k = new Float64Array(256), w = new Float64Array(256), f = new Float64Array(256), unit = 2 ** 52;
  let x = TAIL;
  f[255] = exp(-0.5 * x * x);
  w[255] = x / unit;
  k[0] = even(x * f[255] / AREA * unit);
  w[0] = AREA / f[255] / unit;
  f[0] = 1;
  for (let layer = 254; layer > 0; layer--) {
    const above = Math.sqrt(-2 * log(AREA / x + f[layer + 1]));
    k[layer + 1] = even(above / x * unit);
    w[layer] = above / unit;
    f[layer] = exp(-0.5 * above * above) + (layer === 38 ? 2 ** -53 : 0); // NumPy's constant is one bit above
    x = above;
  }
  return { k, w, f };
}

let kept;
export const ziggurat = () => (kept ??= made());
