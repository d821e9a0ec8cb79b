"""Adam: steps whose size is set by the gradient's own past, beside plain gradient descent."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import RNG, positive
from xavier_lib.nn.arrays import mini_batches
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.stack import Stack, rates_of
from xavier_lib.wording import shown

Array = NDArray[Any]


class Adam:
    r"""Adam for a network, which is changed in place.

    .. math::

        m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \qquad
        w_t = w_{t-1} - \eta\, \frac{m_t / (1 - \beta_1^t)}{\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}

    for each weight and each bias, with :math:`m_0 = v_0 = 0` and :math:`g_t` the derivative of the batch's mean loss.
    Kingma and Ba (2015), algorithm 1, with their constants. What it changes about a start is counted in
    :doc:`/chapters/he`.

    Args:
        network: the network, as it starts: an MLP, or a stack of parts.
        learning_rate: the size :math:`\eta` of a step, or one for each array, the weights before the biases in an MLP.
        betas: the two rates of decay, each at least 0 and below 1.
        epsilon: the number :math:`\epsilon` that keeps the quotient finite.

    Raises:
        TypeError: if the network is neither, or a number is none.
        ValueError: if a number is out of range, or the rates are not as many as the arrays.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((2, 3, 2), glorot_uniform, rng=0)
    >>> before = network.weights[1].copy()
    >>> Adam(network, learning_rate=0.01).step([[0.5, -1.0]], [0])
    >>> float(np.abs(network.weights[1] - before).max().round(4))  # the first step has the size of the rate
    0.01
    """

    def __init__(
        self,
        network: MLP | Stack,
        *,
        learning_rate: float | Sequence[float] = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        if not isinstance(network, (MLP, Stack)):
            raise TypeError(f"network must be an MLP or a Stack, got {shown(network)} ({type(network).__name__})")
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be two numbers of at least 0 and below 1, got {shown(betas)}")
        self.network, self.betas, self.epsilon = network, betas, positive("epsilon", epsilon)
        self.steps = 0
        arrays = parameters_of(network)
        self.learning_rates = rates_of(learning_rate, len(arrays))
        self._moments = [(np.zeros_like(array), np.zeros_like(array)) for array in arrays]

    def step(self, x: ArrayLike, y: ArrayLike) -> None:
        """Take one step on a batch; errors as in :meth:`xavier_lib.nn.mlp.MLP.gradients`."""
        found = derivatives_of(self.network, x, y)
        self.steps += 1
        first, second = self.betas
        fading, root = 1 - first**self.steps, math.sqrt(1 - second**self.steps)
        for parameter, gradient, (mean, square), rate in zip(
            parameters_of(self.network), found, self._moments, self.learning_rates, strict=True
        ):
            mean += (1 - first) * (gradient - mean)
            square += (1 - second) * (gradient * gradient - square)
            parameter -= rate / fading * mean / (np.sqrt(square) / root + self.epsilon)

    def train_epoch(self, x: ArrayLike, y: ArrayLike, *, batch_size: int = 32, rng: RNG = None) -> None:
        """Pass once over shuffled mini-batches, as :meth:`xavier_lib.nn.mlp.MLP.train_epoch` does."""
        rows, labels = np.asarray(x), np.asarray(y)
        for batch in mini_batches(len(rows), batch_size, rng):
            self.step(rows[batch], labels[batch])


def parameters_of(network: MLP | Stack) -> list[Array]:
    """Return the arrays that are trained."""
    return network.parameters if isinstance(network, Stack) else [*network.weights, *network.biases]


def derivatives_of(network: MLP | Stack, x: ArrayLike, y: ArrayLike) -> list[Array]:
    """Return the derivatives of the mean loss by these arrays."""
    if isinstance(network, Stack):
        return network.derivatives(x, y)
    found = network.gradients(x, y)
    return [*found.weights, *found.biases]
