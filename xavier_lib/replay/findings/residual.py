"""Findings of :doc:`/chapters/residual`: which rates residual networks bear, by their start and their depth."""

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from xavier_lib.nn.stack import Stack
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import by_epoch, short, the_digits
from xavier_lib.residual import Start, rates, residual_network

Outcome = Mapping[str, float | None]
Found = TypeVar("Found")
BY_BLOCKS = "/L"  # after a start: the last layer of each branch has its rate over the number of blocks


def trained(name: str, blocks: int, rate: float, *, seed: int, width: int, epochs: int, **training: Any) -> Outcome:
    """Train from a start and return training loss and test accuracy at the end, both None after an overflow."""
    start: Start = name.removesuffix(BY_BLOCKS)  # type: ignore[assignment]
    network: Stack = residual_network((64, width, 10), blocks, start, rng=seed, dtype="float32")
    by_array = rates(network, rate, last=1 / blocks if name.endswith(BY_BLOCKS) else 1.0)
    data = the_digits()
    with np.errstate(over="raise", invalid="raise"):
        try:
            if sum(1 for _ in by_epoch(network, seed=seed, rate=by_array, epochs=epochs, **training)) == epochs:
                loss, right = network.loss(data.x_train, data.y_train), network.accuracy(data.x_test, data.y_test)
                return {"loss": short(loss), "right": short(right)}
        except FloatingPointError:  # in the judgement: a training image outgrows the numbers
            pass
    return {"loss": None, "right": None}


def at(*, starts: list[str], blocks: list[int], rate: float, **setting: Any) -> dict[str, Outcome]:
    """Train each start at each depth, at one rate."""
    return {f"{start} {count}": trained(start, count, rate, **setting) for start in starts for count in blocks}


def largest(*, starts: list[str], blocks: list[int], rates: list[float], **setting: Any) -> dict[str, float | None]:
    """Return for each start and depth the largest of several rates at which it learns."""
    return {
        f"{start} {count}": next(
            (rate for rate in sorted(rates, reverse=True) if learns(trained(start, count, rate, **setting))), None
        )
        for start in starts
        for count in blocks
    }


def learns(found: Outcome) -> bool:
    """Say whether a training has ended below a loss of 1.5 nats, with seven of ten test images right.

    >>> learns({"loss": 0.3, "right": 0.9}), learns({"loss": 12.0, "right": 0.8}), learns({"loss": None, "right": None})
    (True, False, False)
    """
    loss, right = found["loss"], found["right"]
    return loss is not None and right is not None and loss < 1.5 and right > 0.7


def overflows(found: Outcome) -> bool:
    """Say whether a training has left the numbers.

    >>> overflows({"loss": None, "right": None})
    True
    """
    return found["loss"] is None


def by_depth(seen: Mapping[str, Found], start: str) -> list[Found]:
    """Return what was found of a start, the smallest depth first.

    >>> by_depth({"zero 32": 0.05, "zero 8": 0.1, "he 8": None}, "zero")
    [0.1, 0.05]
    """
    found = {int(name.rpartition(" ")[2]): value for name, value in seen.items() if name.rpartition(" ")[0] == start}
    return [found[blocks] for blocks in sorted(found)]


def fell(seen: Mapping[str, float | None], start: str) -> float:
    """Return by which factor the largest rate of a start is smaller at the greater depth; infinite if none learned.

    >>> fell({"zero 8": 0.1, "zero 32": 0.05}, "zero"), fell({"zero 8": 0.1, "zero 32": None}, "zero")
    (2.0, inf)
    """
    shallow, deep = by_depth(seen, start)
    return float("inf") if shallow is None or deep is None else shallow / deep


HOLDS: Mapping[str, Judge] = {
    "residual-shallow": lambda seen: all(learns(by_depth(seen, start)[0]) for start in ("scaled", "zero")),
    "residual-deep": lambda seen: all(overflows(by_depth(seen, start)[1]) for start in ("scaled", "zero")),
    "residual-fixup": lambda seen: all(map(learns, by_depth(seen, "fixup"))),
    "residual-gentle": lambda seen: all(learns(*by_depth(seen, start)) for start in ("scaled", "zero")),
    "residual-he": lambda seen: overflows(*by_depth(seen, "he")),
    "residual-falls": lambda seen: all(2 <= fell(seen, start) < float("inf") for start in ("scaled", "zero")),
    "residual-stays": lambda seen: fell(seen, "fixup") == 1,
    "residual-rate": lambda seen: fell(seen, "zero/L") == 1,
    "residual-scaled": lambda seen: 0.5 <= fell(seen, "scaled/L") <= 2,
    "residual-adam": lambda seen: all(learns(*by_depth(seen, start)) for start in ("scaled", "zero", "fixup")),
    "residual-neither": lambda seen: not overflows(*by_depth(seen, "he")) and not learns(*by_depth(seen, "he")),
}
