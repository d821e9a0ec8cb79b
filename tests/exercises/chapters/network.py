"""Answers to the exercises of the chapter on initialization."""

import math

import numpy as np

from xavier_lib import ACTIVATIONS, MLP, constant
from xavier_lib.nn.signals import rms


def number_by_number(x, weights, bias):
    sums = [[sum(a * w for a, w in zip(row, unit, strict=True)) for unit in weights.T] for row in x]
    return [[math.tanh(z + b) for z, b in zip(row, bias, strict=True)] for row in sums]


def works_on_copies(x, weights, bias):
    x, bias = np.float32(x), bias.copy()
    bias = np.tile(bias, (len(x), 1))
    bias += x @ weights
    return np.tanh(bias, out=bias)


def adds_to_the_bias(x, weights, bias):
    activations = []
    for row in x:
        z = bias
        z += row @ weights
        activations.append(np.tanh(z))
    return activations


def centers_in_place(x, weights, bias):
    x -= x.mean(axis=0)
    return np.tanh(x @ weights + bias)


def units_in_rows(x, weights, bias):
    return np.tanh(weights.T @ x.T + bias[:, None])


def adds_up(values):
    total = count = 0
    for value in np.ravel(values).tolist():
        total, count = total + value**2, count + 1
    return (total / count) ** 0.5


def squares_in_place(values):
    values **= 2
    return math.sqrt(values.mean())


def from_a_network(classes):
    network = MLP((2, classes), lambda shape, rng=None, dtype=float: constant(shape, 0.3, dtype=dtype))
    return network.loss(np.ones((classes, 2)), np.arange(classes))


def row_by_row(logits, labels):
    losses = [math.log(sum(math.exp(z) for z in row)) - row[label] for row, label in zip(logits, labels, strict=True)]
    return sum(losses) / len(losses)


def shifted(logits, labels):
    moved = logits - logits.max(axis=1)[:, None]
    chosen = np.take_along_axis(moved, labels[:, None], axis=1)
    return np.mean(np.log(np.exp(moved).sum(axis=1, keepdims=True)) - chosen)


def one_hot(logits, labels):
    powers = np.exp(np.float32(logits))
    wanted = np.eye(logits.shape[1])[labels]
    return -(wanted * np.log(powers / powers.sum(1, keepdims=True))).sum(1).mean()


def adds_the_losses(logits, labels):
    powers = np.exp(logits)
    return sum(-math.log(row[label] / row.sum()) for row, label in zip(powers, labels, strict=True))


def shifts_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True) + 1
    return row_by_row(logits, labels)


def layer_after_layer(mean_squares, depth):
    size = mean_squares[0] ** 0.5
    factor = (mean_squares[1] / mean_squares[0]) ** 0.5
    for _ in range(depth):
        size *= factor
    return [size]


def fitted_line(mean_squares, depth):
    slope, height = np.polyfit(range(len(mean_squares)), np.log(mean_squares), 1)
    return np.exp((slope * depth + height) / 2)


def on_from_the_end(depth, mean_squares):
    *_, before, last = np.sqrt(mean_squares)
    return last * (last / before) ** (depth - len(mean_squares) + 1)


def counts_entries(mean_squares, depth):
    sizes = np.sqrt(mean_squares)
    return sizes[0] * (sizes[-1] / sizes[0]) ** (depth / len(sizes))


def skips_the_input(mean_squares, depth):
    sizes = np.sqrt(mean_squares)
    return sizes[0] * (sizes[-1] / sizes[0]) ** (depth / (len(sizes) - 2))


def with_the_output_layer(mean_squares, depth):
    return fitted_line(mean_squares, depth + 1)


def from_the_first_layer(mean_squares, depth):
    return fitted_line(mean_squares, depth - 1)


def root_in_place(mean_squares, depth):
    mean_squares **= 0.5
    return on_from_the_end(depth, mean_squares**2)


RIGHT = {
    "network-slow": [1, 1.0, np.int64(1), [1]],
    "network-layer": [
        lambda x, weights, bias: np.tanh(x @ weights + bias),
        lambda bias, weights, x: ACTIVATIONS["tanh"].f(np.float32(x).dot(np.float32(weights)) + np.float32(bias)),
        lambda a, w, b: 1 - 2 / (1 + np.exp(2 * (np.einsum("ri,io->ro", a, w) + b))),
        number_by_number,
        works_on_copies,
    ],
    "network-rms": [
        rms,
        adds_up,
        lambda v: np.linalg.norm(np.float32(v)) / math.sqrt(v.size),
        lambda values: [math.hypot(values.mean(), values.std())],
    ],
    "network-loss": [
        math.log,
        np.log,
        from_a_network,
        lambda classes: -np.log(np.float32(1) / classes),
        lambda n, base=math.e: [math.log2(n) / math.log2(base)],
        lambda classes: -sum(1 / classes * math.log(1 / classes) for _ in range(classes)),
    ],
    "network-find": [
        row_by_row,
        shifted,
        one_hot,
        lambda labels, logits: row_by_row(logits.tolist(), labels.tolist()),
    ],
    "network-left": [layer_after_layer, fitted_line, on_from_the_end],
}

WRONG = {
    "network-slow": {},
    "network-layer": {
        "weights drawn but transposed": [units_in_rows],
        "an argument changed in place": [adds_to_the_bias, centers_in_place],
    },
    "network-rms": {
        "the missing root": [lambda values: (values**2).mean()],
        "the sum in place of the mean": [
            lambda values: np.sqrt((values**2).sum()),
            lambda values: np.dot(values.ravel(), values.ravel()),
        ],
        "variance in place of second moment": [
            lambda values: np.sqrt(np.mean((values - values.mean()) ** 2)),
            lambda values: np.var(values),
            lambda values: np.sqrt(((values - values.mean()) ** 2).sum() / (values.size - 1)),
        ],
        "an argument changed in place": [squares_in_place],
    },
    "network-loss": {
        "another base of the logarithm": [lambda classes: np.log2(classes), lambda n: math.log(n, 10)],
        "the sign": [lambda classes: np.log(1 / classes)],
        "the probability in place of its logarithm": [lambda classes: classes**-1],
        "zeros": [lambda classes: round(sum(1 / classes for _ in range(classes))) - 1],
        "a constant": [lambda classes: math.log(10)],
    },
    "network-find": {
        "the sum in place of the mean": [adds_the_losses],
        "an argument changed in place": [shifts_in_place],
    },
    "network-left": {
        "the missing root": [lambda mean_squares, depth: fitted_line(mean_squares, depth) ** 2],
        "one layer too many or too few": [
            counts_entries,
            skips_the_input,
            with_the_output_layer,
            from_the_first_layer,
        ],
        "an argument changed in place": [root_in_place],
    },
}
