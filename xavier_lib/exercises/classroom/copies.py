"""Copies of a notebook of exercises, one for each student, in which the same texts have other numbers."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from xavier_lib.exercises.classroom.cells import Cell, code, filed, markdown, whole, written
from xavier_lib.exercises.classroom.chapter import Asked, chapter
from xavier_lib.exercises.classroom.export import chapters_in, write
from xavier_lib.exercises.classroom.handout import key
from xavier_lib.exercises.session import exercises
from xavier_lib.exercises.variants import Student

HEADING = re.compile(r"#+ ★+ ")
CHECKED = re.compile(r'\bcheck\("([\w-]+)"')
NAME = re.compile(r'[^\s.\\/:*?"<>|][^\\/:*?"<>|\x00-\x1f]*')
ANSWERED = re.compile(r"BEGIN SOLUTION|worked=True")
LINE = "from xavier_lib.exercises import variant\n\nvariant({seed}, {name})"


def students(path: Path) -> list[str]:
    """Return the names in a file, one a line.

    Raises:
        ValueError: if there is none, one stands there twice, or one cannot be the name of a folder.
    """
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be a text in UTF-8, and is none") from None
    names = [line.strip() for line in text.splitlines() if line.strip()]
    for name in names:
        if NAME.fullmatch(name) is None:
            accepted = 'names that folders can have, without \\ / : * ? " < > | and with no point at their head'
            raise ValueError(f"{path} must hold {accepted}, one a line, got {name!r}")
        if names.count(name) > 1:
            raise ValueError(f"{path} must hold each name once, got {name!r} {names.count(name)} times")
    if not names:
        raise ValueError(f"{path} must hold names, one a line, and is empty")
    return names


def copies(notebook: Path, out: Path, *, seed: int, class_list: Path, folder: Path, force: bool) -> list[Path]:
    """Write a copy of the notebook for each student, and the key with all their answers, and return the paths.

    Raises:
        FileNotFoundError: if the folder holds no chapters.
        ValueError: if the notebook is a key, holds no exercise that can have other numbers, or not all of their texts.
    """
    names, given = students(class_list), whole(notebook)
    cells = given["cells"]
    if any(ANSWERED.search(cell["source"]) for cell in cells):
        raise ValueError(f"{notebook} must be a notebook for students, and holds answers")
    own = {name for _, name in blocks(cells)}
    of = {exercises()[name].chapter for name in own}
    read_of = {name: chapter(folder / f"{name}.ipynb") for name in chapters_in(folder) if name in of}
    asked = {one.name: one for found in read_of.values() for one in found.exercises if one.name in own}
    if not any(exercises()[name].variants for name in asked):
        raise ValueError(f"{notebook} must hold an exercise that can have other numbers, and has none")
    changed(notebook, cells, asked)
    everyone = [Student(seed, name) for name in names]
    made = {out / student.name / notebook.name: copied(given, student) for student in everyone}
    for name, found in read_of.items():
        made[out / f"{name}-key.ipynb"] = written(key(found, lambda one: table(one, everyone)), name)
    write(made, force=force)
    return list(made)


def blocks(cells: Sequence[Cell]) -> Iterator[tuple[range, str]]:
    """Yield for each exercise the places of its cells, from its heading on, and its name."""
    heads = [place for place, cell in enumerate(cells) if HEADING.match(cell["source"])]
    for first, end in pairwise([*heads, len(cells)]):
        names = CHECKED.findall("\n".join(cell["source"] for cell in cells[first:end]))
        if known := [name for name in names if name in exercises()]:
            yield range(first, end), known[0]


def changed(notebook: Path, cells: Sequence[Cell], asked: Mapping[str, Asked]) -> None:
    """Refuse a notebook whose text does not have the numbers of the book, in whose place others would stand.

    Raises:
        ValueError: with the exercise and the words that are missing.
    """
    for places, name in blocks(cells):
        text = "\n".join(cells[place]["source"] for place in places)
        for phrase in phrases(asked[name]):
            if phrase not in text:
                raise ValueError(f"{notebook} must hold the text of {name} as the book has it, and lacks {phrase!r}")


def phrases(asked: Asked, student: Student | None = None) -> list[str]:
    """Return what the text and the stub of an exercise say of its numbers, the book's own or a student's."""
    variants = exercises()[asked.name].variants
    if variants is None:
        return []
    own, book = variants.says(**variants.settings[0]), f"{asked.text}\n{asked.stub}"
    told = own if student is None else variants.says(**variants.drawn(asked.name, student))
    return [phrase for phrase, before in zip(told, own, strict=True) if before in book]


def copied(given: Mapping[str, Any], student: Student) -> str:
    """Return a student's copy: other numbers in text and stub, and at the head the line that the checks go by."""
    cells = [*given["cells"]]
    for places, name in blocks(given["cells"]):
        for place in places:
            cells[place] = {**cells[place], "source": exercises()[name].worded(cells[place]["source"], student)}
    head = next((place for place, cell in enumerate(cells, start=1) if cell["cell_type"] == "markdown"), 0)
    line = LINE.format(seed=student.seed, name=json.dumps(student.name, ensure_ascii=False))
    cells.insert(head, {**code(line), "id": "variant"})
    return filed({**given, "cells": cells})


def table(asked: Asked, everyone: Sequence[Student]) -> list[Cell]:
    """Return what each student's text says and the right answer, or nothing where all have the same."""
    exercise = exercises()[asked.name]
    if exercise.variants is None:
        return []
    rows = [(one.name, " … ".join(filter(None, phrases(asked, one))), right(exercise.of(one))) for one in everyone]
    head = ["| student | in the text | right answer |", "|---|---|---|"]
    return [markdown("\n".join([*head, *(f"| {' | '.join(map(in_a_line, row))} |" for row in rows)]))]


def in_a_line(text: str) -> str:
    """Return a text as a cell of a table can hold it."""
    return " ".join(text.split()).replace("|", "\\|")


def right(exercise: Any) -> str:
    """Return the target of an exercise as a student would write it.

    >>> from types import SimpleNamespace
    >>> right(SimpleNamespace(target=(1 / 3, 20.0, 6.25e-5, 59049.0)))
    '0.3333, 20, 0.0000625, 59049'
    """
    if isinstance(exercise.target, str):
        return f'"{exercise.target}"'
    return ", ".join(digits(float(number)) for number in np.ravel(exercise.target))


def digits(number: float) -> str:
    """Return a number without a power of ten: whole, or to four digits."""
    if number.is_integer():
        return str(int(number))
    if abs(number) >= 1000:
        return f"{number:.0f}"
    return np.format_float_positional(number, 4, unique=False, fractional=False, trim="-")
