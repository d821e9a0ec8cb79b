"""Ranges and factors for the exercises of the chapter on the sigmoid."""

from functools import partial
from typing import Any

from numpy.typing import NDArray

from xavier_lib.exercises.variants import Variants
from xavier_lib.nn.activations import ACTIVATIONS

SIGMOID = ACTIVATIONS["sigmoid"]


def stretched(reach: int, factor: int) -> dict[str, Any]:
    """Return what a sigmoid gives at zero, and its slope there, if it reaches as far and its input has a factor."""
    output = 2 * reach * float(SIGMOID.f(0)) - reach
    slope = 2 * reach * factor * float(SIGMOID.df(0))
    return {
        "target": (output, slope),
        "slips": {"the factor 2 forgotten": [(output, slope / 2)]},
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
