"""The exercises of the chapter on random and normal starts: limits, spreads, fan-in, and a test at one width only."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from numpy.typing import NDArray

from xavier_lib.exercises.exercise import agree
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.naive import JUDGE
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.rules import fan_in_slips
from xavier_lib.exercises.start import Start
from xavier_lib.exercises.value import Value
from xavier_lib.glorot import glorot_normal
from xavier_lib.naive import naive_normal, naive_uniform
from xavier_lib.symmetry import constant
from xavier_lib.weights.scaling import lecun_normal, lecun_uniform, variance_scaling

SHAPES = ((64, 512), (640, 48), (20, 1600), (400, 64))
LAYERS = ((64, 0.1, 3.0), (784, 0.02, 0.5), (20, 0.3, 2.0), (400, 0.05, 0.25))  # fan-in, std, rms
scaled: Callable[..., NDArray[Any]] = partial(variance_scaling, distribution="uniform")
EXPONENT_TOLERANCE = 0.08  # what rounds to the right decimal; a fit to measured spreads is nearer


class FixedAtFirst:
    """A start with one fixed spread: the one that the first layer it draws needs."""

    std: float = 0.0

    def __call__(self, shape: tuple[int, int], **options: Any) -> NDArray[Any]:
        """Draw weights with the spread of the first layer."""
        self.std = self.std or shape[0] ** -0.5
        return naive_normal(shape, self.std, **options)


def grown(exponents: Any) -> str:
    """Return what two exponents would mean, the spread's first."""
    spread, variance = map(float, exponents)
    if not agree(2 * spread, variance, EXPONENT_TOLERANCE):
        return f"A variance is the square of a spread. Is n to the {variance:.3g} the square of n to the {spread:.3g}?"
    return f"From 20 inputs to 2000 that is a factor of {100 ** min(spread, 9.0):.3g}. The chapter measured another."


EXERCISES = (
    Formula(
        name="naive-twins",
        title="True twins",
        stars=1,
        kind="derive",
        reference=lambda std: math.sqrt(3) * std,
        cases=[{"std": std} for std in (0.1, 0.02, 0.5, 2.5)],
        tolerance=2e-3,
        slips={
            "the forgotten √3": [lambda std: std],
            "limit in place of standard deviation": [lambda std: std / math.sqrt(3)],
            "variance in place of standard deviation": [lambda std: math.sqrt(3) * std**2],
            "the missing root": [lambda std: 3 * std**2, lambda std: 3 * std],
        },
    ),
    Value(
        name="naive-slip",
        title="Find the slip",
        stars=2,
        kind="find",
        target=(0.5, 1.0),
        tolerance=EXPONENT_TOLERANCE,
        slips={
            "standard deviation in place of variance": [(0.5, 0.5), (0.25, 0.5)],
            "variance in place of standard deviation": [(1.0, 1.0), (1.0, 2.0)],
        },
        shows=grown,
    ),
    Formula(
        name="naive-spread",
        title="How widely a layer spreads",
        stars=2,
        kind="derive",
        reference=lambda fan_in, std, rms: math.sqrt(fan_in) * std * rms,
        cases=[{"fan_in": fan_in, "std": std, "rms": rms} for fan_in, std, rms in LAYERS],
        slips={
            "the missing root": [lambda fan_in, std, rms: fan_in * std**2 * rms**2],
            "variance in place of standard deviation": [lambda fan_in, std, rms: math.sqrt(fan_in) * std**2 * rms],
            "standard deviation in place of variance": [
                lambda fan_in, std, rms: fan_in * std * rms,
                lambda fan_in, std, rms: math.sqrt(fan_in * std) * rms,
            ],
            "a spread that ignores the fan": [lambda fan_in, std, rms: std * rms],
        },
    ),
    Start(
        name="naive-scale",
        title="A start that knows its fan-in",
        stars=2,
        kind="write",
        std=lambda shape: math.sqrt(1 / shape[0]),
        cases=[{"shape": shape} for shape in SHAPES],
        slips=fan_in_slips(1.0, "variance in place of standard deviation"),
    ),
    Start(
        name="naive-norm",
        title="The old norm, copied",
        stars=2,
        kind="find",
        std=lambda shape: math.sqrt(1 / 3 / shape[0]),
        cases=[{"shape": shape} for shape in SHAPES],
        distributions=("uniform",),
        slips=fan_in_slips(1 / 3, "the missing root"),
    ),
    Value(
        name="naive-judge",
        title="Judge real code",
        stars=3,
        kind="judge",
        tolerance=0.002,
        whole=(0, 1),
        **JUDGE.own,
        variants=JUDGE,
    ),
    Repair(
        name="naive-test",
        title="A test at one width",
        stars=3,
        kind="repair",
        parameter="initializer",
        right={
            "lecun_normal": lecun_normal,
            "lecun_uniform": lecun_uniform,
            "lecun_normal, truncated": partial(lecun_normal, truncated=True),
        },
        wrong={
            "weights of zeros": partial(constant, value=0.0),
            "the fixed start N(0, 0.1²)": naive_normal,
            "a fixed uniform start of the same spread": partial(naive_uniform, limit=0.1 * math.sqrt(3)),
            "a fixed spread that fits the first layer drawn": FixedAtFirst(),
            "the variance as standard deviation": lambda shape, **given: naive_normal(shape, 1 / shape[0], **given),
            "the old norm": partial(scaled, scale=1 / 3, mode="fan_in"),
            "a start with fan-out in place of fan-in": partial(scaled, scale=1, mode="fan_out"),
            "Xavier's start": glorot_normal,
            "a start that is a tenth too wide": partial(scaled, scale=1.21, mode="fan_in"),
        },
    ),
)
