"""Facts of arrays of weights by their numbers alone, read piece by piece with NumPy."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from xavier_lib.frameworks.stored import Array
from xavier_lib.frameworks.trace.keras_sizes import CHUNK, pieces, rows_of

SHOWN = 16  # numbers at either end by which two arrays are told apart before all of them are compared


class Facts(NamedTuple):
    """What the numbers of an array show; the names are those of :class:`xavier_lib.diagnosis.records.LayerRecord`."""

    spread: float
    centre: float
    weight: float
    largest: float
    at_bound: float
    finite: bool
    zeros: float
    alike: float


NO_FACTS = Facts(0.0, 0.0, 0.0, 0.0, 0.0, True, 0.0, 0.0)  # of an array that was not read


def facts_of(values: Array, units: Sequence[int]) -> Facts:
    """Measure an array whose units lie along some axes; along none if that is not known."""
    low, high = float(values.min()), float(values.max())
    zeros, largest = share(values, 0.0), max(abs(low), abs(high))
    if not (math.isfinite(low) and math.isfinite(high)):
        return Facts(math.nan, math.nan, math.nan, largest, 0.0, False, zeros, 0.0)
    flat = values.reshape(-1, 1)
    centre = sum(float(piece.sum()) for piece in pieces(flat)) / values.size
    spread = sum(float(np.square(piece - centre).sum()) for piece in pieces(flat)) / values.size
    at_bound = share(values, low) + (share(values, high) if high > low else 0.0)
    size = math.sqrt(spread + centre * centre)
    alike = alike_units(values, units) if units and values.ndim > 1 else 0.0
    return Facts(math.sqrt(spread), centre, size, largest, at_bound, True, zeros, alike)


def share(values: Array, number: float) -> float:
    """Return the share of numbers that are exactly one number."""
    return float(np.count_nonzero(values == number)) / values.size


def alike_units(values: Array, units: Sequence[int]) -> float:
    """Return the share of units whose weights are those of another unit, number by number.

    >>> alike_units(np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 0.0]]), [-1])
    0.6666666666666666
    """
    rows = rows_of(values, units)
    count = rows.shape[1]
    if count < 2 or not len(rows):
        return 0.0
    marks, step = np.empty(count, np.int64), max(1, CHUNK // len(rows))
    for start in range(0, count, step):
        part = np.ascontiguousarray(rows[:, start : start + step].T) + 0.0  # so that -0 and 0 are one number
        marks[start : start + step] = [hash(unit.tobytes()) for unit in part]
    _, which, counts = np.unique(marks, return_inverse=True, return_counts=True)
    return float((counts[np.ravel(which)] > 1).mean())


def copies(arrays: Iterable[tuple[str, Array]]) -> dict[str, str]:
    """Return which arrays hold the numbers of an earlier one, with that one's name; constant ones are left out.

    >>> copies([("a", np.arange(3.0)), ("b", np.arange(3.0)), ("c", np.zeros(3)), ("d", np.zeros(3))])
    {'b': 'a'}
    """
    found: dict[str, str] = {}
    seen: dict[tuple[tuple[int, ...], bytes], list[tuple[str, Array]]] = {}
    for name, values in arrays:
        flat = values.reshape(-1)
        key = (values.shape, flat[:SHOWN].tobytes() + flat[-SHOWN:].tobytes())
        there = seen.setdefault(key, [])
        twin = next((other for other, held in there if np.array_equal(held, values)), None)
        if twin is not None and flat.min() < flat.max():
            found[name] = twin
        elif twin is None:
            there.append((name, values))
    return found
