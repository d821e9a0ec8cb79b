"""What became of the exercises, kept from one session to the next in a small file to which lines are only added."""

import json
import os
from pathlib import Path
from typing import NamedTuple

VARIABLE = "XAVIER_LIB_PROGRESS"
GRADING = "NBGRADER_EXECUTION"  # set by nbgrader while it runs a submission
FILE = "progress.jsonl"
OFF = "off"
ORDER = ("open", "failed", "passed")


class Kept(NamedTuple):
    """The best try of an exercise; see :doc:`/chapters/network`.

    Attributes:
        status: ``"open"``, ``"failed"`` or ``"passed"``.
        slip: the classic slip that it showed, or None.

    >>> Kept("passed").slip is None
    True
    """

    status: str
    slip: str | None = None


def path() -> Path | None:
    """Return the file: in the folder that ``XAVIER_LIB_PROGRESS`` names, else in the user's data folder.

    Where the variable is ``off``, or nbgrader is grading, nothing is kept. The user's folder is asked of
    ``platformdirs``, which comes with Jupyter; without it the file lies in ``~/.xavier_lib``.
    """
    if os.environ.get(GRADING) == "autograde":
        return None  # what students did is no progress of their teacher
    folder = os.environ.get(VARIABLE)
    if folder:
        return None if folder == OFF else Path(folder) / FILE
    try:
        from platformdirs import user_data_path
    except ImportError:
        return Path.home() / ".xavier_lib" / FILE
    return user_data_path("xavier_lib", appauthor=False) / FILE


def kept() -> tuple[dict[str, Kept], str]:
    """Return the best try of each exercise, and a note on what could not be read, which is left where it is."""
    try:
        file = path()
        lines = [] if file is None else file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}, ""
    except (OSError, RuntimeError) as error:  # a home that is not known is a RuntimeError
        return {}, f"Your progress could not be read: {error}."
    found: dict[str, Kept] = {}
    damaged = 0
    for line in filter(None, lines):
        try:
            name, status, slip = json.loads(line)
            if not isinstance(name, str) or status not in ORDER or not isinstance(slip, str | None):
                raise ValueError
        except (ValueError, TypeError):
            damaged += 1
            continue
        if name not in found or ORDER.index(status) >= ORDER.index(found[name].status):
            found[name] = Kept(status, slip)
    return found, f"{damaged} line(s) of {file} could not be read and count for nothing." if damaged else ""


def keep(exercise: str, status: str, slip: str | None) -> str:
    """Add a try if it is better than what is kept, or another slip; return a note if it could not be kept.

    One write to the end of the file adds the whole line, so two notebooks do not undo each other. The line begins
    with a break of its own: one that was cut short before damages itself alone.
    """
    found, note = kept()
    before = found.get(exercise)
    if before == Kept(status, slip) or (before and ORDER.index(before.status) > ORDER.index(status)):
        return note
    try:
        if (file := path()) is None:
            return ""
        file.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(target, f"\n{json.dumps([exercise, status, slip])}\n".encode())
        finally:
            os.close(target)
    except (OSError, RuntimeError) as error:
        return f"This could not be kept for your next session: {error}."
    return note
