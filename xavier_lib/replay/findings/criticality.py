"""Findings of :doc:`/chapters/criticality`: trained depth against the depth scale, and what order and chaos take."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from xavier_lib.criticality import evened_rates, in_parts, phase, wide_network
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.readout import read_out
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, short, the_digits

Pair = list[float]  # the spreads of weights and biases


def layers(pair: Pair, scales: float) -> int:
    """Return how many layers some depth scales of the correlation are.

    >>> layers([0.9, 0.05], 2)
    9
    """
    return round(scales * phase("tanh", sigma_w=pair[0], sigma_b=pair[1]).correlation_depth)


def made(pair: Pair, *, seed: int, depth: int, width: int, dtype: str = "float32") -> MLP:
    """Return a tanh network for the digits."""
    sizes = (64, *[width] * depth, 10)
    return wide_network(sizes, "tanh", sigma_w=pair[0], sigma_b=pair[1], rng=seed, dtype=dtype)


def depths(*, seed: int, pairs: list[Pair], scales: list[float], width: int, **training: Any) -> dict[str, Any]:
    """Train at depths of some depth scales; return the best test accuracy of each pair of spreads, scale by scale."""
    return {
        str(pair): [
            learned(made(pair, seed=seed, depth=layers(pair, times), width=width), seed=seed, **training)["best"]
            for times in scales
        ]
        for pair in pairs
    }


def at_depth(*, seed: int, pairs: list[Pair], depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train at one depth from each pair of spreads; return the best test accuracies."""
    return {
        str(pair): learned(made(pair, seed=seed, depth=depth, width=width), seed=seed, **training)["best"]
        for pair in pairs
    }


def at_rates(
    *, seed: int, pair: Pair, scales: float, width: int, rates: dict[str, float], **training: Any
) -> dict[str, Any]:
    """Train the same start at several rates, each with a name; return what each ended with."""
    depth = layers(pair, scales)
    return {
        name: learned(made(pair, seed=seed, depth=depth, width=width), seed=seed, rate=rate, **training)
        for name, rate in rates.items()
    }


def evened(
    *, seed: int, pair: Pair, control: Pair, depth: int, width: int, rate: float, last_rate: float, **training: Any
) -> dict[str, Any]:
    """Train at one rate for all layers, and at rates that take the growth of the gradients away."""
    network = made(pair, seed=seed, depth=depth, width=width)
    runs = {"one rate": learned(network, seed=seed, rate=rate, **training)}
    for name, spreads in (("evened", pair), ("control", control)):
        network = made(spreads, seed=seed, depth=depth, width=width)
        chi = phase("tanh", sigma_w=spreads[0], sigma_b=spreads[1]).chi
        by_array = evened_rates(last_rate, chi, depth)
        runs[name] = learned(in_parts(network), seed=seed, rate=by_array, **training)
    return {name: {"best": run["best"], "loss": run["loss"]} for name, run in runs.items()}


def read(*, seed: int, pairs: list[Pair], scales: list[float], width: int) -> dict[str, Any]:
    """Read test labels from the last hidden layer of untrained networks by least squares; return the share right."""
    data, found = the_digits("float64"), {}
    for pair, times in zip(pairs, scales, strict=True):
        network = made(pair, seed=seed, depth=layers(pair, times), width=width, dtype="float64")
        known, new = (network.forward(x).activations[-1] for x in (data.x_train, data.x_test))
        found[str(pair)] = short(np.mean(read_out(known, data.y_train, new) == data.y_test))
    return found


STEEP, ORDER, CHAOS = "[0.8, 0.05]", "[0.9, 0.05]", "[2.5, 0.5]"

HOLDS: Mapping[str, Judge] = {
    "criticality-near": lambda seen: min(run[0] for run in seen.values()) > 0.6,
    "criticality-far": lambda seen: max(run[1] for run in seen.values()) < 0.5,
    "criticality-layers": lambda seen: seen[STEEP] < 0.5 and min(seen[pair] for pair in seen if pair != STEEP) > 0.6,
    "criticality-adam": lambda seen: seen[STEEP] > 0.5,
    "criticality-late": lambda seen: seen["one"]["to 90%"] is not None,
    "criticality-slow": lambda seen: seen["small"]["best"] >= seen["large"]["best"] + 0.1,
    "criticality-bold": lambda seen: seen["one rate"]["best"] > 0.6,
    "criticality-evened": lambda seen: (seen["evened"]["loss"] or 9) < 0.5 and seen["evened"]["best"] < 0.45,
    "criticality-control": lambda seen: seen["control"]["best"] > 0.85,
    "criticality-small": lambda seen: seen[ORDER] > 0.8,
    "criticality-lost": lambda seen: seen[CHAOS] < 0.4,
}
