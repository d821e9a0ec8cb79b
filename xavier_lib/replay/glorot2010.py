"""Figures 2, 6, 7, 8 and equation 17 of Glorot and Bengio (2010): the start, and the sigmoid that hides.

The page :doc:`/chapters/replay` performs the runs of the scale "book". The scale "paper" has the paper's 1000 units,
its kind of images, and the 5 million updates after which it chose its learning rates; figure 2 alone has an axis with
a count, 140 epochs of 20 000 updates. It states no rate, so ours stand in for them at every scale.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xavier_lib.datasets import digits
from xavier_lib.datasets.shapeset import CLASSES
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.figures2010 import (
    activation_means,
    during_training,
    mean_singular_values,
    weight_gradient_rms,
)
from xavier_lib.replay.networks import network, rounded
from xavier_lib.replay.training2010 import BATCH, UPDATES, held_shapes, like, on_shapes

WIDTHS = {"quick": 50, "book": 200, "paper": 1000}
BOTH = ("standard", "normalized")
SIGMOID = {"activation": "sigmoid", "start": "standard", "rate": 0.5}
#: Depths and epochs of 1437 digits; depth 3 is out long before depth 4.
DIGITS = {"quick": ((3, 12),), "book": ((3, 10), (4, 60))}


def saturation_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figure 2: on the digits with 50 units, and for the paper on shapes with four and five layers."""
    if scale == "paper":
        shapes = {
            **SIGMOID,
            "data": "shapeset",
            "width": 1000,
            "pixels": "standardized",
            "marks": every(BATCH * UPDATES, 100),
        }
        return [Run.of("figure2", seed, depth=depth, **shapes) for seed in range(seeds) for depth in (4, 5)]
    common = {**SIGMOID, "data": "digits", "width": 50}
    return [
        Run.of("figure2", seed, depth=depth, epochs=epochs, **common)
        for seed in range(seeds)
        for depth, epochs in DIGITS[scale]
    ]


def every(images: int, records: int) -> list[int]:
    """Return equally spaced numbers of images, the last one among them.

    >>> every(10_000, 5)
    [2000, 4000, 6000, 8000, 10000]
    """
    return [images * record // records for record in range(1, records + 1)]


def saturation(run: Run) -> Mapping[str, Any]:
    """Train, and return each hidden layer's mean activation on 300 test images, and their accuracy, at each record."""
    seen = np.array(sigmoid_on_shapes(run) if run.parameters["data"] == "shapeset" else sigmoid_on_digits(run))
    return {"means": [rounded(record[:-1], 3) for record in seen], "accuracies": rounded(seen[:, -1], 3)}


def sigmoid_on_digits(run: Run) -> Any:
    """Return the means and the accuracy before training and after each epoch."""
    given, data = run.parameters, digits(dtype=np.float32)
    few, names = data.x_test[:300], data.y_test[:300]
    return during_training(
        network(run, few.shape[1], 10), data.x_train, data.y_train,
        lambda made: np.append(activation_means(made, few), made.accuracy(few, names)),
        every=len(data.x_train), records=given["epochs"], learning_rate=given["rate"], batch_size=BATCH, rng=run.seed,
    )  # fmt: skip


def sigmoid_on_shapes(run: Run) -> Any:
    """Return the means and the accuracy before training and after each mark, on images never seen before."""
    few, names = held_shapes("standardized")
    row = {"sigmoid": network(run, few.shape[1], len(CLASSES))}
    return [
        np.append(activation_means(made, few), made.accuracy(few, names))
        for nets in on_shapes(row, run)
        for made in nets.values()
    ]


def start_plan(figure: str, scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of a figure that needs no training: five tanh layers, both starts, 300 standardized shapes."""
    common = {"activation": "tanh", "depth": 5, "width": WIDTHS[scale], "pixels": "standardized"}
    return [Run.of(figure, seed, start=start, **common) for seed in range(seeds) for start in BOTH]


def untrained(run: Run) -> MLP:
    """Return the network of a run on shapes before its first step."""
    return network(run, 1024, len(CLASSES))


def activations(run: Run) -> Mapping[str, Any]:
    """Return figure 6 in numbers: the rms of the activations, layer by layer."""
    x, _ = held_shapes(run.parameters["pixels"])
    return {"activations": rounded(map(rms, untrained(run).forward(x).activations[1:]))}


def gradients(run: Run) -> Mapping[str, Any]:
    """Return figure 7 in numbers: the rms of the loss's gradients by the pre-activations of each hidden layer."""
    x, y = held_shapes(run.parameters["pixels"])
    return {"gradients": rounded(map(rms, untrained(run).gradients(x, y).pre_activations[:-1]))}


def weight_gradients(run: Run) -> Mapping[str, Any]:
    """Return figure 8 in numbers: the rms of the gradients by the weights of each hidden layer, batch by batch."""
    x, y = held_shapes(run.parameters["pixels"])
    return {"weight_gradients": rounded(weight_gradient_rms(untrained(run), x, y, batch_size=BATCH))}


def jacobian_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of equation 17: those of figure 6, on pixels from 0 to 1 and on standardized ones."""
    runs = start_plan("equation17", scale, seeds)
    return [like(run, pixels=pixels) for run in runs for pixels in ("raw", "standardized")]


def singular_values(run: Run) -> Mapping[str, Any]:
    """Return the mean singular value of the Jacobian between hidden layers, at the held-out image of the seed."""
    x, _ = held_shapes(run.parameters["pixels"])
    at = run.seed % len(x)
    return {"singular_values": rounded(mean_singular_values(untrained(run), x[at : at + 1]))}
