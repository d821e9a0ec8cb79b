"""Which signal or which weights each tensor of TensorFlow holds."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_variables import Held
from xavier_lib.frameworks.trace.nodes import Node


class Places:
    """What is known of the tensors of one pass.

    Args:
        held: the variables of the model that are there to be learned.
        others: all its variables.

    Attributes:
        loose: the shapes of the variables that were read and that the model does not hold.
    """

    def __init__(self, held: Sequence[Held], others: Sequence[Any]) -> None:
        self.loose: set[tuple[int, ...]] = set()
        self.found: dict[int, Node] = {}  # by the number that TensorFlow gives each tensor once
        self.known = {id(variable.value.handle) for variable in others}
        self.by_handle = {id(entry.variable.value.handle): entry for entry in held}

    def at(self, tensor: Any) -> Node | None:
        """Return the signal or the weights that a tensor holds, or None."""
        return self.found.get(getattr(tensor, "_id", -1))

    def put(self, tensor: Any, node: Node) -> None:
        """Remember what a tensor holds."""
        self.found[tensor._id] = node

    def read(self, handle: Any, tensor: Any) -> None:
        """Note that a variable was read."""
        held = self.by_handle.get(id(handle))
        if held is not None:
            self.put(tensor, Node(kinds.WEIGHT, 0, array=held))
        elif id(handle) not in self.known and tensor.dtype.is_floating and tensor.shape.rank > 1:
            self.loose.add(tuple(tensor.shape))

    def handed_over(self, inputs: Sequence[Any]) -> None:
        """Note that variables were handed over as such, and not their numbers."""
        for tensor in inputs:
            if id(tensor) in self.by_handle:
                self.put(tensor, Node(kinds.WEIGHT, 0, array=self.by_handle[id(tensor)]))
