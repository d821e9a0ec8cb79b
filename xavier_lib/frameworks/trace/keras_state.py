"""Leaves a Keras model and all random states as they were, whatever a pass did."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from xavier_lib.frameworks.trace.keras_variables import layers_of

CONTAINERS = (dict, list, set)
GLOBAL_SEED = "global_seed_generator"


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """Run passes of a model, and put back all that they changed, also when they fail."""
    layers = list(layers_of(model))
    undo = [
        *(restoring_attributes(part) for layer in layers for part in (layer, layer._tracker)),
        *(restoring(variable) for variable in variables_of(model, layers)),
        restoring_seeds(),
        *([restoring_tensorflow()] if on_tensorflow() else []),
    ]
    states = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        for put_back in undo:
            put_back()
        random.setstate(states[0])
        np.random.set_state(states[1])


def variables_of(model: Any, layers: list[Any]) -> list[Any]:
    """Return all that holds numbers and can be written to: weights, seeds, metrics, the optimizer's, and loose ones."""
    found: list[Any] = [*model.variables]
    if getattr(model, "optimizer", None) is not None:
        found += model.optimizer.variables
    for layer in layers:
        for value in vars(layer).values():
            inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            for one in (value, *inside):
                state = getattr(one, "state", None)  # of a source of random numbers
                found += [part for part in (one, state) if hasattr(part, "assign") and hasattr(part, "dtype")]
    return list({id(variable): variable for variable in found}.values())


def restoring(variable: Any) -> Callable[[], None]:
    """Return what gives a variable its numbers back; none are copied, as TensorFlow writes new ones elsewhere.

    On PyTorch and JAX the readers of these leave them alone.
    """
    place = getattr(variable, "_value", variable)  # of Keras's own kind, around TensorFlow's
    if not hasattr(place, "read_value"):
        return lambda: None
    before = place.read_value()

    def put_back() -> None:
        place.assign(before, read_value=False)

    return put_back


def restoring_attributes(layer: Any) -> Callable[[], None]:
    """Return what gives a layer, or what it keeps its books with, its attributes back, and their contents."""
    values = dict(vars(layer))
    inside = [(value, value.copy()) for value in values.values() if isinstance(value, CONTAINERS)]

    def put_back() -> None:
        own = vars(layer)
        if own.keys() != values.keys() or any(own[name] is not value for name, value in values.items()):
            own.clear()
            own.update(values)
        for container, copied in inside:
            refill(container, copied)

    return put_back


def refill(container: Any, copied: Any) -> None:
    """Give a container its contents back, past what its class does when it is written to."""
    if isinstance(container, dict):
        if container.keys() != copied.keys() or any(container[key] is not value for key, value in copied.items()):
            dict.clear(container)
            dict.update(container, copied)
    elif isinstance(container, set):
        if container != copied:
            set.clear(container)
            set.update(container, copied)
    elif len(container) != len(copied) or any(a is not b for a, b in zip(container, copied, strict=True)):
        list.clear(container)
        list.extend(container, copied)


def restoring_seeds() -> Callable[[], None]:
    """Return what gives Keras the source of its unseeded random numbers back, or takes away one that was made."""
    from keras.src.backend.common import global_state  # there is no public way to it

    source = global_state.get_global_attribute(GLOBAL_SEED)
    if source is None:
        return lambda: global_state.set_global_attribute(GLOBAL_SEED, None)
    return restoring(source.state) if on_tensorflow() else restoring_copy(source.state)


def restoring_copy(variable: Any) -> Callable[[], None]:
    """Return what gives a small variable its numbers back, wherever Keras runs."""
    import keras

    before = keras.ops.copy(variable.value)
    return lambda: variable.assign(before)


def on_tensorflow() -> bool:
    """Say whether Keras runs on TensorFlow."""
    import keras

    return bool(keras.backend.backend() == "tensorflow")


def restoring_tensorflow() -> Callable[[], None]:
    """Return what gives TensorFlow its random states back: of the operations' seeds, and of the global generator.

    Seeds come from another source meanwhile: an operation that has run with a seed goes on where it stopped, and does
    not begin again.
    """
    from tensorflow.python.eager import context  # neither is there one to these
    from tensorflow.python.ops import stateful_random_ops

    running = context.context()
    seeds = getattr(running, "_rng", None)
    if seeds is not None:
        running._rng = random.Random()
    generator = stateful_random_ops.global_generator
    numbers = None if generator is None else restoring(generator.state)

    def put_back() -> None:
        if seeds is not None:
            running._rng = seeds
        stateful_random_ops.global_generator = generator
        if numbers is not None:
            numbers()

    return put_back
