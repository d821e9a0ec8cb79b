"""Layers for the exercises of the chapter on fans."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from statistics import fmean, geometric_mean
from typing import Any

from xavier_lib.exercises.variants import Variants
from xavier_lib.fans import fan_in_fan_out

TIMES = {3: ("three", "sixth"), 4: ("four", "eighth"), 5: ("five", "tenth"), 6: ("six", "twelfth")}


def depthwise(kernel: tuple[int, int], channels: int) -> dict[str, Any]:
    """Return the fans of a depthwise convolution, and what they are if the groups or the kernel are forgotten."""
    alone, full = (channels, 1, *kernel), (channels, channels, *kernel)
    return {
        "target": fan_in_fan_out(alone, layout="OI", groups=channels),
        "slips": {
            "the groups forgotten": [fan_in_fan_out(shape, layout="OI") for shape in (alone, full)],
            "the receptive field forgotten": [fan_in_fan_out(alone[:2], layout="OI", groups=channels)],
        },
        "shows": partial(from_both_ends, channels=channels),
    }


def from_both_ends(fans: Sequence[float], channels: int) -> str:
    """Say how many weights two fans would make of a depthwise convolution."""
    outputs, inputs = (f"{channels} × {fan:.0f} = {channels * fan:.0f}" for fan in fans)
    return f"Count the weights from both ends: {outputs} at the outputs, {inputs} at the inputs. Are there so many?"


def barrel(rising: tuple[int, ...], widest: int, falling: tuple[int, ...]) -> dict[str, Any]:
    """Return the widest layer of a barrel and the gradients' rms there, and what slips lead to."""
    layer, ratio = len(rising), falling[-1] / widest
    return {
        "target": (layer, math.sqrt(ratio)),
        "slips": {"the missing root": [(layer, ratio)], "swapped fans": [(layer, math.sqrt(1 / ratio))]},
        "shows": partial(in_barrel, widths=(*rising, widest, *falling)),
    }


def in_barrel(answer: Sequence[float], widths: Sequence[int]) -> str:
    """Say what a layer does to the gradients, if it is not the one that was asked for."""
    layer, size = answer
    if layer not in range(1, len(widths)):
        return f"The layers are numbered from 1 to {len(widths) - 1}, and {layer:.4g} is none of them."
    here = math.sqrt(widths[-1] / widths[int(layer)])
    if widths[int(layer)] < max(widths):
        return f"At layer {layer:.0f} the ratios of widths leave an rms of {here:.2f}, and at another layer less."
    return f"An rms of {size:.3g} is a mean square of {size**2:.3g}, and the ratios of widths leave another one."


def barrel_says(rising: tuple[int, ...], widest: int, falling: tuple[int, ...]) -> list[str]:
    """Return the phrases that hold the widths of a barrel."""
    widths = (*rising, widest, *falling)
    *_, before, top, last = widths
    turned = "inside out" if widths == (20, 50, 200, 400, 200, 50, 20) else "inside out, with other widths"
    return [
        f"{turned}: {', '.join(map(str, widths))}.",
        f"where layer 1 has {widths[1]} units",
        f"layer 1 has {widths[1]}, layer 6 has {last}, and the gradient",
        f"is passed, {last}/{top}: an rms of {math.sqrt(last / top):.2f}.",
        f"comes in, {top}/{before}, and the {top} cancels",
    ]


def left(mean: Callable[[tuple[int, int]], float], widths: Sequence[int]) -> float:
    """Return the rms that linear layers leave of a signal, with weights of variance 1 over a mean of the fans."""
    return math.sqrt(math.prod(fans[0] / mean(fans) for fans in pairwise(widths)))


def two_means(widths: tuple[int, int], times: int) -> dict[str, Any]:
    """Return what is left after so many hourglasses with either mean of the fans, and what slips lead to."""
    chain = (*widths * times, widths[0])
    end, level = left(fmean, chain), left(geometric_mean, chain)
    return {
        "target": (end, level),
        "slips": {
            "the missing root": [(end**2, 1), (round(end**2, 3), 1)],
            "the sum in place of the mean": [(left(sum, chain), level)],
            "one layer too many or too few": [
                (left(fmean, other), left(geometric_mean, other)) for other in (chain[:-1], (*chain, widths[1]))
            ],
        },
    }


def two_means_says(widths: tuple[int, int], times: int) -> list[str]:
    """Return the phrases that hold the widths of a chain and its length."""
    (wide, narrow), (often, last) = widths, TIMES[times]
    own = (wide, narrow, times) == (400, 50, 6)
    return [
        "The chain of hourglasses sinks" if own else "A chain of hourglasses sinks",
        f"goes from {wide} units to {narrow} and back, {often} times, and the input",
        f"comes out of the {last} layer",
        f"has {'the chain' if own else 'another chain'}. There are only two kinds of layers in "
        f"{'it' if own else 'yours'}, from {wide} to {narrow} and from {narrow} to {wide}.",
    ]


COUNT = Variants(
    depthwise,
    says=lambda kernel, channels: [f"{kernel[0]} × {kernel[1]} positions, and {channels} channels lead to {channels}."],
    numbers={
        "channels": (32, 16, 48, 64),
        "kernel": (
            *((3, 3), (5, 5), (7, 7), (9, 9), (11, 11), (2, 2), (4, 4), (6, 6), (3, 7), (5, 7), (1, 7), (3, 9)),
            *((8, 8), (5, 9), (1, 11), (7, 9), (3, 11), (3, 4), (5, 11), (7, 11), (2, 7), (9, 11)),
        ),
    },
    # The channels change nothing: so each kernel has three of them at most, and the book's kernel those of the book.
    fits=lambda channels, kernel: (channels == 32) is (kernel == (3, 3)),
)
BARREL = Variants(
    barrel,
    says=barrel_says,
    numbers={
        "rising": ((20, 50, 200), (15, 60, 150), (25, 100), (40, 90)),
        "widest": (400, 300, 500),
        "falling": (
            *((200, 50, 20), (150, 60, 30), (180, 90, 45)),
            *((200, 100, 40, 20), (240, 120, 60, 30), (180, 120, 90, 45)),
        ),
    },
    fits=lambda rising, widest, falling: (
        len(rising) + len(falling) == 6
        # With these the answer is that of the book.
        and (rising, widest, falling) != ((15, 60, 150), 400, (200, 50, 20))
    ),
)
MEAN = Variants(
    two_means,
    says=two_means_says,
    numbers={
        "widths": (*((400, 50), (400, 100), (360, 150), (300, 50), (200, 100), (250, 50), (360, 120), (280, 40)),),
        "times": (6, 3, 4, 5),
    },
)
