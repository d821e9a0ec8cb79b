"""The one formula behind Xavier, He and LeCun: a variance divided by a fan."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, flag, float_dtype, generator, one_of, positive, whole_shape
from xavier_lib.drawing import LARGE, draw_large, redraw_beyond_two
from xavier_lib.fans import Fans, MeanFans, given_fans

#: Standard deviation of a standard normal cut at two standard deviations.
TRUNCATED_STD = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("uniform", "normal", "truncated_normal")


def fan_of(mode: str, fans: Fans | MeanFans) -> float:
    """Return the fan that a mode divides by: one of the two, or their mean."""
    chosen = {"fan_in": fans.fan_in, "fan_out": fans.fan_out, "fan_avg": (fans.fan_in + fans.fan_out) / 2}
    return float(chosen[one_of("mode", mode, MODES)])


def scaled_std(scale: float, mode: str, fans: Fans | MeanFans) -> float:
    """Return the standard deviation that a scale and the fan of a mode ask for."""
    return math.sqrt(positive("scale", scale)) / math.sqrt(fan_of(mode, fans))


def fitting_std(std: float, dtype: str, smallest: float, largest: float) -> float:
    """Return a standard deviation, or refuse one at which weights of a dtype would vanish or overflow."""
    if not smallest <= std <= largest / 16:
        raise ValueError(f"the standard deviation of the weights must fit {dtype}, got {std!r}")
    return std


def draw(shape: Sequence[int], std: float, distribution: str, rng: RNG, dtype: DTypeLike) -> NDArray[Any]:
    """Draw weights of mean zero and the given standard deviation, natively in float32 or float64.

    The generator's own ``random`` and ``standard_normal`` draw them. From 2²⁰ numbers on float32 weights come
    faster, from the generator's bits by :mod:`xavier_lib.drawing`: other weights for a seed, whose last bits may
    differ between processors, because float32 logarithms, sines and cosines do. The number of threads changes
    nothing, and large weights need at most a twentieth more memory than they fill.

    Raises:
        TypeError: if the shape, the generator or the dtype is of a wrong kind.
        ValueError: if the distribution is unknown or the standard deviation does not fit the dtype.

    >>> draw((2, 2), 1.0, "uniform", rng=0, dtype=float).round(2)
    array([[ 0.47, -0.8 ],
           [-1.59, -1.67]])
    """
    sizes, kind, source = whole_shape("shape", shape), float_dtype(dtype), generator(rng)
    one_of("distribution", distribution, DISTRIBUTIONS)
    limits = np.finfo(kind)
    fitting_std(std, str(kind), float(limits.tiny), float(limits.max))
    spread = {"uniform": math.sqrt(3) * std, "normal": std, "truncated_normal": std / TRUNCATED_STD}[distribution]
    if kind == np.float32 and math.prod(sizes) >= LARGE:
        return draw_large(sizes, distribution, spread, source)
    if distribution == "uniform":
        weights: NDArray[Any] = source.random(sizes, dtype=kind)
        weights *= 2 * spread
        weights -= spread
        return weights
    weights = source.standard_normal(sizes, dtype=kind)
    if distribution == "truncated_normal":
        redraw_beyond_two(weights.reshape(-1), source)
    weights *= spread
    return weights


def variance_scaling(
    shape: Sequence[int],
    *,
    scale: float,
    mode: str,
    distribution: str,
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
    whole_shape("shape", shape)
    return draw(shape, scaled_std(scale, mode, given_fans(fans, shape)), distribution, rng, dtype)


def normal_kind(truncated: bool) -> str:
    """Return the name of the normal distribution, truncated or not."""
    return "truncated_normal" if flag("truncated", truncated) else "normal"


def _lecun_std(fan_in: int, gain: float) -> float:
    return positive("gain", gain) / math.sqrt(fan_in)


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
    result are those of :func:`variance_scaling`; ``gain`` multiplies the limit.

    >>> float(abs(lecun_uniform((300, 5), rng=0)).max()) <= 0.1
    True
    """
    std = _lecun_std(given_fans(fans, whole_shape("shape", shape)).fan_in, gain)
    return draw(shape, std, "uniform", rng, dtype)


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
    result are those of :func:`variance_scaling`; ``gain`` multiplies the standard deviation.

    >>> round(float(lecun_normal((400, 100), rng=0).std()), 3)
    0.05
    """
    std = _lecun_std(given_fans(fans, whole_shape("shape", shape)).fan_in, gain)
    return draw(shape, std, normal_kind(truncated), rng, dtype)
