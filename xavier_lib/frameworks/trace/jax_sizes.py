"""Sizes of JAX arrays on one batch, taken piece by piece with NumPy."""

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


def numbers(value: Any) -> Array:
    """Return an array of JAX as NumPy's, without a copy where it is real and on this machine."""
    found = np.asarray(value)
    if found.dtype.kind == "c":
        return np.stack([found.real, found.imag], -1)
    return found if found.dtype.kind in "biuf" else found.astype(np.float32)


def is_float(value: Any) -> bool:
    """Say whether an array holds numbers with a fraction."""
    import jax

    return bool(jax.dtypes.issubdtype(value.dtype, np.inexact))


def rows_of(values: Array, units: Sequence[int]) -> Array:
    """Return an array with a row for each place of the batch and a column for each unit."""
    axes = [axis % values.ndim for axis in units]
    others = [axis for axis in range(values.ndim) if axis not in axes]
    return values.transpose(*others, *axes).reshape(math.prod(values.shape[axis] for axis in others), -1)


def pieces(rows: Array) -> Iterator[Array]:
    """Yield rows in double precision, some at a time."""
    step = max(1, CHUNK // max(1, rows.shape[1]))
    for start in range(0, len(rows), step):
        yield rows[start : start + step].astype(np.float64)


def sizes(value: Any, units: Sequence[int], samples: int) -> Sizes:
    """Measure a signal whose units lie along some axes, and its samples along the first or in the first ones.

    What depends on the sample is what is left without the mean over the samples, at each place of a picture or a
    sequence by itself: places differ by padding and by position alone. A single sample leaves nothing to compare but
    its places.
    """
    values = numbers(value)
    if not values.size:
        return Sizes(0.0, None)
    apart = samples > 1 and len(values) % samples == 0 and 0 not in [axis % values.ndim for axis in units]
    rows = values.reshape(samples, -1) if apart else rows_of(values, units)
    varied = constant = 0.0
    step = max(1, CHUNK // len(rows))
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


def mean_square(value: Any) -> float:
    """Return the mean square of an array's numbers."""
    values = numbers(value).reshape(-1, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(sum(np.square(piece).sum() for piece in pieces(values)) / max(1, values.size))


def sampled(value: Any) -> tuple[tuple[int, ...], Array]:
    """Return some numbers of an array, for each shape at the same places, with that shape."""
    values = numbers(value)
    if values.size <= SAMPLED:
        return values.shape, values.reshape(-1).astype(np.float64)
    source = np.random.default_rng(values.size)
    places = tuple(source.integers(0, side, SAMPLED) for side in values.shape)
    return values.shape, values[places].astype(np.float64)


def zero_units(value: Any, unit: int) -> float:
    """Return the share of units that are zero in every row."""
    values = numbers(value)
    return float((~rows_of(values != 0, [unit]).any(axis=0)).mean()) if values.size and values.ndim else 0.0


def peaked_rows(value: Any) -> float | None:
    """Return the share of rows of a softmax in which one place of several holds more than 99 of 100."""
    return None if value.shape[-1] < 2 else float((numbers(value).max(axis=-1) > 0.99).mean())
