"""Layers and factors for the exercises of the chapter on shapes."""

from typing import Any

from xavier_lib.exercises.variants import Variants
from xavier_lib.fans import fan_in_fan_out
from xavier_lib.shapes import strided_fans

WORDS = {4: "four", 6: "six", 8: "eight"}


def twice_as_large(channels: int, colors: int, side: int) -> dict[str, Any]:
    """Return the fans of a transposed convolution that doubles a picture, and what slips make of them."""
    shape = (channels, colors, side, side)
    plain = fan_in_fan_out(shape, layout="OI", transposed=True)
    right, unturned = strided_fans(plain, (2, 2), transposed=True), fan_in_fan_out(shape, layout="OI")
    return {
        "target": right,
        "slips": {
            "swapped fans": [right[::-1], strided_fans(unturned, (2, 2), transposed=True), unturned],
            "the receptive field forgotten": [shape[:2]],
        },
    }


TURNED = Variants(
    twice_as_large,
    says=lambda channels, colors, side: [
        f"from {channels} channels to {colors}, with a kernel of {side} × {side} positions",
        f"a kernel of {WORDS[side]} positions",
    ],
    numbers={"colors": (3, 1, 4), "side": (4, 6, 8), "channels": (64, 32, 48, 96, 128)},
)
STEPS = Variants(
    lambda factor: {"target": (factor, factor**2)},
    says=lambda factor: [
        f"weights are divided by {factor}.",
        f"$L(w) = L(w/{factor})$",
        f"Now divide by {factor} in place",
    ],
    numbers={"factor": (10, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 20, 25, 30, 50)},
)
