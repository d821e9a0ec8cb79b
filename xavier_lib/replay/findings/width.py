"""Findings of :doc:`/chapters/width`: where the best rate lies as a network widens, with and without µP."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from xavier_lib.datasets import Digits
from xavier_lib.names import ActivationName
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, short, the_digits
from xavier_lib.width import mup_network, mup_rates, spectral_norms, stepped

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
    """Train by each rule, at each width and each rate 2 to a power; return the losses, and the accuracy at the best."""
    data = the_digits()
    found: dict[str, Any] = {}
    for rule in rules:
        for width in widths:
            if width == base and f"{rules[0]} {width}" in found:  # there all rules are one
                found[f"{rule} {width}"] = found[f"{rules[0]} {width}"]
                continue
            ends = []
            for power in powers:
                network = made(rule, width, base, seed=seed, depth=depth, activation=activation)
                rate = rates_by(rule, network, 2.0**power, base) if optimizer == "adam" else 2.0**power
                ends.append(end(network, data, seed=seed, rate=rate, epochs=epochs, optimizer=optimizer))
            right = min((loss, right) for loss, right in ends if loss is not None)[1]
            found[f"{rule} {width}"] = {"loss": [loss for loss, _ in ends], "right": right}
    return found


def end(network: MLP, data: Digits, *, epochs: int, **training: Any) -> tuple[float | None, float | None]:
    """Train and return the training loss and the test accuracy at the end; None after an overflow."""
    if sum(1 for _ in by_epoch(network, epochs=epochs, **training)) < epochs:
        return None, None
    return short(network.loss(data.x_train, data.y_train)), short(network.accuracy(data.x_test, data.y_test))


def first_steps(
    *,
    seed: int,
    widths: list[int],
    base: int,
    depth: int,
    rate: float,
    rows: int,
    steps: int = 1,
    activation: ActivationName = "relu",
) -> dict[str, Any]:
    """Take Adam's first steps on one batch, by each rule and at each width, and return what they change.

    The pre-activations' change, layer by layer; the spectral norms of start and step; what the second layer's steps
    do to its outputs, as they are and with their entries shuffled; and what the last hidden layer's change gives with
    the last weights of the start, as they are and with the weights of each class shuffled.
    """
    data, found = the_digits(), {}
    x, y = data.x_train[:rows], data.y_train[:rows]
    for rule in ("standard", "µP"):
        for width in widths:
            network = made(rule, width, base, seed=seed, depth=depth, activation=activation)
            rates = rates_by(rule, network, rate, base)
            after = stepped(network, x, y, steps=steps, learning_rate=rates)
            step, a = after.weights[1] - network.weights[1], network.forward(x).activations[1]
            shuffled = np.random.default_rng(seed).permuted(step, axis=None)
            spectral = {"start": spectral_norms(network), "step": spectral_norms(after, network)}
            summed = {"aligned": rms(a @ step), "shuffled": rms(a @ shuffled)}
            change, last = (
                after.forward(x).activations[depth] - network.forward(x).activations[depth],
                network.weights[-1],
            )
            by_chance = np.random.default_rng(seed).permuted(last, axis=0)
            summed |= {"read": rms(change @ last), "read by chance": rms(change @ by_chance)}
            both = zip(after.forward(x).pre_activations, network.forward(x).pre_activations, strict=True)
            measured: dict[str, Any] = {"moved": [rms(new - old) for new, old in both], **spectral, **summed}
            found[f"{rule} {width}"] = {name: short(value) for name, value in measured.items()}
    return found


def best(seen: Mapping[str, Any], name: str) -> int:
    """Return the place of the rate with the smallest loss; the rates are listed from the largest to the smallest.

    >>> best({"µP 32": {"loss": [None, 0.2, 0.1, 0.3]}}, "µP 32")
    2
    """
    losses = [np.inf if loss is None else loss for loss in seen[name]["loss"]]
    return int(np.argmin(losses))


def moved(seen: Mapping[str, Any], rule: str) -> int:
    """Return how many halvings the best rate falls from the narrow network to the wide one.

    >>> moved({"µP 32": {"loss": [1, 0]}, "µP 64": {"loss": [0, 1]}}, "µP")
    -1
    """
    narrow, wide = (f"{rule} {width}" for width in ends(seen))
    return best(seen, wide) - best(seen, narrow)


def lowest(seen: Mapping[str, Any], name: str) -> float:
    """Return the smallest of the losses by rate.

    >>> lowest({"µP 32": {"loss": [None, 0.2]}}, "µP 32")
    0.2
    """
    return float(min(loss for loss in seen[name]["loss"] if loss is not None))


def at_narrow(seen: Mapping[str, Any], rule: str) -> float:
    """Return the loss of the wide network at the rate that was best for the narrow one.

    >>> at_narrow({"µP 32": {"loss": [0.2, 0.1]}, "µP 64": {"loss": [0.3, None]}}, "µP")
    inf
    """
    narrow, wide = (f"{rule} {width}" for width in ends(seen))
    loss = seen[wide]["loss"][best(seen, narrow)]
    return np.inf if loss is None else float(loss)


def ends(seen: Mapping[str, Any]) -> tuple[str, str]:
    """Return the smallest and the largest width, as they stand in the names.

    >>> ends({"µP 256": {}, "µP 32": {}})
    ('32', '256')
    """
    widths = sorted({name.rpartition(" ")[2] for name in seen}, key=int)
    return widths[0], widths[-1]


def grown(seen: Mapping[str, Any], rule: str, what: str, layer: int | None = None) -> float:
    """Return how many times as large something is at the largest width as at the smallest.

    >>> grown({"µP 32": {"start": [1, 2]}, "µP 64": {"start": [1, 6]}}, "µP", "start", 1)
    3.0
    """
    narrow, wide = (seen[f"{rule} {width}"][what] for width in ends(seen))
    return float(wide / narrow if layer is None else wide[layer] / narrow[layer])


HOLDS: Mapping[str, Judge] = {
    "width-falls": lambda seen: moved(seen, "standard") >= 1,
    "width-fourfold": lambda seen: moved(seen, "standard") >= 2,
    "width-stays": lambda seen: abs(moved(seen, "µP")) <= 1,
    "width-transfer": lambda seen: at_narrow(seen, "µP") < at_narrow(seen, "standard"),
    "width-lower": lambda seen: lowest(seen, f"standard {ends(seen)[1]}") < lowest(seen, f"µP {ends(seen)[1]}"),
    "width-rates": lambda seen: abs(moved(seen, "rates only")) <= 1,
    "width-start": lambda seen: moved(seen, "start only") >= 1,
    "width-cost": lambda seen: lowest(seen, f"rates only {ends(seen)[1]}") < lowest(seen, f"µP {ends(seen)[1]}"),
    "width-first": lambda seen: lowest(seen, f"start only {ends(seen)[1]}") < lowest(seen, f"µP {ends(seen)[1]}"),
    "width-descent": lambda seen: abs(moved(seen, "standard")) <= 1,
    "width-three": lambda seen: grown(seen, "standard", "moved", -1) > 2,
    "width-level": lambda seen: 1 / 3 < grown(seen, "µP", "moved", -1) < 3,
    "width-aligned": lambda seen: grown(seen, "standard", "aligned") > 8 and grown(seen, "standard", "shuffled") < 8,
    "width-hidden": lambda seen: all(1 / 2 < grown(seen, "µP", "moved", layer) < 2 for layer in range(3)),
    "width-logits": lambda seen: (
        grown(seen, "standard", "moved", -1) > 8 and 1 / 5 < grown(seen, "µP", "moved", -1) < 1
    ),
    "width-chance": lambda seen: grown(seen, "µP", "read by chance") < grown(seen, "µP", "read") < 1,
    "width-spectral": lambda seen: all(
        1 / 2 < grown(seen, "µP", what, layer) < 2 for what in ("start", "step") for layer in range(4)
    ),
    "width-late": lambda seen: abs(moved(seen, "standard")) <= 1,
    "width-above": lambda seen: moved(seen, "µP") <= -2,
    "width-carried": lambda seen: at_narrow(seen, "µP") < at_narrow(seen, "standard"),
}
