"""Means over standard normal numbers: what an activation keeps of a signal, and which gain makes up for it."""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from xavier_lib.nn.arrays import Array
from xavier_lib.nn.functions import function_named

#: Where the functions of practice have kinks; a panel ends there, so that the rest of each is smooth.
KINKS = (-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0)
FARTHEST = 12.0  # less than 10⁻³² of the distribution lies beyond
LARGEST_GAIN = 8.0  # what needs more is bounded, or as good as that
ENOUGH = 0.28  # the mean square that a bounded activation should give at least: a size a little above one half
PAIR_ENDS = np.linspace(-9.0, 9.0, 11)  # of the panels of a mean over pairs; less than 10⁻¹⁸ lies beyond
PAIR_ORDER = 10  # points on each of them
CLOSEST = 1e-9  # what is left of a second number beside the first; below it the two are one
STEP = 1e-4  # of a central difference: an error of 10⁻⁸, for slopes that are read to three digits


class Kept(NamedTuple):
    """What a function does to standard normal numbers of a given size.

    Attributes:
        square: the mean square of what it gives.
        slope: the mean square of its derivative, times the square of the size.
        power: by which power of the size the mean square grows there, over 2: 1 for a rectifier, 0 where it saturates.
        scatter: the variance of what it gives squared, over the square of its mean.
    """

    square: float
    slope: float
    power: float
    scatter: float


def normal_mean(f: Callable[[Array], Array], size: float = 1.0) -> float:
    r"""Return the mean of a function of normal numbers of mean zero and a given size.

    .. math:: E[f(s z)], \qquad z \sim N(0, 1)

    By Gauss-Legendre quadrature on panels that end at the ``KINKS``; to 10⁻¹² for what is smooth between them.

    >>> round(normal_mean(lambda z: np.maximum(z, 0) ** 2), 12)
    0.5
    """
    nodes, weights = panels(size)
    return float(f(size * nodes) @ weights)


def panels(size: float) -> tuple[Array, Array]:
    """Return the nodes and the weights of a mean over standard normal numbers, with the kinks of f(size · z)."""
    return _rule(panel_ends(size))


def _rule(ends: Array, order: int = 20) -> tuple[Array, Array]:
    unit, shares = _legendre(order)
    half = np.diff(ends)[:, None] / 2
    nodes = (ends[:-1, None] + half * (1 + unit)).ravel()
    return nodes, (half * shares).ravel() * np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi)


def panel_ends(size: float) -> Array:
    """Return the ends of the panels, among them the kinks of f(size · z)."""
    kinks = [kink / size for kink in KINKS if abs(kink) < FARTHEST * size]
    return np.unique([*np.linspace(-FARTHEST, FARTHEST, 49), *kinks])


def pair_mean(f: Callable[[Array], Array], size: float, likeness: float) -> float:
    r"""Return the mean of a product: a function of two normal numbers of one size and a given correlation.

    .. math:: E[f(u)\, f(v)], \qquad u = s z_1, \quad v = s\,\bigl(c z_1 + \sqrt{1 - c^2}\, z_2\bigr)

    The rule over :math:`z_2` is cut where v meets a kink, anew for each :math:`z_1`.

    >>> round(pair_mean(lambda z: np.maximum(z, 0), 1.0, 0.0) * 2 * math.pi, 9)
    1.0
    """
    rest = math.sqrt(max(0.0, 1 - likeness**2))
    if rest < CLOSEST:
        return normal_mean(lambda z: f(z) * f(math.copysign(1.0, likeness) * z), size)
    unit, shares = _legendre(PAIR_ORDER)
    cuts = [kink / size for kink in KINKS if abs(kink) < PAIR_ENDS[-1] * size]
    outer, weights = _rule(np.unique([*PAIR_ENDS, *cuts]), PAIR_ORDER)
    met = (np.array(KINKS) / size - likeness * outer[:, None]) / rest
    ends = np.sort(np.concatenate([np.tile(PAIR_ENDS, (len(outer), 1)), met.clip(*PAIR_ENDS[[0, -1]])], axis=1))
    half = np.diff(ends)[..., None] / 2
    inner = ends[:, :-1, None] + half * (1 + unit)
    values = f(size * (likeness * outer[:, None, None] + rest * inner)) * np.exp(-(inner**2) / 2) * (half * shares)
    means = values.sum(axis=(1, 2)) / math.sqrt(2 * math.pi)
    return float((weights * f(size * outer)) @ means)


@cache
def _legendre(order: int = 20) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(order)


@cache
def kept(name: str, size: float = 1.0) -> Kept | None:
    """Return what an activation keeps of pre-activations of a size, or None if its function is not known.

    >>> kept("relu").square, round(kept("tanh").square, 4)
    (0.5, 0.3943)
    """
    f = function_named(name)
    if f is None:
        return None
    squares = [normal_mean(lambda z: f(z) ** 2, size * factor) for factor in (1.0, 1 + STEP, 1 - STEP)]
    slope = normal_mean(lambda z: ((f(z + STEP) - f(z - STEP)) / (2 * STEP)) ** 2, size)
    power = math.log(squares[1] / squares[2]) / (4 * STEP) if min(squares) > 0 else 0.0
    scatter = normal_mean(lambda z: f(z) ** 4, size) / squares[0] ** 2 - 1 if squares[0] else 0.0
    return Kept(round(squares[0], 15), size * size * slope, power, scatter)


@cache
def returning_gain(name: str) -> float | None:
    r"""Return the gain by which a signal of rms 1 comes out of an activation with rms 1 again.

    .. math:: E[f(g z)^2] = 1, \qquad z \sim N(0, 1)

    √2 for ReLU, 1 for selu: the rules of He and LeCun. None where no gain does that, as a bounded function gives
    less, or where the function is not known. Found by bisection.

    >>> round(returning_gain("relu") ** 2, 10), round(returning_gain("gelu"), 3), returning_gain("tanh")
    (2.0, 1.468, None)
    """
    f = function_named(name)
    if f is None or normal_mean(lambda z: f(z) ** 2, LARGEST_GAIN) <= 1:
        return None
    low, high = 0.0, LARGEST_GAIN
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if normal_mean(lambda z: f(z) ** 2, middle) < 1 else (low, middle)
    return (low + high) / 2


@cache
def size_before(activation: str) -> float | None:
    """Return the size that pre-activations of a bounded activation should have, None for one that is not bounded.

    1, as in Mishkin and Matas (2016), or more where less than a half would be left of it.

    >>> size_before("tanh"), round(size_before("softsign"), 2), size_before("relu")
    (1.0, 1.64, None)
    """
    f = function_named(activation)
    if f is None or activation == "linear" or returning_gain(activation) is not None:
        return None
    low, high = 1.0, 8.0
    if normal_mean(lambda z: f(z) ** 2) >= ENOUGH:
        return low
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if normal_mean(lambda z: f(z) ** 2, middle) < ENOUGH else (low, middle)
    return high
