"""Answers to the exercises of the chapter on the sigmoid."""

import math

import numpy as np

from xavier_lib import ACTIVATIONS
from xavier_lib.sigmoid import centered


def logistic(z):
    return 1 / (1 + np.exp(-z))


def slope_by_hyperbolic_cosine(z):
    return 1 / (4 * np.cosh(z / 2) ** 2)


def slope_by_nudging(z, step=1e-5):
    return (logistic(z + step) - logistic(z - step)) / (2 * step)


def slope_entry_by_entry(z):
    slopes = np.empty(np.shape(z), dtype=np.float32)
    for index, value in np.ndenumerate(z):
        slopes[index] = math.exp(-value) / (1 + math.exp(-value)) ** 2
    return slopes


def slope_of_a_slice(z):
    z[:] = logistic(z)
    return z * (1 - z)


def by_sums(weights, z, gradient):
    slope = centered("sigmoid").df(z)
    return [[sum(g * s * w) for w in weights] for g, s in zip(gradient, slope, strict=True)]


def by_einsum(g, z, w):
    a = logistic(z)
    return np.einsum("rj,rj,ij->ri", g.astype(np.float32), a * (1 - a), w)


def gradient_overwritten(gradient, z, weights):
    gradient *= ACTIVATIONS["sigmoid"].df(z)
    return gradient @ weights.T


def slope_of_the_output(gradient, z, weights):
    a = logistic(z)
    return np.dot(gradient * ACTIVATIONS["sigmoid"].df(a), weights.T)


def layer_by_layer(factor, depth):
    size = 1.0
    for _ in range(depth):
        size *= factor * 0.25
    return size


def slopes_but_the_last(factor, depth):
    return factor * math.prod([factor / 4] * (depth - 1))


def counted(activations):
    hits = [a * (1 - a) < 0.05 * 0.25 for a in np.ravel(activations)]
    return sum(hits) / len(hits)


def through_z(activations):
    z = np.log(activations / (1 - activations))
    return np.mean(ACTIVATIONS["sigmoid"].df(z) < 0.0125, dtype=np.float32)


def by_the_ends(activations):
    end = (1 - math.sqrt(0.95)) / 2
    return 1 - ((end <= activations) & (activations <= 1 - end)).mean()


RIGHT = {
    "sigmoid-flatness": ["relu", "ReLU", " RELU "],
    "sigmoid-slope": [
        lambda z: logistic(z) * (1 - logistic(z)),
        lambda x: ACTIVATIONS["sigmoid"].df(x).astype(np.float32),
        lambda z: (1 - np.tanh(z / 2) ** 2) / 4,
        slope_by_hyperbolic_cosine,
        slope_by_nudging,
        slope_entry_by_entry,
        ACTIVATIONS["sigmoid"].df,
    ],
    "sigmoid-tanh": [(0, 1), [0.0, 1.0], np.array([0, 1], dtype=np.float32), np.array([[0.0], [1.0]])],
    "sigmoid-backward": [
        lambda gradient, z, weights: (gradient * logistic(z) * logistic(-z)) @ weights.T,
        lambda gradient, z, weights: (weights @ (slope_by_hyperbolic_cosine(z) * gradient).T).T,
        by_sums,
        by_einsum,
    ],
    "sigmoid-bound": [
        lambda factor, depth: (factor / 4) ** depth,
        lambda depth, factor: factor**depth / 4**depth,
        lambda gain, layers: math.exp(layers * math.log(gain / 4)),
        lambda factor, depth: np.prod(np.full(depth, np.float32(factor) / 4)),
        layer_by_layer,
    ],
    "sigmoid-program": [
        lambda activations: np.mean(activations * (1 - activations) < 0.05 / 4),
        lambda a: (np.minimum(a, 1 - a) < (1 - 0.95**0.5) / 2).mean(),
        lambda activations: np.mean(1 - (2 * activations - 1) ** 2 < 0.05),
        counted,
        through_z,
        by_the_ends,
    ],
    "sigmoid-linear": ["deeper ahead, still one layer", "Deeper ahead,  still one layer"],
}

WRONG = {
    "sigmoid-slope": {
        "the derivative at the wrong place": [
            lambda z: logistic(logistic(z)) * (1 - logistic(logistic(z))),
            lambda z: slope_by_hyperbolic_cosine(logistic(z)),
            lambda z: z - z**2,
        ],
        "an argument changed in place": [slope_of_a_slice],
    },
    "sigmoid-tanh": {"the factor 2 forgotten": [(0, 0.5), [0, 1 / 2]]},
    "sigmoid-backward": {
        "the derivative forgotten": [lambda gradient, z, weights: np.einsum("rj,ij->ri", gradient, weights)],
        "the derivative at the wrong place": [
            slope_of_the_output,
            lambda d, z, weights: np.dot(d * (z - z * z), np.transpose(weights)),
        ],
        "an argument changed in place": [gradient_overwritten],
    },
    "sigmoid-bound": {
        "the derivative forgotten": [lambda factor, depth: math.prod([factor] * depth)],
        "one layer too many or too few": [
            slopes_but_the_last,
            lambda factor, depth: layer_by_layer(factor, depth - 1),
            lambda factor, depth: layer_by_layer(factor, depth + 1),
            lambda factor, depth: layer_by_layer(factor, depth) / 4,
            lambda factor, depth: layer_by_layer(factor, depth) * factor,
            lambda factor, depth: layer_by_layer(factor, depth) / factor,
        ],
    },
    "sigmoid-program": {
        "the sum in place of the mean": [
            lambda activations: np.count_nonzero(
                slope_by_hyperbolic_cosine(np.log(activations / (1 - activations))) < 0.0125
            ),
            lambda activations: int(np.sum(activations * (1 - activations) < 0.0125)),
        ]
    },
}
