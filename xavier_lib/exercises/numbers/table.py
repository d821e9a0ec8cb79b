"""Classes, errors and scatters for the exercises of the chapter on Table 1."""

import math
from typing import Any

from xavier_lib.exercises.variants import Variants

STEPS = 2.807  # standard deviations that a normal number passes with probability 0.005
COUNTED = {
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    9: "nine",
    10: "ten",
    14: "fourteen",
    15: "fifteen",
    20: "twenty",
}
THIN = "\\,"  # a thin space in a formula
FEW, SOME, MANY = "one pair in 200", "one pair in 20", "more than one pair in four"


def shares(kinds: int, alone: float) -> tuple[float, float]:
    """Return the probability of one single object, and that of one pair of two kinds."""
    return alone / kinds, 2 * (1 - alone) / kinds**2


def chance_says(kinds: int, alone: float) -> list[str]:
    """Return the phrases that hold the kinds and the probability of a single object."""
    pairs = kinds * (kinds + 1) // 2
    some, two, classes = COUNTED[kinds], COUNTED[pairs], COUNTED[kinds + pairs]
    even = alone == 0.5
    images = "On Shapeset-3×2" if kinds == 3 and even else "On a set like Shapeset-3×2"
    objects = (
        "one object or two, each with probability 1/2."
        if even
        else f"one object with probability {alone:g} and two with probability {1 - alone:g}."
    )
    return [
        f"{images} an image shows {objects}",
        f"one of {some} kinds, with probability 1/{kinds} each",
        f"There are {classes} classes: {some} of single objects, and {two} of pairs",
        f"beside each of the {classes} classes",
        f"{classes.capitalize()} classes need not have a share of 1/{kinds + pairs} each",
        f"With two kinds in place of {some}{'' if even else ', and one object as often as two,'} a single object has",
        f"Now with {some} kinds{'' if even else ' and your probabilities'}.",
    ]


def scatter_of(error: float, images: int) -> float:
    """Return by how many points the difference of two shares scatters if only the images are drawn."""
    return 100 * math.sqrt(2 * error / 100 * (1 - error / 100) / images)


def difference(error: float, images: int) -> dict[str, Any]:
    """Return the smallest difference in points that the level calls one."""
    scatter = scatter_of(error, images)
    return {
        "target": STEPS * scatter,
        "slips": {
            "the factor 2 forgotten": [STEPS * scatter / math.sqrt(2)],
            "variance in place of standard deviation": [STEPS * scatter**2 / 100],
        },
    }


def difference_says(error: float, images: int) -> list[str]:
    """Return the phrases that hold the error and the images."""
    return [
        f"both near an error of {error} %",
        f"tested on {spaced(images)} images each",
        f"Put $q = {error / 100:g}$ and $m = {spaced(images, THIN)}$ into",
        "The $q$ of the task makes it smaller." if images == 10_000 else "The task has another $q$ and another $m$.",
    ]


def spaced(number: int, space: str = " ") -> str:
    """Return a number with a space before its thousands, if it is long."""
    return f"{number:,}".replace(",", space) if number >= 10_000 else str(number)


def called_different(error: int, images: int, scatter: float) -> float:
    """Return the share of pairs of one start whose errors lie as far apart as the level asks."""
    alone = scatter_of(error, images)
    return math.erfc(STEPS / math.sqrt(2) * alone / math.hypot(alone, scatter * math.sqrt(2)))


def word(error: int, images: int, scatter: float) -> str | None:
    """Return that share in words, or None where none of them fits well."""
    called = called_different(error, images, scatter)
    return FEW if called < 0.0056 else SOME if 0.045 < called < 0.055 else MANY if 0.3 < called < 0.6 else None


def twins(error: int, images: int, scatter: float) -> dict[str, Any]:
    """Return how often the test calls two networks of one start different, and why not more or less often."""
    target = word(error, images, scatter)
    both = f"The seeds scatter by {scatter} points, the difference of two shares by {by_images(error, images):g}"
    share = f"about {100 * called_different(error, images, scatter):.0f} % of the pairs"
    options = {
        FEW: f"So it would be if the images were the only chance. {both}{' only' * (target == MANY)}.",
        SOME: "The level is 0.005, not 0.05, and neither counts the seeds.",
        MANY: f"Seeds that scatter far more widely than the images would do that. {both}.",
    }
    if target == FEW:
        options[FEW] = f"{both}. So the images are nearly the only chance, and it is the one that the level counts."
    elif target == SOME:
        options[SOME] = f"{both}. Seeds and images count about equally, and the level knows the images alone: {share}."
    else:
        options[MANY] = (
            f"Two networks of one start do differ, and the test says so: {share}. "
            "It does not say that their starts differ."
        )
    return {"target": target, "options": options}


def twins_says(error: int, images: int, scatter: float) -> list[str]:
    """Return the phrases that hold the error, the images and the scatter."""
    alone, seeds = by_images(error, images), scatter * math.sqrt(2)
    return [
        f"a test error of {error} % on average",
        f"scatter by {scatter} points from seed to seed",
        f"test both on {spaced(images)} images",
        f"scatter by {alone:g} points, the seeds by ${scatter}\\sqrt2 \\approx {seeds:.2g}$",
        f"from about $2.8 \\cdot {alone:g} \\approx {2.8 * alone:.2g}$ points on",
        f"a number that scatters by {math.hypot(scatter_of(error, images), seeds):.2g} or so",
    ]


def by_images(error: int, images: int) -> float:
    """Return the scatter of a difference as texts write it."""
    scatter = scatter_of(error, images)
    return round(scatter, 1 if scatter > 0.5 else 2)


CHANCE = Variants(
    lambda kinds, alone: {"target": 100 * (1 - max(shares(kinds, alone)))},
    says=chance_says,
    numbers={"kinds": (3, 4, 5), "alone": (0.5, 0.2, 0.7, 0.3, 0.8, 0.4, 0.6)},
    fits=lambda kinds, alone: abs(math.log(shares(kinds, alone)[0] / shares(kinds, alone)[1])) > 0.05,
)
DIFFERENCE = Variants(
    difference,
    says=difference_says,
    numbers={"error": (27, 16, 35, 12, 42, 21), "images": (10_000, 4000, 20_000, 6000, 2500)},
    fits=lambda error, images: abs(STEPS * scatter_of(error, images) - 1.98) > 0.08,
)
TWINS = Variants(
    twins,
    says=twins_says,
    numbers={
        "error": (60, 20, 40),
        "images": (10_000, 2500, 40_000),
        "scatter": (1.5, 0.05, 0.5, 3.2, 0.1, 1.05, 0.8, 0.4, 0.25, 0.2),
    },
    fits=lambda error, images, scatter: word(error, images, scatter) is not None,
)
