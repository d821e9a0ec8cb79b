"""How far the runs are: a bar on a terminal, and now and then a line where there is none."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

EVERY = 30.0  # seconds, at least, from line to line
UNITS = (("days", 86400), ("h", 3600), ("min", 60))


@contextmanager
def progress(name: str, there: int, total: int) -> Iterator[Callable[[], object]]:
    """Give what is called after each run."""
    if sys.stderr and sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, initial=there, unit="run", desc=name) as bar:
            yield bar.update
    else:
        yield Lines(name, there, total).update


class Lines:
    """Lines on standard error, for a batch system or nohup; the first one comes when there is something to tell."""

    def __init__(self, name: str, there: int, total: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.there, self.total, self.clock = name, there, total, clock
        self.done = there
        self.begun = self.last = clock()

    def update(self) -> None:
        """Count a run, and write a line if the last one was written long enough ago and runs are left."""
        self.done, now = self.done + 1, self.clock()
        if now - self.last < EVERY or self.done >= self.total:
            return
        self.last = now
        left = (now - self.begun) / (self.done - self.there) * (self.total - self.done)
        with suppress(OSError):  # nobody may be there to read it: that stops no run
            text = f"{self.name}: {self.done} of {self.total} runs, about {duration(left)} left"
            print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a duration in the unit that fits it.

    >>> duration(40), duration(720), duration(9000), duration(400_000)
    ('40 s', '12 min', '2 h', '5 days')
    """
    for unit, size in UNITS:
        if seconds >= 1.5 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"
