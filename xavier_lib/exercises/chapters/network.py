"""The exercises of the chapter on initialization: layers crossed, one layer, the rms, the first loss, what is left."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.network import SLOW
from xavier_lib.exercises.value import Value
from xavier_lib.nn.backpropagation import cross_entropy
from xavier_lib.nn.signals import rms

Array = NDArray[Any]

SOURCE = np.random.default_rng(20)
LAYERS = ((2, 3, 3), (5, 3, 4), (1, 6, 2))  # rows, inputs, outputs
RECORDS = ((4.0, 0.5, 4, 6), (1.0, 0.46, 6, 10), (2.5, 0.8, 4, 2), (0.3, 1.2, 5, 7))  # as record takes them, then depth


def layer(x: Array, weights: Array, bias: Array) -> Array:
    """Return the activations of one tanh layer."""
    activations: Array = np.tanh(x @ weights + bias)
    return activations


def mean_loss(logits: Array, labels: Array) -> float:
    """Return the mean cross-entropy over the rows, in nats."""
    return cross_entropy(logits, labels)[0]


def own(logits: Array, labels: Array) -> Array:
    """Return the probability that each row gives its own class."""
    powers = np.exp(logits)
    return np.asarray((powers / powers.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels])


def guess(rows: int, classes: int, size: float) -> dict[str, Array]:
    """Return logits of a size and labels for them."""
    logits = size * SOURCE.standard_normal((rows, classes)) + 0.0  # no zero is shown as -0
    return {"logits": logits, "labels": SOURCE.integers(classes, size=rows)}


def record(first: float, factor: float, entries: int) -> Array:
    """Return the mean squares of a signal whose rms each layer multiplies by a factor."""
    moments: Array = first * factor ** (2 * np.arange(entries))
    return moments


def mean_square_left(mean_squares: Array, depth: float, missed: int = 0) -> float:
    """Return the mean square after so many layers, where a record holds some layers more or fewer than it should."""
    factor = (mean_squares[-1] / mean_squares[0]) ** (1 / (len(mean_squares) - 1 + missed))
    return float(mean_squares[0] * factor**depth)


EXERCISES = (
    Value(
        name="network-slow",
        title="Predict, then run",
        stars=1,
        kind="predict",
        tolerance=1e-6,
        **SLOW.own,
        variants=SLOW,
    ),
    Formula(
        name="network-layer",
        title="One layer",
        stars=1,
        kind="write",
        reference=layer,
        cases=[
            {
                "x": SOURCE.standard_normal((rows, n_in)),
                "weights": SOURCE.normal(0, 0.5, (n_in, n_out)),
                "bias": SOURCE.normal(0, 0.5, n_out),
            }
            for rows, n_in, n_out in LAYERS
        ],
        slips={"the activation forgotten": [lambda x, weights, bias: x @ weights + bias]},
    ),
    Formula(
        name="network-rms",
        title="The size of a signal",
        stars=2,
        kind="write",
        reference=rms,
        cases=[
            {"values": np.array([3.0, -1.0, 4.0, 0.0, 5.0])},
            {"values": 2 + 3 * SOURCE.standard_normal((4, 6))},
            {"values": SOURCE.uniform(0, 0.1, (2, 3, 4))},
        ],
        slips={
            "the missing root": [lambda values: rms(values) ** 2],
            "the sum in place of the mean": [
                lambda values: np.linalg.norm(values.ravel()),
                lambda values: np.sum(values**2),
            ],
            "variance in place of second moment": [
                lambda values: values.std(),
                lambda values: values.std(ddof=1),
                lambda values: values.var(),
            ],
            "sizes that are not squared": [lambda values: np.abs(values).mean()],
        },
    ),
    Formula(
        name="network-loss",
        title="Loss at the start",
        stars=2,
        kind="derive",
        reference=lambda classes: math.log(classes),
        cases=[{"classes": classes} for classes in (10, 2, 3, 26, 1000)],
        slips={
            "another base of the logarithm": [lambda classes: math.log2(classes), lambda classes: math.log10(classes)],
            "the sign": [lambda classes: -math.log(classes)],
            "the probability in place of its logarithm": [lambda classes: 1 / classes],
        },
    ),
    Formula(
        name="network-find",
        title="A loss that grows with the batch",
        stars=2,
        kind="find",
        reference=mean_loss,
        cases=[guess(2, 5, 0.0), guess(4, 3, 1.0), guess(7, 10, 2.0), guess(1, 4, 1.0)],
        slips={
            "the sum in place of the mean": [lambda logits, labels: len(labels) * mean_loss(logits, labels)],
            "the sign": [lambda logits, labels: -mean_loss(logits, labels)],
            "the probability in place of its logarithm": [
                lambda logits, labels: own(logits, labels).mean(),
                lambda logits, labels: -own(logits, labels).mean(),
                lambda logits, labels: 1 - own(logits, labels).mean(),
            ],
        },
    ),
    Formula(
        name="network-left",
        title="What a deeper network leaves",
        stars=3,
        kind="derive",
        reference=lambda mean_squares, depth: math.sqrt(mean_square_left(mean_squares, depth)),
        cases=[{"mean_squares": record(first, factor, n), "depth": depth} for first, factor, n, depth in RECORDS],
        slips={
            "the missing root": [mean_square_left],
            "one layer too many or too few": [
                lambda mean_squares, depth: math.sqrt(mean_square_left(mean_squares, depth, missed=1)),
                lambda mean_squares, depth: math.sqrt(mean_square_left(mean_squares, depth, missed=-1)),
                lambda mean_squares, depth: math.sqrt(mean_square_left(mean_squares, depth + 1)),
                lambda mean_squares, depth: math.sqrt(mean_square_left(mean_squares, depth - 1)),
            ],
        },
    ),
)
