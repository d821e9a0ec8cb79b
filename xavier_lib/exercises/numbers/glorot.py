"""Layers for the exercises of the chapter on Xavier."""

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


LECUN = Variants(
    lambda square, first, second: lecun_ratios([(square, square), first, second]),
    says=lambda square, first, second: [f"({square}, {square}), {first} and {second}"],
    numbers={
        "square": (64, 32, 256),
        "first": ((64, 10), (48, 16), (90, 10), (20, 60), (12, 36)),
        "second": ((784, 100), (784, 30), (300, 20), (16, 240), (40, 200)),
    },
)
