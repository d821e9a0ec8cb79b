"""The exercises of the chapter on the sigmoid: its slope, the way back through it, what is flat, what is straight."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.sigmoid import BOTH, FLATNESS
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.nn.activations import ACTIVATIONS

Array = NDArray[Any]

SIGMOID = ACTIVATIONS["sigmoid"]
OTHERS = (ACTIVATIONS["tanh"].df, ACTIVATIONS["relu"].df)
FLAT = 0.05 / 4  # a slope below 5 % of the largest one
SOURCE = np.random.default_rng(8)
LAYERS = ((1, 3, 2), (4, 2, 5), (6, 4, 3))  # rows, inputs, outputs
ROADS = ((2.0, 3), (0.5, 2), (3.0, 6), (6.0, 4), (1.0, 5))  # the weights' factor, then the layers


def layer_case(rows: int, n_in: int, n_out: int) -> dict[str, Array]:
    """Return a gradient, the pre-activations and the weights of a layer, rounded for the eye."""
    shapes = {"gradient": (rows, n_out), "z": (rows, n_out), "weights": (n_in, n_out)}
    return {name: np.round(2 * SOURCE.standard_normal(shape), 1) + 0.0 for name, shape in shapes.items()}


def backward(gradient: Array, z: Array, weights: Array) -> Array:
    """Return the gradient at the inputs of a sigmoid layer."""
    return np.asarray((gradient * SIGMOID.df(z)) @ weights.T)


def misplaced(gradient: Array, z: Array, weights: Array) -> Array:
    """Return the same with the slope at the activations."""
    return backward(gradient, SIGMOID.f(z), weights)


def flat(activations: Array) -> NDArray[np.bool_]:
    """Say which activations of a sigmoid lie where its slope is below 5 % of the largest."""
    return np.asarray(activations * (1 - activations) < FLAT)


EXERCISES = (
    Choice(
        name="sigmoid-flatness",
        title="Who shares the flatness?",
        stars=1,
        kind="predict",
        **FLATNESS.own,
        variants=FLATNESS,
    ),
    Formula(
        name="sigmoid-slope",
        title="The slope of the sigmoid",
        stars=1,
        kind="write",
        reference=SIGMOID.df,
        cases=[
            {"z": np.array([2.0, -1.0, 0.5, -3.0, 0.0])},
            {"z": 3 * SOURCE.standard_normal((4, 3))},
            {"z": np.array([6.0, -7.5])},
        ],
        slips={
            "the derivative at the wrong place": [lambda z: SIGMOID.df(SIGMOID.f(z)), lambda z: z * (1 - z)],
            "the derivative forgotten": [SIGMOID.f],
            "the sign": [lambda z: -SIGMOID.df(z)],
            "the slope of another activation": [lambda z: 1 - SIGMOID.f(z) ** 2, *OTHERS],
        },
    ),
    Value(
        name="sigmoid-tanh",
        title="The sigmoid with both repairs",
        stars=2,
        kind="derive",
        **BOTH.own,
        variants=BOTH,
    ),
    Formula(
        name="sigmoid-backward",
        title="One layer on the way back",
        stars=2,
        kind="write",
        reference=backward,
        cases=[layer_case(*sizes) for sizes in LAYERS],
        slips={
            "the derivative forgotten": [lambda gradient, z, weights: gradient @ weights.T],
            "the derivative at the wrong place": [
                misplaced,
                lambda gradient, z, weights: (gradient * z * (1 - z)) @ weights.T,
            ],
            "the slope of another activation": [
                lambda gradient, z, weights, df=df: (gradient * df(z)) @ weights.T for df in OTHERS
            ],
        },
    ),
    Formula(
        name="sigmoid-bound",
        title="A bound for the way back",
        stars=2,
        kind="derive",
        reference=lambda factor, depth: (factor / 4) ** depth,
        cases=[{"factor": factor, "depth": depth} for factor, depth in ROADS],
        slips={
            "the derivative forgotten": [lambda factor, depth: factor**depth],
            "one layer too many or too few": [
                lambda factor, depth: (factor / 4) ** (depth + 1),
                lambda factor, depth: (factor / 4) ** (depth - 1),
                lambda factor, depth: factor**depth / 4 ** (depth + 1),
                lambda factor, depth: factor**depth / 4 ** (depth - 1),
                lambda factor, depth: factor ** (depth + 1) / 4**depth,
                lambda factor, depth: factor ** (depth - 1) / 4**depth,
            ],
        },
    ),
    Formula(
        name="sigmoid-program",
        title="A count that tanh left behind",
        stars=3,
        kind="find",
        reference=lambda activations: flat(activations).mean(),
        cases=[
            {"activations": np.array([0.003, 0.02, 0.3, 0.6, 0.985, 0.998])},
            {"activations": np.array([0.004, 0.008, 0.002, 0.99, 0.011])},
            {"activations": SIGMOID.f(6 * SOURCE.standard_normal((5, 4)))},
            {"activations": np.array([[0.25, 0.75], [0.06, 0.97]])},
        ],
        slips={"the sum in place of the mean": [lambda activations: flat(activations).sum()]},
    ),
    Choice(
        name="sigmoid-linear",
        title="How many linear layers?",
        stars=3,
        kind="predict",
        target="deeper ahead, still one layer",
        options={
            "deeper ahead, still one layer": "More matrices learn in another way, and their product is one matrix.",
            "deeper ahead, no longer one layer": "After 10 epochs, the gap between it and one matrix was below 1e-9.",
            "shallower ahead, deeper still one layer": "After 10 epochs, its loss was above 0.2, the other's not.",
            "shallower ahead, deeper no longer one layer": "After 10 epochs, its loss was above 0.2, "
            "the other's not, and the gap between the deeper one and one matrix was below 1e-9.",
        },
    ),
)
