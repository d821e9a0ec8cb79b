"""Figures of Glorot and Bengio (2010): what activations and gradients do at the start and while a network trains."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.datasets import digits
from xavier_lib.datasets.shapeset import CLASSES, shapeset
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.figures2010 import (
    activation_means,
    activation_percentiles,
    during_training,
    mean_singular_values,
)
from xavier_lib.replay.networks import network, rounded

WIDTHS = {"quick": 50, "book": 300, "paper": 1000}
EPOCHS = {"quick": 12, "book": 60, "paper": 150}
IMAGES = {"quick": 2000, "book": 20_000, "paper": 1_000_000}
SEED_HELD = 2010
BATCH = 10
BOTH = ("standard", "normalized")


def saturation_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figure 2: sigmoid networks of three to five hidden layers; width 50 escapes soonest."""
    width = 1000 if scale == "paper" else 50
    common = {"activation": "sigmoid", "start": "standard", "width": width, "rate": 0.5, "epochs": EPOCHS[scale]}
    return [Run.of("figure2", seed, depth=depth, **common) for seed in range(seeds) for depth in (3, 4, 5)]


def saturation(run: Run) -> Mapping[str, Any]:
    """Train on the digits, and return each hidden layer's mean activation and the accuracy, epoch by epoch."""
    x, y = digits(dtype=np.float32)[2:]
    seen = by_epoch(run, lambda made: np.append(activation_means(made, x), made.accuracy(x, y)))
    return {"means": [rounded(record[:-1], 3) for record in seen], "accuracies": rounded(seen[:, -1])}


def start_plan(figure: str, scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of a figure that needs no training: five tanh layers, both starts."""
    common = {"activation": "tanh", "depth": 5, "width": WIDTHS[scale]}
    return [Run.of(figure, seed, start=start, **common) for seed in range(seeds) for start in BOTH]


def activations(run: Run) -> Mapping[str, Any]:
    """Return figure 6 in numbers, the spread of the activations layer by layer."""
    made, x, _ = untrained(run)
    return {"activations": rounded([a.std() for a in made.forward(x).activations[1:]])}


def gradients(run: Run) -> Mapping[str, Any]:
    """Return figures 7 and 8 in numbers, the spread of the gradients of pre-activations and of weights."""
    made, x, y = untrained(run)
    found = made.gradients(x, y)
    return {
        "gradients": rounded([delta.std() for delta in found.pre_activations[:-1]]),
        "weight_gradients": rounded([by_weight.std() for by_weight in found.weights]),
    }


def singular_values(run: Run) -> Mapping[str, Any]:
    """Return the mean singular value of each layer's Jacobian at one image, equation 17."""
    made, x, _ = untrained(run)
    return {"singular_values": rounded(mean_singular_values(made, x[:1]))}


def untrained(run: Run) -> tuple[MLP, Any, Any]:
    """Return the network of a run, and three hundred digits with their labels."""
    data = digits(dtype=np.float32)
    return network(run, data.x_train.shape[1], 10), data.x_train[:300], data.y_train[:300]


def shapes_plan(figure: str, scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figures 3 and 4: tanh and softsign from the standard start, tanh from the normalized one."""
    common = {"depth": 5, "width": WIDTHS[scale] // 2, "rate": 0.05, "images": IMAGES[scale]}
    rows = (("tanh", "standard"), ("softsign", "standard"), ("tanh", "normalized"))
    return [
        Run.of(figure, seed, activation=activation, start=start, **common)
        for seed in range(seeds)
        for activation, start in rows
    ]


def saturating(run: Run) -> Mapping[str, Any]:
    """Return figure 3 in numbers: the 98th percentile and the spread of each layer, ten times while it trains."""
    percentiles, spreads = [], []
    for made, held in trained_on_shapes(run, records=10):
        percentiles.append(rounded(activation_percentiles(made, held), 3))
        spreads.append(rounded([a.std() for a in made.forward(held).activations[1:]], 3))
    return {"percentiles": percentiles, "spreads": spreads}


def piles(run: Run) -> Mapping[str, Any]:
    """Return figure 4 in numbers: a histogram of each layer's activations in forty bins, when training has ended."""
    made, held = [*trained_on_shapes(run, records=1)][-1]
    layers = made.forward(held).activations[1:]
    return {"shares": [rounded(np.histogram(a, bins=40, range=(-1, 1))[0] / a.size, 3) for a in layers]}


def trained_on_shapes(run: Run, records: int) -> Iterator[tuple[MLP, Any]]:
    """Yield the network before training on shapes and at each record, with 300 images that it never sees."""
    source = np.random.default_rng(run.seed)
    held = shapeset(300, rng=SEED_HELD, dtype=np.float32).images
    mean, spread = held.mean(), held.std()
    made = network(run, held.shape[1], len(CLASSES))
    yield made, (held - mean) / spread
    for _ in range(records):
        seen = shapeset(run.parameters["images"] // records, rng=source, dtype=np.float32)
        made.train_epoch(
            (seen.images - mean) / spread, seen.labels,
            learning_rate=run.parameters["rate"], batch_size=BATCH, rng=source,
        )  # fmt: skip
        yield made, (held - mean) / spread


def training_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs of figure 9: the networks of figure 6 while they train."""
    common = {"activation": "tanh", "depth": 5, "width": WIDTHS[scale] // 2, "rate": 0.01, "epochs": EPOCHS[scale] // 6}
    return [Run.of("figure9", seed, start=start, **common) for seed in range(seeds) for start in BOTH]


def training(run: Run) -> Mapping[str, Any]:
    """Return the spread of the weight gradients, layer by layer, before training and after each epoch."""
    x, y = digits(dtype=np.float32)[:2]
    seen = by_epoch(run, lambda made: [gradient.std() for gradient in made.gradients(x, y).weights])
    return {"weight_gradients": [rounded(record, 3) for record in seen]}


def by_epoch(run: Run, measure: Callable[[MLP], Any]) -> NDArray[Any]:
    """Train the network of a run on the digits, and measure it before the first epoch and after each."""
    x, y = digits(dtype=np.float32)[:2]
    given = run.parameters
    return during_training(
        network(run, x.shape[1], 10), x, y, measure,
        every=len(x), records=given["epochs"], learning_rate=given["rate"], batch_size=BATCH, rng=run.seed,
    )  # fmt: skip
