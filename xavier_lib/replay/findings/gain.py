"""Findings of :doc:`/chapters/gain`: tanh's gains on the digits, and sizes that are forgotten or amplified."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.gain import gain
from xavier_lib.nn.activations import Activation
from xavier_lib.nn.functions import FUNCTIONS
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import activation_rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_gain, short
from xavier_lib.weights.scaling import lecun_normal

Seen = dict[str, dict[str, Any]]


def gains(*, gains: list[float], **training: Any) -> Seen:
    """Train tanh layers from normal weights of variance 1/fan-in, times each of several gains."""
    return by_gain(lecun_normal, gains, **training)


def sizes(*, seed: int, factors: list[float], depth: int, width: int) -> dict[str, Any]:
    """Send noise of several sizes through layers of several activations, and return the rms that arrives.

    The weights have the gain by which an rms of 1 returns, or else the forward gain.
    """
    noise, found = np.random.default_rng(seed).standard_normal((64, width)), {}
    for name in ("tanh", "relu", "gelu", "silu"):
        known = gain(name)
        kept, size = (known.fixed.gain, known.fixed.size) if known.fixed else (known.forward or 1.0, 1.0)
        layers = partial(lecun_normal, gain=kept)
        net = MLP((width,) * (depth + 2), layers, activation=alone(name), rng=seed)
        found[name] = [short(activation_rms(net, factor * size / kept * noise)[-1]) for factor in factors]
    return found


def alone(name: str) -> Activation:
    """Return an activation for a forward pass: what it would say of slopes is not asked.

    >>> float(alone("gelu").f(np.ones(1)).round(3)[0])
    0.841
    """
    function = FUNCTIONS[name]
    return Activation(name, lambda z: function(np.asarray(z)), np.cos)


def end(seen: Seen, factor: float, what: str = "loss") -> float:
    """Return what the training from a gain ended with; infinite where it overflowed.

    >>> end({"1.34": {"loss": None}}, 1.34)
    inf
    """
    value = seen[str(factor)][what]
    return float("inf") if value is None else float(value)


HOLDS: Mapping[str, Judge] = {
    "gain-shallow": lambda seen: (
        max(run["best"] for run in seen.values()) - min(run["best"] for run in seen.values()) < 0.05
    ),
    "gain-fits": lambda seen: end(seen, 1.667) < end(seen, 1.34) and end(seen, 1.667, "best") < end(seen, 1.34, "best"),
    "gain-deep": lambda seen: end(seen, 1.667) > 1.5 * end(seen, 1.34),
    "gain-below": lambda seen: end(seen, 1.0) > 1.5 * end(seen, 1.34),
    "gain-late": lambda seen: min(run["best"] for run in seen.values()) >= 0.9,
    "gain-forgets": lambda seen: seen["tanh"][1] < 1.1 * seen["tanh"][0],
    "gain-amplifies": lambda seen: seen["silu"][1] > 2 * 1.5 * seen["silu"][0],
}
