"""Where a TensorFlow function takes weights: products, convolutions and look-ups, with what goes in and comes out."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_sizes import Sizes
from xavier_lib.frameworks.trace.keras_variables import Held
from xavier_lib.frameworks.trace.nodes import Node, is_signal
from xavier_lib.shapes import embedding_fans, strided_fans

Axes = tuple[int, ...]
At = Callable[[Any], Node | None]
Inner = Callable[[Held], bool]


@dataclass(eq=False)
class Use:
    """One use of an array of weights.

    Attributes:
        node: the signal that came out.
        held: the variable.
        units: the axes of the units in what came out.
        lookup: whether rows were looked up.
        fans: how many inputs one output sums, and how many outputs one input feeds.
        input: the sizes of what went in, where they were measured.
        output: the sizes of what came out, likewise.
        gradient: the sizes of the derivative of the loss by it.
        tensor: what came out, where its gradient is wanted.
    """

    node: Node
    held: Held
    units: Axes
    lookup: bool = False
    fans: Fans | MeanFans | None = None
    input: Sizes | None = None
    output: Sizes | None = None
    gradient: Sizes | None = None
    tensor: Any = None


@dataclass(frozen=True)
class Taken:
    """Which inputs of a function are the weights and the signal, and where the units lie in them.

    Attributes:
        weights: the tensor of weights.
        signal: the tensor that goes in, or None for a look-up.
        units: the axes of the units in the weights as they are given.
        into: the axes of the signal that are summed over.
        out: the axes of the units in what comes out.
    """

    weights: Any
    signal: Any
    units: Axes
    into: Axes
    out: Axes


def taken(op: str, inputs: Sequence[Any], settings: Mapping[str, Any], at: At, inner: Inner) -> Taken | None:
    """Return what a function takes as weights and as signal, or None if it does not take both.

    Args:
        op: its name.
        inputs: its inputs.
        settings: its settings.
        at: what is known of a tensor.
        inner: whether a variable belongs to the layer that runs; then a factor from nowhere is a signal too.
    """

    def pair(weights: Any, signal: Any) -> bool:
        held, entering = at(weights), at(signal)
        if not is_weight(held) or is_weight(entering):
            return False
        return entering is not None or inner(held.array)  # type: ignore[union-attr]

    if ops.compiled(op):
        return whole_call(inputs, at)
    if op in ops.LOOKUPS:
        held = at(inputs[0])
        good = held is not None and held.kind is kinds.WEIGHT and held.array.matrix
        return Taken(inputs[0], None, (-1,), (-1,), (-1,)) if good else None
    if op in ops.WEIGHTED:
        weights, signal = (inputs[place] for place in ops.WEIGHTED[op])
        channels = 1 if ops.name_of(settings.get("data_format", "NHWC")).startswith("NC") else -1
        units: Axes = (-2,) if op in ops.TURNED else (-2, -1) if op.startswith("Depthwise") else (-1,)
        return Taken(weights, signal, units, (channels,), (channels,)) if pair(weights, signal) else None
    if op not in ops.PRODUCTS or len(inputs) != 2:
        return None
    for place in (1, 0):
        weights, signal = inputs[place], inputs[1 - place]
        if pair(weights, signal):
            if op == "Einsum":
                return by_letters(ops.name_of(settings["equation"]), place, weights, signal)
            return by_matrix(place, weights, signal, settings)
    return None


def whole_call(inputs: Sequence[Any], at: At) -> Taken | None:
    """Return what a function that was compiled as a whole takes: one array of weights and one signal, channels last."""
    weights = [one for one in inputs if is_weight(at(one)) and at(one).array.matrix]  # type: ignore[union-attr]
    signals = [one for one in inputs if is_signal(at(one))]
    if len(weights) != 1 or len(signals) != 1:
        return None
    return Taken(weights[0], signals[0], (-1,), (-1,), (-1,))


def by_matrix(place: int, weights: Any, signal: Any, settings: Mapping[str, Any]) -> Taken:
    """Return what a product of matrices takes, the weights being its first or second factor."""
    names = (("transpose_a", "adj_x"), ("transpose_b", "adj_y"))
    turned = [any(settings.get(name) for name in pair) for pair in names]
    sums = (-2 if turned[0] else -1, -1 if turned[1] else -2)  # which axis of each factor is summed over
    units = -3 - sums[place]
    return Taken(weights, signal, (units,), (sums[1 - place],), (-1 if place else -2,))


def by_letters(equation: str, place: int, weights: Any, signal: Any) -> Taken | None:
    """Return what a product by an equation takes, the weights being its first or second factor."""
    left, _, out = equation.replace(" ", "").partition("->")
    letters = left.split(",")
    own, other = letters[place], letters[1 - place]
    units = [letter for letter in own if letter in out and letter not in other]
    into = [letter for letter in other if letter in own and letter not in out]
    if not units:
        return None
    return Taken(weights, signal, axes(own, units), axes(other, into), axes(out, units))


def axes(letters: str, chosen: Sequence[str]) -> Axes:
    """Return where letters stand, counted from the end, as three dots may stand before them.

    >>> axes("...abd", ["b", "d"])
    (-2, -1)
    """
    return tuple(letters.index(letter) - len(letters) for letter in chosen)


def is_weight(node: Node | None) -> bool:
    """Say whether a tensor holds weights of the model."""
    return node is not None and node.kind is kinds.WEIGHT


def fans_of(op: str, took: Taken, settings: Mapping[str, Any]) -> Fans | MeanFans | None:
    """Return the true fans of weights as a function takes them."""
    shape = tuple(int(side) for side in took.weights.shape)
    if took.signal is None:  # and the table may be given as the place where it lies
        return embedding_fans(shape) if len(shape) == 2 else None
    if ops.compiled(op) or op.startswith("Depthwise"):
        return None
    if op in ops.WEIGHTED:
        steps = [int(step) for step in settings.get("strides", ())][1:-1]
        groups = 1 if op in ops.TURNED else max(1, int(took.signal.shape[took.into[0]]) // shape[-2])
        fans = fan_in_fan_out(shape, groups=groups, transposed=op in ops.TURNED)
        return strided_fans(fans, steps, transposed=op in ops.TURNED)
    units = [shape[axis] for axis in took.units]
    summed = [int(took.signal.shape[axis]) for axis in took.into]
    return Fans(math.prod(summed), math.prod(units))
