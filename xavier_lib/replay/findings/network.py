"""Findings of :doc:`/chapters/network`: what the first weights decide, and what they do not."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from xavier_lib.glorot import glorot_uniform
from xavier_lib.naive import naive_normal, naive_uniform
from xavier_lib.names import ActivationName
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, learned, perceptron, short, the_digits, within
from xavier_lib.symmetry import column_distance, constant, in_order, noisy_constant


def two_by_two(
    *, seed: int, noise: float, depth: int, width: int, activation: ActivationName, **training: Any
) -> dict[str, Any]:
    """Train from the constants 0.5 and 1/64, each as it is and with noise: saturated or not, tied or not."""
    starts = {
        **{"0.5": partial(constant, value=0.5), "0.5 + noise": partial(noisy_constant, value=0.5, noise=noise)},
        **{"1/64": partial(constant, value=1 / 64), "1/64 + noise": partial(noisy_constant, value=1 / 64, noise=noise)},
    }
    return compared(starts, seed=seed, depth=depth, width=width, activation=activation, **training)


def compared(
    starts: dict[str, Any], *, seed: int, depth: int, width: int, activation: ActivationName, **training: Any
) -> dict[str, Any]:
    """Train one network from each start; return what each learned. Sums in one order keep a tied network tied."""
    found = {}
    for name, start in starts.items():
        net = perceptron(start, seed=seed, depth=depth, width=width, activation=activation)
        tied = column_distance(net.weights[0]) == 0
        found[name] = learned(in_order(net) if tied else net, seed=seed, **training)
    return found


def naive_and_glorot(*, seed: int, **given: Any) -> dict[str, Any]:
    """Train from uniform draws between -0.1 and 0.1, and from Glorot's start."""
    return compared({"naive": naive_uniform, "Glorot": glorot_uniform}, seed=seed, **given)


def fading(*, seed: int, depths: list[int], **given: Any) -> dict[str, Any]:
    """Train from normal draws of standard deviation 0.01, at several depths, and from the constant 0.5 at the first."""
    tiny = {"far too small": partial(naive_normal, std=0.01)}
    found = {str(depth): compared(tiny, seed=seed, depth=depth, **given)["far too small"] for depth in depths}
    flat = compared({"constant": partial(constant, value=0.5)}, seed=seed, depth=depths[0], **given)
    return {**found, **flat}


def spreads(
    *, seed: int, stds: list[float], goal: float, depth: int, width: int, activation: ActivationName, **training: Any
) -> dict[str, Any]:
    """Train from normal draws of several spreads until the training loss reaches a goal; how well does each do then?

    Returns:
        For each spread the training loss and the test accuracy after ten epochs, then epoch, loss and test accuracy
        where the goal was reached (None: it was not).
    """
    x_train, y_train, x_test, y_test = the_digits()
    found = {}
    for std in stds:
        net = perceptron(partial(naive_normal, std=std), seed=seed, depth=depth, width=width, activation=activation)
        record: dict[str, Any] = {"ten": None, "goal": None}
        for epoch in by_epoch(net, seed=seed, **training):
            loss = net.loss(x_train, y_train)
            state = short([loss, net.accuracy(x_test, y_test)])
            if epoch == 10:
                record["ten"] = state
            if record["goal"] is None and loss <= goal:
                record["goal"] = [epoch, *state]
            if epoch >= 10 and record["goal"]:
                break
        found[str(std)] = record
    return found


def faster_and_worse(narrow: Any, wide: Any) -> bool:
    """Say whether the wide start has the lower training loss after ten epochs, and the lower test accuracy."""
    return wide["ten"] is not None and wide["ten"][0] < narrow["ten"][0] and wide["ten"][1] < narrow["ten"][1]


def better_at_the_goal(narrow: Any, wide: Any) -> bool:
    """Say whether the narrow start's test accuracy is higher by two points or more, where both reached the goal."""
    return None not in (narrow["goal"], wide["goal"]) and narrow["goal"][2] >= wide["goal"][2] + 0.02


HOLDS: Mapping[str, Judge] = {
    "network-saturated": lambda seen: max(seen["0.5"]["best"], seen["0.5 + noise"]["best"]) < 0.2,
    "network-tied": lambda seen: seen["1/64"]["best"] < 0.5,
    "network-freed": lambda seen: seen["1/64 + noise"]["best"] > 0.9,
    "network-waits": lambda seen: (
        seen["Glorot"]["to 90%"] is not None and (seen["naive"]["to 90%"] or math.inf) >= 4 * seen["Glorot"]["to 90%"]
    ),
    "network-arrive": lambda seen: min(seen["naive"]["best"], seen["Glorot"]["best"]) > 0.95,
    "network-fading": lambda seen: within(seen["1"]["to 90%"], 10) and [*seen.values()][1]["best"] < 0.25,
    "network-shallow": lambda seen: seen["constant"]["best"] < 0.5,
    "network-faster": lambda seen: faster_and_worse(*[*seen.values()][:2]),
    "network-solution": lambda seen: better_at_the_goal(*[*seen.values()][:2]),
}
