"""Facts of arrays of PyTorch by their numbers alone, read piece by piece."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xavier_lib.frameworks.trace.torch_sizes import CHUNK


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

    count = values.numel()
    total = power = zeros = 0.0
    low, high = math.inf, -math.inf
    for piece in pieces(values):
        total += float(piece.sum(dtype=torch.float64))
        least, most = piece.aminmax()
        low, high = least_of(low, float(least)), most_of(high, float(most))
        zeros += piece.numel() - int(torch.count_nonzero(piece))
    finite = math.isfinite(low) and math.isfinite(high)
    if not finite:
        return Facts(math.nan, math.nan, math.nan, max(abs(low), abs(high)), 0.0, False, zeros / count, 0.0)
    centre, at_bound, size = total / count, 0, 0.0
    for piece in pieces(values):
        power += float(torch.linalg.vector_norm(piece - centre)) ** 2
        size += float(torch.linalg.vector_norm(piece)) ** 2
        at_bound += int(((piece == low) | (piece == high)).sum())
    largest = max(abs(low), abs(high))
    alike = alike_units(values, unit) if unit is not None and values.ndim > 1 else 0.0
    return Facts(
        math.sqrt(power / count), centre, math.sqrt(size / count), largest, at_bound / count, True, zeros / count, alike
    )


def least_of(one: float, other: float) -> float:
    """Return the smaller number, or what is none."""
    return math.nan if math.isnan(one) or math.isnan(other) else min(one, other)


def most_of(one: float, other: float) -> float:
    """Return the larger number, or what is none."""
    return math.nan if math.isnan(one) or math.isnan(other) else max(one, other)


def alike_units(values: Any, unit: int) -> float:
    """Return the share of units whose weights are those of another unit, number by number."""
    import torch

    units = values.shape[unit]
    if units < 2:
        return 0.0
    source = torch.Generator().manual_seed(0)
    mixed = torch.zeros(units, dtype=torch.float64, device=values.device)
    step = max(1, CHUNK // max(1, values.numel() // units))
    others = [side for axis, side in enumerate(values.shape) if axis != unit % values.ndim]
    direction = torch.rand(others, generator=source, dtype=torch.float32).to(values.device)
    for start in range(0, units, step):
        part = values.narrow(unit, start, min(step, units - start)).movedim(unit, 0).float()
        mixed[start : start + part.shape[0]] = (part * direction).flatten(1).sum(1, dtype=torch.float64)
    order = torch.argsort(mixed)
    near = mixed[order[1:]] == mixed[order[:-1]]
    twins = torch.zeros(units, dtype=torch.bool, device=values.device)
    for place in torch.nonzero(near).flatten().tolist():
        first, second = int(order[place]), int(order[place + 1])
        if torch.equal(values.select(unit, first), values.select(unit, second)):
            twins[first] = twins[second] = True
    return float(twins.double().mean())


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
