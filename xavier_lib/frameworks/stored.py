"""One array of weights as a framework stores it: its true fans, and how to read and write it."""

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
    """

    read: Callable[[], Array]
    write: Callable[[Array], None]


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


@dataclass(frozen=True)
class Contents:
    """What a reader found in a model.

    Attributes:
        arrays: the arrays of weights, in the order of the model.
        left_out: the names of arrays with two axes or more whose fans are not known, each with the reason.
        others: the names of what else a model has learned or counted, such as the gains of a normalization.
    """

    arrays: list[Stored] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def set_aside(self, name: str, axes: int, reason: str) -> None:
        """Keep the name of an array that is neither weights of a known kind nor their bias."""
        if axes > 1:
            self.left_out.append(f"{name} ({reason})")
        else:
            self.others.append(name)


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


def with_parts(kind: str, parts: int) -> str:
    """Return the name of a kind of layer with the number of layers packed into one array.

    >>> with_parts("LSTM", 4), with_parts("RNN", 1)
    ('LSTM, 4 parts', 'RNN')
    """
    return f"{kind}, {parts} parts" if parts > 1 else kind
