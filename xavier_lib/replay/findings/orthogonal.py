"""Findings of :doc:`/chapters/orthogonal`: how far singular values spread through depth, and what that costs."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG
from xavier_lib.glorot import glorot_normal
from xavier_lib.he import he_normal
from xavier_lib.names import ActivationName
from xavier_lib.nn.start import Initializer
from xavier_lib.orthogonal import jacobian, orthogonal, tempered
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_gain, learned, perceptron, short, the_digits, within
from xavier_lib.weights.drawing import draw


def starts(activation: ActivationName) -> dict[str, Initializer]:
    """Return normal and orthogonal weights of the size that suits an activation."""
    if activation == "relu":
        return {"normal": he_normal, "orthogonal": partial(orthogonal, gain=2**0.5)}
    return {"normal": glorot_normal, "orthogonal": orthogonal}


def spread(*, seed: int, depth: int, width: int, activation: ActivationName) -> dict[str, Any]:
    """Return the largest and the smallest singular value from a test image to the logits, before training."""
    image, found = the_digits("float64").x_test[seed], {}
    for name, start in starts(activation).items():
        net = perceptron(start, seed=seed, depth=depth, width=width, activation=activation, dtype="float64")
        found[name] = short(np.linalg.svd(jacobian(net, image), compute_uv=False)[[0, -1]])
    return found


def two_starts(*, seed: int, depth: int, width: int, activation: ActivationName, **training: Any) -> dict[str, Any]:
    """Train from normal and from orthogonal weights."""
    return {
        name: learned(
            perceptron(start, seed=seed, depth=depth, width=width, activation=activation), seed=seed, **training
        )
        for name, start in starts(activation).items()
    }


def powers(*, seed: int, powers: list[float], depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train tanh layers whose singular values are a power of those of Xavier's draw, at the same rms."""
    found = {}
    for power in powers:

        def start(shape: tuple[int, int], power: float = power, **draw: Any) -> NDArray[Any]:
            return tempered(glorot_normal(shape, **draw), power)

        found[str(power)] = learned(
            perceptron(start, seed=seed, depth=depth, width=width, activation="tanh"), seed=seed, **training
        )["best"]
    return found


def gains(*, gains: list[float], **training: Any) -> dict[str, Any]:
    """Train tanh layers from normal weights of several gains; return the best test accuracy of each."""
    return {gain: run["best"] for gain, run in by_gain(glorot_normal, gains, **training).items()}


def signs(*, seed: int, depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train tanh layers from orthogonal weights, and from those that NumPy's decomposition gives without a change."""
    found = {}
    for name, start in {"moved": orthogonal, "as they come": as_they_come}.items():
        net = perceptron(start, seed=seed, depth=depth, width=width, activation="tanh")
        found[name] = learned(net, seed=seed, **training)["best"]
    return found


def as_they_come(shape: tuple[int, int], *, rng: RNG, dtype: DTypeLike) -> NDArray[Any]:
    """Return the Q of normal numbers, with the signs that the decomposition chose.

    >>> as_they_come((1, 1), rng=0, dtype=float)
    array([[1.]])
    """
    q: NDArray[Any] = np.linalg.qr(draw((max(shape), min(shape)), 1.0, "normal", rng, dtype))[0]
    return q if shape[0] >= shape[1] else q.T


def ratio(pair: list[float]) -> float:
    """Return how many times the largest singular value is the smallest.

    >>> ratio([0.5, 0.25])
    2.0
    """
    return pair[0] / pair[1]


HOLDS: Mapping[str, Judge] = {
    "orthogonal-spread": lambda seen: ratio(seen["normal"]) > 20,
    "orthogonal-together": lambda seen: ratio(seen["orthogonal"]) < 4,
    "orthogonal-deep": lambda seen: within(seen["orthogonal"]["to 90%"], 10) and seen["normal"]["best"] < 0.6,
    "orthogonal-behind": lambda seen: seen["normal"]["to 90%"] is None,
    "orthogonal-bold": lambda seen: seen["orthogonal"]["to 90%"] is not None,
    "orthogonal-late": lambda seen: seen["normal"]["to 90%"] is not None,
    "orthogonal-sooner": lambda seen: (
        seen["orthogonal"]["to 90%"] is not None
        and not within(seen["normal"]["to 90%"], 4 * seen["orthogonal"]["to 90%"])
    ),
    "orthogonal-dose": lambda seen: seen["0.0"] > seen["0.5"] > seen["1.0"],
    "orthogonal-gains": lambda seen: max(seen.values()) < 0.9,
    "orthogonal-lifted": lambda seen: seen["1.0"] < 0.9 < max(seen.values()),
    "orthogonal-sign": lambda seen: min(seen.values()) > 0.9,
    "orthogonal-relu": lambda seen: seen["orthogonal"]["best"] > seen["normal"]["best"],
    "orthogonal-neither": lambda seen: max(seen["orthogonal"]["best"], seen["normal"]["best"]) < 0.4,
}
