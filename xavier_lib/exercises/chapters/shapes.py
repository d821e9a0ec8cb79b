"""The exercises of the chapter on shapes: arrays that hide their fans, and what normalization leaves open."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.arguments import RNG
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.shapes import STEPS, TURNED
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.start import Start
from xavier_lib.exercises.value import Value
from xavier_lib.fans import fan_in_fan_out
from xavier_lib.glorot import glorot_std
from xavier_lib.he import he_normal, he_std, he_uniform
from xavier_lib.shapes import depthwise_fans

DEPTHWISE = ((3, 3, 32, 2), (5, 16, 4), (3, 5, 8, 1), (2, 3, 4, 12, 5))
PACKED = ((64, 64, 3), (20, 50, 4), (300, 40, 3))
GROUPED = (((3, 4, 8, 64), 4), ((5, 6, 48), 8), ((3, 5, 4, 96), 12))


def packed_ratio(fan_in: int, fan_out: int, parts: int) -> float:
    """Return Xavier's spread for layers side by side taken for one layer, over that for each of them."""
    return glorot_std(fan_in, parts * fan_out) / glorot_std(fan_in, fan_out)


def true_std(shape: Sequence[int], groups: int) -> float:
    """Return Xavier's spread by the true fans of a grouped kernel."""
    return glorot_std(*fan_in_fan_out(shape, groups=groups))


def grouped_start(draw: Any, fan: Callable[[Sequence[int], int], int]) -> Any:
    """Return a start for grouped kernels that divides by a fan, counted from the shape and the groups."""

    def start(shape: Sequence[int], groups: int, rng: RNG = None) -> NDArray[Any]:
        return np.asarray(draw(shape, fans=(fan(shape, groups),) * 2, rng=rng))

    return start


def true_fan_out(shape: Sequence[int], groups: int) -> int:
    """Return how many outputs one input of a grouped convolution feeds."""
    return fan_in_fan_out(shape, groups=groups).fan_out


EXERCISES = (
    Value(
        name="shapes-turned",
        title="Twice as large",
        stars=1,
        kind="predict",
        whole=(0, 1),
        **TURNED.own,
        variants=TURNED,
    ),
    Formula(
        name="shapes-depthwise",
        title="The fans of a depthwise kernel",
        stars=2,
        kind="write",
        reference=depthwise_fans,
        cases=[{"shape": shape} for shape in DEPTHWISE],
        slips={
            "the groups forgotten": [
                fan_in_fan_out,
                lambda shape: (depthwise_fans(shape)[0], depthwise_fans(shape)[1] * shape[-2]),
            ],
            "the receptive field forgotten": [lambda shape: (1, shape[-1]), lambda shape: shape[-2:]],
            "swapped fans": [lambda shape: depthwise_fans(shape)[::-1]],
        },
    ),
    Formula(
        name="shapes-packed",
        title="Side by side",
        stars=2,
        kind="derive",
        reference=packed_ratio,
        cases=[{"fan_in": n, "fan_out": m, "parts": parts} for n, m, parts in PACKED],
        slips={
            "the missing root": [lambda **case: packed_ratio(**case) ** 2],
            "swapped fans": [lambda fan_in, fan_out, parts: packed_ratio(fan_out, fan_in, parts)],
            "one fan only": [lambda fan_in, fan_out, parts: 1 / math.sqrt(parts)],
        },
    ),
    Value(
        name="shapes-steps",
        title="A smaller layer, a larger step",
        stars=2,
        kind="derive",
        **STEPS.own,
        variants=STEPS,
    ),
    Start(
        name="shapes-grouped",
        title="Xavier for groups",
        stars=3,
        kind="write",
        std=true_std,
        shape=lambda shape, groups: tuple(shape),
        cases=[{"shape": shape, "groups": groups} for shape, groups in GROUPED],
        slips={
            "the groups forgotten": [
                lambda shape, groups: glorot_std(*fan_in_fan_out(shape)),
                lambda shape, groups: glorot_std(groups * fan_in_fan_out(shape)[0], fan_in_fan_out(shape)[1]),
            ],
            "the receptive field forgotten": [lambda shape, groups: glorot_std(shape[-2], shape[-1] // groups)],
            "the axes added up": [lambda shape, groups: math.sqrt(2 / sum(shape))],
            "one fan only": [
                lambda shape, groups: math.sqrt(1 / fan_in_fan_out(shape, groups=groups)[0]),
                lambda shape, groups: math.sqrt(1 / fan_in_fan_out(shape, groups=groups)[1]),
            ],
            "variance in place of standard deviation": [lambda shape, groups: true_std(shape, groups) ** 2],
            "He where Xavier was asked": [lambda shape, groups: he_std(fan_in_fan_out(shape, groups=groups)[0])],
        },
    ),
    Repair(
        name="shapes-test",
        title="A test that no group can fail",
        stars=3,
        kind="repair",
        parameter="start",
        right={
            "he_uniform by the true fan-out": grouped_start(he_uniform, true_fan_out),
            "he_normal by the true fan-out": grouped_start(he_normal, true_fan_out),
        },
        wrong={
            "the fan-out of all groups": grouped_start(he_normal, lambda shape, groups: fan_in_fan_out(shape).fan_out),
            "fan-in in place of fan-out": grouped_start(he_normal, lambda shape, groups: fan_in_fan_out(shape).fan_in),
            "the kernel forgotten": grouped_start(he_normal, lambda shape, groups: shape[-1] // groups),
            "the groups taken off twice": grouped_start(he_normal, lambda s, g: max(1, true_fan_out(s, g) // g)),
        },
    ),
)
