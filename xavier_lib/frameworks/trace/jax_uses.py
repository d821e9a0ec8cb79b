"""Where a JAX primitive takes weights: products, convolutions and look-ups, with what goes in and comes out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_facts import Facts
from xavier_lib.frameworks.trace.jax_leaves import Leaf
from xavier_lib.frameworks.trace.jax_sizes import Sizes
from xavier_lib.frameworks.trace.jax_values import Signal, Value
from xavier_lib.shapes import embedding_fans, strided_fans


@dataclass(eq=False)
class Use:
    """One use of an array of weights.

    Attributes:
        node: the signal that came out.
        held: the array.
        kind: what kind of product it is.
        axes: the axes of the units in what came out.
        shape: the shape of what came out.
        lookup: whether rows were looked up.
        fans: how many inputs one output sums, and how many outputs one input feeds.
        stack: how many layers lie beside each other in the array.
        part: of arrays that were joined, which of the axes of the units they lie along, and from where to where.
        effective: the facts of the weights themselves, where they were computed from the array.
        alike: the share of units whose weights are those of another unit.
        input: the sizes of what went in, where they were measured.
        output: the sizes of what came out, likewise.
        gradient: the sizes of the derivative of the loss by it.
    """

    node: Signal
    held: Leaf
    kind: str
    axes: tuple[int, ...]
    shape: tuple[int, ...]
    lookup: bool = False
    fans: Fans | MeanFans | None = None
    stack: int = 1
    part: tuple[int, int, int] | None = None
    effective: Facts | None = None
    alike: float = 0.0
    input: Sizes | None = None
    output: Sizes | None = None
    gradient: Sizes | None = None

    def own(self, array: Any, units: Sequence[int]) -> Any:
        """Return what belongs to it of an array whose units lie along some axes."""
        if self.part is None:
            return array
        which, start, end = self.part
        return array[(slice(None),) * units[which] + (slice(start, end),)]


@dataclass(frozen=True)
class Taken:
    """Which operands of a primitive are the weights and the signal, and where the units lie in them.

    Attributes:
        kind: what kind of product it is.
        weights: the weights as they are given.
        signal: what goes in; None for a look-up.
        units: the axes of the units in the weights.
        into: the axes of the signal that are summed over.
        out: the axes of the units in what comes out.
        fans: the true fans.
        stack: how many layers lie beside each other.
    """

    kind: str
    weights: Value
    signal: Value | None
    units: tuple[int, ...]
    into: tuple[int, ...]
    out: tuple[int, ...]
    fans: Fans | MeanFans | None
    stack: int = 1


def uses_of(node: Signal, took: Taken, shape: tuple[int, ...]) -> list[Use]:
    """Return the uses of weights that a product is: one, or one for each of the arrays that were joined."""
    weights, before = took.weights.node, None if took.signal is None else took.signal.node
    assert weights is not None
    lookup = took.signal is None or (before is not None and before.kind is kinds.IDS)
    whole = Use(node, weights.array, took.kind, took.out, shape, lookup, took.fans, took.stack)
    if weights.joined is None or weights.joined[0] not in took.units or took.fans is None:
        return [whole]
    which, start, found = took.units.index(weights.joined[0]), 0, []
    total = sum(side for _, side in weights.joined[1])
    for leaf, side in weights.joined[1]:
        fans = MeanFans(took.fans.fan_in, took.fans.fan_out * side / total)
        found.append(replace(whole, held=leaf, fans=fans, part=(which, start, start + side)))
        start += side
    return found


def taken(name: str, params: dict[str, Any], values: Sequence[Value]) -> Taken | None:
    """Return what a primitive takes as weights and as signal, or None if it does not take both."""
    if name == "dot_general":
        left, right = (value.weight for value in values[:2])
        return None if left == right else product(params, values, 0 if left else 1)
    if name == "conv_general_dilated":
        return convolution(params, values) if values[1].weight and not values[0].weight else None
    return looked_up(params, values) if name == "gather" and values[0].weight else None


def product(params: dict[str, Any], values: Sequence[Value], place: int) -> Taken:
    """Return what a product takes whose weights are the first or the second operand."""
    summed, beside = params["dimension_numbers"]
    weights, signal = values[place], values[1 - place]
    own, others = tuple(summed[place]), tuple(beside[place])
    units = tuple(axis for axis in range(weights.array.ndim) if axis not in own and axis not in others)
    free = signal.array.ndim - len(summed[1 - place]) - len(others)
    start = len(others) + (0 if place == 0 else free)
    sides = weights.array.shape
    before = [axis for axis in units if axis < min(own)] if own and units and units[-1] > max(own) else []
    stack = math.prod(sides[axis] for axis in (*others, *before))
    return Taken(
        kind="dense",
        weights=weights,
        signal=signal,
        units=(*others, *units),
        into=(*beside[1 - place], *summed[1 - place]),
        out=(*range(len(others)), *range(start, start + len(units))),
        fans=Fans(
            math.prod(sides[axis] for axis in own), math.prod(sides[axis] for axis in units if axis not in before)
        ),
        stack=stack,
    )


def convolution(params: dict[str, Any], values: Sequence[Value]) -> Taken:
    """Return what a convolution takes; a dilated input is one that is transposed."""
    left, right, out = params["dimension_numbers"]
    kernel, groups = values[1].array, params["feature_group_count"]
    sides = [kernel.shape[axis] for axis in (*right[2:], right[1], right[0])]
    turned = any(step > 1 for step in params["lhs_dilation"])
    steps = params["lhs_dilation"] if turned else params["window_strides"]
    fans = strided_fans(fan_in_fan_out(sides, groups=groups), steps, transposed=turned)
    kind = "transposed convolution" if turned else "convolution"
    return Taken(kind, values[1], values[0], (right[0],), (left[1],), (out[1],), fans)


def looked_up(params: dict[str, Any], values: Sequence[Value]) -> Taken | None:
    """Return what a look-up of whole rows of a table takes, or None if it picks something else."""
    table, places = values[0].array, values[1]
    numbers = params["dimension_numbers"]
    rows = table.ndim == 2 and tuple(numbers.collapsed_slice_dims) == (0,)
    whole = rows and tuple(params["slice_sizes"]) == (1, table.shape[1])
    if not whole or (places.node is None and math.prod(places.array.shape[:-1]) < 2):
        return None
    out = tuple(numbers.offset_dims)
    return Taken("embedding", values[0], None, (0,), (), out, embedding_fans(table.shape))


def picked_place(name: str, params: dict[str, Any], values: Sequence[Value]) -> int | None:
    """Return which layer of a stack a primitive picks along its first axis, or None."""
    import numpy as np

    sides = values[0].array.shape
    if len(sides) < 2 or sides[0] < 2 or any(value.node is not None for value in values[1:]):
        return None
    if name == "slice":
        first, last = params["start_indices"], params["limit_indices"]
        whole = tuple(first[1:]) == (0,) * (len(sides) - 1) and tuple(last[1:]) == tuple(sides[1:])
        return int(first[0]) if whole and last[0] - first[0] == 1 and not params["strides"] else None
    if name == "dynamic_slice":
        whole = tuple(params["slice_sizes"]) == (1, *sides[1:])
        return min(max(int(values[1].array), 0), sides[0] - 1) if whole else None
    if name == "gather":
        numbers = params["dimension_numbers"]
        rows = tuple(numbers.start_index_map) == (0,) and tuple(params["slice_sizes"]) == (1, *sides[1:])
        chosen = np.asarray(values[1].array).reshape(-1)
        return int(chosen[0]) % sides[0] if rows and chosen.size == 1 else None
    return None
