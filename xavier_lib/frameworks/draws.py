"""Tells from the numbers alone what they were drawn from, block by block, so that a model of any size is read once."""

from typing import NamedTuple

import numpy as np

from xavier_lib.frameworks.stored import Array

ENOUGH = 1000  # of fewer numbers the largest does not say enough
ROWS = 8  # that are compared with each other, and tell an orthogonal matrix
BLOCK = 2**16  # float32 numbers that the cache of a processor holds
SAMPLE = 2**16  # numbers that tell how peaked a distribution is: to a hundredth of a normal one's 3
SQUARED = (1e-12, 1e15)  # between these the squares of float32 numbers fit float32


class Numbers(NamedTuple):
    """What an inspection reads off an array of weights.

    Attributes:
        size: how many there are.
        mean: their mean.
        std: their standard deviation.
        smallest: the smallest of them.
        largest: the largest one.
        peak: the mean fourth power of their deviations in units of the standard one, from a sample of them.
    """

    size: int
    mean: float
    std: float
    smallest: float
    largest: float
    peak: float


def numbers_of(name: str, weights: Array) -> Numbers:
    """Return the size, mean, spread, ends and peak of weights, each number being read once.

    Raises:
        ValueError: if one is not finite.

    >>> numbers_of("weights", np.array([[1.0, -1.0], [1.0, -1.0]]))
    Numbers(size=4, mean=0.0, std=1.0, smallest=-1.0, largest=1.0, peak=1.0)
    """
    flat = weights.ravel(order="K")  # in the order of memory: no copy of weights that lie side by side
    smallest, largest, total, squares = np.inf, -np.inf, 0.0, 0.0
    for start in range(0, flat.size, BLOCK):
        block = flat[start : start + BLOCK]
        low, high = float(block.min()), float(block.max())
        if not np.isfinite([low, high]).all():
            raise ValueError(f"{name} must hold finite numbers, got {block[~np.isfinite(block)][0]}")
        smallest, largest = min(smallest, low), max(largest, high)
        if not SQUARED[0] < max(-low, high) < SQUARED[1]:
            block = block.astype(np.float64)
        total, squares = total + float(block.sum()), squares + float(np.dot(block, block))
    mean = total / flat.size
    variance = squares / flat.size - mean * mean
    if variance < 1e-3 * mean * mean or not np.isfinite(variance):  # the difference has lost its digits
        variance = float(flat.var(dtype=np.float64)) if smallest < largest else 0.0
    return Numbers(flat.size, mean, variance**0.5, smallest, largest, _peak(flat, mean, variance**0.5))


def _peak(flat: Array, mean: float, std: float) -> float:
    if not std:
        return 3.0
    sample = flat[:: max(1, flat.size // SAMPLE)][:SAMPLE].astype(np.float64)
    return float(np.mean(np.square(np.square((sample - mean) / std))))


def distribution_of(weights: Array, numbers: Numbers | None = None) -> str:
    """Return the distribution that weights most likely come from, by how far the largest lies out.

    Uniform weights reach √3 = 1.73 standard deviations, truncated normal ones 2.27. That a thousand normal ones
    all lie within 2.4 has a probability below 10⁻⁷.

    >>> from xavier_lib import glorot_normal, glorot_uniform
    >>> shape = (64, 50)
    >>> [distribution_of(w) for w in (glorot_uniform(shape, rng=0), glorot_normal(shape, rng=0), np.zeros(shape))]
    ['uniform', 'normal', 'zeros']
    """
    read = numbers or numbers_of("weights", weights)
    if read.smallest == read.largest:
        return "constant" if read.largest else "zeros"
    if read.size < ENOUGH:
        return "few numbers"
    if orthogonal(weights):
        return "orthogonal"
    reach = max(read.largest - read.mean, read.mean - read.smallest) / read.std
    if reach < 1.9:
        return "uniform"
    if reach < 2.4:
        return "truncated normal"
    return "normal" if 2.5 < read.peak < 3.5 else "another"


def orthogonal(weights: Array) -> bool:
    """Say whether the rows or the columns of a matrix are orthogonal to each other and equally long.

    >>> bool(orthogonal(np.eye(40)[:, ::-1])), bool(orthogonal(np.arange(1600.0).reshape(40, 40)))
    (True, False)
    """
    if weights.ndim != 2 or min(weights.shape) < ROWS:
        return False
    short = (weights if weights.shape[0] <= weights.shape[1] else weights.T)[:ROWS].astype(np.float64)
    products = short @ short.T
    return bool(np.allclose(products, products[0, 0] * np.eye(ROWS), atol=1e-4 * abs(products[0, 0])))
