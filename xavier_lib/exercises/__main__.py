"""The commands for teachers: ``python -m xavier_lib.exercises export``, ``copies`` and ``report``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from xavier_lib.exercises.classroom import verdicts
from xavier_lib.exercises.classroom.copies import copies
from xavier_lib.exercises.classroom.export import CHAPTERS, MAKERS, export
from xavier_lib.exercises.classroom.report import report


def parser() -> argparse.ArgumentParser:
    """Return what the command line may hold."""
    line = argparse.ArgumentParser(prog="python -m xavier_lib.exercises", description="Exercises for a class.")
    commands = line.add_subparsers(dest="command", required=True)
    out = commands.add_parser("export", help="write a chapter's exercises as notebooks")
    out.add_argument("names", nargs="*", metavar="CHAPTER", help="such as glorot; all if none is named")
    kinds = "plain: for students, and a key; nbgrader, otter: the source of an assignment"
    out.add_argument("--for", dest="kind", choices=MAKERS, default="plain", help=kinds)
    own = commands.add_parser("copies", help="write each student a copy with other numbers, and the key to all")
    own.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="as the students would get it")
    own.add_argument("--seed", type=int, required=True, help="a whole number; the next one gives other numbers")
    own.add_argument("--students", type=Path, required=True, metavar="FILE", help="their names, one a line")
    for writes in (out, own):
        where = "the book's chapters, where this is no copy of the repository"
        writes.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the notebooks go")
        writes.add_argument("--chapters", type=Path, default=CHAPTERS, metavar="FOLDER", help=where)
        writes.add_argument("--force", action="store_true", help="replace notebooks that are there and differ")
    told = commands.add_parser("report", help="count the slips in notebooks handed in")
    told.add_argument("folder", type=Path, metavar="FOLDER", help="the notebooks, in folders of any depth")
    told.add_argument("--run", action="store_true", help="run them in place of reading what they have stored")
    return line


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for, and return the exit code."""
    asked = parser().parse_args(arguments)
    try:
        if asked.command == "report":
            print(report(asked.folder, verdicts.rerun if asked.run else verdicts.stored))
        elif asked.command == "copies":
            chosen = {"seed": asked.seed, "class_list": asked.students, "folder": asked.chapters}
            print(*copies(asked.notebook, asked.out, **chosen, force=asked.force), sep="\n")
        else:
            chosen = {"kind": asked.kind, "folder": asked.chapters, "force": asked.force}
            print(*export(asked.names, asked.out, **chosen), sep="\n")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
