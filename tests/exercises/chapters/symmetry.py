"""Answers to the exercises of the chapter on symmetry."""

import itertools
import math

import numpy as np

from xavier_lib import MLP, constant
from xavier_lib.symmetry import column_distance, noisy_constant


def pair_by_pair(weights):
    columns = np.asarray(weights).T.tolist()
    pairs = itertools.combinations(columns, 2)
    return max(max(abs(a - b) for a, b in zip(first, second, strict=True)) for first, second in pairs)


def compares_inputs(weights):
    return max(np.abs(first - second).max() for first, second in itertools.combinations(weights, 2))


def subtracts_in_place(weights):
    weights -= weights.min(axis=1, keepdims=True)
    return weights.max()


def sorts_in_place(weights):
    weights.sort(axis=1)
    return (weights[:, -1] - weights[:, 0]).max()


def number_by_number(shape, std, rng):
    return [[std * rng.standard_normal() for _ in range(shape[1])] for _ in range(shape[0])]


def looks_at_pairs(weights):
    for j, k in itertools.combinations(range(weights.shape[1]), 2):
        assert (weights[:, j] != weights[:, k]).any()


def asks_a_set(weights):
    columns = {tuple(column) for column in np.asarray(weights).T}
    return len(columns) == weights.shape[1]


def gaps_of_sorted_columns(weights):
    ordered = np.asarray(weights)[:, np.lexsort(weights)]
    return np.abs(np.diff(ordered, axis=1)).max(axis=0).min() > 0


def shows_the_original(weights):
    assert np.abs(weights - weights[:, :1]).max() >= 0


def one_unit_is_enough(weights):
    assert np.abs(weights - weights[:, :1]).max() > 0


def looks_at_neighbors(weights):
    assert np.abs(np.diff(weights, axis=1)).max(axis=0).min() > 0


def not_all_zero(weights):
    assert weights.any()


def with_a_band(weights):
    for j, k in itertools.combinations(range(weights.shape[1]), 2):
        assert not np.allclose(weights[:, j], weights[:, k])


def compares_sums(weights):
    return len(set(weights.sum(axis=0))) == weights.shape[1]


def compares_rows(weights):
    assert np.unique(weights, axis=0).shape == weights.shape


def measured(zeros, ones):
    network = MLP((2, 3, 2), lambda shape, rng=None, dtype=float: constant(shape, 0, dtype=dtype), activation="sigmoid")
    rows = np.random.default_rng(0).normal(size=(zeros + ones, 2))
    return network.gradients(rows, [0] * zeros + [1] * ones).weights[1][0, 1]


RIGHT = {
    "symmetry-negative": ["tanh only", "Tanh  only"],
    "symmetry-distance": [
        column_distance,
        pair_by_pair,
        lambda w: np.ptp(np.float32(w), axis=1).max(),
        lambda weights: [np.abs(weights[:, :, None] - weights[:, None, :]).max()],
    ],
    "symmetry-layer": ["either one", " Either one"],
    "symmetry-noise": [
        lambda shape, std, rng: rng.normal(scale=std, size=shape),
        lambda rng, std, shape: (std * rng.standard_normal(shape)).astype(np.float32),
        lambda shape, std, rng: noisy_constant(shape, 0.0, std, rng=rng),
        lambda size, spread, generator: generator.normal(0, spread, size[::-1]).T,
        number_by_number,
    ],
    "symmetry-test": [looks_at_pairs, asks_a_set, gaps_of_sorted_columns],
    "symmetry-balanced": [
        measured,
        lambda ones, zeros: (zeros - ones) / 4 / (zeros + ones),
        lambda a, b: np.float32(0.25) - np.float32(0.5) * b / (a + b),
        lambda zeros, ones: [np.mean([0.25] * zeros + [-0.25] * ones)],
    ],
}

WRONG = {
    "symmetry-negative": {},
    "symmetry-distance": {
        "weights drawn but transposed": [compares_inputs, lambda weights: np.ptp(weights, axis=0).max()],
        "an argument changed in place": [subtracts_in_place, sorts_in_place],
    },
    "symmetry-layer": {},
    "symmetry-noise": {
        "variance in place of standard deviation": [lambda shape, std, rng: rng.normal(0, std * std, shape)],
        "the forgotten √3": [
            lambda shape, std, rng: rng.uniform(-std, std, shape),
            lambda shape, std, rng: rng.normal(0, std / math.sqrt(3), shape),
        ],
        "a mean that is not zero": [lambda shape, std, rng: noisy_constant(shape, 0.1, std, rng=rng) + std],
    },
    "symmetry-test": {
        "a test that cannot fail": [
            shows_the_original,
            lambda weights: weights.size > 0,
            lambda weights: weights.std() >= 0,
        ],
        "a test that lets something wrong pass": [one_unit_is_enough, looks_at_neighbors, not_all_zero],
        "a test that refuses correct weights": [with_a_band, compares_sums, compares_rows],
    },
    "symmetry-balanced": {
        "the sum in place of the mean": [lambda zeros, ones: sum([0.25] * zeros) - 0.25 * ones],
    },
}
