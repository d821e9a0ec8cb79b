"""How long a check of a right answer takes, for every exercise: ``python -m benchmarks.checks``."""

import time
from importlib import import_module

from xavier_lib.exercises import check
from xavier_lib.exercises.session import CHAPTERS


def seconds() -> dict[str, float]:
    """Return the time of the slowest right answer to each exercise, after a first one has warmed up."""
    answers = {
        name: right
        for chapter in CHAPTERS
        for name, right in import_module(f"tests.exercises.chapters.{chapter}").RIGHT.items()
    }
    check("glorot-limit", ...)
    return {name: max(timed(name, answer) for answer in right) for name, right in answers.items()}


def timed(name: str, answer: object) -> float:
    """Return how long one check takes."""
    start = time.perf_counter()
    assert check(name, answer)
    return time.perf_counter() - start


if __name__ == "__main__":
    for exercise, slowest in sorted(seconds().items(), key=lambda item: -item[1]):
        print(f"{slowest:6.3f} s  {exercise}")
