"""Slopes for the exercises of the chapter on gains."""

import math
from typing import Any

from xavier_lib.exercises.variants import Variants

SLOPE = 3  # of positive numbers, as the title of the exercise says


def two_slopes(below: float) -> dict[str, Any]:
    """Return the gain of an activation with a slope for positive and one for negative numbers."""
    square = SLOPE**2 + below**2
    return {
        "target": math.sqrt(2 / square),
        "slips": {
            "the missing root": [2 / square],
            "the factor 2 forgotten": [math.sqrt(1 / square)],
            "the slope forgotten": [math.sqrt(2 / (1 + below**2)), *[math.sqrt(2) / SLOPE] * (below > 0)],
            "the slope not squared": [math.sqrt(2 / (SLOPE + below))],
        },
    }


def two_slopes_says(below: float) -> list[str]:
    """Return the phrases that hold the slope, and what the hints say of it."""
    if not below:
        return [
            "and 0 for negative ones",
            "What does the 3 do to it?",
            "With a slope of 5 in place of 3, half",
            "$\\sqrt2/5 \\approx 0.28$.",
        ]
    return [
        f"and {below:g}z for negative ones",
        f"What does the 3 do to it, and what the {below:g} to that of the negative ones?",
        "With a slope of 5 in place of 3, and 0 for negative numbers, half",
        "$\\sqrt2/5 \\approx 0.28$. Your negative numbers leave something too.",
    ]


THREE = Variants(
    two_slopes,
    says=two_slopes_says,
    numbers={"below": (0, 0.5, 0.8, 1.2, 1.5, 1.8, 2.4, 2.7, 3.3, 3.6, 4.5, 5, 7, 8, 9)},
)
