"""Does the start still matter behind a normalization: a factor on the weights, and the rate that it becomes."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from xavier_lib.arguments import RNG, generator, looked_up, of_kind, positive, whole, whole_numbers
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.arrays import Batch, Weights
from xavier_lib.nn.parts import EPSILON, Linear, Nonlinear, Normalization, Part
from xavier_lib.nn.signals import rms
from xavier_lib.nn.stack import Stack
from xavier_lib.weights.scaling import variance_scaling

Kind = Literal["none", "layer", "batch"]
he = partial(variance_scaling, scale=2.0, mode="fan_in", distribution="normal")
AXES = {"none": None, "layer": 1, "batch": 0}


class HeldStack(Stack):
    """A stack whose hidden weights are brought back to their length after each step, so that they turn and cannot grow.

    It takes away from a normalized network what its growing weights do for it; see :doc:`/chapters/normalization`.

    Raises:
        TypeError, ValueError, FloatingPointError: as in :class:`~xavier_lib.nn.stack.Stack`.

    >>> network = normalized_network((4, 8, 3), "batch", rng=0, held=True)
    >>> before = hidden_size(network)
    >>> _ = network.step(np.eye(4), [0, 1, 2, 0], learning_rate=10.0)
    >>> bool(np.isclose(hidden_size(network), before))
    True
    """

    def step(self, x: ArrayLike, y: ArrayLike, *, learning_rate: float | Sequence[float]) -> float:
        """Take one step of gradient descent, then give each hidden layer's weights the length that they had before."""
        lengths = [np.linalg.norm(weights) for weights in hidden_weights(self)]
        loss = super().step(x, y, learning_rate=learning_rate)
        for weights, length in zip(hidden_weights(self), lengths, strict=True):
            weights *= length / np.linalg.norm(weights)
        return loss


