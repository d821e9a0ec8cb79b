"""A JAX model as a function of its arrays: a module of Flax, or a function with its tree."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from xavier_lib.frameworks.jax import contents, found_at
from xavier_lib.frameworks.trace.jax_leaves import Leaf, of_tree
from xavier_lib.wording import shown

ACCEPTED = "a flax.nnx.Module, a bound flax.linen module, or a pair of a function or a linen module and its tree"


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
        counted = isinstance(variable, (nnx.BatchStat, nnx.Cache, nnx.RngState, nnx.Intermediate))
        leaf = Leaf(
            ".".join(map(str, names)), variable.get_value(), owner, isinstance(variable, nnx.Param), not counted
        )
        leaf.module = True
        leaf.statistic, leaf.stored = isinstance(variable, nnx.BatchStat), stored.get(id(original))
        leaves.append(leaf)

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
