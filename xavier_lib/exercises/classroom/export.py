"""Write what a class needs of some chapters: plain notebooks, or the sources of an autograder."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xavier_lib.exercises.classroom import handout, nbgrader, otter
from xavier_lib.exercises.classroom.cells import Cell, written
from xavier_lib.exercises.classroom.chapter import Chapter, chapter
from xavier_lib.exercises.classroom.links import REPOSITORY

CHAPTERS = Path(__file__).parents[3] / "chapters"  # of a copy of the repository; an installed package has none
MAKERS: Mapping[str, Mapping[str, Callable[[Chapter], list[Cell]]]] = {
    "plain": {"{0}-exercises.ipynb": handout.students, "{0}-key.ipynb": handout.key},
    "nbgrader": {"source/{0}/{0}.ipynb": nbgrader.source},
    "otter": {"{0}.ipynb": otter.assignment},
}


def export(names: Sequence[str], out: Path, *, kind: str, folder: Path, force: bool) -> list[Path]:
    """Write the notebooks of some chapters, or of all, and return their paths; none is written if one cannot be.

    Raises:
        FileNotFoundError: if the folder holds no chapters.
        FileExistsError: if a notebook is there that differs, and ``force`` is not given.
        ValueError: if there is no chapter of a name, or a chapter is not as all are.
    """
    known = chapters_in(folder)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"CHAPTER must be one of {', '.join(known)}, got {', '.join(unknown)}")
    made = {}
    for name in names or known:
        read = chapter(folder / f"{name}.ipynb")
        for path, make in MAKERS[kind].items():
            made[out / path.format(name)] = written(make(read), name)
    write(made, force=force)
    return list(made)


def chapters_in(folder: Path) -> list[str]:
    """Return the names of the chapters in a folder.

    Raises:
        FileNotFoundError: if it holds none.
    """
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    if not known:
        raise FileNotFoundError(
            f"no chapters in {folder}. The notebooks are made from the book's chapters, which an installed package "
            f"does not bring: get them by git clone https://github.com/{REPOSITORY}, and name the folder by --chapters"
        )
    return known


def write(made: Mapping[Path, str], *, force: bool) -> None:
    """Write all notebooks, or none if that would replace one that somebody has changed.

    Raises:
        FileExistsError: if there is another file, and it is not to be replaced.
    """
    for target, text in made.items():
        if target.exists() and target.read_text(encoding="utf-8") != text and not force:
            raise FileExistsError(f"{target} is there already and differs; move it away, or replace it by --force")
    for target, text in made.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
