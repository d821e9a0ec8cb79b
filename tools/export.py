"""Export a chapter's exercises for a class: ``python tools/export.py glorot --out FOLDER``; no chapter means all.

Writes ``glorot-exercises.ipynb`` without answers and ``glorot-key.ipynb`` with them, both made from the chapter.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain import ANSWER, EXERCISE, ROOT, travelling
from store import METADATA

REPOSITORY = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]["repository"]
SITE = "https://{}.github.io/{}/".format(*REPOSITORY.split("/"))


class Exercise(NamedTuple):
    """One exercise as its chapter holds it; text and cells."""

    title: str
    text: str
    stub: Any
    check: Any
    answer: Sequence[Any]


def read(path: Path) -> tuple[str, Any, list[Exercise]]:
    """Return a chapter's title, the first code cell of its exercises, and the exercises.

    Raises:
        ValueError: if a cell is not what stands at its place in every chapter.
    """
    cells = nbformat.read(path, as_version=4).cells
    title = cells[0].source.splitlines()[0].removeprefix("# ")
    heads = [i for i, cell in enumerate(cells) if cell.source.startswith(("## Exercises", "## Summary"))]
    if len(heads) != 2:
        raise ValueError(f"{path.name} must have the sections Exercises and Summary")
    _, setup, *rest = cells[heads[0] : heads[1]]
    if not all(isinstance(line, (ast.Import, ast.ImportFrom)) for line in ast.parse(setup.source).body):
        raise misplaced(path, setup, "imports only")
    found = []
    while rest:
        text, stub, check, start = rest[:4]
        match = EXERCISE.fullmatch(text.source.strip())
        if match is None:
            raise misplaced(path, text, "the heading of an exercise with its stars, and its text")
        if stub.cell_type != "code":
            raise misplaced(path, stub, f"the stub of {match['title']}")
        checked = re.fullmatch(r'check\("([\w-]+)", \w+\)', check.source)
        if checked is None:
            raise misplaced(path, check, f"the check of {match['title']}")
        if start.source != ANSWER:
            raise misplaced(path, start, f"the heading {ANSWER!r} of {checked[1]}")
        end = next((i for i, cell in enumerate(rest[4:], start=4) if EXERCISE.match(cell.source)), len(rest))
        if not any(f'check("{checked[1]}"' in cell.source and "worked=True" in cell.source for cell in rest[4:end]):
            raise misplaced(
                path, start, f"followed by the worked answer to {checked[1]}, with worked=True in its check"
            )
        found.append(Exercise(match["title"], match["text"], stub, check, rest[4:end]))
        rest = rest[end:]
    return title, setup, found


def misplaced(path: Path, cell: Any, expected: str) -> ValueError:
    """Return the error that names a cell that is not what is expected at its place."""
    return ValueError(f"{path.name}: cell {cell.id} must be {expected}, got {cell.source[:60]!r}")


def at_home(text: str, chapter: str) -> str:
    """Return text whose links lead to the site, and so do the words for what only the chapter holds."""
    page = f"{SITE}chapters/{chapter}.html"
    text = re.sub(r"\bthis page\b", f"[the chapter]({page})", travelling(text, SITE))
    return re.sub(r"(?<!## )\b(equation \d+)\b(?![^\n]*\]\()", rf"[\1]({page})", text)


def opening(chapter: str, title: str, *, key: bool) -> str:
    """Return the first cell: what this is, how to work with it, and what it needs."""
    use = (
        "The exercises with their worked answers."
        if key
        else "Fill in each stub, run the check below it, and read its verdict."
    )
    return (
        f"# {'Key' if key else 'Exercises'}: {title}\n\n{use} "
        f"The chapter that they belong to is [on the site]({SITE}chapters/{chapter}.html).\n\n"
        f'What it needs: `pip install "xavier_lib @ git+https://github.com/{REPOSITORY}"`.'
    )


def notebook(path: Path, *, key: bool) -> Any:
    """Return the students' notebook of a chapter, or its key."""
    title, setup, exercises = read(path)
    cells = [new_markdown_cell(opening(path.stem, title, key=key)), new_code_cell(setup.source)]
    for exercise in exercises:
        cells.append(new_markdown_cell(f"## {exercise.title}\n\n{at_home(exercise.text, path.stem)}"))
        cells += [new_code_cell(exercise.stub.source), new_code_cell(exercise.check.source)]
        if key:
            cells += [new_markdown_cell("**Answer**"), *answered(exercise, path.stem)]
    if not key:
        cells.append(new_code_cell("from xavier_lib.exercises import catalog\n\ncatalog()"))
    for number, cell in enumerate(cells):
        cell.id = f"{path.stem}-{number:02d}"
    return new_notebook(cells=cells, metadata=nbformat.from_dict(METADATA))


def answered(exercise: Exercise, chapter: str) -> Iterator[Any]:
    """Yield the cells of a worked answer, code with what it put out."""
    for cell in exercise.answer:
        if cell.cell_type == "code":
            yield new_code_cell(cell.source, outputs=cell.outputs, execution_count=cell.execution_count)
        else:
            yield new_markdown_cell(at_home(cell.source, chapter))


def write(made: Mapping[Path, Any], *, force: bool) -> None:
    """Write all notebooks, or none if that would replace one that somebody has changed.

    Raises:
        FileExistsError: if there is another file, and it is not to be replaced.
    """
    texts = {target: nbformat.writes(content) + "\n" for target, content in made.items()}
    for target, text in texts.items():
        if target.exists() and target.read_text(encoding="utf-8") != text and not force:
            raise FileExistsError(f"{target} is there already and differs; move it away, or replace it by --force")
    for target, text in texts.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(target)


def main() -> int:
    """Export the chapters named, or all of them."""
    known = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))
    parser = argparse.ArgumentParser(description="Export exercises: a notebook for students, and a key.")
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help=f"of {', '.join(known)}; all if none is named")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the notebooks go")
    parser.add_argument("--force", action="store_true", help="replace notebooks that are there and differ")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.chapters if name not in known]:
        parser.error(f"CHAPTER must be one of {', '.join(known)}, got {', '.join(unknown)}")
    try:
        made = {
            chosen.out / f"{name}-{kind}.ipynb": notebook(ROOT / "chapters" / f"{name}.ipynb", key=kind == "key")
            for name in chosen.chapters or known
            for kind in ("exercises", "key")
        }
        write(made, force=chosen.force)
    except (ValueError, FileExistsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
