"""Run a cell in the page as a notebook runs it, and return what it puts out in a notebook's own words."""

import json
import linecache
import logging
import traceback
from contextlib import redirect_stderr, redirect_stdout

from xavier_lib.exercises.classroom.cells_run import last_value

SPACE = {"__name__": "__main__"}
ROOM = 100_000  # characters of what a cell prints; an answer may print for ever
REPRESENTATIONS = {"image/svg+xml": "_repr_svg_", "text/html": "_repr_html_", "text/plain": "__repr__"}


logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it would say that it builds its cache


class Stream:
    """One of the two streams; what is written joins the output before, if that is of the same stream."""

    def __init__(self, name, outputs):
        self.name, self.outputs = name, outputs

    def write(self, text):
        """Keep a text."""
        if not self.outputs or self.outputs[-1].get("name") != self.name:
            self.outputs.append({"output_type": "stream", "name": self.name, "text": ""})
        kept = self.outputs[-1]["text"]
        self.outputs[-1]["text"] += text[: ROOM - len(kept)] if len(kept) < ROOM else ""
        return len(text)

    def flush(self):
        """Do nothing: all is kept."""


def run(source, name):
    """Run a cell, and return its outputs as JSON."""
    outputs = []
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name  # for tracebacks and inspect
    with redirect_stdout(Stream("stdout", outputs)), redirect_stderr(Stream("stderr", outputs)):
        try:
            value = last_value(source, SPACE, name)
            if value is not None:
                outputs.append({"output_type": "execute_result", "data": represented(value)})
        except BaseException as error:  # an answer may raise SystemExit too
            outputs.append(failure(error, name))
    return json.dumps(outputs)


def represented(value):
    """Return a value in each form that it has."""
    found = {kind: getattr(type(value), method, None) for kind, method in REPRESENTATIONS.items()}
    return {kind: method(value) for kind, method in found.items() if method}


def failure(error, name):
    """Return an error as an output, with the lines of the cell that led to it."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename != name:
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    return {"output_type": "error", "ename": type(error).__name__, "traceback": "".join(lines), "missing": missing}
