"""A step of the laboratory's engine beside a step of ``MLP``, and a redraw: ``python -m benchmarks.laboratory``.

The very files of ``_assets/lab`` run in a worker of headless Chromium, the library in this process; both in float64,
one thread each, on batches of 32 digits in turn. Rounds of both alternate and the shortest counts, since whatever
else the machine does only adds. A redraw is what a page asks for while a gain is dragged, without the drawing:
``begin`` with another gain, and ``report``; its times are the median and the 95th percentile of a hundred.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Worker, sync_playwright

from benchmarks.serving import served
from xavier_lib import MLP, glorot_uniform
from xavier_lib.datasets import digits

LAB = Path(__file__).parent.parent / "_assets" / "lab"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STEPS = ((1, 4), (5, 64), (10, 64), (30, 64), (5, 128))  # depth and width
REDRAWS = ((5, 64), (10, 64), (30, 64), (30, 128))
ROWS = 1408  # 44 batches
RATE = 0.01
CHUNK = 0.03  # seconds, long beside what a browser's clock can tell
ROUNDS = 40
GOAL = 4  # times as slow as the library
WORKER = """self.worker = new Worker(
    URL.createObjectURL(new Blob([], { type: 'text/javascript' })), { type: 'module' },
)"""
LOAD = """async ([address, rows]) => {
    const { MLP, every, parts } = await import(`${address}/mlp.js`)
    const { digits } = await import(`${address}/digits.js`)
    const { Session } = await import(`${address}/session.js`)
    const { x, y } = digits('train'), batches = [...parts(every(rows), 32)]
    let network
    self.build = (sizes, activation) => { network = new MLP(sizes, { activation }) }
    self.seconds = (steps, rate) => {
        const start = performance.now()
        for (let step = 0; step < steps; step++) network.step(x, y, batches[step % batches.length], rate)
        return (performance.now() - start) / 1000
    }
    self.redraw = (state, times) => {
        const session = new Session()
        return Array.from({ length: times }, (_, time) => {
            const start = performance.now()
            session.begin({ ...state, gain: 0.9 + 0.002 * time })
            session.report()
            return performance.now() - start
        })
    }
}"""


@contextmanager
def engine() -> Iterator[Worker]:
    """Start Chromium; yield a worker that has loaded the engine."""
    with served(LAB) as address, sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{address}/worker.js")  # any address of that origin
        with page.expect_worker() as started:
            page.evaluate(WORKER)
        started.value.evaluate(LOAD, [address, ROWS])
        yield started.value
        browser.close()


def ours(worker: Worker, sizes: tuple[int, ...], activation: str) -> Callable[[int], float]:
    """Return a function from a count of the engine's steps to their seconds."""
    worker.evaluate("([sizes, activation]) => build(sizes, activation)", [sizes, activation])
    return lambda steps: float(worker.evaluate("([steps, rate]) => seconds(steps, rate)", [steps, RATE]))


def theirs(sizes: tuple[int, ...], activation: str) -> Callable[[int], float]:
    """Return a function from a count of the library's steps to their seconds."""
    network, data = MLP(sizes, glorot_uniform, activation=activation, rng=0), digits()  # type: ignore[arg-type]
    batches = [(data.x_train[first : first + 32], data.y_train[first : first + 32]) for first in range(0, ROWS, 32)]

    def seconds(steps: int) -> float:
        start = time.perf_counter()
        for step in range(steps):
            network.step(*batches[step % len(batches)], learning_rate=RATE)
        return time.perf_counter() - start

    return seconds


def fastest(candidates: list[Callable[[int], float]]) -> list[float]:
    """Return the steps per second of each candidate in its best of many alternating rounds."""
    for seconds in candidates:
        seconds(200)  # compilers warm up
    counts = [max(1, round(CHUNK / seconds(20) * 20)) for seconds in candidates]
    best = [0.0 for _ in candidates]
    for _ in range(ROUNDS):
        for place, (seconds, count) in enumerate(zip(candidates, counts, strict=True)):
            best[place] = max(best[place], count / seconds(count))
    return best


def main() -> None:
    """Print both tables."""
    with engine() as worker:
        print("| depth x width | activation | MLP.step | engine | times as slow |\n|---|---|---|---|---|")
        for depth, width in STEPS:
            for activation in ("tanh", "relu"):
                sizes = (64, *[width] * depth, 10)
                library, engines = fastest([theirs(sizes, activation), ours(worker, sizes, activation)])
                cells = f"{library:,.0f}/s | {engines:,.0f}/s | {library / engines:.2f} (goal {GOAL})"
                print(f"| {depth} x {width} | {activation} | {cells} |", flush=True)
        print("\n| depth x width | activation | redraw, median | 95 % |\n|---|---|---|---|")
        for depth, width in REDRAWS:
            for activation in ("tanh", "relu", "sigmoid"):
                state = {"start": "glorot_uniform", "activation": activation, "depth": depth, "width": width}
                script = "state => redraw(state, 100)"
                times = worker.evaluate(script, {**state, "seed": 0, "rate": RATE})
                cells = f"{statistics.median(times):.1f} ms | {statistics.quantiles(times, n=20)[-1]:.1f} ms"
                print(f"| {depth} x {width} | {activation} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
