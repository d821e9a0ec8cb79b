"""Findings of :doc:`/chapters/glorot`: where the derivation holds, and where its assumptions end."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.glorot import forward_ratio, glorot_normal, glorot_uniform
from xavier_lib.naive import naive_normal
from xavier_lib.names import ActivationName
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import activation_rms, rms
from xavier_lib.replay.findings.fans import as_predicted, one_layer
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.network import compared
from xavier_lib.replay.findings.training import by_epoch, perceptron, short, the_digits, within
from xavier_lib.weights.scaling import variance_scaling

compromise = one_layer
STANDARD = partial(variance_scaling, scale=1 / 3, mode="fan_in", distribution="uniform")
DRAWS = 5  # products of layers a run


def rootless(shape: Any, **given: Any) -> Any:
    """Take the variance of Xavier weights for their standard deviation."""
    return naive_normal(shape, 2 / sum(shape), **given)


def forward_factor(*, seed: int, fan_in: int, units: int) -> dict[str, Any]:
    """Return E[z²] over n Var(w) E[x²] for one row: independent entries, a digit's pixels, or one number repeated."""
    source, found = np.random.default_rng(seed), {}
    pixels = the_digits("float64").x_train[seed]
    rows = {
        "independent": source.standard_normal(fan_in),
        "pixels": np.resize(pixels, fan_in),
        "repeated": np.ones(fan_in),
    }
    for name, row in rows.items():
        weights = variance_scaling((fan_in, units), scale=1.0, mode="fan_in", distribution="uniform", rng=source)
        found[name] = short(rms(row @ weights) ** 2 / rms(row) ** 2)
    return found


def backward_factor(*, seed: int, width: int, depth: int, activation: ActivationName) -> dict[str, Any]:
    """Return the backward factor n_out Var(w) measured on one linear layer, for three kinds of gradients at z.

    They are drawn independently, or they are those of ½|z|², or (mean over the hidden layers of a network, the slope
    taken out) those of the cross-entropy.
    """
    source = np.random.default_rng(seed)
    weights = glorot_normal((width, width), rng=source)
    x, free = source.standard_normal((2, 200, width))
    sent = {"independent": free, "quadratic": x @ weights}
    found = {name: short((rms(delta @ weights.T) / rms(delta)) ** 2) for name, delta in sent.items()}
    net = MLP((64, *[width] * depth, 10), glorot_normal, activation=activation, rng=source)
    data = the_digits("float64")
    deltas = net.gradients(data.x_train, data.y_train).pre_activations
    found["cross-entropy"] = short(
        np.mean([
            (rms(above @ w.T) / rms(above)) ** 2 for above, w in zip(deltas[1:-1], net.weights[1:-1], strict=True)
        ])
    )  # fmt: skip
    return found


def tanh_decay(*, seed: int, width: int, layers: list[int]) -> dict[str, Any]:
    """Return the mean square after some tanh layers, times 2l: near 1 where it sinks like 1/(2l)."""
    source = np.random.default_rng(seed)
    net = MLP((width,) * (max(layers) + 2), glorot_normal, rng=source, dtype="float32")
    sizes = activation_rms(net, source.standard_normal((20, width))) ** 2
    return {"times 2l": short([sizes[layer] * 2 * layer for layer in layers])}


def levels(*, seed: int, depth: int, width: int, activation: ActivationName) -> dict[str, Any]:
    """Return, for two starts, largest over smallest hidden weight gradient, and what gradients lose on their way."""
    data, found = the_digits("float64"), {}
    for name, start in (("standard", STANDARD), ("Xavier", glorot_uniform)):
        net = perceptron(start, seed=seed, depth=depth, width=width, activation=activation, dtype="float64")
        record = net.gradients(data.x_train, data.y_train)
        by_weight = [rms(gradient) for gradient in record.weights[1:-1]]
        back = [rms(delta) for delta in record.pre_activations[:-1]]
        found[name] = {"weights": short(max(by_weight) / min(by_weight)), "back": short(back[-1] / back[0])}
    return found


def dependence(*, seed: int, depth: int, width: int, activation: ActivationName, **training: Any) -> dict[str, Any]:
    """Return the forward ratios before training, after it, and after it with each layer's weights shuffled."""
    net = perceptron(glorot_normal, seed=seed, depth=depth, width=width, activation=activation)
    x, source = the_digits().x_test, np.random.default_rng(seed)
    found = {"before": short(forward_ratio(net, x))}
    found["epochs"] = sum(1 for _ in by_epoch(net, seed=seed, **training))
    found["after"] = short(forward_ratio(net, x))
    for weights in net.weights:
        weights[:] = source.permuted(weights.ravel()).reshape(weights.shape)
    return {**found, "shuffled": short(forward_ratio(net, x))}


def rooted(*, seed: int, **given: Any) -> dict[str, Any]:
    """Train from normal Xavier weights with the root, without it, and from uniform ones."""
    return compared({"normal": glorot_normal, "rootless": rootless, "uniform": glorot_uniform}, seed=seed, **given)


def products(*, seed: int, depth: int, width: int, activation: ActivationName) -> dict[str, Any]:
    """Return the share of the mean square that one row keeps through square layers, for several draws."""
    scale = 2.0 if activation == "relu" else 1.0
    start = partial(variance_scaling, scale=scale, mode="fan_in", distribution="normal")
    nets = [
        MLP((width,) * (depth + 2), start, activation=activation, rng=draw)
        for draw in range(DRAWS * seed, DRAWS * (seed + 1))
    ]
    return {"kept": short([activation_rms(net, np.ones((1, width)))[-1] ** 2 for net in nets])}


def near_one(ratios: Any, low: float, high: float) -> bool:
    """Say whether all ratios lie between two numbers."""
    return all(low < ratio < high for ratio in ratios)


HOLDS: Mapping[str, Judge] = {
    "glorot-forward": lambda seen: near_one(seen.values(), 0.85, 1.15),
    "glorot-backward": lambda seen: (
        near_one([seen["independent"]], 0.85, 1.15) and near_one([seen["quadratic"]], 1.7, 2.3)
    ),
    "glorot-entropy": lambda seen: near_one([seen["cross-entropy"]], 0.85, 1.15),
    "glorot-compromise": lambda seen: as_predicted(seen, "fan_avg", sum(seen["fans"]) / 2),
    "glorot-decay": lambda seen: near_one(seen["times 2l"], 0.6, 1.4),
    "glorot-levels": lambda seen: seen["standard"]["back"] > 5 and seen["standard"]["weights"] < 2,
    "glorot-back": lambda seen: seen["Xavier"]["back"] < min(4, seen["standard"]["back"]),
    "glorot-dependence": lambda seen: seen["after"][-1] > max(4, 2 * seen["before"][-1]) and max(seen["shuffled"]) < 2,
    "glorot-root": lambda seen: seen["rootless"]["best"] < 0.25 and within(seen["normal"]["to 90%"], 6),
    "glorot-uniform": lambda seen: abs(seen["uniform"]["last"] - seen["normal"]["last"]) < 0.04,
    "glorot-average": lambda seen: [kept < 1 for kept in seen["kept"]],
}
