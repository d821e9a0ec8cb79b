"""The exercises of the chapter on fans: counts of dense, convolved and grouped layers, two means, and a blind test."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.fans import BARREL, COUNT, MEAN
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.rules import FIXED, OTHER_AXES, UNCOUNTED, XAVIER_SLIPS, adapted
from xavier_lib.exercises.start import Start
from xavier_lib.exercises.value import Value
from xavier_lib.fans import Fans, fan_in_fan_out
from xavier_lib.glorot import glorot_std

KERNELS = ((3, 5, 16, 48), (4, 2, 80, 12), (3, 24, 80))
# Where a mean of fans is asked for, a lost 2 is a sum.
RULES = {k.replace("factor 2 forgotten", "sum in place of the mean"): rules for k, rules in XAVIER_SLIPS.items()}
HALF = 0.0051  # of a second decimal, and a little more
GROUPED = (((6, 2, 3), 2), ((32, 1, 3, 3), 32), ((12, 5, 4, 2), 3), ((10, 7), 1), ((8, 3, 2, 3, 5), 4))


def times(positions: Callable[[list[int]], int]) -> Callable[[Sequence[int]], Fans]:
    """Return a count of fans in layout ``"IO"`` that has its own idea of the number of positions."""

    def fans_of(shape: Sequence[int]) -> Fans:
        *kernel, n_in, n_out = shape
        return Fans(positions(kernel) * n_in, positions(kernel) * n_out)

    return fans_of


def stored(shape: Sequence[int], groups: int = 1) -> Fans:
    """Return the fans of weights as PyTorch stores them."""
    return fan_in_fan_out(shape, layout="OI", groups=groups)


EXERCISES = (
    Value(
        name="fans-count",
        title="Count before you draw",
        stars=1,
        kind="predict",
        whole=(0, 1),
        **COUNT.own,
        variants=COUNT,
    ),
    Formula(
        name="fans-convolution",
        title="The fans of a kernel",
        stars=2,
        kind="write",
        reference=fan_in_fan_out,
        cases=[{"shape": shape} for shape in ((3, 2, 5), (5, 3, 8, 4), (7, 4), (2, 3, 4, 6, 9), (1, 1, 64, 10))],
        slips={
            "the receptive field forgotten": [*UNCOUNTED, lambda shape: shape[:2]],
            "swapped fans": [lambda shape: fan_in_fan_out(shape)[::-1]],
            "the axes of another framework": OTHER_AXES,
        },
    ),
    Start(
        name="fans-kernel",
        title="Xavier for a kernel",
        stars=2,
        kind="write",
        std=lambda shape: glorot_std(*fan_in_fan_out(shape)),
        cases=[{"shape": shape} for shape in KERNELS],
        slips={
            **adapted(RULES, lambda rule: lambda shape: rule(*fan_in_fan_out(shape))),
            "the receptive field forgotten": [lambda shape, f=f: glorot_std(*f(shape)) for f in UNCOUNTED],
            "the axes of another framework": [lambda shape: glorot_std(*fan_in_fan_out(shape, layout="OI"))],
            "a spread that ignores the fan": [lambda shape, s=s: s for s in FIXED],
            "the axes added up": [lambda shape: math.sqrt(2 / sum(shape))],
        },
    ),
    Value(
        name="fans-barrel",
        title="A barrel",
        stars=2,
        kind="predict",
        tolerance=0.05,
        within=HALF,
        whole=(0,),
        **BARREL.own,
        variants=BARREL,
    ),
    Value(
        name="fans-mean",
        title="Another mean",
        stars=3,
        kind="derive",
        tolerance=0.05,
        within=HALF,
        **MEAN.own,
        variants=MEAN,
    ),
    Formula(
        name="fans-grouped",
        title="Groups, as PyTorch stores them",
        stars=3,
        kind="write",
        reference=stored,
        cases=[{"shape": shape, "groups": groups} for shape, groups in GROUPED],
        slips={
            "the groups forgotten": [
                lambda shape, groups: stored(shape),
                lambda shape, groups: np.multiply(stored(shape), (groups, 1)),
            ],
            "swapped fans": [lambda shape, groups: stored(shape, groups)[::-1]],
            "the receptive field forgotten": [lambda shape, groups: stored(shape[:2], groups)],
        },
    ),
    Repair(
        name="fans-test",
        title="A test that swapped fans pass",
        stars=3,
        kind="repair",
        parameter="fans_of",
        right={
            "the count of this book": fan_in_fan_out,
            "a count that multiplies the axes": times(math.prod),
            "a count that returns a plain tuple": lambda shape: tuple(fan_in_fan_out(shape)),
        },
        wrong={
            "the two fans swapped": lambda shape: Fans(*fan_in_fan_out(shape)[::-1]),
            "fan-in in both places": lambda shape: Fans(*fan_in_fan_out(shape)[:1] * 2),
            "no kernel in the count": times(lambda kernel: 1),
            "the kernel in fan-in alone": lambda shape: Fans(fan_in_fan_out(shape)[0], shape[-1]),
            "the kernel in fan-out alone": lambda shape: Fans(shape[-2], fan_in_fan_out(shape)[1]),
            "every kernel taken for a square": times(lambda kernel: (kernel or [1])[0] ** len(kernel)),
            "the sides of the kernel added up": times(lambda kernel: sum(kernel) or 1),
            "the layout of PyTorch": stored,
        },
    ),
)
