"""Other numbers from the same text: those that an exercise may have, and those that a student of a class gets."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

from xavier_lib.arguments import whole
from xavier_lib.exercises.attempt import kind_of, shown

VARIABLE = "XAVIER_LIB_VARIANT"
WHO = re.compile(r"(\d+)/(\S.*)")


class Student(NamedTuple):
    """A student of a class, with the seed of its teacher; what :func:`variant` returns.

    Exercises of every chapter from :doc:`/chapters/network` on have numbers that a student may get.

    Attributes:
        seed: the teacher's seed.
        name: the student's name.

    >>> Student(7, "Ada")
    Numbers of Ada (seed 7)
    """

    seed: int
    name: str

    def __repr__(self) -> str:
        """Return whose numbers they are."""
        return f"Numbers of {self.name} (seed {self.seed})"


def variant(seed: int, student: str) -> Student:
    """Let the checks and hints of this session ask for a student's own numbers.

    The texts that have these numbers are made by ``python -m xavier_lib.exercises copies``, which writes this line
    into each copy. The environment variable ``XAVIER_LIB_VARIANT`` holds both, as in ``7/Ada``. Exercises whose answer
    is a function have no variants, since they are tried on many inputs; see :doc:`/chapters/network` for the first.

    Args:
        seed: the teacher's, a whole number from 0 on; with the next one every student gets other numbers.
        student: the student's name, one line of text.

    Raises:
        TypeError: if the seed is no whole number or the name no text.
        ValueError: if the seed is negative, or the name is empty or has more lines than one.

    >>> variant(7, "Ada")
    Numbers of Ada (seed 7)
    >>> del os.environ[VARIABLE]
    """
    seed = whole("seed", seed, minimum=0)
    if not isinstance(student, str):
        raise TypeError(f"student must be a name, got {shown(student)} ({kind_of(student)})")
    if WHO.fullmatch(f"{seed}/{student}") is None:
        raise ValueError(f"student must be a name in one line that begins with no space, got {shown(student)}")
    os.environ[VARIABLE] = f"{seed}/{student}"
    return Student(seed, student)


def current() -> Student | None:
    """Return the student whose numbers are asked for, or None for the book's own.

    Raises:
        ValueError: if the environment variable holds something else.
    """
    found = os.environ.get(VARIABLE, "")
    if not found:
        return None
    match = WHO.fullmatch(found)
    if match is None:
        raise ValueError(f"{VARIABLE} must be a seed and a student, such as 7/Ada, got {shown(found)}")
    return Student(int(match[1]), match[2])


@dataclass(frozen=True)
class Variants:
    """The numbers that an exercise may have.

    Attributes:
        asks: what the exercise asks for with some numbers: its target, its slips, and all else that changes.
        says: the phrases of its text, stub and hints that hold the numbers, each as it stands there.
        numbers: by name, what each of them may be, the book's own first; words as well.
        fits: which of them go together.
    """

    asks: Callable[..., Mapping[str, Any]]
    says: Callable[..., Sequence[str]]
    numbers: Mapping[str, Sequence[Any]]
    fits: Callable[..., bool] = lambda **numbers: True

    @cached_property
    def settings(self) -> list[dict[str, Any]]:
        """All numbers that go together, the book's own first."""
        found = (dict(zip(self.numbers, values, strict=True)) for values in product(*self.numbers.values()))
        return [setting for setting in found if self.fits(**setting)]

    @property
    def own(self) -> Mapping[str, Any]:
        """What the exercise asks for in the book."""
        return self.asks(**self.settings[0])

    def drawn(self, exercise: str, student: Student) -> dict[str, Any]:
        """Return a student's numbers, which are not the book's."""
        others = self.settings[1:]
        name = sha256(f"{exercise}/{student.name}".encode()).digest()
        return others[(int.from_bytes(name[:8], "big") + student.seed) % len(others)]

    def reworded(self, text: str, setting: Mapping[str, Any]) -> str:
        """Return a text with other numbers in the place of the book's."""
        phrases = dict(zip(self.says(**self.settings[0]), self.says(**setting), strict=True))
        longest_first = sorted(phrases, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest_first)), lambda match: phrases[match[0]], text)
