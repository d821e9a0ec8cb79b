"""Answers to the exercises of the chapter on silent bugs."""

import math

import numpy as np

from xavier_lib import he_std


def by_density(std, bound):
    cut = bound / std
    density = math.exp(-(cut**2) / 2) / math.sqrt(2 * math.pi)
    inside = math.erf(cut / math.sqrt(2))
    return std * math.sqrt(1 - 2 * cut * density / inside)


def by_integral(std, bound):
    """The second moment between the bounds, by the midpoints of many slices."""
    edges = np.linspace(-bound, bound, 20_001)
    w = (edges[1:] + edges[:-1]) / 2
    density = np.exp(-((w / std) ** 2) / 2)
    return np.sqrt((w**2 * density).sum() / density.sum())


def both_move(gradient, up, down, learning_rate):
    new_up = up - learning_rate * gradient @ down.T
    new_down = down - learning_rate * up.T @ gradient
    return new_up @ new_down - up @ down


def written_out(gradient, up, down, learning_rate):
    first = gradient @ down.T @ down + up @ up.T @ gradient
    second = gradient @ down.T @ up.T @ gradient
    return (-learning_rate * first + learning_rate**2 * second).astype(np.float32)


def looks_at_each_layer(start):
    weights = start(4, 64, rng=0)
    for layer in weights:
        assert abs(layer.std() / he_std(64) - 1) < 0.08
        assert abs(layer).max() < 6 * he_std(64)
    assert not np.array_equal(weights[0], weights[1])


def returns_a_verdict(start):
    weights = start(6, 128, rng=1).reshape(6, -1)
    alike = np.corrcoef(weights)[np.triu_indices(6, 1)] if weights.std(axis=1).all() else np.ones(1)
    return bool((abs(weights.std(axis=1) * 8 - 1) < 0.05).all() and abs(alike).max() < 0.1)


def sees_the_whole_only(start):
    weights = start(4, 64, rng=0)
    assert abs(weights.std() / he_std(64) - 1) < 0.3


def expects_xavier(start):
    weights = start(4, 64, rng=0)
    assert abs(weights.std(axis=(1, 2)) * 8 - 1).max() < 0.08


RIGHT = {
    "museum-name": ["none", " None "],
    "museum-layer": ["gate", "Gate"],
    "museum-bounds": [by_density, by_integral, lambda bound, std: np.float32(by_density(std, bound))],
    "museum-factors": [both_move, written_out, lambda **case: both_move(**case).tolist()],
    "museum-test": [looks_at_each_layer, returns_a_verdict],
}

WRONG = {
    "museum-bounds": {
        "the truncation not corrected": [lambda std, bound: std],
        "variance in place of standard deviation": [lambda std, bound: by_density(std, bound) ** 2],
        "the missing root": [lambda std, bound: by_density(std, bound) ** 2 / std],
    },
    "museum-test": {
        "a test that cannot fail": [lambda start: start(4, 64, rng=0).shape == (4, 64, 64)],
        "a test that lets something wrong pass": [sees_the_whole_only],
        "a test that refuses correct weights": [expects_xavier],
    },
}
