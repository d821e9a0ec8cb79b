"""The signals of one forward pass as nodes, each with what made it and what it was made of."""

from dataclasses import dataclass, field
from typing import Any

# What a node is to those who follow a signal.
INPUT, PASS, CURVE, USE, SUM, JOIN = "input", "pass", "curve", "use", "sum", "join"
DIFFERENCE = "difference"
PRODUCT, NORM, STATISTIC, SOFTMAX, SCORES = "product", "norm", "statistic", "softmax", "scores"
ATTENTION, WEIGHT, IDS, UNKNOWN = "attention", "weight", "ids", "unknown"


@dataclass(eq=False, slots=True)
class Node:
    """A signal: the result of one function, or an input.

    Attributes:
        kind: one of the kinds above. A pass hands a signal on, a curve is a function of each number by itself.
        time: its place in the order of the pass.
        parents: the signals that it was made of.
        root: the signal of which it is a function number by number; itself for what mixes or moves numbers.
        curved: whether that function is not linear.
        plain: whether nothing has scaled the root on the way here.
        name: that function's name, if one activation is all there is.
        degree: how it grows with its root, as a power; None if as no power.
        of: the root that a statistic was taken of, or the stream that a sum carries on.
        absorbed: whether a statistic served to center or normalize its root.
        axis: the axis of the units.
        units: how many units.
        numel: how many numbers.
        square: the mean square, where it was measured.
        sample: some of its numbers, always at the same places.
        dead: the share of units that are zero for the whole batch.
        peaked: of a softmax, the share of rows with nearly all in one place.
        array: of weights, the parameter that they come from.
        vectors: the parameters along one axis that took part.
        judged: whether a name was looked for by its numbers.
        output: whether it is an output of the model.
        children: the signals that were made of it.
    """

    kind: str
    time: int
    parents: tuple["Node", ...] = ()
    root: "Node" = None  # type: ignore[assignment]
    curved: bool = False
    plain: bool = True
    name: str | None = None
    degree: float | None = 1.0
    of: "Node | None" = None
    absorbed: bool = False
    axis: int | None = None
    units: int = 0
    numel: int = 0
    square: float | None = None
    sample: Any = None
    dead: float | None = None
    peaked: float | None = None
    array: Any = None
    vectors: tuple[Any, ...] = ()
    judged: bool = False
    output: bool = False
    children: list["Node"] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make it its own root where none is given, and known to its parents."""
        if self.root is None:
            self.root = self
        for parent in self.parents:
            parent.children.append(self)

    @property
    def within(self) -> bool:
        """Say whether it is a function, number by number, of an earlier signal."""
        return self.root is not self


def is_signal(node: Node | None) -> bool:
    """Say whether a node is a signal, no weights and no indices."""
    return node is not None and node.kind not in (WEIGHT, IDS)
