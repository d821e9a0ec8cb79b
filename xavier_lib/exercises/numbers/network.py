"""Starts and training times for the exercises of the chapter on initialization."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from xavier_lib.exercises.variants import Variants


class Start(NamedTuple):
    """A normal start of tanh networks, and what was measured of it; five seeds agree in how many layers it crosses.

    Attributes:
        std: the standard deviation.
        rate: the learning rate.
        units: of each hidden layer.
        epochs: within which 90 % are to be reached.
        crosses: the largest number of hidden layers with which they are.
        beyond: percent of the test images after these epochs, of seed 0 with one hidden layer more, two, and so on.
    """

    std: float
    rate: float
    units: int
    epochs: int
    crosses: int
    beyond: Sequence[int]


FAR_TOO_SMALL = Start(0.01, 0.05, 64, 10, 1, (38, 8, 8))


def slow(start: Start) -> dict[str, Any]:
    """Return how many hidden layers a start crosses, and what was measured of other numbers of them."""
    return {"target": start.crosses, "shows": partial(crossed, start=start)}


def crossed(hidden: float, start: Start) -> str:
    """Return what was measured about a wrong number of hidden layers."""
    epochs = "ten" if start == FAR_TOO_SMALL else start.epochs
    if hidden < 0 or not hidden.is_integer():
        return f"Hidden layers are counted in whole numbers, and {hidden:.4g} is none."
    if hidden < start.crosses:
        return f"With one hidden layer more, the network still reached 90 % within {epochs} epochs."
    last = start.crosses + len(start.beyond)
    measured = min(int(hidden), last)
    found = f"about {start.beyond[measured - start.crosses - 1]} % of the test images were recognized"
    if hidden <= last:
        return f"With {hidden:.0f} hidden layers, {found} after {epochs} epochs."
    if start == FAR_TOO_SMALL:
        return "Five hidden layers showed no progress in 30 epochs, and a further layer fades the signal further."
    return f"With {last} hidden layers, {found} after {epochs} epochs, and a further layer fades the signal further."


def slow_says(start: Start) -> list[str]:
    """Return the phrases that hold the start and its training, and what the hints say of it."""
    left = start.std * math.sqrt(start.units)
    layer = "a layer" if start.units == 64 else "a layer behind the first"
    share = (
        f"With {start.units} units and the standard deviation {start.std} {layer} leaves about "
        f"${start.std} \\cdot \\sqrt{{{start.units}}} = {left:.2g}$ of the signal, two leave {left**2:.2g}, "
        f"three {left**3:.2g}."
    )
    if start == FAR_TOO_SMALL:
        return [
            "The *far too small* start draws normal weights with standard deviation 0.01. It showed no progress in 30 "
            "epochs at five hidden layers. Keep the 64 tanh units a layer",
            "at the rate 0.05",
            "within ten epochs",
            "How much of the signal did one layer leave? The chapter prints the rms after each layer. "
            "Look at *far too small* there, and at *Where it breaks*.",
            "Start from the one hidden layer of *Where it breaks* and the epochs that it took",
            f"{share} Train with 1, 2 and 3 hidden layers",
        ]
    return [
        f"A start draws normal weights with standard deviation {start.std}. Take {start.units} tanh units a layer",
        f"at the rate {start.rate}",
        f"within {start.epochs} epochs",
        "How much of the signal does one layer leave? For three other starts the chapter prints the rms after each "
        "layer. Look at them, and at *Where it breaks*.",
        "Start from one hidden layer and the epochs that it takes",
        f"{share} Train with more and more hidden layers",
    ]


SLOW = Variants(
    slow,
    says=slow_says,
    numbers={
        "start": (
            FAR_TOO_SMALL,
            Start(0.055, 0.2, 64, 36, 8, (45, 29)),
            Start(0.035, 0.2, 64, 26, 5, (33, 8)),
            Start(0.03, 0.05, 64, 10, 2, (60, 8)),
            Start(0.045, 0.1, 128, 45, 10, (32, 8)),
            Start(0.045, 0.2, 64, 42, 7, (47, 8)),
            Start(0.03, 0.2, 64, 18, 4, (22, 8)),
            Start(0.04, 0.2, 128, 38, 9, (68, 8)),
            Start(0.04, 0.2, 64, 36, 6, (44, 8)),
            Start(0.03, 0.2, 64, 9, 3, (73, 8)),
            Start(0.04, 0.2, 128, 23, 8, (39, 8)),
            Start(0.03, 0.2, 64, 40, 5, (8, 8)),
            Start(0.04, 0.1, 64, 5, 2, (85, 43)),
            Start(0.03, 0.1, 64, 32, 4, (8, 8)),
            Start(0.045, 0.2, 64, 24, 6, (71, 8)),
            Start(0.03, 0.1, 64, 15, 3, (63, 8)),
            Start(0.045, 0.1, 128, 20, 8, (81, 52)),
            Start(0.04, 0.2, 64, 18, 5, (61, 8)),
            Start(0.03, 0.2, 64, 4, 2, (80, 13)),
            Start(0.035, 0.1, 64, 21, 4, (27, 8)),
            Start(0.045, 0.1, 64, 40, 6, (56, 8)),
            Start(0.025, 0.2, 64, 10, 3, (49, 8)),
        )
    },
)
