"""Reads a tree of arrays of JAX or NumPy, such as the parameters of a ``flax.linen`` module, or a checkpoint."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from xavier_lib.arguments import numbers
from xavier_lib.fans import fan_in_fan_out
from xavier_lib.frameworks.jax import exact, refuse_empty
from xavier_lib.frameworks.stored import Contents, Place, Stored
from xavier_lib.shapes import axes_fans, embedding_fans
from xavier_lib.wording import shown

# How attention of Flax stores its kernels, by the name of the layer: heads among the outputs or among the inputs.
INTO_HEADS, OUT_OF_HEADS = {"in_axis": [0], "out_axis": [1, 2]}, {"in_axis": [0, 1], "out_axis": [2]}
BY_HEAD = {"query": INTO_HEADS, "key": INTO_HEADS, "value": INTO_HEADS, "out": OUT_OF_HEADS}


def tree_contents(argument: str, tree: Mapping[str, Any]) -> Contents:
    """Return what lies in a tree of arrays: kernels and embeddings, by their names.

    A tree holds names and shapes only, so groups and strides cannot be seen in it. It is read, not written.

    Raises:
        ValueError: if it holds no kernel and no embedding.
    """
    found = Contents([read for path, layer in layers_of(tree) for read in arrays_of(argument, path, layer)])
    known = {array.name for array in found.arrays}
    for path, layer in layers_of(tree):
        for part, leaf in layer.items():
            name, axes = ".".join((*path, str(part))), getattr(leaf, "ndim", None)
            judged = name in known or (part == "bias" and ".".join((*path, "kernel")) in known)
            if axes is not None and not judged:
                found.set_aside(name, axes, "its fans are not known here")
    if not found.arrays:
        raise ValueError(f"{argument} must hold kernels or embeddings by these names, got a mapping without any")
    return found


def layers_of(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each mapping in a tree with its path, in order."""
    yield path, tree
    for name, branch in tree.items():
        if isinstance(branch, Mapping):
            yield from layers_of(branch, (*path, str(name)))


def arrays_of(argument: str, path: tuple[str, ...], layer: Mapping[str, Any]) -> Iterator[Stored]:
    """Return the arrays of weights in one layer of a tree, without those of the layers in it."""
    name = path[-1] if path else ""
    for part in ("kernel", "embedding"):
        array: Any = layer.get(part)
        axes = getattr(array, "ndim", 0)
        if not isinstance(axes, int) or axes < 2 or (part == "embedding" and axes > 2):
            continue
        whole, shape, where = ".".join((*path, part)), tuple(array.shape), place(argument, array)
        refuse_others(whole, array)
        if part == "embedding":
            yield Stored(whole, part, shape, embedding_fans(shape), where, id(array), "linear", lookup=True)
        elif name in BY_HEAD and len(shape) == 3:
            yield Stored(whole, "attention", shape, axes_fans(shape, **BY_HEAD[name]), where, id(array))
        elif "bias" not in layer or getattr(layer["bias"], "shape", None) == shape[-1:]:  # else layers are stacked
            kind, fans = "dense" if len(shape) == 2 else "convolution", fan_in_fan_out(shape)
            bias = place(argument, layer["bias"]) if "bias" in layer else None
            yield Stored(whole, kind, shape, fans, where, id(array), bias=bias, movable=True)


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
