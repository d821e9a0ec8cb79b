"""Reads a tree of arrays of JAX or NumPy, such as the parameters of a ``flax.linen`` module, or a checkpoint."""

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.arguments import numbers
from xavier_lib.frameworks.jax import exact, refuse_empty
from xavier_lib.frameworks.stacks import kind_and_fans, why_not
from xavier_lib.frameworks.stored import Contents, Place, Stored
from xavier_lib.shapes import embedding_fans
from xavier_lib.wording import shown


def tree_of(model: Any) -> Mapping[str, Any] | None:
    """Return the tree of arrays that a model is, or that comes with its function; None if it is another model.

    >>> tree = {"dense": {"kernel": np.ones((3, 2))}}
    >>> tree_of(tree) is tree, tree_of((np.dot, tree)) is tree, tree_of(np.dot) is None
    (True, True, True)
    """
    if "flax.linen" in sys.modules and isinstance(model, sys.modules["flax.linen"].Module) and model.scope is not None:
        bound: Mapping[str, Any] = model.variables
        return bound
    pair = (model.func, *model.args) if isinstance(model, partial) else model
    if isinstance(pair, tuple) and len(pair) == 2 and (callable(pair[0]) or hasattr(pair[0], "apply")):
        return pair[1] if isinstance(pair[1], Mapping) else None
    return model if isinstance(model, Mapping) else None


def tree_contents(argument: str, tree: Mapping[str, Any]) -> Contents:
    """Return what lies in a tree of arrays: kernels and embeddings, by their names.

    A tree holds names and shapes only, so groups and strides cannot be seen in it, and layers that are stacked along
    an axis only by a name or by the axes of a bias. It is read, not written.

    Raises:
        ValueError: if it holds no kernel and no embedding.
    """
    lifted = {path: axes for path, layer in layers_of(tree) if (axes := lifted_axes(layer))}
    found = Contents()
    for path, layer in layers_of(tree):
        beside = max((axes for above, axes in lifted.items() if path[: len(above)] == above), default=0)
        found.arrays.extend(arrays_of(argument, path, layer, beside))
    names = {array.name for array in found.arrays}
    for path, layer in layers_of(tree):
        for part, leaf in layer.items():
            name, ends = ".".join((*path, str(part))), getattr(leaf, "ndim", None)
            judged = name in names or (part == "bias" and ".".join((*path, "kernel")) in names)
            if ends is not None and not judged:
                found.set_aside(name, ends, why_not(part, ends))
    if not found.arrays and not found.left_out and not found.kept:
        raise ValueError(f"{argument} must hold kernels or embeddings by these names, got a mapping without any")
    return found


def layers_of(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each mapping in a tree with its path, in order."""
    yield path, tree
    for name, branch in tree.items():
        if isinstance(branch, Mapping):
            yield from layers_of(branch, (*path, str(name)))


def lifted_axes(block: Mapping[str, Any]) -> int:
    """Return along how many axes the gains of the normalizations in a block are stacked; one gain has one axis."""
    gains: list[Any] = [layer.get("scale") for layer in block.values() if isinstance(layer, Mapping)]
    axes = [len(gain.shape) for gain in gains if hasattr(gain, "shape")]
    return min(axes) - 1 if axes else 0


def arrays_of(argument: str, path: tuple[str, ...], layer: Mapping[str, Any], lifted: int) -> Iterator[Stored]:
    """Return the arrays of weights in one layer of a tree, without those of the layers in it."""
    for part in ("kernel", "embedding"):
        array: Any = layer.get(part)
        axes = getattr(array, "ndim", 0)
        if not isinstance(axes, int) or axes < 2 or (part == "embedding" and axes > 2):
            continue
        whole, shape, where = ".".join((*path, part)), tuple(array.shape), place(argument, array)
        refuse_others(whole, array)
        if part == "embedding":
            yield Stored(whole, part, shape, embedding_fans(shape), where, id(array), "linear", lookup=True)
            continue
        read = kind_and_fans(path, shape, getattr(layer.get("bias"), "shape", None), lifted)
        if read is not None:
            kind, fans = read
            plain = kind in ("dense", "convolution")
            bias = place(argument, layer["bias"]) if plain and "bias" in layer else None
            yield Stored(whole, kind, shape, fans, where, id(array), bias=bias, movable=plain)


def refuse_others(name: str, array: Any) -> None:
    """Refuse what is no array of JAX or NumPy, or holds no numbers."""
    if type(array).__module__.startswith("jax"):
        refuse_empty(name, array)
    elif not isinstance(array, np.ndarray):
        raise TypeError(f"{name} must be an array of JAX or NumPy, got {shown(array)} ({type(array).__name__})")
    elif array.dtype.name != "bfloat16":
        numbers(name, array)


def place(argument: str, array: Any) -> Place:
    """Return where an array of a tree lies; it can be read only."""
    return Place(lambda: exact(array), lambda _: refuse_to_write(argument))


def refuse_to_write(argument: str) -> None:
    """Say that a tree of arrays is only read.

    Raises:
        TypeError: always.
    """
    raise TypeError(f"{argument} must be a model to be written to, got a tree of arrays, which is only read")
