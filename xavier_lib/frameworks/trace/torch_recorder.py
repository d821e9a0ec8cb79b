"""Follows the signals of a PyTorch model through every function of one forward pass."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace import torch_ops as ops
from xavier_lib.frameworks.trace.nodes import Node, is_signal
from xavier_lib.frameworks.trace.torch_functions import Given, described
from xavier_lib.frameworks.trace.torch_looks import look_after, look_before, still, vectors_of
from xavier_lib.frameworks.trace.torch_places import Places, flat, memory_of
from xavier_lib.frameworks.trace.torch_sizes import mean_square
from xavier_lib.frameworks.trace.torch_taken import taken
from xavier_lib.frameworks.trace.torch_uses import Use, biased, kept_rows, measure, use_of
from xavier_lib.frameworks.trace.torch_weights import Held, Running

Call = Callable[[Any, Any, dict[str, Any]], Any]
MEASURED = 2  # products, or look-ups, of one array: the first, and the next one if nothing entered the first


class Recorder:
    """Records each function that a signal passes, as a node.

    Args:
        held: the parameters of the model.
        running: which modules are running.
        wants: called with each use whose output has a gradient, and that output.
        backward: whether gradients will be measured.
        call: calls a function of PyTorch.
        samples: how many rows the batch has.

    Attributes:
        nodes: the signals, in order.
        uses: the uses of weights, in order.
    """

    def __init__(
        self,
        held: Sequence[Held],
        running: Running,
        wants: Callable[[Use, Any], None],
        call: Call,
        samples: int,
        *,
        backward: bool,
    ) -> None:
        self.nodes: list[Node] = []
        self.uses: list[Use] = []
        self.running, self.wants, self.backward, self.call = running, wants, backward, call
        self.samples, self.places = samples, Places()
        self.waiting: dict[Node, Use] = {}
        self.counted: dict[tuple[Held, str, bool], int] = {}
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
        look_before(name, given)
        memories = {memory_of(tensor) for tensor, _ in given}
        result = self.call(func, args, kwargs)
        mutable = func._schema.is_mutable
        for tensor in flat((result,)):
            alias = func.is_view or (not mutable and memory_of(tensor) in memories)
            whole = self.places.whole(tensor) if mutable else None
            if alias and self.places.exact(tensor) is not None:  # the very same numbers
                continue
            self.note(func, name, given, args, kwargs, tensor, alias=alias)
            if whole is not None:
                self.partly(whole, tensor)
        return result

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
            self.places.put(tensor, still(name, weights, alias=alias), alias=alias)
        else:
            node = described(func, name, given, args, kwargs, len(self.nodes) + 1)
            number = tensor.is_floating_point() or tensor.is_complex() or node.kind is kinds.CURVE
            node.kind = node.kind if number else kinds.IDS
            node.vectors = vectors_of(weights)
            for other in weights if node.kind is kinds.UNKNOWN else ():
                other.array.strange |= other.array.matrix
            look_after(name, node, given, args, kwargs, tensor)
            self.bias(name, given, tensor)
            self.nodes.append(node)
            self.places.put(tensor, node, alias=alias)

    def partly(self, whole: Node, tensor: Any) -> None:
        """Note that a part of a signal was written into, which is now a join of the old one and the new part."""
        part = self.places.at(tensor)
        if part is not None and is_signal(part) and is_signal(whole):
            join = Node(kinds.JOIN, len(self.nodes) + 1, (whole, part), numel=whole.numel)
            self.nodes.append(join)
            self.places.put_whole(tensor, join)

    def bias(self, name: str, given: Given, tensor: Any) -> None:
        """Take a sum with a bias for the output of a use."""
        first = next(node for _, node in given if is_signal(node))
        biases = [node for _, node in given if node.kind is kinds.WEIGHT and not node.array.matrix]
        if name == "add" and biases and first.root in self.made and first.plain and not first.curved:
            biased(self.made[first.root], tensor, self.samples)

    def use(self, name: str, args: Sequence[Any], tensor: Any) -> Use | None:
        """Return the use of weights that a function is, measured, or None."""
        took = taken(name, args, self.places.at, self.running.inner)
        if took is None or not tensor.is_floating_point():
            return None
        weights = self.places.at(took.weights)
        before = self.places.at(took.signal) if took.signal is not None else None
        assert weights is not None
        array = self.running.name_of(weights.array)
        use = use_of(took, weights, before if is_signal(before) else None, array, tensor, len(self.nodes) + 1)
        kind = weights.array, array, use.lookup
        count = self.counted[kind] = self.counted.get(kind, 0) + 1
        use.measured = count <= MEASURED
        if use.measured:
            measure(use, took, name, args, tensor, self.samples, plain=weights.plain)
        if self.backward and weights.plain:
            kept_rows(name, took, args, use)
        if use.measured or use.rows is not None:
            self.waiting[use.node] = use
        use.node.square = use.output.whole**2 if use.output else mean_square(tensor)
        return use
