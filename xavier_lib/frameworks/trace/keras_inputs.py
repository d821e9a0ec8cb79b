"""A batch as a Keras model takes it: one structure as in ``fit``, or the arguments of its call."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

from xavier_lib.frameworks.trace.keras_loss import tensors_in
from xavier_lib.wording import shown

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def batch_of(x: Any) -> tuple[Any, int]:
    """Return a batch with its arrays as tensors, and how many rows it has.

    Raises:
        TypeError: if there is no array in it.
    """
    import keras

    arrays = tensors_in(x)
    if not arrays or len(arrays) != len(keras.tree.flatten(x)):
        kinds = "an array, or a tuple, list or mapping of arrays"
        raise TypeError(f"x must be {kinds}, got {shown(x)} ({type(x).__name__})")
    batch = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
    return batch, next((int(tensor.shape[0]) for tensor in tensors_in(batch) if len(tensor.shape)), 1)


def called_with(model: Any, batch: Any) -> Any:
    """Return what a model makes of a batch in training mode.

    Raises:
        ValueError: if it fails.
    """
    args, settings = arguments(model, batch)
    try:
        return model(*args, **settings, training=True)
    except Exception as error:  # whatever a model raises
        reason = f"{type(error).__name__}: {in_one_line(str(error))}"
        raise ValueError(f"model must take x, and its forward pass failed with {reason}") from error


def in_one_line(message: str) -> str:
    r"""Return what Keras says of a failed call, without colours and without the arguments that it lists.

    >>> in_one_line("Exception encountered when calling A.call().\n\n\x1b[1mno\x1b[0m\n\nArguments received by A")
    'Exception encountered when calling A.call(). no'
    """
    plain = re.sub(r"\x1b\[\d*m", "", message).split("Arguments received by")[0]
    return " ".join(plain.split())


def arguments(model: Any, batch: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments that a batch stands for.

    A mapping by the names of arguments gives these, a tuple as many arguments as it holds, where the model takes them;
    all else is one structure, as ``fit`` would hand it over.
    """
    if hasattr(model, "_functional") or type(model).__name__ in ("Functional", "Sequential"):
        return (batch,), {}
    parameters = inspect.signature(model.call).parameters
    if isinstance(batch, Mapping) and batch and set(batch) <= set(parameters):
        return (), dict(batch)
    places = [name for name, one in parameters.items() if one.kind in POSITIONAL and name not in ("training", "mask")]
    if isinstance(batch, tuple) and 1 < len(batch) <= len(places):
        return batch, {}
    return (batch,), {}
