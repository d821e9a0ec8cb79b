"""Facts about one layer of a perceptron: sizes, copies, and where its activation is flat."""

import math

import numpy as np

from xavier_lib.fans import fan_in_fan_out
from xavier_lib.glorot import glorot_std
from xavier_lib.he import he_std
from xavier_lib.nn.activations import Activation
from xavier_lib.nn.arrays import Array
from xavier_lib.nn.mlp import MLP

FLAT = 0.05  # of the largest slope: below it a unit counts as saturated, as in the chapter on the sigmoid
FAR = 50.0  # a pre-activation at which every bounded activation is flat


def size(values: Array) -> float:
    """Return the root mean square, infinity where a number is not finite."""
    peak = float(np.abs(values).max())
    if not math.isfinite(peak):
        return math.inf
    return peak * math.sqrt(float(np.mean((values / peak) ** 2, dtype=np.float64))) if peak else 0.0


def alike_share(weights: Array) -> float:
    """Return the share of units whose weights are exactly those of another unit.

    >>> alike_share(np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 0.0]]))
    0.6666666666666666
    """
    _, which, counts = np.unique(weights.T, axis=0, return_inverse=True, return_counts=True)
    return float((counts[np.ravel(which)] > 1).mean())


def copied(network: MLP, layer: int) -> str | None:
    """Return the name of an earlier layer with the same numbers in another array."""
    mine = network.weights[layer]
    for place, other in enumerate(network.weights[:layer]):
        if other is not mine and other.shape == mine.shape and bool((other == mine).all()):
            return f"weights[{place}]"
    return None


def wanted_of(network: MLP, layer: int) -> tuple[str, float]:
    """Return whose rule a layer follows, and the spread by it: He's before rectifiers, else Glorot's."""
    fans, activation = fan_in_fan_out(network.weights[layer].shape), network.activation
    if layer < len(network.weights) - 1 and activation.name in ("relu", "leaky_relu"):
        return "He", he_std(fans.fan_in, -float(activation.f(np.array([-1.0]))[0]))
    return "Glorot", glorot_std(*fans)


def shares(activation: Activation, z: Array) -> tuple[float | None, float | None]:
    """Return the share of outputs where an activation that levels off is flat, and of units where it gives nothing."""
    grid = np.linspace(-8, 8, 1001)
    slopes, ends = np.abs(activation.df(grid)), np.array([-FAR, FAR])
    limit, at_ends = FLAT * slopes.max(), np.abs(activation.df(ends))
    saturated = float((np.abs(activation.df(z)) < limit).mean()) if (at_ends < limit).all() else None
    cut = not activation.f(ends[:1]).any() and not at_ends[0]
    silent = (activation.f(z) == 0) & (activation.df(z) == 0)
    return saturated, float(silent.all(axis=0).mean()) if cut else None
