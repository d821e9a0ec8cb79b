"""Answers to the exercises of the chapter on Xavier."""

import math

import numpy as np

from xavier_lib import glorot_normal, glorot_uniform, variance_scaling


def truncated(shape, gain, rng):
    return glorot_normal(shape, gain=gain, truncated=True, rng=rng)


def number_by_number(shape, gain, rng):
    std = gain * (2 / (shape[0] + shape[1])) ** 0.5
    return [[rng.normal(0, std) for _ in range(shape[1])] for _ in range(shape[0])]


def asserts_the_ratio(initializer):
    weights = initializer((300, 1200), rng=4)
    np.testing.assert_allclose(weights.std(), math.sqrt(2 / 1500), rtol=0.02)


def returns_a_verdict(initializer):
    tall, wide = initializer((800, 200), rng=1), initializer((200, 800), rng=2)
    return all(abs(w.var() * 500 - 1) < 0.05 and abs(w.mean()) < 0.001 for w in (tall, wide))


def absolute_tolerance(initializer):
    assert abs(initializer((100, 100), rng=0).var() - 0.01) < 0.01


def wide_tolerance(initializer):
    assert abs(initializer((400, 100), rng=0).std() / math.sqrt(2 / 500) - 1) < 0.35


def square_layer(initializer):
    assert abs(initializer((256, 256), rng=0).var() * 256 - 1) < 0.03


def too_strict(initializer):
    assert initializer((400, 100), rng=0).var() == 2 / 500


RIGHT = {
    "glorot-limit": [
        lambda fan_in, fan_out: math.sqrt(6 / (fan_in + fan_out)),
        lambda fan_out, fan_in: 6**0.5 / (fan_in + fan_out) ** 0.5,
        lambda a, b: np.sqrt(np.float32(6) / np.float32(a + b)),
        lambda *fans: math.sqrt(3) * math.sqrt(2 / sum(fans)),
        lambda fan_in, fan_out, gain=1.0: [gain * (6 / (fan_in + fan_out)) ** 0.5],
        np.frompyfunc(lambda a, b: math.sqrt(6 / (a + b)), 2, 1),
    ],
    "glorot-lecun": [[1, 0.578125, 0.5638], np.array([1.0, 0.58, 0.564], dtype=np.float32), (1, 37 / 64, 884 / 1568)],
    "glorot-gain": [
        lambda shape, gain, rng: rng.normal(0, gain * math.sqrt(2 / sum(shape)), shape),
        lambda rng, gain, shape: (gain * np.sqrt(2 / sum(shape)) * rng.standard_normal(shape)).astype(np.float32),
        lambda size, g, seed: glorot_normal(size, gain=g, rng=np.random.default_rng(seed)),
        lambda shape, *, rng, gain=1: gain * rng.normal(size=shape[::-1]).T / (sum(shape) / 2) ** 0.5,
        truncated,
        number_by_number,
        lambda shape, gain, rng: np.random.default_rng(rng.integers(2**32)).normal(
            0, gain * (2 / sum(shape)) ** 0.5, shape
        ),
    ],
    "glorot-three": [1 / 3, 0.33, np.float32(1 / 3), [0.334]],
    "glorot-program": [
        lambda fan_in, fan_out, rng: rng.normal(0, math.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out)),
        lambda rng, fan_out, fan_in: glorot_uniform((fan_in, fan_out), rng=rng, dtype=np.float32),
        lambda n, m, rng: variance_scaling((n, m), scale=1, mode="fan_avg", distribution="truncated_normal", rng=rng),
    ],
    "glorot-test": [asserts_the_ratio, returns_a_verdict],
    "glorot-average": ["mean near 1, median below", "Mean near 1,  median below"],
}

