"""Exercises whose answer is a number, several numbers, or a word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.exercises.attempt import as_numbers, kind_of, shown
from xavier_lib.exercises.exercise import Exercise, agree
from xavier_lib.exercises.verdict import Verdict

MODERATE = 1e9  # beyond it a consequence would overflow


@dataclass(frozen=True, kw_only=True)
class Value(Exercise):
    """Find a number, or several in order.

    Attributes:
        target: the right number or numbers.
        tolerance: relative; the exercise's text says how exact an answer should be.
        slips: for each slip the wrong numbers that show it.
        shows: what follows from a wrong answer, in a sentence with numbers that do not tell the right one.
    """

    target: ArrayLike
    tolerance: float = 0.01
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
        if agree(value, target, self.tolerance):
            return self.passed(f"{shown(answer)} is right.")
        return self.failed(self.counter_example(value, target), self.recognized(value))

    def counter_example(self, value: Any, target: Any) -> str:
        """Return what is wrong with the number, or with the first wrong one of several."""
        if self.shows is not None and np.abs(value).max() < MODERATE:
            return self.shows(value if value.ndim else float(value))
        if not target.ndim:
            return f"{float(value):.4g} is too {'large' if value > target else 'small'}."
        index = next(i for i in range(target.size) if not agree(value[i], target[i], self.tolerance))
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
