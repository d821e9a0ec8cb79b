"""Answers to the exercises of the chapter on shapes."""

import math

import numpy as np

from xavier_lib import fan_in_fan_out, glorot_limit, glorot_normal, glorot_uniform, he_std


def by_positions(shape):
    positions = 1
    for side in shape[:-2]:
        positions *= side
    return [positions, positions * shape[-1]]


def by_roots(fan_in, fan_out, parts):
    return math.sqrt(6 / (fan_in + parts * fan_out)) / math.sqrt(6 / (fan_in + fan_out))


def group_by_group(shape, groups, rng):
    """Draw each group as a layer of its own, with the fans of its own shape."""
    alone = (*shape[:-1], shape[-1] // groups)
    return np.concatenate([glorot_uniform(alone, rng=rng) for _ in range(groups)], axis=-1)


def by_limit(shape, groups, rng):
    limit = glorot_limit(*fan_in_fan_out(shape, groups=groups))
    return rng.uniform(-limit, limit, size=shape)


def normal(std):
    """Return a start that draws normal weights by a rule for positions, inputs, outputs and groups."""

    def start(shape, groups, rng):
        return rng.normal(0, std(math.prod(shape[:-2]), shape[-2], shape[-1], groups), shape)

    return start


def measures_the_spread(start):
    weights = start((3, 3, 8, 64), groups=4, rng=0)
    expected = he_std(9 * 64 // 4)
    assert abs(weights.std() / expected - 1) < 0.07


def returns_a_verdict(start):
    found = [start((5, 6, 96), 8, rng=seed).var() for seed in range(4)]
    return 0.9 < np.mean(found) / (2 / (5 * 96 // 8)) < 1.1


def one_group(start):
    weights = start((3, 3, 64, 64), groups=1, rng=0)
    assert abs(weights.std() / he_std(9 * 64) - 1) < 0.02


def expects_all_groups(start):
    weights = start((3, 3, 8, 64), groups=4, rng=0)
    assert abs(weights.std() / he_std(9 * 64) - 1) < 0.07


RIGHT = {
    "shapes-turned": [(256, 48), [256.0, 48.0], np.array([256, 48])],
    "shapes-depthwise": [
        lambda shape: (math.prod(shape[:-2]), math.prod(shape[:-2]) * shape[-1]),
        lambda shape: fan_in_fan_out((*shape[:-2], 1, shape[-2] * shape[-1]), groups=shape[-2]),
        lambda s: np.prod(s) / np.array([s[-2] * s[-1], s[-2]]),
        by_positions,
    ],
    "shapes-packed": [
        lambda fan_in, fan_out, parts: ((fan_in + fan_out) / (fan_in + parts * fan_out)) ** 0.5,
        lambda parts, fan_out, fan_in: np.float32(math.sqrt((fan_in + fan_out) / (fan_in + parts * fan_out))),
        by_roots,
    ],
    "shapes-steps": [(10, 100), [10.0, 1e2]],
    "shapes-grouped": [
        lambda shape, groups, rng: glorot_normal(shape, fans=fan_in_fan_out(shape, groups=groups), rng=rng),
        normal(lambda k, n, m, g: math.sqrt(2 / (k * (n + m / g)))),
        group_by_group,
        by_limit,
    ],
    "shapes-test": [measures_the_spread, returns_a_verdict],
}

WRONG = {
    "shapes-turned": {
        "swapped fans": [(48, 256), (12, 1024), (48, 1024)],
        "the receptive field forgotten": [(64, 3)],
    },
    "shapes-depthwise": {
        "the groups forgotten": [
            lambda shape: (math.prod(shape[:-1]), math.prod(shape[:-2]) * shape[-1]),
            lambda shape: (math.prod(shape[:-2]), math.prod(shape)),
        ],
        "the receptive field forgotten": [lambda shape: (1, shape[-1]), lambda shape: (shape[-2], shape[-1])],
        "swapped fans": [lambda shape: by_positions(shape)[::-1]],
    },
    "shapes-packed": {
        "the missing root": [lambda fan_in, fan_out, parts: (fan_in + fan_out) / (fan_in + parts * fan_out)],
        "swapped fans": [lambda fan_in, fan_out, parts: math.sqrt((fan_in + fan_out) / (parts * fan_in + fan_out))],
        "one fan only": [lambda fan_in, fan_out, parts: parts**-0.5],
    },
    "shapes-grouped": {
        "the groups forgotten": [
            lambda shape, groups, rng: glorot_uniform(shape, rng=rng),
            normal(lambda k, n, m, g: math.sqrt(2 / (k * (g * n + m)))),
        ],
        "the receptive field forgotten": [normal(lambda k, n, m, g: math.sqrt(2 / (n + m / g)))],
        "one fan only": [
            normal(lambda k, n, m, g: math.sqrt(1 / (k * n))),
            normal(lambda k, n, m, g: math.sqrt(1 / (k * m / g))),
        ],
        "variance in place of standard deviation": [normal(lambda k, n, m, g: 2 / (k * (n + m / g)))],
        "He where Xavier was asked": [normal(lambda k, n, m, g: math.sqrt(2 / (k * n)))],
    },
    "shapes-test": {
        "a test that cannot fail": [lambda start: start((3, 3, 8, 64), groups=4, rng=0).std() > 0],
        "a test that lets something wrong pass": [one_group],
        "a test that refuses correct weights": [expects_all_groups],
    },
}
