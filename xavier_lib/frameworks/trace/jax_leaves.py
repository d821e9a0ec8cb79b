"""The arrays that a JAX model holds, by their names, and the function that they go through."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from xavier_lib.frameworks.jax import contents, found_at
from xavier_lib.frameworks.stored import Stored, dotted
from xavier_lib.frameworks.trace.jax_sizes import is_float
from xavier_lib.frameworks.tree import tree_contents
from xavier_lib.wording import shown

ACCEPTED = "a flax.nnx.Module, a bound flax.linen module, or a pair of a function or a linen module and its tree"
GAINS = ("weight", "gamma", "scale", "g", "gain")
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
        stored: what the reader of the model knows of it.
        stack: of one layer of a stack, how many layers there are and which one it is.
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
    stored: Stored | None = None
    stack: tuple[int, int] | None = None
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
        known = self.stored.kind if self.stored else ""
        kind = known or f"{self.owner} {'gain' if self.part in GAINS else self.part}".strip()
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
            name, own = f"{self.name}[{place}]", (self.owner, self.trainable, self.weights, self.statistic)
            self.layers[place] = Leaf(name, self.array[place], *own, self.stored, (count, place))
        return self.layers[place]


@dataclass(frozen=True)
class Reading:
    """A model as a function of its arrays.

    Attributes:
        leaves: the arrays.
        run: called with their numbers, and with the arguments of the model, positional and by name.
        by_name: whether a mapping is taken for arguments by name.
        hint: what to do where randomness is missing.
    """

    leaves: list[Leaf]
    run: Callable[..., Any]
    by_name: Callable[[Mapping[str, Any]], bool] = lambda _: True
    hint: str = ""


def reading_of(model: Any) -> Reading:
    """Return a model as a function of its arrays.

    Raises:
        TypeError: if it is of no known kind.
        ValueError: if it holds no arrays of numbers.
    """
    from flax import linen, nnx

    if isinstance(model, nnx.Module):
        return of_nnx(model)
    if isinstance(model, linen.Module):
        if model.scope is None:
            raise TypeError("model must hold weights, and a flax.linen module holds none: pass (module, variables)")
        module, variables = model.unbind()
        return of_linen(module, variables, {name: key.as_jax_rng() for name, key in model.scope.rngs.items()})
    if isinstance(model, partial) and model.args:
        function = partial(rotated, model.func, model.args[1:], model.keywords)
        return of_function(function, model.args[0])
    if isinstance(model, tuple) and len(model) == 2:
        if isinstance(model[0], linen.Module):
            return of_linen(model[0], model[1], {})
        if callable(model[0]):
            return of_function(*model)
    raise TypeError(f"model must be {ACCEPTED}, got {shown(model)} ({type(model).__name__})")


def rotated(function: Any, more: Sequence[Any], settings: Mapping[str, Any], tree: Any, *x: Any, **named: Any) -> Any:
    """Call a function that was given arguments between its tree and its inputs."""
    return function(tree, *more, *x, **{**settings, **named})


def of_nnx(model: Any) -> Reading:
    """Return a module of Flax as a function of its arrays; each call works on a copy."""
    import jax
    from flax import nnx

    stored = {array.key: array for array in contents(model).arrays}
    graph, state = nnx.split(model)
    paths, structure = jax.tree_util.tree_flatten_with_path(state, is_leaf=lambda node: isinstance(node, nnx.Variable))
    leaves = []
    for path, variable in paths:
        names = [getattr(part, "key", getattr(part, "idx", None)) for part in path]
        original, owner = found_at(model, tuple(names)), type(found_at(model, tuple(names[:-1]))).__name__
        drawn = isinstance(variable, nnx.Param)
        counted = isinstance(variable, (nnx.BatchStat, nnx.Cache, nnx.RngState, nnx.Intermediate))
        facts = {"trainable": drawn, "weights": not counted, "statistic": isinstance(variable, nnx.BatchStat)}
        name = ".".join(map(str, names))
        leaves.append(Leaf(name, variable.get_value(), owner, stored=stored.get(id(original)), **facts))

    def run(arrays: Sequence[Any], *args: Any, **named: Any) -> Any:
        filled = [variable.replace(array) for (_, variable), array in zip(paths, arrays, strict=True)]
        return nnx.merge(graph, jax.tree_util.tree_unflatten(structure, filled))(*args, **named)

    return Reading(leaves, run)


def of_linen(module: Any, variables: Any, rngs: Mapping[str, Any]) -> Reading:
    """Return a module of ``flax.linen`` as a function of its variables."""
    leaves, filled = of_tree("variables", variables)
    others = [name for name in variables if name != "params"]
    for leaf in leaves:
        collection = leaf.name.split(".", 1)[0]
        leaf.trainable = collection == "params"
        leaf.weights, leaf.statistic = collection not in ("batch_stats", "cache"), collection == "batch_stats"

    def run(arrays: Sequence[Any], *args: Any, **named: Any) -> Any:
        found = module.apply(filled(arrays), *args, rngs=dict(rngs), mutable=others or False, **named)
        return found[0] if others else found

    return Reading(leaves, run, hint="; bind the module to its variables with rngs={'dropout': key} for randomness")


def of_function(function: Callable[..., Any], tree: Any) -> Reading:
    """Return a function of a tree as a function of the tree's arrays."""
    leaves, filled = of_tree("tree", tree)

    def run(arrays: Sequence[Any], *args: Any, **named: Any) -> Any:
        return function(filled(arrays), *args, **named)

    def by_name(given: Mapping[str, Any]) -> bool:
        try:
            inspect.signature(function).bind(tree, **given)
        except (TypeError, ValueError):
            return False
        return True

    return Reading(leaves, run, by_name)


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
