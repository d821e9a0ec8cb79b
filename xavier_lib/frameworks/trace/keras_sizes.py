"""Sizes of signals on one batch, taken piece by piece with NumPy."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.frameworks.stored import Array

CHUNK = 1 << 20  # numbers that are looked at at once
SAMPLED = 4096  # numbers of a signal that stand for it: a share is right within 2.4 % at three standard errors


class Sizes(NamedTuple):
    """The root mean square of a signal, and of the part of it that depends on the sample."""

    whole: float
    varying: float | None


def numbers(tensor: Any) -> Array:
    """Return the numbers of a tensor as an array of floats or whole numbers."""
    found = np.asarray(tensor.numpy())
    if found.dtype.kind == "c":
        return np.stack([found.real, found.imag])
    return found if found.dtype.kind in "biuf" and found.dtype.itemsize > 2 else found.astype(np.float32)


def rows_of(values: Array, units: Sequence[int]) -> Array:
    """Return an array with a row for each place of the batch and a column for each unit."""
    axes = [axis % values.ndim for axis in units]
    others = [axis for axis in range(values.ndim) if axis not in axes]
    moved = values.transpose(*others, *axes)
    return moved.reshape(math.prod(moved.shape[: len(others)]), math.prod(moved.shape[len(others) :]))


def pieces(rows: Array) -> Iterator[Array]:
    """Yield rows in double precision, some at a time."""
    step = max(1, CHUNK // max(1, rows.shape[1]))
    for start in range(0, len(rows), step):
        yield rows[start : start + step].astype(np.float64)


def sizes(values: Array, units: Sequence[int], samples: int) -> Sizes:
    """Measure a signal whose units lie along some axes, and its samples along the first one or in it.

    What depends on the sample is what is left without the mean over the samples, at each place of a picture or a
    sequence by itself: places differ by padding and by position alone. A single sample leaves nothing to compare but
    its places.
    """
    if not values.size:
        return Sizes(0.0, None)
    apart = samples > 1 and len(values) % samples == 0 and 0 not in [axis % values.ndim for axis in units]
    rows = values.reshape(samples, -1) if apart else rows_of(values, units)
    varied, constant, step = 0.0, 0.0, max(1, CHUNK // len(rows))
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, rows.shape[1], step):
            part = rows[:, start : start + step].astype(np.float64)
            mean = part.mean(axis=0)
            constant += float(np.square(mean).sum()) / rows.shape[1]
            varied += float(np.square(part - mean).sum()) / values.size
    return Sizes(root(varied + constant), root(varied) if len(rows) > 1 else None)


def root(square: float) -> float:
    """Return the square root, also of what is no number."""
    return math.sqrt(square) if square >= 0 else math.nan


def mean_square(values: Array) -> float:
    """Return the mean square of an array's numbers."""
    flat = values.reshape(-1, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        return sum(float(np.square(piece).sum()) for piece in pieces(flat)) / max(1, values.size)


def sampled(values: Array) -> Array:
    """Return some numbers of an array, always at the same places for one count of numbers."""
    flat = values.reshape(-1)
    if flat.size > SAMPLED:
        flat = flat[np.random.default_rng(flat.size).integers(0, flat.size, SAMPLED)]
    return flat.astype(np.float64)


def zero_units(values: Array, unit: int) -> float:
    """Return the share of units that are zero in every row."""
    if not values.size or not values.ndim:
        return 0.0
    return float((~rows_of(values != 0, [unit]).any(axis=0)).mean())


def peaked_rows(values: Array) -> float:
    """Return the share of rows of a softmax in which one place holds more than 99 of 100."""
    return float((values.max(axis=-1) > 0.99).mean())
