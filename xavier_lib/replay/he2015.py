"""Figures 2 and 3 of He et al. (2015): ReLU networks at the paper's depths, 22 and 30, with patience.

The scales "quick" and "book" train dense layers of 64 units on the digits. The scale "paper" takes from the paper what
dense layers can take. The units are as many as most convolutions of the two models have filters, 512 and 256. The
updates are about as many as the figures show: 3 and 9 epochs of 1,281,167 photographs in batches of 128, which are 667
and 2002 epochs of the digits in batches of 32. What dense layers cannot take: a kernel of 3 × 3 makes a fan of 4608 of
512 filters, and its weights serve all positions. The paper's last dense layers, of 4096 units, its momentum, weight
decay and dropout are left out as well. The depth counts hidden layers here and layers of weights in the paper, so that
ours have one layer more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.datasets import digits
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network, rounded
from xavier_lib.replay.results import Results

RATES = (0.003, 0.01, 0.03, 0.05, 0.1)
DEPTHS = {"he-figure2": 22, "he-figure3": 30}
WIDTHS = {
    "he-figure2": {"quick": 64, "book": 64, "paper": 512},
    "he-figure3": {"quick": 64, "book": 64, "paper": 256},
}
EPOCHS = {
    "he-figure2": {"quick": 3, "book": 60, "paper": 667},
    "he-figure3": {"quick": 3, "book": 150, "paper": 2002},
}


def planned(figure: str, scale: str, seeds: int) -> Sequence[Run]:
    """List both starts at each learning rate."""
    size = {"depth": DEPTHS[figure], "width": WIDTHS[figure][scale], "epochs": EPOCHS[figure][scale]}
    return [
        Run.of(figure, seed, activation="relu", start=start, rate=rate, **size)
        for seed in range(seeds)
        for rate in RATES
        for start in ("xavier", "he")
    ]


def learning(run: Run) -> Mapping[str, Any]:
    """Train on the digits in batches of 32; return the test accuracies and the training losses, before and by epoch.

    Both lists have an entry for the untrained network and one for each epoch that ended. A list that is shorter than
    that says that the epoch after its last one outgrew float32: there training ended, and what was reached stays.
    """
    data, rate = digits(dtype=np.float32), run.parameters["rate"]
    made, order = network(run, data.x_train.shape[1], 10), np.random.default_rng(run.seed)
    accuracies, losses = [made.accuracy(data.x_test, data.y_test)], [made.loss(data.x_train, data.y_train)]
    for _ in range(run.parameters["epochs"]):
        try:
            made.train_epoch(data.x_train, data.y_train, learning_rate=rate, rng=order)
            ended = made.accuracy(data.x_test, data.y_test), made.loss(data.x_train, data.y_train)
        except FloatingPointError:
            break
        accuracies.append(ended[0])
        losses.append(ended[1])
    return {"accuracies": rounded(accuracies), "losses": rounded(losses, 3)}


def curves(results: Results, *, depth: int, rate: float, start: str, part: str = "accuracies") -> NDArray[Any]:
    """Return what the stored runs of figure 2 or 3 measured, one seed a row, one epoch a column.

    Used in :doc:`/chapters/rectifiers`. NaN stands from the epoch on that outgrew float32: no network is left.

    Args:
        results: from ``results/rectifiers.json``, or from a run of one's own.
        depth: 22 or 30 hidden layers.
        rate: one of the learning rates that were run.
        start: ``"xavier"`` or ``"he"``.
        part: ``"accuracies"`` on the test images, or ``"losses"`` on the training images.

    Raises:
        ValueError: if there are no such runs, or some of different scales or versions of xavier_lib.
    """
    wanted = {"depth": depth, "rate": rate, "start": start}
    runs = [
        run
        for run in results.runs.values()
        if run["experiment"] in DEPTHS and wanted.items() <= run["parameters"].items()
    ]
    scales = {(run["parameters"]["width"], run["parameters"]["epochs"]) for run in runs}
    if len(scales) != 1:
        raise ValueError(f"results must hold runs of {wanted} at one scale, got {len(scales)} scales")
    results.one_version(runs)
    rows = [run["result"][part] for run in sorted(runs, key=lambda run: run["seed"])]
    found = np.full((len(rows), runs[0]["parameters"]["epochs"] + 1), np.nan)
    for row, values in zip(found, rows, strict=True):
        row[: len(values)] = values
    return found
