"""Orthogonal starts: every direction keeps its length, not only the average one."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.arguments import RNG, finite, fitting, numbers, of_kind
from xavier_lib.nn.mlp import MLP
from xavier_lib.weights.drawing import array_shape, draw
from xavier_lib.weights.scaling import scale_of
from xavier_lib.wording import explained, shown


@explained
def orthogonal(shape: Sequence[int], *, gain: float = 1.0, rng: RNG = None, dtype: DTypeLike = float) -> NDArray[Any]:
    r"""Draw weights whose columns, or whose rows where these are fewer, are orthogonal to one another.

    .. math:: W = g\,Q, \qquad Q^\top Q = I \ \text{ or } \ Q Q^\top = I

    Saxe, McClelland and Ganguli (2014); see :doc:`/chapters/orthogonal`. Q comes from the QR decomposition of normal
    numbers, with the signs of R's diagonal moved into Q: with them it is uniform over all orthogonal matrices,
    and as NumPy gives it, it is not (Mezzadri 2007). A kernel ``(*kernel, in, out)`` counts as a matrix of ``out``
    columns.

    Args:
        shape: the shape of the weights, ``(fan_in, fan_out)`` or ``(*kernel, in, out)``.
        gain: the factor :math:`g` on the weights.
        rng: a Generator, an int seed or None.
        dtype: float32 or float64.

    Returns:
        An array of that shape and dtype, whose singular values are all the gain.

    Raises:
        TypeError: if an argument is of a wrong kind, or the dtype is neither float32 nor float64.
        ValueError: if the shape has fewer than two axes or a size below 1, or the gain is not positive and finite.

    >>> weights = orthogonal((4, 3), rng=0)
    >>> (weights.T @ weights).round(12) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    sizes = array_shape(shape)
    scale_of(gain)
    rows, columns = math.prod(sizes[:-1]), sizes[-1]
    normal = draw((max(rows, columns), min(rows, columns)), 1.0, "normal", rng, dtype)
    q, r = np.linalg.qr(normal)
    q *= np.where(np.diagonal(r) < 0, -gain, gain).astype(q.dtype)
    return np.ascontiguousarray(q if rows >= columns else q.T).reshape(sizes)


@explained
def delta_orthogonal(
    shape: Sequence[int], *, gain: float = 1.0, rng: RNG = None, dtype: DTypeLike = float
) -> NDArray[Any]:
    r"""Draw a convolution that is an orthogonal matrix at the middle of its kernel and zero around it.

    .. math:: W_{k} = g\,Q \ \text{ at the middle } k, \qquad W_{k} = 0 \ \text{ elsewhere}

    Xiao et al. (2018); see :doc:`/chapters/orthogonal`. With stride 1 each place of a map keeps its length
    on its own, so the whole map does, and no zero at its border is read. Arguments and errors are those of
    :func:`orthogonal`.

    Raises:
        ValueError: also if a size of the kernel is even, so that it has no middle, or it has more inputs than outputs.

    >>> kernel = delta_orthogonal((3, 3, 2, 2), rng=0)
    >>> float(abs(kernel[1, 1]).max()) > 0, float(abs(kernel[0]).max())
    (True, 0.0)
    """
    sizes = array_shape(shape)
    if len(sizes) < 3 or any(size % 2 == 0 for size in sizes[:-2]):
        raise ValueError(f"shape must be (*kernel, in, out) with kernel sizes that are odd, got {shown(sizes)}")
    if sizes[-2] > sizes[-1]:
        raise ValueError(f"shape must have at least as many outputs as inputs, got {shown(sizes)}")
    middle = orthogonal(sizes[-2:], gain=gain, rng=rng, dtype=dtype)
    kernel = np.zeros(sizes, middle.dtype)
    kernel[tuple(size // 2 for size in sizes[:-2])] = middle
    return kernel


def tempered(weights: ArrayLike, power: float) -> NDArray[Any]:
    r"""Return weights whose singular values are a power of the given ones, with the same directions and the same rms.

    .. math:: W = U S V^\top \;\mapsto\; c\, U S^p V^\top

    At the power 1 the weights stay, and at 0 all their singular values are equal: of a normal draw an orthogonal one is
    made. So :doc:`/chapters/orthogonal` takes the spread away and changes nothing else.

    Args:
        weights: a matrix of rank above zero.
        power: the power :math:`p`, at least 0.

    Returns:
        The weights; float32 stays float32.

    Raises:
        TypeError: if an argument is no number or numbers.
        ValueError: if the weights are no matrix, not finite or all zero, or the power is below 0 or not finite.

    >>> tempered([[3.0, 0.0], [0.0, 4.0]], 0).round(3)
    array([[3.536, 0.   ],
           [0.   , 3.536]])
    """
    single = getattr(weights, "dtype", None) == np.float32
    matrix = numbers("weights", weights, np.float32 if single else float)
    if matrix.ndim != 2 or not matrix.any():
        raise ValueError(f"weights must be a matrix that is not all zero, got {shown(weights)}")
    if finite("power", power) < 0:
        raise ValueError(f"power must be a number of at least 0, got {shown(power)}")
    u, values, vt = np.linalg.svd(matrix, full_matrices=False)
    raised = (values / values[0]) ** power
    raised *= np.linalg.norm(values) / np.linalg.norm(raised)
    return np.asarray((u * raised) @ vt)


def jacobian(network: MLP, x: ArrayLike) -> NDArray[Any]:
    r"""Return the derivatives of the logits by the inputs, at one input.

    .. math:: J = \prod_{l} D_{l-1} W_l, \qquad D_l = \operatorname{diag} f'(z_l), \quad D_0 = I

    Its singular values say how much each direction at the input grows or shrinks on its way through; see
    :doc:`/chapters/orthogonal` and Pennington, Schoenholz and Ganguli (2017).

    Args:
        network: the network.
        x: one input, shape (inputs,).

    Returns:
        The derivatives, shape (inputs, classes), in the layout of the weights.

    Raises:
        TypeError: if the network is no MLP, or the input holds no numbers.
        ValueError: if it has another width or values that are not finite, or a derivative does not fit float64.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((2, 3, 2), glorot_uniform, activation="linear", rng=0)
    >>> bool(np.allclose(jacobian(network, [1.0, 2.0]), network.weights[0] @ network.weights[1]))
    True
    """
    of_kind("network", network, MLP)
    record = network.forward(numbers("x", x)[None])
    product = network.weights[0]
    with np.errstate(over="ignore", invalid="ignore"):
        for z, weights in zip(record.pre_activations, network.weights[1:], strict=False):
            product = (product * network.activation.df(z[0])) @ weights
    return np.asarray(fitting("network", product))
