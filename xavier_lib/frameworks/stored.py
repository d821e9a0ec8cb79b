"""One array of weights as a framework stores it: its true fans, and how to read and write it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.fans import Fans, MeanFans

Array = NDArray[Any]


@dataclass(frozen=True)
class Place:
    """Where an array lies.

    Attributes:
        read: returns it as a NumPy array.
        write: takes a NumPy array and puts its numbers there.
        fixed: why nothing can be written there, or nothing.
    """

    read: Callable[[], Array]
    write: Callable[[Array], None]
    fixed: str = ""


@dataclass(frozen=True)
class Stored:
    """An array of weights in a model.

    Attributes:
        name: its name in the model.
        kind: the kind of layer, and how many parts are packed into the array.
        shape: its shape as stored.
        fans: its true fans.
        weights: where it lies; read and written in the layout ``"IO"`` of this book, whatever the framework's.
        key: what is the same for two names of one array.
        activation: what follows, by name, or None where that could not be seen.
        bias: where the layer's biases lie, if it is a layer that starts with zeros there.
        lookup: whether it is a table of embeddings.
        movable: whether all frameworks store it alike but for the layout.
        parts: how many layers are packed into it side by side, each with the fans of its own.
        gates: whether they are the gates of a recurrent layer, before sigmoid and tanh.
        recurrent: whether it carries a state on from step to step.
        trainable: whether it is not frozen.
        factor: whether it is one of the two factors of a low-rank adapter.
        transposed: whether it belongs to a transposed convolution, whose outputs at a border sum fewer inputs.
        rescaled: whether the model divides it by its own size at each call, as spectral normalization does.
        unstrided: the fans of a convolution as they would be at stride 1, where it has another.
        normalized: whether a normalization follows before the activation.
        summed: whether its outputs are added to something, as those of the last layer of a residual branch are.
        beyond: which activation follows the sum, if one does.
        last: whether its outputs are the model's.
        chained: whether other weights get what the activation gives, and nothing else comes between.
        kept: with a batch, the mean square of what the next layers get, over that of its outputs.
        branch: with a batch, the number of its residual branch and how many there are.
        sums: with a batch, how many inputs one output sums, borders included.
        gives: with a batch, the size of what the next layers get, and that over the size of what it got itself.
        output: with a batch, the size of its outputs.
        adds: with a batch, the size of what it adds over that of the stream that it is added to.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    fans: Fans | MeanFans
    weights: Place
    key: int
    activation: str | None = None
    bias: Place | None = None
    lookup: bool = False
    movable: bool = False
    parts: int = 1
    gates: bool = False
    recurrent: bool = False
    trainable: bool = True
    factor: bool = False
    transposed: bool = False
    rescaled: bool = False
    unstrided: Fans | None = None
    normalized: bool = False
    summed: bool = False
    beyond: str | None = None
    last: bool = False
    chained: bool = False
    kept: float | None = None
    branch: tuple[int, int] | None = None
    sums: float | None = None
    gives: tuple[float, float] | None = None
    output: float | None = None
    adds: float | None = None


@dataclass(frozen=True)
class Contents:
    """What a reader found in a model.

    Attributes:
        arrays: the arrays of weights, in the order of the model.
        left_out: the names of arrays with two axes or more whose fans are not known, each with the reason.
        others: the names of what else a model has learned or counted, such as the gains of a normalization.
        kept: the names of arrays that are known and have a start of their own, such as low-rank factors.
        unseen: where the forward pass could not be followed, and why, one sentence each.
    """

    arrays: list[Stored] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def set_aside(self, name: str, axes: int, reason: str) -> None:
        """Keep the name of an array that is neither weights of a known kind nor their bias."""
        if axes > 1 and low_rank(name):
            self.kept.append(f"{name} (a factor of low rank)")
        elif axes > 1:
            self.left_out.append(f"{name} ({reason})")
        else:
            self.others.append(name)


def low_rank(name: str) -> bool:
    """Say whether an array is a factor of a low-rank adapter, by the name that all libraries give such factors.

    >>> low_rank("attn.lora_A.default.weight"), low_rank("floral.weight")
    (True, False)
    """
    return re.search(r"(?<![a-z])lora(?![a-z])", name.lower()) is not None


def first_factor(name: str) -> bool:
    """Say whether an array is the factor of a low-rank adapter that gets the inputs, by its name.

    >>> first_factor("q.lora_A.default.weight"), first_factor("dense/lora_kernel_b")
    (True, False)
    """
    return re.search(r"lora_?(kernel_|embedding_|embeddings_)?a(?![a-z])", name.lower()) is not None


def dotted(layer: str, part: str) -> str:
    """Return the name of an array in a layer; the model itself has no name.

    >>> dotted("block.0", "weight"), dotted("", "weight")
    ('block.0.weight', 'weight')
    """
    return f"{layer}.{part}" if layer else part


def turned(weights: Array) -> Array:
    """Return weights of layout ``"OI"`` in layout ``"IO"``.

    >>> turned(np.zeros((64, 32, 3, 5))).shape
    (3, 5, 32, 64)
    """
    return np.moveaxis(weights, (0, 1), (-1, -2))


def turned_back(weights: Array) -> Array:
    """Return weights of layout ``"IO"`` in layout ``"OI"``.

    >>> turned_back(np.zeros((3, 5, 32, 64))).shape
    (64, 32, 3, 5)
    """
    return np.moveaxis(weights, (-1, -2), (0, 1))


def stacked(kind: str, sizes: tuple[int, ...]) -> str:
    """Return the name of a kind of layer with the number of layers that lie along axes of their own.

    >>> stacked("dense", (5,)), stacked("dense", ())
    ('dense, a stack of 5', 'dense')
    """
    return f"{kind}, a stack of {math.prod(sizes)}" if sizes else kind


def with_parts(kind: str, parts: int) -> str:
    """Return the name of a kind of layer with the number of layers packed into one array.

    >>> with_parts("LSTM", 4), with_parts("RNN", 1)
    ('LSTM, 4 parts', 'RNN')
    """
    return f"{kind}, {parts} parts" if parts > 1 else kind
