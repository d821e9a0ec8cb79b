"""Follows the signals of a Keras model through every function of TensorFlow that one forward pass calls."""

from collections.abc import Callable, Sequence
from typing import Any

from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_facts import Facts, facts_of
from xavier_lib.frameworks.trace.keras_functions import Call, described, handed_on, still
from xavier_lib.frameworks.trace.keras_looks import axis_in, bias_axes, count, look_after, look_before
from xavier_lib.frameworks.trace.keras_places import Places
from xavier_lib.frameworks.trace.keras_sizes import mean_square, numbers, sizes
from xavier_lib.frameworks.trace.keras_uses import Taken, Use, fans_of, taken
from xavier_lib.frameworks.trace.keras_variables import Held, inside
from xavier_lib.frameworks.trace.nodes import Node, is_signal

MEASURED = 2  # uses of one array that are measured, beside those that nothing enters: the first may lead nowhere


class Recorder:
    """Records each function that a signal passes, as a node.

    Args:
        places: what is known of tensors.
        samples: how many rows the batch has.
        watch: called with each output whose gradient will be wanted; None where none will be.
        weights: whether the numbers of the arrays are read too.

    Attributes:
        nodes: the signals, in order.
        uses: the uses of weights, in order.
        facts: of each variable what its numbers showed when it was first used.
        strangers: the names of functions that took a signal and are not known here.
        running: the layers that run, innermost last.
        refused: the name of a layer that was reached before it was built.
        muted: how many of the layers that run count as one function.
    """

    def __init__(self, places: Places, samples: int, watch: Callable[[Any], None] | None, *, weights: bool) -> None:
        self.nodes: list[Node] = []
        self.uses: list[Use] = []
        self.facts: dict[Held, Facts] = {}
        self.strangers: set[str] = set()
        self.running: list[Any] = []
        self.refused: str | None = None
        self.places, self.samples, self.watch, self.weights, self.muted = places, samples, watch, weights, 0
        self.made: dict[Node, Use] = {}
        self.counted: dict[tuple[Held, bool], int] = {}

    def given(self, tensors: Sequence[Any]) -> None:
        """Note the inputs of the model: signals, or what is looked up."""
        for tensor in tensors:
            number = tensor.dtype.is_floating or tensor.dtype.is_complex
            node = Node(kinds.INPUT if number else kinds.IDS, 0, numel=count(tensor))
            self.places.put(tensor, node)
            if number:
                self.nodes.append(node)

    def outputs(self, tensors: Sequence[Any]) -> None:
        """Note the outputs of the model."""
        for tensor in tensors:
            node = self.places.at(tensor)
            if node is not None and is_signal(node):
                node.output = True

    def inner(self, held: Held) -> bool:
        """Say whether a variable belongs to the innermost layer that runs, and to none that this one wraps."""
        return bool(self.running) and inside(self.running[-1], held)

    def called(
        self, op: Any, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        """Note what a function did with signals and weights."""
        del op_name
        if graph is not None:  # it is only being compiled
            return
        name, inputs = ops.name_of(op), list(inputs)
        if name in ops.READS:
            self.places.read(inputs[0], outputs[0])
            return
        if name in ops.LOOKUPS or ops.compiled(name):
            self.places.handed_over(inputs)
        known = [self.places.at(tensor) for tensor in inputs]
        given = [(tensor, node) for tensor, node in zip(inputs, known, strict=True) if node is not None]
        if self.muted or not given or name in ops.LIKE or name in ops.WRITES:
            return
        settings = ops.settings_of(attributes)
        others = [tensor for tensor, node in zip(inputs, known, strict=True) if node is None]
        look_before(name, given)
        took = taken(name, inputs, settings, self.places.at, self.inner)
        for tensor in outputs[:1] if took else outputs:
            call = Call(name, settings, given, others, is_signal(known[0]), len(self.nodes) + 1)
            self.note(call, took, tensor)

    def note(self, call: Call, took: Taken | None, tensor: Any) -> None:
        """Note one result of a function."""
        weights = [node for _, node in call.given if node.kind is kinds.WEIGHT]
        for node in weights:
            node.array.first = call.time if node.array.first is None else node.array.first
            node.array.factor |= len(weights) > 1 and call.op in ops.PRODUCTS
        if took is not None and tensor.dtype.is_floating:
            use = self.use(call, took, tensor)
            self.made[use.node] = use
            self.uses.append(use)
            self.keep(tensor, use.node)
        elif not call.entries:
            self.places.put(tensor, still(call, weights))
        elif not tensor.dtype.is_floating and not tensor.dtype.is_complex:
            self.places.put(tensor, Node(kinds.IDS, 0, root=call.entries[0].root))
        else:
            node = described(call)
            if node.kind is kinds.UNKNOWN and call.op not in ops.POINTWISE:
                self.strangers.add(call.op)
            node.vectors = tuple(other.array for other in weights if not other.array.matrix)
            look_after(call, node, tensor)
            self.biased(call, tensor)
            self.keep(tensor, node)

    def keep(self, tensor: Any, node: Node) -> None:
        """Remember which signal a tensor holds."""
        self.nodes.append(node)
        self.places.put(tensor, node)

    def biased(self, call: Call, tensor: Any) -> None:
        """Take a sum of a use's output with a bias for that output."""
        first = call.entries[0]
        biases = [other for other, node in call.given if node.kind is kinds.WEIGHT and node.array.bias]
        if call.op not in ops.SUMS or not biases or first.root not in self.made or first.curved or not first.plain:
            return
        use = self.made[first.root]
        if use.output is not None:
            use.units, use.node.sample = bias_axes(tensor, biases[0]), None
            self.measure(use, tensor)

    def measure(self, use: Use, tensor: Any) -> None:
        """Measure what a use gave, and ask for its gradient."""
        use.output = sizes(numbers(tensor), use.units, self.samples)
        use.node.square = use.output.whole**2
        if self.watch is not None:
            use.tensor = tensor
            self.watch(tensor)

    def use(self, call: Call, took: Taken, tensor: Any) -> Use:
        """Return the use of weights that a function is, measured."""
        before, weights = self.places.at(took.signal), self.places.at(took.weights)
        parents = (before,) if before is not None and is_signal(before) else ()
        axis = took.out[-1] % tensor.shape.rank if tensor.shape.rank else 0
        node = Node(kinds.USE, call.time, parents, numel=count(tensor), axis=axis)
        node.units = int(tensor.shape[axis]) if tensor.shape.rank else 1
        held: Held = weights.array  # type: ignore[union-attr]  # what was taken is weights
        use = Use(node, held, took.out, took.signal is None, fans_of(call.op, took, call.settings))
        if self.weights and held not in self.facts:
            given = took.weights if took.weights.dtype.is_floating else held.variable.value  # else it is its place
            self.facts[held] = facts_of(numbers(given), took.units)
        known = (held, use.lookup)
        if self.counted.get(known, 0) < MEASURED:
            if took.signal is not None:
                use.input = sizes(numbers(took.signal), took.into, self.samples)
            self.counted[known] = self.counted.get(known, 0) + int(use.input is None or use.input.whole > 0)
            self.measure(use, tensor)
        else:
            node.square = mean_square(numbers(tensor))
        return use

    def passed(self, layer: Any, inputs: Sequence[Any], outputs: Sequence[Any], held: Sequence[Held]) -> None:
        """Note a layer that counts as one function: a normalization, or one that leaves a part out by chance."""
        entered = [node for tensor in inputs if is_signal(node := self.places.at(tensor)) and node is not None]
        own = {id(tensor) for tensor in inputs}
        normalizing = bool(ops.NORMALIZING & {base.__name__ for base in type(layer).__mro__})
        for tensor in outputs:
            if not entered or id(tensor) in own:
                continue
            first, time = entered[0], len(self.nodes) + 1
            node = Node(kinds.NORM, time, (first,)) if normalizing else handed_on(first, time)
            for entry in held:
                entry.first = time if entry.first is None else entry.first
            node.vectors = tuple(entry for entry in held if not entry.matrix)
            node.numel, node.units, node.axis = count(tensor), first.units, axis_in(tensor, first)
            if normalizing:
                node.square = mean_square(numbers(tensor))
            self.keep(tensor, node)
