"""Experiments of a few milliseconds, on which the long runs are tried out."""

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from xavier_lib.replay.experiment import Experiment, Run

COUNT = {"quick": 3, "book": 10, "paper": 40}  # sizes
DIARY = "TOY_DIARY"  # the environment variable that names a file for a line a run
ENDLESS = "TOY_ENDLESS"  # the environment variable that names a size whose product is never done


def toy(about: str, perform: Callable[[Run], Mapping[str, Any]]) -> Experiment:
    """Return the experiment that performs a few sizes for each seed."""

    def plan(scale: str, seeds: int) -> Sequence[Run]:
        sizes = [300 + 7 * number for number in range(COUNT[scale])]
        return [Run.of(perform.__name__, seed, size=size) for seed in range(seeds) for size in sizes]

    return Experiment(perform.__name__, about, plan, perform)


def product(run: Run) -> Mapping[str, Any]:
    """Multiply three random matrices, and write a line into the diary."""
    noted(run)
    rng = np.random.default_rng(run.seed)
    size = run.parameters["size"]
    if os.environ.get(ENDLESS) == str(size):
        wait_for_ever()
    a, b, c = (rng.normal(size=(size, size)) for _ in range(3))
    return {"rows": (a @ b @ c).sum(axis=1)[:3], "mean": (a @ b).mean()}


def stumbling(run: Run) -> Mapping[str, Any]:
    """Raise for one size when it is tried for the first time."""
    noted(run)
    if run.parameters["size"] == 307 and begun().count(run.key) == 1:
        raise ArithmeticError("a first step that is too long")
    return {"size": run.parameters["size"]}


def deadly(run: Run) -> Mapping[str, Any]:
    """Kill the process that works on one of the sizes when it is tried for the first time."""
    noted(run)
    if run.parameters["size"] == 307 and begun().count(run.key) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"size": run.parameters["size"]}


def slow(run: Run) -> Mapping[str, Any]:
    """Work on one of the sizes for ever."""
    noted(run)
    if run.parameters["size"] == 314:
        wait_for_ever()
    return {"size": run.parameters["size"]}


def threads(run: Run) -> Mapping[str, Any]:
    """Say how many threads BLAS may use."""
    return {"size": run.parameters["size"], "threads": sorted({pool["num_threads"] for pool in threadpool_info()})}


def endless(run: Run) -> Mapping[str, Any]:  # noqa: ARG001
    """Return a number that is none."""
    return {"loss": float("nan")}


def chatty(run: Run) -> Mapping[str, Any]:  # noqa: ARG001
    """Return a text where a number should be."""
    return {"loss": "low"}


def wait_for_ever() -> None:
    """Wait for what does not come; a signal ends it."""
    threading.Event().wait()


def noted(run: Run) -> None:
    """Write into the diary which run begins in which process; one write of a line is never torn."""
    if DIARY in os.environ:
        with Path(os.environ[DIARY]).open("a") as file:
            file.write(f"{os.getpid()} {run.key}\n")


def begun() -> list[str]:
    """Return the keys of the runs that have begun, as often as they have."""
    return [line.split(" ", 1)[1] for line in Path(os.environ[DIARY]).read_text().splitlines()]


EXPERIMENTS = {
    "product": toy("Products of random matrices.", product),
    "stumbling": toy("A run that fails once.", stumbling),
    "deadly": toy("A run that kills its process once.", deadly),
    "slow": toy("A run that does not end.", slow),
    "threads": toy("The threads of BLAS.", threads),
    "endless": toy("A result that is no number.", endless),
    "chatty": toy("A result that is a text.", chatty),
}
