"""Reads this book's own ``MLP`` as the frameworks' models are read."""

from xavier_lib.fans import fan_in_fan_out
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored
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
                activation="linear" if layer == last else model.activation.name,
                bias=place(biases),
                movable=True,
            )
            for layer, (weights, biases) in enumerate(zip(model.weights, model.biases, strict=True))
        ]
    )


def place(array: Array) -> Place:
    """Return where an array lies: in itself."""

    def write(values: Array) -> None:
        array[...] = values

    return Place(lambda: array, write)
