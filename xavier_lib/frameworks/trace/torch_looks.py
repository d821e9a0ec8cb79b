"""What is measured of the signals that a function of PyTorch takes and gives, as far as it matters."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace import torch_ops as ops
from xavier_lib.frameworks.trace.nodes import Node, is_signal
from xavier_lib.frameworks.trace.torch_functions import Given
from xavier_lib.frameworks.trace.torch_sizes import mean_square, peaked_attention, peaked_rows, sampled, zero_units
from xavier_lib.frameworks.trace.torch_weights import Held

STILL = ops.SAME | ops.MOVED | ops.JOINS | ops.STATISTICS | ops.PRODUCTS.keys() | ops.WEIGHTED.keys()


def look_before(name: str, given: Given) -> None:
    """Look at signals before a function that may work in place: at their numbers, and at their size."""
    signals = [(tensor, node) for tensor, node in given if is_signal(node)]
    roots = {node.root for _, node in signals}
    curves = name not in STILL and (len(roots) == 1 or name not in ops.STRAIGHT)
    mixes = name in ops.JOINS or (name in ops.SUMS and len(roots) > 1)
    for tensor, node in signals:
        if curves and node.plain and not node.curved and node.root.sample is None:
            node.root.sample = sampled(tensor)
        if node.square is None and (mixes or name in ops.PRODUCTS or name in ops.WEIGHTED):
            node.square = mean_square(tensor)


def look_after(name: str, node: Node, given: Given, args: Sequence[Any], kwargs: dict[str, Any], tensor: Any) -> None:
    """Measure what a function gave."""
    first = next(other for _, other in given if is_signal(other))
    node.numel, node.units, node.axis = tensor.numel(), first.units, axis_in(tensor, first)
    if node.kind in (kinds.SUM, kinds.DIFFERENCE, kinds.JOIN):
        node.square = mean_square(tensor)
    elif node.curved and node.kind is kinds.CURVE:
        node.sample = sampled(tensor)
        if name not in ops.SMOOTH and tensor.is_floating_point():
            node.dead = zero_units(tensor, -1 if node.axis is None else node.axis)
    elif node.kind is kinds.SOFTMAX and name != "_log_softmax":
        node.peaked = peaked_rows(tensor)
    elif node.kind is kinds.ATTENTION:
        node.peaked = peaked_attention(args[0], args[1], args, kwargs)


def still(name: str, weights: Sequence[Node], *, alias: bool) -> Node:
    """Return the node of what was made of weights or of indices alone."""
    if not weights:
        return Node(kinds.IDS, 0)
    source = max(weights, key=lambda node: int(node.array.parameter.numel()))
    plain = source.plain and len(weights) == 1 and (alias or name in ops.SAME)
    return Node(kinds.WEIGHT, 0, array=source.array, plain=plain, vectors=vectors_of(weights))


def vectors_of(weights: Sequence[Node]) -> tuple[Held, ...]:
    """Return the parameters along one axis that weights are, or are scaled by."""
    own = [node.array for node in weights if not node.array.matrix]
    return tuple(dict.fromkeys([*own, *(vector for node in weights for vector in node.vectors)]))


def axis_in(tensor: Any, before: Node) -> int | None:
    """Return where the units of an earlier signal lie in a tensor, or None if that cannot be told."""
    sides = tuple(tensor.shape)
    for axis in (before.axis, len(sides) - 1, 1):
        if axis is not None and 0 <= axis < len(sides) and sides[axis] == before.units:
            return axis
    return None
