"""One way to measure a model of any framework on a batch."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.wording import shown

#: Which module measures what, by the class that a model is one of; Keras comes first, as on the backend of PyTorch its
#: layers are modules too.
READERS = {("keras", "Layer"): "keras", ("torch.nn", "Module"): "pytorch", ("flax.nnx", "Module"): "jax"}
ACCEPTED = "a torch.nn.Module, a Keras model or layer, a flax.nnx.Module or a function with its tree of JAX arrays"


def measured(
    model: Any, x: Any, y: Any = None, loss: Callable[[Any, Any], Any] | None = None, *, backward: bool = True
) -> Measured:
    """Measure a model of any framework on one batch; nothing in it changes.

    Args:
        model: a module of PyTorch, a model or layer of Keras, a module of Flax, or a function with its tree of arrays.
        x: a batch: an array of the framework, or a tuple or a mapping of arguments.
        y: the targets.
        loss: called with the outputs and the targets.
        backward: whether gradients are measured.

    Raises:
        TypeError: if the model is of no known kind, or the batch holds no array.
        ValueError: if a pass fails.
    """
    found: Measured = reader_of(model).measured(model, x, y, loss, backward=backward)
    return found


def followed(model: Any, x: Any) -> Measured:
    """Measure a forward pass alone: what follows each array, and what is kept of its signal.

    Raises:
        TypeError, ValueError: as in :func:`measured`.
    """
    reader = reader_of(model)
    if hasattr(reader, "followed"):  # one that does not read the weights besides
        lean: Measured = reader.followed(model, x)
        return lean
    return measured(model, x, backward=False)


def reader_of(model: Any) -> Any:
    """Return the module that measures a model, by its framework.

    Raises:
        TypeError: if it is of no known kind.
    """
    name = next((reader for (package, base), reader in READERS.items() if is_a(model, package, base)), None)
    if name is None and jax_like(model):
        name = "jax"
    if name is None:
        raise TypeError(f"model must be {ACCEPTED}, got {shown(model)} ({type(model).__name__})")
    return import_module(f"xavier_lib.frameworks.trace.{name}")


def is_a(model: Any, package: str, base: str) -> bool:
    """Say whether a model is of a class that its framework, if it is loaded, has by that name."""
    return package in sys.modules and isinstance(model, getattr(sys.modules[package], base))


def jax_like(model: Any) -> bool:
    """Say whether something is a function with its tree of arrays, or a module of Flax with its variables."""
    if "flax.linen" in sys.modules and isinstance(model, sys.modules["flax.linen"].Module):
        return True
    parts = model if isinstance(model, tuple) else (getattr(model, "func", None), getattr(model, "args", ()))
    return "jax" in sys.modules and len(parts) == 2 and (callable(parts[0]) or hasattr(parts[0], "apply"))
