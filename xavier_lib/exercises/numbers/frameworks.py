"""Slopes and programs for the exercises of the chapter on frameworks."""

import math
from typing import Any

from xavier_lib.exercises.variants import Variants
from xavier_lib.he import he_limit, he_std


def times_root(square: int) -> dict[str, Any]:
    """Return He's limit and spread times √n for a slope whose square is given, and what slips lead to."""
    limit, std = both(math.sqrt(square))
    return {
        "target": (limit, std),
        "slips": {
            "the slope not squared": [both(square**0.25)],
            "the missing root": [(limit**2, std**2)],
            "the slope forgotten": [both(0.0)],
        },
    }


def both(slope: float) -> tuple[float, float]:
    """Return He's limit and standard deviation for one input."""
    return he_limit(1, slope), he_std(1, slope)


def root_says(square: int) -> list[str]:
    """Return the phrases that hold the slope, and what becomes of it where it is the one of PyTorch."""
    root = f"\\sqrt{square}" if square < 10 else f"\\sqrt{{{square}}}"
    return [
        f"Take $a = {root}$",
        "where such a slope is used" if square == 5 else "where a slope of this kind is used, $\\sqrt5$",
    ]


ROOT = Variants(
    times_root,
    says=root_says,
    # Of the other numbers two decimals would not be within one per cent.
    numbers={"square": (5, 3, 6, 7, 8, 10, 11, 12, 13, 20, 21, 23, 26, 29)},
)
