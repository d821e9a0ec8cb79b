"""Figure 11 of Glorot and Bengio (2010): the test errors of table 1 while the five rows learn, side by side."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network
from xavier_lib.replay.table1 import ROWS, Batch, shuffled_digits, unlimited_shapes
from xavier_lib.table import PAPER

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


def curves_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List a run for each seed and set: all five rows on the same mini-batches, each with the rate chosen for it."""
    width, steps = SIZES[scale]
    return [
        Run.of("curves", seed, data=data, pixels=pixels, width=width, depth=5, steps=steps, rates=CHOSEN[data, pixels])
        for seed in range(seeds)
        for data, pixels in SETS
    ]


def exchanged_plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs on shapes again, the two starts of an activation with each other's rate."""
    runs = [run for run in curves_plan(scale, seeds) if run.parameters["data"] == "shapeset"]
    return [Run.of("curves-exchanged", run.seed, **run.parameters | {"rates": exchanged(run)}) for run in runs]


def exchanged(run: Run) -> list[float]:
    """Return the rates of a run with those of the two starts of softsign, and of tanh, in each other's place."""
    softsign, softsign_n, tanh, tanh_n, sigmoid = run.parameters["rates"]
    return [softsign_n, softsign, tanh_n, tanh, sigmoid]


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
    given = run.parameters
    if given["data"] == "digits":
        return followed(run, *shuffled_digits(run.seed))
    return followed(run, *unlimited_shapes(run.seed, standardized=given["pixels"] == "standardized"))


def validated(run: Run) -> Mapping[str, Any]:
    """The same from other seeds, with errors on validation images, which no curve and no table reports."""
    given, other = run.parameters, Run.of(run.experiment, SWEEP_SEED + run.seed, **run.parameters)
    if given["data"] == "digits":
        return followed(other, *shuffled_digits(other.seed, keep=DIGITS_HELD))
    standardized = given["pixels"] == "standardized"
    return followed(other, *unlimited_shapes(other.seed, held_seed=VALIDATION_SEED, standardized=standardized))


def followed(run: Run, stream: Iterator[Batch], held: Batch) -> dict[str, Any]:
    """Train the rows on one stream of mini-batches; an error of None says that the row's numbers outgrew float32."""
    steps, rates = run.parameters["steps"], run.parameters["rates"]
    marks = [steps // 2**k for k in range(int(math.log2(steps / 500)), -1, -1)]
    nets: list[MLP | None] = [started(run, *row, held) for row in ROWS]
    errors: list[list[float | None]] = [[] for _ in ROWS]
    for step, (x, y) in zip(range(1, steps + 1), stream, strict=False):
        nets = [stepped(net, x, y, rate) for net, rate in zip(nets, rates, strict=True)]
        if step in marks:
            for found, net in zip(errors, nets, strict=True):
                found.append(error_of(net, held))
    return {"steps": marks, "errors": dict(zip(PAPER, errors, strict=True))}


def started(run: Run, activation: str, start: str, held: Batch) -> MLP:
    """Return the network of a row before its first step."""
    sizes = {name: run.parameters[name] for name in ("width", "depth")}
    row = Run.of(run.experiment, run.seed, activation=activation, start=start, **sizes)
    return network(row, held[0].shape[1], int(held[1].max()) + 1)


def stepped(net: MLP | None, x: NDArray[Any], y: NDArray[Any], rate: float) -> MLP | None:
    """Return a network after a step; None where its numbers outgrow float32, or did so before."""
    try:
        if net:
            net.step(x, y, learning_rate=rate)
    except FloatingPointError:
        return None
    return net


def error_of(net: MLP | None, held: Batch) -> float | None:
    """Return the share of images that are named wrongly, or None where the network's numbers outgrow float32."""
    try:
        return round(1 - net.accuracy(*held), 6) if net else None
    except FloatingPointError:
        return None
