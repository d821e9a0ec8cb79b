"""What the figures of Glorot and Bengio (2010) draw, measured on a network of ours."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import RNG, finite, function, generator, numbers, of_kind, positive, whole
from xavier_lib.nn.mlp import MLP
from xavier_lib.wording import shown

Array = NDArray[Any]


def activation_means(network: MLP, x: ArrayLike) -> Array:
    """Return the mean activation of each hidden layer, shape (hidden layers,).

    Glorot and Bengio (2010), figure 2, draw it for sigmoid networks; replayed in :doc:`/chapters/replay`.

    Raises:
        TypeError: if the network is no MLP, or ``x`` holds no numbers.
        ValueError: if there is no hidden layer, or ``x`` has another width or values that are not finite.

    >>> from xavier_lib import glorot_uniform
    >>> activation_means(MLP((4, 9, 2), glorot_uniform, activation="sigmoid", rng=0), np.zeros((3, 4))).tolist()
    [0.5]
    """
    return np.array([layer.mean() for layer in _hidden(network, x)])


def activation_percentiles(network: MLP, x: ArrayLike, *, percent: float = 98.0) -> Array:
    """Return the value below which a share of each hidden layer's activations lies, shape (hidden layers,).

    Glorot and Bengio (2010), figure 3, take 98 percent: a percentile near 1 says that a tanh layer saturates.
    Replayed in :doc:`/chapters/replay`.

    Args:
        network: the network.
        x: rows of inputs.
        percent: the share, from 0 to 100.

    Raises:
        TypeError, ValueError: as in :func:`activation_means`; also if the percentage is out of range.

    >>> from functools import partial
    >>> from xavier_lib import constant
    >>> network = MLP((1, 5, 2), partial(constant, value=1.0), activation="linear")
    >>> activation_percentiles(network, [[0.0], [1.0], [2.0]], percent=50).tolist()
    [1.0]
    """
    share = finite("percent", percent)
    if not 0 <= share <= 100:
        raise ValueError(f"percent must be a number from 0 to 100, got {shown(percent)}")
    return np.array([np.percentile(layer, share) for layer in _hidden(network, x)])


def weight_gradient_rms(network: MLP, x: ArrayLike, y: ArrayLike, *, batch_size: int = 10) -> Array:
    r"""Return the size of the gradients that mini-batches send to each hidden layer's weights, shape (hidden layers,).

    .. math:: \sqrt{\operatorname{E}\left[\left(\partial L_B / \partial W_l\right)^2\right]}

    with the mean over all weights of a layer and over the batches :math:`B`; the network is not changed. Glorot and
    Bengio (2010), figures 8 and 9, and equation 14; replayed in :doc:`/chapters/replay`.

    Args:
        network: the network.
        x: rows of inputs; rows that do not fill a last batch are left out.
        y: one label a row.
        batch_size: the rows of a mini-batch, at most those of ``x``.

    Raises:
        TypeError: if the network is no MLP, or an argument is of a wrong kind.
        ValueError: if there is no hidden layer, a batch has more rows than ``x``, or the rows and labels do not fit.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((4, 9, 9, 2), glorot_uniform, rng=0)
    >>> weight_gradient_rms(network, np.eye(4), [0, 1, 0, 1], batch_size=2).shape
    (2,)
    """
    _checked(network)
    by_z = network.gradients(x, y).pre_activations[:-1]  # of each row, a share of the mean over all rows
    rows, size = numbers("x", x, network.dtype), whole("batch_size", batch_size)
    batches = len(rows) // size
    if not batches:
        raise ValueError(f"batch_size must be at most the {len(rows)} rows of x, got {shown(batch_size)}")

    def by_batch(values: Array) -> Array:
        return values[: batches * size].reshape(batches, size, -1)

    layers = zip(network.forward(rows).activations, by_z, strict=False)
    return np.array([_rms_of_products(by_batch(a), by_batch(len(rows) / size * delta)) for a, delta in layers])


def _rms_of_products(a: Array, delta: Array) -> float:
    """Root mean square of all entries of aᵀ delta, batch by batch: the sum of squares is that of (a aᵀ) ∘ (d dᵀ)."""
    a, delta = a.astype(float), delta.astype(float)
    squares = (a @ a.transpose(0, 2, 1)) * (delta @ delta.transpose(0, 2, 1))
    return float(np.sqrt(squares.sum() / (len(a) * a.shape[2] * delta.shape[2])))


def mean_singular_values(network: MLP, x: ArrayLike) -> Array:
    r"""Return the mean singular value of the Jacobian between layers that follow each other.

    .. math:: J_l = \frac{\partial a_{l+1}}{\partial a_l} = W_{l+1} \operatorname{diag}(f'(z_{l+1}))

    for the hidden layers :math:`l = 1, \dots, L - 1`, averaged over the rows. Glorot and Bengio (2010), equation 17,
    where the activations bear the name z; replayed in :doc:`/chapters/replay`.

    Args:
        network: a network with at least two hidden layers.
        x: rows of inputs; each takes one decomposition a layer, so few are enough.

    Raises:
        TypeError, ValueError: as in :func:`activation_means`; also if there are fewer than two hidden layers.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((200, 200, 200, 2), glorot_uniform, activation="linear", rng=0)
    >>> mean_singular_values(network, np.ones((1, 200))).round(2)
    array([0.85])
    """
    if len(_checked(network).weights) < 3:
        raise ValueError(f"network must have at least two hidden layers, got sizes {network.sizes}")
    layers = zip(network.forward(x).pre_activations[1:-1], network.weights[1:-1], strict=True)
    means = []
    for z, weights in layers:
        jacobians = weights * network.activation.df(z)[:, None, :]
        means.append(np.linalg.svd(jacobians, compute_uv=False).mean())
    return np.array(means)


def quarter_circle_mean(variance: float = 1.0) -> float:
    r"""Mean singular value of a large square matrix of independent entries with mean zero.

    .. math:: \int_0^2 s\, \frac{\sqrt{4 - s^2}}{\pi}\, ds \cdot \sqrt{n \operatorname{Var}(W)}
              = \frac{8}{3\pi} \sqrt{n \operatorname{Var}(W)}

    by the quarter-circle law, whose mean *square* is :math:`n \operatorname{Var}(W)`. Compared with equation 17 of
    Glorot and Bengio (2010) in :doc:`/chapters/replay`.

    Args:
        variance: :math:`n \operatorname{Var}(W)`, 1 for Xavier's weights.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is not positive and finite.

    >>> round(quarter_circle_mean(), 3), round(quarter_circle_mean(1 / 3), 3)
    (0.849, 0.49)
    """
    return 8 / (3 * math.pi) * math.sqrt(positive("variance", variance))


def during_training(
    network: MLP,
    x: ArrayLike,
    y: ArrayLike,
    measure: Callable[[MLP], ArrayLike],
    *,
    every: int,
    records: int,
    learning_rate: float,
    batch_size: int = 10,
    rng: RNG = 0,
) -> Array:
    r"""Train a network in place and measure it before the first step and after each stretch of examples.

    The rows are taken in their order, again from the first after the last, and shuffled within a stretch: one stretch
    of all rows is an epoch, and rows that are never taken twice are the online training of the paper. Glorot and Bengio
    (2010), figures 2, 3 and 9; replayed in :doc:`/chapters/replay`.

    Args:
        network: the network, as it starts.
        x: rows of inputs.
        y: one label a row.
        measure: called with the network; returns a number or an array, always of one shape.
        every: how many examples a stretch has.
        records: how many stretches there are.
        learning_rate: the size of a step.
        batch_size: the rows of a mini-batch.
        rng: a Generator, an int seed or None; it shuffles.

    Returns:
        What was measured, shape (records + 1, ...).

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a number is out of range, or the rows and labels do not fit the network.
        FloatingPointError: if training outgrows the dtype.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((4, 9, 2), glorot_uniform, rng=0)
    >>> rows, labels = np.eye(4), [0, 1, 0, 1]
    >>> loss = lambda network: network.loss(rows, labels)
    >>> seen = during_training(network, rows, labels, loss, every=4, records=9, learning_rate=0.5, batch_size=2)
    >>> seen.shape, bool(seen[-1] < seen[0])
    ((10,), True)
    """
    _checked(network)
    function("measure", measure)
    network.loss(x, y)  # refuses rows and labels that do not fit
    inputs, labels, source = numbers("x", x, network.dtype), np.asarray(y), generator(rng)
    length, stretches = whole("every", every), whole("records", records)
    seen = [np.array(measure(network))]
    for start in range(0, length * stretches, length):
        rows = np.arange(start, start + length) % len(inputs)
        network.train_epoch(inputs[rows], labels[rows], learning_rate=learning_rate, batch_size=batch_size, rng=source)
        seen.append(np.array(measure(network)))
    return np.array(seen)


def _checked(network: MLP) -> MLP:
    of_kind("network", network, MLP)
    if len(network.weights) < 2:
        raise ValueError(f"network must have at least one hidden layer, got sizes {network.sizes}")
    return network


def _hidden(network: MLP, x: ArrayLike) -> list[Array]:
    return _checked(network).forward(x).activations[1:]
