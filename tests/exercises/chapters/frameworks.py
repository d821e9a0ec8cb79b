"""Answers to the exercises of the chapter on frameworks."""

import math
from statistics import NormalDist

import numpy as np

from xavier_lib import he_std


def axis_by_axis(weights):
    moved = weights
    for _ in range(2):
        moved = np.moveaxis(moved, 0, -1)
    return np.swapaxes(moved, -1, -2)


def from_spreads(fan_in, negative_slope):
    return he_std(fan_in, negative_slope) / (fan_in**-0.5 / math.sqrt(3))


def both_tails(std, bound):
    return 2 * NormalDist(0, std).cdf(-bound)


def draws_as_it_should(make):
    one, again, other = make(0), make(0), make(1)
    seen = [one((8, 8)) for _ in range(3)]
    assert all(np.array_equal(mine, again((8, 8))) for mine in seen)
    assert not np.array_equal(seen[0], other((8, 8)))
    assert len({array.tobytes() for array in seen}) == 3


def returns_a_verdict(make):
    runs = [[make(seed)((3, 5)) for seed in (7, 7, 8)], [*map(make(7), [(3, 5)] * 4)]]
    alone = [np.allclose(runs[0][0], runs[0][1]), np.allclose(runs[0][0], runs[0][2])]
    return alone == [True, False] and not any(np.allclose(runs[1][0], later) for later in runs[1][1:])


def repeats_only(make):
    assert np.array_equal(make(0)((64, 64)), make(0)((64, 64)))


def wants_twins(make):
    start = make(0)
    assert np.array_equal(start((64, 64)), start((64, 64)))


RIGHT = {
    "frameworks-root": [(1, 0.577), [1.0, 3**-0.5], np.array([1, 0.5774], dtype=np.float32)],
    "frameworks-twins": ["seed the object with a seed generator", "Seed the object with a seed generator "],
    "frameworks-axes": [
        lambda weights: np.transpose(weights, (*range(2, weights.ndim), 1, 0)),
        lambda w: np.moveaxis(np.swapaxes(w, 0, 1), (0, 1), (-2, -1)).astype(np.float32),
        axis_by_axis,
    ],
    "frameworks-factor": [
        lambda fan_in, negative_slope: (6 / (1 + negative_slope**2)) ** 0.5,
        lambda negative_slope, fan_in: np.float32(np.sqrt(6 / (1 + negative_slope**2))),
        from_spreads,
    ],
    "frameworks-share": [
        lambda std, bound: 1 - math.erf(bound / std / math.sqrt(2)),
        lambda bound, std: math.erfc(bound / (std * 2**0.5)),
        both_tails,
    ],
    "frameworks-draws": [draws_as_it_should, returns_a_verdict],
}

WRONG = {
    "frameworks-root": {
        "the slope not squared": [(1.3617, 0.7862), [(6 / (1 + 5**0.5)) ** 0.5, (2 / (1 + 5**0.5)) ** 0.5]],
        "the missing root": [(1, 0.333)],
        "the slope forgotten": [(2.449, 1.414)],
    },
    "frameworks-twins": {
        "an unseeded draw": ["leave the seed out"],
        "a new seed at every call": ["make two objects, both with seed=42"],
    },
    "frameworks-axes": {
        "swapped fans": [lambda weights: np.transpose(weights, (*range(2, weights.ndim), 0, 1))],
        "weights drawn but transposed": [lambda weights: weights.T],
    },
    "frameworks-factor": {
        "the missing root": [lambda fan_in, negative_slope: 6 / (1 + negative_slope**2)],
        "the forgotten √3": [lambda fan_in, negative_slope: he_std(fan_in, negative_slope) * fan_in**0.5],
        "the factor 2 forgotten": [lambda fan_in, negative_slope: (3 / (1 + negative_slope**2)) ** 0.5],
        "the slope not squared": [lambda fan_in, negative_slope: (6 / (1 + negative_slope)) ** 0.5],
        "the slope forgotten": [lambda fan_in, negative_slope: 6**0.5],
    },
    "frameworks-share": {
        "variance in place of standard deviation": [lambda std, bound: 1 - math.erf(bound / std**2 / 2**0.5)],
        "the factor 2 forgotten": [lambda std, bound: NormalDist(0, std).cdf(-bound)],
    },
    "frameworks-draws": {
        "a test that cannot fail": [lambda make: make(0)((64, 64)).std() > 0],
        "a test that lets something wrong pass": [repeats_only],
        "a test that refuses correct weights": [wants_twins],
    },
}
