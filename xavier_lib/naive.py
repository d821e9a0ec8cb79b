"""The naive random starts: a spread of one's own choice, whatever the width."""

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, positive
from xavier_lib.scaling import draw


def naive_uniform(
    shape: Sequence[int], limit: float = 0.1, *, rng: RNG = None, dtype: DTypeLike = float
) -> NDArray[Any]:
    r"""Draw weights from one fixed interval, whatever the fans.

    .. math:: w \sim U[-\ell, \ell], \qquad \operatorname{Var} w = \ell^2 / 3

    The first start of many tutorials; judged in :doc:`/chapters/naive`.

    Args:
        shape: the shape of the weights, two axes or more.
        limit: the limit :math:`\ell`.
        rng: a Generator, an int seed or None.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind, or the dtype is neither float32 nor float64.
        ValueError: if the shape has fewer than two axes or the limit is not positive and finite.

    >>> round(float(naive_uniform((400, 100), rng=0).std()), 3)
    0.058
    """
    return draw(shape, positive("limit", limit) / math.sqrt(3), "uniform", rng, dtype)


def naive_normal(shape: Sequence[int], std: float = 0.1, *, rng: RNG = None, dtype: DTypeLike = float) -> NDArray[Any]:
    r"""Draw weights from one fixed normal distribution, whatever the fans.

    .. math:: w \sim N(0, \sigma^2)

    The second start of many tutorials; judged in :doc:`/chapters/naive`. Arguments and errors are those of
    :func:`naive_uniform`, with the standard deviation ``std`` in place of the limit.

    >>> round(float(naive_normal((400, 100), rng=0).std()), 3)
    0.1
    """
    return draw(shape, positive("std", std), "normal", rng, dtype)
