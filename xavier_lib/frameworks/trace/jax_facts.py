"""Facts of arrays of weights by their numbers alone, read piece by piece with NumPy."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from xavier_lib.frameworks.stored import Array
from xavier_lib.frameworks.trace.jax_sizes import CHUNK, numbers, rows_of

Facts = dict[str, Any]  # by the names of xavier_lib.diagnosis.records.LayerRecord
SIZES = ("spread", "centre", "weight", "largest")
#: Of an array that was not read.
NO_FACTS: Facts = {**dict.fromkeys((*SIZES, "at_bound", "zeros"), 0.0), "finite": True}


def facts_of(value: Any) -> Facts:
    """Measure an array of weights."""
    values = numbers(value).reshape(-1)
    low, high = float(values.min()), float(values.max())
    finite = math.isfinite(low) and math.isfinite(high)
    found: Facts = {"finite": finite, "largest": max(abs(low), abs(high)), "zeros": share(values, 0.0)}
    if not finite:
        return NO_FACTS | found | dict.fromkeys(("spread", "centre", "weight"), math.nan)
    centre = sum(float(piece.sum()) for piece in parts(values)) / values.size
    spread = sum(float(np.square(piece - centre).sum()) for piece in parts(values)) / values.size
    return found | {
        "centre": centre,
        "spread": math.sqrt(spread),
        "weight": math.sqrt(spread + centre * centre),
        "at_bound": share(values, low) + (share(values, high) if high > low else 0.0),
    }


def acting(effective: Facts, stored: Facts) -> Facts:
    """Return the facts of stored weights, with the sizes of those that are computed from them and act.

    Where nothing acts, as a gain of zero makes it, the zeros are the gain's and not those of the weights.
    """
    return stored | {name: effective[name] for name in SIZES} if effective["weight"] else stored


def parts(values: Array) -> Iterator[Array]:
    """Yield numbers in double precision, some at a time."""
    for start in range(0, values.size, CHUNK):
        yield values[start : start + CHUNK].astype(np.float64)


def share(values: Array, number: float) -> float:
    """Return the share of numbers that are exactly one number."""
    return float((values == number).mean())


def alike_units(value: Any, units: Sequence[int]) -> float:
    """Return the share of units, which lie along some axes, whose weights are those of another unit."""
    rows = rows_of(numbers(value), units)
    count = rows.shape[1]
    if count < 2 or not len(rows):
        return 0.0
    step = max(1, CHUNK // len(rows))
    marks = np.empty(count, np.int64)
    for start in range(0, count, step):
        part = np.ascontiguousarray(rows[:, start : start + step].T)
        marks[start : start + step] = [hash(unit.tobytes()) for unit in part]
    _, which, counts = np.unique(marks, return_inverse=True, return_counts=True)
    return float((counts[which] > 1).mean())


def copies(arrays: Sequence[tuple[str, Any, Facts]]) -> dict[str, str]:
    """Return which arrays hold the numbers of an earlier array, with that one's name.

    Arrays without any spread are left out: zeros are equal by design.
    """
    found: dict[str, str] = {}
    seen: dict[tuple[Any, ...], list[tuple[str, Any]]] = {}
    for name, value, facts in arrays:
        if not facts["finite"] or not facts["spread"]:
            continue
        key = (tuple(value.shape), facts["centre"], facts["largest"])
        there = seen.setdefault(key, [])
        twin = next((other for other, held in there if np.array_equal(numbers(held), numbers(value))), None)
        if twin is not None:
            found[name] = twin
        else:
            there.append((name, value))
    return found