def normalized_network(
    sizes: Sequence[int],
    normalization: Kind,
    *,
    factor: float = 1.0,
    epsilon: float = EPSILON,
    held: bool = False,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> Stack:
    r"""Return a network of ReLU layers with He's weights times a factor, and a normalization before each ReLU.

    .. math:: x_{l+1} = \max\bigl(0,\; N(x_l\, c W_l + b_l)\bigr), \qquad W_l \sim N(0,\, 2 / n_l)

    with :math:`N` the normalization of :class:`~xavier_lib.nn.parts.Normalization` and :math:`c` the factor. The last
    layer, whose outputs are the logits, has neither a normalization nor the factor. Used in
    :doc:`/chapters/normalization`.

    Args:
        sizes: the widths from the inputs to the classes, at least three.
        normalization: ``"none"``, ``"layer"`` or ``"batch"``.
        factor: the number :math:`c` above zero that multiplies the hidden weights.
        epsilon: the number under the root of each normalization.
        held: whether training keeps the length of the hidden weights, as :class:`HeldStack` does.
        rng: a Generator, an int seed or None; equal seeds draw equal weights whatever the factor.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if there are fewer than three sizes, or another argument is out of range.

    >>> small, large = (normalized_network((4, 8, 3), "layer", factor=c, rng=0) for c in (1.0, 10.0))
    >>> x = np.random.default_rng(0).standard_normal((2, 4))
    >>> bool(np.allclose(small.forward(x), large.forward(x), atol=1e-3))
    True
    """
    widths = whole_numbers("sizes", sizes)
    if len(widths) < 3:
        raise ValueError(f"sizes must hold at least three numbers, got {len(widths)}")
    axis, c, source = looked_up("normalization", normalization, AXES), positive("factor", factor), generator(rng)
    parts: list[Part] = []
    for before, after in zip(widths[:-2], widths[1:-1], strict=True):
        weights = he((before, after), rng=source, dtype=dtype)
        parts.append(Linear(weights * weights.dtype.type(c)))
        parts += [] if axis is None else [Normalization(axis, epsilon=epsilon)]
        parts.append(Nonlinear(ACTIVATIONS["relu"]))
    return (HeldStack if held else Stack)([*parts, Linear(he(widths[-2:], rng=source, dtype=dtype))])


def hidden_weights(network: Stack) -> list[Weights]:
    """Return the weights of each hidden layer, without biases and without the last layer's: the network's own arrays.

    Used in :doc:`/chapters/normalization`.

    Raises:
        TypeError: if the network is no stack of parts.

    >>> [weights.shape for weights in hidden_weights(normalized_network((4, 8, 6, 3), "layer", rng=0))]
    [(4, 8), (8, 6)]
    """
    return [array for array in of_kind("network", network, Stack).parameters[:-2] if array.ndim == 2]


def hidden_gradients(network: Stack, x: ArrayLike, y: ArrayLike) -> list[Weights]:
    """Return the derivative of the mean loss by each array of :func:`hidden_weights`.

    Used in :doc:`/chapters/normalization`.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind.

    >>> network = normalized_network((4, 8, 6, 3), "layer", rng=0)
    >>> [slope.shape for slope in hidden_gradients(network, np.eye(4), [0, 1, 2, 0])]
    [(4, 8), (8, 6)]
    """
    return [array for array in of_kind("network", network, Stack).derivatives(x, y)[:-2] if array.ndim == 2]


def signals_after(network: Stack, x: ArrayLike, part: type[Part]) -> list[Batch]:
    """Return what comes out of each part of one kind, from the first layer on.

    Used in :doc:`/chapters/normalization`.

    Args:
        network: the network.
        x: the images, (rows, inputs).
        part: the kind: ``Linear``, ``Normalization`` or ``Nonlinear``.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind.

    >>> network = normalized_network((4, 8, 6, 3), "layer", rng=0)
    >>> [signal.shape for signal in signals_after(network, np.eye(4), Normalization)]
    [(4, 8), (4, 6)]
    """
    signals = of_kind("network", network, Stack).signals(x)[1:]
    return [signal for given, signal in zip(network.parts, signals, strict=True) if isinstance(given, part)]


def rates(network: Stack, rate: float, *, factor: float, power: float = 2.0) -> list[float]:
    r"""Return a rate for each array: the hidden ones get :math:`\eta\, c^p`, and the last layer's :math:`\eta`.

    A step of gradient descent turns normalized weights by an angle :math:`\propto \eta / c^2`, and one of Adam by
    :math:`\propto \eta / c`: with p = 2, or 1, the factor is gone from the training too. The square is one factor for
    the length of the weights and one for their gradient, which Ioffe and Szegedy (2015) note is smaller for larger
    weights; van Laarhoven (2017) calls it the effective learning rate. See :doc:`/chapters/normalization`.

    Args:
        network: the network, whose last two arrays are the last layer's weights and biases.
        rate: the rate :math:`\eta`.
        factor: the factor :math:`c` on the hidden weights.
        power: the power :math:`p`.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if the rate or the factor is not positive.

    >>> rates(normalized_network((4, 8, 3), "batch", factor=10.0, rng=0), 0.1, factor=10.0)
    [10.0, 10.0, 0.1, 0.1]
    """
    eta, c = positive("rate", rate), positive("factor", factor)
    hidden = len(of_kind("network", network, Stack).parameters) - 2
    return [eta * c**power] * hidden + [eta] * 2


def hidden_size(network: Stack) -> float:
    """Return the root mean square of all hidden weights, without the last layer's; see :doc:`/chapters/normalization`.

    Raises:
        TypeError: if the network is no stack of parts.

    >>> round(hidden_size(normalized_network((50, 100, 3), "batch", factor=10.0, rng=0)), 0)
    2.0
    """
    return rms(np.concatenate([weights.ravel() for weights in hidden_weights(network)]))


def learn(
    network: Stack, x: ArrayLike, y: ArrayLike, *, epochs: int, learning_rate: float | Sequence[float], rng: RNG = 0
) -> list[float]:
    """Train in place by gradient descent, in shuffled batches of 32; return the loss before and after each epoch.

    Used in :doc:`/chapters/normalization`.

    Args:
        network: the network.
        x: the images, (rows, inputs).
        y: their labels.
        epochs: how many passes.
        learning_rate: one rate, or one for each array.
        rng: a Generator, an int seed or None; it shuffles the rows.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind or out of range.
        FloatingPointError: if a number outgrows the dtype.

    >>> rows, labels = np.eye(4), [0, 1, 2, 0]
    >>> losses = learn(normalized_network((4, 8, 3), "layer", rng=0), rows, labels, epochs=20, learning_rate=0.1)
    >>> losses[-1] < losses[0]
    True
    """
    source = generator(rng)
    losses = [network.loss(x, y)]
    for _ in range(whole("epochs", epochs)):
        network.train_epoch(x, y, learning_rate=learning_rate, rng=source)
        losses.append(network.loss(x, y))
    return losses
