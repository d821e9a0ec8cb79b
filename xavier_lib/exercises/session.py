"""What a reader calls: one check, and a list of all exercises with what became of them in this session."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any

from xavier_lib.exercises.attempt import kind_of, shown
from xavier_lib.exercises.exercise import Exercise
from xavier_lib.exercises.verdict import HEADS, Verdict

CHAPTERS = (
    *("network", "symmetry", "naive", "sigmoid", "glorot", "fans", "he", "frameworks"),
    *("shapes", "diagnosis", "museum", "replay", "rectifiers", "table"),
    *("gain", "orthogonal", "calibration", "normalization", "width"),
)
WORKED = "worked answer"
_seen: dict[str, str] = {}


def exercises() -> dict[str, Exercise]:
    """Return every exercise by its name, in the order of the book."""
    modules = [import_module(f"xavier_lib.exercises.chapters.{chapter}") for chapter in CHAPTERS]
    return {exercise.name: exercise for module in modules for exercise in module.EXERCISES}


def check(exercise: str, answer: Any, *, worked: bool = False) -> Verdict:
    """Try an answer on several inputs, and name the slip if it is a classic one.

    Used at the end of each chapter, from :doc:`/chapters/network` on. The answer may be anything: what raises,
    returns no number or does not end within five seconds of processor time a call gets a verdict that says so; one that
    a busy machine, or its own waiting, keeps from ending is open after a minute. Where neither a process nor a thread
    can be started, as in WebAssembly, no time limit holds, and the verdict says so.

    Args:
        exercise: the exercise's name, as :func:`catalog` lists it.
        answer: the function, the number or the word that the exercise asks for.
        worked: whether it is the book's worked answer, which :func:`catalog` does not count as the reader's.

    Returns:
        A verdict with ``passed``, ``message`` and ``slip``. It never tells the solution.

    Raises:
        TypeError: if ``exercise`` is no text.
        ValueError: if there is no exercise of that name; the nearest names are listed.

    >>> check("glorot-limit", lambda fan_in, fan_out: 6 / (fan_in + fan_out)).slip
    'the missing root'
    """
    if not isinstance(exercise, str):
        raise TypeError(f"exercise must be the name of an exercise, got {shown(exercise)} ({kind_of(exercise)})")
    known = exercises()
    if exercise not in known:
        near = difflib.get_close_matches(exercise[:60].lower(), known, n=4, cutoff=0.4) or list(known)[:4]
        raise ValueError(
            f"exercise must be a name that catalog() lists, got {shown(exercise)}; near it: {', '.join(near)}"
        )
    verdict = known[exercise].judge(answer)
    before = _seen.get(exercise, "not tried")
    if worked:
        _seen[exercise] = before if before in ("passed", "failed") else WORKED
    elif before != "passed" and (before, verdict.status) != (WORKED, "open"):
        _seen[exercise] = verdict.status
    return verdict


@dataclass(frozen=True)
class Entry:
    """A line of the catalog; see :doc:`/chapters/network`.

    Attributes:
        name: the name that :func:`~xavier_lib.exercises.session.check` takes.
        chapter: the chapter's name.
        stars: how hard it is, 1 to 3.
        title: what it is called in the chapter.
        kind: predict, derive, write, find, judge or repair.
        status: ``"not tried"``, ``"open"``, ``"failed"`` or ``"passed"``, in this session; ``"worked answer"``
            where only the book's own was run.

    >>> catalog()[0].chapter
    'network'
    """

    name: str
    chapter: str
    stars: int
    title: str
    kind: str
    status: str


class Catalog(tuple[Entry, ...]):
    """All exercises, a line each; see :doc:`/chapters/network`.

    >>> len(catalog()) >= 35
    True
    """

    __slots__ = ()

    def rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Return the cells of each line as text."""
        for entry in self:
            status = HEADS.get(entry.status, entry.status).lower()
            yield entry.chapter, entry.name, "★" * entry.stars, entry.title, status

    def __repr__(self) -> str:
        """Return a table of plain text."""
        return "\n".join(
            f"{c:9} {name:22} {stars:4} {status:13} {title}" for c, name, stars, title, status in self.rows()
        )

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{word}</th>' for word in ("Chapter", "Name", "Stars", "Title", "Status"))
        lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows())
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def catalog() -> Catalog:
    """List all exercises with chapter, stars and what became of them in this session.

    Used at the end of each chapter, from :doc:`/chapters/network` on.

    Returns:
        A tuple of entries, which a notebook shows as a table.

    >>> [entry.stars for entry in catalog() if entry.name == "glorot-limit"]
    [1]
    """
    return Catalog(
        Entry(e.name, e.chapter, e.stars, e.title, e.kind, _seen.get(e.name, "not tried")) for e in exercises().values()
    )
