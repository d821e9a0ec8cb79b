"""Promises of the students' copies: the same notebook with other numbers, and a key with the answers of all."""

import contextlib
import io
import json
import re
from types import SimpleNamespace

import nbformat
import pytest

from tests.exercises.test_export import export, ran
from xavier_lib.exercises.__main__ import main
from xavier_lib.exercises.classroom.copies import right
from xavier_lib.exercises.session import exercises
from xavier_lib.exercises.variants import Student

NAMES = ("Ada Lovelace", "emmy.noether", "Sofja")
VARIED = [name for name, exercise in exercises().items() if exercise.variants]


def copies(notebook, out, *arguments, seed=7, names=NAMES, listed=None):
    """Run the command, and return its exit code and what it says of an error."""
    out.mkdir(exist_ok=True)
    if listed is None:
        listed = out / "class.txt"
        listed.write_text("\n".join(names), "utf-8")
    line = ["copies", notebook, "--seed", seed, "--students", listed, "--out", out, *arguments]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = main(list(map(str, line)))
    return SimpleNamespace(returncode=code, stderr=said.getvalue())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the exported notebooks of all chapters, and the copies of each that can have some."""
    target = tmp_path_factory.mktemp("class")
    assert export(target / "handout").returncode == 0
    for chapter in dict.fromkeys(exercises()[name].chapter for name in VARIED):
        run = copies(target / "handout" / f"{chapter}-exercises.ipynb", target / "own")
        assert run.returncode == 0, run.stderr
    return target


def cells(path):
    """Return the sources of a notebook's cells."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.mark.parametrize("name", VARIED)
def test_each_copy_asks_what_its_student_has_to_answer(folder, name):
    """The text is the student's, the rest of the notebook is that of the class, and one line says whose it is."""
    exercise = exercises()[name]
    original = cells(folder / "handout" / f"{exercise.chapter}-exercises.ipynb")
    for one in NAMES:
        student = Student(7, one)
        copy = cells(folder / "own" / one / f"{exercise.chapter}-exercises.ipynb")
        line = copy.pop(1)
        assert line == f'from xavier_lib.exercises import variant\n\nvariant(7, "{one}")'
        place = next(i for i, text in enumerate(original) if f" {exercise.title}\n" in text)
        assert copy[place] == exercise.worded(original[place], student)
        assert copy[place] != original[place]
        assert len(copy) == len(original)


@pytest.mark.parametrize("chapter", dict.fromkeys(exercises()[name].chapter for name in VARIED))
def test_the_key_has_the_answers_of_all(folder, chapter):
    """Below the worked answer of each exercise that varies: what each student's copy says, and the right answer."""
    tables = cells(folder / "own" / f"{chapter}-key.ipynb")
    text = "\n".join(tables)
    for name in VARIED:
        if exercises()[name].chapter == chapter:
            worked = max(i for i, cell in enumerate(tables) if f'check("{name}"' in cell)
            place = next(i for i, cell in enumerate(tables) if i > worked and cell.startswith("| student |"))
            for one in NAMES:
                (line,) = (row for row in tables[place].splitlines() if row.startswith(f"| {one} | "))
                assert line.endswith(f" | {right(exercises()[name].of(Student(7, one)))} |")
                copy = " ".join("\n".join(cells(folder / "own" / one / f"{chapter}-exercises.ipynb")).split())
                said = line.removeprefix(f"| {one} | ").rpartition(" | ")[0].replace("\\|", "|")
                assert all(words in copy for words in said.split(" … ")), line
                assert not re.search(r"\d[eE][+-]?\d", line), line
                assert line.count("$") % 2 == 0, line
    assert text.count("| student | in the text | right answer |") == len(
        [one for one in VARIED if one.startswith(f"{chapter}-")]
    )


def test_a_copy_runs_and_its_checks_take_the_students_numbers(folder):
    """Top to bottom with NumPy alone; a copy with the student's answer passes, with another's it does not."""
    path = folder / "own" / "Sofja" / "residual-exercises.ipynb"
    exercise = exercises()["residual-growth"]
    mine, theirs = (exercise.of(Student(7, one)).target for one in ("Sofja", "emmy.noether"))

    assert mine != theirs
    assert ran(path)[0] == ["residual-growth", False]
    for number, passes in ((mine, True), (theirs, False)):
        answered = path.read_text("utf-8").replace("growth = ...", f"growth = {number!r}")
        assert answered != path.read_text("utf-8")
        (folder / "answered.ipynb").write_text(answered, "utf-8")
        assert ran(folder / "answered.ipynb")[0] == ["residual-growth", passes]


