// The six activations of xavier_lib.ACTIVATIONS and their derivatives, both as functions of the pre-activation z.
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

function softsign_derivative(z) {
  const share = 1 / (1 + Math.abs(z));
  return share * share;
}

export const ACTIVATIONS = {
  linear: { f: (z) => z, df: () => 1 },
  sigmoid: { f: sigmoid, df: sigmoid_derivative },
  tanh: { f: Math.tanh, df: (z) => 4 * sigmoid_derivative(2 * z) },
  relu: { f: (z) => (z > 0 ? z : 0), df: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: { f: (z) => (z > 0 ? z : NEGATIVE_SLOPE * z), df: (z) => (z > 0 ? 1 : NEGATIVE_SLOPE) },
  softsign: { f: (z) => z / (1 + Math.abs(z)), df: softsign_derivative },
};

// Where the values of an activation are shown: all of its range, or the middle of one that has no end.
const BOUNDED = { sigmoid: [0, 1], tanh: [-1, 1], softsign: [-1, 1] };
export const range_of = (activation) => BOUNDED[activation] ?? [-3, 3];
