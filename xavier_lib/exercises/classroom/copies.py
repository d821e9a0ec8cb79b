"""Copies of a notebook of exercises, one for each student, in which the same texts have other numbers."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from xavier_lib.exercises.classroom.cells import Cell, code, markdown, read, written
from xavier_lib.exercises.classroom.chapter import chapter
from xavier_lib.exercises.classroom.export import write
from xavier_lib.exercises.classroom.handout import key
from xavier_lib.exercises.exercise import Exercise
from xavier_lib.exercises.session import exercises
from xavier_lib.exercises.variants import Student

HEADING = re.compile(r"#+ ★+ ")
CHECKED = re.compile(r'\bcheck\("([\w-]+)"')
NAME = re.compile(r"[\w@.+-][\w@.+ -]*")
LINE = "from xavier_lib.exercises import variant\n\nvariant({seed}, {name})"


def students(path: Path) -> list[str]:
    """Return the names in a file, one a line.

    Raises:
        ValueError: if there is none, one stands there twice, or one cannot be the name of a folder.
    """
    names = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for name in names:
        if NAME.fullmatch(name) is None or not name.strip("."):
            raise ValueError(f"{path} must hold names of letters, digits, spaces and @.+-_, one a line, got {name!r}")
        if names.count(name) > 1:
            raise ValueError(f"{path} must hold each name once, got {name!r} {names.count(name)} times")
    if not names:
        raise ValueError(f"{path} must hold names, one a line, and is empty")
    return names


def copies(notebook: Path, out: Path, *, seed: int, class_list: Path, chapters: Path, force: bool) -> list[Path]:
    """Write a copy of the notebook for each student, and the key with all their answers, and return the paths.

    Raises:
        ValueError: if the notebook holds no exercise that can have other numbers.
    """
    names, cells = students(class_list), read(notebook)
    own = {name for _, name in blocks(cells)}
    if not any(exercises()[name].variants for name in own):
        raise ValueError(f"{notebook} must hold an exercise that can have other numbers, and has none")
    asked = [Student(seed, name) for name in names]
    whole = json.loads(notebook.read_text(encoding="utf-8"))
    made = {out / student.name / notebook.name: copied(whole, cells, student) for student in asked}
    for name in dict.fromkeys(exercises()[name].chapter for name in own):
        found = key(chapter(chapters / f"{name}.ipynb"), lambda exercise: table(exercises()[exercise], asked))
        made[out / f"{name}-key.ipynb"] = written(found, name)
    write(made, force=force)
    return list(made)


def blocks(cells: Sequence[Cell]) -> Iterator[tuple[range, str]]:
    """Yield for each exercise the places of its cells, from its heading on, and its name."""
    heads = [place for place, cell in enumerate(cells) if HEADING.match(cell["source"])]
    for first, end in pairwise([*heads, len(cells)]):
        names = CHECKED.findall("\n".join(cell["source"] for cell in cells[first:end]))
        if known := [name for name in names if name in exercises()]:
            yield range(first, end), known[0]


def copied(whole: Mapping[str, Any], cells: Sequence[Cell], student: Student) -> str:
    """Return a student's copy: other numbers in text and stub, and at the head the line that the checks go by."""
    texts = [cell["source"] for cell in cells]
    for places, name in blocks(cells):
        for place in places:
            texts[place] = exercises()[name].worded(texts[place], student)
    made = [{**cell, "source": lines(text)} for cell, text in zip(cells, texts, strict=True)]
    head = next((place for place, cell in enumerate(cells, start=1) if cell["cell_type"] == "markdown"), 0)
    line = lines(LINE.format(seed=student.seed, name=json.dumps(student.name, ensure_ascii=False)))
    made.insert(head, {**code(""), "id": "variant", "source": line})
    return json.dumps({**whole, "cells": made}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def lines(text: str) -> list[str]:
    """Return a text as a notebook stores it."""
    return text.splitlines(keepends=True)


def table(exercise: Exercise, asked: Sequence[Student]) -> list[Cell]:
    """Return each student's numbers and right answer to an exercise, or nothing where all have the same."""
    if exercise.variants is None:
        return []
    rows = [f"| {one.name} | {numbers(exercise, one)} | {right(exercise.of(one))} |" for one in asked]
    return [markdown("\n".join(["| student | numbers | right answer |", "|---|---|---|", *rows]))]


def numbers(exercise: Exercise, student: Student) -> str:
    """Return the numbers that a student has in an exercise, by their names."""
    drawn = exercise.variants.drawn(exercise.name, student) if exercise.variants else {}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in drawn.items())


def right(exercise: Any) -> str:
    """Return the target of an exercise as a student would write it.

    >>> from types import SimpleNamespace
    >>> right(SimpleNamespace(target=(1 / 3, 20.0)))
    '0.3333, 20'
    """
    if isinstance(exercise.target, str):
        return f'"{exercise.target}"'
    return ", ".join(f"{number:.6g}" if number >= 1000 else f"{number:.4g}" for number in np.ravel(exercise.target))
