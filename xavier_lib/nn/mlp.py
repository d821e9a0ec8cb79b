"""A plain multilayer perceptron with exact backpropagation, layer by layer in the open."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.arguments import RNG, float_dtype, generator, numbers, positive, whole, whole_shape
from xavier_lib.nn.activations import Activation, activation_named
from xavier_lib.nn.backpropagation import Forward, Gradients, backward_pass, cross_entropy, forward_pass, log_softmax
from xavier_lib.nn.training import Trainer, steps_in_place

Array = NDArray[Any]
Initializer = Callable[..., Array]


class MLP:
    r"""A multilayer perceptron for classification, trained by plain stochastic gradient descent.

    .. math:: z_l = a_{l-1} W_l + b_l, \qquad a_l = f(z_l), \qquad p = \operatorname{softmax}(z_L)

    with the cross-entropy :math:`-\log p_y`, averaged over the batch, as its loss. Biases start at zero.
    Introduced in :doc:`/chapters/network`.

    Args:
        sizes: the widths from input to output, for instance ``(64, 50, 50, 10)``.
        initializer: called as ``initializer(shape, rng=..., dtype=...)`` for each layer in turn.
        activation: a name from ``ACTIVATIONS`` or an ``Activation``, used in every hidden layer.
        rng: a Generator, an int seed or None; it goes to the initializer.
        dtype: float32 or float64.

    Attributes:
        weights: one array (fan_in, fan_out) a layer.
        biases: one array (fan_out,) a layer.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a size is below 1, a name is unknown, or the initializer returns another shape or
            values that are not finite.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((2, 3, 2), glorot_uniform, activation="tanh", rng=0)
    >>> network.probabilities([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """

    def __init__(
        self,
        sizes: Sequence[int],
        initializer: Initializer,
        *,
        activation: str | Activation = "tanh",
        rng: RNG = None,
        dtype: DTypeLike = float,
    ) -> None:
        self.sizes = whole_shape("sizes", sizes)
        self.activation = activation_named(activation)
        self.dtype = float_dtype(dtype)
        source = generator(rng)
        if not callable(initializer):
            raise TypeError(f"initializer must be a function such as glorot_uniform, got {initializer!r}")
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        self._trainers: dict[tuple[Any, ...], Trainer] = {}
        for shape in zip(self.sizes, self.sizes[1:], strict=False):
            weights = numbers("initializer's weights", initializer(shape, rng=source, dtype=self.dtype), self.dtype)
            if weights.shape != shape:
                raise ValueError(f"initializer must return an array of shape {shape}, got {weights.shape}")
            self.weights.append(weights.copy())
            self.biases.append(np.zeros(shape[1], self.dtype))

    def forward(self, x: ArrayLike) -> Forward:
        """Run the forward pass on a batch of rows and record every layer.

        Raises:
            TypeError: if ``x`` holds no numbers.
            ValueError: if ``x`` has another width or values that are not finite.
            FloatingPointError: if the pre-activations outgrow the dtype.
        """
        return self._forward(self._rows(x))

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
        return backward_pass(record, self.weights, self.activation, delta)

    def gradients(self, x: ArrayLike, y: ArrayLike) -> Gradients:
        """Return the derivatives of the batch's mean loss, layer by layer; errors as in :meth:`loss`."""
        rows = self._rows(x)
        return self._gradients(rows, self._labels(y, rows))[1]

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the mean cross-entropy in nats.

        Raises:
            TypeError: if ``x`` holds no numbers or ``y`` no whole numbers.
            ValueError: if their lengths differ, or a label is not a class.
            FloatingPointError: if the pre-activations outgrow the dtype.
        """
        rows = self._rows(x)
        return cross_entropy(self._forward(rows).logits, self._labels(y, rows))[0]

    def probabilities(self, x: ArrayLike) -> Array:
        """Return the softmax of the logits, (rows, classes); errors as in :meth:`forward`."""
        return np.exp(log_softmax(self.forward(x).logits))

    def accuracy(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the share of rows whose largest logit is that of the label; errors as in :meth:`loss`."""
        rows = self._rows(x)
        labels = self._labels(y, rows)
        return float((self._forward(rows).logits.argmax(axis=1) == labels).mean())

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
        rate, size = positive("learning_rate", learning_rate), whole("batch_size", batch_size)
        order = generator(rng).permutation(len(rows))
        batches = [order[start : start + size] for start in range(0, len(rows), size)]
        return sum(self._step(rows[batch], labels[batch], rate) * len(batch) for batch in batches) / len(rows)

    def _forward(self, rows: Array) -> Forward:
        return forward_pass(rows, self.weights, self.biases, self.activation)

    def _gradients(self, rows: Array, labels: Array) -> tuple[float, Gradients]:
        record = self._forward(rows)
        loss, logit_gradients = cross_entropy(record.logits, labels)
        return loss, backward_pass(record, self.weights, self.activation, logit_gradients)

    def _step(self, rows: Array, labels: Array, learning_rate: float) -> float:
        if steps_in_place(self.weights, self.activation):
            return self._trainer(len(rows)).step(self.weights, self.biases, rows, labels, learning_rate)
        loss, gradients = self._gradients(rows, labels)
        with np.errstate(over="ignore", invalid="ignore"):  # the next forward pass refuses what outgrew the dtype
            for parameters, derivatives in ((self.weights, gradients.weights), (self.biases, gradients.biases)):
                for parameter, derivative in zip(parameters, derivatives, strict=True):
                    parameter -= learning_rate * derivative
        return loss

    def _trainer(self, rows: int) -> Trainer:
        key = (rows, *(weight.shape for weight in self.weights))
        if key not in self._trainers:
            if len(self._trainers) > 1:  # an epoch has whole batches, and one that is left over
                self._trainers.clear()
            self._trainers[key] = Trainer(self.weights, self.activation, rows)
        return self._trainers[key]

    def _rows(self, x: ArrayLike) -> Array:
        rows = numbers("x", x, self.dtype)
        if rows.ndim != 2 or rows.shape[1] != self.sizes[0]:
            raise ValueError(f"x must have shape (rows, {self.sizes[0]}), got {rows.shape}")
        return rows

    def _labels(self, y: ArrayLike, rows: Array) -> Array:
        try:
            labels = np.asarray(y)
        except ValueError as error:  # rows of different lengths
            raise TypeError(f"y must hold whole numbers, one label a row, got {y!r}") from error
        if labels.dtype.kind not in "iu":
            raise TypeError(f"y must hold whole numbers, one label a row, got dtype {labels.dtype}")
        if labels.shape != rows.shape[:1]:
            raise ValueError(f"y must have shape {rows.shape[:1]}, one label a row, got {labels.shape}")
        classes = self.sizes[-1]
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(f"y must hold labels from 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
        return labels
