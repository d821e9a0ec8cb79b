"""One forward and one backward pass through a stack of layers, with everything recorded."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xavier_lib.nn.activations import Activation

Array = NDArray[Any]


class Forward(NamedTuple):
    """What a forward pass records.

    Attributes:
        pre_activations: one array (rows, width) a layer; the last one holds the logits.
        activations: the input first, then one array (rows, width) a hidden layer.
    """

    pre_activations: list[Array]
    activations: list[Array]

    @property
    def logits(self) -> Array:
        """The pre-activations of the output layer, (rows, classes)."""
        return self.pre_activations[-1]


class Gradients(NamedTuple):
    """What a backward pass records: the derivatives of the loss of a batch.

    Attributes:
        weights: one array (fan_in, fan_out) a layer.
        biases: one array (fan_out,) a layer.
        pre_activations: one array (rows, width) a layer.
    """

    weights: list[Array]
    biases: list[Array]
    pre_activations: list[Array]


def forward_pass(rows: Array, weights: Sequence[Array], biases: Sequence[Array], activation: Activation) -> Forward:
    """Run rows through all layers; the last layer has no activation."""
    record = Forward([], [rows])
    with np.errstate(over="ignore", invalid="ignore"):
        for weight, bias in zip(weights, biases, strict=True):
            if record.pre_activations:
                record.activations.append(activation.f(record.logits))
            record.pre_activations.append(record.activations[-1] @ weight + bias)
    for values in record.pre_activations:  # a hidden infinity may come out of f finite
        _refuse_overflow("forward", values)
    return record


def backward_pass(
    record: Forward, weights: Sequence[Array], activation: Activation, logit_gradients: Array
) -> Gradients:
    """Carry the gradients of the logits back through a recorded forward pass."""
    deltas = [logit_gradients]
    with np.errstate(over="ignore", invalid="ignore"):
        for weight, z in zip(weights[:0:-1], record.pre_activations[-2::-1], strict=True):
            deltas.append((deltas[-1] @ weight.T) * activation.df(z))
        deltas.reverse()
        by_weight = [a.T @ delta for a, delta in zip(record.activations, deltas, strict=True)]
        by_bias = [delta.sum(axis=0) for delta in deltas]
    for values in (*by_weight, *by_bias):
        _refuse_overflow("backward", values)
    return Gradients(by_weight, by_bias, deltas)


def log_softmax(logits: Array) -> Array:
    """Return the logarithm of the softmax of each row."""
    with np.errstate(over="ignore"):
        shifted: Array = logits - logits.max(axis=1, keepdims=True)
    _refuse_overflow("forward", shifted)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # type: ignore[no-any-return]


def cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Return the mean cross-entropy in nats and its derivative by the logits."""
    log_probabilities = log_softmax(logits)
    rows = np.arange(len(labels))
    derivative = np.exp(log_probabilities)
    derivative[rows, labels] -= 1
    derivative /= len(labels)
    return -float(log_probabilities[rows, labels].mean()), derivative


def _refuse_overflow(direction: str, values: Array) -> None:
    if not np.isfinite(values).all():
        raise FloatingPointError(
            f"the {direction} pass outgrew {values.dtype}: take smaller weights or a smaller learning_rate"
        )
