"""Answers to the exercises of the chapter on He."""

import math

import numpy as np

from xavier_lib import ACTIVATIONS, he_limit, he_normal, lecun_normal, lecun_uniform, variance_scaling
from xavier_lib.he import forward_gain, second_moment_kept

GAINS = {name: forward_gain(name) for name in ACTIVATIONS}


def by_loop(z):
    total = 0.0
    for number in z.ravel():
        if number > 0:
            total += number**2
    return total / z.size


def mends_the_copy(z):
    z = z.copy()
    z[z < 0] = 0
    return np.mean(z**2)


def mean_and_variance(z):
    x = np.where(z > 0, z, 0)
    return x.var() + x.mean() ** 2


def only_the_copy(z):
    z = np.array(z)
    z[z < 0] = 0
    return z.var()


def as_shown(z):
    z[z < 0] = 0
    return z.var()


def number_by_number(shape, negative_slope, rng):
    std = (2 / (1 + negative_slope * negative_slope) / shape[0]) ** 0.5
    return [[rng.normal(0, std) for _ in range(shape[1])] for _ in range(shape[0])]


def sampled_gain(shape, activation, rng):
    kept = np.mean(ACTIVATIONS[activation].f(np.random.default_rng(1).normal(size=1_000_000)) ** 2)
    return rng.normal(0, 1, shape) / np.sqrt(shape[0] * kept)


def by_measured_moment(shape, activation, rng):
    limit = math.sqrt(3 / shape[0] / second_moment_kept(activation).forward)
    return rng.uniform(-limit, limit, size=shape)


def twice_normalized(weights, x):
    unit = weights / np.linalg.norm(weights)
    z = x @ unit
    return unit * (2 * z.size / np.sum(z * z)) ** 0.5


def in_place(weights, x):
    weights *= math.sqrt(2) / np.sqrt(np.mean((x @ weights) ** 2))
    return weights


RIGHT = {
    "he-absolute": [1, 1.0, np.float32(1), [1.0], 0.999],
    "he-limit": [
        lambda fan, negative_slope: math.sqrt(6 / ((1 + negative_slope**2) * fan)),
        lambda negative_slope, fan: 6**0.5 / math.hypot(1, negative_slope) / fan**0.5,
        lambda n, a: np.sqrt(np.float32(6) / np.float32((1 + a * a) * n)),
        lambda fan, negative_slope=0.01: [he_limit(fan, negative_slope)],
        lambda fan_in, *, negative_slope: np.array([[3 / fan_in * 2 / (1 + negative_slope**2)]]) ** 0.5,
    ],
    "he-moment": [
        lambda z: np.mean(np.maximum(z, 0) ** 2),
        lambda z: (z * z * (z > 0)).mean(),
        lambda pre_activations: np.square(pre_activations.clip(0).astype(np.float32)).mean(),
        by_loop,
        mends_the_copy,
        mean_and_variance,
    ],
    "he-start": [
        lambda shape, negative_slope, rng: rng.normal(0, math.sqrt(2 / ((1 + negative_slope**2) * shape[0])), shape),
        lambda rng, negative_slope, shape: he_normal(
            shape, negative_slope=negative_slope, truncated=True, rng=rng, dtype=np.float32
        ),
        lambda size, a, generator: generator.normal(size=size[::-1]).T * (2 / size[0] / (1 + a * a)) ** 0.5,
        lambda shape, negative_slope, rng: variance_scaling(
            shape, scale=2 / (1 + negative_slope**2), mode="fan_in", distribution="normal", rng=rng
        ),
        number_by_number,
    ],
    "he-gain": [
        lambda shape, activation, rng: rng.normal(0, forward_gain(activation) / math.sqrt(shape[0]), shape),
        lambda rng, activation, shape: lecun_uniform(shape, gain=forward_gain(activation), rng=rng, dtype=np.float32),
        lambda shape, name, rng: forward_gain(name) * lecun_normal(shape, truncated=True, rng=rng),
        sampled_gain,
        by_measured_moment,
    ],
    "he-bold": ["neither", " Neither"],
    "he-data": [
        lambda weights, x: weights * np.sqrt(2 / np.mean((x @ weights) ** 2)),
        lambda x, weights: (math.sqrt(2) * weights / math.sqrt(np.mean(np.square(x @ weights)))).tolist(),
        lambda w, batch: np.float32(w) / np.float32(np.linalg.norm(batch @ w) / math.sqrt(2 * len(batch) * w.shape[1])),
        twice_normalized,
    ],
}

