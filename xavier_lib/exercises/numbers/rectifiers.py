"""Filters, kernels and channels for the exercises of the chapter that replays He et al. (2015)."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from xavier_lib.exercises.variants import Variants
from xavier_lib.he import he_std


def spreads(kernel: int, filters: Sequence[int]) -> dict[str, Any]:
    """Return the spreads that He's condition for the backward pass asks of convolutions."""
    found = tuple(he_std(kernel**2 * count) for count in filters)
    return {
        "target": found,
        "slips": {
            "the receptive field forgotten": [[he_std(count) for count in filters]],
            "variance in place of standard deviation": [np.square(found)],
            "the factor 2 forgotten": [np.divide(found, math.sqrt(2))],
        },
    }


def spreads_says(kernel: int, filters: Sequence[int]) -> list[str]:
    """Return the phrases that hold the kernel and the filters."""
    *others, last = filters
    return [
        f"with kernels of {kernel} × {kernel} and with {', '.join(map(str, others))} and {last} filters",
        f"with {kernel**2} positions",
    ]


def left_over(ends: tuple[int, int], channels: int) -> dict[str, Any]:
    """Return what becomes of a gradient on its way back to the channels of an input, and why nothing else does."""
    first, last = ends
    less, more = WORDS[first // last]
    root = (
        f"The root of the last fan-out over the first fan-in, {last} over {channels}, "
        f"is {math.sqrt(last / channels):.2g}."
    )
    options = {
        "lost by thousands": "A fixed spread loses a factor a layer. Here all widths between the ends cancel.",
        less: root if channels == first else behind(first, channels),
        STAYS: behind(last, channels),
        more: root if channels < last else behind(last**2 // first, channels),
    }
    if channels == last:
        options[STAYS] = f"The last fan-out and the first fan-in are both {last}, and all widths between them cancel."
    elif channels == first:
        options[STAYS] = (
            "It would if the filters kept their number: then both conditions are one. "
            f"Here they fall from {first} to {last}."
        )
        those = "was the" if ends == PAGE else "is a"
        options[more] = f"That {those} network whose filters grow from {last} to {first}. These shrink."
    return {"target": less if channels == first else STAYS if channels == last else more, "options": options}


def behind(channels: int, given: int) -> str:
    """Say behind which input a wrong answer would hold."""
    return f"It would be so behind an input of {channels} channels. This one has {given}."


def left_over_says(ends: tuple[int, int], channels: int) -> list[str]:
    """Return the phrases that hold the filters, the channels and the words to choose from."""
    first, last = ends
    between = f"from {first} to {last}, behind an input of {channels} channels"
    return [between, *(f'`"{word}"`' for word in WORDS[first // last])]


STAYS, PAGE = "it stays", (512, 64)
WORDS = {
    8: ("about a third is left", "about three times larger"),
    4: ("about half is left", "about twice as large"),
}
SPREADS = Variants(
    spreads,
    says=spreads_says,
    numbers={
        "kernel": (5, 2, 4, 7),
        "filters": ((32, 64, 96, 256), (24, 48, 96, 192), (64, 128, 256, 512), (20, 40, 80, 160), (48, 64, 80, 320)),
    },
)
FAN = Variants(
    left_over,
    says=left_over_says,
    numbers={
        "ends": (PAGE, (256, 64), (512, 128), (256, 32), (384, 96)),
        "channels": (512, 384, 256, 128, 96, 64, 32, 24, 16, 8, 4),
    },
    fits=lambda ends, channels: channels in (ends[0], ends[1], ends[1] ** 2 // ends[0]),
)
