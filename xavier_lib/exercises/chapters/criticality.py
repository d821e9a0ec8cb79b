"""The exercises of the chapter on criticality: a variance, a depth, a slope, a likeness, and the edge."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.criticality import DEPTH, RELU
from xavier_lib.exercises.value import Value

Array = NDArray[Any]


def normal_points() -> dict[str, Array]:
    """Return points and the weights of means over standard normal numbers."""
    z = np.linspace(-8, 8, 4001)
    weights = np.exp(-(z**2) / 2)
    return {"z": z, "weights": weights / weights.sum()}


def next_likeness(c: float) -> float:
    """Return the correlation behind a ReLU."""
    return (math.sqrt(1 - c * c) + (math.pi - math.acos(c)) * c) / math.pi


def edge(sigma_b: float, z: Array, weights: Array) -> float:
    """Return the spread of the weights at which tanh lies at the edge of chaos."""
    low, high, square = 0.0, 50.0, 1.0
    for _ in range(60):
        q = (low + high) / 2
        signal = np.tanh(math.sqrt(q) * z)
        square = 1 / float((1 - signal**2) ** 2 @ weights)
        enough = q - square * float(signal**2 @ weights) > sigma_b**2
        low, high = (low, q) if enough else (q, high)
    return math.sqrt(square)


EXERCISES = (
    Value(
        name="criticality-relu",
        title="Where ReLU settles",
        stars=1,
        kind="derive",
        **RELU.own,
        variants=RELU,
    ),
    Value(
        name="criticality-depth",
        title="A depth from a slope",
        stars=1,
        kind="derive",
        **DEPTH.own,
        variants=DEPTH,
    ),
    Formula(
        name="criticality-chi",
        title="A slope is squared before its mean",
        stars=2,
        kind="find",
        reference=lambda slopes, sigma_w: sigma_w**2 * np.mean(slopes**2),
        cases=[
            {"slopes": normal((200,), seed, mean=mean, std=0.3), "sigma_w": spread}
            for seed, (mean, spread) in enumerate(((0.7, 1.5), (0.4, 2.5), (1.0, 0.8)))
        ],
        slips={
            "variance in place of second moment": [lambda slopes, sigma_w: sigma_w**2 * np.var(slopes)],
            "the factor not squared": [lambda slopes, sigma_w: sigma_w * np.mean(slopes**2)],
            "the sum in place of the mean": [lambda slopes, sigma_w: sigma_w**2 * np.sum(slopes**2)],
        },
    ),
    Formula(
        name="criticality-next",
        title="The likeness behind a ReLU",
        stars=2,
        kind="write",
        reference=next_likeness,
        cases=[{"c": c} for c in (0.0, 0.6, -0.4, 0.95)],
        slips={"the factor 2 forgotten": [lambda c: next_likeness(c) / 2]},
    ),
    Formula(
        name="criticality-edge",
        title="Where the edge lies",
        stars=3,
        kind="write",
        reference=edge,
        cases=[{"sigma_b": sigma_b, **normal_points()} for sigma_b in (0.1, 0.3, 1.0)],
        slips={
            "variance in place of standard deviation": [lambda sigma_b, z, weights: edge(sigma_b, z, weights) ** 2],
            "the factor not squared": [lambda sigma_b, z, weights: edge(math.sqrt(sigma_b), z, weights)],
        },
        tolerance=1e-3,
    ),
)
