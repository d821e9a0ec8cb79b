"""Constant starts, and the symmetry between hidden units that training never breaks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, finite, float_dtype, whole_shape


def constant(
    shape: Sequence[int],
    value: float,
    *,
    rng: RNG = None,  # noqa: ARG001
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Fill weights with one constant.

    .. math:: w_{ij} = c

    Shown to keep hidden units equal in :doc:`/chapters/symmetry`.

    Args:
        shape: the shape of the weights, two axes or more.
        value: the constant :math:`c`, any finite number.
        rng: taken and left unused, so that a constant can stand wherever a random start can.
        dtype: float32 or float64.

    Raises:
        TypeError: if the value is no number, or the dtype is neither float32 nor float64.
        ValueError: if the shape has fewer than two axes or the value is not finite.

    >>> constant((2, 3), 0.5)
    array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]])
    """
    return np.full(whole_shape("shape", shape), finite("value", value), dtype=float_dtype(dtype))
