"""A step of training in microseconds, one thread each: ``python -m benchmarks.training``.

Side by side in one run: the bare matrix products, ``MLP``, scikit-learn's ``MLPClassifier.partial_fit``, and PyTorch
where it is installed. Five hidden tanh layers between 64 inputs and 10 classes. The best of many rounds counts, since
whatever else the machine does only adds.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

from xavier_lib import MLP, glorot_uniform

CASES = ((50, 10), (100, 32), (256, 32), (1000, 10))
RATE = 0.01
ROUND = 0.25  # seconds
ROUNDS = 6


def batch(rows: int) -> tuple[Any, Any]:
    """Return a batch of float32 inputs and labels that hold every class."""
    return np.random.default_rng(0).standard_normal((rows, 64), dtype=np.float32), np.arange(rows) % 10


def sizes_of(width: int) -> tuple[int, ...]:
    """Return the sizes of the network."""
    return (64, *[width] * 5, 10)


def products(width: int, rows: int) -> Callable[[], object]:
    """Return the three matrix products of each layer, into arrays that are there already: the limit."""
    weights = MLP(sizes_of(width), glorot_uniform, rng=0, dtype=np.float32).weights
    below = [np.random.default_rng(1).standard_normal((rows, len(w)), dtype=np.float32) for w in weights]
    above = [np.random.default_rng(2).standard_normal((rows, w.shape[1]), dtype=np.float32) for w in weights]
    forward, backward = [np.empty_like(a) for a in above], [np.empty_like(a) for a in below]
    gradients = [np.empty_like(w) for w in weights]

    def step() -> None:
        for layer, weight in enumerate(weights):
            np.matmul(below[layer], weight, out=forward[layer])
        for layer, weight in reversed(list(enumerate(weights))):
            np.matmul(below[layer].T, above[layer], out=gradients[layer])
            if layer:
                np.matmul(above[layer], weight.T, out=backward[layer])

    return step


def ours(width: int, rows: int) -> Callable[[], object]:
    """Return a step of the book's network."""
    network, (x, y) = MLP(sizes_of(width), glorot_uniform, rng=0, dtype=np.float32), batch(rows)
    return lambda: network.step(x, y, learning_rate=RATE)


def sklearn(width: int, rows: int) -> Callable[[], object]:
    """Return a step of scikit-learn's network, plain gradient descent without decay."""
    x, y = batch(rows)
    settings = {"solver": "sgd", "momentum": 0, "alpha": 0, "learning_rate_init": RATE, "batch_size": rows}
    network = MLPClassifier([width] * 5, activation="tanh", shuffle=False, random_state=0, **settings)
    return lambda: network.partial_fit(x, y, classes=np.arange(10))


def pytorch(width: int, rows: int) -> Callable[[], object] | None:
    """Return a step of PyTorch in its eager mode, or None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    layers: list[Any] = []
    for fan_in, fan_out in zip(sizes_of(width), sizes_of(width)[1:], strict=False):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.Tanh()]
    network, loss = torch.nn.Sequential(*layers[:-1]), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    x, y = (torch.from_numpy(array) for array in batch(rows))

    def step() -> None:
        optimizer.zero_grad()
        loss(network(x), y).backward()
        optimizer.step()

    return step


def best(step: Callable[[], object]) -> float:
    """Return the shortest time of a step within one round, in microseconds."""
    step()
    end, shortest = time.perf_counter() + ROUND, float("inf")
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(5):
            step()
        shortest = min(shortest, (time.perf_counter() - start) / 5)
    return shortest * 1e6


def main() -> None:
    """Print the table; the rounds of the candidates alternate, so that a noisy minute meets them all."""
    print("| width, batch | bare products | MLP | scikit-learn | PyTorch | MLP / products | MLP / PyTorch |")
    print("|---|---|---|---|---|---|---|")
    for width, rows in CASES:
        steps = {make.__name__: make(width, rows) for make in (products, ours, sklearn, pytorch)}
        found = dict.fromkeys(steps, float("inf"))
        for _ in range(ROUNDS):
            for name, step in steps.items():
                found[name] = min(found[name], best(step)) if step else float("nan")
        cells = " | ".join(f"{found[name]:.0f} µs" for name in steps)
        shares = f"{found['ours'] / found['products']:.2f} | {found['ours'] / found['pytorch']:.2f}"
        print(f"| {width}, {rows} | {cells} | {shares} |")


if __name__ == "__main__":
    main()
