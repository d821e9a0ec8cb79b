"""Ranges for the exercises of the chapter on random and normal starts."""

import math
from typing import Any

from xavier_lib.exercises.variants import Variants


def fitting(wide: float, narrow: float) -> dict[str, Any]:
    """Return the fan-ins that uniform ranges fit, and what they are if the limit or its root is taken for a spread."""
    limits = (wide, narrow)
    return {
        "target": tuple(3 / limit**2 for limit in limits),
        "slips": {
            "limit in place of standard deviation": [tuple(1 / limit**2 for limit in limits)],
            "standard deviation in place of variance": [tuple(math.sqrt(3) / limit for limit in limits)],
        },
    }


def judge_says(wide: float, narrow: float) -> list[str]:
    """Return the phrases that hold the two ranges."""
    found = "found in real code" if (wide, narrow) == (1, 0.1) else "of a kind that is found in real code"
    return [
        f"Two starts {found}: `{program(wide)}` for any layer, and `{program(narrow)}` on images",
        f"the one for `{program(wide)}` first",
    ]


def program(limit: float) -> str:
    """Return how code draws from minus a limit to it."""
    return f"{2 * limit:g} * random() - {limit:g}"


JUDGE = Variants(
    fitting,
    says=judge_says,
    numbers={
        "wide": (1, 0.25, 0.2, 0.125),
        "narrow": (0.1, 0.02, 0.025, 0.04, 0.05, 0.0625, 0.01, 0.008),
    },
)
