"""Findings of :doc:`/chapters/replay`: what of the paper of 2010 returns here, and how far it reaches."""

import itertools
from collections.abc import Mapping
from typing import Any

from xavier_lib.replay import glorot2010, training2010
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.figures2010 import weight_gradient_rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import short

TANH = {"activation": "tanh"}


def before(*, seed: int, **given: Any) -> dict[str, Any]:
    """Return figures 6, 7 and 8 in numbers for both starts, layer by layer."""
    found = {}
    for start in glorot2010.BOTH:
        run = Run.of("figure6", seed, start=start, **{**TANH, **given})
        parts = (glorot2010.activations(run), glorot2010.gradients(run), glorot2010.weight_gradients(run))
        found[start] = {name: short(values) for part in parts for name, values in part.items()}
    return found


def enlarged(*, seed: int, gains: list[float], **given: Any) -> dict[str, Any]:
    """Return the weight gradients, layer by layer, from Xavier's weights times each gain."""
    run, found = Run.of("figure8", seed, start="normalized", **TANH, **given), {}
    for gain in gains:
        net = glorot2010.untrained(run)
        for weights in net.weights:
            weights *= gain
        found[str(gain)] = short(weight_gradient_rms(net, *training2010.held_shapes(given["pixels"])))
    return found


def jacobians(*, seed: int, **given: Any) -> dict[str, Any]:
    """Return equation 17 for both starts, one number for each two layers that follow each other."""
    runs = {start: Run.of("equation17", seed, start=start, **TANH, **given) for start in glorot2010.BOTH}
    return {start: short(glorot2010.singular_values(run)["singular_values"]) for start, run in runs.items()}


def hiding(*, seed: int, start: str = "standard", **given: Any) -> dict[str, Any]:
    """Return the mean activations of figure 2 after ten epochs, and those of the top layer after each."""
    run = Run.of("figure2", seed, activation="sigmoid", data="digits", start=start, **given)
    seen = glorot2010.saturation(run)
    return {"ten": seen["means"][10], "top": [means[-1] for means in seen["means"]]}


def trained(*, seed: int, **given: Any) -> dict[str, Any]:
    """Return what the networks of figures 3, 4 and 9 are in the end, row by row."""
    run = Run.of("figures3-4-9-10", seed, rows=[*training2010.ROWS], depth=5, **given)
    ends = {}
    for name, row in training2010.training(run).items():
        ends[name] = {"percentiles": row["percentiles"][-1], "weight_gradients": row["weight_gradients"][-1]}
        ends[name]["beyond 0.8"] = short(sum(row["shares"][0][:4] + row["shares"][0][-4:]))
        ends[name]["within 0.2"] = short(sum(row["shares"][-1][16:24]))
    return ends


def trend(*, seed: int, **given: Any) -> dict[str, Any]:
    """Return the gradients of section 4.3, at layer 5 over layer 1, before training and at each mark."""
    seen = training2010.training(Run.of("section4.3", seed, rows=["tanh", "tanh N"], depth=5, **given))
    kinds = ("gradients", "gradients by activations")
    return {name: {kind: [short(g[-1] / g[0]) for g in row[kind]] for kind in kinds} for name, row in seen.items()}


def fold(sizes: list[float]) -> float:
    """Return how many times as large the largest is as the smallest.

    >>> fold([2.0, 1.0, 3.0])
    3.0
    """
    return max(sizes) / min(sizes)


def falls(values: list[float]) -> bool:
    """Say whether each value is smaller than the one before.

    >>> falls([3, 2, 1]), falls([3, 1, 2])
    (True, False)
    """
    return all(a > b for a, b in itertools.pairwise(values))


def returns(top: list[float]) -> bool:
    """Say whether a mean that was below 0.1 is above 0.1 in the end."""
    return min(top) < 0.1 < top[-1]


HOLDS: Mapping[str, Judge] = {
    "replay-forward": lambda seen: (
        seen["standard"]["activations"][-1] < 0.15 * seen["standard"]["activations"][0]
        and seen["normalized"]["activations"][-1] > 0.4 * seen["normalized"]["activations"][0]
    ),
    "replay-back": lambda seen: (
        seen["standard"]["gradients"][-1] > 9 * seen["standard"]["gradients"][0]
        and seen["normalized"]["gradients"][-1] < 3 * seen["normalized"]["gradients"][0]
    ),
    "replay-level": lambda seen: all(fold(row["weight_gradients"]) < 1.3 for row in seen.values()),
    "replay-bound": lambda seen: fold(seen["0.1"][1:]) < 1.3 < fold(seen["2.0"][1:]) and fold(seen["3.0"][1:]) > 2,
    "replay-jacobian": lambda seen: (
        all(0.45 < value < 0.51 for value in seen["standard"])
        and all(0.7 < value < 0.86 for value in seen["normalized"])
    ),
    "replay-hides": lambda seen: seen["ten"][-1] < 0.1 and min(seen["ten"][:-1]) > 0.4,
    "replay-returns": lambda seen: returns(seen["top"]),
    "replay-below": lambda seen: seen["tanh"]["percentiles"][0] > 0.95 and falls(seen["tanh"]["percentiles"][:4]),
    "replay-together": lambda seen: (
        seen["softsign"]["percentiles"][0] > 1.5 * seen["softsign"]["percentiles"][1]
        and max(seen["softsign"]["percentiles"]) < 0.9
    ),
    "replay-piles": lambda seen: seen["tanh"]["beyond 0.8"] > 0.3 and seen["tanh"]["within 0.2"] > 0.5,
    "replay-apart": lambda seen: (
        fold(seen["tanh"]["weight_gradients"][1:]) > 1.6 and fold(seen["tanh N"]["weight_gradients"][1:]) < 1.45
    ),
    "replay-alike": lambda seen: (
        seen["tanh"]["gradients"][0] > 3 * seen["tanh N"]["gradients"][0]
        and fold([seen[row]["gradients"][1] for row in ("tanh", "tanh N")]) < 1.5
    ),
    "replay-turned": lambda seen: all(
        row["gradients by activations"][0] > 1 > row["gradients by activations"][-1] for row in seen.values()
    ),
    "replay-lags": lambda seen: all(row["gradients"][-1] > 1 for row in seen.values()),
}
