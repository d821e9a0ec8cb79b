"""Follows the signals of a PyTorch model through every function of one forward pass."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace import torch_ops as ops
from xavier_lib.frameworks.trace.nodes import Node, is_signal
from xavier_lib.frameworks.trace.torch_facts import facts_of
from xavier_lib.frameworks.trace.torch_functions import described
from xavier_lib.frameworks.trace.torch_places import Places, flat, memory_of
from xavier_lib.frameworks.trace.torch_sizes import LARGE, mean_square, peaked_rows, sampled, zero_units
from xavier_lib.frameworks.trace.torch_uses import Use, fans_of, kept_rows, measured_sizes, taken, unit_axis
from xavier_lib.frameworks.trace.torch_weights import Held, Running

Call = Callable[[Any, Any, dict[str, Any]], Any]
STILL = ops.SAME | ops.MOVED | ops.JOINS | ops.STATISTICS | ops.PRODUCTS.keys() | ops.WEIGHTED.keys()
MEASURED = 2  # uses of one array that are measured: the first, and the next one if nothing entered the first


class Recorder:
    """Records each function that a signal passes, as a node.

    Args:
        held: the parameters of the model.
        running: which modules are running.
        wants: called with each use whose output has a gradient, and that output.
        backward: whether gradients will be measured.
        call: calls a function of PyTorch.

    Attributes:
        nodes: the signals, in order.
        uses: the uses of weights, in order.
    """

    def __init__(
        self, held: Sequence[Held], running: Running, wants: Callable[[Use, Any], None], call: Call, *, backward: bool
    ) -> None:
        self.nodes: list[Node] = []
        self.uses: list[Use] = []
        self.running, self.wants, self.backward, self.call = running, wants, backward, call
        self.places = Places()
        self.waiting: dict[Node, Use] = {}
        self.counted: dict[tuple[int, str], int] = {}
        self.made: dict[Node, Use] = {}
        for entry in held:
            self.places.put(entry.parameter, Node(kinds.WEIGHT, 0, array=entry))

    def given(self, tensors: Iterator[Any]) -> None:
        """Note the inputs of the model: signals, or what is looked up."""
        for tensor in tensors:
            number = tensor.is_floating_point() or tensor.is_complex()
            node = Node(kinds.INPUT if number else kinds.IDS, 0, numel=tensor.numel())
            self.places.put(tensor, node)
            if number:
                self.nodes.append(node)

    def watch(self, tensor: Any) -> None:
        """Ask for the gradient of a use's output, once it is known to the pass backwards."""
        node = self.places.at(tensor)
        if node in self.waiting and tensor.requires_grad and tuple(tensor.shape) == self.waiting[node].shape:
            self.wants(self.waiting.pop(node), tensor)

    def outputs(self, tensors: Iterator[Any]) -> None:
        """Note the outputs of the model."""
        for tensor in tensors:
            node = self.places.at(tensor)
            if node is not None and is_signal(node):
                self.watch(tensor)
                node.output = True

    def called(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Call a function, and note what it did with signals and weights."""
        name = ops.base_name(func)
        tensors = list(flat((*args, *kwargs.values())))
        given = [(tensor, node) for tensor in tensors if (node := self.places.at(tensor)) is not None]
        for tensor, _ in given:
            self.watch(tensor)
        if not given or name in ops.LIKE:
            return self.call(func, args, kwargs)
        self.look_before(name, given)
        memories = {memory_of(tensor) for tensor, _ in given}
        result = self.call(func, args, kwargs)
        mutable = func._schema.is_mutable
        for tensor in flat((result,)):
            alias = func.is_view or (not mutable and memory_of(tensor) in memories)
            if alias and self.places.exact(tensor) is not None:  # the very same numbers
                continue
            self.note(func, name, given, args, kwargs, tensor, alias=alias)
        return result

    def look_before(self, name: str, given: Sequence[tuple[Any, Node]]) -> None:
        """Look at signals before a function that may work in place: at their numbers, and at their size."""
        signals = [(tensor, node) for tensor, node in given if is_signal(node)]
        roots = {node.root for _, node in signals}
        curves = name not in STILL
        for tensor, node in signals:
            bare = node.plain and not node.curved and node.root.sample is None
            if bare and curves and (len(signals) > 1 or name not in ops.STRAIGHT):
                node.root.sample = sampled(tensor)
            mixes = name in ops.JOINS or (name in ops.SUMS and len(roots) > 1)
            if node.square is None and (mixes or name in ops.PRODUCTS or name in ops.WEIGHTED):
                node.square = mean_square(tensor)

    def note(self, func: Any, name: str, given: Any, args: Any, kwargs: Any, tensor: Any, *, alias: bool) -> None:
        """Note one result of a function."""
        weights = [node for _, node in given if node.kind is kinds.WEIGHT]
        for node in weights:
            node.array.first = len(self.nodes) if node.array.first is None else node.array.first
        use = self.use(name, args, tensor)
        if use is not None:
            self.uses.append(use)
            self.made[use.node] = use
            self.nodes.append(use.node)
            self.places.put(tensor, use.node)
        elif not any(is_signal(node) for _, node in given):
            self.places.put(tensor, self.still(name, weights, alias=alias), alias=alias)
        else:
            node = described(func, name, given, args, kwargs, len(self.nodes) + 1)
            number = tensor.is_floating_point() or tensor.is_complex() or node.kind is kinds.CURVE
            node.kind = node.kind if number else kinds.IDS
            node.vectors = vectors_of(weights)
            self.look_after(name, node, given, tensor)
            self.nodes.append(node)
            self.places.put(tensor, node, alias=alias)

    def still(self, name: str, weights: Sequence[Node], *, alias: bool) -> Node:
        """Return the node of what was made of weights or of indices alone."""
        if not weights:
            return Node(kinds.IDS, 0)
        source = max(weights, key=lambda node: int(node.array.parameter.numel()))
        plain = source.plain and len(weights) == 1 and (alias or name in ops.SAME)
        return Node(kinds.WEIGHT, 0, array=source.array, plain=plain, vectors=vectors_of(weights))

    def look_after(self, name: str, node: Node, given: Sequence[tuple[Any, Node]], tensor: Any) -> None:
        """Measure what a function gave, as far as it matters."""
        first = next(other for _, other in given if is_signal(other))
        node.numel, node.units, node.axis = tensor.numel(), first.units, axis_in(tensor, first)
        if node.kind in (kinds.SUM, kinds.DIFFERENCE, kinds.JOIN):
            node.square = mean_square(tensor)
        if node.curved and node.kind is kinds.CURVE:
            node.sample = sampled(tensor)
            if name not in ops.SMOOTH and tensor.is_floating_point():
                node.dead = zero_units(tensor, -1 if node.axis is None else node.axis)
        if node.kind is kinds.SOFTMAX and name != "_log_softmax":
            node.peaked = peaked_rows(tensor)
        bias = [other for _, other in given if other.kind is kinds.WEIGHT and not other.array.matrix]
        if name == "add" and bias and first.root.kind is kinds.USE and first.plain and not first.curved:
            self.biased(first.root, tensor)

    def biased(self, node: Node, tensor: Any) -> None:
        """Take a sum with a bias for the output of a use."""
        use = self.made[node]
        if use.output is not None and tensor.shape[-1] == use.shape[-1]:
            use.output = measured_sizes(tensor, use.axis if tensor.ndim == len(use.shape) else -1)
            node.square = use.output and use.output.whole**2

    def use(self, name: str, args: Sequence[Any], tensor: Any) -> Use | None:
        """Return the use of weights that a function is, measured, or None."""
        took = taken(name, args, self.places.at, self.running.inner)
        if took is None or not tensor.is_floating_point():
            return None
        weights = self.places.at(took.weights)
        before = self.places.at(took.signal) if took.signal is not None else None
        parents = (before,) if before is not None and is_signal(before) else ()
        axis = took.out % tensor.ndim if tensor.ndim else 0
        node = Node(kinds.USE, len(self.nodes) + 1, parents, numel=tensor.numel(), axis=axis)
        node.units = tensor.shape[axis] if tensor.ndim else 1
        assert weights is not None
        held = weights.array
        unit = unit_axis(held.parameter, took.weights, took.unit)
        node.vectors = weights.vectors
        use = Use(node, held, self.running.name_of(held), unit, axis, tuple(tensor.shape), took.signal is None)
        known = (id(held), use.name)
        self.counted[known] = self.counted.get(known, 0) + 1
        use.measured = self.counted[known] <= MEASURED
        if held.parameter.numel() > LARGE and weights.plain and self.backward:
            kept_rows(name, took, args, use)
            self.waiting[node] = use
        if use.measured:
            use.output, use.fans = measured_sizes(tensor, axis), fans_of(name, took, args)
            if took.signal is not None:
                use.input = measured_sizes(took.signal, took.into)
            if not weights.plain:
                use.effective = facts_of(took.weights.detach(), took.unit)
            self.waiting[node] = use
        node.square = use.output.whole**2 if use.output else mean_square(tensor)
        return use


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
