"""Spreads and questions for the exercises of the chapter on the sigmoid."""

from functools import cache
from typing import Any

import numpy as np

from xavier_lib.exercises.variants import Variants
from xavier_lib.names import ActivationName
from xavier_lib.sigmoid import share_saturated

FOUR: tuple[ActivationName, ...] = ("sigmoid", "tanh", "softsign", "relu")
NARROW = 0.1
STAYS, MOST, LEAST = "stays", "most", "least"


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
