"""Table 1 of Glorot and Bengio (2010): the test error of five starts on Shapeset-3×2 and on the digits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.datasets import digits
from xavier_lib.datasets.shapeset import CLASSES, shapeset
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network

ROWS = (
    *(("softsign", "standard"), ("softsign", "normalized"), ("tanh", "standard"), ("tanh", "normalized")),
    ("sigmoid", "standard"),
)
#: Chosen among 0.01, 0.03, 0.1 and 0.3 by both starts together on shapes, seed 100; the paper states none.
RATES = {"softsign": 0.1, "tanh": 0.03, "sigmoid": 0.1}
SIZES = {"quick": (50, 500), "book": (100, 20_000), "paper": (1000, 500_000)}  # width, steps
BATCH = 10
BLOCK = 2000  # images that are drawn at once
TEST = 4000
TEST_SEED = 2010
Batch = tuple[NDArray[Any], NDArray[Any]]


def table_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List five rows on two data sets, five hidden layers."""
    width, steps = SIZES[scale]
    return [
        Run.of(
            *("table1", seed),
            data=data, activation=activation, start=start, rate=RATES[activation], width=width, depth=5, steps=steps,
        )
        for seed in range(seeds)
        for data in ("digits", "shapeset")
        for activation, start in ROWS
    ]  # fmt: skip


def error(run: Run) -> Mapping[str, Any]:
    """Train in mini-batches of ten, and return the share of test images that are named wrongly."""
    stream, test = SETS[run.parameters["data"]](run.seed)
    made = network(run, test[0].shape[1], len(CLASSES) if run.parameters["data"] == "shapeset" else 10)
    for _, (x, y) in zip(range(run.parameters["steps"]), stream, strict=False):
        made.step(x, y, learning_rate=run.parameters["rate"])
    return {"error": round(1 - made.accuracy(*test), 6)}


def unlimited_shapes(
    seed: int, *, held_seed: int = TEST_SEED, standardized: bool = False
) -> tuple[Iterator[Batch], Batch]:
    """Return mini-batches of images that nobody has seen before, and those for the error, the same for every seed."""
    held = shapeset(TEST, rng=held_seed, dtype=np.float32)
    mean, spread = (held.images.mean(), held.images.std()) if standardized else (np.float32(0), np.float32(1))

    def stream() -> Iterator[Batch]:
        source = np.random.default_rng(seed)
        while True:
            drawn, labels = shapeset(BLOCK, rng=source, dtype=np.float32)
            images = (drawn - mean) / spread
            yield from ((images[i : i + BATCH], labels[i : i + BATCH]) for i in range(0, BLOCK, BATCH))

    return stream(), ((held.images - mean) / spread, held.labels)


def shuffled_digits(seed: int, *, keep: int = 0) -> tuple[Iterator[Batch], Batch]:
    """Return mini-batches of the training digits, epoch after epoch, and the test digits.

    With ``keep`` that many of the training digits are kept out, and take the place of the test digits.
    """
    data = digits(dtype=np.float32)
    last = len(data.y_train) - keep
    held = (data.x_train[last:], data.y_train[last:]) if keep else (data.x_test, data.y_test)

    def stream() -> Iterator[Batch]:
        source = np.random.default_rng(seed)
        while True:
            order = source.permutation(last)
            for start in range(0, last - BATCH + 1, BATCH):
                batch = order[start : start + BATCH]
                yield data.x_train[batch], data.y_train[batch]

    return stream(), held


SETS: Mapping[str, Callable[[int], tuple[Iterator[Batch], Batch]]] = {
    "shapeset": unlimited_shapes,
    "digits": shuffled_digits,
}
