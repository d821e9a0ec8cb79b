"""Exercises whose answer is a number, several numbers, or a word."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.exercises.attempt import as_numbers, kind_of, shown
from xavier_lib.exercises.exercise import Exercise, agree
from xavier_lib.exercises.verdict import Verdict

MODERATE = 1e9  # beyond it a consequence would overflow
EXACT = 1e-6  # relative: a whole number that was computed may be as far from it
MINUS = re.compile(r"(?<![\w-])-(?=\d)")  # before a number in words, and not in one such as 1e-9


@dataclass(frozen=True, kw_only=True)
class Value(Exercise):
    """Find a number, or several in order.

    Attributes:
        target: the right number or numbers.
        tolerance: relative; the exercise's text says how exact an answer should be.
        within: absolute, in place of the tolerance, where an answer to some decimals is asked for.
        whole: the indices of the numbers that are whole numbers, as the text says; they have to be exact.
        slips: for each slip the wrong numbers that show it.
        shows: what follows from a wrong answer, in a sentence with numbers that do not tell the right one.
    """

    target: ArrayLike
    tolerance: float = 0.01
    within: float | None = None
    whole: Sequence[int] = ()
    slips: Mapping[str, Sequence[ArrayLike]] = field(default_factory=dict)
    shows: Callable[[Any], str] | None = None

    def judge(self, answer: Any) -> Verdict:
        """Compare the numbers with the target, then with every slip."""
        target = np.asarray(self.target, dtype=float)
        wanted = f"{target.size} numbers are asked for" if target.ndim else "A number is asked for"
        if answer is None or answer is Ellipsis:
            return self.open(f"There is nothing to check yet. {wanted}, got {answer!r}.")
        found = as_numbers(answer)
        if callable(answer) or "problem" in found or found["value"].dtype == bool:
            return self.failed(f"{wanted}, got {shown(answer)} ({kind_of(answer)}).")
        value = np.asarray(found["value"], dtype=float)
        if value.size != target.size:
            return self.failed(f"{wanted}, got {value.size if value.size != 1 else 'one'}.")
        value = value.reshape(target.shape)
        right = self.right(value, target)
        if right.all():
            return self.passed(f"{shown(answer)} is right.")
        words = self.not_whole(value) or self.counter_example(value, target, right)
        return self.failed(MINUS.sub("−", words), self.recognized(value))

    def right(self, value: NDArray[Any], target: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which of the numbers are right."""
        tiny = EXACT * float(np.abs(target).max())
        limit = self.tolerance * np.abs(target) + tiny if self.within is None else np.full(target.shape, self.within)
        limit = np.ravel(limit)
        limit[list(self.whole)] = EXACT * np.abs(np.ravel(target)[list(self.whole)])
        return np.asarray(np.abs(value - target).ravel() <= limit)

    def not_whole(self, value: NDArray[Any]) -> str | None:
        """Return that a number is none of the whole numbers that are asked for, or None."""
        asked = "Whole numbers are asked for" if value.ndim else "A whole number is asked for"
        for index in self.whole:
            number = float(np.ravel(value)[index])
            if abs(number - round(number)) > EXACT * abs(number):
                if len(self.whole) < value.size:
                    asked = f"The number at index {index} is to be a whole one"
                return f"{asked}, and {number:.9g} is none."
        return None

    def counter_example(self, value: NDArray[Any], target: NDArray[Any], right: NDArray[np.bool_]) -> str:
        """Return what is wrong with the number, or with the first wrong one of several."""
        if self.shows is not None and np.abs(value).max() < MODERATE:
            return self.shows(value if value.ndim else float(value))
        if not target.ndim:
            return f"{float(value):.4g} is too {'large' if value > target else 'small'}."
        index = int(np.argmin(right))
        direction = "large" if value[index] > target[index] else "small"
        return f"The number at index {index}, {value[index]:.4g}, is too {direction}."

    def recognized(self, value: Any) -> str | None:
        """Return the slip that leads to the numbers, or None."""
        hits = (slip for slip, wrong in self.slips.items() if any(agree(value, w, self.tolerance) for w in wrong))
        return next(hits, None)

    def recognizes(self) -> list[str]:
        """Return the slips that a verdict may name."""
        return list(self.slips)


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """Choose one of several words.

    Attributes:
        options: the words to choose from, each with what a measurement says of it: for a wrong one a
            counter-example with numbers, for the right one why it is right.
        target: the right word.
        slips: the wrong words that are slips, with their names.
    """

    options: Mapping[str, str]
    target: str
    slips: Mapping[str, str] = field(default_factory=dict)

    def judge(self, answer: Any) -> Verdict:
        """Compare the word with the target."""
        accepted = ", ".join(repr(option) for option in self.options)
        if answer is None or answer is Ellipsis:
            return self.open(f"There is nothing to check yet. Choose one of {accepted}.")
        word = " ".join(answer.lower().split()) if isinstance(answer, str) else ""
        if word not in self.options:
            return self.failed(f"One of {accepted} is asked for, got {shown(answer)} ({kind_of(answer)}).")
        if word == self.target:
            return self.passed(f"{word!r} is right. {self.options[word]}")
        return self.failed(f"{word!r} does not hold. {self.options[word]}", self.slips.get(word))

    def recognizes(self) -> list[str]:
        """Return the slips that a verdict may name."""
        return list(self.slips.values())
