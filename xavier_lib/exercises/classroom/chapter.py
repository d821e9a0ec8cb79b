"""The exercises as a chapter holds them: text, stub, check and worked answer, each at its place."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xavier_lib.exercises.classroom.cells import Cell, read

EXERCISE = re.compile(r"### (?P<title>★+ [^\n]+)\n\n(?P<text>.*)", re.DOTALL)
ANSWER = "#### Worked answer"
NOTHING = {"cell_type": "", "source": "", "id": "after the last one"}


class Asked(NamedTuple):
    """One exercise: its name, its title and text, the sources of its stub and its check, the cells of its answer."""

    name: str
    variable: str
    title: str
    text: str
    stub: str
    check: str
    answer: Sequence[Cell]


class Chapter(NamedTuple):
    """What a class needs of a chapter: its name and title, the first code cell of its exercises, and these."""

    name: str
    title: str
    setup: str
    exercises: Sequence[Asked]


def chapter(path: Path) -> Chapter:
    """Return a chapter's exercises.

    Raises:
        ValueError: if a cell is not what stands at its place in every chapter.
    """
    cells = read(path)
    title = cells[0]["source"].splitlines()[0].removeprefix("# ")
    heads = [i for i, cell in enumerate(cells) if cell["source"].startswith(("## Exercises", "## Summary"))]
    if len(heads) != 2:
        raise ValueError(f"{path.name} must have the sections Exercises and Summary")
    _, setup, *rest = cells[heads[0] : heads[1]]
    if not all(isinstance(line, (ast.Import, ast.ImportFrom)) for line in ast.parse(setup["source"]).body):
        raise misplaced(path, setup, "imports only")
    found = []
    while rest:
        end = next((i for i, cell in enumerate(rest[1:], start=1) if EXERCISE.match(cell["source"])), len(rest))
        found.append(asked(path, rest[:end]))
        rest = rest[end:]
    return Chapter(path.stem, title, setup["source"], found)


def asked(path: Path, cells: Sequence[Cell]) -> Asked:
    """Return the exercise that some cells hold, from its text to the end of its answer."""
    text, stub, check, start = [*cells, *[NOTHING] * 4][:4]
    answer = cells[4:]
    match = EXERCISE.fullmatch(text["source"].strip())
    if match is None:
        raise misplaced(path, text, "the heading of an exercise with its stars, and its text")
    if stub["cell_type"] != "code":
        raise misplaced(path, stub, f"the stub of {match['title']}")
    checked = re.fullmatch(r'check\("([\w-]+)", (\w+)\)', check["source"])
    if checked is None:
        raise misplaced(path, check, f"the check of {match['title']}")
    if start["source"] != ANSWER:
        raise misplaced(path, start, f"the heading {ANSWER!r} of {checked[1]}")
    if not any(f'check("{checked[1]}"' in cell["source"] and "worked=True" in cell["source"] for cell in answer):
        raise misplaced(path, start, f"followed by the worked answer to {checked[1]}, with worked=True in its check")
    return Asked(checked[1], checked[2], match["title"], match["text"], stub["source"], check["source"], answer)


def misplaced(path: Path, cell: Cell, expected: str) -> ValueError:
    """Return the error that names a cell that is not what is expected at its place."""
    return ValueError(f"{path.name}: cell {cell.get('id')} must be {expected}, got {cell['source'][:60]!r}")
