"""Wrong rules for a standard deviation that recur from exercise to exercise, as functions of the two fans."""

import math
from collections.abc import Callable, Mapping, Sequence

from xavier_lib.glorot import glorot_limit, glorot_std

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


def adapted(slips: Mapping[str, Sequence[Rule]], adapt: Callable[[Rule], Rule]) -> dict[str, list[Rule]]:
    """Return the slips for an exercise whose functions take other arguments than the two fans.

    >>> squares = adapted({"one fan only": [lambda fan_in, fan_out: fan_in]}, lambda rule: lambda n: rule(n, n) ** 2)
    >>> squares["one fan only"][0](3)
    9
    """
    return {slip: [adapt(rule) for rule in rules] for slip, rules in slips.items()}
