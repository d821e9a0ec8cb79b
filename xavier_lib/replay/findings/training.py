"""The networks of the findings: made from a run's parameters, and trained by plain descent or by Adam."""

import functools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from xavier_lib.datasets import Digits, digits
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.stack import Stack
from xavier_lib.nn.start import Initializer

GOALS = (0.2, 0.5, 0.9)  # test accuracies whose first epoch is stored


@functools.cache
def the_digits(dtype: DTypeLike = "float32") -> Digits:
    """Return the digits, loaded once."""
    return digits(dtype=dtype)


def perceptron(
    start: Initializer,
    *,
    seed: int,
    depth: int,
    width: int,
    activation: ActivationName | Activation,
    dtype: DTypeLike = "float32",
) -> MLP:
    """Return a network for the digits with hidden layers of one width.

    >>> from xavier_lib import glorot_uniform
    >>> perceptron(glorot_uniform, seed=0, depth=2, width=5, activation="tanh").sizes
    (64, 5, 5, 10)
    """
    return MLP((64, *[width] * depth, 10), start, activation=activation, rng=seed, dtype=dtype)


def by_epoch(
    network: MLP | Stack,
    *,
    seed: int,
    rate: Any,
    epochs: int,
    optimizer: str = "descent",
    data: Digits | None = None,
) -> Iterator[int]:
    """Train in shuffled batches of 32, and yield the number of each epoch when it has ended; an overflow ends it."""
    rows = the_digits() if data is None else data
    order = np.random.default_rng(seed)
    adam = Adam(network, learning_rate=rate) if optimizer == "adam" else None  # its moments are as large as the network
    for epoch in range(1, epochs + 1):
        try:
            if adam:
                adam.train_epoch(rows.x_train, rows.y_train, rng=order)
            else:
                network.train_epoch(rows.x_train, rows.y_train, learning_rate=rate, rng=order)
            network.forward(rows.x_test[:1])  # the last step may have left numbers that no pass can hold
        except FloatingPointError:
            return
        yield epoch


def learned(network: MLP | Stack, *, until: float = 2.0, data: Digits | None = None, **training: Any) -> dict[str, Any]:
    """Train and return what the findings ask for; an accuracy of ``until`` ends the training early.

    Returns:
        The first epoch with a test accuracy of 20, 50 and 90 % (None: never; 0: untrained), the best and the last test
        accuracy, the number of epochs, and the training loss at the end (None: it overflowed).
    """
    rows = the_digits() if data is None else data
    accuracies = [network.accuracy(rows.x_test, rows.y_test)]
    for _ in by_epoch(network, data=rows, **training):
        accuracies.append(network.accuracy(rows.x_test, rows.y_test))
        if accuracies[-1] >= until:
            break
    ran = len(accuracies) - 1
    whole = ran == training["epochs"] or accuracies[-1] >= until
    return {
        **{f"to {goal:.0%}": first_epoch(accuracies, goal) for goal in GOALS},
        **{"best": short(max(accuracies)), "last": short(accuracies[-1]), "epochs": ran},
        "loss": short(network.loss(rows.x_train, rows.y_train)) if whole else None,
    }


def by_gain(
    start: Initializer, gains: list[float], *, seed: int, depth: int, width: int, **training: Any
) -> dict[str, dict[str, Any]]:
    """Train tanh layers from a start with each of several gains."""
    return {
        str(gain): learned(
            perceptron(partial(start, gain=gain), seed=seed, depth=depth, width=width, activation="tanh"),
            seed=seed,
            **training,
        )
        for gain in gains
    }


def first_epoch(accuracies: list[float], goal: float) -> int | None:
    """Return the first entry that reaches a goal.

    >>> first_epoch([0.1, 0.4, 0.95], 0.9), first_epoch([0.1], 0.9)
    (2, None)
    """
    return next((epoch for epoch, accuracy in enumerate(accuracies) if accuracy >= goal), None)


def within(epoch: int | None, epochs: int) -> bool:
    """Say whether a goal was reached within some epochs.

    >>> within(3, 5), within(None, 5)
    (True, False)
    """
    return epoch is not None and epoch <= epochs


def short(value: Any) -> Any:
    """Return a number, or an array as a list, to three digits: what float32 and another processor leave of it."""
    array = np.asarray(value, dtype=float)
    return float(f"{array:.3g}") if array.ndim == 0 else [short(entry) for entry in array]
