"""What an autograder runs: the check that a student sees, and one that a changed check does not get past."""

from xavier_lib.exercises.classroom.chapter import Asked
from xavier_lib.exercises.exercise import FunctionExercise
from xavier_lib.exercises.session import named

ANEW = """\
import sys

for module in [name for name in sys.modules if name.startswith("xavier_lib.exercises")]:
    del sys.modules[module]  # whatever a cell has made of it
"""


def stars(exercise: Asked) -> int:
    """Return the points of an exercise: one for each star."""
    return named(exercise.name).stars


def visible(exercise: Asked) -> str:
    """Return the test that a student sees, which raises with the verdict's words.

    It prints where it passes: in what a cell returns nbgrader looks for points.
    """
    imported = "from xavier_lib.exercises import check"
    return f'{imported}\n\nprint(check("{exercise.name}", {exercise.variable}).demand())'


def hidden(exercise: Asked) -> str:
    """Return the test that the autograder adds: the library read anew, a wrong answer refused, the answer passed."""
    wrong = "lambda *_, **__: 0.0" if isinstance(named(exercise.name), FunctionExercise) else "0"
    imported, answer = visible(exercise).split("\n\n")
    refused = f'assert not check("{exercise.name}", {wrong}, worked=True), "the check passes what is wrong"'
    return f"{ANEW}{imported}\n\n{refused}\n{answer}"
