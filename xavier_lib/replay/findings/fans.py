"""Findings of :doc:`/chapters/fans`: what one fan keeps, and what the mean of both gives up."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.fans import fan_in_fan_out
from xavier_lib.names import ActivationName, Mode
from xavier_lib.nn.convolution import convolved
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import activation_rms, gradient_rms, rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, short
from xavier_lib.weights.scaling import lecun_normal, variance_scaling

MODES = ("fan_in", "fan_out", "fan_avg", "geometric")
HOURGLASS = [400, 200, 50, 20, 50, 200, 400]


def start_of(mode: Any, scale: float) -> Any:
    """Return the initializer of a mode; the geometric mean of the fans is one that no library has."""
    if mode != "geometric":
        return partial(variance_scaling, scale=scale, mode=mode, distribution="normal")
    return lambda shape, **given: lecun_normal(shape, gain=scale**0.5, fans=(1, 1), **given) / np.prod(shape) ** 0.25


def one_layer(*, seed: int, fan_in: int, fan_out: int) -> dict[str, Any]:
    """Return both fans, and the two factors of the mean square, forward and back, that each mode gives the layer."""
    source, found = np.random.default_rng(seed), {"fans": [fan_in, fan_out]}
    x, delta = source.standard_normal((200, fan_in)), source.standard_normal((200, fan_out))
    for mode in MODES[:3]:
        weights = start_of(mode, 1.0)((fan_in, fan_out), rng=source)
        found[mode] = short([(rms(x @ weights) / rms(x)) ** 2, (rms(delta @ weights.T) / rms(delta)) ** 2])
    return found


def through(*, seed: int, widths: list[int], activation: ActivationName = "linear") -> dict[str, Any]:
    """Return the rms after each layer, forward and back, from signals of rms 1 at either end, for each mode."""
    source, found = np.random.default_rng(seed), {}
    x = source.standard_normal((100, widths[0]))
    for mode in MODES:
        net = MLP(widths, start_of(mode, 2.0 if activation == "relu" else 1.0), activation=activation, rng=seed)
        found[mode] = {"forward": short(activation_rms(net, x) / rms(x)), "back": short(gradient_rms(net, x, rng=seed))}
    return found


def kernel(*, seed: int, size: int, channels: int) -> dict[str, Any]:
    """Return the positions, the rms after a convolution whose start counts them, and after one that does not."""
    source = np.random.default_rng(seed)
    maps = source.standard_normal((10, 12, 12, channels))
    shape = (size, size, channels, channels)
    fans: dict[str, tuple[int, int]] = {"kernel": fan_in_fan_out(shape), "channels": (channels, channels)}
    after = {name: convolved(maps, lecun_normal(shape, fans=given, rng=source)) for name, given in fans.items()}
    return {"positions": size**2, **{name: short(rms(values)) for name, values in after.items()}}


def trained(*, seed: int, widths: list[int], activation: ActivationName, **training: Any) -> dict[str, Any]:
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


def swing(seen: Any, mode: Mode) -> float:
    """Return by which factor the largest rms of a mode is above the smallest, in both passes."""
    sizes = [*seen[mode]["forward"], *seen[mode]["back"]]
    return float(max(sizes) / min(sizes))


def as_predicted(seen: Any, mode: Mode, fan: float) -> bool:
    """Say whether both factors of a mode are the fans over the fan that it counts, to 15 %."""
    return all(abs(factor * fan / n - 1) < 0.15 for factor, n in zip(seen[mode], seen["fans"], strict=True))


def alike(accuracies: list[float]) -> bool:
    """Say whether all are above 90 %, and within five points of each other."""
    return min(accuracies) > 0.9 and max(accuracies) - min(accuracies) < 0.05


HOLDS: Mapping[str, Judge] = {
    "fans-layer": lambda seen: (
        as_predicted(seen, "fan_in", seen["fans"][0]) and as_predicted(seen, "fan_out", seen["fans"][1])
    ),
    "fans-sum": lambda seen: abs(sum(seen["fan_avg"]) - 2) < 0.3,
    "fans-hourglass": lambda seen: swing(seen, "fan_avg") < min(swing(seen, "fan_in"), swing(seen, "fan_out")),
    "fans-chain": lambda seen: (
        max(ends(seen, "fan_avg")) < 0.5 * min(seen["fan_in"]["forward"][-1], seen["fan_out"]["back"][0])
    ),
    "fans-geometric": lambda seen: all(0.4 < size < 2.5 for size in ends(seen, "geometric")),
    "fans-kernel": lambda seen: (
        abs(seen["kernel"] - 1) < 0.15 and abs(seen["channels"] / seen["positions"] ** 0.5 - 1) < 0.15
    ),
    "fans-training": lambda seen: alike([record["last"] for record in seen.values()]),
}
