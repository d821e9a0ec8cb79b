"""Follows the signals of a Keras model through every function of TensorFlow that one forward pass calls."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_functions import Call, described, handed_on
from xavier_lib.frameworks.trace.keras_gauge import Gauge, axis_in, count
from xavier_lib.frameworks.trace.keras_sizes import mean_square, numbers
from xavier_lib.frameworks.trace.keras_uses import taken
from xavier_lib.frameworks.trace.keras_variables import Held
from xavier_lib.frameworks.trace.nodes import Node, is_signal


class Recorder(Gauge):
    """Records each function that a signal passes, as a node; its arguments are those of a gauge."""

    def given(self, tensors: Sequence[Any]) -> None:
        """Note the inputs of the model: signals, or what is looked up."""
        for tensor in tensors:
            number = tensor.dtype.is_floating or tensor.dtype.is_complex
            node = Node(kinds.INPUT if number else kinds.IDS, 0, numel=count(tensor))
            self.at[tensor._id] = node
            if number:
                self.nodes.append(node)

    def outputs(self, tensors: Sequence[Any]) -> list[Node]:
        """Note the outputs of the model, and return those that came out of signals."""
        found = [node for tensor in tensors if is_signal(node := self.node_of(tensor)) and node is not None]
        for node in found:
            node.output = True
        return found

    def called(
        self, op: Any, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        """Note what a function did with signals and weights."""
        del op_name
        if graph is not None:  # it is only being compiled
            return
        name, inputs = ops.name_of(op), list(inputs)
        held = self.by_handle.get(id(inputs[0])) if inputs else None
        if name in ops.READS:
            if held is not None:
                self.at[outputs[0]._id] = Node(kinds.WEIGHT, 0, array=held)
            elif id(inputs[0]) not in self.known and outputs[0].dtype.is_floating and outputs[0].shape.rank > 1:
                self.loose.add(tuple(outputs[0].shape))
            return
        for tensor in inputs if name in ops.LOOKUPS or ops.compiled(name) else ():
            if id(tensor) in self.by_handle:
                self.at[tensor._id] = Node(kinds.WEIGHT, 0, array=self.by_handle[id(tensor)])
        given = [(tensor, node) for tensor in inputs if (node := self.node_of(tensor)) is not None]
        if self.muted or not given or name in ops.LIKE or name in ops.WRITES:
            return
        settings = ops.settings_of(attributes)
        others = [tensor for tensor in inputs if self.node_of(tensor) is None]
        leading = is_signal(self.node_of(inputs[0]))
        self.look_before(name, given)
        for tensor in outputs[:1] if taken(name, inputs, settings, self.node_of, self.inner) else outputs:
            time = len(self.nodes) + 1
            call = Call(name, settings, given, others, leading, time)
            self.note(call, inputs, tensor)

    def note(self, call: Call, inputs: Sequence[Any], tensor: Any) -> None:
        """Note one result of a function."""
        weights = [node for _, node in call.given if node.kind is kinds.WEIGHT]
        for node in weights:
            node.array.first = call.time if node.array.first is None else node.array.first
        use = self.use(call, inputs, tensor)
        if use is not None:
            self.made[use.node] = use
            self.uses.append(use)
            self.keep(tensor, use.node)
        elif not call.entries:
            self.at[tensor._id] = still(call, weights)
        elif not tensor.dtype.is_floating and not tensor.dtype.is_complex:
            self.at[tensor._id] = Node(kinds.IDS, 0, root=call.entries[0].root)
        else:
            node = described(call)
            if node.kind is kinds.UNKNOWN and call.op not in ops.POINTWISE:
                self.strangers.add(call.op)
            node.vectors = tuple(other.array for other in weights if not other.array.matrix)
            self.look_after(call, node, tensor)
            self.keep(tensor, node)

    def passed(self, layer: Any, inputs: Sequence[Any], outputs: Sequence[Any], held: Sequence[Held]) -> None:
        """Note a layer that counts as one function: a normalization, or one that leaves a part out by chance."""
        entered = [node for tensor in inputs if is_signal(node := self.node_of(tensor)) and node is not None]
        own = {id(tensor) for tensor in inputs}
        for tensor in outputs:
            if not entered or id(tensor) in own:
                continue
            first, time = entered[0], len(self.nodes) + 1
            normalizing = bool(ops.NORMALIZING & {base.__name__ for base in type(layer).__mro__})
            node = Node(kinds.NORM, time, (first,)) if normalizing else handed_on(first, time)
            for entry in held:
                entry.first = time if entry.first is None else entry.first
            node.vectors = tuple(entry for entry in held if not entry.matrix)
            node.numel, node.units, node.axis = count(tensor), first.units, axis_in(tensor, first)
            if normalizing:
                node.square = mean_square(numbers(tensor))
            self.keep(tensor, node)


def still(call: Call, weights: Sequence[Node]) -> Node:
    """Return the node of what was made of weights or of indices alone."""
    if not weights:
        root = next((node.root for _, node in call.given), None)
        return Node(kinds.IDS, 0, root=root)  # type: ignore[arg-type]
    source = max(weights, key=lambda node: count(node.array.variable))
    same = call.op in ops.SAME or call.op == "Transpose"
    return Node(kinds.WEIGHT, 0, array=source.array, plain=source.plain and same and len(weights) == 1)
