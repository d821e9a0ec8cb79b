"""Constant starts, and the tie between equal hidden units, which plain training keeps in exact arithmetic."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.arguments import RNG, finite, fitting, float_dtype, generator, numbers, of_kind, whole
from xavier_lib.datasets import Digits
from xavier_lib.fans import given_fans
from xavier_lib.nn.mlp import MLP
from xavier_lib.weights.drawing import array_shape
from xavier_lib.wording import explained, shown


@explained
def constant(
    shape: Sequence[int],
    value: float,
    *,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Fill weights with one constant.

    .. math:: w_{ij} = c

    Equal hidden units stay equal, as shown in :doc:`/chapters/symmetry`.

    Args:
        shape: the shape of the weights, two axes or more.
        value: the constant :math:`c`, any finite number.
        fans, rng: taken and left unused, so that a constant can stand wherever a random start can.
        dtype: float32 or float64.

    Raises:
        TypeError: if the value is no number, or the dtype is neither float32 nor float64.
        ValueError: if the shape has fewer than two axes, or the value is not finite or does not fit the dtype.

    >>> constant((2, 3), 0.5)
    array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]])
    """
    sizes, number, kind = array_shape(shape), finite("value", value), float_dtype(dtype)
    generator(rng)
    given_fans(fans, sizes)
    if abs(number) > float(np.finfo(kind).max):
        raise ValueError(f"value must be a finite number that fits {kind}, got {shown(value)}")
    return np.full(sizes, number, dtype=kind)


@explained
def noisy_constant(
    shape: Sequence[int],
    value: float,
    noise: float,
    *,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Fill weights with one constant and add normal noise, which breaks the tie between hidden units.

    .. math:: w_{ij} = c + s\,\varepsilon_{ij}, \qquad \varepsilon_{ij} \sim N(0, 1)

    Used in :doc:`/chapters/symmetry`. Arguments and errors are those of :func:`constant`.

    Args:
        noise: the standard deviation :math:`s` of the noise, zero or above; zero gives :func:`constant`.
        rng: a Generator, an int seed or None.

    Raises:
        TypeError: if the noise is no number.
        ValueError: if the noise is negative, not finite, or too large for the dtype.

    >>> noisy_constant((2, 3), 0.5, 0.01, rng=0).round(3)
    array([[0.501, 0.499, 0.506],
           [0.501, 0.495, 0.504]])
    """
    spread, source = finite("noise", noise), generator(rng)
    weights = constant(shape, value, fans=fans, rng=source, dtype=dtype)
    room = float(np.finfo(weights.dtype).max) - abs(finite("value", value))
    if not 0 <= spread <= room / 16:
        accepted = f"zero or a positive number whose sum with value fits {weights.dtype}"
        raise ValueError(f"noise must be {accepted}, got {shown(noise)}")
    weights += spread * source.standard_normal(weights.shape, dtype=weights.dtype.type)
    return weights


def column_distance(weights: ArrayLike) -> float:
    r"""Return the largest difference between two weights that leave the same input; zero if all columns are equal.

    .. math:: \max_i \left(\max_j w_{ij} - \min_j w_{ij}\right)

    A column holds the weights into one unit, so equal columns are units that compute the same if their biases are
    equal too. Used in :doc:`/chapters/symmetry`.

    Args:
        weights: an array (fan_in, fan_out).

    Raises:
        TypeError: if the weights are no numbers.
        ValueError: if they have not two axes, or one of them or the difference is not finite.

    >>> column_distance([[1.0, 1.0, 1.0], [2.0, 2.0, 2.5]])
    0.5
    """
    matrix = numbers("weights", weights)
    if matrix.ndim != 2:
        raise ValueError(f"weights must have shape (fan_in, fan_out), got {matrix.shape}")
    with np.errstate(over="ignore"):
        return float(fitting("weights", np.ptp(matrix, axis=1).max()))


def column_distances(
    network: MLP, digits: Digits, *, epochs: int, learning_rate: float, batch_size: int = 32, rng: RNG = 0
) -> NDArray[Any]:
    r"""Train a network in place and record :func:`column_distance` of its first layer, epoch by epoch.

    Used in :doc:`/chapters/symmetry`.

    Arguments and errors are those of :func:`xavier_lib.network.learning_curve`.

    Returns:
        The distances, shape (epochs + 1,); the first entry is the untrained network.

    >>> from xavier_lib.datasets import digits
    >>> from functools import partial
    >>> tied = in_order(MLP((64, 3, 10), partial(constant, value=0.1)))
    >>> column_distances(tied, digits(), epochs=2, learning_rate=0.1)
    array([0., 0., 0.])
    """
    shuffles = generator(rng)
    of_kind("digits", digits, Digits)
    distances = [column_distance(of_kind("network", network, MLP).weights[0])]
    for _ in range(whole("epochs", epochs)):
        network.train_epoch(
            digits.x_train, digits.y_train, learning_rate=learning_rate, batch_size=batch_size, rng=shuffles
        )
        distances.append(column_distance(network.weights[0]))
    return np.array(distances)


def in_order(network: MLP, *, block: int | None = None) -> MLP:
    r"""Return a copy of a network whose matrix products add up in one fixed order for every column.

    .. math:: (AB)_{ij} = \sum_k a_{ik} b_{kj}, \qquad k = 1, 2, 3, \dots

    Equal columns then stay equal bit by bit, on any processor. The libraries behind ``@`` do not promise that: many
    work on blocks of columns and treat the columns left over in their own way. With a ``block`` this is imitated:
    the columns left over add the terms of odd and of even :math:`k` apart. See :doc:`/chapters/symmetry`.

    Args:
        network: the network; it stays as it is.
        block: the number of columns in a block; None adds all columns alike.

    Raises:
        TypeError: if the network is no :class:`~xavier_lib.nn.mlp.MLP` or the block no whole number.
        ValueError: if the block is below 1.

    >>> from functools import partial
    >>> network = in_order(MLP((2, 3, 2), partial(constant, value=0.5)))
    >>> network.step([[0.1, 0.7], [0.3, -0.2]], [0, 1], learning_rate=0.1) > 0
    True
    >>> column_distance(network.weights[0])
    0.0
    """
    of_kind("network", network, MLP)
    size = None if block is None else whole("block", block)
    return network.with_matmul(partial(_in_order, block=size))


def _in_order(
    a: NDArray[Any], b: NDArray[Any], *, out: NDArray[Any] | None = None, block: int | None = None
) -> NDArray[Any]:
    terms = np.multiply(a.T[:, :, None], b[:, None, :], order="C")  # (k, i, j)
    sums: NDArray[Any] = np.sum(terms, axis=0, out=out)
    if block is not None:
        left_over = terms[:, :, terms.shape[2] // block * block :]
        first = sums.shape[1] - left_over.shape[2]
        sums[:, first:] = left_over[::2].sum(axis=0) + left_over[1::2].sum(axis=0)
    return sums
