"""Findings of :doc:`/chapters/calibration`: what a scale measured on a batch cures, and what it does not."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.calibration import lsuv
from xavier_lib.he import he_normal
from xavier_lib.naive import naive_normal
from xavier_lib.nn.activations import ACTIVATIONS, Activation
from xavier_lib.nn.arrays import Array
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, perceptron, short, the_digits
from xavier_lib.sigmoid import offset_and_variation

CHANCE = 0.2  # twice what guessing gets


def silu(z: ArrayLike) -> Array:
    """Return z times its sigmoid.

    >>> float(silu(0.0))
    0.0
    """
    return np.asarray(z * ACTIVATIONS["sigmoid"].f(z))


def silu_slope(z: ArrayLike) -> Array:
    """Return the derivative of :func:`silu`.

    >>> float(silu_slope(0.0))
    0.5
    """
    gate = ACTIVATIONS["sigmoid"].f(z)
    return np.asarray(gate + silu(z) * (1 - gate))


SILU = Activation("silu", silu, silu_slope)


def centered(network: MLP, x: Any) -> MLP:
    """Return the network with biases that take away each unit's mean over a batch, and its weights as they are."""
    for layer, bias in enumerate(network.biases):
        z = network.forward(x).pre_activations[layer]
        network = network.with_layer(layer, bias=bias - z.mean(axis=0))
    return network


REPAIRS: Mapping[str, Callable[[MLP, Any], MLP]] = {
    "none": lambda network, _: network,
    "mean": centered,
    "scale": lsuv,
    "both": partial(lsuv, center=True),
}


def repaired(
    repair: str, *, seed: int, depth: int, width: int, activation: str, std: float = 0.02, batch: int = 256
) -> MLP:
    """Return a network from N(0, std²), or from He's start, with a repair measured on the first training images."""
    start = he_normal if repair == "He" else partial(naive_normal, std=std)
    chosen: Any = SILU if activation == "silu" else activation
    net = perceptron(start, seed=seed, depth=depth, width=width, activation=chosen)
    return net if repair == "He" else REPAIRS[repair](net, the_digits().x_train[:batch])


def trained(
    *, seed: int, repairs: list[str], rate: float, epochs: int, optimizer: str = "descent", **network: Any
) -> dict[str, Any]:
    """Train with each of the repairs."""
    training: dict[str, Any] = {"seed": seed, "rate": rate, "epochs": epochs, "optimizer": optimizer}
    return {repair: learned(repaired(repair, seed=seed, **network), **training) for repair in repairs}


def shares(*, seed: int, repairs: list[str], **network: Any) -> dict[str, Any]:
    """Return the share of the last hidden pre-activations' mean square that tells test images apart."""
    found = {}
    for repair in repairs:
        offset, variation = offset_and_variation(repaired(repair, seed=seed, **network), the_digits().x_test)
        found[repair] = short(variation[-2] ** 2 / (offset[-2] ** 2 + variation[-2] ** 2))
    return found


def variances(*, seed: int, batches: list[int], **network: Any) -> dict[str, Any]:
    """Return the smallest and the largest variance of a layer on images that the scale was not measured on."""
    found = {}
    for batch in batches:
        layers = repaired("scale", seed=seed, batch=batch, **network).forward(the_digits().x_test).pre_activations
        sizes = [float(np.var(z)) for z in layers]
        found[str(batch)] = short([min(sizes), max(sizes)])
    return found


HOLDS: Mapping[str, Judge] = {
    "calibration-relu": lambda seen: seen["scale"]["best"] > 0.8 and seen["none"]["best"] < CHANCE,
    "calibration-he": lambda seen: abs(seen["scale"]["best"] - seen["He"]["best"]) < 0.1,
    "calibration-silu": lambda seen: (
        seen["scale"]["best"] > max(seen["He"]["best"], 0.3) and seen["none"]["best"] < CHANCE
    ),
    "calibration-sunk": lambda seen: seen["He"]["best"] < CHANCE,
    "calibration-he-bold": lambda seen: seen["He"]["best"] > 0.8,
    "calibration-late": lambda seen: None not in (seen["scale"]["to 90%"], seen["He"]["to 90%"]),
    "calibration-scale": lambda seen: seen["scale"]["best"] < CHANCE,
    "calibration-mean": lambda seen: seen["mean"]["best"] < CHANCE,
    "calibration-both": lambda seen: seen["both"]["best"] > 0.85,
    "calibration-shallow": lambda seen: seen["scale"]["to 90%"] is not None,
    "calibration-offset": lambda seen: seen["scale"] < 0.01 and seen["both"] > 0.9,
    "calibration-batch": lambda seen: seen["32"][0] > 0.5 and seen["32"][1] < 2,
}
