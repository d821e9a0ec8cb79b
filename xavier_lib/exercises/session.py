"""What a reader calls: one check, and a list of all exercises with what became of them in this session."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from importlib import import_module
from typing import Any

from xavier_lib.exercises.attempt import kind_of, shown
from xavier_lib.exercises.exercise import Exercise
from xavier_lib.exercises.progress import ORDER, Kept, keep, kept
from xavier_lib.exercises.variants import current
from xavier_lib.exercises.verdict import HEADS, Verdict

CHAPTERS = (
    *("network", "symmetry", "naive", "sigmoid", "glorot", "fans", "he", "frameworks"),
    *("shapes", "diagnosis", "museum", "replay", "rectifiers", "table"),
    *("gain", "orthogonal", "calibration", "normalization", "residual", "criticality", "width"),
)
WORKED = "worked answer"
BAR = 40  # characters
OFFERED = 2  # failed tries after which a hint is offered
_seen: dict[str, str] = {}
_failures: dict[str, int] = {}


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

    The best try of each exercise is kept for the next session in a small file of the user's data folder, or of the
    folder that the environment variable ``XAVIER_LIB_PROGRESS`` names; ``off`` keeps nothing.

    Args:
        exercise: the exercise's name, as :func:`catalog` lists it.
        answer: the function, the number or the word that the exercise asks for.
        worked: whether it is the book's worked answer, with the book's own
            numbers, which :func:`catalog` does not count as the reader's.

    Some exercises ask for other numbers after :func:`~xavier_lib.exercises.variants.variant`, and the verdict says so.

    After two failed tries the verdict offers a hint, which :func:`~xavier_lib.exercises.climbing.hint` gives.

    Returns:
        A verdict with ``passed``, ``message`` and ``slip``. It never tells the solution.

    Raises:
        TypeError: if ``exercise`` is no text.
        ValueError: if there is no exercise of that name; the nearest names are listed.

    >>> check("glorot-limit", lambda fan_in, fan_out: 6 / (fan_in + fan_out)).slip
    'the missing root'
    """
    asked, student = named(exercise), None if worked else current()
    verdict = asked.of(student).judge(answer)
    if not worked and (note := keep(exercise, verdict.status, verdict.slip)):
        verdict = replace(verdict, message=f"{verdict.message}\n{note}")
    if verdict.status == "failed" and not worked:
        _failures[exercise] = _failures.get(exercise, 0) + 1
        if _failures[exercise] >= OFFERED:
            verdict = replace(verdict, message=f'{verdict.message}\nhint("{exercise}") gives the next hint.')
    if student and asked.variants:
        verdict = replace(verdict, message=f"{verdict.message}\n{student}.")
    before = _seen.get(exercise, "not tried")
    if worked:
        _seen[exercise] = before if before in ("passed", "failed") else WORKED
    elif before != "passed" and (before, verdict.status) != (WORKED, "open"):
        _seen[exercise] = verdict.status
    return verdict


def named(exercise: str) -> Exercise:
    """Return an exercise by its name, or refuse what is none."""
    if not isinstance(exercise, str):
        raise TypeError(f"exercise must be the name of an exercise, got {shown(exercise)} ({kind_of(exercise)})")
    known = exercises()
    if exercise not in known:
        near = difflib.get_close_matches(exercise[:60].lower(), known, n=4, cutoff=0.4) or list(known)[:4]
        raise ValueError(
            f"exercise must be a name that catalog() lists, got {shown(exercise)}; near it: {', '.join(near)}"
        )
    return known[exercise]


@dataclass(frozen=True)
class Entry:
    """A line of the catalog; see :doc:`/chapters/network`.

    Attributes:
        name: the name that :func:`~xavier_lib.exercises.session.check` takes.
        chapter: the chapter's name.
        stars: how hard it is, 1 to 3.
        title: what it is called in the chapter.
        kind: predict, derive, write, find, judge or repair.
        status: the best that became of it in this session or an earlier one, ``"not tried"``, ``"open"``,
            ``"failed"`` or ``"passed"``; ``"worked answer"`` where only the book's own was run.
        slip: the slip that the last of the best tries showed, or None.

    >>> catalog()[0].chapter
    'network'
    """

    name: str
    chapter: str
    stars: int
    title: str
    kind: str
    status: str
    slip: str | None = None


class Catalog(tuple[Entry, ...]):
    """All exercises, a line each, and how many of them are passed; see :doc:`/chapters/network`.

    >>> len(catalog()) >= 35
    True
    """

    note: str = ""

    @property
    def passed(self) -> int:
        """How many are passed."""
        return sum(entry.status == "passed" for entry in self)

    def rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Return the cells of each line as text."""
        for entry in self:
            status = HEADS.get(entry.status, entry.status).lower()
            yield entry.chapter, entry.name, "★" * entry.stars, entry.title, status

    def __repr__(self) -> str:
        """Return a table of plain text."""
        lines = [f"{c:13} {name:24} {stars:4} {status:13} {title}" for c, name, stars, title, status in self.rows()]
        full = round(BAR * self.passed / max(len(self), 1))
        bar = f"{'█' * full}{'░' * (BAR - full)} {self.passed} of {len(self)} passed"
        return "\n".join([*lines, bar, *filter(None, [self.note])])

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{word}</th>' for word in ("Chapter", "Name", "Stars", "Title", "Status"))
        lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows())
        words = f"{self.passed} of {len(self)} passed"
        bar = f'<p><progress max="{len(self)}" value="{self.passed}" aria-label="{words}"></progress> {words}</p>'
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<div>{bar}{note}<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"


def catalog() -> Catalog:
    """List all exercises with chapter, stars and what became of them, in this session and in earlier ones.

    Used at the end of each chapter, from :doc:`/chapters/network` on.

    Returns:
        A tuple of entries, which a notebook shows as a table.

    >>> [entry.stars for entry in catalog() if entry.name == "glorot-limit"]
    [1]
    """
    found, note = kept()
    listed = Catalog(entry(exercise, found.get(exercise.name)) for exercise in exercises().values())
    listed.note = note
    return listed


def entry(exercise: Exercise, best: Kept | None) -> Entry:
    """Return the line of an exercise: what was kept of it, unless this session got further."""
    now = _seen.get(exercise.name, "not tried")
    status, slip = now, None
    if best is not None and (now in ("not tried", WORKED) or ORDER.index(best.status) >= ORDER.index(now)):
        status, slip = best
    return Entry(exercise.name, exercise.chapter, exercise.stars, exercise.title, exercise.kind, status, slip)
