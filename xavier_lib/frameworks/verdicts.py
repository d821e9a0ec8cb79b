"""Compares the spread of an array of weights with the one that its rule asks for, and says so in words."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from xavier_lib.frameworks.directions import spread_of
from xavier_lib.frameworks.draws import Numbers
from xavier_lib.frameworks.rules import GLOROT, LOOKUP, ORTHOGONAL, Start, in_mode, start_for
from xavier_lib.frameworks.stored import Stored, first_factor, low_rank
from xavier_lib.names import Mode
from xavier_lib.nn.quadrature import size_before
from xavier_lib.weights.scaling import MODES, fan_of, std_of

NEAR = 0.03  # a spread that far from the rule's counts as the rule's, besides the error of a sample
STANDARD_ERRORS = 4.5
FEW = 0.2  # an uncertainty of the spread from which on a fit says nothing
ONE_ROW = "rows of {:.2g}: no rule says how large a table should be"
STEP = "so this sets the size of a step and not that of the signal"


class Verdict(NamedTuple):
    """What an inspection says of one array.

    Attributes:
        start: the start that it should have, or has, or None where that is not known.
        wanted: the spread by that start, or None.
        words: how it fits, or how it misses.
    """

    start: Start | None
    wanted: float | None
    words: str


def wanted_start(array: Stored, after: str | None, mode: Mode | None = None) -> Start | None:
    """Return the start that an array should have before an activation or as a table of embeddings; None if not known.

    Raises:
        TypeError, ValueError: as in :func:`~xavier_lib.frameworks.rules.start_for`.
    """
    if array.lookup:
        return LOOKUP
    return None if after is None else start_for(after, mode)


def start_of(array: Stored, mode: Mode | None = None) -> Start | None:
    """Return the same by what follows the array, or by what a batch has shown to be kept behind it.

    Raises:
        TypeError, ValueError: as in :func:`wanted_start`.
    """
    if array.activation is None and array.last and array.output is not None:
        return GLOROT  # whatever function the outputs pass: no layer gets them
    if array.lookup or array.activation is not None or not array.kept:
        return wanted_start(array, array.activation, mode)
    return in_mode(Start(f"gain {array.kept**-0.5:.3g} by the batch", 1 / array.kept, "fan_in"), mode)


def wanted_std(array: Stored, start: Start) -> float:
    """Return the standard deviation that a start gives an array, by its true fans."""
    if start.distribution in ORTHOGONAL and not array.lookup:
        return spread_of(array.weights.read().shape, math.sqrt(start.scale), start.distribution)
    return std_of(start.scale, fan_of(start.mode, array.fans))


class Right(NamedTuple):
    """A spread that is right for an array.

    Attributes:
        start: the start that gives it.
        std: the spread.
        how: by which fan, if not by the one that the rule names first.
    """

    start: Start
    std: float
    how: str


def rights(array: Stored, start: Start, mode: Mode | None) -> Iterator[Right]:
    """Yield the spreads that are as good as the wanted one: by another fan, or for what follows the sum."""
    starts = [start]
    if array.summed and array.beyond and array.activation is not None:
        starts.append(start_for(array.beyond, mode))
    free = mode is None and not array.lookup
    for one in starts:
        for other in dict.fromkeys([one, *(in_mode(one, another) for another in MODES if free)]):
            how = f" by {other.mode}" if other.mode != one.mode else ""
            yield Right(other, wanted_std(array, other), how)
            if other.mode == "fan_out" and array.unstrided is not None:
                spread = std_of(other.scale, fan_of(other.mode, array.unstrided))
                yield Right(other, spread, " by fan_out with the stride left out")


def verdict_on(array: Stored, numbers: Numbers, kind: str, mode: Mode | None) -> Verdict:
    """Say whether weights, drawn from what they look drawn from, fit their rule, or how they miss it."""
    start = start_of(array, mode)
    wanted = None if start is None else wanted_std(array, start)
    if kind == "zeros":
        return Verdict(start, wanted, zeros(array))
    if kind == "constant" and numbers.size > 1:
        return Verdict(start, wanted, "all weights equal: the units start alike")
    lean = leaning(numbers)
    if kind == "orthogonal" and array.recurrent:
        return Verdict(start, wanted, f"orthogonal: it keeps the length of the state{lean}")
    if array.factor:
        return Verdict(start, wanted, f"{factor(array)}{lean}")
    if start is None or wanted is None:
        return Verdict(None, None, f"no verdict, as what follows is not known{lean}")
    band = STANDARD_ERRORS * math.sqrt(max(numbers.peak - 1, 0.2)) / 2 / math.sqrt(numbers.size)  # by the fourth moment
    for right in rights(array, start, mode):
        if abs(numbers.std / right.std - 1) <= max(NEAR, band):
            fits = "too few weights to tell" if band > FEW else f"fits {right.start.rule}{right.how}"
            return Verdict(right.start, right.std, f"{fits}{lean}")
    words = by_batch(array) or missing(array, numbers.std, wanted, start.rule)
    return Verdict(start, wanted, f"{words}{lean}")


def by_batch(array: Stored) -> str:
    """Say that a layer gives on what it got, or that its outputs have the size that they should have, or nothing."""
    bounded = None if array.activation is None or array.summed else size_before(array.activation)
    if bounded is not None and array.output is not None and abs(array.output / bounded - 1) <= NEAR:
        return f"fits the batch: pre-activations of {array.output:.2g}"
    if array.gives is None or array.summed or array.last or array.lookup:
        return ""
    size, ratio = array.gives
    near = abs(ratio - 1) <= NEAR or abs(size - 1) <= NEAR
    return f"fits the batch: {size:.2g} goes on, {ratio:.2g} of what came in" if near else ""


def leaning(numbers: Numbers) -> str:
    """Return words for a mean that no sample of centred weights would have."""
    leans = abs(numbers.mean) > STANDARD_ERRORS * numbers.std / math.sqrt(numbers.size)
    return f", with a mean of {numbers.mean:.2g}" if leans else ""


def factor(array: Stored) -> str:
    """Say which factor of a low-rank pair an array is that is not zero."""
    second = low_rank(array.name) and not first_factor(array.name)
    return (
        "second factor of a low-rank pair, not zero: the product changes the model"
        if second
        else ("first factor of a low-rank pair, whose product starts at zero")
    )


def zeros(array: Stored) -> str:
    """Say what zeros do where they stand."""
    if array.factor and first_factor(array.name):
        return "all zeros in the first factor of a low-rank pair: beside a second one of zeros neither ever learns"
    if array.factor:
        return "all zeros: the second factor of a low-rank pair, whose product starts at zero"
    if array.summed or array.branch:
        return "all zeros before a sum: the branch starts at nothing, and learns"
    if array.last:
        return "all zeros at the end: the outputs start at zero, and learn"
    if array.activation is None:
        return "all zeros: nothing passes, unless a branch or the outputs are to start at zero"
    return "all zeros: nothing passes"


def missing(array: Stored, spread: float, wanted: float, rule: str) -> str:
    """Say how a spread misses its rule, and where that does no harm."""
    ratio = spread / wanted
    if array.lookup:
        return ONE_ROW.format(spread)
    if array.branch and array.adds is not None and (ratio < 1 or array.adds <= 1 + NEAR):
        number, branches = array.branch
        return f"last of a residual branch, {number + 1} of {branches}: adds {array.adds:.2g} of the stream"
    if array.summed and ratio < 1:
        return f"{ratio:.3g} of {rule}, before a sum: a branch may be as small as its maker wants"
    logits = spread * math.sqrt(array.fans.fan_in)  # for inputs of size 1
    if array.last and rule == GLOROT.rule and logits <= 1 + NEAR:
        return f"{ratio:.3g} of {rule}, at the end: outputs of {logits:.2g} for inputs of 1"
    words = f"{max(ratio, 1 / ratio):.3g} × too {'wide' if ratio > 1 else 'narrow'} for {rule}"
    if array.rescaled:
        return f"{words}; the model divides it by its own size, {STEP}"
    return f"{words}; a normalization follows, {STEP}" if array.normalized else words
