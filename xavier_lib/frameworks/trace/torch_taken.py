"""Where a function of PyTorch takes weights: in products, convolutions and look-ups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace import torch_ops as ops
from xavier_lib.frameworks.trace.nodes import Node, is_signal
from xavier_lib.shapes import embedding_fans, strided_fans


@dataclass(frozen=True)
class Taken:
    """Which arguments of a function are the weights and the signal, and where the units lie in them.

    Attributes:
        weights: the tensor of weights.
        signal: the tensor that goes in, or None for a look-up.
        unit: the axis of the units in the weights as they are given.
        into: the axis of the signal that is summed over.
        out: the axis of the units in what comes out.
    """

    weights: Any
    signal: Any
    unit: int
    into: int
    out: int


def taken(name: str, args: Sequence[Any], at: Any, inner: Any) -> Taken | None:
    """Return what a function takes as weights and as signal, or None if it does not take both."""
    if name in ops.LOOKUPS or name in ops.PICKED:
        table, chosen = (args[place] for place in (ops.LOOKUPS | ops.PICKED)[name])
        picked = [at(one) for one in (chosen if isinstance(chosen, (list, tuple)) else [chosen])]
        by_input = any(node is not None and node.kind is kinds.IDS for node in picked)
        good = is_weight(at(table)) and table.ndim > 1 and (name in ops.LOOKUPS or by_input)
        return Taken(table, None, -1, -1, -1) if good else None
    if name in ops.WEIGHTED:
        weights, signal = (args[place] for place in ops.WEIGHTED[name])
        turned = len(args) > 6 and args[6] is True
        good = is_weight(at(weights)) and (is_signal(at(signal)) or inner(at(weights).array))
        return Taken(weights, signal, 1 if turned else 0, 1, 1) if good else None
    if name not in ops.PRODUCTS:
        return None
    first, second = (args[place] for place in ops.PRODUCTS[name])
    left, right = is_weight(at(first)), is_weight(at(second))
    if (left or right) and not any(is_signal(at(one)) for one in (first, second)):
        left, right = left and inner(at(first).array), right and inner(at(second).array)
        if left == right:  # weights times weights, or a step in the computation of weights
            return None
    if right:
        return Taken(second, first, -1, -1, -1)
    if left:
        unit, into = (-2 if one.ndim > 1 else -1 for one in (first, second))
        return Taken(first, second, unit, into, out_left(name))
    return None


def fans_of(name: str, took: Taken, args: Sequence[Any]) -> Fans | MeanFans | None:
    """Return the true fans of weights as a function takes them."""
    shape = tuple(took.weights.shape)
    if took.signal is None:
        return embedding_fans(shape) if len(shape) == 2 else None
    if name in ops.WEIGHTED:
        if name != "convolution":
            return None
        turned, groups = bool(args[6]), int(args[8])
        fans = fan_in_fan_out(shape, layout="OI", groups=groups, transposed=turned)
        return strided_fans(fans, args[3], transposed=turned)
    if len(shape) < 2:
        return Fans(shape[0], 1)
    return Fans(shape[-2], shape[-1]) if took.unit == -1 else Fans(shape[-1], shape[-2])


def out_left(name: str) -> int:
    """Return the axis of the units in a product whose left factor are the weights."""
    return -1 if name in ("mv", "addmv", "dot") else -2


def is_weight(node: Node | None) -> bool:
    """Say whether a tensor holds weights of the model."""
    return node is not None and node.kind is kinds.WEIGHT


def unit_axis(parameter: Any, given: Any, axis: int) -> int | None:
    """Return which axis of a parameter is the one along which the given view of it holds the units."""
    side, stride = given.shape[axis], given.stride(axis)
    for own in range(parameter.ndim):
        if parameter.shape[own] == side and parameter.stride(own) == stride:
            return own
    return next((own for own in range(parameter.ndim) if parameter.shape[own] == side), None)
