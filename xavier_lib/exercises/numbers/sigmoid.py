"""Ranges, factors, spreads and questions for the exercises of the chapter on the sigmoid."""

from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.variants import Variants
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.sigmoid import share_saturated

SIGMOID = ACTIVATIONS["sigmoid"]
FOUR: tuple[ActivationName, ...] = ("sigmoid", "tanh", "softsign", "relu")
NARROW = 0.1
STAYS, MOST, LEAST = "stays", "most", "least"


def stretched(reach: int, factor: int) -> dict[str, Any]:
    """Return what a sigmoid gives at zero, and its slope there, if it reaches as far and its input has a factor."""
    output = 2 * reach * float(SIGMOID.f(0)) - reach
    slope = 2 * reach * factor * float(SIGMOID.df(0))
    forgotten = ("the factor 2 forgotten", 2) if 2 in (2 * reach, factor) else ("the factor forgotten", factor)
    return {
        "target": (output, slope),
        "slips": {forgotten[0]: [(output, slope / forgotten[1])]},
        "shows": partial(consequences, right=slope),
    }


def consequences(value: NDArray[Any], right: float) -> str:
    """Say what an output and a slope at zero would lead to, where they are wrong."""
    output, slope = (float(number) for number in value)
    words = []
    if abs(output) > 1e-6:
        words.append(f"With an output of {output:.4g} at zero, small inputs would all give about {output:.4g}.")
    if abs(slope - right) > 0.01 * right:
        words.append(f"With a slope of {slope:.4g} at zero, five layers would multiply small inputs by {slope**5:.3g}.")
    return " ".join([*words, "This function does not do that."])


def both_says(reach: int, factor: int) -> list[str]:
    """Return the phrases that hold the range, the factor, and the function to compare with."""
    own = (reach, factor) == (1, 2)
    multiplied = "double its input" if factor == 2 else f"multiply its input by {factor}"
    return [
        f"from −{reach} to {reach} and {multiplied}: $g(z) = {2 * reach}\\sigma({factor}z) - {reach}$",
        "Then compare it with a function that you know." if own else "Then write it with tanh in place of the sigmoid.",
        "print $g$ beside `np.tanh`" if own else "print $g$ beside what you wrote with `np.tanh`",
    ]


BOTH = Variants(
    stretched,
    says=both_says,
    numbers={"reach": (1, 2, 3, 4, 5), "factor": (2, 3, 5, 6, 7, 9)},
    # A slope of 3 stands in the hints, for another function.
    fits=lambda reach, factor: reach * factor != 6,
)


@cache
def percent(spread: float, activation: ActivationName) -> float:
    """Return the saturated share of normal inputs in percent."""
    return 100 * share_saturated(spread * np.random.default_rng(0).standard_normal(20_000), activation=activation)


def flatness(wide: float, middle: float, asked: str) -> dict[str, Any]:
    """Return which activation has the share that is asked for, and what was counted for the others."""
    if asked == STAYS:
        options = {
            name: f"From a spread of {NARROW} to one of {wide}, its saturated share rises from "
            f"{percent(NARROW, name):.0f} % to about {percent(wide, name):.0f} %."
            for name in FOUR
        }
        options["relu"] = "It is flat on one whole side of zero and nowhere on the other, however far the inputs reach."
        return {"target": "relu", "options": options}
    spread, best = (wide, max) if asked == MOST else (middle, min)
    target = best(FOUR, key=lambda name: percent(spread, name))
    found = {
        name: f"At a spread of {spread} its saturated share is about {percent(spread, name):.0f} %." for name in FOUR
    }
    return {"target": target, "options": found | {target: f"{FROM[target]} {found[target]}"}}


def flatness_says(wide: float, middle: float, asked: str) -> list[str]:
    """Return the phrases that hold the spreads and the question."""
    share = {
        STAYS: "a share that the spread does not change",
        MOST: f"the largest share at the spread {wide}",
        LEAST: f"the smallest share at the spread {middle}",
    }
    return [
        f"at a spread of {NARROW}, {middle} and {wide}. Predict which of the four has {share[asked]}.",
        f"and about {percent(wide, 'tanh'):.0f} % at {wide}.",
    ]


FROM = {
    "tanh": "Its flat parts begin at about ±2.2, nearer to zero than those of sigmoid and softsign, and they are on "
    "both sides.",
    "sigmoid": "Its flat parts begin at about ±4.4, further out than those of tanh and softsign, and ReLU is flat on "
    "one whole side.",
}
FLATNESS = Variants(
    flatness,
    says=flatness_says,
    numbers={"wide": (10, 8, 15), "middle": (1, 3, 4), "asked": (STAYS, MOST, LEAST)},
    fits=lambda wide, middle, asked: asked != LEAST or middle > 1,
)
