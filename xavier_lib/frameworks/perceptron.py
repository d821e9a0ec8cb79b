"""Reads this book's own ``MLP`` as the frameworks' models are read."""

import numpy as np

from xavier_lib.fans import fan_in_fan_out
from xavier_lib.frameworks.by_hand import GRID, recognized
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored
from xavier_lib.nn.activations import ACTIVATIONS, Activation
from xavier_lib.nn.mlp import MLP


def contents(model: MLP) -> Contents:
    """Return the weights of a perceptron, layer by layer."""
    last = len(model.weights) - 1
    return Contents(
        [
            Stored(
                name=f"weights[{layer}]",
                kind="dense",
                shape=weights.shape,
                fans=fan_in_fan_out(weights.shape),
                weights=place(weights),
                key=id(weights),
                activation="linear" if layer == last else name_of(model.activation),
                last=layer == last,
                chained=layer != last,
                bias=place(biases),
                movable=True,
            )
            for layer, (weights, biases) in enumerate(zip(model.weights, model.biases, strict=True))
        ]
    )


def name_of(activation: Activation) -> str | None:
    """Return the name of an activation, with the slope of a leaky one; a reader's own is known by its values.

    >>> from xavier_lib import leaky_relu
    >>> name_of(leaky_relu(0.2)), name_of(Activation("own", np.arctan, np.ones_like))
    ('leaky_relu(0.2)', None)
    """
    if activation.name == "leaky_relu":
        return f"leaky_relu({-float(activation.f(np.array([-1.0]))[0]):.9g})"
    return activation.name if activation in ACTIVATIONS.values() else recognized(activation.f(GRID))


def place(array: Array) -> Place:
    """Return where an array lies: in itself."""

    def write(values: Array) -> None:
        array[...] = values

    return Place(lambda: array, write, "" if array.flags.writeable else "is read-only")
