"""Findings of :doc:`/chapters/normalization`: what a factor on the weights becomes behind a normalization."""

from collections.abc import Mapping
from typing import Any

from xavier_lib.nn.parts import EPSILON
from xavier_lib.nn.stack import Stack
from xavier_lib.normalization import Kind, hidden_size, normalized_network, rates
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, short, the_digits

CHANCE = 0.2  # twice what guessing gets
STILL = 1e-30  # a rate at which nothing moves


def trained(network: Stack, *, rates: list[float], epochs: int, **training: Any) -> dict[str, Any]:
    """Train and return loss and test accuracy at the end, and the weights' growth; None after an overflow."""
    data, before = the_digits(), hidden_size(network)
    if sum(1 for _ in by_epoch(network, rate=rates, epochs=epochs, **training)) < epochs:
        return {"loss": None, "right": None, "grown": None}
    loss, right = network.loss(data.x_train, data.y_train), network.accuracy(data.x_test, data.y_test)
    return {"loss": short(loss), "right": short(right), "grown": short(hidden_size(network) / before)}


def made(kind: Kind, factor: float, *, seed: int, depth: int, width: int, **settings: Any) -> Stack:
    """Return a network for the digits."""
    given = {"dtype": "float32", **settings}
    return normalized_network((64, *[width] * depth, 10), kind, factor=factor, rng=seed, **given)


def factors(
    *, seed: int, kinds: list[Kind], factors: list[float], rate: float, depth: int, width: int, **training: Any
) -> dict[str, Any]:
    """Train from He's start times each of the factors, at one rate for all arrays."""
    found = {}
    for kind in kinds:
        for factor in factors:
            network = made(kind, factor, seed=seed, depth=depth, width=width)
            found[f"{kind} {factor:g}"] = trained(
                network, seed=seed, rates=[rate] * len(network.parameters), **training
            )
    return found


def compensated(
    *,
    seed: int,
    kinds: list[Kind],
    factors: list[float],
    power: float,
    rate: float,
    depth: int,
    width: int,
    epsilon: float = EPSILON,
    dtype: str = "float32",
    **training: Any,
) -> dict[str, Any]:
    """Train from He's start times each of the factors, at the one rate and at a rate times a power of the factor."""
    found = {}
    for kind in kinds:
        for factor in factors:
            for name, exponent in (("same rate", 0.0), ("its rate", power)):
                network = made(kind, factor, seed=seed, depth=depth, width=width, epsilon=epsilon, dtype=dtype)
                by_array = rates(network, rate, factor=factor, power=exponent)
                found[f"{kind} {factor:g} {name}"] = trained(network, seed=seed, rates=by_array, **training)["loss"]
    return found


def bold(*, seed: int, rates: list[float], depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train from He's start at bold rates, with batch normalization also while the length of the weights is held."""
    kinds: dict[str, tuple[Kind, bool]] = {
        **{"none": ("none", False), "layer": ("layer", False)},
        **{"batch": ("batch", False), "batch held": ("batch", True)},
    }
    found = {}
    for place, rate in zip(("bold", "bolder"), rates, strict=True):
        for name, (kind, held) in kinds.items():
            network = made(kind, 1.0, seed=seed, depth=depth, width=width, held=held)
            by_array = [rate] * len(network.parameters)
            found[f"{name} {place}"] = trained(network, seed=seed, rates=by_array, **training)
    return found


def tiny(
    *, seed: int, factor: float, rate: float, adam: float, depth: int, width: int, **training: Any
) -> dict[str, Any]:
    """Train batch normalization from a tiny start: in both precisions, without the hidden biases, and by Adam.

    The rate is that of the hidden layers; the last one has 0.1, and with Adam the same as they.
    """
    found = {}
    for name, dtype, biases in (
        ("double", "float64", rate),
        ("single", "float32", rate),
        ("unbiased", "float32", STILL),
    ):
        network = made("batch", factor, seed=seed, depth=depth, width=width, dtype=dtype)
        found[name] = trained(network, seed=seed, rates=[rate, biases] * depth + [0.1] * 2, **training)
    network = made("batch", factor, seed=seed, depth=depth, width=width)
    by_array = [adam] * len(network.parameters)
    return found | {"adam": trained(network, seed=seed, rates=by_array, optimizer="adam", **training)}


def right(seen: Mapping[str, Any], name: str) -> float:
    """Return the test accuracy of a network, or zero after an overflow.

    >>> right({"none 10": {"right": None}}, "none 10")
    0.0
    """
    return seen[name]["right"] or 0.0


def below(seen: Mapping[str, Any], name: str, bound: float) -> bool:
    """Say whether a network got through its training and its loss is below a bound.

    >>> below({"none bold": {"loss": None}}, "none bold", 0.5)
    False
    """
    loss = seen[name]["loss"]
    return loss is not None and loss < bound


def near(one: float | None, other: float | None, times: float) -> bool:
    """Say whether two losses are there and differ by less than some times.

    >>> near(0.1, 0.15, 2), near(0.1, None, 2)
    (True, False)
    """
    return one is not None and other is not None and 1 / times < one / other < times


HOLDS: Mapping[str, Judge] = {
    "normalization-none": lambda seen: max(right(seen, "none 0.1"), right(seen, "none 10")) < CHANCE,
    "normalization-batch": lambda seen: (
        min(right(seen, "batch 0.1"), right(seen, "batch 1")) > 0.9 and right(seen, "batch 10") > 0.5
    ),
    "normalization-late": lambda seen: right(seen, "layer 0.1") < 0.9,
    "normalization-slower": lambda seen: all(
        seen[f"{kind} 10"]["loss"] > 5 * seen[f"{kind} 1"]["loss"] for kind in ("layer", "batch")
    ),
    "normalization-grown": lambda seen: seen["batch 0.1"]["grown"] > 2 and seen["batch 1"]["grown"] < 1.5,
    "normalization-rate": lambda seen: all(
        near(seen[f"{kind} 10 its rate"], seen[f"{kind} 1 same rate"], 1.5)
        and seen[f"{kind} 10 same rate"] > 5 * seen[f"{kind} 1 same rate"]
        for kind in ("layer", "batch")
    ),
    "normalization-exact": lambda seen: all(
        seen[f"{kind} 10 its rate"] == seen[f"{kind} 1 same rate"] for kind in ("layer", "batch")
    ),
    "normalization-bold": lambda seen: (
        below(seen, "batch bold", 0.5) and below(seen, "batch held bold", 0.5) and right(seen, "none bold") < CHANCE
    ),
    "normalization-held": lambda seen: (
        below(seen, "batch bolder", 0.5) and not below(seen, "batch held bolder", 2 * seen["batch bolder"]["loss"])
    ),
    "normalization-layer": lambda seen: not below(seen, "layer bolder", 1.0),
    "normalization-tiny": lambda seen: right(seen, "double") > 0.9 and right(seen, "adam") > 0.9,
    "normalization-single": lambda seen: right(seen, "single") < CHANCE and right(seen, "unbiased") > 0.9,
    "normalization-adam": lambda seen: all(
        near(seen[f"{kind} 10 its rate"], seen[f"{kind} 1 same rate"], 1.5)
        and seen[f"{kind} 10 same rate"] > 2 * seen[f"{kind} 1 same rate"]
        for kind in ("layer", "batch")
    ),
}
