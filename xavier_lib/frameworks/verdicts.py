"""Compares the spread of an array of weights with the one that its rule asks for, and says so in words."""

import math
from typing import NamedTuple

from xavier_lib.frameworks.draws import Numbers
from xavier_lib.frameworks.rules import GLOROT, LOOKUP, Start, in_mode, start_for
from xavier_lib.frameworks.stored import Stored, low_rank
from xavier_lib.names import Mode
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
    if array.lookup or array.activation is not None or not array.kept:
        return wanted_start(array, array.activation, mode)
    return in_mode(Start(f"gain {array.kept**-0.5:.3g} by the batch", 1 / array.kept, "fan_in"), mode)


def wanted_std(array: Stored, start: Start) -> float:
    """Return the standard deviation that a start gives an array, by its true fans."""
    return std_of(start.scale, fan_of(start.mode, array.fans))


def also_right(array: Stored, start: Start, mode: Mode | None) -> list[Start]:
    """Return the starts that are as good as the wanted one: by another fan, or for what follows the sum."""
    starts = [start]
    if array.summed and array.beyond and array.activation is not None:
        starts.append(start_for(array.beyond, mode))
    if mode is None and not array.lookup:
        starts += [in_mode(one, other) for one in starts for other in MODES]
    return list(dict.fromkeys(starts))


def verdict_on(array: Stored, numbers: Numbers, kind: str, mode: Mode | None) -> Verdict:
    """Say whether weights, drawn from what they look drawn from, fit their rule, or how they miss it."""
    start = start_of(array, mode)
    wanted = None if start is None else wanted_std(array, start)
    if kind == "zeros":
        return Verdict(start, wanted, zeros(array))
    if kind == "constant" and numbers.size > 1:
        return Verdict(start, wanted, "all weights equal: the units stay alike")
    lean = leaning(numbers)
    if kind == "orthogonal" and array.recurrent:
        return Verdict(start, wanted, f"orthogonal: it keeps the size of the state{lean}")
    if low_rank(array.name):
        return Verdict(start, wanted, f"first factor of a low-rank pair, whose product starts at zero{lean}")
    if start is None or wanted is None:
        return Verdict(None, None, f"no verdict, as what follows is not known{lean}")
    band = STANDARD_ERRORS * math.sqrt(max(numbers.peak - 1, 0.2)) / 2 / math.sqrt(numbers.size)  # by the fourth moment
    for other in also_right(array, start, mode):
        spread = wanted_std(array, other)
        if abs(numbers.std / spread - 1) <= max(NEAR, band):
            by = f" by {other.mode}" if other.mode != start.mode else ""
            fits = "too few weights to tell" if band > FEW else f"fits {other.rule}{by}"
            return Verdict(other, spread, f"{fits}{lean}")
    return Verdict(start, wanted, f"{missing(array, numbers.std, wanted, start.rule)}{lean}")


def leaning(numbers: Numbers) -> str:
    """Return words for a mean that no sample of centred weights would have."""
    leans = abs(numbers.mean) > STANDARD_ERRORS * numbers.std / math.sqrt(numbers.size)
    return f", with a mean of {numbers.mean:.2g}" if leans else ""


def zeros(array: Stored) -> str:
    """Say what zeros do where they stand."""
    if low_rank(array.name):
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
    if array.summed and ratio < 1:
        where = "last of a residual branch" if array.branch else "before a sum"
        return f"{ratio:.3g} of {rule}, {where}: as small as its maker wants it"
    logits = spread * math.sqrt(array.fans.fan_in)  # for inputs of size 1
    if array.last and rule == GLOROT.rule and logits <= 1 + NEAR:
        return f"{ratio:.3g} of {rule}, at the end: outputs of {logits:.2g} for inputs of 1"
    words = f"{max(ratio, 1 / ratio):.3g} × too {'wide' if ratio > 1 else 'narrow'} for {rule}"
    if array.rescaled:
        return f"{words}; the model divides it by its own size, {STEP}"
    return f"{words}; a normalization follows, {STEP}" if array.normalized else words
