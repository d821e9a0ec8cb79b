"""The exercises of the chapter on diagnosis: a first loss, signs, the sick layer, what varies, a remedy, a test."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.diagnosis.patients import patient
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.diagnosis import GUESS, LAYER, REMEDY
from xavier_lib.exercises.numbers.signs import SIGNS
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.glorot import glorot_uniform
from xavier_lib.he import he_normal, he_uniform
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms


def varying_share(z: NDArray[Any]) -> float:
    """Return the share of a signal's size that depends on the sample."""
    return rms(z - z.mean(axis=0)) / rms(z)


def signal(seed: int, rows: int, units: int, common: float) -> NDArray[Any]:
    """Return a signal whose units have means of a size of their own."""
    source = np.random.default_rng(seed)
    return np.asarray(source.standard_normal((rows, units)) + common * source.standard_normal(units) + 0.3)


def network(start: Any, seed: int, depth: int = 4) -> MLP:
    """Return a rectified network for the digits."""
    return MLP((64, *[64] * depth, 10), start, activation="relu", rng=seed)


EXERCISES = (
    Value(
        name="diagnosis-guess",
        title="What a guess costs",
        stars=1,
        kind="derive",
        tolerance=0.005,
        **GUESS.own,
        variants=GUESS,
    ),
    Choice(
        name="diagnosis-signs",
        title="Which illness has these signs?",
        stars=1,
        kind="judge",
        **SIGNS.own,
        variants=SIGNS,
    ),
    Value(
        name="diagnosis-layer",
        title="Find the sick layer",
        stars=2,
        kind="find",
        whole=(0,),
        **LAYER.own,
        variants=LAYER,
    ),
    Formula(
        name="diagnosis-varying",
        title="The part that depends on the input",
        stars=2,
        kind="write",
        reference=varying_share,
        cases=[
            {"z": signal(0, 50, 30, 2.0)},
            {"z": signal(1, 80, 12, 0.5)},
            {"z": signal(2, 20, 64, 5.0)},
        ],
        slips={
            "the missing root": [lambda z: varying_share(z) ** 2],
            "variance in place of second moment": [lambda z: rms(z - z.mean(axis=0)) / z.std()],
        },
    ),
    Choice(
        name="diagnosis-remedy",
        title="Which remedy?",
        stars=2,
        kind="judge",
        **REMEDY.own,
        variants=REMEDY,
    ),
    Repair(
        name="diagnosis-test",
        title="A test of a network before its first step",
        stars=3,
        kind="repair",
        parameter="network",
        right={
            "He's uniform start": network(he_uniform, 3),
            "He's normal start": network(he_normal, 4),
            "He's start, eight layers": network(he_uniform, 5, depth=8),
            "a zero last layer": network(he_uniform, 6).with_layer(4, weights=np.zeros((64, 10))),
        },
        wrong={
            "a network of the first kind": patient("constant", seed=3),
            "a network whose layers take nearly all": patient("too small", seed=3),
            "a network whose layers add too much": patient("too large", seed=3),
            "a network that answers every image alike": patient("dead rectifiers", seed=3),
            "a network of Xavier's start and thirty layers": network(glorot_uniform, 3, depth=30),
        },
    ),
)
