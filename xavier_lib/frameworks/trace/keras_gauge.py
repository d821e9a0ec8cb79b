"""Measures what the functions of a Keras model take and give, signal by signal, as they are called."""

from collections.abc import Callable, Sequence
from typing import Any

from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_facts import Facts, facts_of
from xavier_lib.frameworks.trace.keras_functions import Call
from xavier_lib.frameworks.trace.keras_sizes import mean_square, numbers, peaked_rows, sampled, sizes, zero_units
from xavier_lib.frameworks.trace.keras_uses import Use, fans_of, taken
from xavier_lib.frameworks.trace.keras_variables import Held
from xavier_lib.frameworks.trace.nodes import Node, is_signal

MEASURED = 2  # uses of one array that are measured, beside those that nothing enters: the first may lead nowhere


class Gauge:
    """Measures signals, and the uses of weights.

    Args:
        held: the variables of the model that are there to be learned.
        others: all its variables.
        watch: called with each output whose gradient will be wanted; None where none will be.

    Attributes:
        nodes: the signals, in order.
        uses: the uses of weights, in order.
        facts: of each variable what its numbers showed when it was first used.
        strangers: the names of functions that took a signal and are not known here.
        running: the layers that run, innermost last.
        loose: the shapes of variables that the model does not hold.
        refused: the name of a layer that was reached before it was built.
    """

    def __init__(self, held: Sequence[Held], others: Sequence[Any], watch: Callable[[Any], None] | None) -> None:
        self.nodes: list[Node] = []
        self.uses: list[Use] = []
        self.facts: dict[Held, Facts] = {}
        self.strangers: set[str] = set()
        self.watch, self.muted = watch, 0
        self.running: list[Any] = []
        self.at: dict[int, Node] = {}  # by the number that TensorFlow gives each tensor once
        self.made: dict[Node, Use] = {}
        self.counted: dict[tuple[Held, bool], int] = {}
        self.loose: set[tuple[int, ...]] = set()
        self.refused: str | None = None
        self.known = {id(variable.value.handle) for variable in others}
        self.by_handle = {id(entry.variable.value.handle): entry for entry in held}

    def node_of(self, tensor: Any) -> Node | None:
        """Return the signal or the weights that a tensor holds, or None."""
        return self.at.get(getattr(tensor, "_id", -1))

    def inner(self, held: Held) -> bool:
        """Say whether a variable belongs to the innermost layer that runs, and to none that this one wraps."""
        return bool(self.running) and holds(self.running[-1], held) and not any_in(self.running[-1], held)

    def keep(self, tensor: Any, node: Node) -> None:
        """Remember which signal a tensor holds."""
        self.nodes.append(node)
        self.at[tensor._id] = node

    def biased(self, node: Node, tensor: Any, bias: Any) -> None:
        """Take a sum with a bias for the output of a use."""
        use = self.made[node]
        if use.output is None:
            return
        rank = tensor.shape.rank
        axes = tuple(axis - bias.shape.rank for axis, side in enumerate(bias.shape) if side > 1) or (-1,)
        use.units = axes if all(-rank <= axis for axis in axes) else use.units
        if bias.shape.rank == 1:
            use.units = tuple(axis for axis in use.units if tensor.shape[axis] == bias.shape[0]) or (-1,)
        node.sample = None
        self.measure(use, tensor)

    def measure(self, use: Use, tensor: Any) -> None:
        """Measure what a use gave, and ask for its gradient."""
        use.output = sizes(numbers(tensor), use.units)
        use.node.square = use.output.whole**2
        if self.watch is not None:
            use.tensor = tensor
            self.watch(tensor)

    def use(self, call: Call, inputs: Sequence[Any], tensor: Any) -> Use | None:
        """Return the use of weights that a function is, measured, or None."""
        took = taken(call.op, inputs, call.settings, self.node_of, self.inner)
        if took is None or not tensor.dtype.is_floating:
            return None
        before = self.node_of(took.signal) if took.signal is not None else None
        parents = (before,) if before is not None and is_signal(before) else ()
        axis = took.out[-1] % tensor.shape.rank if tensor.shape.rank else 0
        node = Node(kinds.USE, call.time, parents, numel=count(tensor), axis=axis)
        node.units = int(tensor.shape[axis]) if tensor.shape.rank else 1
        weights = self.node_of(took.weights)
        assert weights is not None
        held: Held = weights.array
        use = Use(node, held, took.out, took.signal is None, fans_of(call.op, took, call.settings))
        if held not in self.facts:
            given = took.weights if took.weights.dtype.is_floating else held.variable.value  # else it is its place
            self.facts[held] = facts_of(numbers(given), took.units)
        known = (held, use.lookup)
        if self.counted.get(known, 0) < MEASURED:
            if took.signal is not None:
                use.input = sizes(numbers(took.signal), took.into)
            self.counted[known] = self.counted.get(known, 0) + int(use.input is None or use.input.whole > 0)
            self.measure(use, tensor)
        else:
            node.square = mean_square(numbers(tensor))
        return use

    def look_before(self, op: str, given: Sequence[tuple[Any, Node]]) -> None:
        """Look at the signals that a function takes: at their numbers, and at their size."""
        signals = [(tensor, node) for tensor, node in given if is_signal(node)]
        roots = {node.root for _, node in signals}
        for tensor, node in signals:
            bare = node.plain and not node.curved and node.root.sample is None
            if bare and op in ops.POINTWISE and (len(given) == 1 or len(signals) > 1):
                node.root.sample = sampled(numbers(tensor))
            mixes = op in ops.JOINS or (op in ops.SUMS and len(roots) > 1) or ops.compiled(op)
            if node.square is None and (mixes or op in ops.PRODUCTS or op in ops.WEIGHTED):
                node.square = mean_square(numbers(tensor))

    def look_after(self, call: Call, node: Node, tensor: Any) -> None:
        """Measure what a function gave, as far as it matters."""
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
        biases = [other for other, held in call.given if held.kind is kinds.WEIGHT and held.array.bias]
        if call.op in ops.SUMS and biases and first.root.kind is kinds.USE and first.plain and not first.curved:
            self.biased(first.root, tensor, biases[0])


def holds(layer: Any, held: Held) -> bool:
    """Say whether a layer holds a variable itself."""
    return any(held.variable is one for one in layer._trainable_variables)


def any_in(layer: Any, held: Held) -> bool:
    """Say whether one of the layers in a layer holds a variable."""
    return any(holds(child, held) for child in layer._layers)


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
