"""Names and slopes of activations, by the numbers that went in and came out."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xavier_lib.frameworks.stored import Array
from xavier_lib.frameworks.trace.nodes import CURVE, SOFTMAX, Node

Function = Callable[[Array], Array]
NEAR = 2e-3  # of the size of what came out; no two candidates are that close
ROUNDED = 4.0  # roundings of half precision on the way, each of half a last place of a number twice as large
FLAT = 0.05  # of the largest slope: below it a unit counts as saturated, as in the chapter on the sigmoid
FAR = 50.0  # where every bounded activation is flat
FEW = 32  # numbers from which on a name is told
SELU = (1.0507009873554805, 1.6732632423543772)


def sigmoid(z: Array) -> Array:
    """Return the logistic function, which overflows nowhere."""
    return np.asarray((1 + np.tanh(z / 2)) / 2)


def softplus(z: Array) -> Array:
    """Return the logarithm of one plus the exponential."""
    return np.asarray(np.logaddexp(0, z))


def elu(z: Array) -> Array:
    """Return the exponential linear unit."""
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def gelu(z: Array) -> Array:
    """Return the input times the normal distribution function."""
    return np.asarray(z * (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))) / 2)


def gelu_by_tanh(z: Array) -> Array:
    """Return the usual approximation of the Gaussian error linear unit."""
    return np.asarray(z * (1 + np.tanh((2 / math.pi) ** 0.5 * (z + 0.044715 * z**3))) / 2)


CANDIDATES: tuple[tuple[str, Function], ...] = (
    ("relu", lambda z: np.maximum(z, 0)),
    ("silu", lambda z: z * sigmoid(z)),
    ("gelu", gelu),
    ("gelu", gelu_by_tanh),
    ("quick gelu", lambda z: z * sigmoid(1.702 * z)),
    ("mish", lambda z: z * np.tanh(softplus(z))),
    ("softplus", softplus),
    ("tanh", np.tanh),
    ("sigmoid", sigmoid),
    ("softsign", lambda z: z / (1 + np.abs(z))),
    ("elu", elu),
    ("selu", lambda z: SELU[0] * np.where(z > 0, z, SELU[1] * elu(z))),
    ("relu6", lambda z: np.clip(z, 0, 6)),
    ("hardtanh", lambda z: np.clip(z, -1, 1)),
    ("hardswish", lambda z: z * np.clip(z / 6 + 0.5, 0, 1)),
    ("hardsigmoid", lambda z: np.clip(z / 6 + 0.5, 0, 1)),
    ("logsigmoid", lambda z: -softplus(-z)),
    ("relu squared", lambda z: np.maximum(z, 0) ** 2),
)
FUNCTIONS: Mapping[str, Function] = dict(CANDIDATES)


def source_of(end: Node) -> Node:
    """Return the function at the end of a chain that hands its numbers on."""
    while end.kind is not CURVE and end.within and end.parents:
        end = end.parents[0]
    return end


def pair_of(end: Node) -> tuple[Array, Array] | None:
    """Return what went into an activation and what came out, at the same places, or None."""
    source = source_of(end)
    before, after = source.root.sample, source.sample
    if before is None or after is None or before.size != after.size or before.size < FEW:
        return None
    return before, after


def name_of(end: Node) -> str | None:
    """Return the name of the activation at the end of a chain, as it was called or by its numbers; None if unknown.

    A signal that only stirs near zero fits many functions and gets no name by its numbers.
    """
    if end.name is not None or not end.curved:
        return end.name
    pair = pair_of(end)
    if pair is None:
        return None
    before, after = pair
    size = math.sqrt(float(np.square(after).mean()))
    if not size or not math.isfinite(size):
        return None
    near = NEAR * size + ROUNDED * last_place(after) * (np.abs(after) + size)
    with np.errstate(over="ignore", invalid="ignore"):
        fitting = {name for name, f in CANDIDATES if (np.abs(f(before) - after) <= near).all()}
        if fitting == {"relu", "relu6"}:  # nothing has come up to six
            return "relu"
        return fitting.pop() if len(fitting) == 1 else sloped(before, after, near)


def last_place(values: Array) -> float:
    """Return the relative last place of the half precision that all numbers are in, or zero if they are in none.

    >>> last_place(np.array([0.5, 3.0])), last_place(np.array([0.1]))
    (0.00390625, 0.0)
    """
    single = values.astype(np.float32)
    if not (single.view(np.uint32) & 0xFFFF).any():
        return 2.0**-8  # bfloat16
    with np.errstate(over="ignore"):
        return 2.0**-11 if (single.astype(np.float16) == single).all() else 0.0


def sloped(before: Array, after: Array, near: Any) -> str | None:
    """Return the name of a leaky ReLU with its slope, if the numbers are those of one.

    >>> z = np.linspace(-2, 2, 100)
    >>> sloped(z, np.where(z < 0, 0.3 * z, z), 0.01)
    'leaky_relu(0.3)'
    """
    left = before < 0
    if left.sum() < FEW or not (before > 0).any():
        return None
    slope = float(np.median(after[left] / before[left]))
    fits = (np.abs(np.where(left, slope * before, before) - after) <= near).all()
    return f"leaky_relu({slope:.3g})" if fits and 0 < abs(slope) < 0.99 else None


def saturated_share(end: Node) -> float | None:
    """Return the share of a signal at which an activation that levels off on both sides is flat; None for others.

    Of a softmax it is the share of rows with more than 99 of 100 in one place.
    """
    if end.kind is SOFTMAX:
        return end.peaked
    pair, known = (pair_of(end), FUNCTIONS.get(name_of(end) or "")) if end.curved else (None, None)
    if pair is None or known is None:
        return None
    limit = FLAT * slopes(known, np.linspace(-8, 8, 1001)).max()
    if (slopes(known, np.array([-FAR, FAR])) >= limit).any():
        return None
    return float((slopes(known, pair[0]) < limit).mean())


def slopes(function: Function, z: Array) -> Array:
    """Return the absolute slope of a function, by a difference."""
    return np.asarray(np.abs(function(z + 1e-6) - function(z - 1e-6)) / 2e-6)
