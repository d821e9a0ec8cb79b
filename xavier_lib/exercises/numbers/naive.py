"""Ranges and images for the exercises of the chapter on random and normal starts."""

import math
from typing import Any

from xavier_lib.exercises.variants import Variants


def fitting(*limits: float) -> dict[str, Any]:
    """Return the fan-ins that uniform ranges fit, and what they are if the limit or its root is taken for a spread."""
    return {
        "target": tuple(3 / limit**2 for limit in limits),
        "slips": {
            "limit in place of standard deviation": [tuple(1 / limit**2 for limit in limits)],
            "standard deviation in place of variance": [tuple(math.sqrt(3) / limit for limit in limits)],
        },
    }


def judge_says(wide: float, narrow: float, pixels: int) -> list[str]:
    """Return the phrases that hold the two ranges and the size of the images."""
    found = "found in real code" if (wide, narrow) == (1, 0.1) else "of a kind that is found in real code"
    return [
        f"Two starts {found}: `{program(wide)}` for any layer, and `{program(narrow)}` on images of {pixels} pixels",
        f"spread at {pixels} inputs",
        f"the one for `{program(wide)}` first",
        f"`pre_activations(start, {pixels}, rng=0)`",
    ]


def program(limit: float) -> str:
    """Return how code draws from minus a limit to it."""
    return f"{2 * limit:g} * random() - {limit:g}"


JUDGE = Variants(
    lambda wide, narrow, pixels: fitting(wide, narrow),
    says=judge_says,
    numbers={"wide": (1, 0.25, 0.2), "pixels": (784, 256, 1024), "narrow": (0.1, 0.02, 0.025, 0.04, 0.05, 0.125)},
)
