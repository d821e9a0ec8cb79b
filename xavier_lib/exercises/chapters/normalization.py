"""The exercises of the chapter on normalization: a rate for a factor, a normalization, a turn, and the way back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.normalization import FACTOR, LONGER
from xavier_lib.exercises.value import Value

Array = NDArray[Any]


def normalized(x: Array, epsilon: float, *, axis: int = 1, power: float = 0.5) -> Array:
    """Return the rows without their mean, over a power of their variance."""
    return np.asarray((x - x.mean(axis, keepdims=True)) / (x.var(axis, keepdims=True) + epsilon) ** power)


def back(x: Array, by_y: Array, *, axis: int = 1, power: float = 0.5) -> Array:
    """Return the derivative by the input of a normalization."""
    spread = x.var(axis, keepdims=True)
    y = (x - x.mean(axis, keepdims=True)) / np.sqrt(spread)
    along = (by_y * y).mean(axis, keepdims=True)
    return np.asarray((by_y - by_y.mean(axis, keepdims=True) - y * along) / spread**power)


EXERCISES = (
    Value(
        name="normalization-factor",
        title="Which rate for these weights?",
        stars=1,
        kind="derive",
        **FACTOR.own,
        variants=FACTOR,
    ),
    Value(
        name="normalization-longer",
        title="Ten bold steps",
        stars=1,
        kind="derive",
        **LONGER.own,
        variants=LONGER,
    ),
    Formula(
        name="normalization-layer",
        title="Layer normalization",
        stars=2,
        kind="find",
        reference=lambda x, epsilon: normalized(x, epsilon),
        cases=[
            {"x": normal((4, 6), seed, mean=mean, std=std), "epsilon": epsilon}
            for seed, (mean, std, epsilon) in enumerate(((0.0, 1.0, 1e-5), (3.0, 0.5, 0.1), (-2.0, 4.0, 0.5)))
        ],
        slips={
            "the other axis": [lambda x, epsilon: normalized(x, epsilon, axis=0)],
            "the missing root": [lambda x, epsilon: normalized(x, epsilon, power=1.0)],
        },
    ),
    Formula(
        name="normalization-turn",
        title="The same turn",
        stars=2,
        kind="derive",
        reference=lambda rate, before, after: rate * (after / before) ** 2,
        cases=[
            {"rate": rate, "before": before, "after": after}
            for rate, before, after in ((0.1, 1.0, 3.0), (0.01, 0.2, 0.1), (0.5, 2.0, 5.0))
        ],
        slips={"the factor not squared": [lambda rate, before, after: rate * after / before]},
    ),
    Formula(
        name="normalization-back",
        title="The way back",
        stars=3,
        kind="write",
        reference=lambda x, by_y: back(x, by_y),
        cases=[
            {"x": normal((4, 5), seed, mean=mean, std=std), "by_y": normal((4, 5), seed + 9)}
            for seed, (mean, std) in enumerate(((0.0, 1.0), (2.0, 3.0), (-1.0, 0.2)))
        ],
        slips={
            "the other axis": [lambda x, by_y: back(x, by_y, axis=0)],
            "the missing root": [lambda x, by_y: back(x, by_y, power=1.0)],
        },
    ),
)
