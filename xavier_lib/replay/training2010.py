"""Figures 3, 4, 9 and 10 and section 4.3 of Glorot and Bengio (2010): tanh and softsign while they learn shapes."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.datasets.shapeset import CLASSES, shapeset
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.figures2010 import weight_gradient_rms
from xavier_lib.replay.networks import network, rounded

BATCH = 10
BLOCK = 500  # images that are drawn at once; every number of images at which is measured is a multiple of it
UPDATES = 5_000_000  # after which the paper chose its rates; of its figures one has a count: 2, to 140 epochs of 20 000
SEED_HELD, HELD = 2010, 300  # the paper looks at 300 test images as well
BINS = 40
#: Tanh and softsign from the start of equation 1, and tanh from that of equation 16 ("N").
ROWS = {"tanh": ("tanh", "standard"), "tanh N": ("tanh", "normalized"), "softsign": ("softsign", "standard")}
WIDTHS = {"quick": 50, "book": 100, "paper": 1000}
MARKS = {
    "quick": (1000, 2000),
    "book": (2000, 4000, 6000, 8000),
    "paper": tuple(BATCH * UPDATES * tenth // 10 for tenth in range(1, 11)),
}
LONG = (1000, 2000, 4000, 8000, 20_000, 50_000, 100_000, 200_000)
LONG_MARKS = {"quick": LONG[:2], "book": LONG, "paper": (*LONG, 500_000, 1_000_000, 5_000_000, BATCH * UPDATES)}
Images = tuple[NDArray[Any], NDArray[Any]]


def plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figures 3, 4, 9 and 10, one a seed: three networks on the same images, each seen once."""
    common = {"depth": 5, "width": WIDTHS[scale], "rate": 0.05, "pixels": "standardized"}
    return [Run.of("figures3-4-9-10", seed, rows=[*ROWS], marks=MARKS[scale], **common) for seed in range(seeds)]


def long_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of section 4.3: the two tanh networks of :func:`plan` on the same images, and further."""
    wanted = {"rows": ["tanh", "tanh N"], "marks": LONG_MARKS[scale]}
    return [like(run, name="section4.3", **wanted) for run in plan(scale, seeds)]


def like(run: Run, name: str = "", **changed: Any) -> Run:
    """Return a run with some parameters changed, and perhaps under another name.

    >>> like(Run.of("a", 0, width=5, depth=2), width=7).parameters
    {'depth': 2, 'width': 7}
    """
    return Run.of(name or run.experiment, run.seed, **run.parameters | changed)


def training(run: Run) -> Mapping[str, Any]:
    """Return for each row what is measured before training and at each mark, and a histogram at the end."""
    x, y = held_shapes(run.parameters["pixels"])
    rows = {name: row_network(run, name) for name in run.parameters["rows"]}
    records = [{name: measured(net, x, y) for name, net in nets.items()} for nets in on_shapes(rows, run)]
    return {
        name: {
            **{what: [record[name][what] for record in records] for what in records[0][name]},
            "shares": [rounded(shares(layer), 3) for layer in net.forward(x).activations[1:]],
        }
        for name, net in rows.items()
    }


def row_network(run: Run, name: str) -> MLP:
    """Return the network of a row before its first step."""
    activation, start = ROWS[name]
    return network(like(run, activation=activation, start=start), 1024, len(CLASSES))


@cache
def pixel_scale(pixels: str) -> tuple[np.float32, np.float32]:
    """Return what is taken off a pixel and what it is divided by: 0 and 1 if "raw", else the mean and the spread."""
    held = shapeset(HELD, rng=SEED_HELD, dtype=np.float32).images
    return (held.mean(), held.std()) if pixels == "standardized" else (np.float32(0), np.float32(1))


@cache
def held_shapes(pixels: str) -> Images:
    """Return 300 images that no network learns from, and their classes."""
    held, (mean, spread) = shapeset(HELD, rng=SEED_HELD, dtype=np.float32), pixel_scale(pixels)
    return (held.images - mean) / spread, held.labels


def on_shapes(nets: dict[str, MLP], run: Run) -> Iterator[dict[str, MLP]]:
    """Yield the networks before training and at each mark; they learn in batches of ten, all from the same images."""
    rate, marks, source = run.parameters["rate"], run.parameters["marks"], np.random.default_rng(run.seed)
    mean, spread = pixel_scale(run.parameters["pixels"])
    yield nets
    for block in range(1, marks[-1] // BLOCK + 1):
        drawn = shapeset(BLOCK, rng=source, dtype=np.float32)
        images = (drawn.images - mean) / spread
        for net in nets.values():
            for at in range(0, BLOCK, BATCH):
                net.step(images[at : at + BATCH], drawn.labels[at : at + BATCH], learning_rate=rate)
        if block * BLOCK in marks:
            yield nets


def measured(net: MLP, x: NDArray[Any], y: NDArray[Any]) -> dict[str, Any]:
    """Return what the figures draw, hidden layer by hidden layer, and the loss and the accuracy on held-out images.

    The gradients of the loss are those by the pre-activations, which the paper studies, and those by the activations.
    """
    record, by_z = net.forward(x), net.gradients(x, y).pre_activations
    by_a = [delta @ weights.T for delta, weights in zip(by_z[1:], net.weights[1:], strict=True)]
    return {
        "percentiles": rounded([np.percentile(layer, 98) for layer in record.activations[1:]], 3),
        "spreads": rounded([layer.std() for layer in record.activations[1:]], 3),
        "gradients": rounded(map(rms, by_z[:-1]), 3),
        "gradients by activations": rounded(map(rms, by_a), 3),
        "weight_gradients": rounded(weight_gradient_rms(net, x, y, batch_size=BATCH), 3),
        **{
            "loss": float(f"{net.loss(x, y):.3g}"),
            "accuracy": float(f"{np.mean(record.logits.argmax(axis=1) == y):.3g}"),
        },
    }


def shares(activations: NDArray[Any]) -> NDArray[Any]:
    """Return the shares of activations in forty bins from -1 to 1."""
    return np.histogram(activations, bins=BINS, range=(-1, 1))[0] / activations.size
