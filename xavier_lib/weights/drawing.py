"""The draw: weights of mean zero and a given standard deviation, natively in float32 or float64."""

import math
import sys
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, float_dtype, generator, one_of, whole_shape
from xavier_lib.names import Distribution
from xavier_lib.weights.large import LARGE, draw_large, redraw_beyond_two
from xavier_lib.wording import shown

#: Standard deviation of a standard normal cut at two standard deviations.
TRUNCATED_STD = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))

AXES = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32  # that an array may have
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)


def limit_of(std: float) -> float:
    r"""Return the end of the uniform range with a standard deviation: U[-ℓ, ℓ] has variance ℓ²/3.

    >>> limit_of(1.0) ** 2
    2.9999999999999996
    """
    return math.sqrt(3) * std


def fitting_std(std: float, dtype: str, smallest: float, largest: float) -> float:
    """Return a standard deviation, or refuse one at which weights of a dtype would vanish or overflow."""
    if not smallest <= std <= largest / 16:
        raise ValueError(f"the standard deviation of the weights must fit {dtype}, got {shown(std)}")
    return std


def array_shape(shape: Sequence[int], name: str = "shape") -> tuple[int, ...]:
    """Return the shape of an array to be made, or refuse one that no array can have, by the argument it comes from."""
    sizes = whole_shape("shape", shape)
    if len(sizes) > AXES or math.prod(sizes) > sys.maxsize // 8:
        raise ValueError(f"{name} must make an array of at most {AXES} axes that memory can hold, got {shown(sizes)}")
    return sizes


def draw(shape: Sequence[int], std: float, distribution: Distribution, rng: RNG, dtype: DTypeLike) -> NDArray[Any]:
    """Draw weights of mean zero and the given standard deviation, natively in float32 or float64.

    The generator's own ``random`` and ``standard_normal`` draw them. From 2²⁰ numbers on float32 weights come
    faster, from the generator's bits by :mod:`xavier_lib.weights.large`: other weights for a seed, whose last bits may
    differ between processors, because float32 logarithms, sines and cosines do. The number of threads changes
    nothing, and large weights need at most a twentieth more memory than they fill.

    Raises:
        TypeError: if the shape, the generator or the dtype is of a wrong kind.
        ValueError: if the distribution is unknown or the standard deviation does not fit the dtype.

    >>> draw((2, 2), 1.0, "uniform", rng=0, dtype=float).round(2)
    array([[ 0.47, -0.8 ],
           [-1.59, -1.67]])
    """
    sizes, kind, source = array_shape(shape), float_dtype(dtype), generator(rng)
    one_of("distribution", distribution, DISTRIBUTIONS)
    limits = np.finfo(kind)
    fitting_std(std, str(kind), float(limits.tiny), float(limits.max))
    spread = {"uniform": limit_of(std), "normal": std, "truncated_normal": std / TRUNCATED_STD}[distribution]
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
