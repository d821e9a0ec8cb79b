"""Findings of :doc:`/chapters/fans`: what one fan keeps, and what the mean of both gives up."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.fans import fan_in_fan_out
from xavier_lib.nn.convolution import convolved
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import activation_rms, gradient_rms, rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, short
from xavier_lib.weights.scaling import lecun_normal, variance_scaling

MODES = ("fan_in", "fan_out", "fan_avg", "geometric")
HOURGLASS = [400, 200, 50, 20, 50, 200, 400]


def start_of(mode: str, scale: float) -> Any:
    """Return the initializer of a mode; the geometric mean of the fans is one that no library has."""
    if mode != "geometric":
        return partial(variance_scaling, scale=scale, mode=mode, distribution="normal")
    return lambda shape, **given: lecun_normal(shape, gain=scale**0.5, fans=(1, 1), **given) / np.prod(shape) ** 0.25


def one_layer(*, seed: int, fan_in: int, fan_out: int) -> dict[str, Any]:
    """Return the two factors of the mean square, forward and back, that each mode gives one linear layer."""
    source, found = np.random.default_rng(seed), {}
    x, delta = source.standard_normal((200, fan_in)), source.standard_normal((200, fan_out))
    for mode in MODES[:3]:
        weights = start_of(mode, 1.0)((fan_in, fan_out), rng=source)
        found[mode] = short([(rms(x @ weights) / rms(x)) ** 2, (rms(delta @ weights.T) / rms(delta)) ** 2])
    return found


def through(*, seed: int, widths: list[int], activation: str = "linear") -> dict[str, Any]:
    """Return the rms after each layer, forward and back, from signals of rms 1 at either end, for each mode."""
    source, found = np.random.default_rng(seed), {}
    x = source.standard_normal((100, widths[0]))
    for mode in MODES:
        net = MLP(widths, start_of(mode, 2.0 if activation == "relu" else 1.0), activation=activation, rng=seed)
        found[mode] = {"forward": short(activation_rms(net, x) / rms(x)), "back": short(gradient_rms(net, x, rng=seed))}
    return found


def kernel(*, seed: int, size: int, channels: int) -> dict[str, Any]:
    """Return the rms after one convolution whose start counts the kernel, and after one that counts channels only."""
    source = np.random.default_rng(seed)
    maps = source.standard_normal((10, 12, 12, channels))
    shape = (size, size, channels, channels)
    fans: dict[str, tuple[int, int]] = {"kernel": fan_in_fan_out(shape), "channels": (channels, channels)}
    return {
        name: short(rms(convolved(maps, lecun_normal(shape, fans=given, rng=source)))) for name, given in fans.items()
    }


def trained(*, seed: int, widths: list[int], activation: str, **training: Any) -> dict[str, Any]:
    """Train the digits from each mode."""
    scale = 2.0 if activation == "relu" else 1.0
    return {
        mode: learned(
            MLP((64, *widths, 10), start_of(mode, scale), activation=activation, rng=seed, dtype="float32"),
            seed=seed,
            **training,
        )
        for mode in MODES[:3]
    }


def ends(seen: Any, mode: str) -> list[float]:
    """Return what arrives at either end of the chain."""
    return [seen[mode]["forward"][-1], seen[mode]["back"][0]]


def bounds(seen: Any, mode: str) -> list[float]:
    """Return the smallest and the largest rms of a mode, of both passes."""
    sizes = [*seen[mode]["forward"], *seen[mode]["back"]]
    return [min(sizes), max(sizes)]


def alike(accuracies: list[float]) -> bool:
    """Say whether all are above 90 %, and within five points of each other."""
    return min(accuracies) > 0.9 and max(accuracies) - min(accuracies) < 0.05


HOLDS: Mapping[str, Judge] = {
    "fans-layer": lambda seen: (
        abs(seen["fan_in"][0] - 1) < 0.15
        and abs(seen["fan_out"][1] - 1) < 0.15
        and 0.1 < seen["fan_in"][1] < 0.15
        and 6.8 < seen["fan_out"][0] < 9.2
    ),
    "fans-sum": lambda seen: abs(sum(seen["fan_avg"]) - 2) < 0.2,
    "fans-hourglass": lambda seen: (
        bounds(seen, "fan_avg")[0] > 0.5
        and bounds(seen, "fan_avg")[1] < 2.5
        and max(seen["fan_in"]["back"]) > 3
        and max(seen["fan_out"]["forward"]) > 3
    ),
    "fans-chain": lambda seen: (
        max(ends(seen, "fan_avg")) < 0.2 and seen["fan_in"]["forward"][-1] > 0.4 and seen["fan_out"]["back"][0] > 0.4
    ),
    "fans-geometric": lambda seen: all(0.4 < size < 2.5 for size in ends(seen, "geometric")),
    "fans-kernel": lambda seen: abs(seen["kernel"] - 1) < 0.15 and 2.5 < seen["channels"] < 3.5,
    "fans-training": lambda seen: alike([record["last"] for record in seen.values()]),
}
