"""He initialization: what a rectifier takes away, the weights give back."""

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, finite, positive, whole_shape
from xavier_lib.fans import given_fans
from xavier_lib.scaling import draw, fan_of, normal_kind


def he_std(fan: float, negative_slope: float = 0.0) -> float:
    r"""Standard deviation of He weights.

    .. math:: \sigma = \sqrt{\frac{2}{(1 + a^2)\, n}}

    He et al. (2015), equations 10, 14 and 15; derived in :doc:`/chapters/he`.

    Args:
        fan: the fan :math:`n`, fan-in for the forward pass or fan-out for the backward pass, or their mean.
        negative_slope: the slope :math:`a` of the rectifier left of zero; 0 for ReLU.

    Raises:
        TypeError: if the fan or the slope is no number.
        ValueError: if the fan is below 1 or the slope is not finite.

    >>> round(he_std(200), 4)
    0.1
    """
    if positive("fan", fan) < 1:
        raise ValueError(f"fan must be a number of at least 1, got {fan!r}")
    return math.sqrt(2 / fan) / math.hypot(1, finite("negative_slope", negative_slope))


def he_limit(fan: float, negative_slope: float = 0.0) -> float:
    r"""Limit of uniform He weights.

    .. math:: \ell = \sqrt{\frac{6}{(1 + a^2)\, n}} = \sqrt{3}\,\sigma

    He et al. (2015), equations 10, 14 and 15, with the variance of a uniform; derived in
    :doc:`/chapters/he`. Arguments and errors are those of :func:`he_std`.

    >>> round(he_limit(600), 4)
    0.1
    """
    return math.sqrt(3) * he_std(fan, negative_slope)


def he_uniform(
    shape: Sequence[int],
    *,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from the uniform He distribution.

    .. math:: w \sim U[-\ell, \ell], \qquad \ell = \sqrt{\frac{6}{(1 + a^2)\, n}}

    He et al. (2015), equations 10, 14 and 15; derived in :doc:`/chapters/he`.

    Args:
        shape: the shape of the weights, ``(fan_in, fan_out)`` or ``(*kernel, in, out)``.
        negative_slope: the slope :math:`a` of the rectifier left of zero; 0 for ReLU.
        mode: the fan :math:`n`: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        fans: the pair (fan_in, fan_out), where the shape alone does not tell; counted if None.
        rng: a Generator, an int seed or None.
        dtype: float32 or float64.

    Returns:
        An array of that shape and dtype, mean zero.

    Raises:
        TypeError: if an argument is of a wrong kind, or the dtype is neither float32 nor float64.
        ValueError: if the shape has fewer than two axes, a fan is below 1, the slope is not finite, or the
            mode is unknown.

    >>> round(float(abs(he_uniform((600, 50), rng=0)).max()), 3)
    0.1
    """
    fan = fan_of(mode, given_fans(fans, whole_shape("shape", shape)))
    return draw(shape, he_std(fan, negative_slope), "uniform", rng, dtype)


def he_normal(
    shape: Sequence[int],
    *,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
    truncated: bool = False,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from the normal He distribution.

    .. math:: w \sim N(0, \sigma^2), \qquad \sigma = \sqrt{\frac{2}{(1 + a^2)\, n}}

    He et al. (2015), equations 10, 14 and 15; derived in :doc:`/chapters/he`. Arguments, errors and result
    are those of :func:`he_uniform`. With ``truncated=True`` the draws are cut at two standard deviations
    and corrected, so that the variance is still :math:`\sigma^2`.

    >>> round(float(he_normal((200, 400), rng=0).std()), 3)
    0.1
    """
    fan = fan_of(mode, given_fans(fans, whole_shape("shape", shape)))
    return draw(shape, he_std(fan, negative_slope), normal_kind(truncated), rng, dtype)
