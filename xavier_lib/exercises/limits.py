"""What every way to try an answer shares: one call with its prints, and the limits of time."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xavier_lib.exercises.apart import Printed
from xavier_lib.exercises.attempt import Outcome, attempt

PATIENCE = 12  # times as long by the clock, for a machine that is busy and an answer that waits
STEP = 0.05  # seconds between two looks at the clocks

Answer = Callable[..., Any]
Calls = Sequence[Mapping[str, Any]]


def tried(answer: Answer, call: Mapping[str, Any], printed: Printed) -> Outcome:
    printed.text = ""
    with np.errstate(all="ignore"):
        outcome = attempt(answer, call)
    return replace(outcome, printed=printed.text)


def collect(
    outcomes: list[Outcome],
    count: int,
    take: Callable[[float], Outcome | None],
    spent: Callable[[], float],
    seconds: float,
) -> bool:
    """Take outcomes until all are there, or one comes too late by its processor time or, long after, by the clock."""
    while len(outcomes) < count:
        start, before, pause = time.monotonic(), spent(), seconds
        while (outcome := take(pause)) is None:
            used, passed = spent() - before, time.monotonic() - start
            if used >= seconds:
                outcomes.append(Outcome(problem=f"did not end within {seconds:g} seconds of processor time"))
                return False
            if passed >= PATIENCE * seconds:
                given = f"in which the machine gave it {used:.2g} seconds of processor time"
                outcomes.append(Outcome(unfinished=f"was not finished after {passed:.3g} seconds, {given}"))
                return False
            pause = STEP
        outcomes.append(outcome)
    return True


def seconds_on(clock: int) -> float:
    """Return what the clock of a process or a thread says, which may have ended."""
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0
