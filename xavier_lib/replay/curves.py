"""Table 1 and figure 11 of Glorot and Bengio (2010): the test errors of the five rows while they learn."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.experiment import Run, written
from xavier_lib.replay.networks import network
from xavier_lib.replay.results import Results
from xavier_lib.replay.streams import Batch, shuffled_digits, unlimited_shapes
from xavier_lib.table import PAPER

ROWS = (
    *(("softsign", "standard"), ("softsign", "normalized"), ("tanh", "standard"), ("tanh", "normalized")),
    ("sigmoid", "standard"),
)
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


class Curves(NamedTuple):
    """Test errors of the rows while they learn; see :doc:`/chapters/table`.

    Attributes:
        steps: the steps at which the errors were taken.
        errors: for each row the errors in %, seeds × steps.
        rates: for each row its learning rate.

    >>> Curves([500], {"tanh": np.array([[20.0]])}, {"tanh": 0.1}).steps
    [500]
    """

    steps: list[int]
    errors: dict[str, NDArray[Any]]
    rates: dict[str, float]


def error_curves(results: Results, data: str, pixels: str, *, experiment: str = "curves") -> Curves:
    """Return the stored curves of a data set, the seeds in order.

    Read in :doc:`/chapters/table`.

    Args:
        results: what ``xavier_lib.replay.results.read`` gives of a file.
        data: ``"shapeset"`` or ``"digits"``.
        pixels: ``"raw"`` or ``"standardized"``.
        experiment: ``"curves"``, or another one of their kind.

    Raises:
        ValueError: if the file has no such runs, or has them at several scales or of several versions of
            xavier_lib, or a row's numbers outgrew float32.
    """
    wanted = {"data": data, "pixels": pixels}
    runs = [
        record
        for record in results.runs.values()
        if record["experiment"] == experiment and wanted.items() <= record["parameters"].items()
    ]
    scales = {written("parameters", record["parameters"]) for record in runs}
    if len(scales) != 1:
        raise ValueError(f"results must hold {experiment} of {data}, {pixels}, at one scale, got {sorted(scales)}")
    results.one_version(runs)
    runs.sort(key=lambda record: record["seed"])
    found = [record["result"] for record in runs]
    errors = {row: 100 * np.array([result["errors"][row] for result in found], dtype=float) for row in PAPER}
    for row, of_row in errors.items():
        if np.isnan(of_row).any():
            raise ValueError(f"results must hold numbers, but those of {row} outgrew float32")
    return Curves(found[0]["steps"], errors, dict(zip(PAPER, runs[0]["parameters"]["rates"], strict=True)))