WRONG = {
    "he-absolute": {"He where Xavier was asked": [1.414, math.sqrt(2)]},
    "he-limit": {
        "a root that ends too soon": [
            lambda fan, a: 6**0.5 / ((1 + a**2) * fan),
            lambda fan, a: (6 / (1 + a**2)) ** 0.5 / fan,
        ],
        "a bias among the inputs": [lambda fan, a: (6 / ((1 + a**2) * (fan + 1))) ** 0.5],
        "the slope not squared": [lambda n, a: (6 / ((1 + a) * n)) ** 0.5],
        "the slope forgotten": [lambda n, a: (6 / n) ** 0.5, lambda fan, negative_slope: he_limit(fan)],
        "the missing root": [lambda n, a: 6 / ((1 + a * a) * n)],
        "variance in place of standard deviation": [lambda n, a: 3**0.5 * 2 / ((1 + a * a) * n)],
        "the forgotten √3": [lambda n, a: (2 / ((1 + a * a) * n)) ** 0.5],
        "the factor 2 forgotten": [lambda n, a: (3 / ((1 + a * a) * n)) ** 0.5],
    },
    "he-moment": {
        "variance in place of second moment": [only_the_copy, lambda z: np.std(z.clip(min=0)) ** 2],
        "the sum in place of the mean": [lambda z: sum(number**2 for number in z.ravel() if number > 0)],
        "an argument changed in place": [as_shown],
    },
    "he-start": {
        "a root that ends too soon": [
            lambda s, a, rng: rng.normal(0, 2**0.5 / ((1 + a**2) * s[0]), s),
            lambda s, a, rng: rng.normal(0, (2 / (1 + a**2)) ** 0.5 / s[0], s),
        ],
        "the slope not squared": [lambda s, a, rng: rng.normal(0, (2 / ((1 + a) * s[0])) ** 0.5, s)],
        "the slope forgotten": [
            lambda s, a, rng: rng.normal(0, (2 / s[0]) ** 0.5, s),
            lambda s, a, rng: he_normal(s, rng=rng),
        ],
        "swapped fans": [
            lambda s, a, rng: rng.normal(0, (2 / ((1 + a * a) * s[1])) ** 0.5, s),
            lambda s, a, rng: he_normal(s, negative_slope=a, mode="fan_out", rng=rng),
        ],
        "Xavier where He was asked": [
            lambda s, a, rng: rng.normal(0, (2 / sum(s)) ** 0.5, s),
        ],
        "the mean of both fans": [lambda s, a, rng: he_normal(s, negative_slope=a, mode="fan_avg", rng=rng)],
        "the factor 2 forgotten": [lambda s, a, rng: rng.normal(0, (1 / ((1 + a * a) * s[0])) ** 0.5, s)],
        "variance in place of standard deviation": [lambda s, a, rng: rng.normal(0, 2 / ((1 + a * a) * s[0]), s)],
        "limit in place of standard deviation": [lambda s, a, rng: rng.normal(0, he_limit(s[0], a), s)],
        "the forgotten √3": [lambda s, a, rng: (2 / (1 + a * a) / s[0]) ** 0.5 * rng.uniform(-1, 1, s)],
    },
    "he-gain": {
        "the gain squared": [lambda s, name, rng: rng.normal(0, GAINS[name] ** 2 / s[0] ** 0.5, s)],
        "the gain forgotten": [
            lambda s, name, rng: rng.normal(0, s[0] ** -0.5, s),
            lambda s, name, rng: he_normal(s, rng=rng),
        ],
        "Xavier where He was asked": [
            lambda s, name, rng: rng.normal(0, GAINS[name] * (2 / sum(s)) ** 0.5, s),
            lambda s, name, rng: rng.normal(0, (2 / sum(s)) ** 0.5, s),
        ],
        "swapped fans": [lambda s, name, rng: rng.normal(0, GAINS[name] * s[1] ** -0.5, s)],
        "variance in place of standard deviation": [
            lambda s, name, rng: rng.normal(0, GAINS[name] / s[0], s),
            lambda s, name, rng: rng.normal(0, GAINS[name] ** 2 / s[0], s),
        ],
        "the forgotten √3": [lambda s, name, rng: GAINS[name] / s[0] ** 0.5 * rng.uniform(-1, 1, s)],
    },
    "he-bold": {},
    "he-data": {
        "variance in place of second moment": [lambda w, x: w * (2 / np.var(x @ w)) ** 0.5],
        "the missing root": [
            lambda w, x: 2 * w / np.mean((x @ w) ** 2),
            lambda w, x: 2**0.5 * w / np.mean((x @ w) ** 2),
        ],
        "the factor 2 forgotten": [lambda w, x: w / np.mean((x @ w) ** 2) ** 0.5],
        "the sum in place of the mean": [lambda w, x: w * (2 / np.sum((x @ w) ** 2)) ** 0.5],
        "an argument changed in place": [in_place],
    },
}
