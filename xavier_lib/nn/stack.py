"""A classifier made of parts, with skips and normalizations where an MLP has none."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.arguments import RNG, numbers, positive
from xavier_lib.nn.arrays import Array, Batch, class_labels, mini_batches
from xavier_lib.nn.backpropagation import cross_entropy
from xavier_lib.nn.parts import Part
from xavier_lib.wording import shown


class Stack:
    """Parts one after the other, the last of which gives the logits; the loss is the mean cross-entropy in nats.

    Introduced in :doc:`/chapters/normalization`.

    Args:
        parts: what the signal passes, from the input on; the first array that is trained gives the dtype.

    Raises:
        TypeError, ValueError: in each method, as in :class:`~xavier_lib.nn.mlp.MLP`.
        FloatingPointError: in each method, if a number outgrows the dtype.

    >>> from xavier_lib.nn.parts import Linear
    >>> network = Stack([Linear(np.zeros((2, 4)))])
    >>> round(network.loss([[1.0, 2.0]], [3]), 4)  # the log of four classes
    1.3863
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self.parameters: list[Array] = [parameter for part in parts for parameter in part.parameters]
        self.dtype = self.parameters[0].dtype

    def forward(self, x: ArrayLike) -> Batch:
        """Return the logits, (rows, classes)."""
        return self.signals(x)[-1]

    def signals(self, x: ArrayLike) -> list[Batch]:
        """Return the input and what comes out of each part."""
        found = [numbers("x", x, self.dtype)]
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            for part in self.parts:
                found.append(part.forward(found[-1]))
        return found

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the mean cross-entropy."""
        logits = self.forward(x)
        return cross_entropy(logits, class_labels("y", y, *logits.shape))[0]

    def accuracy(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the share of rows whose largest logit is that of the label."""
        logits = self.forward(x)
        return float((logits.argmax(axis=1) == class_labels("y", y, *logits.shape)).mean())

    def derivatives(self, x: ArrayLike, y: ArrayLike) -> list[Array]:
        """Return the derivatives of the mean loss by the parameters, in their order."""
        return self._back(x, y)[1]

    def step(self, x: ArrayLike, y: ArrayLike, *, learning_rate: float | Sequence[float]) -> float:
        """Take one step of gradient descent, at one rate or at one for each array; return the loss before it."""
        rates = rates_of(learning_rate, len(self.parameters))
        loss, derivatives = self._back(x, y)
        with np.errstate(over="raise", invalid="raise"):
            for parameter, derivative, rate in zip(self.parameters, derivatives, rates, strict=True):
                parameter -= rate * derivative
        return loss

    def train_epoch(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        learning_rate: float | Sequence[float],
        batch_size: int = 32,
        rng: RNG = None,
    ) -> float:
        """Pass once over shuffled mini-batches; return the mean loss seen."""
        rows, labels = np.asarray(x), np.asarray(y)
        batches = mini_batches(len(rows), batch_size, rng)
        return sum(self.step(rows[b], labels[b], learning_rate=learning_rate) * len(b) for b in batches) / len(rows)

    def _back(self, x: ArrayLike, y: ArrayLike) -> tuple[float, list[Array]]:
        logits = self.forward(x)
        loss, by_signal = cross_entropy(logits, class_labels("y", y, *logits.shape))
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            for part in reversed(self.parts):
                by_signal = part.backward(by_signal)
        return loss, [derivative for part in self.parts for derivative in part.derivatives]


def rates_of(learning_rate: float | Sequence[float], count: int) -> list[float]:
    """Return a rate for each array.

    >>> rates_of(0.1, 2)
    [0.1, 0.1]
    """
    if isinstance(learning_rate, Sequence) and len(learning_rate) != count:
        raise ValueError(f"learning_rate must be one number, or {count}, got {shown(learning_rate)}")
    rates = learning_rate if isinstance(learning_rate, Sequence) else [learning_rate] * count
    return [positive("learning_rate", rate) for rate in rates]
