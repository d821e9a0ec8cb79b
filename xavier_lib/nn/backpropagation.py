"""All that a network computes: forward, backward and step of one layer, and the same for a stack of layers."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.nn.activations import Activation, checked
from xavier_lib.nn.arrays import Array, Batch, Bias, Labels, Weights

ADVICE = "take smaller weights or a smaller learning_rate"
BLOCK = 1 << 16  # weights that fit the second-level cache together with their derivatives


class Layer:
    r"""A layer on its way forward, from rows ``x`` to activations ``a``, and on its way back.

    .. math:: z = x W + b, \quad a = f(z); \qquad
        \partial z = \partial a \odot f'(z), \quad \partial W = x^\top \partial z, \quad
        \partial b = \textstyle\sum_\text{rows} \partial z, \quad \partial x = \partial z\, W^\top

    with :math:`\partial` for the derivative of the loss. The last layer has no activation, and nobody asks for
    the derivative by the ``x`` of the first.

    >>> layer = Layer(np.ones((2, 1)), np.zeros(1), None)
    >>> layer.forward(np.array([[2.0, 3.0]]))
    array([[5.]])
    >>> layer.backward(np.array([[1.0]]))
    array([[1., 1.]])
    >>> layer.by_weights
    array([[2.],
           [3.]])
    """

    weights: Weights
    bias: Bias
    activation: Activation | None
    first: bool
    matmul: Callable[..., Any]
    blocks: list[tuple[slice, Array]]
    x: Batch
    z: Batch
    by_z: Batch
    by_weights: Weights
    by_bias: Bias
    f: Callable[[Batch], Batch] | None
    df: Callable[[Batch], Batch] | None

    def __init__(
        self,
        weights: Weights,
        bias: Bias,
        activation: Activation | None,
        *,
        first: bool = False,
        matmul: Callable[..., Any] = np.matmul,
    ) -> None:
        self.weights, self.bias, self.activation, self.first, self.matmul = weights, bias, activation, first, matmul
        self.f, self.df = checked(activation) if activation else (None, None)
        self.room: Any = None  # where z is written: a new array

    def forward(self, x: Batch) -> Batch:
        """Return ``a``."""
        self.x = x
        self.z = self.matmul(x, self.weights, out=self.room)
        self.z += self.bias
        return self.f(self.z) if self.f else self.z

    def backward(self, by_a: Any) -> Any:
        """Return the derivative by ``x``, and keep the other ones."""
        self.by_z = by_a * self.df(self.z) if self.df else by_a
        self.by_weights = self.matmul(self.x.T, self.by_z)
        self.by_bias = self.by_z.sum(axis=0)
        return None if self.first else self.matmul(self.by_z, self.weights.T)

    def step(self, by_a: Any) -> Any:
        """Return the derivative by ``x``, and take the other ones away from the weights and the bias.

        As ``backward``, but for one block of weights after the other, so that each comes into the cache once.
        """
        if self.df:
            by_a *= self.df(self.z)  # by z from here on
        for block, product in self.blocks:
            weights = self.weights[block]
            if not self.first:
                self.matmul(by_a, weights.T, out=self.by_x[:, block])
            weights -= self.matmul(self.x[:, block].T, by_a, out=product)
        self.bias -= by_a.sum(axis=0)
        return self.by_x

    def make_room(self, rows: int, dtype: np.dtype[Any]) -> None:
        """Take the memory of all steps with so many rows beforehand.

        An activation that can now writes ``a`` over ``z``, and its slope over ``a``.
        """
        fan_in, fan_out = self.weights.shape
        height = min(BLOCK // fan_out + 1, fan_in)
        product = np.empty((height, fan_out), dtype)
        self.blocks = [(slice(top, top + height), product[: fan_in - top]) for top in range(0, fan_in, height)]
        self.room = np.empty((rows, fan_out), dtype)
        self.by_x: Any = None if self.first else np.empty((rows, fan_in), dtype)
        if self.activation and self.activation.in_place:
            self.f, self.df = self.activation.in_place


class Forward(NamedTuple):
    """What a forward pass records.

    Attributes:
        pre_activations: one array (rows, width) a layer; the last one holds the logits.
        activations: the input first, then one array (rows, width) a hidden layer.
    """

    pre_activations: list[Batch]
    activations: list[Batch]

    @property
    def logits(self) -> Batch:
        """The pre-activations of the output layer, (rows, classes)."""
        return self.pre_activations[-1]


class Gradients(NamedTuple):
    """What a backward pass records: the derivatives of the loss of a batch, one array a layer.

    Attributes:
        weights: by the weights, (fan_in, fan_out).
        biases: by the biases, (fan_out,).
        pre_activations: by the pre-activations, (rows, width).
    """

    weights: list[Weights]
    biases: list[Bias]
    pre_activations: list[Batch]


def forward_pass(layers: Sequence[Layer], rows: Batch) -> Forward:
    """Run rows through all layers and record every one."""
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in layers:
            rows = layer.forward(rows)
    _refuse_overflow("forward pass", *(layer.z for layer in layers))  # a hidden infinity may come out of f finite
    return Forward([layer.z for layer in layers], [layer.x for layer in layers])


def backward_pass(layers: Sequence[Layer], record: Forward, by_logits: Batch) -> Gradients:
    """Carry the derivatives by the logits back through a recorded forward pass."""
    for layer, x, z in zip(layers, record.activations, record.pre_activations, strict=True):
        layer.x, layer.z = x, z
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in reversed(layers):
            by_logits = layer.backward(by_logits)
    by_weights, by_biases = [layer.by_weights for layer in layers], [layer.by_bias for layer in layers]
    _refuse_overflow("backward pass", *by_weights, *by_biases)
    return Gradients(by_weights, by_biases, [layer.by_z for layer in layers])


def descend(layers: Sequence[Layer], rows: Batch, labels: Labels, learning_rate: float) -> float:
    """Take one step of gradient descent in layers that have room for it, and return the loss before."""
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            for layer in layers:
                rows = layer.forward(rows)
            loss, by_a = cross_entropy(rows, labels)
            by_a *= learning_rate  # here once, and every derivative carries it
            for layer in reversed(layers):
                by_a = layer.step(by_a)
    except FloatingPointError as error:
        raise FloatingPointError(f"training outgrew {rows.dtype}: {ADVICE}") from error
    return loss


def log_softmax(logits: Batch) -> Batch:
    """Return the logarithm of the softmax of each row; minus infinity where two logits are too far apart."""
    with np.errstate(over="ignore"):
        shifted: Batch = logits - logits.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted


def cross_entropy(logits: Batch, labels: Labels) -> tuple[float, Batch]:
    """Return the mean cross-entropy in nats and its derivative by the logits."""
    log_probabilities, of_labels, rows = log_softmax(logits), (np.arange(len(labels)), labels), len(labels)
    loss = -float(log_probabilities[of_labels].sum()) / rows
    if not math.isfinite(loss):
        raise FloatingPointError(f"the forward pass outgrew {logits.dtype}: {ADVICE}")
    derivative = np.exp(log_probabilities, out=log_probabilities)
    derivative[of_labels] -= 1
    derivative /= rows
    return loss, derivative


def _refuse_overflow(where: str, *values: Array) -> None:
    for array in values:
        if not np.isfinite(array).all():
            raise FloatingPointError(f"the {where} outgrew {array.dtype}: {ADVICE}")
