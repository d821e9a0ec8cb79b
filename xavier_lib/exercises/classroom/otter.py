"""An assignment for Otter: one notebook of questions with marked answers, and tests that students see or do not."""

import textwrap

from xavier_lib.exercises.classroom.cells import Cell, code, markdown, raw
from xavier_lib.exercises.classroom.chapter import Asked, Chapter
from xavier_lib.exercises.classroom.handout import opening, text
from xavier_lib.exercises.classroom.links import REPOSITORY
from xavier_lib.exercises.classroom.marking import hidden, stars, visible
from xavier_lib.exercises.classroom.solution import solved

CONFIG = """\
# ASSIGNMENT CONFIG
name: {name}
requirements:
  - xavier_lib @ git+https://github.com/{repository}
export_cell: false
show_question_points: true
tests:
  ok_format: false
generate:
  plugins:
    - xavier_lib.exercises.classroom.limit.CellLimit:
        seconds: 30"""
USE = "Fill in each stub, run the cell below it, and read its verdict."


def assignment(chapter: Chapter) -> list[Cell]:
    """Return the notebook that ``otter assign`` takes."""
    cells = [raw(CONFIG.format(name=chapter.name, repository=REPOSITORY)), opening(chapter, "Exercises", USE)]
    cells.append(code(chapter.setup))
    for exercise in chapter.exercises:
        points = f"name: {exercise.name}\npoints: {stars(exercise)}\nall_or_nothing: true"
        cells += [
            raw(f"# BEGIN QUESTION\n{points}"),
            markdown(text(exercise, chapter)),
            raw("# BEGIN SOLUTION"),
            code(marked(exercise)),
            raw("# END SOLUTION"),
            raw("# BEGIN TESTS"),
            code(tested("verdict", exercise.variable, visible(exercise))),
            code("# HIDDEN\n" + tested("verdict_anew", exercise.variable, hidden(exercise))),
            raw("# END TESTS"),
            raw("# END QUESTION"),
        ]
    return cells


def marked(exercise: Asked) -> str:
    """Return the answer between marks that leave an ellipsis in a function, and nothing below a value's own."""
    prompt = "" if exercise.stub.startswith("def ") else " NO PROMPT"
    return solved(exercise, f"# BEGIN SOLUTION{prompt}", "# END SOLUTION")


def tested(name: str, variable: str, body: str) -> str:
    """Return a test as the function that Otter calls with the answer, or with None where there is none."""
    return f"def {name}({variable}):\n{textwrap.indent(body, '    ')}"
