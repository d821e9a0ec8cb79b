"""Findings of :doc:`/chapters/naive`: a fixed spread against the width, and what depth makes of the misfit."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.naive import naive_normal, naive_uniform
from xavier_lib.names import ActivationName
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import activation_rms, rms
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.network import compared
from xavier_lib.replay.findings.training import short, the_digits
from xavier_lib.weights.scaling import lecun_normal, variance_scaling

OLD_NORM = partial(variance_scaling, scale=1 / 3, mode="fan_in", distribution="uniform")
SPREADS = np.geomspace(0.01, 1, 400)


def root_law(*, seed: int, limit: float, fan_ins: list[int], units: int, inputs: str) -> dict[str, Any]:
    """Return rms(z) over the root of n Var(w) E[x²] for each fan-in: normal rows, or rows that repeat one number."""
    source, found = np.random.default_rng(seed), []
    for n in fan_ins:
        x = source.standard_normal((100, n if inputs == "normal" else 1)) + (inputs != "normal")
        weights = naive_uniform((n, units), limit, rng=source)
        rows = np.broadcast_to(x, (100, n))
        found.append(rms(rows @ weights) / (np.sqrt(n * limit**2 / 3) * rms(rows)))
    return {"ratios": short(found)}


def level(*, seed: int, widths: list[int], depth: int, activation: ActivationName) -> dict[str, Any]:
    """Return the factor a layer, geometric mean over the layers, where nσ² is 1, 2 and 4, for each width."""
    found = {}
    for product in (1, 2, 4):
        ends = [ended(seed, width, depth, activation, (product / width) ** 0.5) for width in widths]
        found[str(product)] = short(np.array(ends) ** (1 / depth))
    return found


def shared_spread(*, seed: int, widths: list[int], depth: int, keeps: float) -> dict[str, Any]:
    """Return how many of the widths one spread serves at most: ReLU, the rms at the end within a factor of the start's.

    Without biases the signal is proportional to the spread to the power of the depth, so one pass tries all spreads.
    """
    ends = np.array([ended(seed, width, depth, "relu", 1.0) for width in widths])
    served = [(np.abs(np.log(ends * spread**depth)) < np.log(keeps)).sum() for spread in SPREADS]
    return {"served": int(max(served)), "spreads": short(ends ** (-1 / depth))}


def ended(seed: int, width: int, depth: int, activation: ActivationName, std: float) -> float:
    """Return the rms after the last hidden layer, for normal rows of rms 1."""
    source = np.random.default_rng(seed)
    rows = source.standard_normal((100, width))
    net = MLP((*[width] * (depth + 1), 1), partial(naive_normal, std=std), activation=activation, rng=source)
    return float(activation_rms(net, rows)[-1] / rms(rows))


def fixed_and_norm(*, seed: int, limit: float, **given: Any) -> dict[str, Any]:
    """Train from uniform draws of a fixed limit and from the norm of the time before 2010, U(±1/√n)."""
    return compared({"fixed": partial(naive_uniform, limit=limit), "norm": OLD_NORM}, seed=seed, **given)


def small(*, seed: int, std: float, activations: list[ActivationName], **given: Any) -> dict[str, Any]:
    """Train from a fixed small spread and from variance 1/n, with several activations."""
    starts = {"small": partial(naive_normal, std=std), "1/n": lecun_normal}
    return {name: compared(starts, seed=seed, activation=name, **given) for name in activations}


def answers(*, seed: int, std: float, depth: int, width: int, activation: ActivationName) -> dict[str, Any]:
    """Return the rms that each layer leaves of the digits, for a fixed small spread."""
    start = partial(naive_normal, std=std)
    net = MLP((64, *[width] * depth, 10), start, activation=activation, rng=seed)
    sizes = activation_rms(net, the_digits("float64").x_test)
    return {"factors": short(sizes[1:] / sizes[:-1])}


def near_one(factors: Any) -> bool:
    """Say whether all lie between 0.8 and 1.2."""
    return all(0.8 < factor < 1.2 for factor in factors)


def stuck(seen: Any) -> bool:
    """Say whether the small spread stays below 25 % with every activation."""
    return all(kind["small"]["best"] < 0.25 for kind in seen.values())


HOLDS: Mapping[str, Judge] = {
    "naive-law": lambda seen: all(abs(ratio - 1) < 0.15 for ratio in seen["ratios"]),
    "naive-level": lambda seen: max(seen["1"]) < 0.85 and near_one(seen["2"]) and min(seen["4"]) > 1.15,
    "naive-shared": lambda seen: seen["served"] < 2,
    "naive-narrow": lambda seen: seen["fixed"]["to 50%"] is None,
    "naive-norm": lambda seen: seen["norm"]["to 50%"] is not None,
    "naive-broad": lambda seen: seen["fixed"]["last"] > seen["norm"]["last"],
    "naive-small": stuck,
    "naive-cause": lambda seen: all(kind["1/n"]["best"] > 0.8 for kind in seen.values()),
    "naive-factors": lambda seen: all(0.06 < factor < 0.1 for factor in seen["factors"]),
}
