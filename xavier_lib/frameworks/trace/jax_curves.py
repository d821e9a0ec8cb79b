"""Names and slopes of activations, by the numbers that went in and came out."""

import math
from collections.abc import Callable

import numpy as np

from xavier_lib.frameworks.stored import Array
from xavier_lib.frameworks.trace.nodes import CURVE, SOFTMAX, Node

Function = Callable[[Array], Array]
NEAR, HALF = 2e-3, 1e-2  # of the size of what came out: of numbers in float32, and of those in bfloat16
CLEARLY = 4  # times smaller an error must be than the next candidate's
FLAT = 0.01  # a slope below this share of the largest one
FAR = 50.0  # where every bounded activation is flat
FEW = 32  # numbers from which on a name is told
SELU = (1.0507009873554805, 1.6732632423543772)
erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(z: Array) -> Array:
    """Return the logistic function, which overflows nowhere."""
    return np.asarray((1 + np.tanh(z / 2)) / 2)


def softplus(z: Array) -> Array:
    """Return the logarithm of one plus the exponential."""
    return np.asarray(np.logaddexp(0, z))


def elu(z: Array) -> Array:
    """Return the exponential linear unit."""
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def selu(z: Array) -> Array:
    """Return the scaled exponential linear unit."""
    return np.asarray(SELU[0] * np.where(z > 0, z, SELU[1] * np.expm1(np.minimum(z, 0))))


CANDIDATES: tuple[tuple[str, Function], ...] = (
    ("relu", lambda z: np.maximum(z, 0)),
    ("silu", lambda z: z * sigmoid(z)),
    ("gelu", lambda z: z * (1 + erf(z / math.sqrt(2))) / 2),
    ("gelu", lambda z: z * (1 + np.tanh((2 / math.pi) ** 0.5 * (z + 0.044715 * z**3))) / 2),
    ("quick gelu", lambda z: z * sigmoid(1.702 * z)),
    ("mish", lambda z: z * np.tanh(softplus(z))),
    ("softplus", softplus),
    ("tanh", np.tanh),
    ("sigmoid", sigmoid),
    ("softsign", lambda z: z / (1 + np.abs(z))),
    ("elu", elu),
    ("selu", selu),
    ("relu6", lambda z: np.clip(z, 0, 6)),
    ("hardtanh", lambda z: np.clip(z, -1, 1)),
    ("hardswish", lambda z: z * np.clip(z / 6 + 0.5, 0, 1)),
    ("hardsigmoid", lambda z: np.clip(z / 6 + 0.5, 0, 1)),
    ("logsigmoid", lambda z: -softplus(-z)),
    ("relu squared", lambda z: np.maximum(z, 0) ** 2),
)


def source_of(end: Node) -> Node:
    """Return the function at the end of a chain that hands its numbers on."""
    while end.kind is not CURVE and end.within and end.parents:
        end = end.parents[0]
    return end


def pair_of(end: Node) -> tuple[Array, Array] | None:
    """Return what went into an activation and what came out, at the same places, or None."""
    source = source_of(end)
    if source.sample is None or not source.root.sample:
        return None
    shape, after = source.sample
    before = source.root.sample.get(shape)
    return None if before is None or before.size < FEW else (before, after)


def name_of(end: Node) -> str | None:
    """Return the name of the activation at the end of a chain: by its numbers, else by what it was called.

    A signal that only stirs near zero fits many functions, and then what was called decides.
    """
    if not end.curved:
        return end.name
    pair = pair_of(end)
    if pair is None:
        return end.name
    before, after = pair
    near = tolerance(after) * float(np.sqrt(np.square(after).mean()))
    if not near or not math.isfinite(near):
        return end.name
    with np.errstate(over="ignore", invalid="ignore"):
        errors: dict[str, float] = {}
        for name, function in CANDIDATES:
            error = float(np.sqrt(np.square(function(before) - after).mean()))
            if error <= near:
                errors[name] = min(error, errors.get(name, math.inf))
        return clearest(errors) or end.name or sloped(before, after, near)


def tolerance(values: Array) -> float:
    """Return how near a candidate must come, beside the size of the numbers: they may be in half precision."""
    bits = values.astype(np.float32).view(np.uint32)
    return HALF if not (bits & 0xFFFF).any() else NEAR


def clearest(errors: dict[str, float]) -> str | None:
    """Return the name with by far the smallest error, or None where two come as near; below six, relu6 is relu."""
    if not errors:
        return None
    first, *others = sorted(errors, key=lambda name: (errors[name], name))
    others = [name for name in others if {name, first} != {"relu", "relu6"}]
    return first if not others or errors[first] < errors[others[0]] / CLEARLY else None


def sloped(before: Array, after: Array, near: float) -> str | None:
    """Return the name of a leaky ReLU with its slope, if the numbers are those of one."""
    left = before < 0
    if left.sum() < FEW or not (before > 0).any():
        return None
    slope = float(np.median(after[left] / before[left]))
    fits = np.abs(np.where(left, slope * before, before) - after).max() <= near
    return f"leaky_relu({slope:.3g})" if fits and 0 < abs(slope) < 0.99 else None


def saturated_share(end: Node) -> float | None:
    """Return the share of a signal at which an activation that levels off on both sides is flat.

    Flat is a slope below a hundredth of the largest; of a softmax it is the share of rows with more than 99 of 100 in
    one place.
    """
    if end.kind is SOFTMAX:
        return end.peaked
    pair = pair_of(end) if end.curved else None
    known = dict(CANDIDATES).get(name_of(end) or "")
    if pair is None or known is None:
        return None
    limit = FLAT * slopes(known, np.linspace(-8, 8, 1001)).max()
    if (slopes(known, np.array([-FAR, FAR])) >= limit).any():
        return None
    return float((slopes(known, pair[0]) < limit).mean())


def slopes(function: Function, z: Array) -> Array:
    """Return the absolute slope of a function, by a difference."""
    return np.asarray(np.abs(function(z + 1e-6) - function(z - 1e-6)) / 2e-6)