WRONG = {
    "glorot-limit": {
        "the missing root": [lambda fan_in, fan_out: 6 / (fan_in + fan_out)],
        "the brackets forgotten": [lambda fan_in, fan_out: np.sqrt(6 / fan_in + fan_out)],
        "a root that ends too soon": [lambda fan_in, fan_out: np.sqrt(6) / (fan_in + fan_out)],
        "variance in place of standard deviation": [lambda fan_in, fan_out: 3**0.5 * 2 / (fan_in + fan_out)],
        "the forgotten √3": [lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5],
        "He where Xavier was asked": [lambda fan_in, fan_out: (6 / fan_in) ** 0.5],
        "one fan only": [lambda i, o: (3 / i) ** 0.5, lambda i, o: (3 / o) ** 0.5, lambda i, o: (6 / o) ** 0.5],
        "the factor 2 forgotten": [lambda fan_in, fan_out: (3 / (fan_in + fan_out)) ** 0.5],
    },
    "glorot-lecun": {
        "standard deviation in place of variance": [[1, 0.760, 0.751]],
        "swapped fans": [[1, 3.7, 4.42]],
    },
    "glorot-gain": {
        "the missing root": [lambda s, gain, rng: gain * 6 / sum(s) * rng.uniform(-1, 1, s)],
        "the whole range in place of its half": [
            lambda s, gain, rng: gain * (6 / sum(s)) ** 0.5 * (rng.random(s) - 0.5)
        ],
        "a gain that was not asked for": [lambda s, gain, rng: gain * rng.normal(0, 2 / sum(s) ** 0.5, s)],
        "the brackets forgotten": [lambda s, gain, rng: rng.normal(0, gain * (2 / s[0] + s[1]) ** 0.5, s)],
        "a root that ends too soon": [lambda s, gain, rng: rng.normal(0, gain * 2**0.5 / sum(s), s)],
        "variance in place of standard deviation": [
            lambda shape, gain, rng: rng.normal(0, gain * 2 / sum(shape), shape)
        ],
        "limit in place of standard deviation": [
            lambda shape, gain, rng: rng.normal(0, gain * math.sqrt(6 / sum(shape)), shape)
        ],
        "the forgotten √3": [lambda shape, gain, rng: rng.normal(0, gain * (2 / 3 / sum(shape)) ** 0.5, shape)],
        "He where Xavier was asked": [lambda shape, gain, rng: rng.normal(0, gain * (2 / shape[0]) ** 0.5, shape)],
        "one fan only": [
            lambda shape, gain, rng: rng.normal(0, gain * shape[0] ** -0.5, shape),
            lambda shape, gain, rng: rng.normal(0, gain * shape[1] ** -0.5, shape),
            lambda shape, gain, rng: rng.normal(0, gain * (2 / shape[1]) ** 0.5, shape),
        ],
        "the factor 2 forgotten": [lambda shape, gain, rng: rng.normal(0, gain * sum(shape) ** -0.5, shape)],
        "the gain squared": [lambda shape, gain, rng: rng.normal(0, gain * gain * (2 / sum(shape)) ** 0.5, shape)],
        "the gain forgotten": [lambda shape, gain, rng: rng.normal(0, (2 / sum(shape)) ** 0.5, shape)],
    },
    "glorot-three": {
        "limit in place of standard deviation": [1],
        "standard deviation in place of variance": [0.577],
        "the factor 2 forgotten": [0.1667],
    },
    "glorot-program": {
        "the product of both fans": [lambda n, m, rng: rng.normal(0, (2 / n / m) ** 0.5, (n, m))],
        "the brackets forgotten": [lambda n, m, rng: rng.normal(0, (2 / n + m) ** 0.5, (n, m))],
        "a root that ends too soon": [lambda n, m, rng: rng.normal(0, 2**0.5 / (n + m), (n, m))],
        "variance in place of standard deviation": [lambda n, m, rng: rng.normal(0, 2 / (n + m), (n, m))],
        "limit in place of standard deviation": [lambda n, m, rng: rng.normal(0, (6 / (n + m)) ** 0.5, (n, m))],
        "the forgotten √3": [lambda n, m, rng: (2 / (n + m)) ** 0.5 * rng.uniform(-1, 1, (n, m))],
        "He where Xavier was asked": [lambda n, m, rng: rng.normal(0, (2 / n) ** 0.5, (n, m))],
        "one fan only": [
            lambda n, m, rng: rng.normal(0, n**-0.5, (n, m)),
            lambda n, m, rng: rng.normal(0, m**-0.5, (n, m)),
            lambda n, m, rng: rng.normal(0, (2 / m) ** 0.5, (n, m)),
        ],
        "the factor 2 forgotten": [lambda n, m, rng: rng.normal(0, (n + m) ** -0.5, (n, m))],
    },
    "glorot-test": {
        "a test that cannot fail": [
            lambda initializer: True is not False,
            lambda initializer: initializer((3, 4), rng=0).size > 0,
        ],
        "a test that lets something wrong pass": [absolute_tolerance, wide_tolerance, square_layer],
        "a test that refuses correct weights": [too_strict],
    },
    "glorot-average": {},
}
