"""Gains for the exercises of the chapter on the paper of 2010."""

from typing import Any

from xavier_lib.exercises.variants import Variants
from xavier_lib.replay.figures2010 import quarter_circle_mean

LAYERS = 5  # as the title of the exercise says
WHY = {
    "level, learns": "All layers get about equally large gradients, which are large enough to move their weights.",
    "level, does not learn": "All layers get equally small gradients: equation 14 is kept, and the hidden layers "
    "hardly move.",
    "not level, learns": "Tanh is bent at such pre-activations, so equation 14 is not kept. The gradients grow on "
    "their way back, and the network learns all the same.",
    "not level, does not learn": "The gradients grow on their way back, and tanh is saturated for more than three "
    "quarters of the pre-activations. After three epochs it is for more than nine in ten.",
}
SMALL, MEDIUM, LARGE, HUGE = "level, does not learn", "level, learns", "not level, learns", "not level, does not learn"
MEASURED = {
    0.05: SMALL,
    3.0: LARGE,
    0.8: MEDIUM,
    10.0: HUGE,
    0.2: SMALL,
    2.8: LARGE,
    0.6: MEDIUM,
    12.0: HUGE,
    0.08: SMALL,
    2.5: LARGE,
    0.9: MEDIUM,
    9.0: HUGE,
    0.03: SMALL,
    0.7: MEDIUM,
    15.0: HUGE,
}


def old_left(factor: float) -> dict[str, Any]:
    """Return what five layers leave of variance and rms, if the old weights are multiplied by a factor."""
    kept = factor**2 / 3
    variance, size = kept**LAYERS, kept ** (LAYERS / 2)
    return {
        "target": (variance, size),
        "slips": {
            "standard deviation in place of variance": [(size, size**0.5)],
            "variance in place of standard deviation": [(variance**2, variance), (variance, variance)],
            "one layer too many or too few": [(kept**n, kept ** (n / 2)) for n in (LAYERS - 1, LAYERS + 1)],
        },
    }


def old_left_says(factor: float) -> list[str]:
    """Return the phrase that holds the factor."""
    return [
        "with the old weights, $n \\operatorname{Var}(W) = 1/3$"
        if factor == 1
        else f"with the old weights times {factor}, $n \\operatorname{{Var}}(W) = {factor**2 / 3:.4g}$"
    ]


def singular_values(factor: float) -> dict[str, Any]:
    """Return the mean singular value of He's weights times a factor."""
    product = 2 * factor**2
    return {
        "target": quarter_circle_mean(product),
        "slips": {
            "variance in place of standard deviation": [quarter_circle_mean(product**2)],
            "the factor 2 forgotten": [quarter_circle_mean(product / 2)],
        },
    }


def singular_values_says(factor: float) -> list[str]:
    """Return the phrases that hold the factor."""
    times, whose = ("", "He's") if factor == 1 else (f" times {factor}", "yours")
    return [
        f"He's weights{times} have $n \\operatorname{{Var}}(W) = {2 * factor**2:g}$",
        f"How many times as large are {whose}?",
    ]


def level(gain: float) -> dict[str, Any]:
    """Return whether gradients are level and the network learns, as measured, and why nothing else holds."""
    target = MEASURED[gain]
    uneven, half = target.startswith("not"), "fewer" if target.endswith("not learn") else "more"
    apart = f"The largest of the four gradients is {'more' if uneven else 'less'} than 1.5 times the smallest."
    alike = f"They are {'not ' * uneven}level within a factor of 1.5, but {half} than half of the digits are right."
    options = {word: alike if word.startswith("not") is uneven else apart for word in WHY}
    return {"target": target, "options": {**options, target: WHY[target]}}


def level_says(gain: float) -> list[str]:
    """Return the phrases that hold the gain, and what the hints say of weights of its size."""
    small = "answers the first question for another start."
    other = "answers both questions for two other starts, and *Where it breaks* has weights that are larger."
    shares = ("1/20", "1/400") if gain == 0.05 else (f"{gain:g}", f"{gain**2:g}")
    left = "a twentieth" if gain == 0.05 else f"{gain:g}"
    shrinking = (
        f"With {left} left at each of three layers, activations are 1, {', '.join(shares)} from below, "
        f"and gradients {', '.join(shares[::-1])}, 1 in the same places."
    )
    growing = (
        "Tanh keeps activations below 1, however large the weights are, and gradients have no such bound. If each of "
        "three layers made them twice as large on their way back, they would be 4, 2, 1 from below, "
        "beside activations near 1."
    )
    return [
        f"weights are multiplied by {gain:g} in",
        small if MEASURED[gain] == SMALL else other,
        shrinking if gain < 1 else growing,
    ]


LEFT = Variants(
    old_left,
    says=old_left_says,
    numbers={"factor": (1, 0.6, 0.9, 1.2, 1.5, 0.54, 0.78, 1.14, 1.38, 0.66, 1.26, 1.32, 0.42, 1.56)},
)
HE = Variants(
    singular_values,
    says=singular_values_says,
    numbers={"factor": (1, 0.6, 1.5, 0.2, 1.1, 3, 0.8, 1.3, 0.4, 2.5, 0.9, 1.2, 0.3, 1.4, 2)},
)
LEVEL = Variants(level, says=level_says, numbers={"gain": tuple(MEASURED)})
