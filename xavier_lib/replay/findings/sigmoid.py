"""Findings of :doc:`/chapters/sigmoid`: two faults, what each does, and the repair that mends it."""

import itertools
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.datasets import Digits
from xavier_lib.glorot import glorot_uniform
from xavier_lib.naive import naive_normal
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import ACTIVATIONS, Activation
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import gradient_rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, first_epoch, learned, short, the_digits, within
from xavier_lib.sigmoid import centered, offset_and_variation, share_saturated, tangent_gap

RECORDS = (1, 6, 15)
REPAIRS = {
    "neither": (1.0, "sigmoid"),
    "fourfold": (4.0, "sigmoid"),
    "centered": (1.0, "centered"),
    "both": (4.0, "centered"),
}


def network(seed: int, depth: int, width: int, gain: float = 1.0, activation: Any = "sigmoid") -> MLP:
    """Return a network for the digits from Xavier's uniform start with a gain."""
    chosen = centered("sigmoid") if activation == "centered" else activation
    sizes = (64, *[width] * depth, 10)
    return MLP(sizes, partial(glorot_uniform, gain=gain), activation=chosen, rng=seed, dtype="float32")


def plateau(*, seed: int, depth: int, width: int, goal: float = 0.5, **training: Any) -> dict[str, Any]:
    """Train until half of the test images are right; return the layers' mean activations at some epochs, and when."""
    data, net = the_digits(), network(seed, depth, width)
    means, wait = {"0": layer_means(net)}, None
    for epoch in by_epoch(net, seed=seed, **training):
        if epoch in RECORDS:
            means[str(epoch)] = layer_means(net)
        if net.accuracy(data.x_test, data.y_test) >= goal:
            wait = epoch
            break
    return {"to 50%": wait, "means": means}


def waits(*, seed: int, depths: list[int], width: int, **training: Any) -> dict[str, Any]:
    """Train at several depths; return the first epoch with half of the test images right."""
    return {
        str(depth): learned(network(seed, depth, width), seed=seed, until=0.5, **training)["to 50%"] for depth in depths
    }


def layer_means(net: MLP) -> list[float]:
    """Return the mean activation of each hidden layer over the test images."""
    return [round(float(layer.mean()), 3) for layer in net.forward(the_digits().x_test).activations[1:]]


def repairs(
    *, seed: int, depth: int, width: int, rate: float, epochs: int, optimizer: str = "descent"
) -> dict[str, Any]:
    """Train with neither repair, with either and with both.

    Returns:
        For each the variation of the first and of the last pre-activations and the gradient at the first layer before
        training, the top layer's mean slope after six epochs, and the first epoch with half of the test images right.
    """
    data, found = the_digits(), {}
    for name, (gain, activation) in REPAIRS.items():
        net = network(seed, depth, width, gain, activation)
        _, variation = offset_and_variation(net, data.x_test)
        record = {
            "variation": short(variation[[0, -1]]),
            "gradient": short(gradient_rms(net, data.x_test, rng=seed)[0]),
        }
        accuracies = [0.0]
        for epoch in by_epoch(net, seed=seed, rate=rate, epochs=epochs, optimizer=optimizer):
            accuracies.append(net.accuracy(data.x_test, data.y_test))
            if epoch == 6:
                z = net.forward(data.x_test).pre_activations[-2]
                record["slope"] = short(net.activation.df(z).mean())
            if epoch >= 6 and accuracies[-1] >= 0.5:
                break
        found[name] = {**record, "to 50%": first_epoch(accuracies, 0.5)}
    return found


def kept(*, seed: int, depth: int, width: int, activation: ActivationName) -> dict[str, Any]:
    """Return the share of a gradient's rms that each hidden layer passes down, before training."""
    sizes = gradient_rms(network(seed, depth, width, 1.0, activation), the_digits().x_test, rng=seed)
    return {"kept": short(sizes[:-2] / sizes[1:-1])}


