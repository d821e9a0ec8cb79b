"""Two slips in one answer: numbers that neither of them gives alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.exercises.slips import ALONE, BOTH

POWERS = (2.0, 0.5)
Numbers = NDArray[np.floating]


def pairs(
    reference: Callable[..., Any], slips: Mapping[str, Sequence[Callable[..., Any]]], cases: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Numbers]]:
    """Yield, for each two slips, both names and the numbers that both together give in the cases.

    A slip that is a power of the right number, times a factor, does to the other slip's number what it does to the
    right one; otherwise both factors by which the two miss it are taken at once. Exercises whose answers are no
    single positive numbers have none.

    >>> wrong = {"the missing root": [lambda n: 6 / n], "the factor 2 forgotten": [lambda n: (3 / n) ** 0.5]}
    >>> [(name, values.round(3).tolist()) for name, values in pairs(lambda n: (6 / n) ** 0.5, wrong, [{"n": 2}])][0]
    ('the missing root, and the factor 2 forgotten', [1.5])
    """
    right = in_cases(reference, cases)
    if right is None:
        return
    found = [
        (slip, values)
        for slip, functions in slips.items()
        for function in functions
        if slip not in ALONE
        if (values := in_cases(function, cases)) is not None
    ]
    for (one, a), (other, b) in combinations(found, 2):
        if one != other:
            for values in both(right, a, b):
                yield f"{one}{BOTH}{other}", values


def in_cases(function: Callable[..., ArrayLike], cases: Sequence[Mapping[str, Any]]) -> Numbers | None:
    """Return what a function gives in each case, if that is always one positive number."""
    try:
        values = [np.asarray(function(**case), dtype=float) for case in cases]
    except (TypeError, ValueError, ArithmeticError):
        return None
    if any(value.size != 1 or not value > 0 or not np.isfinite(value) for value in values):
        return None
    return np.array([float(value.reshape(())) for value in values])


def both(right: Numbers, a: Numbers, b: Numbers) -> Iterator[Numbers]:
    """Yield the numbers that two wrong ones, of the same right ones, may give together."""
    for one, other in ((a, b), (b, a)):
        for power in POWERS:
            factors = one / right**power
            if len(right) > 1 and np.ptp(factors) < 1e-9 * factors.max() or len(right) == 1:
                yield factors[0] * other**power
    yield a * b / right
