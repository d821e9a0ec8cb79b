"""The arrays that a JAX model holds, by their names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xavier_lib.frameworks.stored import Stored, dotted
from xavier_lib.frameworks.trace.jax_sizes import is_float
from xavier_lib.frameworks.tree import tree_contents
from xavier_lib.wording import shown

GAINS = ("weight", "gamma", "scale", "g", "gain")
STACKED = re.compile(r", a stack of \d+")
BIASES = ("bias", "beta")


@dataclass(eq=False)
class Leaf:
    """An array that a model holds, or one layer of a stack of layers.

    Attributes:
        name: its name in the model.
        array: its numbers.
        owner: the kind of module or layer that holds it.
        trainable: whether a gradient is wanted for it.
        weights: whether it is a parameter at all, and no count, key or statistic.
        statistic: whether it is a running mean or variance.
        module: whether that is a module of Flax.
        stored: what the reader of the model knows of it.
        stack: of one layer of a stack, how many layers there are and which one it is.
        gain: whether it scales a normalized signal.
        first: the time of its first use, or None.
        gradient: the size of the derivative of the loss by it.
        layers: the layers of the stack that it is, as far as they were used one by one.
    """

    name: str
    array: Any
    owner: str = ""
    trainable: bool = True
    weights: bool = True
    statistic: bool = False
    module: bool = False
    stored: Stored | None = None
    stack: tuple[int, int] | None = None
    gain: bool = False
    first: float | None = None
    gradient: float | None = None
    layers: dict[int, "Leaf"] = field(default_factory=dict)

    @property
    def matrix(self) -> bool:
        """Say whether it has two axes or more along which it holds several numbers."""
        sides = self.array.shape
        return len(sides) > 1 and sum(side > 1 for side in sides) != 1

    @property
    def kind(self) -> str:
        """Return the kind of array that is no layer's own: by its owner, and as a gain if it is a vector."""
        kind = self.own_kind if self.matrix else ""
        return self.in_stack(kind or f"{self.owner} {'gain' if self.gain or self.part in GAINS else self.part}".strip())

    @property
    def own_kind(self) -> str:
        """Return the kind of layer that the model shows, without how many layers are stacked; none for a tree's own."""
        kind = self.stored.kind if self.stored else self.owner if self.module else ""
        return STACKED.sub("", kind)

    def in_stack(self, kind: str) -> str:
        """Return a kind of layer with its place in the stack."""
        return f"{kind}, layer {self.stack[1]} of a stack of {self.stack[0]}" if self.stack else kind

    @property
    def part(self) -> str:
        """Return the last part of its name, as in the module or layer that holds it."""
        return self.name.rsplit(".", 1)[-1].split("[")[0]

    @property
    def bias(self) -> bool:
        """Say whether it is a bias by its name."""
        return any(word in self.part for word in BIASES) or self.part == "b"

    def layer(self, place: int) -> "Leaf":
        """Return one layer of the stack that it is."""
        if place not in self.layers:
            count = self.array.shape[0]
            self.layers[place] = replace(
                self, name=f"{self.name}[{place}]", array=None, stack=(count, place), first=None, layers={}
            )
        return self.layers[place]


def of_tree(argument: str, tree: Any) -> tuple[list[Leaf], Callable[[Sequence[Any]], Any]]:
    """Return the arrays of a tree, and what puts others in their places.

    Raises:
        ValueError: if it holds none.
    """
    import jax

    stored: dict[str, Stored] = {}
    if isinstance(tree, Mapping):
        try:
            stored = {array.name: array for array in tree_contents(argument, tree).arrays}
        except (TypeError, ValueError):
            stored = {}  # a tree by other names: what the arrays do shows in the pass
    paths, structure = jax.tree_util.tree_flatten_with_path(tree)
    arrays = [(path, value) for path, value in paths if hasattr(value, "dtype") and hasattr(value, "shape")]
    leaves = []
    for path, value in arrays:
        names = [name_of(part) for part in path]
        owner = kind_named(names[-2]) if len(names) > 1 else ""
        known = stored.get(".".join(names))
        leaves.append(Leaf(dotted(".".join(names[:-1]), names[-1] if names else "tree"), value, owner, stored=known))
        leaves[-1].weights = is_float(value)
    if not any(leaf.weights for leaf in leaves):
        raise ValueError(f"{argument} must hold at least one array of numbers, got {shown(tree)}")

    def filled(new: Sequence[Any]) -> Any:
        given = iter(new)
        values = [next(given) if hasattr(v, "dtype") and hasattr(v, "shape") else v for _, v in paths]
        return jax.tree_util.tree_unflatten(structure, values)

    return leaves, filled


def name_of(part: Any) -> str:
    """Return one part of a path in a tree as text."""
    return str(next(getattr(part, name) for name in ("key", "idx", "name") if hasattr(part, name)))


def kind_named(name: str) -> str:
    """Return the kind of a layer by its name in a tree, as ``Dense_0`` is a Dense.

    >>> kind_named("LayerNorm_0"), kind_named("norm")
    ('LayerNorm', 'norm')
    """
    kind, _, number = name.rpartition("_")
    return kind if kind and number.isdigit() else name
