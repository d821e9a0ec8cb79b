"""Facts of arrays of PyTorch by their numbers alone, read piece by piece."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xavier_lib.frameworks.trace.torch_sizes import CHUNK

FEW = 16  # weights of a unit that tell it from the others, as a rule


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


def acting(effective: Facts, stored: Facts) -> Facts:
    """Return the facts of stored weights, with the sizes of those that are computed from them and act.

    Where nothing acts, as a gain of zero makes it, the zeros are the gain's and not those of the weights.
    """
    if not effective.weight:
        return stored
    return effective._replace(at_bound=stored.at_bound, finite=stored.finite, zeros=stored.zeros, alike=stored.alike)


def pieces(values: Any) -> Iterator[Any]:
    """Yield an array piece by piece, flat and in a precision that sums can be taken in."""
    import torch

    whole = values if values.is_contiguous() else values.contiguous() if values.numel() <= CHUNK else values
    rows = whole.reshape(-1).split(CHUNK) if whole.is_contiguous() else whole.unbind(0)
    for piece in rows:
        yield piece if piece.dtype in (torch.float32, torch.float64) else piece.float()


def facts_of(values: Any, unit: int | None) -> Facts:
    """Measure an array; its units lie along one axis, if that is known."""
    import torch

    count, zeros, low, high = values.numel(), 0, math.inf, -math.inf
    seen, centre, squares = 0, 0.0, 0.0  # of the pieces so far: how many numbers, their mean, squares about it
    for piece in pieces(values):
        variance, mean = (float(found) for found in torch.var_mean(piece, correction=0))
        step, numbers = mean - centre, piece.numel()
        squares += numbers * variance + step * step * seen * numbers / (seen + numbers)
        centre += step * numbers / (seen + numbers)
        seen += numbers
        least, most = (float(end) for end in piece.aminmax())
        low, high = min(low, least), max(high, most)  # what is no number shows in the mean
        zeros += numbers - int(torch.count_nonzero(piece))
    if not math.isfinite(centre) or not math.isfinite(squares):
        finite = all(bool(torch.isfinite(piece).all()) for piece in pieces(values))
        largest = max(abs(low), abs(high))
        return Facts(math.nan, math.nan, largest if finite else math.nan, largest, 0.0, finite, zeros / count, 0.0)
    ends = sum(int(torch.count_nonzero((piece == low) | (piece == high))) for piece in pieces(values))
    spread = (squares / count) ** 0.5
    alike = alike_units(values, unit) if unit is not None and values.ndim > 1 else 0.0
    size = float(math.hypot(spread, centre))
    return Facts(spread, centre, size, max(abs(low), abs(high)), ends / count, True, zeros / count, alike)


def alike_units(values: Any, unit: int) -> float:
    """Return the share of units whose weights are those of another unit, number by number.

    Units whose first weights differ are told apart by these; the others are compared by a sum of all their digits.
    """
    import torch

    units = values.shape[unit]
    if units < 2:
        return 0.0
    other = next(axis for axis in range(values.ndim) if axis != unit % values.ndim)
    few = values.narrow(other, 0, min(FEW, values.shape[other])).movedim(unit, 0).flatten(1)[:, :FEW]
    suspects = torch.nonzero(repeated(few.contiguous())).flatten()
    if not len(suspects):
        return 0.0
    step = max(1, CHUNK // (values.numel() // units))
    digits = [digit_sum(values.index_select(unit, some).movedim(unit, 0).flatten(1)) for some in suspects.split(step)]
    return float(torch.count_nonzero(repeated(torch.cat(digits)[:, None]))) / int(units)


def repeated(rows: Any) -> Any:
    """Say of each row whether another one is equal to it."""
    import torch

    _, group, counts = torch.unique(rows, dim=0, return_inverse=True, return_counts=True)
    return counts[group] > 1


def digit_sum(rows: Any) -> Any:
    """Return for each row a whole number that all its digits decide."""
    import torch

    whole = {2: torch.int16, 4: torch.int32, 8: torch.int64}[rows.element_size()]
    source = torch.Generator().manual_seed(0)
    factors = torch.randint(1 << 40, (rows.shape[1],), generator=source).to(rows.device) | 1
    return (rows.contiguous().view(whole).long() * factors).sum(1)


def copies(arrays: Sequence[tuple[str, Any, Facts]]) -> dict[str, str]:
    """Return which arrays hold the numbers of an earlier array, with that one's name.

    Arrays without any spread are left out: zeros are equal by design.
    """
    import torch

    found: dict[str, str] = {}
    seen: dict[tuple[Any, ...], list[tuple[str, Any]]] = {}
    for name, values, facts in arrays:
        if not facts.finite or not facts.spread:
            continue
        key = (tuple(values.shape), facts.centre, facts.largest)
        twin = next((other for other, there in seen.get(key, ()) if torch.equal(there, values)), None)
        if twin is not None:
            found[name] = twin
        else:
            seen.setdefault(key, []).append((name, values))
    return found
