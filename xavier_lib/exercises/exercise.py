"""What all exercises have in common: a name, stars, and a judgement that names the slip and keeps the solution."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.exercises.attempt import Outcome, clipped, kind_of, shown
from xavier_lib.exercises.slips import BOTH, SLIPS
from xavier_lib.exercises.trial import run
from xavier_lib.exercises.variants import Student, Variants
from xavier_lib.exercises.verdict import Verdict

UNLIMITED = "No time limit holds here: neither a process nor a thread can be started, so it was called directly."
KINDS = ("predict", "derive", "write", "find", "judge", "repair")
UNWRITTEN = "NotImplementedError"  # as in the stubs of nbgrader
CLOSE = 1e-3  # relative: float32 agrees, a rounded answer too, and no slip is so near


@dataclass(frozen=True, kw_only=True)
class Exercise(ABC):
    """An exercise as its chapter defines it.

    Attributes:
        name: the label of its directive; the chapter's name comes first, as in ``"glorot-limit"``.
        title: the title of its directive, without the stars.
        stars: how hard it is, 1 to 3.
        kind: one of ``KINDS``.
        variants: the numbers that it may have in place of the book's, or None if all students get the same.
    """

    name: str
    title: str
    stars: int
    kind: str
    variants: Variants | None = None

    @property
    def chapter(self) -> str:
        """The chapter that the exercise belongs to."""
        return self.name.split("-")[0]

    def of(self, student: Student | None) -> Self:
        """Return the exercise with the numbers of a student, or with the book's."""
        if student is None or self.variants is None:
            return self
        return self.with_numbers(self.variants.drawn(self.name, student))

    def with_numbers(self, setting: Mapping[str, Any]) -> Self:
        """Return the exercise with some of the numbers that it may have."""
        return self if self.variants is None else replace(self, **self.variants.asks(**setting))

    def worded(self, text: str, student: Student | None) -> str:
        """Return what the book says of the exercise, with the numbers of a student."""
        if student is None or self.variants is None:
            return text
        return self.variants.reworded(text, self.variants.drawn(self.name, student))

    @abstractmethod
    def judge(self, answer: Any) -> Verdict:
        """Return what the exercise says of an answer."""

    @abstractmethod
    def recognizes(self) -> list[str]:
        """Return the slips that a verdict may name."""

    def passed(self, message: str) -> Verdict:
        """Return the verdict on a right answer."""
        return Verdict(self.name, "passed", message)

    def open(self, message: str) -> Verdict:
        """Return the verdict on an answer that is not there yet."""
        return Verdict(self.name, "open", message)

    def failed(self, message: str, slip: str | None = None) -> Verdict:
        """Return the verdict on a wrong answer, with the meaning of the slip where one was recognized."""
        if slip:
            message = f"{message}\nRecognized: {slip}. {' '.join(SLIPS[one] for one in slip.split(BOTH))}"
        return Verdict(self.name, "failed", message, slip)


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """An exercise whose answer is a function, which is called several times and then judged."""

    def judge(self, answer: Any) -> Verdict:
        """Call the answer, say what keeps it from being compared, or compare what it returned."""
        if answer is None or answer is Ellipsis:
            return self.open(f"There is nothing to check yet: a function is asked for, got {answer!r}.")
        if not callable(answer):
            got = f"{shown(answer)} ({kind_of(answer)})"
            return self.failed(f"A function is asked for, got {got}. Pass it without calling it.")
        calls = self.calls()
        outcomes = run(answer, calls)
        broken = self.broken(answer, calls, outcomes)
        verdict = self.compared(answer, outcomes) if broken is None else broken
        lines = [verdict.message]
        if printed := next((outcome.printed for outcome in outcomes if outcome.printed.strip()), ""):
            lines.append(f"It also printed {' '.join(printed.split())!r}.")
        if any(outcome.unlimited for outcome in outcomes):
            lines.append(UNLIMITED)
        return replace(verdict, message="\n".join(lines))

    def broken(self, answer: Any, calls: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome]) -> Verdict | None:
        """Return the verdict on an answer that raised, returned no numbers, or did not end."""
        for call, outcome in zip(calls, outcomes, strict=False):
            if outcome.unfinished:
                words = f"{called(answer, call)} {outcome.unfinished}. That does not make it wrong."
                return self.open(f"{words} Unless it waits for something, check it again when less else is running.")
            if outcome.raised == UNWRITTEN:
                return self.open(f"{called(answer, call)} is not written yet: it raised {UNWRITTEN}.")
            if outcome.empty:
                words = f"{called(answer, call)} returned {outcome.returned}."
                return self.open(f"{words} Fill in the stub, and let it return {self.wanted()}.")
            if outcome.problem:
                return self.failed(f"{called(answer, call)} {outcome.problem}. It should return {self.wanted()}.")
            if outcome.changed:
                words = f"{called(answer, call)} changed its argument {outcome.changed} in place."
                return self.failed(f"{words} Work on a copy.", "an argument changed in place")
        return None

    @abstractmethod
    def calls(self) -> Sequence[Mapping[str, Any]]:
        """Return the arguments of each call."""

    @abstractmethod
    def wanted(self) -> str:
        """Return in words what the answer should return."""

    @abstractmethod
    def compared(self, answer: Any, outcomes: Sequence[Outcome]) -> Verdict:
        """Return the verdict on an answer that always returned numbers."""


def called(answer: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    """Return a call as a reader would write it."""
    given = (f"{key}={argument(value)}" for key, value in arguments.items())
    return f"{name_of(answer)}({', '.join(given)})"


def name_of(answer: Callable[..., Any], otherwise: str = "answer") -> str:
    """Return a function's name, or another word where it has none."""
    name = getattr(answer, "__name__", "")
    return clipped(name) if isinstance(name, str) and name not in ("", "<lambda>") else otherwise


def argument(value: Any) -> str:
    """Return an argument in a few words."""
    if isinstance(value, np.random.Generator):
        return "generator"
    name = getattr(value, "__name__", "")
    return name if callable(value) and name else shown(value)


def agree(value: ArrayLike, expected: ArrayLike, tolerance: float = CLOSE) -> bool:
    """Say whether numbers are the expected ones, up to rounding."""
    found, wanted = np.asarray(value, dtype=float), np.asarray(expected, dtype=float)
    if wanted.size == found.size == 1:
        found, wanted = found.reshape(()), wanted.reshape(())
    largest = float(np.abs(wanted).max(initial=0.0))
    return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=tolerance, atol=1e-6 * largest))


def how_far(value: float, expected: float) -> str:
    """Say how a wrong number differs from the right one, without that one."""
    if value * expected < 0:
        return "of the wrong sign"
    if value == 0 or expected == 0:
        return "too small" if abs(value) < abs(expected) else "too large"
    share = abs(value / expected)
    if max(share, 1 / share) >= 2:
        return f"about {max(share, 1 / share):.2g} times too {'large' if share > 1 else 'small'}"
    return f"too {'large' if share > 1 else 'small'} by about {max(abs(share - 1), CLOSE):.1%}"


def first_difference(value: NDArray[Any], expected: NDArray[Any], tolerance: float = CLOSE) -> tuple[int, ...]:
    """Return the index of the entry that is furthest from what is expected, as a share of it."""
    scale = np.abs(expected) + 1e-6 * float(np.abs(expected).max(initial=1e-300))
    apart = np.abs(np.asarray(value, dtype=float) - expected) / scale
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(apart > tolerance)), apart.shape))
