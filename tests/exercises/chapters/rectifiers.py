"""Answers to the exercises of the chapter that replays He et al. (2015)."""

import math

import numpy as np

from xavier_lib import MLP
from xavier_lib.nn.signals import activation_rms, gradient_rms, rms


def by_loop(filters, std, kernel):
    variance = 1.0
    for count in filters:
        variance *= 0.5 * kernel**2 * count * std**2
    return variance**0.5


def by_logarithm(filters, std, kernel):
    return np.exp(np.sum(np.log(std * kernel * np.sqrt(np.array(filters) / 2))))


def forward(initializer):
    network = MLP((128,) * 32, initializer, activation="relu", rng=0)
    assert 0.1 < activation_rms(network, np.random.default_rng(0).standard_normal((50, 128)))[30] < 10


def backward(initializer):
    network = MLP((128,) * 32, initializer, activation="relu", rng=1)
    size = gradient_rms(network, np.random.default_rng(1).standard_normal((50, 128)), rng=1)
    return 0.1 < size[0] / size[-1] < 10


def as_shown(initializer):
    network = MLP((64,) * 32, initializer, activation="relu", rng=0)
    parts = network.gradients(np.random.default_rng(0).standard_normal((100, 64)), np.zeros(100, int)).weights
    assert 0.1 < rms(parts[1]) / rms(parts[29]) < 10


def shallow(initializer):
    network = MLP((256,) * 4, initializer, activation="relu", rng=0)
    assert 0.3 < activation_rms(network, np.random.default_rng(0).standard_normal((50, 256)))[2] < 3


def too_strict(initializer):
    network = MLP((64,) * 32, initializer, activation="relu", rng=0)
    assert activation_rms(network, np.random.default_rng(0).standard_normal((50, 64)))[30] == 1


RIGHT = {
    "rectifiers-spreads": [
        [0.05, 0.03536, 0.02887, 0.01768],
        np.sqrt(2 / (25 * np.array([32, 64, 96, 256]))).astype(np.float32),
        (0.05, 0.0354, 0.0289, 0.0177),
    ],
    "rectifiers-share": [
        lambda filters, std, kernel: math.prod(std * kernel * math.sqrt(d / 2) for d in filters),
        lambda kernel, std, filters: np.float32(math.prod(std / (2 / (kernel**2 * d)) ** 0.5 for d in filters)),
        by_loop,
        by_logarithm,
    ],
    "rectifiers-slope": [
        lambda depth, slope: (1 + slope**2) ** (depth / 2),
        lambda slope, depth: np.sqrt(np.float32(1 + slope * slope)) ** depth,
        lambda n, a: [math.exp(n / 2 * math.log1p(a * a))],
    ],
    "rectifiers-fan": ["about a third is left", " About a third  is left"],
    "rectifiers-test": [forward, backward],
}

WRONG = {
    "rectifiers-spreads": {
        "the receptive field forgotten": [[0.25, 0.1768, 0.1443, 0.0884]],
        "variance in place of standard deviation": [[2 / (25 * d) for d in (32, 64, 96, 256)]],
        "the factor 2 forgotten": [[0.03536, 0.025, 0.02041, 0.0125]],
    },
    "rectifiers-share": {
        "the missing root": [lambda filters, std, kernel: math.prod(std**2 * kernel**2 * d / 2 for d in filters)],
        "the receptive field forgotten": [
            lambda filters, std, kernel: math.prod(std * math.sqrt(d / 2) for d in filters)
        ],
        "the factor 2 forgotten": [lambda filters, std, kernel: math.prod(std * kernel * d**0.5 for d in filters)],
        "one layer too many or too few": [
            lambda filters, std, kernel: math.prod(std * kernel * math.sqrt(d / 2) for d in filters[1:]),
            lambda filters, std, kernel: math.prod(std * kernel * math.sqrt(d / 2) for d in filters[:-1]),
        ],
    },
    "rectifiers-slope": {
        "the missing root": [lambda depth, slope: (1 + slope**2) ** depth],
        "the slope not squared": [lambda depth, slope: math.sqrt(1 + slope) ** depth],
        "one layer too many or too few": [
            lambda depth, slope: (1 + slope**2) ** ((depth - 1) / 2),
            lambda depth, slope: (1 + slope**2) ** ((depth + 1) / 2),
        ],
    },
    "rectifiers-fan": {},
    "rectifiers-test": {
        "a test that cannot fail": [lambda initializer: initializer((3, 4), rng=0).size > 0],
        "a test that lets something wrong pass": [as_shown, shallow],
        "a test that refuses correct weights": [too_strict],
    },
}
