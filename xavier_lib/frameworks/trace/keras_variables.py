"""The variables of a Keras model by their paths, and what the reader of Keras knows of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xavier_lib.frameworks.keras import contents
from xavier_lib.frameworks.stored import Stored

GAINS = ("gamma", "scale", "gain", "weight", "g")


@dataclass(eq=False)
class Held:
    """A variable of a model that is there to be learned.

    Attributes:
        variable: the variable of Keras.
        name: its path in the model.
        owner: the name of the class of the layer that holds it.
        stored: what is known of it as weights, with its true fans, or None.
        first: the time of its first use, or None.
        gradient: the size of the derivative of the loss by it.
        factor: whether weights are made of it and of another array, as those of low rank are.
    """

    variable: Any
    name: str
    owner: str
    stored: Stored | None = None
    first: int | None = None
    gradient: float | None = None
    factor: bool = False

    @property
    def matrix(self) -> bool:
        """Say whether it has two axes or more along which it holds several numbers."""
        sides = [side for side in self.variable.shape if side > 1]
        return len(self.variable.shape) > 1 and len(sides) != 1

    @property
    def bias(self) -> bool:
        """Say whether it is added to what a layer gives, by its name."""
        part = self.name.rsplit("/", 1)[-1]
        return "bias" in part or part == "beta"

    @property
    def kind(self) -> str:
        """Return the kind of layer that it belongs to, and which part of that it is, if it is a vector."""
        if self.stored is not None:
            return self.stored.kind
        if self.matrix:
            return self.owner
        part = self.name.rsplit("/", 1)[-1]
        return f"{self.owner} gain" if part in GAINS else f"{self.owner} {part}"


def layers_of(model: Any, seen: set[int] | None = None) -> Iterator[Any]:
    """Yield a layer and all those in it, each once."""
    met = set() if seen is None else seen
    if id(model) not in met:
        met.add(id(model))
        yield model
        for child in model._layers:
            yield from layers_of(child, met)


def inside(layer: Any, held: Held) -> bool:
    """Say whether a layer holds a variable itself, and none of the layers in it does."""
    return holds(layer, held) and not any(holds(child, held) for child in layer._layers)


def holds(layer: Any, held: Held) -> bool:
    """Say whether a variable is among a layer's own."""
    return any(held.variable is one for one in layer._trainable_variables)


def held_by(model: Any) -> list[Held]:
    """Return the variables of a model that are there to be learned, frozen or not, each once.

    A layer that has not been built has none; it may lie in a branch that is not taken.

    Raises:
        ValueError: if no layer has been built, so that there are no weights yet.
    """
    found: dict[int, Held] = {}
    for layer in layers_of(model):
        alone = layer.built and not layer._layers  # and none in it that has not been built
        stored = {array.key: array for array in contents(layer).arrays} if alone else {}
        for variable in layer._trainable_variables:
            if "float" in str(variable.dtype) and all(variable.shape):
                entry = found.setdefault(id(variable), Held(variable, variable.path, ""))
                entry.owner = type(layer).__name__  # the innermost one, as those that wrap others come first
                entry.stored = stored.get(id(variable), entry.stored)
    if not found:
        contents(model)
    return list(found.values())
