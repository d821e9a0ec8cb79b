"""The exercises of the chapter on residual networks: sizes that add up, factors and rates, and the way back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.residual import ADAM, GROWTH
from xavier_lib.exercises.value import Value

Array = NDArray[Any]


def block(x: Array, first: Array, last: Array, *, skip: float = 1.0) -> Array:
    """Return what a block makes of its rows; without the skip what its branch does."""
    return np.asarray(skip * x + np.maximum(np.maximum(x, 0) @ first, 0) @ last)


def back(x: Array, first: Array, last: Array, by_y: Array, *, skip: float = 1.0, slopes: bool = True) -> Array:
    """Return the derivative by the rows; without the skip what the branch hands back, without slopes a linear one's."""
    hidden = np.maximum(x, 0) @ first
    by_hidden = by_y @ last.T * (hidden > 0 if slopes else 1)
    return np.asarray(skip * by_y + by_hidden @ first.T * (x > 0 if slopes else 1))


def arrays(seed: int, rows: int, width: int, inner: int) -> dict[str, Array]:
    """Return rows and the weights of a branch."""
    return {
        "x": normal((rows, width), seed),
        "first": normal((width, inner), seed + 10),
        "last": normal((inner, width), seed + 20),
    }


SHAPES = ((3, 4, 4), (2, 5, 3), (4, 3, 6))

EXERCISES = (
    Value(
        name="residual-growth",
        title="Quieter branches",
        stars=1,
        kind="predict",
        **GROWTH.own,
        variants=GROWTH,
    ),
    Value(
        name="residual-adam",
        title="Fixup's factor under Adam",
        stars=1,
        kind="derive",
        **ADAM.own,
        variants=ADAM,
    ),
    Formula(
        name="residual-factor",
        title="A factor for a growth",
        stars=2,
        kind="derive",
        reference=lambda blocks, growth: np.sqrt(growth ** (2 / blocks) - 1),
        cases=[{"blocks": blocks, "growth": growth} for blocks, growth in ((24, 2.0), (64, 10.0), (3, 1.5))],
        slips={
            "the missing root": [lambda blocks, growth: growth ** (2 / blocks) - 1],
            "the factor not squared": [lambda blocks, growth: growth ** (1 / blocks) - 1],
        },
    ),
    Formula(
        name="residual-layers",
        title="Branches of more layers",
        stars=2,
        kind="derive",
        reference=lambda blocks, layers: blocks ** (-1 / (2 * layers - 2)),
        cases=[{"blocks": blocks, "layers": layers} for blocks, layers in ((16, 2), (64, 3), (10, 4))],
        slips={
            "one layer too many or too few": [lambda blocks, layers: blocks ** (-1 / (2 * layers))],
            "the missing root": [lambda blocks, layers: blocks ** (-1 / (layers - 1))],
        },
    ),
    Formula(
        name="residual-block",
        title="A block without its skip",
        stars=2,
        kind="find",
        reference=lambda x, first, last: block(x, first, last),
        cases=[arrays(seed, *shape) for seed, shape in enumerate(SHAPES)],
        slips={"the skip forgotten": [lambda x, first, last: block(x, first, last, skip=0.0)]},
    ),
    Formula(
        name="residual-back",
        title="The way back",
        stars=3,
        kind="write",
        reference=lambda x, first, last, by_y: back(x, first, last, by_y),
        cases=[{**arrays(seed, *shape), "by_y": normal(shape[:2], seed + 30)} for seed, shape in enumerate(SHAPES, 3)],
        slips={
            "the skip forgotten": [lambda x, first, last, by_y: back(x, first, last, by_y, skip=0.0)],
            "the derivative forgotten": [lambda x, first, last, by_y: back(x, first, last, by_y, slopes=False)],
        },
    ),
)
