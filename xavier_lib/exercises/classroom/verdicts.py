"""The verdicts that a notebook handed in has stored, or that its cells give when they are run."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xavier_lib.exercises.classroom.cells import Cell, joined, read
from xavier_lib.exercises.progress import OFF, VARIABLE
from xavier_lib.exercises.slips import BOTH
from xavier_lib.exercises.verdict import HEADS

STATUS = {head: status for status, head in HEADS.items()}
HEAD = re.compile(rf"\b({'|'.join(HEADS.values())}): ([\w-]+)|([\w-]+) results: (All test cases passed!)")
SLIP = re.compile(r"Recognized: ([^.]+)\.")
OWNER = re.compile(r"Numbers of ([^\"<>|]+? \(seed \d+\))")
SECONDS = 300  # for all cells of one notebook


class Said(NamedTuple):
    """What a check said of an answer: the exercise, the status, and the slips that it named."""

    exercise: str
    status: str
    slips: tuple[str, ...] = ()


def said(text: str) -> list[Said]:
    """Return the verdicts in a text, in their order; that a test of Otter's passed is one too.

    >>> said("Not yet: glorot-limit  It is too small. Recognized: the missing root. The numbers are ...")
    [Said(exercise='glorot-limit', status='failed', slips=('the missing root',))]
    """
    text = " ".join(text.split())
    heads = list(HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    found = []
    for head, end in zip(heads, ends, strict=False):
        slip = SLIP.search(text, head.end(), end)
        status = STATUS[head[1]] if head[1] else "passed"
        found.append(Said(head[2] or head[3], status, tuple(slip[1].split(BOTH)) if slip else ()))
    return found


def owners(text: str) -> set[str]:
    """Return whose numbers a text says that it has, with the seed that they are drawn from.

    >>> owners("Numbers of Ada (seed 7)")
    {'Ada (seed 7)'}
    """
    return set(OWNER.findall(" ".join(text.split())))


def stored(path: Path) -> str:
    """Return the text of the outputs of a notebook, none of whose code is run.

    Raises:
        ValueError: if the file is no notebook.
    """
    return "\n".join(text for cell in read(path) for text in outputs(cell))


def outputs(cell: Cell) -> Iterator[str]:
    """Yield the texts that a cell put out: results, what was printed, and errors without their tracebacks."""
    found = cell.get("outputs")
    for output in found if isinstance(found, list) else ():
        if isinstance(output, dict):
            data = output.get("data")
            plain = data.get("text/plain", "") if isinstance(data, dict) else ""
            yield from (joined(output.get("text", "")), joined(plain), joined(output.get("evalue", "")))


def rerun(path: Path, seconds: int = SECONDS) -> str:
    """Run a notebook's cells in a process of its own, and return the text that came before the time was over.

    Raises:
        ValueError: if the file is no notebook.
    """
    read(path)
    command = [sys.executable, "-m", "xavier_lib.exercises.classroom.cells_run", path.name]
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, VARIABLE: OFF, "MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
        shutil.copy(path, folder)
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=file, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            end(child)
        file.seek(0)
        return file.read().decode("utf-8", errors="replace")


def end(child: "subprocess.Popen[bytes]") -> None:
    """End a process with all that it has started, where the system knows such groups."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):  # Windows; it has ended
        child.kill()
    child.wait()
