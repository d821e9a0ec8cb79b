"""The exercises of the chapter that replays He et al. (2015): spreads, shares, slopes, and a test of a start."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from numpy.typing import NDArray

from xavier_lib.arguments import RNG
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.rectifiers import FAN, SPREADS
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.glorot import glorot_uniform
from xavier_lib.he import he_normal, he_uniform
from xavier_lib.naive import naive_normal
from xavier_lib.rectifiers import gradient_share


def share(filters: Sequence[int], std: float, kernel: int) -> float:
    """Return the share of a gradient's rms that convolutions with one spread pass back."""
    return gradient_share(filters, std, kernel=kernel)


def surplus(depth: float, slope: float) -> float:
    """Return by how much He's weights that were not told the slope enlarge the rms."""
    return float(math.hypot(1, slope) ** depth)


def scaled(shape: Sequence[int], rng: RNG = None, factor: float = 1.0, **options: Any) -> NDArray[Any]:
    """Draw He weights times a factor."""
    return factor * he_normal(shape, rng=rng, **options)


def root_missing(shape: Sequence[int], rng: RNG = None, **options: Any) -> NDArray[Any]:
    """Draw normal weights with He's variance in place of its root."""
    return naive_normal(shape, std=2 / shape[0], rng=rng, **options)


EXERCISES = (
    Value(
        name="rectifiers-spreads",
        title="Four spreads",
        stars=1,
        kind="derive",
        **SPREADS.own,
        variants=SPREADS,
    ),
    Formula(
        name="rectifiers-share",
        title="What one spread leaves",
        stars=2,
        kind="write",
        reference=share,
        cases=[
            {"filters": [64, 128, 256], "std": 0.01, "kernel": 3},
            {"filters": [32, 48], "std": 0.07, "kernel": 5},
            {"filters": [512, 96, 24, 640], "std": 0.02, "kernel": 1},
        ],
        slips={
            "the missing root": [lambda **case: share(**case) ** 2],
            "the receptive field forgotten": [lambda filters, std, kernel: share(filters, std, 1)],
            "the factor 2 forgotten": [lambda filters, std, kernel: share(filters, math.sqrt(2) * std, kernel)],
            "one layer too many or too few": [
                lambda filters, std, kernel: share(filters[1:], std, kernel),
                lambda filters, std, kernel: share(filters[:-1], std, kernel),
            ],
        },
    ),
    Formula(
        name="rectifiers-slope",
        title="A slope that was not told",
        stars=2,
        kind="derive",
        reference=surplus,
        cases=[{"depth": 30, "slope": 0.25}, {"depth": 12, "slope": 0.5}, {"depth": 7, "slope": 0.8}],
        slips={
            "the missing root": [lambda depth, slope: surplus(2 * depth, slope)],
            "the slope not squared": [lambda depth, slope: (1 + slope) ** (depth / 2)],
            "one layer too many or too few": [
                lambda depth, slope: surplus(depth + 1, slope),
                lambda depth, slope: surplus(depth - 1, slope),
            ],
        },
    ),
    Choice(
        name="rectifiers-fan",
        title="The pass that was not asked for",
        stars=2,
        kind="predict",
        **FAN.own,
        variants=FAN,
    ),
    Repair(
        name="rectifiers-test",
        title="A test that a dying network passes",
        stars=3,
        kind="repair",
        parameter="initializer",
        right={
            "he_uniform": he_uniform,
            "he_normal": he_normal,
            "he_normal, truncated": partial(he_normal, truncated=True),
        },
        wrong={
            "Xavier's start": glorot_uniform,
            "one spread of 0.01 for all": partial(naive_normal, std=0.01),
            "a start with the variance as standard deviation": root_missing,
            "a start that is a fifth too narrow": partial(scaled, factor=0.8),
            "a start that is a fifth too wide": partial(scaled, factor=1.2),
        },
    ),
)
