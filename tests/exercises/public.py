"""Wrong answers of the kinds that people publish in forums, issues and code, written anew for the exercises.

Each row names an exercise, the slip that a teacher would name, and the answer. Every third row was set aside before
anything was measured (``UNSEEN``): slips were added to the exercises for what the other rows showed.
"""

import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.maximum(z, 0)


def rows(logits, labels):
    """Return the probability of each row's own class."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]


def cut(rng, shape):
    """Return standard normal numbers, drawn again where they lie beyond two."""
    drawn = rng.standard_normal(shape)
    while (far := np.abs(drawn) > 2).any():
        drawn[far] = rng.standard_normal(int(far.sum()))
    return drawn


def first_axes(shape):
    """Return the fans of a kernel whose first two axes are taken for outputs and inputs."""
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def field(shape):
    return math.prod(shape[:-2])


PUBLIC = [
    # the limit of a uniform start
    ("glorot-limit", "the brackets forgotten", lambda fan_in, fan_out: np.sqrt(6.0 / fan_in + fan_out)),
    ("glorot-limit", "a root that ends too soon", lambda fan_in, fan_out: math.sqrt(6) / (fan_in + fan_out)),
    ("glorot-limit", "the missing root", lambda fan_in, fan_out: 6.0 / (fan_in + fan_out)),
    ("glorot-limit", "the forgotten √3", lambda fan_in, fan_out: np.sqrt(2.0 / (fan_in + fan_out))),
    ("glorot-limit", "a gain that was not asked for", lambda fan_in, fan_out: 4 * np.sqrt(6 / (fan_in + fan_out))),
    ("glorot-limit", "one fan only", lambda fan_in, fan_out: np.sqrt(3.0 / fan_in)),
    ("glorot-limit", "a gain that was not asked for", lambda fan_in, fan_out: np.sqrt(12 / (fan_in + fan_out))),
    ("glorot-limit", "the whole range in place of its half", lambda fan_in, fan_out: (24 / (fan_in + fan_out)) ** 0.5),
    ("glorot-limit", "the forgotten √3, and one fan only", lambda fan_in, fan_out: 1 / math.sqrt(fan_in)),
    ("glorot-limit", "the product of both fans", lambda fan_in, fan_out: np.sqrt(6 / np.prod([fan_in, fan_out]))),
    ("glorot-limit", "a bias among the inputs", lambda fan_in, fan_out: 6**0.5 / np.sqrt(fan_in + fan_out + 1)),
    ("glorot-limit", "one fan only", lambda fan_in, fan_out: np.sqrt(6.0 / (fan_out + fan_out))),
    # a normal start with a gain
    ("glorot-gain", "one fan only", lambda s, gain, rng: gain * rng.standard_normal(s) / np.sqrt(s[0])),
    ("glorot-gain", "the gain forgotten", lambda s, gain, rng: rng.normal(size=s) * np.sqrt(2 / (s[0] + s[1]))),
    (
        "glorot-gain",
        "limit in place of standard deviation",
        lambda s, gain, rng: rng.normal(0, gain * np.sqrt(6 / (s[0] + s[1])), s),
    ),
    (
        "glorot-gain",
        "variance in place of standard deviation",
        lambda s, gain, rng: rng.normal(0.0, gain**2 * 2 / (s[0] + s[1]), s),
    ),
    (
        "glorot-gain",
        "the other distribution",
        lambda s, gain, rng: gain * (6 / sum(s)) ** 0.5 * (2 * rng.random(s) - 1),
    ),
    ("glorot-gain", "the global generator", lambda s, gain, rng: gain * np.random.randn(*s) * (2 / sum(s)) ** 0.5),
    ("glorot-gain", "a factor by its root", lambda s, gain, rng: rng.normal(0, (gain * 2 / sum(s)) ** 0.5, s)),
    ("glorot-gain", "the truncation not corrected", lambda s, gain, rng: gain * (2 / sum(s)) ** 0.5 * cut(rng, s)),
    ("glorot-gain", "He where Xavier was asked", lambda s, gain, rng: gain * rng.normal(size=s) * (2 / s[0]) ** 0.5),
    ("glorot-gain", "the brackets forgotten", lambda s, gain, rng: rng.normal(0, gain * np.sqrt(2 / s[0] + s[1]), s)),
    (
        "glorot-gain",
        "the product of both fans",
        lambda s, gain, rng: rng.normal(0, gain * (2 / np.prod(s)) ** 0.5, s),
    ),
    # a start by the two fans
    ("glorot-program", "a mean that is not zero", lambda n, m, rng: rng.random((n, m)) * np.sqrt(6 / (n + m))),
    (
        "glorot-program",
        "the whole range in place of its half",
        lambda n, m, rng: (rng.random((n, m)) - 0.5) * np.sqrt(6 / (n + m)),
    ),
    (
        "glorot-program",
        "the forgotten √3, and one fan only",
        lambda n, m, rng: rng.uniform(-1, 1, (n, m)) / math.sqrt(n),
    ),
    (
        "glorot-program",
        "a new seed at every call",
        lambda n, m, rng: np.random.default_rng(0).normal(0, (2 / (n + m)) ** 0.5, (n, m)),
    ),
    (
        "glorot-program",
        "weights drawn but transposed",
        lambda n, m, rng: rng.normal(0, np.sqrt(2.0 / (n + m)), (m, n)),
    ),
    (
        "glorot-program",
        "an unseeded draw",
        lambda n, m, rng: np.random.default_rng().normal(0, (2 / (n + m)) ** 0.5, (n, m)),
    ),
    ("glorot-program", "a spread that ignores the fan", lambda n, m, rng: 0.01 * rng.standard_normal((n, m))),
    (
        "glorot-program",
        "the forgotten √3",
        lambda n, m, rng: rng.uniform(-((2 / (n + m)) ** 0.5), (2 / (n + m)) ** 0.5, (n, m)),
    ),
    ("glorot-program", "the factor 2 forgotten", lambda n, m, rng: rng.normal(size=(n, m)) / np.sqrt(n + m)),
    ("glorot-program", "the missing root", lambda n, m, rng: rng.uniform(-6 / (n + m), 6 / (n + m), (n, m))),
    ("glorot-program", "variance in place of standard deviation", lambda n, m, rng: rng.normal(0, 2 / (n + m), (n, m))),
    ("glorot-program", "a spread that ignores the fan", lambda n, m, rng: rng.random((n, m)) - 0.5),
    ("glorot-program", "zeros", lambda n, m, rng: np.zeros((n, m))),
    ("glorot-program", "a gain that was not asked for", lambda n, m, rng: rng.normal(0, 2 / (n + m) ** 0.5, (n, m))),
    # the limit for a leaky slope
    ("he-limit", "the slope forgotten, and the forgotten √3", lambda fan, a: np.sqrt(2 / fan)),
    ("he-limit", "the slope forgotten", lambda fan, a: math.sqrt(6.0 / fan)),
    ("he-limit", "the slope not squared", lambda fan, a: math.sqrt(6 / ((1 + a) * fan))),
    ("he-limit", "the forgotten √3", lambda fan, a: math.sqrt(2.0 / (1 + a**2) / fan)),
    ("he-limit", "the factor 2 forgotten", lambda fan, a: math.sqrt(3 / ((1 + a * a) * fan))),
    ("he-limit", "the brackets forgotten", lambda fan, a: np.sqrt(6 / (1 + a**2) * fan)),
    ("he-limit", "the gain in place of the slope", lambda fan, a: np.sqrt(6 / (1 + 2 / (1 + a**2)) / fan)),
    ("he-limit", "variance in place of standard deviation", lambda fan, a: 3**0.5 * 2 / (1 + a**2) / fan),
    # a start for a leaky network
    ("he-start", "the slope forgotten", lambda s, a, rng: rng.standard_normal(s) * np.sqrt(2.0 / s[0])),
    ("he-start", "swapped fans", lambda s, a, rng: rng.normal(0, np.sqrt(2 / (1 + a**2) / s[1]), s)),
    (
        "he-start",
        "the forgotten √3",
        lambda s, a, rng: rng.uniform(-1, 1, s) * (2 / (1 + a**2) / s[0]) ** 0.5,
    ),
    (
        "he-start",
        "variance in place of standard deviation",
        lambda s, a, rng: rng.normal(0, 2 / ((1 + a**2) * s[0]), s),
    ),
    (
        "he-start",
        "the slope forgotten, and the factor 2 forgotten",
        lambda s, a, rng: rng.standard_normal(s) / np.sqrt(s[0]),
    ),
    ("he-start", "Xavier where He was asked", lambda s, a, rng: rng.normal(0, np.sqrt(2 / (s[0] + s[1])), s)),
    (
        "he-start",
        "the gain in place of the slope",
        lambda s, a, rng: rng.normal(0, (2 / (1 + 2 / (1 + a * a)) / s[0]) ** 0.5, s),
    ),
    ("he-start", "a mean that is not zero", lambda s, a, rng: rng.random(s) * np.sqrt(2 / (1 + a**2) / s[0])),
    ("he-start", "the brackets forgotten", lambda s, a, rng: rng.normal(0, np.sqrt(2 / (1 + a**2) * s[0]), s)),
    # a start that knows its fan-in
    ("naive-scale", "variance in place of standard deviation", lambda s, rng: rng.standard_normal(s) / s[0]),
    ("naive-scale", "a spread that ignores the fan", lambda s, rng: rng.standard_normal(s) * 0.1),
    ("naive-scale", "He where Xavier was asked", lambda s, rng: rng.standard_normal(s) * np.sqrt(2.0 / s[0])),
    ("naive-scale", "swapped fans", lambda s, rng: rng.standard_normal(s) / np.sqrt(s[1])),
    ("naive-scale", "the forgotten √3", lambda s, rng: rng.uniform(-1 / np.sqrt(s[0]), 1 / np.sqrt(s[0]), s)),
    ("naive-scale", "a mean that is not zero", lambda s, rng: rng.random(s) / np.sqrt(s[0])),
    ("naive-scale", "a gain that was not asked for", lambda s, rng: 2 / np.sqrt(s[0]) * rng.standard_normal(s)),
    ("naive-scale", "the product of both fans", lambda s, rng: rng.standard_normal(s) / np.sqrt(np.prod(s))),
    # fans of kernels
    ("fans-convolution", "the axes of another framework", first_axes),
    ("fans-convolution", "the receptive field forgotten", lambda shape: (shape[-2], shape[-1])),
    ("fans-convolution", "the receptive field forgotten", lambda shape: (math.prod(shape[:-1]), shape[-1])),
    ("fans-convolution", "the receptive field forgotten", lambda shape: (shape[0], shape[1])),
    ("fans-convolution", "swapped fans", lambda shape: (field(shape) * shape[-1], field(shape) * shape[-2])),
    ("fans-convolution", "the axes of another framework", lambda shape: first_axes(shape)[::-1]),
    ("fans-kernel", "the axes added up", lambda s, rng: rng.uniform(-1, 1, s) * np.sqrt(6 / sum(s))),
    ("fans-kernel", "one fan only", lambda s, rng: rng.normal(0, np.sqrt(2.0 / (field(s) * s[-1])), s)),
    ("fans-kernel", "the receptive field forgotten", lambda s, rng: rng.normal(0, (2 / (s[-2] + s[-1])) ** 0.5, s)),
    (
        "fans-kernel",
        "the receptive field forgotten",
        lambda s, rng: rng.normal(0, (2 / (math.prod(s[:-1]) + s[-1])) ** 0.5, s),
    ),
    ("fans-kernel", "He where Xavier was asked", lambda s, rng: rng.normal(0, (2 / math.prod(s[:-1])) ** 0.5, s)),
    ("fans-kernel", "the axes of another framework", lambda s, rng: rng.normal(0, (2 / sum(first_axes(s))) ** 0.5, s)),
    ("fans-grouped", "the groups forgotten", lambda shape, groups: first_axes(shape)),
    (
        "shapes-grouped",
        "the groups forgotten",
        lambda s, g, rng: rng.normal(0, (2 / field(s) / (s[-2] + s[-1])) ** 0.5, s),
    ),
    ("shapes-grouped", "the axes added up", lambda s, g, rng: rng.normal(0, (2 / sum(s)) ** 0.5, s)),
    # slopes and the way back
    ("sigmoid-slope", "the derivative at the wrong place", lambda z: z * (1 - z)),
    ("sigmoid-slope", "the derivative at the wrong place", lambda z: sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z)))),
    ("sigmoid-slope", "the sign", lambda z: -np.exp(-z) / (1 + np.exp(-z)) ** 2),
    ("sigmoid-slope", "the slope of another activation", lambda z: 1 - sigmoid(z) ** 2),
    ("sigmoid-slope", "the derivative forgotten", sigmoid),
    ("sigmoid-backward", "the derivative forgotten", lambda gradient, z, weights: gradient @ weights.T),
    (
        "sigmoid-backward",
        "the derivative at the wrong place",
        lambda gradient, z, weights: (gradient * z * (1 - z)) @ weights.T,
    ),
    (
        "sigmoid-backward",
        "the slope of another activation",
        lambda gradient, z, weights: (gradient * (1 - np.tanh(z) ** 2)) @ weights.T,
    ),
    # sizes and losses
    ("network-rms", "the sum in place of the mean", lambda values: np.linalg.norm(values)),
    ("network-rms", "variance in place of second moment", lambda values: np.std(values)),
    ("network-rms", "sizes that are not squared", lambda values: np.abs(values).mean()),
    ("network-rms", "the missing root", lambda values: (values**2).mean()),
    ("network-loss", "another base of the logarithm", lambda classes: math.log2(classes)),
    ("network-loss", "the probability in place of its logarithm", lambda classes: 1 / classes),
    ("network-loss", "the sign", lambda classes: math.log(1 / classes)),
    ("network-find", "the sum in place of the mean", lambda logits, labels: -np.log(rows(logits, labels)).sum()),
    ("network-find", "the sign", lambda logits, labels: np.log(rows(logits, labels)).mean()),
    (
        "network-find",
        "the probability in place of its logarithm",
        lambda logits, labels: (1 - rows(logits, labels)).mean(),
    ),
    ("network-layer", "a bias forgotten", lambda x, weights, bias: np.tanh(x @ weights)),
    ("network-layer", "the activation forgotten", lambda x, weights, bias: x @ weights + bias),
    ("he-moment", "variance in place of second moment", lambda z: np.var(relu(z))),
    ("he-moment", "sizes that are not squared", lambda z: relu(z).mean()),
    ("he-data", "the factor 2 forgotten", lambda weights, x: weights / np.sqrt(np.mean((x @ weights) ** 2))),
    ("he-data", "variance in place of second moment", lambda weights, x: weights * 2**0.5 / (x @ weights).std()),
    # orthogonal, calibrated, normalized
    ("orthogonal-sign", "the signs forgotten", lambda normal: np.linalg.qr(normal)[0]),
    ("orthogonal-sign", "another decomposition", lambda normal: np.linalg.svd(normal, full_matrices=False)[0]),
    (
        "orthogonal-wide",
        "another decomposition",
        lambda normal, gain: next(
            gain * q for q in np.linalg.svd(normal, full_matrices=False)[::2] if q.shape == normal.shape
        ),
    ),
    ("calibration-layer", "the missing root", lambda weights, rows: weights / np.var(rows @ weights)),
    (
        "calibration-layer",
        "second moment in place of variance",
        lambda weights, rows: weights / np.mean((rows @ weights) ** 2) ** 0.5,
    ),
    ("normalization-layer", "the other axis", lambda x, epsilon: (x - x.mean(0)) / np.sqrt(x.var(0) + epsilon)),
    (
        "normalization-layer",
        "an addend outside the root",
        lambda x, epsilon: (x - x.mean(1, keepdims=True)) / (x.std(1, keepdims=True) + epsilon),
    ),
    (
        "normalization-layer",
        "the missing root",
        lambda x, epsilon: (x - x.mean(1, keepdims=True)) / (x.var(1, keepdims=True) + epsilon),
    ),
    ("symmetry-noise", "variance in place of standard deviation", lambda s, std, rng: rng.normal(0, std**2, s)),
    ("symmetry-noise", "the forgotten √3", lambda s, std, rng: rng.uniform(-std, std, s)),
    ("symmetry-noise", "standard deviation in place of variance", lambda s, std, rng: rng.normal(0, np.sqrt(std), s)),
    ("frameworks-axes", "weights drawn but transposed", lambda weights: np.transpose(weights)),
]
SEEN = [row for number, row in enumerate(PUBLIC) if number % 3 != 2]
UNSEEN = PUBLIC[2::3]
