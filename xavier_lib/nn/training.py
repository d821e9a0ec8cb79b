"""One step of gradient descent in place: buffers are made once, and each weight passes through the cache once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.nn.activations import ACTIVATIONS, Activation

Array = NDArray[Any]
InPlace = Callable[[Array], None]
BLOCK = 1 << 16  # weights that fit the second-level cache together with their gradients


def _linear(z: Array) -> None:
    pass


def _linear_slope(a: Array) -> None:
    a.fill(1)


def _sigmoid(z: Array) -> None:
    z *= 0.5
    np.tanh(z, out=z)
    z += 1
    z *= 0.5


def _sigmoid_slope(a: Array) -> None:
    a -= 0.5
    np.multiply(a, a, out=a)
    np.subtract(0.25, a, out=a)


def _tanh(z: Array) -> None:
    np.tanh(z, out=z)


def _tanh_slope(a: Array) -> None:
    np.multiply(a, a, out=a)
    np.subtract(1, a, out=a)


def _relu(z: Array) -> None:
    np.maximum(z, 0, out=z)


def _relu_slope(a: Array) -> None:
    np.sign(a, out=a)


def _softsign(z: Array) -> None:
    size = np.abs(z)
    size += 1
    z /= size


def _softsign_slope(a: Array) -> None:
    np.abs(a, out=a)
    np.subtract(1, a, out=a)
    np.multiply(a, a, out=a)


#: By activation: z becomes f(z) in place; then f(z) becomes the slope f'(z) in place.
IN_PLACE: dict[str, tuple[InPlace, InPlace]] = {
    "linear": (_linear, _linear_slope),
    "sigmoid": (_sigmoid, _sigmoid_slope),
    "tanh": (_tanh, _tanh_slope),
    "relu": (_relu, _relu_slope),
    "softsign": (_softsign, _softsign_slope),
}


def steps_in_place(weights: Sequence[Array], activation: Activation) -> bool:
    """Say whether a network can be trained in place: its activation is known, and its weights are plain arrays."""
    known = ACTIVATIONS.get(activation.name) is activation and activation.name in IN_PLACE
    return known and all(type(weight) is np.ndarray and weight.flags.c_contiguous for weight in weights)


class Trainer:
    """Steps on batches of one number of rows, without a new array in the step.

    >>> from xavier_lib import glorot_uniform
    >>> weights, biases = [glorot_uniform((2, 2), rng=0)], [np.zeros(2)]
    >>> trainer = Trainer(weights, ACTIVATIONS["tanh"], rows=1)
    >>> before = weights[0].copy()
    >>> loss = trainer.step(weights, biases, np.ones((1, 2)), np.array([0]), 0.1)
    >>> bool((weights[0] != before).all())
    True
    """

    def __init__(self, weights: Sequence[Array], activation: Activation, rows: int) -> None:
        self.apply, self.slope = IN_PLACE[activation.name]
        widths, dtype = [weight.shape[1] for weight in weights], weights[0].dtype
        self.layers = [np.empty((rows, width), dtype) for width in widths]
        self.deltas = [np.empty((rows, width), dtype) for width in widths]
        self.blocks = [_blocks(*weight.shape) for weight in weights]
        self.products = [np.empty((min(BLOCK // w.shape[1] + 1, len(w)), w.shape[1]), dtype) for w in weights]
        self.by_bias = [np.empty(width, dtype) for width in widths]
        self.column, self.ones, self.index = np.empty((rows, 1), dtype), np.ones(rows, dtype), np.arange(rows)

    def step(
        self, weights: Sequence[Array], biases: Sequence[Array], rows: Array, labels: Array, learning_rate: float
    ) -> float:
        """Change weights and biases by one step, and return the loss before it.

        Raises:
            FloatingPointError: if a number outgrows the dtype.
        """
        try:
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                self._forward(weights, biases, rows)
                loss = self._differentiate(labels, learning_rate)
                self._backward(weights, biases, rows)
        except FloatingPointError as error:
            advice = f"training outgrew {rows.dtype}: take smaller weights or a smaller learning_rate"
            raise FloatingPointError(advice) from error
        return loss

    def _forward(self, weights: Sequence[Array], biases: Sequence[Array], rows: Array) -> None:
        below = rows
        for weight, bias, layer in zip(weights, biases, self.layers, strict=True):
            np.matmul(below, weight, out=layer)
            layer += bias
            if layer is not self.layers[-1]:
                self.apply(layer)
            below = layer

    def _differentiate(self, labels: Array, learning_rate: float) -> float:
        """Return the loss; leave its derivative by the logits, times the learning rate, in the last delta."""
        logits, delta, count = self.layers[-1], self.deltas[-1], len(labels)
        np.max(logits, axis=1, keepdims=True, out=self.column)
        logits -= self.column
        right = float(logits[self.index, labels].sum())
        np.exp(logits, out=delta)
        np.sum(delta, axis=1, keepdims=True, out=self.column)
        delta *= learning_rate / count / self.column
        delta[self.index, labels] -= learning_rate / count
        return (float(np.log(self.column).sum()) - right) / count

    def _backward(self, weights: Sequence[Array], biases: Sequence[Array], rows: Array) -> None:
        for index in reversed(range(len(weights))):
            delta, below = self.deltas[index], self.layers[index - 1] if index else rows
            further = self.deltas[index - 1] if index else None
            for block in self.blocks[index]:
                weight = weights[index][block]
                if further is not None:
                    np.matmul(delta, weight.T, out=further[:, block])
                product = self.products[index][: len(weight)]
                weight -= np.matmul(below[:, block].T, delta, out=product)
            biases[index][:] -= np.matmul(self.ones, delta, out=self.by_bias[index])
            if further is not None:
                self.slope(below)
                further *= below


def _blocks(fan_in: int, fan_out: int) -> list[slice]:
    """Cut the rows of a weight array so that each block fits the cache."""
    height = BLOCK // fan_out + 1
    return [slice(start, start + height) for start in range(0, fan_in, height)]
