"""What lies in a model of any framework: as its reader finds it, as a batch shows it, and as the caller tells it."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xavier_lib.frameworks.batch import with_batch
from xavier_lib.frameworks.jax import contents as flax_contents
from xavier_lib.frameworks.keras import contents as keras_contents
from xavier_lib.frameworks.low_rank import with_factors
from xavier_lib.frameworks.perceptron import contents as perceptron_contents
from xavier_lib.frameworks.pytorch import contents as torch_contents
from xavier_lib.frameworks.rules import start_for
from xavier_lib.frameworks.stored import Contents
from xavier_lib.frameworks.tree import tree_contents, tree_of
from xavier_lib.nn.mlp import MLP
from xavier_lib.wording import shown

READERS = {
    ("keras", "Layer"): keras_contents,  # first: on the backend of PyTorch it is one of its modules too
    ("torch.nn", "Module"): torch_contents,
    ("flax.nnx", "Module"): flax_contents,
}
ACCEPTED = "a torch.nn.Module, a Keras model or layer, a flax.nnx.Module, a tree of JAX arrays or an MLP"


def contents_of(name: str, model: Any) -> Contents:
    """Return the arrays of weights in a model of any framework, in its own order.

    Raises:
        TypeError: if it is no model that is known here.
        ValueError: if it has no weights yet.
    """
    if isinstance(model, MLP):
        return perceptron_contents(model)
    tree = tree_of(model)
    if tree is not None:
        return tree_contents(name, tree)
    for (package, base), reader in READERS.items():
        if package in sys.modules and isinstance(model, getattr(sys.modules[package], base)):
            return reader(model)
    if "flax.linen" in sys.modules and isinstance(model, sys.modules["flax.linen"].Module):
        raise TypeError(f"{name} must hold weights, and a flax.linen module holds none: pass what its init returned")
    raise TypeError(f"{name} must be {ACCEPTED}, got {shown(model)} ({type(model).__name__})")


def told(contents: Contents, activation: str | Mapping[str, str] | None) -> Contents:
    """Return what lies in a model with what follows each array: what the caller says, or what the reader saw."""
    if activation is None:
        return contents
    names = [array.name for array in contents.arrays]
    if isinstance(activation, Mapping):
        unknown = [name for name in activation if not any(is_part(name, whole) for whole in names)]
        if unknown:
            known = f"arrays or layers of the model, among {shown(names)}"
            raise ValueError(f"activation must name {known}, got {shown(unknown[0])}")
        given = dict(activation)
    else:
        given = {array.name: activation for array in contents.arrays if not array.lookup}
    for name in given.values() if isinstance(activation, Mapping) else [activation]:
        start_for(name)
    arrays = []
    for array in contents.arrays:
        after = [name for part, name in given.items() if is_part(part, array.name)]
        if after:
            array = replace(array, activation=after[-1], summed=False, beyond=None, last=False, branch=None)
        arrays.append(array)
    return replace(contents, arrays=arrays)


def is_part(name: str, whole: str) -> bool:
    """Say whether an array is meant by a name: its own, or that of the layer or block that it lies in.

    >>> is_part("1", "1.weight"), is_part("1", "10.weight")
    (True, False)
    """
    return whole == name or whole.startswith((f"{name}.", f"{name}/"))


def seen(name: str, model: Any, x: Any) -> Contents:
    """Return what lies in a model, and with a batch what the batch shows of it."""
    contents = contents_of(name, model)
    if x is not None:
        contents = with_batch(contents, model, x)
    return replace(contents, arrays=with_factors(contents.arrays))
