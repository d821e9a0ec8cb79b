"""The exercises of the chapter on Xavier: the limit, the gain, the lost 3, and a test that can fail."""

import math
from functools import partial
from typing import Any

from numpy.typing import NDArray

from xavier_lib.arguments import RNG
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.glorot import LECUN, THREE
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.rules import FIXED, LIMIT_SLIPS, XAVIER_SLIPS, Rule, adapted
from xavier_lib.exercises.start import Start
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.glorot import glorot_limit, glorot_normal, glorot_std, glorot_uniform
from xavier_lib.he import he_normal
from xavier_lib.symmetry import constant
from xavier_lib.weights.drawing import draw
from xavier_lib.weights.scaling import lecun_normal

FANS = ((300, 20), (20, 300), (784, 256), (64, 10), (256, 256))


def normal_draw(shape: tuple[int, int], rng: RNG = None, *, std: Rule) -> NDArray[Any]:
    """Draw normal weights whose standard deviation is a function of the two fans."""
    return draw(shape, std(*shape), "normal", rng, float)


EXERCISES = (
    Formula(
        name="glorot-limit",
        title="The limit",
        stars=1,
        kind="write",
        reference=glorot_limit,
        cases=[{"fan_in": fan_in, "fan_out": fan_out} for fan_in, fan_out in FANS],
        slips=LIMIT_SLIPS,
    ),
    Value(
        name="glorot-lecun",
        title="Is this Xavier?",
        stars=1,
        kind="judge",
        **LECUN.own,
        variants=LECUN,
    ),
    Start(
        name="glorot-gain",
        title="A start with a gain",
        stars=2,
        kind="write",
        std=lambda shape, gain: gain * glorot_std(*shape),
        cases=[
            {"shape": (512, 64), "gain": 2.0},
            {"shape": (48, 640), "gain": 0.5},
            {"shape": (20, 1600), "gain": 1.0},
        ],
        distributions=("normal", "truncated_normal"),
        slips={
            **adapted(XAVIER_SLIPS, lambda rule: lambda shape, gain: gain * rule(*shape)),
            "variance in place of standard deviation": [
                lambda shape, gain, p=p: gain**p * glorot_std(*shape) ** 2 for p in (1, 2)
            ],
            "a factor by its root": [lambda shape, gain: math.sqrt(gain) * glorot_std(*shape)],
            "the gain squared": [lambda shape, gain: gain**2 * glorot_std(*shape)],
            "the gain forgotten": [lambda shape, gain: glorot_std(*shape)],
        },
    ),
    Value(
        name="glorot-three",
        title="The lost 3",
        stars=2,
        kind="derive",
        shows=lambda value: (
            f"With n · Var(w) = {value:.4g}, eight square linear layers multiply the variance of a signal "
            f"by {value**8:.3g}. That is not what this start does."
        ),
        **THREE.own,
        variants=THREE,
    ),
    Start(
        name="glorot-program",
        title="Two mistakes in two lines",
        stars=2,
        kind="find",
        std=glorot_std,
        cases=[{"fan_in": 512, "fan_out": 64}, {"fan_in": 48, "fan_out": 640}, {"fan_in": 20, "fan_out": 1600}],
        shape=lambda fan_in, fan_out: (fan_in, fan_out),
        slips={**XAVIER_SLIPS, "a spread that ignores the fan": [lambda fan_in, fan_out, s=s: s for s in FIXED]},
    ),
    Repair(
        name="glorot-test",
        title="A test that zeros pass",
        stars=3,
        kind="repair",
        parameter="initializer",
        right={
            "glorot_uniform": glorot_uniform,
            "glorot_normal": glorot_normal,
            "glorot_normal, truncated": partial(glorot_normal, truncated=True),
        },
        wrong={
            "weights of zeros": partial(constant, value=0.0),
            "a start with the variance as standard deviation": partial(normal_draw, std=lambda i, o: 2 / (i + o)),
            "a uniform start without the √3": partial(normal_draw, std=lambda i, o: math.sqrt(2 / 3 / (i + o))),
            "a start with fan-in alone": lecun_normal,
            "a start with fan-out alone": partial(normal_draw, std=lambda i, o: math.sqrt(1 / o)),
            "He's start": he_normal,
            "a start that is a tenth too wide": partial(normal_draw, std=lambda i, o: 1.1 * glorot_std(i, o)),
        },
    ),
    Choice(
        name="glorot-average",
        title="Kept on average is not kept",
        stars=3,
        kind="predict",
        target="mean near 1, median below",
        options={
            "both near 1": "Two layers that multiply by 1.5 and by 0.5 keep 1 on average, and together leave 0.75.",
            "both below 1": "Every layer keeps the mean square on average, and the mean of a product of independent "
            "factors is the product of their means: 1 × 1 × … × 1.",
            "mean near 1, median below": "A few large products hold up the mean; the typical product sinks.",
        },
    ),
)
