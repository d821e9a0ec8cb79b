"""Findings of :doc:`/chapters/symmetry`: what keeps a tie, what breaks it, and what a broken tie is worth."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.glorot import glorot_uniform
from xavier_lib.names import ActivationName
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.arrays import mini_batches
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, learned, perceptron, short, the_digits
from xavier_lib.symmetry import column_distance, constant, in_order, noisy_constant

ROWS, ANSWERS = np.array([[0, 0], [1, 0], [0, 2], [1, 2]]), np.array([0, 1, 1, 0])
DRAWS = 5  # starts a run of the small task: 20 seeds are 100 starts


def four_rows(
    *, seed: int, hidden: int, rate: float, steps: int, activation: ActivationName = "tanh", optimizer: str = "descent"
) -> dict[str, Any]:
    """Learn the four rows from random starts, and from the same starts with all units copies of the first one."""
    found: dict[str, list[float]] = {"random": [], "tied": []}
    for draw in range(DRAWS * seed, DRAWS * (seed + 1)):
        for name, accuracies in found.items():
            net = MLP((2, hidden, 2), glorot_uniform, activation=activation, rng=draw)
            if name == "tied":
                net = in_order(net)
                net.weights[0][:], net.weights[1][:] = net.weights[0][:, :1], net.weights[1][:1]
            adam = Adam(net, learning_rate=rate)
            for _ in range(steps):
                if optimizer == "adam":
                    adam.step(ROWS, ANSWERS)
                else:
                    net.step(ROWS, ANSWERS, learning_rate=rate)
            accuracies.append(net.accuracy(ROWS, ANSWERS))
    return found


def first_steps(
    *, seed: int, hidden: int, rate: float, steps: int, activation: ActivationName = "tanh"
) -> dict[str, Any]:
    """Start from one constant, drawn between 0.1 and 1: how far are columns apart after a step, and after many?"""
    value = float(np.random.default_rng(seed).uniform(0.1, 1))
    net, found = in_order(MLP((2, hidden, 2), partial(constant, value=value), activation=activation)), []
    for step in range(steps):
        net.step(ROWS, ANSWERS, learning_rate=rate)
        if step in (0, steps - 1):
            found.append([column_distance(weights) for weights in net.weights])
    return {"constant": short(value), "first": short(found[0]), "last": short(found[-1])}


def deep_tie(
    *, seed: int, depth: int, width: int, noise: float, activation: ActivationName, **training: Any
) -> dict[str, Any]:
    """Train tied layers whose sums run in one order, and the same with noise in the last hidden layer alone."""
    found = {}
    for name in ("tied", "noise"):
        net = in_order(perceptron(
            partial(constant, value=1 / width), seed=0, depth=depth, width=width, activation=activation, dtype="float64"
        ))  # fmt: skip
        if name == "noise":
            net.weights[-2] += noise * np.random.default_rng(seed).standard_normal(net.weights[-2].shape)
        assert [*by_epoch(net, seed=seed, data=the_digits("float64"), **training)]
        found[name] = short([column_distance(weights) for weights in net.weights[:-1]])
    return found


def dropout(*, seed: int, drop: float, width: int, rate: float, epochs: int, value: float) -> dict[str, Any]:
    """Train one tied tanh layer with dropout, and by the same code without."""
    data, found = the_digits("float64"), {}
    for name, rest in (("without", 0.0), ("dropout", drop)):
        source = np.random.default_rng(seed)
        net = perceptron(partial(constant, value=value), seed=0, depth=1, width=width, activation="tanh", dtype=float)
        for _ in range(epochs):
            for batch in mini_batches(len(data.x_train), 32, source):
                mask = (source.random((len(batch), width)) >= rest) / (1 - rest)
                drop_step(net, data.x_train[batch], data.y_train[batch], mask, rate)
        apart = short(column_distance(net.weights[0]))
        found[name] = {"distance": apart, "accuracy": short(net.accuracy(data.x_test, data.y_test))}
    return found


def drop_step(net: MLP, x: NDArray[Any], y: NDArray[Any], mask: NDArray[Any], rate: float) -> None:
    """Take one step of plain descent with the hidden activations of each row multiplied by a mask."""
    hidden = np.tanh(x @ net.weights[0] + net.biases[0])
    logits = (hidden * mask) @ net.weights[1] + net.biases[1]
    delta = np.exp(logits - logits.max(axis=1, keepdims=True))
    delta = (delta / delta.sum(axis=1, keepdims=True) - np.eye(net.sizes[-1])[y]) / len(y)
    below = (delta @ net.weights[1].T) * mask * (1 - hidden**2)
    net.weights[1] -= rate * (hidden * mask).T @ delta
    net.biases[1] -= rate * delta.sum(axis=0)
    net.weights[0] -= rate * x.T @ below
    net.biases[0] -= rate * below.sum(axis=0)


def growth(*, seed: int, width: int, value: float, **training: Any) -> dict[str, Any]:
    """Return the column distance epoch by epoch from two sizes of noise."""
    found = {}
    for noise in (1e-9, 1e-6):
        start, distances = partial(noisy_constant, value=value, noise=noise), []
        net = perceptron(start, seed=seed, depth=1, width=width, activation="tanh", dtype="float64")
        for _ in by_epoch(net, seed=seed, data=the_digits("float64"), **training):
            distances.append(column_distance(net.weights[0]))
        found[f"{noise:.0e}"] = short(distances)
    return found


def random_layers(
    *, seed: int, width: int, value: float, activation: ActivationName = "tanh", **training: Any
) -> dict[str, Any]:
    """Train with one constant in both layers, in one of them, or in none; and a network of a single random unit."""
    found, tied = {}, partial(constant, value=value)
    for name, layers in {"tied": [], "hidden": [0], "output": [1], "random": [0, 1]}.items():
        net = perceptron(tied, seed=0, depth=1, width=width, activation=activation)
        drawn = perceptron(glorot_uniform, seed=seed, depth=1, width=width, activation=activation)
        for layer in layers:
            net.weights[layer] = drawn.weights[layer]
        found[name] = learned(net if layers else in_order(net), seed=seed, **training)["last"]
    single = perceptron(glorot_uniform, seed=seed, depth=1, width=1, activation=activation)
    return {**found, "one unit": learned(single, seed=seed, **training)["last"]}


def grows_alike(one: float, other: float) -> bool:
    """Say whether both distances grew more than threefold, and by the same factor to a tenth."""
    return one > 3 and 0.9 < one / other < 1.1


HOLDS: Mapping[str, Judge] = {
    "symmetry-random": lambda seen: [accuracy == 1 for accuracy in seen["random"]],
    "symmetry-none": lambda seen: [accuracy < 1 for accuracy in seen["tied"]],
    "symmetry-outputs": lambda seen: seen["first"][1] > 0,
    "symmetry-bits": lambda seen: seen["first"][0] == seen["last"][0] == 0,
    "symmetry-deep": lambda seen: max(seen["tied"]) == 0 and seen["noise"][-2] > 0 == max(seen["noise"][:-2]),
    "symmetry-dropout": lambda seen: (
        seen["dropout"]["distance"] > 0.1 and seen["dropout"]["accuracy"] > 0.8 and seen["without"]["accuracy"] < 0.5
    ),
    "symmetry-growth": lambda seen: grows_alike(*[apart[2] / apart[0] for apart in seen.values()]),
    "symmetry-layers": lambda seen: min(seen["hidden"], seen["output"]) > 0.85,
    "symmetry-copies": lambda seen: max(seen["tied"], seen["one unit"]) < 0.5 and seen["random"] > 0.85,
}
