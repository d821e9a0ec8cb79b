"""Findings of :doc:`/chapters/calibration`: what a scale measured on a batch cures, and what it does not."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.calibration import lsuv
from xavier_lib.he import forward_gain, he_normal
from xavier_lib.naive import naive_normal
from xavier_lib.nn.activations import ACTIVATIONS, Activation
from xavier_lib.nn.arrays import Array
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.start import Initializer
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, perceptron, short, the_digits
from xavier_lib.sigmoid import centered as shifted
from xavier_lib.sigmoid import offset_and_variation
from xavier_lib.weights.scaling import lecun_normal

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
KNOWN: Mapping[str, Activation] = {
    **{str(name): activation for name, activation in ACTIVATIONS.items()},
    "silu": SILU,
    "shifted sigmoid": shifted("sigmoid"),
}
FORMULAS: Mapping[str, Callable[[Activation], Initializer]] = {
    "He": lambda _: he_normal,
    "own": lambda activation: partial(lecun_normal, gain=forward_gain(activation)),
    "own, spared": lambda activation: partial(lecun_normal, gain=forward_gain(activation)),
}


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
    """Return a network from a formula, He's or the activation's own gain, or from N(0, std²) with a repair.

    With "own, spared" the first layer, which has no activation before it, is spared the gain. What a repair measures,
    it measures on the first training images.
    """
    chosen = KNOWN[activation]
    net = partial(perceptron, seed=seed, depth=depth, width=width, activation=chosen)
    if repair in FORMULAS:
        found = net(FORMULAS[repair](chosen))
        spared = found.with_layer(0, weights=found.weights[0] / forward_gain(chosen))
        return spared if repair == "own, spared" else found
    return REPAIRS[repair](net(partial(naive_normal, std=std)), the_digits().x_train[:batch])


def trained(
    *, seed: int, repairs: list[str], rate: float, epochs: int, optimizer: str = "descent", **network: Any
) -> dict[str, Any]:
    """Train with each of the repairs."""
    training: dict[str, Any] = {"seed": seed, "rate": rate, "epochs": epochs, "optimizer": optimizer}
    return {repair: learned(repaired(repair, seed=seed, **network), **training) for repair in repairs}


def sizes(*, seed: int, repairs: list[str], **network: Any) -> dict[str, Any]:
    """Return the standard deviation of the last hidden pre-activations on the test images, over rows and units."""
    x = the_digits().x_test
    return {
        repair: short(repaired(repair, seed=seed, **network).forward(x).pre_activations[-2].std()) for repair in repairs
    }


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
    "calibration-late": lambda seen: None in (seen["scale"]["to 90%"], seen["He"]["to 90%"]),
    "calibration-sizes": lambda seen: seen["He"] < 0.8 and seen["own"] > 4 and 0.5 < seen["scale"] < 2,
    "calibration-own": lambda seen: seen["scale"]["best"] > seen["own"]["best"],
    "calibration-spared": lambda seen: seen["own, spared"]["best"] > 0.5,
    "calibration-ahead": lambda seen: seen["scale"]["best"] > seen["He"]["best"],
    "calibration-burst": lambda seen: seen["own"]["loss"] is None,
    "calibration-scale": lambda seen: seen["scale"]["best"] < CHANCE,
    "calibration-mean": lambda seen: seen["mean"]["best"] < CHANCE,
    "calibration-both": lambda seen: seen["both"]["best"] > 0.85,
    "calibration-shifted": lambda seen: seen["scale"]["best"] > 0.85,
    "calibration-shallow": lambda seen: seen["scale"]["to 90%"] is not None,
    "calibration-offset": lambda seen: seen["scale"] < 0.01 and seen["both"] > 0.9,
    "calibration-batch": lambda seen: seen["32"][0] > 0.5 and seen["32"][1] < 2,
}
