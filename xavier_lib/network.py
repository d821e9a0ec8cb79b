"""What initialization decides: how fast, whether, and to which solution one and the same network learns."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xavier_lib.arguments import RNG, finite, generator, of_kind, whole
from xavier_lib.datasets import Digits
from xavier_lib.nn.mlp import MLP


class LearningCurve(NamedTuple):
    """How a network learned, epoch by epoch; the first entry is the untrained network.

    What :func:`learning_curve` returns; read in :doc:`/chapters/network`.

    Attributes:
        loss: the mean cross-entropy on the training set, in nats, shape (epochs + 1,).
        accuracy: the share of test images recognized, shape (epochs + 1,).

    >>> LearningCurve(np.array([2.3, 1.1]), np.array([0.1, 0.6])).accuracy[-1].item()
    0.6
    """

    loss: NDArray[Any]
    accuracy: NDArray[Any]

    def epochs_to(self, accuracy: float) -> int | None:
        """Return the first epoch that reaches an accuracy, or None if none does.

        Raises:
            TypeError, ValueError: if the accuracy is no finite number.

        >>> LearningCurve(np.zeros(3), np.array([0.1, 0.6, 0.9])).epochs_to(0.5)
        1
        """
        reached = np.flatnonzero(self.accuracy >= finite("accuracy", accuracy))
        return int(reached[0]) if reached.size else None


def learning_curve(
    network: MLP, digits: Digits, *, epochs: int, learning_rate: float, batch_size: int = 32, rng: RNG = 0
) -> LearningCurve:
    r"""Train a network in place and record its loss and its accuracy after every epoch.

    .. math:: W \leftarrow W - \eta\, \frac{\partial}{\partial W} \frac1m \sum_{i=1}^m -\log p_{y_i}(x_i)

    over shuffled mini-batches of :math:`m` rows, with learning rate :math:`\eta`. Used from
    :doc:`/chapters/network` on.

    Args:
        network: the network, as it starts.
        digits: the data, from :func:`xavier_lib.datasets.digits.digits`.
        epochs: how many passes over the training set.
        learning_rate: the size :math:`\eta` of a step.
        batch_size: the rows :math:`m` of a mini-batch.
        rng: a Generator, an int seed or None; it shuffles the rows.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind or out of range.
        FloatingPointError: if training outgrows the dtype: the rate or the start is too bold.

    >>> from xavier_lib import glorot_uniform
    >>> from xavier_lib.datasets import digits
    >>> curve = learning_curve(MLP((64, 20, 10), glorot_uniform, rng=0), digits(), epochs=3, learning_rate=0.1)
    >>> curve.epochs_to(0.8)
    1
    """
    of_kind("network", network, MLP)
    of_kind("digits", digits, Digits)
    shuffles, passes = generator(rng), whole("epochs", epochs)
    losses = [network.loss(digits.x_train, digits.y_train)]
    accuracies = [network.accuracy(digits.x_test, digits.y_test)]
    for _ in range(passes):
        network.train_epoch(
            digits.x_train, digits.y_train, learning_rate=learning_rate, batch_size=batch_size, rng=shuffles
        )
        losses.append(network.loss(digits.x_train, digits.y_train))
        accuracies.append(network.accuracy(digits.x_test, digits.y_test))
    return LearningCurve(np.array(losses), np.array(accuracies))
