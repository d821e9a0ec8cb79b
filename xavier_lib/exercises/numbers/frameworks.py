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


def twins(seed: int, generator: bool, alike: bool) -> dict[str, Any]:
    """Return what mends a program that makes two layers with one object, and what Keras does with each answer."""
    none, unseeded, moving = "nothing is wrong", "leave the seed out", "seed the object with a seed generator"
    pair = f"make two objects, both with seed={seed}"
    moves = f"moves on from call to call, so that no weight of the two layers agrees, and from {seed} it takes the same"
    options = {
        none: f"Two square layers made so agree in {'none' if generator else 'all'} of their 4096 weights.",
        unseeded: "Then the object chooses a seed once and begins at it at every call: 4096 of 4096 "
        f"{'' if generator else 'still '}agree, and another run gives another network unless the whole program is "
        "seeded.",
        pair: "Each of the two begins at the same seed: 4096 of 4096 agree.",
        moving: "It has one in this program." if generator else "Then no weight of the two layers would agree.",
    }
    if alike:
        target = pair if generator else none
        options[none if generator else pair] = (
            "As it stands, none of 4096 weights agree."
            if generator
            else "That would change nothing: as it stands, all of 4096 weights agree already, and at every run."
        )
        options[target] = "Each layer begins at the same seed, and so it does at every run: 4096 of 4096 weights agree."
    else:
        target = none if generator else moving
        others = "" if generator else " Two plain seeds that differ do it as well."
        options[target] = f"{'The generator' if generator else 'It'} {moves} way at every run.{others}"
    same = {} if alike else {pair: "a new seed at every call"}
    return {"target": target, "options": options, "slips": {unseeded: "an unseeded draw", **same}}


def twins_says(seed: int, generator: bool, alike: bool) -> list[str]:
    """Return the phrases that hold the seed, what is made of it, and what the branches are for."""
    return [
        f"that should {'begin with the same weights' if alike else 'learn different things'}:",
        f"GlorotUniform(seed={f'keras.random.SeedGenerator({seed})' if generator else seed})",
        f"both with seed={seed}",
        f"an object with a {'seed generator' if generator else 'plain seed'} remember",
        f"the branches {'begin alike' if alike else 'differ'}, and each run",
        "that give the branches different numbers" if alike else "that leave both branches with one set of numbers",
        LAST[generator, alike],
    ]


LAST = {
    (False, False): "Does what is left meet the second demand too?",
    (True, True): "Does what is left meet the second demand too?",
    (True, False): "Then ask of what is left what the program has already.",
    (False, True): "Which of what is left meets the second demand too, and does it need a change?",
}
ROOT = Variants(
    times_root,
    says=root_says,
    # Of the other numbers two decimals would not be within one per cent.
    numbers={"square": (5, 3, 6, 7, 8, 10, 11, 12, 13, 20, 21, 23, 26, 29)},
)
TWINS = Variants(
    twins,
    says=twins_says,
    numbers={"seed": (42, 1, 7, 123, 2026), "generator": (False, True), "alike": (False, True)},
)
