// The six activations of xavier_lib.ACTIVATIONS: f fills a with f(z), df fills slope with f'(z), from z and a; steepest
// is the largest slope. Each has loops of its own, since calling a function for each number would take most of the time.
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

function softsign_derivative(z) {
  const share = 1 / (1 + Math.abs(z));
  return share * share;
}

export const ACTIVATIONS = {
  linear: {
    steepest: 1,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place];
    },
    df(z, a, slope, count) {
      slope.fill(1, 0, count);
    },
  },
  sigmoid: {
    steepest: 0.25,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = sigmoid(z[place]);
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = sigmoid_slope(z[place], a[place]);
    },
  },
  tanh: {
    steepest: 1,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = Math.tanh(z[place]);
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = tanh_slope(z[place], a[place]);
    },
  },
  relu: {
    steepest: 1,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place] > 0 ? z[place] : 0;
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = z[place] > 0 ? 1 : 0;
    },
  },
  leaky_relu: {
    steepest: 1,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place] > 0 ? z[place] : NEGATIVE_SLOPE * z[place];
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = z[place] > 0 ? 1 : NEGATIVE_SLOPE;
    },
  },
  softsign: {
    steepest: 1,
    f(z, a, count) {
      for (let place = 0; place < count; place++) a[place] = z[place] / (1 + Math.abs(z[place]));
    },
    df(z, a, slope, count) {
      for (let place = 0; place < count; place++) slope[place] = softsign_derivative(z[place]);
    },
  },
};
