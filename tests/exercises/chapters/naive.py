"""Answers to the exercises of the chapter on random and normal starts."""

import math
import statistics

import numpy as np

from xavier_lib import lecun_normal, lecun_uniform, naive_normal, naive_uniform, variance_scaling
from xavier_lib.naive import pre_activation_spread

FANS = (2, 20, 200, 2000)


def solved_by_halving(std):
    low, high = 0.0, 10 * std
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle**2 / 3 < std**2 else (low, middle)
    return [low]


def measured_exponents():
    spreads = pre_activation_spread(naive_normal, FANS, rng=5)
    return np.polyfit(np.log(FANS), np.log(spreads), 1)[0], np.polyfit(np.log(FANS), np.log(spreads**2), 1)[0]


def adds_variances(fan_in, std, rms):
    total = 0.0
    for _ in range(fan_in):
        total += std**2 * rms**2
    return np.sqrt(np.float32(total))


def number_by_number(shape, rng):
    fan_in, fan_out = shape
    return [[rng.normal() / fan_in**0.5 for _ in range(fan_out)] for _ in range(fan_in)]


def shifted_and_stretched(shape, rng):
    fan_in, _ = shape
    return ((2 * rng.random(shape, dtype=np.float32) - 1) / np.float32(fan_in) ** np.float32(0.5)).astype(np.float32)


def column_by_column(shape, rng):
    columns = [rng.uniform(-1, 1, shape[0]) for _ in range(shape[1])]
    return np.stack(columns, axis=1) / math.sqrt(shape[0])


def two_widths(initializer):
    for fan_in, fan_out in ((50, 400), (300, 120)):
        weights = initializer((fan_in, fan_out), rng=fan_in)
        np.testing.assert_allclose(fan_in * weights.var(), 1, atol=0.06)


def many_widths(initializer):
    drawn = {n: initializer((n, 700), rng=np.random.default_rng(3)).ravel().tolist() for n in (20, 33, 64)}
    products = [n * statistics.pvariance(weights) for n, weights in drawn.items()]
    return max(products) < 1.08 and min(products) > 0.92


def float32_and_a_mean(initializer):
    generator = np.random.default_rng(8)
    for shape in ((800, 60), (60, 800)):
        weights = initializer(shape, rng=generator, dtype=np.float32)
        assert abs(weights.mean()) < 5 * weights.std() / weights.size**0.5
        assert np.isclose(weights.std() * shape[0] ** 0.5, 1, rtol=0.03)


def as_in_the_book(initializer):
    assert abs(100 * initializer((100, 100), rng=0).var() - 1) < 0.05


def another_width(initializer):
    assert abs(400 * initializer((400, 150), rng=0).var() - 1) < 0.05


def square_layers(initializer):
    for n in (64, 256):
        assert abs(n * initializer((n, n), rng=0).var() - 1) < 0.1


def ratio_of_two_widths(initializer):
    narrow, wide = initializer((64, 500), rng=0), initializer((256, 500), rng=0)
    assert abs(narrow.var() / wide.var() - 4) < 0.2


def wide_tolerance(initializer):
    for fan_in, fan_out in ((50, 400), (300, 120)):
        assert abs(fan_in * initializer((fan_in, fan_out), rng=0).var() - 1) < 0.3


def variances_of_a_third(initializer):
    for shape in ((50, 400), (300, 120)):
        assert abs(shape[0] * initializer(shape, rng=0).var() - 1 / 3) < 0.02


RIGHT = {
    "naive-twins": [
        lambda std: math.sqrt(3) * std,
        lambda sigma: 1.73 * sigma,
        lambda std: np.float32(3) ** np.float32(0.5) * np.float32(std),
        lambda std, /: math.sqrt(12 * std**2) / 2,
        solved_by_halving,
    ],
    "naive-slip": [
        (0.5, 1),
        [0.5, 1.0],
        np.array([0.497, 0.994], dtype=np.float32),
        [0.54, 1.02],
        measured_exponents(),
    ],
    "naive-spread": [
        lambda fan_in, std, rms: math.sqrt(fan_in) * std * rms,
        lambda rms, std, fan_in: (fan_in * std**2 * rms**2) ** 0.5,
        lambda n, s, x, /: [np.linalg.norm(np.full(n, s * x))],
        adds_variances,
    ],
    "naive-scale": [
        lambda shape, rng: rng.normal(0, shape[0] ** -0.5, shape),
        lambda rng, shape: rng.standard_normal(shape, dtype=np.float32) / np.sqrt(np.float32(shape[0])),
        lambda shape, rng: rng.uniform(-math.sqrt(3 / shape[0]), math.sqrt(3 / shape[0]), shape),
        lambda shape, rng: lecun_normal(shape, rng=rng, truncated=True),
        lambda size, generator: lecun_uniform(size, rng=generator),
        number_by_number,
    ],
    "naive-norm": [
        lambda shape, rng: rng.uniform(-(shape[0] ** -0.5), shape[0] ** -0.5, shape),
        lambda shape, *, rng: naive_uniform(shape, 1 / math.sqrt(shape[0]), rng=rng),
        lambda s, rng: variance_scaling(s, scale=1 / 3, mode="fan_in", distribution="uniform", rng=rng),
        shifted_and_stretched,
        column_by_column,
    ],
    "naive-judge": [(3, 300), [3.0, 299.99999], np.array([3, 300], dtype=np.float32)],
    "naive-test": [two_widths, many_widths, float32_and_a_mean],
}

