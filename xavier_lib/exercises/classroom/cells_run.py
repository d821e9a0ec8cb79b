"""Run the cells of a notebook one after the other, each for half a minute at most, and print what they show."""

import ast
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xavier_lib.exercises.classroom.cells import read

SECONDS = 30  # for a cell


def run(path: Path) -> None:
    """Run all cells of code; one that fails does not keep the next from running."""
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in read(path):
        if cell["cell_type"] == "code":
            try:
                with limited(SECONDS):
                    print(result(cell["source"], space), flush=True)
            except BaseException as error:  # whatever a cell may raise, an exit too
                print(error, flush=True)


def result(source: str, space: dict[str, Any]) -> str:
    """Run a cell without its lines for the notebook program, and return what it would show of its last line."""
    value = last_value("\n".join(line for line in source.splitlines() if not line.startswith(("%", "!"))), space)
    return "" if value is None else repr(value)


def last_value(source: str, space: dict[str, Any], name: str = "cell") -> Any:
    """Run all lines of a cell, and return the value of the last one if it is an expression, or None.

    >>> last_value("a = 2\\na + 1", {})
    3
    """
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), space)
    return eval(compile(ast.Expression(last.value), name, "eval"), space) if isinstance(last, ast.Expr) else None


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Stop what runs too long, where the system can; the whole run has a limit everywhere."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def stop(_number: int, _frame: Any) -> None:
    """Stop a cell.

    Raises:
        TimeoutError: always.
    """
    raise TimeoutError("the cell did not end in time")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
