"""Measures the signals of a traced pass: what goes into weights and comes out, and what functions make of it."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_facts import alike_units, facts_of
from xavier_lib.frameworks.trace.jax_leaves import Leaf
from xavier_lib.frameworks.trace.jax_sizes import Sizes, is_float, mean_square, peaked_rows, sampled, sizes, zero_units
from xavier_lib.frameworks.trace.jax_tape import Tape
from xavier_lib.frameworks.trace.jax_uses import Taken, Use, uses_of
from xavier_lib.frameworks.trace.jax_values import Signal, Value
from xavier_lib.frameworks.trace.nodes import Node, is_signal

MEASURED = 2  # uses of one array that are measured: the first, and the next one if nothing entered the first


class Uses:
    """Measures the uses of weights.

    Args:
        tape: where the gradients come.
        samples: the number of rows of the batch.
        weights: whether the numbers of the weights are read.

    Attributes:
        found: the uses, in order.
    """

    def __init__(self, tape: Tape, samples: int, *, weights: bool) -> None:
        self.tape, self.samples, self.weights = tape, samples, weights
        self.found: list[Use] = []
        self.made: dict[Node, list[Use]] = {}
        self.counted: dict[tuple[Leaf, bool], int] = {}

    def use(self, took: Taken, result: Value, time: int) -> Signal:
        """Return the node of a use of weights, measured."""
        array, before = result.array, None if took.signal is None else took.signal.node
        parents = (before,) if before is not None and is_signal(before) else ()
        node = Signal(kinds.USE, time, parents, numel=array.size)
        node.axis, node.units = (took.out[-1], array.shape[took.out[-1]]) if took.out else (None, 1)
        self.made[node] = uses_of(node, took, tuple(array.shape))
        measured = []
        for use in self.made[node]:
            known = (use.held, use.lookup)
            self.counted[known] = self.counted.get(known, 0) + 1
            if self.counted[known] <= MEASURED:
                self.measure(use, took, array)
                measured.append(use)
        self.tape.watch(result, partial(self.gradients, measured))
        single = len(self.made[node]) == 1 and measured
        node.square = measured[0].output.whole ** 2 if single and measured[0].output else mean_square(array)
        self.found += self.made[node]
        return node

    def measure(self, use: Use, took: Taken, array: Any) -> None:
        """Measure what goes into a use of weights, and what comes out."""
        use.output = sizes(use.own(array, use.axes), use.axes, self.samples)
        if took.signal is not None and not use.lookup:
            use.input = sizes(took.signal.array, took.into, self.samples)
        if self.weights:
            weights = use.own(took.weights.array, took.units)
            use.alike = alike_units(weights, took.units) if took.units else 0.0
            plain = took.weights.node is not None and took.weights.node.plain
            use.effective = None if plain else facts_of(weights)

    def gradients(self, uses: Sequence[Use], gradient: Any) -> None:
        """Measure the gradient at the output of some uses when it comes."""
        for use in uses:
            found, count = sizes(use.own(gradient, use.axes), use.axes, self.samples), self.samples
            use.gradient = Sizes(found.whole * count, None if found.varying is None else found.varying * count)

    def biased(self, first: Signal, bias: Any, result: Value) -> None:
        """Take a sum with a bias, of one number for each unit, for the output of a use."""
        if first.root not in self.made or not first.plain or first.curved:
            return
        for use in self.made[first.root]:
            shape, last = tuple(result.array.shape), len(use.axes)
            tail = tuple(range(len(shape) - last, len(shape)))
            axes = use.axes if shape == use.shape else tail
            sides = [use.shape[axis] for axis in use.axes]
            fits = [shape[axis] for axis in axes] == sides and bias.size == math.prod(sides)
            if use.output is not None and fits:
                use.output = sizes(use.own(result.array, axes), axes, self.samples)
                first.root.square = mean_square(result.array)


def look_before(name: str, values: Sequence[Value]) -> None:
    """Look at signals before a primitive: at their numbers, and at their size."""
    signals = [(value, value.node) for value in values if value.node is not None and value.signal]
    roots, weights = {node.root for _, node in signals}, any(value.weight for value in values)
    for value, node in signals:
        bare = node.plain and not node.curved
        if bare and name not in ops.STILL and not (weights and name in ops.STRAIGHT):
            sample_root(node, value.array)
        mixes = name == "concatenate" or (name in ops.SUMS | {"select_n"} and len(roots) > 1)
        if node.square is None and (mixes or name in ops.PRODUCTS):
            node.square = mean_square(value.array)


def sample_root(node: Signal, array: Any) -> None:
    """Keep some numbers of a signal as it enters a function of each number, for each shape that it has there."""
    samples = node.root.sample = node.root.sample or {}
    if tuple(array.shape) not in samples:
        shape, numbers = sampled(array)
        samples[shape] = numbers


def look_after(name: str, node: Signal, first: Signal, array: Any) -> None:
    """Measure what a primitive gave, as far as it matters."""
    node.numel, node.units, node.axis = array.size, first.units, axis_in(array.shape, first)
    if node.kind in (kinds.SUM, kinds.DIFFERENCE, kinds.JOIN):
        node.square = mean_square(array)
    if node.curved and node.kind is kinds.CURVE:
        node.sample = sampled(array)
        if name in ops.CUTTING and is_float(array) and not node.sample[1].all():
            node.dead = zero_units(array, -1 if node.axis is None else node.axis)
    if node.kind is kinds.SOFTMAX:
        node.peaked = peaked_rows(array)


def axis_in(sides: Sequence[int], before: Signal) -> int | None:
    """Return where the units of an earlier signal lie in a shape, or None if that cannot be told."""
    for axis in (before.axis, len(sides) - 1, 1):
        if axis is not None and 0 <= axis < len(sides) and sides[axis] == before.units:
            return axis
    return None
