"""A plain multilayer perceptron with exact backpropagation, layer by layer in the open."""

import copy
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from xavier_lib.arguments import RNG, float_dtype, function, generator, numbers, positive, whole, whole_shape
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation, activation_named
from xavier_lib.nn.arrays import Batch, Bias, Labels, Weights, class_labels, mini_batches
from xavier_lib.nn.backpropagation import (
    Forward,
    Gradients,
    Layer,
    backward_pass,
    cross_entropy,
    descend,
    forward_pass,
    log_softmax,
)
from xavier_lib.nn.start import Initializer, started
from xavier_lib.wording import explained, shown


class MLP:
    r"""A multilayer perceptron for classification, trained by plain stochastic gradient descent.

    .. math:: z_l = a_{l-1} W_l + b_l, \qquad a_l = f(z_l), \qquad p = \operatorname{softmax}(z_L)

    with the cross-entropy :math:`-\log p_y`, averaged over the batch, as its loss.
    Introduced in :doc:`/chapters/network`. What one layer computes, and how it learns, stands in
    :class:`~xavier_lib.nn.backpropagation.Layer`.

    Args:
        sizes: the widths from input to output, for instance ``(64, 50, 50, 10)``.
        initializer: called as ``initializer(shape, rng=..., dtype=...)`` for each layer in turn.
        bias_initializer: called as ``bias_initializer((1, fan_out), fans=Fans(fan_in, fan_out), rng=...,
            dtype=...)`` after each layer's weights; None gives zeros and draws nothing. PyTorch's biases are
            ``partial(lecun_uniform, gain=3**-0.5)``, scikit-learn's ``glorot_uniform``.
        activation: a name from ``ACTIVATIONS`` or an ``Activation``, used in every hidden layer.
        rng: a Generator, an int seed or None; one for all draws, layer by layer, the weights before the biases.
        dtype: float32 or float64.

    Attributes:
        weights: one array (fan_in, fan_out) a layer; another array may be put in its place.
        biases: one array (fan_out,) a layer; likewise.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a size is below 1 or beyond any memory, a name is unknown, or an initializer returns another
            shape or values that are not finite.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((2, 3, 2), glorot_uniform, activation="tanh", rng=0)
    >>> network.probabilities([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """

    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    weights: list[Weights]
    biases: list[Bias]

    @explained
    def __init__(
        self,
        sizes: Sequence[int],
        initializer: Initializer,
        *,
        bias_initializer: Initializer | None = None,
        activation: ActivationName | Activation = "tanh",
        rng: RNG = None,
        dtype: DTypeLike = float,
    ) -> None:
        self.sizes, self.dtype = whole_shape("sizes", sizes), float_dtype(dtype)
        self.activation: Activation = activation_named(activation)
        self._matmul: Callable[..., Any] = np.matmul
        self._start(initializer, bias_initializer, rng)

    def with_start(
        self, initializer: Initializer, *, bias_initializer: Initializer | None = None, rng: RNG = None
    ) -> "MLP":
        """Return the same network with another start; arguments and errors as in :class:`MLP`.

        >>> from xavier_lib import glorot_uniform, he_normal
        >>> network = MLP((2, 3, 2), glorot_uniform, activation="relu", rng=0)
        >>> network.with_start(he_normal, rng=0).activation.name
        'relu'
        """
        twin = copy.copy(self)
        twin._start(initializer, bias_initializer, rng)
        return twin

    def with_layer(self, layer: int, *, weights: ArrayLike | None = None, bias: ArrayLike | None = None) -> "MLP":
        """Return the same network with other weights, or another bias, in one layer; nothing is shared.

        Raises:
            TypeError: if the layer is no whole number, what replaces is no numbers, or nothing does.
            ValueError: if there is no such layer (they count from 0), or the shape is not the old one.

        >>> from xavier_lib import glorot_uniform
        >>> network = MLP((2, 3, 2), glorot_uniform, rng=0)
        >>> network.with_layer(1, bias=[0.5, -0.5]).biases[1]
        array([ 0.5, -0.5])
        """
        index = whole("layer", layer, minimum=0)
        if index >= len(self.weights):
            raise ValueError(f"layer must be a whole number from 0 to {len(self.weights) - 1}, got {shown(layer)}")
        if weights is None and bias is None:
            raise TypeError("weights or bias must be given, got neither")
        twin = self._copy()
        for name, values, held in (("weights", weights, twin.weights), ("bias", bias, twin.biases)):
            if values is not None:
                new = numbers(name, values, self.dtype)
                if new.shape != held[index].shape:
                    raise ValueError(f"{name} must have shape {held[index].shape}, got {new.shape}")
                held[index] = new.copy()
        return twin

    def with_matmul(self, matmul: Callable[..., Any]) -> "MLP":
        """Return a copy of the network all of whose matrix products are taken by ``matmul(a, b, out=...)``.

        Raises:
            TypeError: if it is no function.
        """
        twin = self._copy()
        twin._matmul = function("matmul", matmul, "numpy.matmul")
        return twin

    def forward(self, x: ArrayLike) -> Forward:
        """Run the forward pass on a batch of rows and record every layer.

        Raises:
            TypeError: if ``x`` holds no numbers.
            ValueError: if ``x`` has another width or values that are not finite.
            FloatingPointError: if the pre-activations outgrow the dtype.
        """
        return forward_pass(self._layers(), self._rows(x))

    def backward(self, record: Forward, logit_gradients: ArrayLike) -> Gradients:
        """Carry gradients of the logits, (rows, classes), back through a recorded forward pass.

        Raises:
            TypeError: if the record is none, or the gradients are no numbers.
            ValueError: if the record is that of a network of other sizes, or the gradients' shape is not
                that of the logits.
            FloatingPointError: if the gradients outgrow the dtype.
        """
        if not isinstance(record, Forward):
            raise TypeError(f"record must be what forward returns, got {type(record).__name__}")
        widths = tuple(layer.shape[1] for layer in (record.activations[0], *record.pre_activations))
        if widths != self.sizes:
            raise ValueError(f"record must be that of a network of sizes {self.sizes}, got {widths}")
        delta = numbers("logit_gradients", logit_gradients, self.dtype)
        if delta.shape != record.logits.shape:
            raise ValueError(f"logit_gradients must have shape {record.logits.shape}, got {delta.shape}")
        return backward_pass(self._layers(), record, delta)

    def gradients(self, x: ArrayLike, y: ArrayLike) -> Gradients:
        """Return the derivatives of the batch's mean loss, layer by layer; errors as in :meth:`loss`."""
        rows = self._rows(x)
        labels, layers = self._labels(y, rows), self._layers()
        record = forward_pass(layers, rows)
        return backward_pass(layers, record, cross_entropy(record.logits, labels)[1])

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the mean cross-entropy in nats.

        Raises:
            TypeError: if ``x`` holds no numbers or ``y`` no whole numbers.
            ValueError: if their lengths differ, or a label is not a class.
            FloatingPointError: if the pre-activations outgrow the dtype.
        """
        rows = self._rows(x)
        return cross_entropy(forward_pass(self._layers(), rows).logits, self._labels(y, rows))[0]

    def probabilities(self, x: ArrayLike) -> Batch:
        """Return the softmax of the logits, (rows, classes); errors as in :meth:`forward`."""
        return np.exp(log_softmax(self.forward(x).logits))

    def accuracy(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the share of rows whose largest logit is that of the label; errors as in :meth:`loss`."""
        rows = self._rows(x)
        labels = self._labels(y, rows)
        return float((forward_pass(self._layers(), rows).logits.argmax(axis=1) == labels).mean())

    def step(self, x: ArrayLike, y: ArrayLike, *, learning_rate: float) -> float:
        """Take one step of gradient descent on a batch and return the loss before it.

        Raises:
            TypeError, ValueError: as in :meth:`loss`; also if the rate is not positive and finite.
            FloatingPointError: if a number outgrows the dtype: the rate or the start is too bold.
        """
        rows = self._rows(x)
        return self._step(rows, self._labels(y, rows), positive("learning_rate", learning_rate))

    def train_epoch(
        self, x: ArrayLike, y: ArrayLike, *, learning_rate: float, batch_size: int = 32, rng: RNG = None
    ) -> float:
        """Pass once over shuffled mini-batches; return the mean loss seen. Errors as in :meth:`step`."""
        rows = self._rows(x)
        labels = self._labels(y, rows)
        rate = positive("learning_rate", learning_rate)
        batches = mini_batches(len(rows), batch_size, rng)
        return sum(self._step(rows[batch], labels[batch], rate) * len(batch) for batch in batches) / len(rows)

    def _start(self, initializer: Initializer, bias_initializer: Initializer | None, rng: RNG) -> None:
        shapes = list(zip(self.sizes, self.sizes[1:], strict=False))
        if max(map(math.prod, shapes)) * self.dtype.itemsize > sys.maxsize:
            raise ValueError(f"sizes must give weights that a memory can hold, got {self.sizes}")
        self.weights, self.biases = started(shapes, initializer, bias_initializer, generator(rng), self.dtype)
        self._trained: dict[tuple[Any, ...], list[Layer]] = {}

    def _copy(self) -> "MLP":
        twin = copy.copy(self)
        twin.weights, twin.biases = [w.copy() for w in self.weights], [b.copy() for b in self.biases]
        twin._trained = {}
        return twin

    def _layers(self) -> list[Layer]:
        last = len(self.weights) - 1
        return [
            Layer(weights, bias, None if i == last else self.activation, first=i == 0, matmul=self._matmul)
            for i, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True))
        ]

    def _step(self, rows: Batch, labels: Labels, learning_rate: float) -> float:
        key = (len(rows), id(self.activation), *(weights.shape for weights in self.weights))
        if key not in self._trained:
            if len(self._trained) > 1:  # an epoch has whole batches, and one that is left over
                self._trained.clear()
            self._trained[key] = self._layers()
            for layer in self._trained[key]:
                layer.make_room(len(rows), self.dtype)
        layers = self._trained[key]
        for layer, weights, bias in zip(layers, self.weights, self.biases, strict=True):
            layer.weights, layer.bias = weights, bias  # they may have been replaced
        return descend(layers, rows, labels, learning_rate)

    def _rows(self, x: ArrayLike) -> Batch:
        rows = numbers("x", x, self.dtype)
        if rows.ndim != 2 or rows.shape[1] != self.sizes[0]:
            raise ValueError(f"x must have shape (rows, {self.sizes[0]}), got {rows.shape}")
        return rows

    def _labels(self, y: ArrayLike, rows: Batch) -> Labels:
        return class_labels("y", y, len(rows), self.sizes[-1])
