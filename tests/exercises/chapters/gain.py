"""Answers to the exercises of the chapter on gains."""

import math

import numpy as np


def by_sum(outputs, size):
    return size * math.sqrt(len(outputs) / sum(value * value for value in outputs.tolist()))


def in_place(outputs, size):
    outputs **= 2
    return size / math.sqrt(outputs.mean())


def kumar(value, slope):
    return 1 / math.hypot(slope, slope * value)


def both(forward, backward):
    kept = (1 / forward**2 + 1 / backward**2) / 2
    return kept**-0.5


def settled(factor, z, weights):
    size = 0.5
    for _ in range(1000):
        size = factor * np.linalg.norm(np.tanh(size * z) * np.sqrt(weights))
    return size


def bisected(factor, z, weights):
    low, high = 1e-6, 2 * factor
    for _ in range(50):
        middle = (low + high) / 2
        grows = factor**2 * (weights @ np.tanh(middle * z) ** 2) > middle**2
        low, high = (middle, high) if grows else (low, middle)
    return high


RIGHT = {
    "gain-three": [np.sqrt(2) / 3, 1 / np.sqrt(4.5), 0.4714],
    "gain-sample": [by_sum, lambda outputs, size: size / np.sqrt((outputs**2).mean())],
    "gain-kumar": [kumar, lambda value, slope: (slope**2 + (slope * value) ** 2) ** -0.5],
    "gain-both": [both, lambda backward, forward: both(forward, backward)],
    "gain-settles": [settled, bisected],
}

WRONG = {
    "gain-three": {
        "the missing root": [2 / 9, 1 / 4.5],
        "the factor 2 forgotten": [1 / 3],
        "the slope forgotten": [2**0.5],
        "the slope not squared": [(2 / 3) ** 0.5],
    },
    "gain-sample": {
        "sizes that are not squared": [lambda outputs, size: size / np.abs(outputs).mean()],
        "variance in place of second moment": [lambda outputs, size: size / outputs.std()],
        "the missing root": [lambda outputs, size: size / (outputs**2).mean()],
        "the sum in place of the mean": [lambda outputs, size: size / np.linalg.norm(outputs)],
        "an argument changed in place": [in_place],
    },
    "gain-kumar": {
        "the missing root": [lambda value, slope: 1 / (slope**2 * (1 + value**2))],
        "the slope forgotten": [lambda value, slope: (1 + value**2) ** -0.5],
    },
    "gain-both": {
        "the missing root": [lambda forward, backward: 2 / (forward**-2 + backward**-2)],
        "the sum in place of the mean": [lambda forward, backward: (forward**-2 + backward**-2) ** -0.5],
    },
    "gain-settles": {
        "variance in place of standard deviation": [lambda factor, z, weights: bisected(factor, z, weights) ** 2],
        "the gain squared": [lambda factor, z, weights: bisected(factor**2, z, weights)],
    },
}
