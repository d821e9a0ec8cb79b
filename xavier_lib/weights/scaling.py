"""The one formula behind Xavier, He and LeCun: a variance divided by a fan."""

import math
import sys
from collections.abc import Sequence
from typing import Any, get_args

from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, finite, flag, one_of, positive
from xavier_lib.fans import Fans, MeanFans, given_fans
from xavier_lib.names import Distribution, Mode
from xavier_lib.weights.drawing import draw
from xavier_lib.wording import explained, shown

MODES: tuple[Mode, ...] = get_args(Mode)


def fan_of(mode: Mode, fans: Fans | MeanFans) -> float:
    """Return the fan that a mode divides by: one of the two, or their mean."""
    fan_in, fan_out = finite("fan_in", fans.fan_in), finite("fan_out", fans.fan_out)
    return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[one_of("mode", mode, MODES)]


def std_of(scale: float, fan: float) -> float:
    """Return the standard deviation of weights whose variance is a scale divided by a fan.

    >>> std_of(2.0, 200)
    0.1
    """
    return math.sqrt(positive("scale", scale) / positive("fan", fan))


def scale_of(gain: float) -> float:
    """Return the scale that multiplies the weights by a gain: its square, or refuse what has none in float64.

    >>> scale_of(3.0)
    9.0
    """
    if isinstance(gain, str):
        hint = "xavier_lib.he.forward_gain gives that of an activation"
        raise TypeError(f"gain must be a positive finite number, got {shown(gain)}; {hint}")
    number = positive("gain", gain)
    if not sys.float_info.min <= number * number <= sys.float_info.max / 16:
        raise ValueError(f"gain must be a positive number whose square fits float64, got {shown(gain)}")
    return number * number


def normal_kind(truncated: bool) -> Distribution:
    """Return the name of the normal distribution, truncated or not."""
    return "truncated_normal" if flag("truncated", truncated) else "normal"


@explained
def variance_scaling(
    shape: Sequence[int],
    *,
    scale: float,
    mode: Mode,
    distribution: Distribution,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights whose variance is a scale divided by a fan.

    .. math:: \operatorname{Var} w = \frac{s}{n}

    The family's one formula: Glorot and Bengio (2010), equations 10 to 12; compared mode by mode in
    :doc:`/chapters/fans`.

    Args:
        shape: the shape of the weights, ``(fan_in, fan_out)`` or ``(*kernel, in, out)``.
        scale: the numerator :math:`s`, positive and finite.
        mode: the fan :math:`n`: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``, the mean of both.
        distribution: ``"uniform"``, ``"normal"`` or ``"truncated_normal"``, the last one cut at two
            standard deviations and corrected so that the variance is still :math:`s / n`.
        fans: the pair (fan_in, fan_out), where the shape alone does not tell; counted if None.
        rng: a Generator, an int seed or None.
        dtype: float32 or float64.

    Returns:
        An array of that shape and dtype, mean zero. One seed gives one array; from 2²⁰ numbers on, where float32
        takes a faster way, its last bits may differ between processors.

    Raises:
        TypeError: if an argument is of a wrong kind, or the dtype is neither float32 nor float64.
        ValueError: if the shape has fewer than two axes, a fan is below 1, the scale is not positive and
            finite, or a name is unknown.

    >>> weights = variance_scaling((400, 100), scale=1.0, mode="fan_in", distribution="normal", rng=0)
    >>> weights.shape, round(float(weights.std()), 3)
    ((400, 100), 0.05)
    """
    std = std_of(scale, fan_of(mode, given_fans(fans, shape)))
    return draw(shape, std, distribution, rng, dtype)


@explained
def lecun_uniform(
    shape: Sequence[int],
    *,
    gain: float = 1.0,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw uniform weights of variance one over fan-in.

    .. math:: w \sim U\!\left[-g\sqrt{3 / n_\text{in}},\; g\sqrt{3 / n_\text{in}}\right]

    LeCun, Bottou, Orr and Müller (1998), section 4.6; see :doc:`/chapters/fans`. Arguments, errors and
    result are those of :func:`variance_scaling`; ``gain`` multiplies the weights, in all starts that take one.

    >>> float(abs(lecun_uniform((300, 5), rng=0)).max()) <= 0.1
    True
    """
    return variance_scaling(
        shape, scale=scale_of(gain), mode="fan_in", distribution="uniform", fans=fans, rng=rng, dtype=dtype
    )


@explained
def lecun_normal(
    shape: Sequence[int],
    *,
    gain: float = 1.0,
    truncated: bool = False,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw normal weights of variance one over fan-in.

    .. math:: w \sim N\!\left(0,\; g^2 / n_\text{in}\right)

    LeCun, Bottou, Orr and Müller (1998), section 4.6; see :doc:`/chapters/fans`. Arguments, errors and
    result are those of :func:`lecun_uniform`. With ``truncated=True``, here and in the other normal starts, the
    draws are cut at two standard deviations and corrected, so that the variance stays what it was.

    >>> round(float(lecun_normal((400, 100), rng=0).std()), 3)
    0.05
    """
    return variance_scaling(
        shape, scale=scale_of(gain), mode="fan_in", distribution=normal_kind(truncated), fans=fans, rng=rng, dtype=dtype
    )
