"""Figures 2 and 3 of He et al. (2015): ReLU networks at the paper's depths, 22 and 30, with patience."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xavier_lib.datasets import digits
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network, rounded

DEPTHS = {"he-figure2": 22, "he-figure3": 30}
RATES = {"he-figure2": (0.01, 0.05, 0.1), "he-figure3": (0.003, 0.01, 0.03, 0.1)}
WIDTHS = {"quick": 64, "book": 64, "paper": 256}
EPOCHS = {
    "he-figure2": {"quick": 3, "book": 60, "paper": 60},
    "he-figure3": {"quick": 3, "book": 150, "paper": 150},
}


def planned(figure: str, scale: str, seeds: int) -> Sequence[Run]:
    """List both starts at each of a figure's learning rates."""
    common = {"activation": "relu", "depth": DEPTHS[figure], "width": WIDTHS[scale], "epochs": EPOCHS[figure][scale]}
    return [
        Run.of(figure, seed, start=start, rate=rate, **common)
        for seed in range(seeds)
        for rate in RATES[figure]
        for start in ("xavier", "he")
    ]


def learning(run: Run) -> Mapping[str, Any]:
    """Train on the digits in batches of 32, and return the test accuracy after each epoch; None once it overflows."""
    data, rate = digits(dtype=np.float32), run.parameters["rate"]
    made, order = network(run, data.x_train.shape[1], 10), np.random.default_rng(run.seed)
    accuracies = [made.accuracy(data.x_test, data.y_test)]
    for _ in range(run.parameters["epochs"]):
        try:
            made.train_epoch(data.x_train, data.y_train, learning_rate=rate, rng=order)
        except FloatingPointError:
            return {"accuracies": None}
        accuracies.append(made.accuracy(data.x_test, data.y_test))
    return {"accuracies": rounded(accuracies)}