def test_copies_are_notebooks_as_the_format_demands(folder):
    """With all that the notebook of the class has besides its texts."""
    for path in folder.glob("own/*/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        original = json.loads((folder / "handout" / path.name).read_text("utf-8"))
        assert {key: value for key, value in json.loads(path.read_text("utf-8")).items() if key != "cells"} == {
            key: value for key, value in original.items() if key != "cells"
        }


def test_the_same_seed_gives_the_same_copies_and_the_next_one_others(folder, tmp_path):
    """Byte by byte; whoever joins the class later changes nobody's numbers."""
    notebook = folder / "handout" / "residual-exercises.ipynb"
    for out, seed, names in (("a", 7, NAMES), ("b", 7, (*NAMES, "Maryam")), ("c", 8, NAMES)):
        assert copies(notebook, tmp_path / out, seed=seed, names=names).returncode == 0
    a, b, c = ((tmp_path / out / "Sofja" / notebook.name).read_text("utf-8") for out in "abc")

    assert a == b
    assert re.sub(r"variant\(\d", "", a) != re.sub(r"variant\(\d", "", c)


def test_a_copy_that_somebody_has_begun_stays(folder, tmp_path):
    """The error names it, and nothing is written; --force replaces it."""
    notebook = folder / "handout" / "residual-exercises.ipynb"
    assert copies(notebook, tmp_path).returncode == 0
    begun = tmp_path / "Sofja" / notebook.name
    begun.write_text(begun.read_text("utf-8").replace("growth = ...", "growth = 3"), "utf-8")
    refused = copies(notebook, tmp_path)

    assert refused.returncode == 1
    assert f"{begun} is there already and differs" in refused.stderr
    assert "growth = 3" in begun.read_text("utf-8")
    assert copies(notebook, tmp_path, "--force").returncode == 0
    assert "growth = ..." in begun.read_text("utf-8")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "must hold names, one a line, and is empty"),
        (("Ada", "Emmy", "Ada"), "must hold each name once, got 'Ada' 2 times"),
        (("../Ada",), "must hold names that folders can have, without"),
        (("..",), "got '..'"),
        (("Ada | Emmy",), "one a line, got 'Ada | Emmy'"),
    ],
)
def test_names_that_cannot_be_folders_are_refused(folder, tmp_path, names, words):
    """And nothing is written."""
    run = copies(folder / "handout" / "residual-exercises.ipynb", tmp_path, names=names)

    assert run.returncode == 1
    assert words in run.stderr
    assert not list(tmp_path.glob("**/*.ipynb"))


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_names_are_read_as_people_write_them(folder, tmp_path, coding):
    """Signs, commas and accents, also composed of two; another coding than UTF-8 is named."""
    names = ["O’Brien", "Smith, Jane", "Jose\u0301 Núñez", "नीलम"] if coding.startswith("utf") else ["Núñez"]
    listed = tmp_path / "listed.txt"
    listed.write_text("\n".join(names), coding)
    notebook = folder / "handout" / "residual-exercises.ipynb"
    if coding in ("utf-16", "latin-1"):
        run = copies(notebook, tmp_path, listed=listed)
        assert f"{listed} must be a text in UTF-8" in run.stderr
    else:
        assert copies(notebook, tmp_path, listed=listed).returncode == 0
        found = {path.parent.name for path in tmp_path.glob("*/residual-exercises.ipynb")}
        assert found == {"O’Brien", "Smith, Jane", "José Núñez", "नीलम"}


def test_a_text_in_which_the_numbers_cannot_be_replaced_is_refused(folder, tmp_path):
    """A changed sentence, or a copy of a copy: the exercise and the missing words are named, nothing is written."""
    notebook = tmp_path / "edited.ipynb"
    text = (folder / "handout" / "glorot-exercises.ipynb").read_text("utf-8")
    notebook.write_text(text.replace("(64, 64), (64, 10) and", "(64, 64), (64, 10), and"), "utf-8")
    edited = copies(notebook, tmp_path / "out")
    twice = copies(folder / "own" / "Sofja" / "glorot-exercises.ipynb", tmp_path / "out")

    assert f"{notebook} must hold the text of glorot-lecun as the book has it, and lacks '(64, 64)" in edited.stderr
    assert "must hold the text of glorot-lecun as the book has it" in twice.stderr
    assert not list(tmp_path.glob("out/**/*.ipynb"))


@pytest.mark.parametrize("kind", ["plain", "nbgrader", "otter"])
def test_a_notebook_that_holds_answers_is_refused(tmp_path, kind):
    """A key, or the source of an autograder, goes to no student."""
    assert export(tmp_path, "residual", "--for", kind).returncode == 0
    notebook = next(path for path in tmp_path.rglob("*.ipynb") if "-exercises" not in path.name)
    run = copies(notebook, tmp_path / "out")

    assert f"{notebook} must be a notebook for students, and holds answers" in run.stderr
    assert not list(tmp_path.glob("out/**/*.ipynb"))


def test_without_chapters_the_command_says_what_it_needs(folder, tmp_path):
    """As the export does."""
    run = copies(folder / "handout" / "residual-exercises.ipynb", tmp_path / "out", "--chapters", tmp_path)

    assert (run.returncode, "by --chapters" in run.stderr) == (1, True)


def test_a_notebook_that_nothing_can_vary_in_is_refused(tmp_path):
    """It is named, whether it holds no exercise or is none."""
    empty = tmp_path / "empty.ipynb"
    empty.write_text('{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "utf-8")
    other = tmp_path / "other.ipynb"
    other.write_text("nothing", "utf-8")

    assert f"{empty} must hold an exercise that can have other numbers" in copies(empty, tmp_path / "out").stderr
    assert copies(other, tmp_path / "out").returncode == 1
    assert copies(tmp_path / "none.ipynb", tmp_path / "out").returncode == 1
