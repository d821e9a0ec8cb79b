// The six activations of xavier_lib.ACTIVATIONS: f fills a with f(z), df fills slope with f'(z), from z and a; steepest
// is the largest slope, and gain the factor on weights of variance 1/fan-in that keeps pre-activations at an rms of 1,
// xavier_lib.gain(name).forward. Each has loops of its own: calling a function for each number would take most of the
// time.
const NEGATIVE_SLOPE = 0.01; // of leaky_relu

// The sigmoid and its derivative never overflow, and keep their precision far from zero.
function sigmoid(z) {
  const decay = Math.exp(-Math.abs(z));
  return (z < 0 ? decay : 1) / (1 + decay);
}

function sigmoid_derivative(z) {
  const decay = Math.exp(-Math.abs(z));
  return decay / ((1 + decay) * (1 + decay));
}

// From a alone where that keeps the digits, without an exponential; where 1 - a would cancel, from z.
const sigmoid_slope = (z, a) => (a < 0.9 ? a * (1 - a) : sigmoid_derivative(z));
const tanh_slope = (z, a) => (a * a < 0.8 ? 1 - a * a : 4 * sigmoid_derivative(2 * z));

// Without a branch, which half of the time goes the way that the processor did not expect.
const relu_derivative = (z) => Number(z > 0);
const leaky_relu_derivative = (z) => NEGATIVE_SLOPE + (1 - NEGATIVE_SLOPE) * Number(z > 0);

function softsign_derivative(z) {
  const share = 1 / (1 + Math.abs(z));
  return share * share;
}

export const ACTIVATIONS = {
  linear: {
    steepest: 1,
    gain: 1,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place];
    },
    df(z, a, slope, count) {
      slope.fill(1, 0, count);
    },
  },
  sigmoid: {
    steepest: 0.25,
    gain: 1.8462285453386,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = sigmoid(z[place]);
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = sigmoid_slope(z[place], a[place]);
    },
  },
  tanh: {
    steepest: 1,
    gain: 1.5925374197228,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = Math.tanh(z[place]);
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = tanh_slope(z[place], a[place]);
    },
  },
  relu: {
    steepest: 1,
    gain: Math.SQRT2,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place] * relu_derivative(z[place]);
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = relu_derivative(z[place]);
    },
  },
  leaky_relu: {
    steepest: 1,
    gain: Math.sqrt(2 / (1 + NEGATIVE_SLOPE ** 2)),
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place] * leaky_relu_derivative(z[place]);
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = leaky_relu_derivative(z[place]);
    },
  },
  softsign: {
    steepest: 1,
    gain: 2.3375333631085,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place] / (1 + Math.abs(z[place]));
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = softsign_derivative(z[place]);
    },
  },
};

// Where the values of an activation are shown: all of its range, or the middle of one that has no end.
const RANGES = { sigmoid: [0, 1], tanh: [-1, 1], softsign: [-1, 1], relu: [0, 3] };
export const range_of = (activation) => RANGES[activation] ?? [-3, 3];
