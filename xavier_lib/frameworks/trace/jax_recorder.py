"""Follows the signals of a JAX function through every primitive of one forward pass."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_facts import alike_units, facts_of
from xavier_lib.frameworks.trace.jax_leaves import Leaf
from xavier_lib.frameworks.trace.jax_nodes import by_running_statistic, described, still
from xavier_lib.frameworks.trace.jax_sizes import Sizes, is_float, mean_square, peaked_rows, sampled, sizes, zero_units
from xavier_lib.frameworks.trace.jax_tape import Tape, Value
from xavier_lib.frameworks.trace.jax_uses import Taken, Use, is_signal, is_weight, picked_place, taken
from xavier_lib.frameworks.trace.nodes import Node

MEASURED = 2  # uses of one array that are measured: the first, and the next one if nothing entered the first


class Recorder:
    """Records each primitive that a signal passes, as a node.

    Args:
        tape: what calls the primitives.
        samples: the number of rows of the batch.

    Attributes:
        nodes: the signals, in order.
        uses: the uses of weights, in order.
        unseen: what could not be followed, one sentence each.
    """

    def __init__(self, tape: Tape, samples: int) -> None:
        self.tape, self.samples = tape, samples
        self.nodes: list[Node] = []
        self.uses: list[Use] = []
        self.unseen: dict[str, None] = {}
        self.made: dict[Node, Use] = {}
        self.counted: dict[tuple[Leaf, bool], int] = {}
        self.held: dict[Leaf, Value] = {}

    def weights(self, leaf: Leaf) -> Value:
        """Return an array of the model, whose gradient is measured when it comes."""
        node = Node(kinds.WEIGHT, 0, array=leaf) if leaf.weights or leaf.statistic else None
        if not leaf.weights:
            return Value(leaf.array, node)
        value = self.tape.leaf(leaf.array, node)

        def measure(gradient: Any) -> None:
            leaf.gradient = mean_square(gradient) ** 0.5

        if leaf.trainable:
            self.tape.watch(value, measure)
        return value

    def given(self, array: Any) -> Value:
        """Return an input of the model: a signal, or what is looked up."""
        number = is_float(array)
        node = Node(kinds.INPUT if number else kinds.IDS, 0, numel=array.size)
        if number:
            self.nodes.append(node)
        return Value(array, node)

    def called(self, eqn: Any, values: Sequence[Value]) -> list[Value]:
        """Call a primitive, and note what it did with signals and weights."""
        name, params = eqn.primitive.name, eqn.params
        if values and is_weight(values[0]):
            place = picked_place(name, params, values)
            if place is not None and values[0].node is not None and values[0].node.plain:
                return [self.shaped(self.layer(values[0], place), eqn.outvars[0].aval.shape)]
        self.look_before(name, values)
        results = self.tape.apply(binding(eqn), values)
        if any(value.node is not None for value in values):
            for result in results:
                result.node = self.note(name, params, values, result)
        return results

    def layer(self, value: Value, place: int) -> Value:
        """Return one layer of a stack of weights; it counts as an array of its own."""
        node = value.node
        assert node is not None
        leaf = node.array.layer(place)
        if leaf not in self.held:
            leaf.array = value.array[place]  # as the stack may have been turned before
            self.held[leaf] = self.weights(leaf)
        return self.held[leaf]

    def shaped(self, value: Value, shape: Sequence[int]) -> Value:
        """Return weights in another shape."""
        if value.array.shape == tuple(shape):
            return value
        found = self.tape.apply(lambda array: (array.reshape(shape),), [value])[0]
        found.node = value.node
        return found

    def look_before(self, name: str, values: Sequence[Value]) -> None:
        """Look at signals before a primitive: at their numbers, and at their size."""
        signals = [(value, value.node) for value in values if value.node is not None and is_signal(value.node)]
        roots = {node.root for _, node in signals}
        for value, node in signals:
            bare = node.plain and not node.curved
            if bare and name not in ops.STILL and (len(signals) > 1 or name not in ops.STRAIGHT):
                self.sample_root(node, value.array)
            mixes = name == "concatenate" or (name in ops.SUMS | {"select_n"} and len(roots) > 1)
            if node.square is None and (mixes or name in ops.PRODUCTS):
                node.square = mean_square(value.array)

    @staticmethod
    def sample_root(node: Node, array: Any) -> None:
        """Keep some numbers of a signal as it enters a function of each number, for each shape that it has there."""
        samples = node.root.sample = node.root.sample or {}
        if tuple(array.shape) not in samples:
            shape, numbers = sampled(array)
            samples[shape] = numbers

    def note(self, name: str, params: dict[str, Any], values: Sequence[Value], result: Value) -> Node | None:
        """Return the node of one result of a primitive."""
        for value in values:
            if is_weight(value) and value.node is not None and value.node.array.first is None:
                value.node.array.first = len(self.nodes)
        took = taken(name, params, values)
        if took is not None and is_float(result.array):
            node = self.use(took, result)
        elif not any(is_signal(value.node) for value in values):
            return self.alone(name, values, result)
        else:
            node = self.signal(name, params, values, result)
        self.nodes.append(node)
        return node

    def alone(self, name: str, values: Sequence[Value], result: Value) -> Node | None:
        """Return the node of what holds no signal yet; whole numbers that are inputs become one as they are cast."""
        source = values[0].node
        cast = name == "convert_element_type" and source is not None and source.kind is kinds.IDS
        if cast and is_float(result.array) and values[0].array.dtype.kind in "iu":
            node = Node(kinds.INPUT, len(self.nodes) + 1, numel=result.array.size)
            self.nodes.append(node)
            return node
        return still(name, values, int(result.array.size))

    def signal(self, name: str, params: dict[str, Any], values: Sequence[Value], result: Value) -> Node:
        """Return the node of what was made of signals."""
        time, first = len(self.nodes) + 1, next(value.node for value in values if is_signal(value.node))
        assert first is not None
        if by_running_statistic(name, values):
            node = Node(kinds.NORM, time, (first,))
        else:
            node = described(name, {**params, "axes": values[0].array.ndim}, values, time)
        if not is_float(result.array) and node.kind is not kinds.CURVE:
            node.kind = kinds.IDS
        weights = [value.node.array for value in values if is_weight(value) and value.node is not None]
        node.vectors = (*node.vectors, *(leaf for leaf in weights if not leaf.matrix))
        if node.kind is kinds.UNKNOWN and any(leaf.matrix for leaf in weights):
            names = ", ".join(leaf.name for leaf in weights)
            self.unseen[f"what {name} does with {names}: it is not followed"] = None
        self.look_after(name, node, first, result.array)
        if name in ops.SUMS and len(weights) == 1:
            self.biased(first, weights[0], result)
        return node

    def look_after(self, name: str, node: Node, first: Node, array: Any) -> None:
        """Measure what a primitive gave, as far as it matters."""
        node.numel, node.units, node.axis = array.size, first.units, axis_in(array.shape, first)
        if node.kind in (kinds.SUM, kinds.JOIN):
            node.square = mean_square(array)
        if node.curved and node.kind is kinds.CURVE:
            node.sample = sampled(array)
            if name in ops.CUTTING and is_float(array) and not node.sample[1].all():
                node.dead = zero_units(array, -1 if node.axis is None else node.axis)
        if node.kind is kinds.SOFTMAX:
            node.peaked = peaked_rows(array)

    def biased(self, first: Node, bias: Leaf, result: Value) -> None:
        """Take a sum with a bias, of one number for each unit, for the output of a use."""
        use = self.made.get(first.root)
        if use is None or use.output is None or not first.plain or first.curved:
            return
        shape, last = tuple(result.array.shape), len(use.axes)
        tail = tuple(range(len(shape) - last, len(shape)))
        axes = use.axes if shape == use.shape else tail
        sides = [use.shape[axis] for axis in use.axes]
        if [shape[axis] for axis in axes] == sides and bias.array.size == math.prod(sides):
            use.output = sizes(result.array, axes)
            use.node.square = use.output.whole**2

    def use(self, took: Taken, result: Value) -> Node:
        """Return the node of a use of weights, measured."""
        weights, signal, array = took.weights.node, took.signal, result.array
        assert weights is not None
        before = signal.node if signal is not None else None
        parents = (before,) if before is not None and is_signal(before) else ()
        shape = tuple(array.shape)
        node = Node(kinds.USE, len(self.nodes) + 1, parents, numel=array.size, axis=took.out[-1] if took.out else None)
        node.units = shape[took.out[-1]] if took.out else 1
        rows = signal is not None and before is not None and before.kind is kinds.IDS
        held = weights.array
        use = Use(node, held, took.kind, took.out, shape, rows or signal is None, took.fans, took.stack)
        known = (held, use.lookup)
        self.counted[known] = self.counted.get(known, 0) + 1
        if self.counted[known] <= MEASURED:
            self.measure(use, took, result, plain=weights.plain)
        node.square = use.output.whole**2 if use.output else mean_square(array)
        self.uses.append(use)
        self.made[node] = use
        return node

    def measure(self, use: Use, took: Taken, result: Value, *, plain: bool) -> None:
        """Measure what goes into a use of weights, what comes out, and the gradient there when it comes."""
        use.output = sizes(result.array, took.out)
        if took.signal is not None and not use.lookup:
            use.input = sizes(took.signal.array, took.into)
        use.alike = alike_units(took.weights.array, took.units) if took.units else 0.0
        use.effective = None if plain else facts_of(took.weights.array)

        def measure(gradient: Any) -> None:
            found, count = sizes(gradient, took.out), self.samples
            use.gradient = Sizes(found.whole * count, None if found.varying is None else found.varying * count)

        self.tape.watch(result, measure)


def binding(eqn: Any) -> Callable[..., Sequence[Any]]:
    """Return what an equation of a traced function calls, with a sequence of results."""
    found = eqn.primitive.get_bind_params(eqn.params)
    inner, params = found if isinstance(found, tuple) else ((), found)  # as JAX before 0.10 gives it, and since

    def call(*arrays: Any) -> Sequence[Any]:
        results = eqn.primitive.bind(*inner, *arrays, **params)
        return tuple(results) if eqn.primitive.multiple_results else (results,)

    return call


def axis_in(sides: Sequence[int], before: Node) -> int | None:
    """Return where the units of an earlier signal lie in a shape, or None if that cannot be told."""
    for axis in (before.axis, len(sides) - 1, 1):
        if axis is not None and 0 <= axis < len(sides) and sides[axis] == before.units:
            return axis
    return None
