"""Hints that climb: where to look, which step, a part of the way; each is given when it is asked for."""

import re
import textwrap
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xavier_lib.exercises.session import named
from xavier_lib.exercises.variants import current

HINTS = resources.files("xavier_lib.exercises") / "hints"
LINK = re.compile(r"\[((?:`[^`]+`|[^\[\]`])+)\]\([^()\s]+\)")
_given: dict[str, int] = {}


@dataclass(frozen=True, repr=False)
class Hint:
    """One of the hints of an exercise; what :func:`hint` returns, for each chapter from :doc:`/chapters/network` on.

    Attributes:
        exercise: the exercise's name.
        number: which hint it is, from 1.
        of: how many there are.
        text: the hint, in Markdown.

    >>> Hint("glorot-limit", 3, 3, "Look [there](there.md).")
    Hint 3 of 3, the last one: Look there.
    """

    exercise: str
    number: int
    of: int
    text: str

    @property
    def head(self) -> str:
        """The words before the hint."""
        return f"Hint {self.number} of {self.of}{', the last one' if self.number == self.of else ''}"

    def __repr__(self) -> str:
        """Return the hint as plain lines of at most 80 characters."""
        words = LINK.sub(r"\1", self.text)
        return textwrap.fill(f"{self.head}: {words}", 80, break_on_hyphens=False)

    def _repr_markdown_(self) -> str:
        return f"**{self.head}.** {self.text}"


def hint(exercise: str) -> Hint:
    """Return the next hint of an exercise: the first where none was given yet, and after the last one that again.

    Used from :doc:`/chapters/network` on. On the site the same hints open one inside the other. None tells the answer.

    Args:
        exercise: the exercise's name, as :func:`~xavier_lib.exercises.session.catalog` lists it.

    Raises:
        TypeError: if it is no text.
        ValueError: if there is no exercise of that name; the nearest names are listed.

    >>> [hint("network-left").number for _ in range(4)]
    [1, 2, 3, 3]
    """
    asked = named(exercise)
    texts = hints(asked.chapter)[exercise]
    _given[exercise] = min(_given.get(exercise, 0) + 1, len(texts))
    text = asked.worded(texts[_given[exercise] - 1], current())
    return Hint(exercise, _given[exercise], len(texts), text)


@cache
def hints(chapter: str) -> dict[str, list[str]]:
    """Return the hints of all exercises of a chapter, by their names.

    >>> len(hints("glorot")["glorot-limit"])
    3
    """
    found = tomllib.loads((HINTS / f"{chapter}.toml").read_text(encoding="utf-8"))
    return {name: entry["hints"] for name, entry in found.items()}
