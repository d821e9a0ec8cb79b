"""Looks at the numbers of signals before and after a function of TensorFlow, as far as they matter."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_functions import Call
from xavier_lib.frameworks.trace.keras_sizes import mean_square, numbers, peaked_rows, sampled, zero_units
from xavier_lib.frameworks.trace.nodes import Node, is_signal


def look_before(op: str, given: Sequence[tuple[Any, Node]]) -> None:
    """Look at the signals that a function takes: at some of their numbers, and at their size."""
    signals = [(tensor, node) for tensor, node in given if is_signal(node)]
    roots = {node.root for _, node in signals}
    for tensor, node in signals:
        bare = node.plain and not node.curved and node.root.sample is None
        if bare and op in ops.POINTWISE and (len(given) == 1 or len(signals) > 1):
            node.root.sample = sampled(numbers(tensor))
        mixes = op in ops.JOINS or (op in ops.SUMS and len(roots) > 1) or ops.compiled(op)
        if node.square is None and (mixes or op in ops.PRODUCTS or op in ops.WEIGHTED):
            node.square = mean_square(numbers(tensor))


def look_after(call: Call, node: Node, tensor: Any) -> None:
    """Look at what a function gave."""
    first = call.entries[0]
    node.numel, node.units, node.axis = count(tensor), first.units, axis_in(tensor, first)
    if node.kind in (kinds.SUM, kinds.DIFFERENCE, kinds.JOIN):
        node.square = mean_square(numbers(tensor))
    if node.curved and node.kind is kinds.CURVE:
        values = numbers(tensor)
        node.sample = sampled(values)
        if call.op in ops.CUTTING:
            node.dead = zero_units(values, -1 if node.axis is None else node.axis)
    if node.kind is kinds.SOFTMAX and call.op == "Softmax":
        node.peaked = peaked_rows(numbers(tensor))


def count(tensor: Any) -> int:
    """Return how many numbers a tensor holds."""
    return int(tensor.shape.num_elements() or 0)


def axis_in(tensor: Any, before: Node) -> int | None:
    """Return where the units of an earlier signal lie in a tensor, or None if that cannot be told."""
    sides = list(tensor.shape)
    for axis in (before.axis, len(sides) - 1, 1):
        if axis is not None and 0 <= axis < len(sides) and sides[axis] == before.units:
            return axis
    return None


def bias_axes(tensor: Any, bias: Any) -> tuple[int, ...]:
    """Return the axes of a signal along which a bias that is added to it differs, counted from the end."""
    if bias.shape.rank == 1:  # along the channels, wherever these lie
        return (-1,) if tensor.shape[-1] == bias.shape[0] else (1 - tensor.shape.rank,)
    return tuple(axis - bias.shape.rank for axis, side in enumerate(bias.shape) if side > 1) or (-1,)