WRONG = {
    "naive-twins": {
        "the forgotten √3": [float, lambda std: (std**2) ** 0.5],
        "limit in place of standard deviation": [lambda std: (std**2 / 3) ** 0.5],
        "variance in place of standard deviation": [lambda std: 3**0.5 * std * std],
        "the missing root": [lambda variance: 3 * variance * variance, lambda std: std + std + std],
    },
    "naive-slip": {
        "standard deviation in place of variance": [[0.5, 0.5], (0.25, 0.5)],
        "variance in place of standard deviation": [np.ones(2), [1, 2]],
    },
    "naive-spread": {
        "the missing root": [lambda fan_in, std, rms: sum([(std * rms) ** 2] * fan_in)],
        "variance in place of standard deviation": [lambda fan_in, std, rms: (fan_in * std**4 * rms**2) ** 0.5],
        "standard deviation in place of variance": [
            lambda fan_in, std, rms: sum([std * rms] * fan_in),
            lambda fan_in, std, rms: np.sqrt(fan_in * rms**2 * std),
        ],
        "a spread that ignores the fan": [lambda fan_in, std, rms: rms * std],
    },
    "naive-scale": {
        "the whole range in place of its half": [lambda s, rng: (rng.random(s) - 0.5) * (3 / s[0]) ** 0.5],
        "variance in place of standard deviation": [lambda shape, rng: rng.normal(0, 1 / shape[0], shape)],
        "the mean of both fans": [lambda shape, rng: rng.normal(0, (2 / sum(shape)) ** 0.5, shape)],
        "swapped fans": [lambda shape, rng: rng.normal(0, len(rng.normal(size=shape)[0]) ** -0.5, shape)],
        "limit in place of standard deviation": [lambda shape, rng: rng.normal(0, (3 / shape[0]) ** 0.5, shape)],
        "the forgotten √3": [lambda shape, rng: (2 * rng.random(shape) - 1) * shape[0] ** -0.5],
        "a spread that ignores the fan": [
            lambda shape, rng: rng.normal(0, 0.1, shape),
            lambda shape, rng: 0.01 * rng.standard_normal(shape),
            lambda shape, rng: 0.1 * rng.random(shape) - 0.05,
            lambda shape, rng: 2 * rng.random(shape) - 1,
        ],
    },
    "naive-norm": {
        "the product of both fans": [lambda s, rng: rng.uniform(-1, 1, s) / (s[0] * s[1]) ** 0.5],
        "the whole range in place of its half": [lambda s, rng: (rng.random(s) - 0.5) / s[0] ** 0.5],
        "a gain that was not asked for": [
            lambda s, rng: rng.uniform(-1, 1, s) * (2 / s[0]) ** 0.5,
            lambda s, rng: 4 * rng.uniform(-1, 1, s) / s[0] ** 0.5,
        ],
        "the missing root": [lambda shape, rng: (2 * rng.random(shape) - 1) / shape[0]],
        "the mean of both fans": [lambda shape, rng: (2 * rng.random(shape) - 1) / (sum(shape) / 2) ** 0.5],
        "swapped fans": [lambda shape, rng: (2 * rng.random(shape) - 1) / shape[1] ** 0.5],
        "limit in place of standard deviation": [lambda shape, rng: rng.normal(0, shape[0] ** -0.5, shape)],
        "the forgotten √3": [lambda shape, rng: naive_uniform(shape, (1 / 3 / shape[0]) ** 0.5, rng=rng)],
        "a spread that ignores the fan": [
            lambda shape, rng: naive_uniform(shape, rng=rng),
            lambda shape, rng: 2 * rng.random(shape) - 1,
        ],
    },
    "naive-judge": {
        "limit in place of standard deviation": [[1, 100]],
        "standard deviation in place of variance": [[1.73, 17.3]],
    },
    "naive-test": {
        "a test that cannot fail": [
            lambda initializer: initializer((64, 20), rng=0).var() >= 0,
            lambda initializer: initializer((64, 20), rng=0).shape == (64, 20),
        ],
        "a test that lets something wrong pass": [
            as_in_the_book,
            another_width,
            square_layers,
            wide_tolerance,
            ratio_of_two_widths,
        ],
        "a test that refuses correct weights": [variances_of_a_third],
    },
}
