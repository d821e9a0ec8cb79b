"""Answers to the exercises of the chapter on width."""

import numpy as np


def by_loop(fans, rate, base):
    found = []
    for place, fan in enumerate(fans):
        found.append(rate if place == 0 else rate * base / fan)
    return found


def by_array(base, fans, rate):
    found = rate * base / np.array(fans, float)
    found[0] = rate
    return found


def by_singular_values(weights):
    fan_in, fan_out = weights.shape
    return np.linalg.svd(weights, compute_uv=False)[0] * (fan_in / fan_out) ** 0.5


def by_eigenvalue(weights):
    return np.sqrt(np.linalg.eigvalsh(weights @ weights.T).max() * weights.shape[0] / weights.shape[1])


RIGHT = {
    "width-rate": [0.000625, 0.01 * 128 / 2048, [6.25e-4]],
    "width-sums": [[0.45, 0.015], (0.001 * 0.5 * 900, 0.001 * 0.5 * np.sqrt(900))],
    "width-rates": [by_loop, by_array],
    "width-norm": [by_singular_values, by_eigenvalue],
    "width-last": [
        lambda fan_in, base: np.sqrt(2 * base) / fan_in,
        lambda base, fan_in: (2 * base / fan_in**2) ** 0.5,
    ],
    "width-multiplier": [
        lambda std, rate, multiplier: (std / multiplier, rate / multiplier),
        lambda multiplier, rate, std: np.array([std, rate]) / multiplier,
    ],
}

WRONG = {
    "width-rate": {"a factor by its root": [0.0025], "the factor forgotten": [0.01]},
    "width-sums": {"a factor by its root": [[0.015, 0.015]]},
    "width-rates": {
        "a factor by its root": [lambda fans, rate, base: [rate, *(rate * (base / fan) ** 0.5 for fan in fans[1:])]],
        "the factor forgotten": [lambda fans, rate, base: [rate for _ in fans]],
    },
    "width-norm": {
        "swapped fans": [lambda weights: by_singular_values(weights.T)],
        "the factor forgotten": [lambda weights: np.linalg.norm(weights, 2)],
    },
    "width-last": {
        "variance in place of standard deviation": [lambda fan_in, base: 2 * base / fan_in**2],
        "the factor forgotten": [lambda fan_in, base: (2 / fan_in) ** 0.5],
        "the factor squared": [lambda fan_in, base: (2 / fan_in) ** 0.5 * base / fan_in],
    },
    "width-multiplier": {
        "the factor squared": [lambda std, rate, multiplier: (std / multiplier, rate / multiplier**2)],
        "the factor forgotten": [lambda std, rate, multiplier: (std / multiplier, rate)],
    },
}
