"""The exercises of the chapter on the paper of 2010: what is left, what is drawn, and what a level gradient says."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.replay import HE, LEFT, LEVEL
from xavier_lib.exercises.value import Choice, Value

Array = NDArray[Any]

SOURCE = np.random.default_rng(17)
ROWS = ((4, 5), (30,), (6, 2, 3))
SHAPES = ((3, 4), (5, 2), (1, 6))


def summary(activations: Array) -> Array:
    """Return the 98th percentile and the standard deviation."""
    return np.array([np.percentile(activations, 98), np.std(activations)])


def slope(z: Array) -> Array:
    """Return the derivative of tanh."""
    return np.asarray(1 - np.tanh(z) ** 2)


def jacobian(z: Array, weights: Array) -> Array:
    """Return the derivatives of a layer's activations by those of the layer below, inputs by outputs."""
    return weights * slope(z)


def jacobian_case(n: int, m: int) -> dict[str, Array]:
    """Return pre-activations and the weights that lead to them, rounded for the eye."""
    return {"z": np.round(SOURCE.standard_normal(m), 1) + 0.25, "weights": np.round(SOURCE.standard_normal((n, m)), 1)}


EXERCISES = (
    Value(
        name="replay-left",
        title="What five old layers leave",
        stars=1,
        kind="derive",
        **LEFT.own,
        variants=LEFT,
    ),
    Formula(
        name="replay-summary",
        title="Two numbers for a figure",
        stars=1,
        kind="write",
        reference=summary,
        cases=[{"activations": np.round(SOURCE.uniform(-1, 1, shape), 2)} for shape in ROWS],
        slips={
            "variance in place of standard deviation": [lambda activations: summary(activations) ** [1, 2]],
        },
    ),
    Formula(
        name="replay-jacobian",
        title="The Jacobian of equation 17",
        stars=2,
        kind="derive",
        reference=jacobian,
        cases=[jacobian_case(*shape) for shape in SHAPES],
        slips={
            "the derivative forgotten": [lambda z, weights: weights],
            "the derivative at the wrong place": [lambda z, weights: jacobian(np.tanh(z), weights)],
        },
    ),
    Value(
        name="replay-he",
        title="The singular values of He's weights",
        stars=2,
        kind="derive",
        **HE.own,
        variants=HE,
    ),
    Choice(
        name="replay-level",
        title="Level, and now?",
        stars=3,
        kind="predict",
        **LEVEL.own,
        variants=LEVEL,
    ),
)
