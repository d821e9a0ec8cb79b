"""Follows the signals of a JAX function through every primitive of one forward pass."""

from collections.abc import Callable, Sequence
from typing import Any

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_leaves import Leaf
from xavier_lib.frameworks.trace.jax_measures import Uses, look_after, look_before
from xavier_lib.frameworks.trace.jax_nodes import described, still
from xavier_lib.frameworks.trace.jax_normalizations import by_running_statistic
from xavier_lib.frameworks.trace.jax_sizes import is_float, mean_square
from xavier_lib.frameworks.trace.jax_tape import Tape
from xavier_lib.frameworks.trace.jax_uses import picked_place, taken
from xavier_lib.frameworks.trace.jax_values import Signal, Value


class Recorder:
    """Records each primitive that a signal passes, as a node.

    Args:
        tape: what calls the primitives.
        samples: the number of rows of the batch.
        weights: whether the numbers of the weights are read.

    Attributes:
        nodes: the signals, in order.
        uses: the uses of weights, in order.
        unseen: what could not be followed, one sentence each.
    """

    def __init__(self, tape: Tape, samples: int, *, weights: bool) -> None:
        self.tape, self.uses = tape, Uses(tape, samples, weights=weights)
        self.nodes: list[Signal] = []
        self.unseen: dict[str, None] = {}
        self.held: dict[Leaf, Value] = {}

    def weights(self, leaf: Leaf) -> Value:
        """Return an array of the model, whose gradient is measured when it comes."""
        node = Signal(kinds.WEIGHT, 0, array=leaf) if leaf.weights or leaf.statistic else None
        if not leaf.weights:
            return Value(leaf.array, node)
        value = self.tape.leaf(leaf.array, node)

        def measure(gradient: Any) -> None:
            leaf.gradient = mean_square(gradient) ** 0.5

        if leaf.trainable:
            self.tape.watch(value, measure)
        return value

    def given(self, array: Any) -> Value:
        """Return an input of the model: a signal, what is looked up, or a key of random numbers."""
        import jax

        if jax.dtypes.issubdtype(array.dtype, jax.dtypes.prng_key):
            return Value(array)
        number = is_float(array)
        node = Signal(kinds.INPUT if number else kinds.IDS, 0, numel=array.size)
        if number:
            self.nodes.append(node)
        return Value(array, node)

    def called(self, eqn: Any, values: Sequence[Value]) -> list[Value]:
        """Call a primitive, and note what it did with signals and weights."""
        name, params = eqn.primitive.name, eqn.params
        if values and values[0].weight:
            place = picked_place(name, params, values)
            if place is not None and values[0].node is not None and values[0].node.plain:
                return [self.shaped(self.layer(values[0], place), eqn.outvars[0].aval.shape)]
        look_before(name, values)
        results = self.tape.apply(binding(eqn), values)
        if any(value.node is not None for value in values):
            for result in results:
                result.node = self.note(name, params, values, result)
        return results

    def layer(self, value: Value, place: int) -> Value:
        """Return one layer of a stack of weights; it counts as an array of its own."""
        import jax

        node = value.node
        assert node is not None
        leaf = node.array.layer(place)
        if leaf not in self.held:
            where = jax.numpy.asarray(place)  # so that one program serves all places
            leaf.array = jax.lax.dynamic_index_in_dim(value.array, where, keepdims=False)
            self.held[leaf] = self.weights(leaf)
        return self.held[leaf]

    def shaped(self, value: Value, shape: Sequence[int]) -> Value:
        """Return weights in another shape."""
        if value.array.shape == tuple(shape):
            return value
        found = self.tape.apply(lambda array: (array.reshape(shape),), [value])[0]
        found.node = value.node
        return found

    def note(self, name: str, params: dict[str, Any], values: Sequence[Value], result: Value) -> Signal | None:
        """Return the node of one result of a primitive."""
        for value in values:
            if value.weight and value.node is not None and value.node.array.first is None:
                value.node.array.first = len(self.nodes)
        if name in ops.PRODUCTS and any(value.signal for value in values[:2]):
            self.without_name(values[:2])
        took = taken(name, params, values)
        if took is not None and is_float(result.array):
            node = self.uses.use(took, result, len(self.nodes) + 1)
        elif not any(value.signal for value in values):
            return self.alone(name, params, values, result)
        else:
            node = self.signal(name, params, values, result)
        self.nodes.append(node)
        return node

    def without_name(self, values: Sequence[Value]) -> None:
        """Say that a signal is multiplied by an array that is neither the model's nor the batch's."""
        for value in values:
            if value.node is None and value.array.ndim > 1 and value.array.size > 1:
                shape = " × ".join(map(str, value.array.shape))
                self.unseen[f"an array of {shape} numbers that the function holds itself, outside its tree"] = None

    def alone(self, name: str, params: dict[str, Any], values: Sequence[Value], result: Value) -> Signal | None:
        """Return the node of what holds no signal yet; whole numbers that are inputs become one as they are cast."""
        source = values[0].node
        cast = name == "convert_element_type" and source is not None and source.kind is kinds.IDS
        if cast and is_float(result.array) and values[0].array.dtype.kind in "iu":
            node = Signal(kinds.INPUT, len(self.nodes) + 1, numel=result.array.size)
            self.nodes.append(node)
            return node
        return still(name, params, values, result.array.shape)

    def signal(self, name: str, params: dict[str, Any], values: Sequence[Value], result: Value) -> Signal:
        """Return the node of what was made of signals."""
        time, first = len(self.nodes) + 1, next(value.node for value in values if value.signal)
        assert first is not None
        if by_running_statistic(name, values):
            node = Signal(kinds.NORM, time, (first,))
        else:
            node = described(name, {**params, "axes": values[0].array.ndim}, values, time)
        if not is_float(result.array) and node.kind is not kinds.CURVE:
            node.kind = kinds.IDS
        weights = [value.node.array for value in values if value.weight and value.node is not None]
        node.vectors = (*node.vectors, *(leaf for leaf in weights if not leaf.matrix))
        for leaf in weights:
            leaf.gain = leaf.gain or (name == "mul" and kinds.NORM in (node.kind, first.root.kind))
        if node.kind is kinds.UNKNOWN and any(leaf.matrix for leaf in weights):
            names = ", ".join(leaf.name for leaf in weights)
            self.unseen[f"what {name} does with {names}: it is not followed"] = None
        look_after(name, node, first, result.array)
        added = [value.array for value in values if value.weight]
        if name in ops.SUMS and len(added) == 1:
            self.uses.biased(first, added[0], result)
        return node


def binding(eqn: Any) -> Callable[..., Sequence[Any]]:
    """Return what an equation of a traced function calls, with a sequence of results."""
    found = eqn.primitive.get_bind_params(eqn.params)
    inner, params = found if isinstance(found, tuple) else ((), found)  # as JAX before 0.10 gives it, and since

    def call(*arrays: Any) -> Sequence[Any]:
        results = eqn.primitive.bind(*inner, *arrays, **params)
        return tuple(results) if eqn.primitive.multiple_results else (results,)

    return call
