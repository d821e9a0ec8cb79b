"""The exercises of the chapter on gains: a slope, the mean, near zero, both passes, and where tanh settles."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.gain import THREE
from xavier_lib.exercises.value import Value
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.signals import rms

Array = NDArray[Any]


def kumar(value: float, slope: float) -> float:
    """Return the gain that keeps a variance of 1 of activations on the tangent at zero; Kumar (2017)."""
    return 1 / (slope * math.sqrt(1 + value * value))


def both(forward: float, backward: float) -> float:
    """Return the gain halfway between the shares that are kept in two passes."""
    return math.sqrt(2 / (forward**-2 + backward**-2))


def settled(factor: float, z: Array, weights: Array) -> float:
    """Return the rms at which the pre-activations of wide tanh layers settle."""
    size = 1.0
    for _ in range(100):
        size = factor * math.sqrt(np.tanh(size * z) ** 2 @ weights)
    return size


def normal_points() -> dict[str, Array]:
    """Return points and the weights of means over standard normal numbers."""
    z = np.linspace(-8, 8, 4001)
    weights = np.exp(-(z**2) / 2)
    return {"z": z, "weights": weights / weights.sum()}


def outputs(name: ActivationName, size: float) -> Array:
    """Return what an activation gives for normal pre-activations, the same at every import."""
    return ACTIVATIONS[name].f(size * np.random.default_rng(0).standard_normal(1000))


EXERCISES = (
    Value(
        name="gain-three",
        title="A slope of three",
        stars=1,
        kind="derive",
        **THREE.own,
        variants=THREE,
    ),
    Formula(
        name="gain-sample",
        title="A spread is not a size",
        stars=2,
        kind="find",
        reference=lambda outputs, size: size / rms(outputs),
        cases=[
            {"outputs": outputs("sigmoid", 1.0), "size": 1.0},
            {"outputs": outputs("relu", 2.0), "size": 2.0},
            {"outputs": outputs("relu", 0.3), "size": 0.3},
        ],
        slips={
            "variance in place of second moment": [lambda outputs, size: size / np.std(outputs)],
            "the missing root": [lambda outputs, size: size / rms(outputs) ** 2],
            "the sum in place of the mean": [lambda outputs, size: size / math.sqrt(np.sum(outputs**2))],
            "sizes that are not squared": [lambda outputs, size: size / np.abs(outputs).mean()],
        },
    ),
    Formula(
        name="gain-kumar",
        title="A gain near zero",
        stars=2,
        kind="write",
        reference=kumar,
        cases=[{"value": value, "slope": slope} for value, slope in ((0.5, 0.25), (0.7, 0.5), (0.0, 2.0))],
        slips={
            "the missing root": [lambda value, slope: kumar(value, slope) ** 2],
            "the slope forgotten": [lambda value, slope: kumar(value, 1.0)],
        },
    ),
    Formula(
        name="gain-both",
        title="One gain for two passes",
        stars=2,
        kind="write",
        reference=both,
        cases=[
            {"forward": forward, "backward": backward} for forward, backward in ((1.6, 1.5), (1.85, 4.7), (0.5, 2.0))
        ],
        slips={
            "the missing root": [lambda forward, backward: both(forward, backward) ** 2],
            "the sum in place of the mean": [lambda forward, backward: both(forward, backward) / math.sqrt(2)],
        },
    ),
    Formula(
        name="gain-settles",
        title="Where tanh settles",
        stars=3,
        kind="write",
        reference=settled,
        cases=[{"factor": factor, **normal_points()} for factor in (1.5, 5 / 3, 3.0)],
        slips={
            "variance in place of standard deviation": [lambda factor, z, weights: settled(factor, z, weights) ** 2],
            "the gain squared": [lambda factor, z, weights: settled(factor**2, z, weights)],
        },
        tolerance=1e-4,
    ),
)
