"""The exercises of the chapter on He: what an activation takes, the slope, the gain, and the size that counts."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.rules import HE_SLIPS, adapted
from xavier_lib.exercises.start import Start
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.glorot import glorot_std
from xavier_lib.he import forward_gain, he_limit, he_std
from xavier_lib.nn.signals import rms

FANS_AND_SLOPES = ((300, 0.2), (20, 0.5), (784, 0.01), (64, 0.0), (256, 1.5))
SHAPES, NAMES = ((512, 64), (48, 640), (20, 1600)), ("tanh", "softsign", "sigmoid")


def after_twenty(gain: float) -> str:
    """Say what a gain does to a signal in twenty layers whose activation takes nothing."""
    if gain < 0:
        return f"A gain is a positive number, and {gain:.4g} is not."
    factor = Decimal(gain) ** 20  # a float would overflow
    return f"With the gain {gain:.4g}, twenty layers of this activation multiply the rms of a signal by {factor:.3g}."


def relu(z: NDArray[Any]) -> NDArray[Any]:
    """Return what ReLU passes on."""
    return np.asarray(np.maximum(z, 0))


def told(shape: tuple[int, int], negative_slope: float) -> float:
    """Return the standard deviation of He weights that were told the slope."""
    return he_std(shape[0], negative_slope)


def gained(shape: tuple[int, int], activation: Any) -> float:
    """Return the standard deviation that keeps the signal of an activation on its way forward."""
    return forward_gain(activation) / math.sqrt(shape[0])


EXERCISES = (
    Value(
        name="he-absolute",
        title="An activation that takes nothing",
        stars=1,
        kind="predict",
        target=1.0,
        slips={"He where Xavier was asked": [math.sqrt(2)]},
        shows=after_twenty,
    ),
    Formula(
        name="he-limit",
        title="The limit for a leaky slope",
        stars=1,
        kind="write",
        reference=he_limit,
        cases=[{"fan": fan, "negative_slope": slope} for fan, slope in FANS_AND_SLOPES],
        slips={
            **adapted(HE_SLIPS, lambda rule: lambda **case: math.sqrt(3) * rule(*case.values())),
            "the missing root": [lambda **case: he_limit(**case) ** 2],
            "the forgotten √3": [he_std],
            "a bias among the inputs": [lambda fan, negative_slope: he_limit(fan + 1, negative_slope)],
        },
    ),
    Formula(
        name="he-moment",
        title="What the next layer feels",
        stars=2,
        kind="find",
        reference=lambda z: rms(relu(z)) ** 2,
        cases=[{"z": 3 * normal((6, 5), 1)}, {"z": normal((40,), 2, mean=-0.5)}, {"z": normal((3, 4, 2), 3, mean=1.0)}],
        slips={
            "variance in place of second moment": [lambda z: relu(z).var()],
            "the sum in place of the mean": [lambda z: np.sum(relu(z) ** 2)],
            "sizes that are not squared": [lambda z: relu(z).mean()],
        },
    ),
    Start(
        name="he-start",
        title="A start for a leaky network",
        stars=2,
        kind="write",
        std=told,
        cases=[{"shape": shape, "negative_slope": a} for shape, a in zip(SHAPES, (0.2, 0.5, 0.8), strict=True)],
        distributions=("normal", "truncated_normal"),
        slips={
            **adapted(HE_SLIPS, lambda rule: lambda shape, negative_slope: rule(shape[0], negative_slope)),
            "swapped fans": [lambda shape, negative_slope: told(shape[::-1], negative_slope)],
            "the mean of both fans": [
                lambda shape, negative_slope: math.sqrt(2 / (1 + negative_slope**2)) * glorot_std(*shape)
            ],
            "Xavier where He was asked": [lambda shape, negative_slope: glorot_std(*shape)],
            "limit in place of standard deviation": [lambda **case: math.sqrt(3) * told(**case)],
            "the forgotten √3": [lambda **case: told(**case) / math.sqrt(3)],
        },
    ),
    Start(
        name="he-gain",
        title="A start for any activation",
        stars=2,
        kind="write",
        std=gained,
        cases=[{"shape": shape, "activation": name} for shape, name in zip(SHAPES, NAMES, strict=True)],
        slips={
            "the gain squared": [lambda shape, activation: forward_gain(activation) * gained(shape, activation)],
            "the gain forgotten": [lambda shape, activation, k=k: math.sqrt(k / shape[0]) for k in (1, 2)],
            "Xavier where He was asked": [
                lambda shape, activation, p=p: forward_gain(activation) ** p * glorot_std(*shape) for p in (0, 1)
            ],
            "swapped fans": [lambda shape, activation: gained(shape[::-1], activation)],
            "variance in place of standard deviation": [
                lambda shape, activation, p=p: forward_gain(activation) ** p / shape[0] for p in (1, 2)
            ],
            "the forgotten √3": [lambda **case: gained(**case) / math.sqrt(3)],
        },
    ),
    Choice(
        name="he-bold",
        title="Rescue Xavier with a bold rate",
        stars=2,
        kind="predict",
        target="neither",
        options={
            "both": "In two epochs at the rate 1, the test accuracy never reached 20 %.",
            "0.1 only": "In two epochs at the rate 0.1, the test accuracy never reached 20 %.",
            "1 only": "In two epochs at the rate 1, the test accuracy never reached 20 %.",
            "neither": "At 0.1 two epochs do not get there, and at 1 a layer is switched off. Patience at 0.01 helps.",
        },
    ),
    Formula(
        name="he-data",
        title="Let the data set the scale",
        stars=3,
        kind="write",
        reference=lambda weights, x: weights * math.sqrt(2) / rms(x @ weights),
        cases=[
            {"weights": 3 * normal((6, 4), 4), "x": relu(normal((9, 6), 5))},
            {"weights": 0.05 * normal((3, 7), 6), "x": relu(normal((5, 3), 7))},
            {"weights": 2 * normal((8, 3), 8), "x": normal((12, 8), 9, mean=0.5)},
        ],
        slips={
            "variance in place of second moment": [lambda weights, x: weights * math.sqrt(2) / np.std(x @ weights)],
            "the missing root": [lambda weights, x, k=k: k * weights / rms(x @ weights) ** 2 for k in (2**0.5, 2)],
            "the factor 2 forgotten": [lambda weights, x: weights / rms(x @ weights)],
            "the sum in place of the mean": [lambda weights, x: weights * math.sqrt(2) / np.linalg.norm(x @ weights)],
        },
    ),
)
