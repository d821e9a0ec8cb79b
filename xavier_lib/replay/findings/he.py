"""Findings of :doc:`/chapters/he`: what He's start keeps, and what it buys."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.glorot import glorot_uniform
from xavier_lib.he import he_uniform
from xavier_lib.names import ActivationName
from xavier_lib.nn.arrays import mini_batches
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.nn.start import Initializer
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, perceptron, short, the_digits, within

STARTS: Mapping[str, Initializer] = {"Xavier": glorot_uniform, "He": he_uniform}


def kept(*, seed: int, depth: int, width: int) -> dict[str, Any]:
    """Send noise up a ReLU network from each start; return the rms and the spread over the inputs after the last."""
    noise = np.random.default_rng(seed).standard_normal((200, width))
    found = {}
    for name, start in STARTS.items():
        last = MLP((width,) * (depth + 2), start, activation="relu", rng=seed).forward(noise).activations[-1]
        found[name] = {"rms": short(rms(last)), "std": short(rms(last - last.mean(axis=0)))}
    return found


def gradients(*, seed: int, depth: int, width: int, activation: ActivationName = "relu") -> dict[str, Any]:
    """Return the rms of the first and the last weight gradient, and of the last biases' gradient, before training."""
    data, found = the_digits("float64"), {}
    for name, start in STARTS.items():
        net = perceptron(start, seed=seed, depth=depth, width=width, activation=activation, dtype="float64")
        by_weight, by_bias, _ = net.gradients(data.x_train, data.y_train)
        found[name] = {"weights": short([rms(by_weight[0]), rms(by_weight[-1])]), "biases": short(rms(by_bias[-1]))}
    return found


def two_starts(
    *,
    seed: int,
    depth: int,
    width: int,
    activation: ActivationName,
    patience: int = 0,
    until: float = 2.0,
    **training: Any,
) -> dict[str, Any]:
    """Train from both starts; Xavier's may get patience, more epochs that end at a test accuracy ``until``."""
    found = {}
    for name, start in STARTS.items():
        net = perceptron(start, seed=seed, depth=depth, width=width, activation=activation)
        begins = short(net.loss(*the_digits()[:2]))
        given = {**training, "epochs": patience, "until": until} if patience and name == "Xavier" else training
        found[name] = {"begins": begins, **learned(net, seed=seed, **given)}
    return found


def biases_held(*, seed: int, depth: int, width: int, rate: float, epochs: int) -> dict[str, Any]:
    """Train a ReLU network from Xavier's start with the hidden biases held at zero, and with those of the output."""
    found, data = {}, the_digits()
    for name, held in (("hidden", slice(None, -1)), ("output", slice(-1, None))):
        net = perceptron(glorot_uniform, seed=seed, depth=depth, width=width, activation="relu")
        order, best = np.random.default_rng(seed), 0.0
        for _ in range(epochs):
            for batch in mini_batches(len(data.x_train), 32, order):
                net.step(data.x_train[batch], data.y_train[batch], learning_rate=rate)
                for bias in net.biases[held]:
                    bias[:] = 0
            best = max(best, net.accuracy(data.x_test, data.y_test))
        found[name] = short(best)
    return found


def two_rates(
    *, seed: int, depth: int, width: int, activation: ActivationName, rates: list[float], **training: Any
) -> dict[str, Any]:
    """Train from He's start at several rates; return what each learned."""
    return {
        str(rate): learned(
            perceptron(he_uniform, seed=seed, depth=depth, width=width, activation=activation),
            seed=seed,
            rate=rate,
            **training,
        )
        for rate in rates
    }


def two_fans(*, seed: int, wide: int, narrow: int, pairs: int, **training: Any) -> dict[str, Any]:
    """Train layers of alternating widths from He's start with either fan: how good after one epoch, and at best?"""
    found = {}
    for mode in ("fan_in", "fan_out"):
        sizes = (64, *[wide, narrow] * pairs, 10)
        first, best = (
            learned(
                MLP(sizes, partial(he_uniform, mode=mode), activation="relu", rng=seed, dtype="float32"),
                seed=seed,
                **{**training, "epochs": epochs},
            )
            for epochs in (1, training["epochs"])
        )
        found[mode] = {"first": first["last"], "best": best["best"], "loss": best["loss"]}
    return found


def learns_at_the_first(slow: Any, bold: Any) -> bool:
    """Say whether the first rate passes 30 % and gets further than the second."""
    return bool(slow["best"] > max(0.3, bold["best"]))


def earlier(one: int | None, other: int | None) -> bool:
    """Say whether the first goal was reached, and before the second.

    >>> earlier(3, None), earlier(3, 3), earlier(None, 3)
    (True, False, False)
    """
    return one is not None and (other is None or one < other)


HOLDS: Mapping[str, Judge] = {
    "he-kept": lambda seen: 0.2 < seen["He"]["rms"] < 5 and seen["Xavier"]["rms"] < 0.1 * seen["He"]["rms"],
    "he-spread": lambda seen: seen["He"]["std"] < 0.5 * seen["He"]["rms"],
    "he-trap": lambda seen: (
        0.2 < seen["Xavier"]["weights"][0] / seen["Xavier"]["weights"][1] < 5
        and max(seen["Xavier"]["weights"]) < 0.01 * seen["Xavier"]["biases"]
        and max(seen["He"]["weights"]) > 0.01 * seen["He"]["biases"]
    ),
    "he-ten": lambda seen: (
        earlier(seen["He"]["to 50%"], seen["Xavier"]["to 50%"])
        and min(seen["He"]["best"], seen["Xavier"]["best"]) > 0.9
    ),
    "he-begins": lambda seen: seen["He"]["begins"] > seen["Xavier"]["begins"],
    "he-thirty": lambda seen: seen["He"]["best"] > 0.3 and not within(seen["Xavier"]["to 20%"], 20),
    "he-late": lambda seen: within(seen["Xavier"]["to 20%"], 150),
    "he-long": lambda seen: within(seen["He"]["to 90%"], 30) and not within(seen["Xavier"]["to 90%"], 140),
    "he-biases": lambda seen: seen["hidden"] < 0.2,
    "he-output": lambda seen: seen["output"] > 0.2,
    "he-adam": lambda seen: within(seen["Xavier"]["to 20%"], 12),
    "he-ahead": lambda seen: earlier(seen["He"]["to 50%"], seen["Xavier"]["to 50%"]),
    "he-tanh": lambda seen: within(seen["He"]["to 90%"], 5) and within(seen["Xavier"]["to 90%"], 5),
    "he-bold": lambda seen: learns_at_the_first(*seen.values()),
    "he-first": lambda seen: seen["fan_out"]["first"] > seen["fan_in"]["first"],
    "he-fans": lambda seen: min(seen["fan_in"]["best"], seen["fan_out"]["best"]) > 0.88,
}
