"""What Table 1 of 2010 costs at each scale, from steps timed here: ``python -m benchmarks.plan``."""

import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from xavier_lib.datasets.shapeset import CLASSES, SIZE, shapeset
from xavier_lib.replay.experiment import SCALES, Run
from xavier_lib.replay.networks import network
from xavier_lib.replay.table1 import BATCH, table_plan

SEEDS = 5
WORKERS = (1, 8, 64)
FIRST = {"digits": (64, 10), "shapeset": (SIZE**2, len(CLASSES))}  # inputs and classes


def seconds(work: Callable[[], object], times: int) -> float:
    """Return the time of one call, the median of several."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return float(np.median(found))


def step_seconds(run: Run) -> float:
    """Return the time of one training step of a run, on random images."""
    given = run.parameters
    made = network(run, *FIRST[given["data"]])
    rows = np.random.default_rng(0).random((BATCH, made.sizes[0]), dtype=np.float32)
    labels = np.arange(BATCH) % made.sizes[-1]
    return seconds(lambda: made.step(rows, labels, learning_rate=given["rate"]), 40)


def hours(scale: str) -> list[float]:
    """Print the time of a step of each kind, and return the hours of each run of five seeds."""
    drawing = seconds(lambda: shapeset(1000, rng=0, dtype=np.float32), 5) / 1000 * BATCH
    print(f"{scale}: drawing {BATCH} images {1e3 * drawing:.2f} ms")
    steps: dict[tuple[str, str], float] = {}
    found = []
    for run in table_plan(scale, SEEDS):
        given = run.parameters
        kind = given["data"], given["activation"]
        if kind not in steps:
            steps[kind] = step_seconds(run)
            print(f"  {' '.join(kind)}: step {1e3 * steps[kind]:.2f} ms, {given['steps']} steps a run")
        found.append((steps[kind] + drawing * (given["data"] == "shapeset")) * given["steps"] / 3600)
    return found


def elapsed(runs: list[float], workers: int) -> float:
    """Return how long the runs take when each worker takes the next one, the longest first."""
    free = [0.0] * workers
    for run in sorted(runs, reverse=True):
        free[free.index(min(free))] += run
    return max(free)


if __name__ == "__main__":
    with threadpool_limits(1):
        for name in SCALES:
            plan = hours(name)
            total = ", ".join(f"{workers} workers {elapsed(plan, workers):.3g} h" for workers in WORKERS)
            print(f"  {len(plan)} runs: {total}, longest run {max(plan):.3g} h")
