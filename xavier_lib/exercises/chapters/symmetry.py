"""The exercises of the chapter on symmetry: dead starts, the distance of units, noise, and a test that copies pass."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.symmetry import LAYER, SIGN
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.start import Start
from xavier_lib.exercises.value import Choice
from xavier_lib.glorot import glorot_normal, glorot_uniform
from xavier_lib.symmetry import column_distance, constant, noisy_constant


def rows_apart(weights: NDArray[Any]) -> float:
    """Return the largest difference between two rows, where two columns are asked for."""
    return column_distance(np.asarray(weights).T)


def output_gradient(zeros: int, ones: int) -> float:
    """Return the gradient at a weight into the output of answer 1, in a sigmoid network whose weights are zero."""
    return 0.5 * (0.5 - ones / (zeros + ones))


def copied(weights: NDArray[Any], columns: Sequence[int]) -> NDArray[Any]:
    """Return some columns, a few of them more than once."""
    return np.ascontiguousarray(weights[:, columns])


EXERCISES = (
    Choice(
        name="symmetry-negative",
        title="A negative constant",
        stars=1,
        kind="predict",
        **SIGN.own,
        variants=SIGN,
    ),
    Formula(
        name="symmetry-distance",
        title="How far apart are the units?",
        stars=1,
        kind="write",
        reference=column_distance,
        cases=[
            {"weights": normal((6, 4), 49)},
            {"weights": normal((2, 5), 8)},
            {"weights": np.tile(normal((1, 4), 6), (5, 1))},
            {"weights": copied(normal((4, 1), 3), [0, 0, 0])},
        ],
        slips={"weights drawn but transposed": [rows_apart]},
    ),
    Choice(
        name="symmetry-layer",
        title="Is one random layer enough?",
        stars=2,
        kind="predict",
        **LAYER.own,
        variants=LAYER,
    ),
    Start(
        name="symmetry-noise",
        title="Noise that leaves the tie whole",
        stars=2,
        kind="find",
        std=lambda shape, std: std,
        cases=[
            {"shape": (64, 40), "std": 0.25},
            {"shape": (12, 320), "std": 2.0},
            {"shape": (300, 20), "std": 0.04},
        ],
        distributions=("normal",),
        slips={
            "variance in place of standard deviation": [lambda shape, std: std**2],
            "standard deviation in place of variance": [lambda shape, std: math.sqrt(std)],
            "the forgotten √3": [lambda shape, std: std / math.sqrt(3)],
        },
    ),
    Repair(
        name="symmetry-test",
        title="A test that copies pass",
        stars=3,
        kind="repair",
        parameter="weights",
        right={
            "uniform Glorot weights": glorot_uniform((12, 5), rng=0),
            "normal Glorot weights in float32": glorot_normal((8, 6), rng=1, dtype=np.float32),
            "a constant with noise of standard deviation 1e-9": noisy_constant((12, 5), 0.1, 1e-9, rng=2),
            "columns that hold the same numbers, each in another order": np.array(
                [[0.25, 0.5, 0.75], [0.5, 0.75, 0.25], [0.75, 0.25, 0.5]]
            ),
            "rows that are equal, of three numbers that differ": np.tile([0.25, -0.5, 0.75], (4, 1)),
        },
        wrong={
            "weights of zeros": constant((12, 5), 0.0),
            "a constant": constant((12, 5), 0.1),
            "rows that differ, of one number each": copied(glorot_uniform((12, 1), rng=3), [0] * 5),
            "random units, the last a copy of the first": copied(glorot_uniform((12, 4), rng=4), [0, 1, 2, 3, 0]),
            "random units, two neighbors of them copies": copied(glorot_uniform((12, 4), rng=5), [0, 1, 2, 2, 3]),
            "two groups of copies": copied(glorot_uniform((12, 2), rng=6), [0, 1, 0, 1, 0]),
        },
    ),
    Formula(
        name="symmetry-balanced",
        title="Zero with the sigmoid, on balanced data",
        stars=3,
        kind="derive",
        reference=output_gradient,
        cases=[{"zeros": z, "ones": o} for z, o in ((5, 2), (1, 3), (2, 2), (30, 12), (0, 7))],
        slips={"the sum in place of the mean": [lambda zeros, ones: (zeros + ones) * output_gradient(zeros, ones)]},
    ),
)
