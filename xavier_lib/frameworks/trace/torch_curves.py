"""Names and slopes of activations, by the numbers that went in and came out."""

from collections.abc import Callable
from typing import Any

from xavier_lib.frameworks.trace.nodes import ATTENTION, CURVE, SOFTMAX, Node

NEAR = 2e-3  # of the size of what came out: half precision is good for 1e-3, and no two candidates are that close
BOUNDED = ("sigmoid", "tanh", "softsign", "hardtanh", "hardsigmoid")  # what is flat on both sides
FLAT = 0.01  # a slope below this share of the largest one
FEW = 32  # numbers from which on a name is told


def candidates() -> dict[str, Callable[[Any], Any]]:
    """Return functions by the names of activations that people also write by hand."""
    import torch
    from torch.nn import functional as f

    return {
        **{"relu": torch.relu, "silu": f.silu, "gelu": f.gelu, "mish": f.mish, "softplus": f.softplus},
        **{"tanh": torch.tanh, "sigmoid": torch.sigmoid, "softsign": f.softsign, "elu": f.elu, "selu": f.selu},
        **{"relu6": f.relu6, "hardtanh": f.hardtanh, "hardswish": f.hardswish, "hardsigmoid": f.hardsigmoid},
        **{"logsigmoid": f.logsigmoid, "tanhshrink": f.tanhshrink, "relu squared": lambda z: torch.relu(z).square()},
        **{"gelu ": lambda z: f.gelu(z, approximate="tanh"), "quick gelu": lambda z: z * torch.sigmoid(1.702 * z)},
    }


def source_of(end: Node) -> Node:
    """Return the function at the end of a chain that hands its numbers on."""
    while end.kind is not CURVE and end.within and end.parents:
        end = end.parents[0]
    return end


def pair_of(end: Node) -> tuple[Any, Any] | None:
    """Return what went into an activation and what came out, at the same places, or None."""
    source = source_of(end)
    before, after = source.root.sample, source.sample
    if before is None or after is None or before.shape != after.shape or before.numel() < FEW:
        return None
    return before, after


def name_by_numbers(use: Node, end: Node) -> str | None:
    """Return the name of the activation at the end of a chain by its numbers, or None if no candidate fits.

    A signal that only stirs near zero fits many functions and gets no name.
    """
    del use
    if not end.curved:
        return None
    pair = pair_of(end)
    if pair is None:
        return None
    source = source_of(end)
    if source.name is None and not source.judged:
        source.name, source.judged = fitting_name(*pair), True
    return source.name


def fitting_name(before: Any, after: Any) -> str | None:
    """Return the name of the only function that fits numbers that went in and came out, or None."""
    size = float(after.square().mean().sqrt())
    fitting = []
    for name, function in candidates().items():
        first, whole = slice(0, FEW), slice(None)
        if size and all(within(function(before[some]) - after[some], NEAR * size) for some in (first, whole)):
            fitting.append(name.strip())
    return fitting[0] if len(set(fitting)) == 1 else sloped(before, after, size)


def within(errors: Any, limit: float) -> bool:
    """Say whether errors stay below a limit."""
    return bool(errors.abs().max() <= limit)


def sloped(before: Any, after: Any, size: float) -> str | None:
    """Return the name of a leaky ReLU with its slope, if the numbers are those of one."""
    import torch

    left = before < 0
    if not size or int(left.sum()) < FEW:
        return None
    slope = float((after[left] / before[left]).median())
    fits = (torch.where(left, slope * before, before) - after).abs().max() <= NEAR * size
    return f"leaky_relu({slope:.3g})" if fits and 0 < abs(slope) < 1 else None


def saturated_share(use: Node, end: Node) -> float | None:
    """Return the share of a signal at which the slope of a bounded activation is below a hundredth of its largest.

    Of a softmax it is the share of rows with more than 99 of 100 in one place. A rectifier is flat by design.
    """
    import torch

    if end.kind in (SOFTMAX, ATTENTION):
        return end.peaked
    pair = pair_of(end) if end.curved else None
    name = end.name or name_by_numbers(use, end) if pair else None
    function = candidates()[name] if name in BOUNDED else None
    if pair is None or function is None:
        return None
    with torch.enable_grad():
        sides = [pair[0], torch.linspace(-10, 10, 2001, dtype=torch.float64, device=pair[0].device)]
        slopes = []
        for side in sides:
            z = side.detach().clone().requires_grad_()
            slopes.append(torch.autograd.grad(function(z).sum(), z)[0].abs())
    return float((slopes[0] < FLAT * slopes[1].max()).double().mean())
