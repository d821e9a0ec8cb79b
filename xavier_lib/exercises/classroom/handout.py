"""The plain notebooks: one for students, without answers, and its key, which no autograder takes for a source."""

from collections.abc import Callable, Iterator, Sequence

from xavier_lib.exercises.classroom.cells import Cell, code, markdown, raw
from xavier_lib.exercises.classroom.chapter import Asked, Chapter
from xavier_lib.exercises.classroom.links import REPOSITORY, SITE, at_home

GUARD = (
    "# BEGIN SOLUTION\n"
    "This is a key. By the line above nbgrader and Otter refuse it as a source, which they would release with its "
    "answers.\nA source is made by: python -m xavier_lib.exercises export --for nbgrader (or otter)"
)


def opening(chapter: Chapter, head: str, use: str) -> Cell:
    """Return the first cell: what this is, how to work with it, and what it needs."""
    return markdown(
        f"# {head}: {chapter.title}\n\n{use} "
        f"The chapter that they belong to is [on the site]({SITE}chapters/{chapter.name}.html).\n\n"
        f'What it needs: `pip install "xavier_lib @ git+https://github.com/{REPOSITORY}"`.'
    )


def text(exercise: Asked, chapter: Chapter) -> str:
    """Return title and text of an exercise, its links turned to the site."""
    return f"## {exercise.title}\n\n{at_home(exercise.text, chapter.name)}"


def students(chapter: Chapter) -> list[Cell]:
    """Return the notebook without answers."""
    use = "Fill in each stub, run the check below it, and read its verdict."
    cells = [opening(chapter, "Exercises", use), code(chapter.setup)]
    for exercise in chapter.exercises:
        cells += [markdown(text(exercise, chapter)), code(exercise.stub), code(exercise.check)]
    return [*cells, code("from xavier_lib.exercises import catalog\n\ncatalog()")]


def key(chapter: Chapter, own: Callable[[Asked], Sequence[Cell]] = lambda exercise: ()) -> list[Cell]:
    """Return the notebook with the worked answers, each followed by what students with other numbers have to find."""
    cells = [opening(chapter, "Key", "The exercises with their worked answers."), raw(GUARD), code(chapter.setup)]
    for exercise in chapter.exercises:
        cells += [markdown(text(exercise, chapter)), code(exercise.stub), code(exercise.check)]
        cells += [markdown("**Answer**"), *answered(exercise, chapter), *own(exercise)]
    return cells


def answered(exercise: Asked, chapter: Chapter) -> Iterator[Cell]:
    """Yield the cells of a worked answer, code with what it put out."""
    for cell in exercise.answer:
        if cell["cell_type"] == "code":
            yield code(cell["source"], outputs=cell["outputs"], execution_count=cell["execution_count"])
        else:
            yield markdown(at_home(cell["source"], chapter.name))
