"""Which signal lies where in the memory of PyTorch."""

from collections.abc import Iterator, Sequence
from typing import Any

from xavier_lib.frameworks.trace.nodes import Node


class Places:
    """Which signal each piece of memory holds.

    A weak reference to each piece keeps its address from being given to another one.
    """

    def __init__(self) -> None:
        self.found: dict[int, dict[Any, Node]] = {}
        self.last: dict[int, Node] = {}
        self.references: dict[int, Any] = {}

    def put(self, tensor: Any, node: Node, *, alias: bool = False) -> None:
        """Remember which signal a tensor holds; what lay in its memory before is forgotten, unless it is a view."""
        from torch.multiprocessing.reductions import StorageWeakRef

        memory = memory_of(tensor)
        if memory is None:
            return
        if memory not in self.references:
            self.references[memory] = StorageWeakRef(tensor.untyped_storage())
        if not alias:
            self.found[memory], self.last[memory] = {}, node
        self.found.setdefault(memory, {})[lies(tensor)] = node
        self.last.setdefault(memory, node)

    def at(self, tensor: Any) -> Node | None:
        """Return the signal that a tensor holds, or None."""
        memory = memory_of(tensor)
        if memory is None or memory not in self.found:
            return None
        return self.found[memory].get(lies(tensor), self.last[memory])

    def whole(self, tensor: Any) -> Node | None:
        """Return the signal of which a tensor is a part in memory, or None where it is all of it."""
        node = self.last.get(memory_of(tensor) or 0)
        return node if node is not None and node.numel > tensor.numel() else None

    def put_whole(self, tensor: Any, node: Node) -> None:
        """Remember which signal lies in the whole memory of which a tensor is a part."""
        self.last[memory_of(tensor) or 0] = node

    def exact(self, tensor: Any) -> Node | None:
        """Return the signal that lies in memory exactly as a tensor does, or None."""
        return self.found.get(memory_of(tensor) or 0, {}).get(lies(tensor))


def memory_of(tensor: Any) -> int | None:
    """Return which memory a tensor lies in, or None for what is none or lies in no single piece."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (AttributeError, NotImplementedError, RuntimeError):
        return None


def lies(tensor: Any) -> tuple[Any, ...]:
    """Return where in its memory a tensor lies."""
    return (tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride()))


def flat(values: Sequence[Any]) -> Iterator[Any]:
    """Yield the tensors in arguments or results, those in lists too."""
    for value in values:
        if hasattr(value, "untyped_storage"):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from flat(value)
