"""Figure 11 of Glorot and Bengio (2010): the test errors of table 1 while the five rows learn, side by side."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from xavier_lib.datasets import digits
from xavier_lib.datasets.shapeset import shapeset
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network
from xavier_lib.replay.table1 import BATCH, BLOCK, ROWS, TEST, TEST_SEED, Batch

RATES = (0.01, 0.03, 0.1, 0.3, 1.0)  # that the sweep tries for each row
SIZES = {"quick": (50, 500), "book": (100, 160_000), "paper": (1000, 5_000_000)}  # width, steps
SWEEP = {"quick": 500, "book": 40_000, "paper": 5_000_000}  # steps of the sweep
SWEEP_SEED, VALIDATION_SEED = 100, 2011
SETS = (("shapeset", "raw"), ("shapeset", "standardized"), ("digits", "standardized"))
DIGITS_HELD = 300  # training digits that the sweep keeps for validation
#: For each row the rate with the lowest validation error at the end of the stored sweep, the smaller one of equals.
CHOSEN: Mapping[tuple[str, str], Sequence[float]] = {
    ("shapeset", "raw"): (0.1, 0.1, 0.1, 0.03, 0.01),
    ("shapeset", "standardized"): (0.03, 0.03, 0.01, 0.03, 0.3),
    ("digits", "standardized"): (0.3, 0.01, 0.3, 0.01, 1.0),
}


def name_of(activation: str, start: str) -> str:
    """Return what the paper's table calls a row.

    >>> name_of("tanh", "normalized")
    'tanh N'
    """
    return activation + (" N" if start == "normalized" else "")


def curves_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List a run for each seed and set: all five rows on the same mini-batches, each with the rate chosen for it."""
    width, steps = SIZES[scale]
    return [
        Run.of("curves", seed, data=data, pixels=pixels, width=width, depth=5, steps=steps, rates=CHOSEN[data, pixels])
        for seed in range(seeds)
        for data, pixels in SETS
    ]


def sweep_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List a run for each set and rate."""
    width, _ = SIZES[scale]
    return [
        Run.of(
            *("curves-rates", seed),
            data=data, pixels=pixels, width=width, depth=5, steps=SWEEP[scale], rates=[rate] * len(ROWS),
        )
        for seed in range(seeds)
        for data, pixels in SETS
        for rate in RATES
    ]  # fmt: skip


def curves(run: Run) -> Mapping[str, Any]:
    """Train the rows side by side, and return their test errors at steps that double, up to the last one."""
    stream, test = STREAMS[run.parameters["data"]](run, validation=False)
    return followed(run, stream, test)


def validated(run: Run) -> Mapping[str, Any]:
    """The same from other seeds, with errors on validation images, which no curve and no table reports."""
    other = Run.of("other", SWEEP_SEED + run.seed, **run.parameters)
    stream, held = STREAMS[run.parameters["data"]](other, validation=True)
    return followed(other, stream, held)


def followed(run: Run, stream: Iterator[Batch], held: Batch) -> dict[str, Any]:
    """Train the rows on one stream of mini-batches; an error of None says that the row's numbers outgrew float32."""
    given = run.parameters
    marks = [given["steps"] // 2**k for k in range(int(math.log2(given["steps"] / 500)), -1, -1)]
    nets: dict[str, MLP | None] = {}
    for activation, start in ROWS:
        one = Run.of("row", run.seed, width=given["width"], depth=given["depth"], activation=activation, start=start)
        nets[name_of(activation, start)] = network(one, held[0].shape[1], int(held[1].max()) + 1)
    rates = dict(zip(nets, given["rates"], strict=True))
    errors: dict[str, list[float | None]] = {name: [] for name in nets}
    for step, (x, y) in enumerate(stream, start=1):
        for name, net in nets.items():
            try:
                if net is not None:
                    net.step(x, y, learning_rate=rates[name])
                    if step in marks:
                        errors[name].append(round(1 - net.accuracy(*held), 6))
            except FloatingPointError:
                nets[name] = net = None
            if net is None and step in marks:
                errors[name].append(None)
        if step == marks[-1]:
            break
    return {"steps": marks, "errors": errors}


def shapes(run: Run, *, validation: bool) -> tuple[Iterator[Batch], Batch]:
    """Return mini-batches of images that nobody has seen before, and those for the error, the same for every run."""
    held = shapeset(TEST, rng=VALIDATION_SEED if validation else TEST_SEED, dtype=np.float32)
    standardized = run.parameters["pixels"] == "standardized"
    mean, spread = (held.images.mean(), held.images.std()) if standardized else (np.float32(0), np.float32(1))

    def stream() -> Iterator[Batch]:
        source = np.random.default_rng(run.seed)
        while True:
            drawn, labels = shapeset(BLOCK, rng=source, dtype=np.float32)
            images = (drawn - mean) / spread
            yield from ((images[i : i + BATCH], labels[i : i + BATCH]) for i in range(0, BLOCK, BATCH))

    return stream(), ((held.images - mean) / spread, held.labels)


def shuffled_digits(run: Run, *, validation: bool) -> tuple[Iterator[Batch], Batch]:
    """Return mini-batches of the training digits, epoch after epoch, and the digits for the error."""
    data = digits(dtype=np.float32)
    last = len(data.x_train) - (DIGITS_HELD if validation else 0)
    held = (data.x_train[last:], data.y_train[last:]) if validation else (data.x_test, data.y_test)

    def stream() -> Iterator[Batch]:
        source = np.random.default_rng(run.seed)
        while True:
            order = source.permutation(last)
            for start in range(0, last - BATCH + 1, BATCH):
                batch = order[start : start + BATCH]
                yield data.x_train[batch], data.y_train[batch]

    return stream(), held


STREAMS = {"shapeset": shapes, "digits": shuffled_digits}
