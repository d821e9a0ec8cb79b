"""Orthogonal starts beside the rows of the one formula: the draw of either, and which arrays it fits."""

import math
from collections.abc import Sequence

from numpy.typing import DTypeLike

from xavier_lib.arguments import RNG
from xavier_lib.frameworks.stored import Array
from xavier_lib.names import StartDistribution
from xavier_lib.orthogonal import delta_orthogonal, orthogonal
from xavier_lib.weights.drawing import draw


def spread_of(sizes: Sequence[int], gain: float, distribution: StartDistribution) -> float:
    r"""Return the root mean square of orthogonal weights of a shape in the layout ``"IO"``.

    .. math:: g / \sqrt{\max(n, m)}, \qquad \text{over } \sqrt{k} \text{ places where only the middle one is not zero}

    >>> spread_of((4, 3), 1.0, "orthogonal"), spread_of((3, 3, 4, 4), 1.0, "delta_orthogonal")
    (0.5, 0.16666666666666666)
    """
    delta = distribution == "delta_orthogonal" and len(sizes) > 2
    inputs, places = (sizes[-2], math.prod(sizes[:-2])) if delta else (math.prod(sizes[:-1]), 1)
    return gain / math.sqrt(max(inputs, sizes[-1]) * places)


def refuse_misfit(name: str, sizes: Sequence[int], distribution: StartDistribution) -> None:
    """Refuse a kernel that has no middle, or more inputs than outputs, where one is asked for.

    Raises:
        ValueError: naming the array.
    """
    kernel = distribution == "delta_orthogonal" and len(sizes) > 2
    if kernel and (any(size % 2 == 0 for size in sizes[:-2]) or sizes[-2] > sizes[-1]):
        raise ValueError(f"{name} must have odd kernel sizes and no more inputs than outputs, got {tuple(sizes)}")


def drawn(sizes: Sequence[int], std: float, distribution: StartDistribution, rng: RNG, dtype: DTypeLike) -> Array:
    """Draw weights of a spread: a row of the formula, or orthogonal ones; a matrix has no middle to be kept to.

    >>> weights = drawn((2, 2), 0.5**0.5, "delta_orthogonal", 0, float)
    >>> abs(weights.T @ weights).round(12)
    array([[1., 0.],
           [0., 1.]])
    """
    if distribution != "orthogonal" and distribution != "delta_orthogonal":
        return draw(sizes, std, distribution, rng, dtype)
    gain = std / spread_of(sizes, 1.0, distribution)
    start = delta_orthogonal if distribution == "delta_orthogonal" and len(sizes) > 2 else orthogonal
    return start(sizes, gain=gain, rng=rng, dtype=dtype)
