"""Measures a Keras model or layer on one batch: a forward and a backward pass that leave it as it was."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from xavier_lib.diagnosis.records import Measured

RUNNERS = {"tensorflow": "keras_tensorflow", "torch": "keras_torch", "jax": "keras_jax"}


def measured(
    model: Any, x: Any, y: Any = None, loss: Callable[[Any, Any], Any] | None = None, *, backward: bool = True
) -> Measured:
    """Measure a model or layer of Keras on one batch, as a step of training would run it.

    Args:
        model: a built model or layer of Keras 3.
        x: an array, or a structure of arrays as ``fit`` takes it; for a layer with several arguments a tuple of them,
            or a mapping by their names.
        y: the targets.
        loss: called with the outputs and the targets; by default the loss that the model was compiled with, else
            cross-entropy for targets that are whole numbers, and mean squares for others.
        backward: whether gradients are measured; if not, nothing is kept for them.

    Raises:
        TypeError: if ``x`` holds no array, or the loss cannot be called.
        ValueError: if the forward pass fails, the model has no weights yet, the loss does not fit, or Keras runs on
            something that is not known here.
    """
    found: Measured = runner_of().measured(model, x, y, loss, backward=backward, weights=True)
    return found


def followed(model: Any, x: Any) -> Measured:
    """Measure a forward pass alone, and read no weights: what follows each array, and what is kept of its signal.

    Raises:
        TypeError, ValueError: as in :func:`measured`.
    """
    found: Measured = runner_of().measured(model, x, None, None, backward=False, weights=False)
    return found


def runner_of() -> Any:
    """Return the module that runs models where Keras runs.

    Raises:
        ValueError: if there is none.
    """
    import keras

    backend = keras.backend.backend()
    if backend not in RUNNERS:
        raise ValueError(f"model must run on {', '.join(RUNNERS)}, got one of Keras on {backend}")
    return import_module(f"xavier_lib.frameworks.trace.{RUNNERS[backend]}")
