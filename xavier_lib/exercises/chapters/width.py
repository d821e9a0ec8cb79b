"""The exercises of the chapter on width: a rate, two sums, a list of rates, a measure, last weights, a multiplier."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.width import RATE, SUMS
from xavier_lib.exercises.value import Value

Array = NDArray[Any]


def rates(fans: list[int], rate: float, base: int, *, power: float = 1.0) -> list[float]:
    """Return the rates of the weights; the first layer's stays."""
    return [rate, *(rate * (base / fan) ** power for fan in fans[1:])]


def measured(weights: Array) -> float:
    """Return the spectral norm from rms to rms."""
    return float(np.linalg.norm(weights, 2) * math.sqrt(weights.shape[0] / weights.shape[1]))


def last(fan_in: int, base: int, *, power: float = 0.5) -> float:
    """Return the standard deviation of µP's last weights."""
    return math.sqrt(2 / fan_in) * math.pow(base / fan_in, power)


SHAPES = ((64, 20), (20, 64), (30, 30))
EXERCISES = (
    Value(
        name="width-rate",
        title="A rate for the large network",
        stars=1,
        kind="derive",
        **RATE.own,
        variants=RATE,
    ),
    Value(
        name="width-sums",
        title="Two sums",
        stars=1,
        kind="predict",
        **SUMS.own,
        variants=SUMS,
    ),
    Formula(
        name="width-rates",
        title="A list of rates",
        stars=2,
        kind="find",
        reference=lambda fans, rate, base: rates(fans, rate, base),
        cases=[
            {"fans": fans, "rate": rate, "base": base}
            for fans, rate, base in (
                ([64, 256, 256], 0.01, 32),
                ([784, 512, 128, 128], 0.002, 64),
                ([3, 48, 96], 0.1, 16),
            )
        ],
        slips={
            "a factor by its root": [lambda fans, rate, base: rates(fans, rate, base, power=0.5)],
            "the factor forgotten": [lambda fans, rate, base: [rate] * len(fans)],
        },
    ),
    Formula(
        name="width-norm",
        title="A stretch from rms to rms",
        stars=2,
        kind="write",
        reference=lambda weights: measured(weights),
        cases=[{"weights": normal(shape, seed)} for seed, shape in enumerate(SHAPES)],
        slips={
            "swapped fans": [lambda weights: measured(weights.T)],
            "the factor forgotten": [lambda weights: np.linalg.norm(weights, 2)],
        },
    ),
    Formula(
        name="width-last",
        title="The last weights",
        stars=2,
        kind="derive",
        reference=lambda fan_in, base: last(fan_in, base),
        cases=[{"fan_in": fan_in, "base": base} for fan_in, base in ((256, 32), (512, 64), (48, 16))],
        slips={
            "variance in place of standard deviation": [lambda fan_in, base: last(fan_in, base) ** 2],
            "the factor forgotten": [lambda fan_in, base: last(fan_in, base, power=0)],
            "the factor squared": [lambda fan_in, base: last(fan_in, base, power=1)],
        },
    ),
    Formula(
        name="width-multiplier",
        title="A multiplier in place of a rate",
        stars=3,
        kind="derive",
        reference=lambda std, rate, multiplier: [std / multiplier, rate / multiplier],
        cases=[
            {"std": std, "rate": rate, "multiplier": multiplier}
            for std, rate, multiplier in ((0.1, 0.01, 0.25), (0.5, 0.002, 8.0), (0.02, 0.1, 0.1))
        ],
        slips={
            "the factor squared": [lambda std, rate, multiplier: [std / multiplier, rate / multiplier**2]],
            "the factor forgotten": [lambda std, rate, multiplier: [std / multiplier, rate]],
        },
    ),
)
