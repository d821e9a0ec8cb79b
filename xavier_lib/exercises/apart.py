"""Keep an answer apart from the program it runs in: what it prints, draws or sets is put back."""

import io
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from xavier_lib.exercises.attempt import Outcome, attempt

KEPT = 200  # characters of what an answer prints


class Printed(io.TextIOBase):
    """A stream that keeps the beginning of what is written to it, though it is written for ever, or closed."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.text: str = ""

    def write(self, text: str, /) -> int:
        """Keep what still has room."""
        self.text += text[: KEPT - len(self.text)]
        return len(text)


@contextmanager
def kept_apart() -> Iterator[Printed]:
    """Give nothing to read, a stream to print to and no warnings; put these and the shared generators back."""
    streams, generators = (sys.stdin, sys.stdout, sys.stderr), (np.random.get_state(), random.getstate())
    printed = Printed()
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), printed, printed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield printed
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        np.random.set_state(generators[0])
        random.setstate(generators[1])


def tried(answer: Callable[..., Any], call: Mapping[str, Any], printed: Printed) -> Outcome:
    """Return the outcome of one call, with the beginning of what it printed."""
    printed.text = ""
    with np.errstate(all="ignore"):
        outcome = attempt(answer, call)
    return replace(outcome, printed=printed.text)
