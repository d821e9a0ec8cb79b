"""An array of a traced pass, the signal that it is, and where its gradient comes."""

from dataclasses import dataclass
from typing import Any, Optional

from xavier_lib.frameworks.trace.nodes import STATISTIC, WEIGHT, Node, is_signal


@dataclass(eq=False, slots=True)
class Signal(Node):
    """A node of a pass of JAX, where normalizations have to be told from their parts.

    Attributes:
        base: the signal of which it is a power, or a sum of powers of one degree; of a statistic what it is taken of.
        made: the name of the primitive that made it.
        joined: of arrays of weights beside each other, along which axis they lie, and each array with its length there.
    """

    base: Optional["Signal"] = None
    made: str = ""
    joined: tuple[int, tuple[tuple[Any, int], ...]] | None = None

    @property
    def source(self) -> "Signal":
        """Return the signal of which it is a power, itself if of none."""
        return self if self.base is None else self.base

    @property
    def statistic(self) -> bool:
        """Say whether it is a statistic of another signal, or a function of one."""
        return self.root.kind is STATISTIC


@dataclass(eq=False, slots=True)
class Value:
    """An array of a pass.

    Attributes:
        array: its numbers.
        node: the signal that it is, the weights that it holds, or None for a constant.
        slot: its number on the tape, or None if no gradient comes here.
    """

    array: Any
    node: Signal | None = None
    slot: int | None = None

    @property
    def signal(self) -> bool:
        """Say whether it is a signal, no weights, no indices and no constant."""
        return is_signal(self.node)

    @property
    def weight(self) -> bool:
        """Say whether it holds weights of the model."""
        return self.node is not None and self.node.kind is WEIGHT
