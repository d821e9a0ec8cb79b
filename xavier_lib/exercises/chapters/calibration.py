"""The exercises of the chapter on calibration: one factor, one layer, the share of the signal, and both repairs."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.calibration import FACTOR
from xavier_lib.exercises.value import Value
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.signals import rms

Array = NDArray[Any]
Function = Callable[[Array], Array]


def scaled(weights: Array, rows: Array) -> Array:
    """Return the weights whose outputs have unit variance."""
    return np.asarray(weights / (rows @ weights).std())


def own_mean(z: Array) -> Array:
    """Return the mean of each unit over the rows."""
    return np.asarray(z.mean(axis=0))


def one_mean(z: Array) -> Array:
    """Return the mean over rows and units."""
    return np.asarray(z.mean())


def share(z: Array, mean: Function) -> Array:
    """Return the share of the mean square that is left without a mean."""
    return np.asarray(np.mean((z - mean(z)) ** 2) / np.mean(z**2))


def no_mean(z: Array) -> Array:
    """Return zeros."""
    return np.zeros_like(z)


def repaired(
    weights: Array,
    rows: Array,
    f: Function,
    *,
    mean: Function = own_mean,
    spread: Callable[[Array], Any] = np.std,
    power: float = 1.0,
    carried: bool = True,
) -> Array:
    """Return the scaled weights of a stack, where each layer's mean is taken away first.

    If the scale is not carried on, each layer is measured behind layers as they were.
    """
    found = []
    for layer in weights:
        z = rows @ layer - mean(rows @ layer)
        size = spread(z) ** power
        found.append(layer / size)
        rows = f(z / size if carried else z)
    return np.array(found)


def stacks(*settings: tuple[float, ActivationName]) -> list[dict[str, Any]]:
    """Return stacks of three square layers of some spread, with rows and an activation."""
    return [
        {"weights": normal((3, 4, 4), seed, std=std), "rows": normal((9, 4), seed + 7), "f": ACTIVATIONS[name].f}
        for seed, (std, name) in enumerate(settings)
    ]


EXERCISES = (
    Value(
        name="calibration-factor",
        title="How much larger?",
        stars=1,
        kind="derive",
        **FACTOR.own,
        variants=FACTOR,
    ),
    Formula(
        name="calibration-layer",
        title="One layer",
        stars=2,
        kind="write",
        reference=lambda weights, rows: scaled(weights, rows),
        cases=[
            {"weights": normal((5, 3), seed, std=std), "rows": normal((8, 5), seed + 9, mean=mean)}
            for seed, (std, mean) in enumerate(((0.02, 0.0), (0.5, 1.0), (3.0, -2.0)))
        ],
        slips={
            "the missing root": [lambda weights, rows: weights / (rows @ weights).var()],
            "second moment in place of variance": [lambda weights, rows: weights / rms(rows @ weights)],
        },
        tolerance=1e-5,
    ),
    Formula(
        name="calibration-turn",
        title="In turn",
        stars=2,
        kind="find",
        reference=lambda weights, rows, f: repaired(weights, rows, f, mean=no_mean),
        cases=stacks((0.3, "tanh"), (2.0, "sigmoid"), (4.0, "softsign")),
        slips={
            "layers measured out of turn": [
                lambda weights, rows, f: repaired(weights, rows, f, mean=no_mean, carried=False)
            ],
            "the missing root": [lambda weights, rows, f: repaired(weights, rows, f, mean=no_mean, power=2)],
            "second moment in place of variance": [
                lambda weights, rows, f: repaired(weights, rows, f, mean=no_mean, spread=rms)
            ],
            "the activation forgotten": [lambda weights, rows, f: repaired(weights, rows, np.asarray, mean=no_mean)],
        },
        tolerance=1e-5,
    ),
    Formula(
        name="calibration-share",
        title="How much of it is signal?",
        stars=2,
        kind="write",
        reference=lambda z: share(z, own_mean),
        cases=[
            {"z": normal((6, 4), seed) + normal((4,), seed + 5, mean=mean, std=std)}
            for seed, (mean, std) in enumerate(((0.0, 3.0), (2.0, 1.0), (-1.0, 5.0)))
        ],
        slips={
            "one mean for all units": [lambda z: share(z, one_mean)],
        },
        tolerance=1e-5,
    ),
    Formula(
        name="calibration-both",
        title="Both repairs, layer by layer",
        stars=3,
        kind="write",
        reference=lambda weights, rows, f: repaired(weights, rows, f),
        cases=stacks((0.02, "sigmoid"), (1.0, "tanh"), (5.0, "sigmoid")),
        slips={
            "one mean for all units": [lambda weights, rows, f: repaired(weights, rows, f, mean=one_mean)],
            "layers measured out of turn": [lambda weights, rows, f: repaired(weights, rows, f, carried=False)],
            "the missing root": [lambda weights, rows, f: repaired(weights, rows, f, power=2)],
        },
        tolerance=1e-5,
    ),
)