def gains(*, seed: int, depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train from gains 4, 16 and 64; return the accuracy at the end."""
    return {
        str(gain): learned(network(seed, depth, width, gain), seed=seed, **training)["last"] for gain in (4, 16, 64)
    }


def shallow(*, seed: int, stds: list[float], depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train from several spreads; return the first layer's flat share at the start, and what is learned."""
    found = {}
    for std in stds:
        start = partial(naive_normal, std=std)
        net = MLP((64, *[width] * depth, 10), start, activation="sigmoid", rng=seed, dtype="float32")
        flat = short(share_saturated(net.forward(the_digits().x_test).pre_activations[0]))
        found[str(std)] = {"flat": flat, **learned(net, seed=seed, **training)}
    return found


def linear_start(*, seed: int, depth: int, width: int, scale: float, rate: float, epochs: int) -> dict[str, Any]:
    """Train tanh stretched until it is nearly linear, c tanh(z/c), on the digits: how linear at the start, how soon?"""
    net = network(seed, depth, width, 1.0, stretched(scale))
    gap = short(tangent_gap(net, the_digits().x_test))
    return {"gap": gap, **learned(net, seed=seed, rate=rate, epochs=epochs)}


def stretched(scale: float) -> Activation:
    """Return c tanh(z/c), which has slope 1 at zero and is the more linear the larger c is."""
    tanh = ACTIVATIONS["tanh"]
    return Activation(
        f"tanh stretched {scale:g} times",
        lambda z: scale * tanh.f(np.asarray(z) / scale),
        lambda z: tanh.df(np.asarray(z) / scale),
    )


def bend(*, seed: int, depth: int, width: int, scale: float, rate: float, epochs: int) -> dict[str, Any]:
    """Learn the sign of x1 · x2 from tanh and from tanh stretched until it is nearly linear."""
    source, found = np.random.default_rng(seed), {}
    x = source.standard_normal((2000, 2)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    data = Digits(x[:1500], y[:1500], x[1500:], y[1500:])
    for name, activation in (("tanh", ACTIVATIONS["tanh"]), ("stretched", stretched(scale))):
        net = MLP((2, *[width] * depth, 2), glorot_uniform, activation=activation, rng=seed, dtype="float32")
        found[name] = learned(net, seed=seed, data=data, rate=rate, epochs=epochs, until=0.9)
    return found


def later(*epochs: int | None) -> bool:
    """Say whether each depth got there, and each one later than the one before by half of its wait or more."""
    known = [epoch for epoch in epochs if epoch is not None]
    return len(known) == len(epochs) and all(2 * b >= 3 * a for a, b in itertools.pairwise(known))


HOLDS: Mapping[str, Judge] = {
    "sigmoid-late": lambda seen: not within(seen["to 50%"], 40),
    "sigmoid-arrives": lambda seen: seen["to 50%"] is not None,
    "sigmoid-hides": lambda seen: (
        all(0.4 < mean < 0.6 for mean in seen["means"]["0"])
        and seen["means"].get("6", [1])[-1] < 0.3
        and min(seen["means"]["6"][:-1]) > 0.4
    ),
    "sigmoid-deeper": lambda seen: later(*seen.values()),
    "sigmoid-kept": lambda seen: all(0.1 < share < 0.3 for share in seen["kept"]),
    "sigmoid-fourfold": lambda seen: (
        seen["fourfold"]["variation"][1] > 50 * seen["neither"]["variation"][1]
        and seen["fourfold"]["gradient"] > 20 * seen["neither"]["gradient"]
        and within(seen["fourfold"]["to 50%"], 6)
    ),
    "sigmoid-centered": lambda seen: (
        1 / 3 < seen["centered"]["variation"][1] / seen["neither"]["variation"][1] < 3
        and 1 / 3 < seen["centered"]["gradient"] / seen["neither"]["gradient"] < 3
        and seen["centered"]["to 50%"] is not None
        and seen["neither"]["to 50%"] is None
    ),
    "sigmoid-slope": lambda seen: seen["neither"].get("slope", 1) < 0.5 * seen["centered"].get("slope", 0),
    "sigmoid-gains": lambda seen: seen["4"] > max(seen["16"], seen["64"]),
    "sigmoid-shallow": lambda seen: all(record["best"] > 0.9 for record in seen.values()),
    "sigmoid-straight": lambda seen: seen["gap"] < 0.1 and seen["to 90%"] is not None,
    "sigmoid-bend": lambda seen: seen["tanh"]["to 90%"] is not None and seen["stretched"]["to 90%"] is None,
}
