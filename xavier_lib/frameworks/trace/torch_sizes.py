"""Sizes of PyTorch tensors on one batch, without a copy of them."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

CHUNK = 1 << 20  # numbers that are looked at at once
LARGE = 4 * CHUNK  # numbers of a parameter from which on its gradient is taken in parts
HEADS, ROWS = 4, 32  # of an attention that is computed in one piece: how many samples and places are looked at
SAMPLED = 4096  # numbers of a signal that stand for it: a share is right within 2.4 % at three standard errors


class Sizes(NamedTuple):
    """The root mean square of a signal, and of the part of it that depends on the sample."""

    whole: float
    varying: float | None


def sizes(signal: Any, axis: int, samples: int) -> Sizes:
    """Measure a signal whose units lie along one axis, and its samples along the first or in the first ones.

    What depends on the sample is what is left without the mean over the samples, at each place of a picture or a
    sequence by itself: places differ by padding and by position alone. A single sample leaves nothing to compare but
    its places.
    """
    import torch

    values = torch.view_as_real(signal) if signal.is_complex() else signal
    if not values.numel():
        return Sizes(0.0, None)
    axis %= signal.ndim
    rows = signal.numel() // signal.shape[axis]
    apart = axis > 0 and samples > 1 and signal.shape[0] % samples == 0
    if apart:
        values, axis = values.unflatten(0, (samples, -1)), axis + 1
    over = [0] if apart else [other for other in range(values.ndim) if other != axis]
    means = values.numel() // math.prod(values.shape[other] for other in over)
    step = max(1, CHUNK // max(1, rows))
    varied = constant = 0.0
    for start in range(0, values.shape[axis], step):
        part = values.narrow(axis, start, min(step, values.shape[axis] - start))
        part = part if part.dtype in (torch.float32, torch.float64) else part.float()
        if over:
            spread, part = torch.var_mean(part, over, correction=0)
            varied += float(spread.double().sum())
        constant += float(part.double().square().sum())
    return Sizes(root((varied + constant) / means), root(varied / means) if rows > 1 else None)


def root(square: float) -> float:
    """Return the square root, also of what is no number."""
    return math.sqrt(square) if square >= 0 else math.nan


def mean_square(signal: Any) -> float:
    """Return the mean square of a tensor's numbers."""
    import torch

    if not signal.numel():
        return 0.0
    values = torch.view_as_real(signal) if signal.is_complex() else signal
    exact = torch.float64 if values.dtype == torch.float64 else torch.float32
    size = float(torch.linalg.vector_norm(values, dtype=exact))
    return size * size / int(signal.numel())


def zero_units(signal: Any, axis: int) -> float:
    """Return the share of units that are zero in every row."""
    over = [other for other in range(signal.ndim) if other != axis % signal.ndim]
    if not over or not signal.numel() or signal.is_complex():
        return 0.0
    low, high = signal.amin(over), signal.amax(over)
    return float(((low == 0) & (high == 0)).double().mean())


def peaked_attention(queries: Any, keys: Any, given: Sequence[Any], settings: dict[str, Any]) -> float | None:
    """Return the share of some rows of an attention that is not kept as one, with nearly all in one place."""
    import torch

    if queries.ndim != 4 or queries.shape[1] != keys.shape[1] or queries.is_complex():
        return None
    first, last = queries[:HEADS, :, -ROWS:], keys[:HEADS]
    scale = settings.get("scale") or queries.shape[-1] ** -0.5
    scores = (first @ last.transpose(-1, -2)).float() * scale
    count, length = queries.shape[2], keys.shape[2]
    if any(one is True for one in given):  # each place sees those before it
        places = torch.arange(max(0, count - ROWS), count, device=scores.device)
        later = torch.arange(length, device=scores.device) > places[:, None] + (length - count)
        scores = scores.masked_fill(later, -math.inf)
    mask = settings.get("attn_mask", settings.get("attn_bias"))
    if mask is not None:
        mask = mask.expand(*queries.shape[:3], length)[:HEADS, :, -ROWS:]
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return peaked_rows(torch.softmax(scores, -1))


def peaked_rows(shares: Any) -> float | None:
    """Return the share of rows of a softmax in which one place of several holds more than 99 of 100."""
    return None if shares.shape[-1] < 2 else float((shares.amax(-1) > 0.99).double().mean())


def sampled(signal: Any) -> Any:
    """Return some numbers of a tensor, for each shape at the same places."""
    import torch

    numel = signal.numel()
    if numel <= SAMPLED:
        return signal.detach().flatten().double().clone()
    source = torch.Generator().manual_seed(numel)
    places = [torch.randint(side, (SAMPLED,), generator=source, device="cpu") for side in signal.shape]
    return signal.detach()[tuple(place.to(signal.device) for place in places)].double()
