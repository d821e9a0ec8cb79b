"""What table 1 of 2010 costs at each scale, from steps timed here: ``python -m benchmarks.plan`` prints the tables."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from xavier_lib.datasets.shapeset import CLASSES, SIZE, shapeset
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.curves import ROWS, curves_plan, exchanged_plan, sweep_plan
from xavier_lib.replay.experiment import SCALES, Run
from xavier_lib.replay.networks import network
from xavier_lib.replay.streams import BATCH

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


def stages(scale: str) -> tuple[Sequence[Run], ...]:
    """List the runs of the three commands: the sweep for the rates, with one seed, and the curves that need them."""
    return sweep_plan(scale, 1), curves_plan(scale, SEEDS), exchanged_plan(scale, SEEDS)


def started(width: int, data: str, activation: str, start: str) -> MLP:
    """Return a network of a row."""
    return network(Run.of("plan", 0, depth=5, width=width, activation=activation, start=start), *FIRST[data])


def step_seconds(width: int, data: str) -> float:
    """Return the time in which each of the five rows makes one step, on random images."""
    total = 0.0
    for row in ROWS:
        made = started(width, data, *row)
        images = np.random.default_rng(0).random((BATCH, made.sizes[0]), dtype=np.float32)
        labels = np.arange(BATCH) % made.sizes[-1]
        total += seconds(lambda made=made, x=images, y=labels: made.step(x, y, learning_rate=0.01), 200)  # type: ignore[misc]
    return total


def elapsed(runs: Sequence[float], workers: int) -> float:
    """Return how long the runs take when each worker takes the next one, the longest first."""
    free = [0.0] * workers
    for run in sorted(runs, reverse=True):
        free[free.index(min(free))] += run
    return max(free)


def worded(duration: float) -> str:
    """Return seconds in words, with two digits."""
    for unit, length in (("h", 3600), ("min", 60)):
        if duration >= 1.5 * length:
            return f"{float(f'{duration / length:.2g}'):g} {unit}"
    return f"{float(f'{duration:.2g}'):g} s"


def scale_line(scale: str, drawing: float) -> tuple[str, dict[tuple[int, str], float]]:
    """Return a line of the table of scales, and the times of a step of five rows by width and data."""
    plans = stages(scale)
    kinds = {(run.parameters["width"], run.parameters["data"]) for run in plans[1]}
    steps = {kind: step_seconds(*kind) for kind in sorted(kinds)}
    times: list[list[float]] = [[] for _ in plans]
    for runs, found in zip(plans, times, strict=True):
        for run in runs:
            data = run.parameters["data"]
            one = steps[run.parameters["width"], data] + drawing * (data == "shapeset")
            found.append(one * run.parameters["steps"])
    width, taken = plans[1][0].parameters["width"], plans[1][0].parameters["steps"]
    cells = [f"`{scale}`", width, f"{taken:,}".replace(",", " "), sum(map(len, plans))]
    cells += [worded(sum(elapsed(found, workers) for found in times)) for workers in WORKERS]
    return f"| {' | '.join(map(str, [*cells, worded(max(map(max, times)))]))} |", steps


def main() -> None:
    """Print the table of scales, the times behind it, and what a step must compute and move."""
    drawing = seconds(lambda: shapeset(1000, rng=0, dtype=np.float32), 9) / 1000 * BATCH
    lines, times = [], {}
    for scale in SCALES:
        line, steps = scale_line(scale, drawing)
        lines.append(line)
        times.update(steps)
    print("| scale | width | steps a curve | runs | one worker | 8 workers | 64 workers | longest run |")
    print("|---|---|---|---|---|---|---|---|", *lines, sep="\n")
    print("\n| what | time |\n|---|---|")
    for (width, data), found in sorted(times.items(), reverse=True):
        print(f"| a step of all five rows, {width} units a layer, {data} | {1e3 * found:.2g} ms |")
    print(f"| drawing {BATCH} images of shapes | {1e3 * drawing:.2g} ms |")
    weights = sum(w.size for w in started(1000, "shapeset", *ROWS[0]).weights)
    print(f"\n{weights / 1e6:.2f} million weights, {4 * weights / 1e6:.0f} MB in float32;", end=" ")
    print(f"{6 * weights * BATCH / 1e9:.1f} billion floating-point operations a step")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
