"""The exercises of the chapter on frameworks: a strange root, twins from one seed, orders of axes, a cut that cuts."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.frameworks import ROOT, TWINS
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.frameworks.stored import turned
from xavier_lib.glorot import glorot_normal, glorot_uniform
from xavier_lib.he import he_limit, he_normal

SLOPED = ((300, 0.0), (20, 0.2), (64, 0.5), (784, 1.0))
CUT = ((0.5, 1.0), (1.0, 2.0), (2.0, 2.0), (0.8, 1.5))
SHARED = np.random.default_rng(5)  # one generator for all that the exercise on draws makes with it


def he_over_default(fan_in: int, negative_slope: float) -> float:
    """Return He's spread over that of the range from -1/√fan_in to 1/√fan_in."""
    return he_limit(fan_in, negative_slope) * math.sqrt(fan_in)


def beyond(std: float, bound: float) -> float:
    """Return the share of a normal distribution with mean zero that a cut at plus and minus a bound takes away."""
    return math.erfc(bound / std / math.sqrt(2))


def goes_on(draw: Any) -> Callable[[int], Any]:
    """Return a maker of initializers whose generator moves on from call to call, from the seed that was given."""

    def make(seed: int) -> Any:
        source = np.random.default_rng(seed)
        return lambda shape: draw(shape, rng=source)

    return make


def back_and_forth(seed: int) -> Any:
    """Return an initializer that draws two layers, and then the first of them again."""
    turns = itertools.count()
    return lambda shape: glorot_uniform(shape, rng=2 * seed + next(turns) % 2)


def numbered(*shape: int) -> NDArray[Any]:
    """Return an array in which no two numbers are alike."""
    return np.arange(1.0, math.prod(shape) + 1).reshape(shape)


EXERCISES = (
    Value(
        name="frameworks-root",
        title="A strange root",
        stars=1,
        kind="derive",
        **ROOT.own,
        variants=ROOT,
    ),
    Choice(
        name="frameworks-twins",
        title="Two layers, one seed",
        stars=1,
        kind="find",
        **TWINS.own,
        variants=TWINS,
    ),
    Formula(
        name="frameworks-axes",
        title="From PyTorch to Keras",
        stars=2,
        kind="write",
        reference=turned,
        cases=[{"weights": numbered(*shape)} for shape in ((4, 3, 2, 5), (6, 2, 3), (5, 4, 2, 3, 2), (7, 3))],
        slips={
            "swapped fans": [lambda weights: np.moveaxis(weights, (0, 1), (-2, -1))],
            "weights drawn but transposed": [lambda weights: weights.T],
        },
    ),
    Formula(
        name="frameworks-factor",
        title="From the default to He",
        stars=2,
        kind="derive",
        reference=he_over_default,
        cases=[{"fan_in": fan, "negative_slope": slope} for fan, slope in SLOPED],
        slips={
            "the missing root": [lambda fan_in, negative_slope: 6 / (1 + negative_slope**2)],
            "the forgotten √3": [lambda fan_in, negative_slope: math.sqrt(2 / (1 + negative_slope**2))],
            "the factor 2 forgotten": [lambda fan_in, negative_slope: math.sqrt(3 / (1 + negative_slope**2))],
            "the slope not squared": [lambda fan_in, negative_slope: math.sqrt(6 / (1 + negative_slope))],
            "the slope forgotten": [lambda fan_in, negative_slope: math.sqrt(6)],
        },
    ),
    Formula(
        name="frameworks-share",
        title="A cut that cuts",
        stars=2,
        kind="derive",
        reference=beyond,
        cases=[{"std": std, "bound": bound} for std, bound in CUT],
        slips={
            "variance in place of standard deviation": [lambda std, bound: beyond(std**2, bound)],
            "the factor 2 forgotten": [lambda std, bound: beyond(std, bound) / 2],
        },
    ),
    Repair(
        name="frameworks-draws",
        title="A test that twins pass",
        stars=3,
        kind="repair",
        parameter="make",
        right={
            "glorot_uniform with a generator that moves on": goes_on(glorot_uniform),
            "he_normal with a generator that moves on": goes_on(he_normal),
        },
        wrong={
            "one that begins at its seed at every call": lambda seed: lambda shape: glorot_normal(shape, rng=seed),
            "one that nobody can repeat": lambda seed: glorot_uniform,
            "one that does not look at its seed": lambda seed: goes_on(glorot_uniform)(42),
            "one generator for all objects": lambda seed: lambda shape: glorot_uniform(shape, rng=SHARED),
            "one that gives the third layer the numbers of the first": back_and_forth,
        },
    ),
)
