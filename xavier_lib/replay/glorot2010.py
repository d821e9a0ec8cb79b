"""Figures of Glorot and Bengio (2010): what activations and gradients do at the start and while a network trains."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xavier_lib.data import digits
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network, rounded

WIDTHS = {"quick": 50, "book": 300, "paper": 1000}
EPOCHS = {"quick": 12, "book": 60, "paper": 150}
BATCH = 10
BOTH = ("standard", "normalized")


def saturation_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figure 2: sigmoid networks of three to five hidden layers; width 50 escapes soonest."""
    width = 1000 if scale == "paper" else 50
    common = {"activation": "sigmoid", "start": "standard", "width": width, "rate": 0.5, "epochs": EPOCHS[scale]}
    return [Run.of("figure2", seed, depth=depth, **common) for seed in range(seeds) for depth in (3, 4, 5)]


def saturation(run: Run) -> Mapping[str, Any]:
    """Train on the digits, and return each hidden layer's mean activation and the accuracy, epoch by epoch."""
    data = digits(dtype=np.float32)
    made, order = network(run, data.x_train.shape[1], 10), np.random.default_rng(run.seed)
    layers, accuracies = [], []
    for epoch in range(run.parameters["epochs"] + 1):
        if epoch:
            made.train_epoch(
                data.x_train, data.y_train, learning_rate=run.parameters["rate"], batch_size=BATCH, rng=order
            )
        layers.append(rounded([a.mean() for a in made.forward(data.x_test).activations[1:]], 3))
        accuracies.append(made.accuracy(data.x_test, data.y_test))
    return {"means": layers, "accuracies": rounded(accuracies)}


def start_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figures 6 to 8 and equation 17: five tanh layers, both starts."""
    common = {"activation": "tanh", "depth": 5, "width": WIDTHS[scale]}
    return [Run.of("start", seed, start=start, **common) for seed in range(seeds) for start in BOTH]


def start(run: Run) -> Mapping[str, Any]:
    """Return, layer by layer before any training, the spreads of activations, of gradients and of weight gradients.

    Also the mean singular value of each layer's Jacobian at one input, equation 17.
    """
    data = digits(dtype=np.float32)
    made = network(run, data.x_train.shape[1], 10)
    x, y = data.x_train[:300], data.y_train[:300]
    record, gradients = made.forward(x), made.gradients(x, y)
    slopes = [1 - a[0] ** 2 for a in record.activations[1:-1]]
    jacobians = [slope[:, None] * weight for slope, weight in zip(slopes, made.weights[1:-1], strict=True)]
    return {
        "activations": rounded([a.std() for a in record.activations[1:]]),
        "gradients": rounded([delta.std() for delta in gradients.pre_activations[:-1]]),
        "weight_gradients": rounded([by_weight.std() for by_weight in gradients.weights]),
        "singular_values": rounded([np.linalg.svd(j, compute_uv=False).mean() for j in jacobians]),
    }


def training_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figure 9: the networks of figure 6 while they train."""
    common = {"activation": "tanh", "depth": 5, "width": WIDTHS[scale] // 2, "rate": 0.01, "epochs": EPOCHS[scale] // 6}
    return [Run.of("figure9", seed, start=start, **common) for seed in range(seeds) for start in BOTH]


def training(run: Run) -> Mapping[str, Any]:
    """Return the spread of the weight gradients, layer by layer, before training and after each epoch."""
    data = digits(dtype=np.float32)
    made, order = network(run, data.x_train.shape[1], 10), np.random.default_rng(run.seed)
    spreads = []
    for epoch in range(run.parameters["epochs"] + 1):
        if epoch:
            made.train_epoch(
                data.x_train, data.y_train, learning_rate=run.parameters["rate"], batch_size=BATCH, rng=order
            )
        spreads.append(rounded([g.std() for g in made.gradients(data.x_train, data.y_train).weights], 3))
    return {"weight_gradients": spreads}
