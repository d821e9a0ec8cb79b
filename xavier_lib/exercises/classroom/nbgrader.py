"""The source of an assignment for nbgrader: locked texts and tests, answers between marks, points by stars."""

from typing import Any

from xavier_lib.exercises.classroom.cells import Cell, code, markdown
from xavier_lib.exercises.classroom.chapter import Chapter
from xavier_lib.exercises.classroom.handout import opening, text
from xavier_lib.exercises.classroom.marking import hidden, stars, visible
from xavier_lib.exercises.classroom.solution import solved
from xavier_lib.exercises.session import named

USE = "Fill in each stub, run the cell below it, and read its verdict."


def source(chapter: Chapter) -> list[Cell]:
    """Return the notebook that ``nbgrader generate_assignment`` takes."""
    first = opening(chapter, "Exercises", USE)
    cells = [{**first, "metadata": marked("opening")}, code(chapter.setup, marked("setup"))]
    for exercise in chapter.exercises:
        answer = solved(exercise, "### BEGIN SOLUTION", "### END SOLUTION")
        secret = f"### BEGIN HIDDEN TESTS\n{hidden(exercise)}\n### END HIDDEN TESTS"
        cells += [
            markdown(text(exercise, chapter), None if varies(exercise.name) else marked(f"text-{exercise.name}")),
            code(answer, marked(f"answer-{exercise.name}", solution=True)),
            code(f"{visible(exercise)}\n{secret}", marked(f"test-{exercise.name}", points=stars(exercise))),
        ]
    return cells


def varies(exercise: str) -> bool:
    """Say whether a student's text may differ from the source's, which nbgrader would put back into a locked cell."""
    return named(exercise).variants is not None


def marked(name: str, *, solution: bool = False, points: int = 0) -> dict[str, Any]:
    """Return the metadata of a cell: an answer is free, all else is locked, and what earns points is graded."""
    marks = {"grade_id": name, "solution": solution, "locked": not solution, "grade": points > 0, "task": False}
    return {"nbgrader": {**marks, "schema_version": 3, **({"points": points} if points else {})}}
