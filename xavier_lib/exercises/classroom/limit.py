"""A time limit for each cell where Otter runs a submission, which sets none by itself."""

import os
from typing import Any

from xavier_lib.exercises.classroom.cells import code
from xavier_lib.exercises.progress import OFF, VARIABLE

SECONDS = 30  # as nbgrader gives
STOP = """\
import signal as _signal

def _stop(number, frame):
    raise TimeoutError("the cell did not end within {seconds} seconds")

if hasattr(_signal, "SIGALRM"):
    _signal.signal(_signal.SIGALRM, _stop)
    _shell = get_ipython()
    _shell.events.register("pre_run_cell", lambda *_: _signal.alarm({seconds}))
    _shell.events.register("post_run_cell", lambda *_: _signal.alarm(0))
"""


class CellLimit:
    """A plugin of Otter: each cell of a submission gets half a minute, and the grader keeps no progress of its own."""

    def __init__(self, *given: Any) -> None:
        """Take the submission's path, its metadata and the plugin's settings, as Otter hands them over."""
        self.seconds = int(given[-1].get("seconds", SECONDS))

    def before_execution(self, submission: Any) -> Any:
        """Put the cell that sets the limit before all others."""
        os.environ[VARIABLE] = OFF
        cell = type(submission)(code(STOP.format(seconds=self.seconds)))  # of the class that all its nodes have
        submission.cells.insert(0, cell)
        return submission
