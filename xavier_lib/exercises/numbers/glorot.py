"""Layers and gains for the exercises of the chapter on Xavier."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from xavier_lib.exercises.variants import Variants
from xavier_lib.glorot import glorot_std


def lecun_ratios(shapes: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return 1/fan_in over Xavier's variance, and what it is if the fans are swapped or the root is taken."""
    ratios = [1 / n_in / glorot_std(n_in, n_out) ** 2 for n_in, n_out in shapes]
    swapped = [1 / n_out / glorot_std(n_in, n_out) ** 2 for n_in, n_out in shapes]
    return {
        "target": ratios,
        "slips": {"standard deviation in place of variance": [np.sqrt(ratios)], "swapped fans": [swapped]},
    }


def three_says(gain: float) -> list[str]:
    """Return the phrases that hold the gain, and a question that only the book's own has an answer to."""
    own = gain == 1
    return [
        f"Someone uses $\\sigma = {ROOT}" if own else f"For a gain of {gain:g}, someone uses $\\sigma = {gain:g}{ROOT}",
        " Which start, older than Xavier, has the same value?" if own else "",
        f"so $\\ell^2 = {gain**2:.4g}/n$ here",
        "Xavier's limit" if own else "the limit for this gain",
        f"would be {3 * gain**2:.4g}.",
    ]


ROOT = "\\sqrt{2/(n_\\text{in}+n_\\text{out})}$"
LECUN = Variants(
    lambda first, second: lecun_ratios([(64, 64), first, second]),
    says=lambda first, second: [f"(64, 64), {first} and {second}"],
    numbers={
        "first": ((64, 10), (90, 10), (20, 60), (50, 20), (30, 120), (80, 40)),
        "second": ((784, 100), (784, 30), (300, 20), (16, 240), (40, 200), (500, 80), (24, 180)),
    },
)
THREE = Variants(
    lambda gain: {
        "target": gain**2 / 3,
        "slips": {
            "limit in place of standard deviation": [gain**2],
            "standard deviation in place of variance": [gain / math.sqrt(3)],
            "the factor 2 forgotten": [gain**2 / 6],
        },
    },
    says=three_says,
    numbers={"gain": (1, 0.5, 0.6, 0.8, 1.2, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.4, 2.5, 3)},
)
