"""Wrong rules for a spread that recur from exercise to exercise, most of them as functions of the two fans."""

import math
from collections.abc import Callable, Mapping, Sequence

from xavier_lib.fans import fan_in_fan_out
from xavier_lib.glorot import glorot_limit, glorot_std
from xavier_lib.he import he_std

Rule = Callable[..., float]
GAINS = (math.sqrt(2), 5 / 3, 4.0)  # of ReLU, of tanh as PyTorch has it, and of the sigmoid in old tutorials
NUMBERS = (0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 1.0)  # what a fixed start is usually given
FIXED = [spread for number in NUMBERS for spread in (number, number / math.sqrt(3))]  # normal, and uniform up to it

XAVIER_SLIPS: Mapping[str, Sequence[Rule]] = {
    "variance in place of standard deviation": [lambda fan_in, fan_out: 2 / (fan_in + fan_out)],
    "the brackets forgotten": [lambda fan_in, fan_out: math.sqrt(2 / fan_in + fan_out)],
    "a root that ends too soon": [lambda fan_in, fan_out: math.sqrt(2) / (fan_in + fan_out)],
    "limit in place of standard deviation": [glorot_limit],
    "the forgotten √3": [lambda fan_in, fan_out: glorot_std(fan_in, fan_out) / math.sqrt(3)],
    "He where Xavier was asked": [lambda fan_in, fan_out: math.sqrt(2 / fan_in)],
    "one fan only": [
        lambda fan_in, fan_out: math.sqrt(1 / fan_in),
        lambda fan_in, fan_out: math.sqrt(1 / fan_out),
        lambda fan_in, fan_out: math.sqrt(2 / fan_out),
    ],
    "the factor 2 forgotten": [lambda fan_in, fan_out: math.sqrt(1 / (fan_in + fan_out))],
    "the missing root": [lambda fan_in, fan_out: 6 / (fan_in + fan_out) / math.sqrt(3)],  # in a limit
    "the product of both fans": [lambda fan_in, fan_out: math.sqrt(2 / fan_in / fan_out)],
    "the whole range in place of its half": [lambda fan_in, fan_out: glorot_std(fan_in, fan_out) / 2],
    "a gain that was not asked for": [lambda fan_in, fan_out, g=g: g * glorot_std(fan_in, fan_out) for g in GAINS],
}
#: For the limit of a uniform start.
LIMIT_SLIPS: Mapping[str, Sequence[Rule]] = {
    "the missing root": [lambda fan_in, fan_out: 6 / (fan_in + fan_out)],
    "the brackets forgotten": [lambda fan_in, fan_out: math.sqrt(6 / fan_in + fan_out)],
    "a root that ends too soon": [lambda fan_in, fan_out: math.sqrt(6) / (fan_in + fan_out)],
    "variance in place of standard deviation": [lambda fan_in, fan_out: math.sqrt(3) * 2 / (fan_in + fan_out)],
    "the forgotten √3": [glorot_std],
    "He where Xavier was asked": [lambda fan_in, fan_out: math.sqrt(6 / fan_in)],
    "one fan only": [
        lambda fan_in, fan_out: math.sqrt(3 / fan_in),
        lambda fan_in, fan_out: math.sqrt(3 / fan_out),
        lambda fan_in, fan_out: math.sqrt(6 / fan_out),
    ],
    "the factor 2 forgotten": [lambda fan_in, fan_out: math.sqrt(3 / (fan_in + fan_out))],
    "the product of both fans": [lambda fan_in, fan_out: math.sqrt(6 / fan_in / fan_out)],
    "the whole range in place of its half": [lambda fan_in, fan_out: 2 * glorot_limit(fan_in, fan_out)],
    "a gain that was not asked for": [lambda fan_in, fan_out, g=g: g * glorot_limit(fan_in, fan_out) for g in GAINS],
    "a bias among the inputs": [lambda fan_in, fan_out: glorot_limit(fan_in + 1, fan_out)],
}
#: As functions of the fan and the slope.
HE_SLIPS: Mapping[str, Sequence[Rule]] = {
    "the slope not squared": [lambda fan, slope: math.sqrt(2 / (1 + slope) / fan)],
    "the slope forgotten": [lambda fan, slope: he_std(fan)],
    "variance in place of standard deviation": [lambda fan, slope: he_std(fan, slope) ** 2],
    "the factor 2 forgotten": [lambda fan, slope: he_std(fan, slope) / math.sqrt(2)],
    "the brackets forgotten": [lambda fan, slope: he_std(fan, slope) * fan],
    "a root that ends too soon": [
        lambda fan, slope: math.sqrt(2) / (1 + slope**2) / fan,
        lambda fan, slope: he_std(fan, slope) / math.sqrt(fan),
    ],
    "the gain in place of the slope": [lambda fan, slope: he_std(fan, math.sqrt(2 / (1 + slope**2)))],
}
#: Counts of a kernel's fans that leave out its positions, in both or in one of them.
UNCOUNTED: Sequence[Callable[..., tuple[int, ...]]] = (
    lambda shape: tuple(shape[-2:]),
    lambda shape: (fan_in_fan_out(shape)[0], shape[-1]),
    lambda shape: (shape[-2], fan_in_fan_out(shape)[1]),
)
#: Counts that take the first axes of a kernel for its channels, in either order.
OTHER_AXES: Sequence[Callable[..., tuple[int, ...]]] = (
    lambda shape: fan_in_fan_out(shape, layout="OI"),
    lambda shape: fan_in_fan_out(shape, layout="OI")[::-1],
)


def adapted(slips: Mapping[str, Sequence[Rule]], adapt: Callable[[Rule], Rule]) -> dict[str, list[Rule]]:
    """Return the slips for an exercise whose functions take other arguments than the two fans.

    >>> squares = adapted({"one fan only": [lambda fan_in, fan_out: fan_in]}, lambda rule: lambda n: rule(n, n) ** 2)
    >>> squares["one fan only"][0](3)
    9
    """
    return {slip: [adapt(rule) for rule in rules] for slip, rules in slips.items()}


def fan_in_slips(product: float, without_root: str) -> dict[str, list[Callable[..., float]]]:
    """Return wrong standard deviations for weights with a given n · Var(w), and the name of that without its root."""
    return {
        without_root: [lambda shape: math.sqrt(product) / shape[0]],
        "swapped fans": [lambda shape: math.sqrt(product / shape[1])],
        "limit in place of standard deviation": [lambda shape: math.sqrt(3 * product / shape[0])],
        "the mean of both fans": [lambda shape: math.sqrt(2 * product / sum(shape))],
        "the forgotten √3": [lambda shape: math.sqrt(product / 3 / shape[0])],
        "a spread that ignores the fan": [lambda shape, s=s: s for s in FIXED],
        "the product of both fans": [lambda shape: math.sqrt(product / math.prod(shape))],
        "the whole range in place of its half": [lambda shape: math.sqrt(product / shape[0]) / 2],
        "a gain that was not asked for": [lambda shape, g=g: g * math.sqrt(product / shape[0]) for g in (*GAINS, 2.0)],
    }
