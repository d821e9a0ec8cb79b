"""Milliseconds to draw 4096 × 4096 float32 weights, one thread and all: ``python -m benchmarks.drawing``.

Side by side in one run: NumPy's bare fill (``Generator.random`` and ``Generator.standard_normal``, the limit), the
library, and PyTorch, Keras and JAX where they are installed. The best of several rounds counts, since whatever else the
machine does only adds. Left out: float64, other sizes, a framework's first call, and graphics cards.
"""

import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from xavier_lib import glorot_normal, glorot_uniform

SHAPE = (4096, 4096)
ROUNDS = 10
ROWS = ("uniform", "normal", "truncated normal")
STD = (2 / sum(SHAPE)) ** 0.5
PEERS = ("PyTorch", "Keras", "JAX")

Draws = list[Callable[[], object]]  # one for each row


def bare() -> Draws:
    """Return NumPy's own fills; a truncated normal is held against the normal one."""
    source = np.random.default_rng(0)
    fills = (source.random, source.standard_normal, source.standard_normal)
    return [partial(fill, SHAPE, dtype=np.float32) for fill in fills]


def ours() -> Draws:
    """Return the library's Glorot starts."""
    settings: dict[str, Any] = {"rng": np.random.default_rng(0), "dtype": np.float32}
    starts = (glorot_uniform, glorot_normal, partial(glorot_normal, truncated=True))
    return [partial(start, SHAPE, **settings) for start in starts]


def pytorch(threads: int) -> Draws:
    """Return PyTorch's starts, in place in one tensor: at its best, since it needs no new memory."""
    import torch

    torch.set_num_threads(threads)
    init, weights = torch.nn.init, torch.empty(SHAPE)
    return [
        partial(init.xavier_uniform_, weights),
        partial(init.xavier_normal_, weights),
        partial(init.trunc_normal_, weights, std=STD, a=-2 * STD, b=2 * STD),
    ]


def keras(threads: int) -> Draws:  # noqa: ARG001
    """Return the starts of Keras on its backend, as NumPy arrays; its GlorotNormal is the truncated one."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read at the import
    from keras import initializers

    starts = [
        initializers.GlorotUniform(seed=0),
        initializers.RandomNormal(stddev=STD, seed=0),
        initializers.GlorotNormal(seed=0),
    ]
    return [lambda start=start: np.asarray(start(SHAPE, "float32")) for start in starts]


def jax(threads: int) -> Draws:  # noqa: ARG001
    """Return the starts of JAX, compiled."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    from jax import jit, random
    from jax.nn import initializers

    starts = [
        initializers.glorot_uniform(),
        initializers.variance_scaling(1.0, "fan_avg", "normal"),
        initializers.glorot_normal(),
    ]
    compiled = [jit(lambda key, start=start: start(key, SHAPE)) for start in starts]
    return [lambda draw=draw: draw(random.key(0)).block_until_ready() for draw in compiled]


def found(make: Callable[[int], Draws], threads: int) -> Draws | None:
    """Return what a framework draws, or None where it is not installed."""
    try:
        return make(threads)
    except ImportError:
        return None


def milliseconds(draw: Callable[[], object]) -> float:
    """Return the time of one draw; giving the memory back is not counted."""
    start = time.perf_counter()
    weights = draw()
    end = time.perf_counter()
    del weights
    return (end - start) * 1e3


def peak(draw: Callable[[], object]) -> float:
    """Return the peak of NumPy's memory during a draw, over the array's size."""
    tracemalloc.start()
    draw()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / (4 * SHAPE[0] * SHAPE[1])


def measure(threads: int) -> list[dict[str, float | None]]:
    """Return each row's best times and peak; in every round each candidate has its turn, in an order of chance."""
    draws: dict[str, Draws | None] = {"bare": bare(), "ours": ours()}
    draws |= {name: found(make, threads) for name, make in zip(PEERS, (pytorch, keras, jax), strict=True)}
    rows, order = [], np.random.default_rng(0)
    for row in range(len(ROWS)):
        candidates = {name: draw[row] for name, draw in draws.items() if draw}
        times: dict[str, list[float]] = {name: [] for name in candidates}
        for _ in range(1 + ROUNDS):
            for name in order.permutation(list(candidates)):
                times[name].append(milliseconds(candidates[name]))
        best = {name: min(taken[1:]) for name, taken in times.items()}  # the first call compiles
        rows.append({**dict.fromkeys(PEERS), **best, "peak": peak(candidates["ours"])})
    return rows


def in_a_child(threads: int) -> list[dict[str, float | None]]:
    """Measure in a process of its own, which has so many threads from its start."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.drawing", str(threads)],
        env={**os.environ, **limits},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(run.stderr)
    rows: list[dict[str, float | None]] = json.loads(run.stdout.splitlines()[-1])
    return rows


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def confine(threads: int) -> None:
    """Keep this process to as many processors as it has threads, where the system can: frameworks count them."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def line(name: str, row: dict[str, Any]) -> str:
    """Return a line of the table."""
    times = [f"{row[key]:.0f} ms" if row[key] else "not installed" for key in ("bare", "ours", *PEERS)]
    peers = [row[peer] for peer in PEERS if row[peer]]
    shares = [row["ours"] / row["bare"], row["ours"] / min(peers) if peers else float("nan")]
    return f"| {' | '.join([name, *times, *map('{:.2f}'.format, shares), format(row['peak'], '.3f')])} |"


def main() -> None:
    """Print the table; each number of threads is measured in a child process."""
    heads = ("4096 × 4096 float32", "bare fill", "xavier_lib", *PEERS, "/ bare", "/ fastest peer", "peak / array")
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for threads in sorted({1, processors()}):
        for name, row in zip(ROWS, in_a_child(threads), strict=True):
            print(line(f"{name}, {threads} thread{'s' * (threads > 1)}", row), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        confine(int(sys.argv[1]))
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
