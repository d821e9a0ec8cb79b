"""One use of an array of weights in a pass of a PyTorch model, with what goes in and comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xavier_lib.fans import Fans, MeanFans
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.nodes import Node
from xavier_lib.frameworks.trace.torch_facts import Facts, facts_of
from xavier_lib.frameworks.trace.torch_sizes import LARGE, Sizes, sizes
from xavier_lib.frameworks.trace.torch_taken import Taken, fans_of, unit_axis
from xavier_lib.frameworks.trace.torch_weights import Held


@dataclass(eq=False)
class Use:
    """One use of an array of weights.

    Attributes:
        node: the signal that came out.
        held: the parameter.
        name: its name in the module that ran.
        unit: the axis of the parameter along which the units lie, or None if that cannot be told.
        axis: the axis of the units in what came out.
        shape: the shape of what came out.
        lookup: whether rows were looked up.
        effective: the facts of the weights themselves, where they were computed from the parameter.
        fans: how many inputs one output sums, and how many outputs one input feeds.
        input: the sizes of what went in, where they were measured.
        output: the sizes of what came out, likewise.
        gradient: the sizes of the derivative of the loss by it.
        measured: whether its sizes are of interest.
        rows: of a large table, what went in, or which rows were picked.
        padding: the row that stands for padding, whose gradient is zero.
        edge: where the pass backwards has to go for that gradient.
    """

    node: Node
    held: Held
    name: str
    unit: int | None
    axis: int
    shape: tuple[int, ...]
    lookup: bool = False
    effective: Facts | None = None
    fans: Fans | MeanFans | None = None
    input: Sizes | None = None
    output: Sizes | None = None
    gradient: Sizes | None = None
    measured: bool = True
    rows: Any = None
    padding: int | None = None
    edge: Any = None


def use_of(took: Taken, weights: Node, before: Node | None, name: str, tensor: Any, time: int) -> Use:
    """Return the use of weights that a function is, not yet measured.

    Args:
        took: what the function took.
        weights: the node of the weights.
        before: the signal that went in, or None where it is none of the model's.
        name: the name of the array.
        tensor: what came out.
        time: the place in the order of the pass.
    """
    axis = took.out % tensor.ndim if tensor.ndim else 0
    parents = () if before is None else (before,)
    node = Node(kinds.USE, time, parents, numel=tensor.numel(), axis=axis, vectors=weights.vectors)
    node.units = tensor.shape[axis] if tensor.ndim else 1
    unit = unit_axis(weights.array.parameter, took.weights, took.unit)
    return Use(node, weights.array, name, unit, axis, tuple(tensor.shape), took.signal is None)


def measure(
    use: Use, took: Taken, function: str, args: Sequence[Any], tensor: Any, samples: int, *, plain: bool
) -> None:
    """Measure what goes into a use and comes out, and the weights where they were computed from the parameter."""
    use.output, use.fans = measured_sizes(tensor, use.axis, samples), fans_of(function, took, args)
    if took.signal is not None:
        use.input = measured_sizes(took.signal, took.into, samples)
    if not plain:
        use.effective = facts_of(took.weights.detach(), took.unit)


def biased(use: Use, tensor: Any, samples: int) -> None:
    """Take a sum with a bias for the output of a use."""
    if use.output is not None and tensor.shape[-1] == use.shape[-1]:
        use.output = measured_sizes(tensor, use.axis if tensor.ndim == len(use.shape) else -1, samples)
        use.node.square = use.output and use.output.whole**2


def kept_rows(name: str, took: Taken, args: Sequence[Any], use: Use) -> None:
    """Keep what went into a product of two matrices, or which rows were picked, for the gradient of a large table."""
    if use.held.parameter.numel() <= LARGE:
        return
    if name == "embedding" and not any(args[3:]):
        use.rows, use.padding = args[1], args[2] if len(args) > 2 and args[2] >= 0 else None
    elif name in ("mm", "addmm") and took.unit == -1:
        use.rows = took.signal


def measured_sizes(tensor: Any, axis: int, samples: int) -> Sizes | None:
    """Return the sizes of a signal of numbers, or None for one of indices."""
    if not (tensor.is_floating_point() or tensor.is_complex()) or not tensor.ndim:
        return None
    return sizes(tensor, axis, samples)
