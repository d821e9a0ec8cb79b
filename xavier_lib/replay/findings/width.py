"""Findings of :doc:`/chapters/width`: where the best rate lies as a network widens, with and without µP."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from xavier_lib.datasets import Digits
from xavier_lib.names import ActivationName
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, short, the_digits
from xavier_lib.width import coordinate_check, mup_network, mup_rates, spectral_norms

#: By the name of a rule: whether the last weights start smaller, and whose rates fall with the width.
RULES: Mapping[str, tuple[bool, tuple[str, ...]]] = {
    "standard": (False, ()),
    "µP": (True, ("hidden", "last")),
    "start only": (True, ()),
    "rates only": (False, ("hidden", "last")),
    "hidden rates only": (False, ("hidden",)),
    "last rate only": (False, ("last",)),
}


def made(rule: str, width: int, base: int, *, seed: int, depth: int, activation: ActivationName) -> MLP:
    """Return a network for the digits."""
    start = base if RULES[rule][0] else width
    sizes = (64, *[width] * depth, 10)
    return mup_network(sizes, base_width=start, activation=activation, rng=seed, dtype="float32")


def rates_by(rule: str, network: MLP, rate: float, base: int) -> list[float]:
    """Return the rates of a rule, one for each array; those of layers that it leaves out do not fall."""
    falling, last = RULES[rule][1], len(network.weights) - 1
    kinds = ["first", *["hidden"] * (last - 1), "last", *["bias"] * (last + 1)]
    return [
        lower if kind in falling else rate
        for lower, kind in zip(mup_rates(network, rate, base_width=base), kinds, strict=True)
    ]


def sweep(
    *,
    seed: int,
    rules: list[str],
    widths: list[int],
    powers: list[int],
    base: int,
    depth: int,
    epochs: int,
    activation: ActivationName = "relu",
    optimizer: str = "adam",
) -> dict[str, Any]:
    """Train by each rule, at each width and each rate 2 to a power; return the losses and the test accuracies."""
    data, found = the_digits(), {}
    for rule in rules:
        for width in widths:
            ends = []
            for power in powers:
                network = made(rule, width, base, seed=seed, depth=depth, activation=activation)
                rate = rates_by(rule, network, 2.0**power, base) if optimizer == "adam" else 2.0**power
                ends.append(end(network, data, seed=seed, rate=rate, epochs=epochs, optimizer=optimizer))
            found[f"{rule} {width}"] = {"loss": [loss for loss, _ in ends], "right": [right for _, right in ends]}
    return found


def end(network: MLP, data: Digits, *, epochs: int, **training: Any) -> tuple[float | None, float | None]:
    """Train and return the training loss and the test accuracy at the end; None after an overflow."""
    if sum(1 for _ in by_epoch(network, epochs=epochs, **training)) < epochs:
        return None, None
    return short(network.loss(data.x_train, data.y_train)), short(network.accuracy(data.x_test, data.y_test))
