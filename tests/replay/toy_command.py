"""The command with the toy experiments, in this process or in one of its own."""

import contextlib
import os
import signal
import time
from pathlib import Path

from tests.replay.toy_experiments import EXPERIMENTS
from xavier_lib.replay.__main__ import main
from xavier_lib.replay.results import read

ROOT = Path(__file__).parents[2]
COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits that Ctrl-C is ignored
from tests.replay.toy_experiments import EXPERIMENTS
from xavier_lib.replay.__main__ import main
raise SystemExit(main(None, EXPERIMENTS))
"""
PATIENCE = 120  # seconds; what is waited for takes less than one where nothing else runs


def replay(*words):
    """Give the command these words in this process, and return its exit code."""
    return main([str(word) for word in words], EXPERIMENTS)


def until(true):
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def saved(path):
    """Return how many runs a file holds; it may not be there yet, or be empty."""
    return len(read(path).runs) if path.exists() and path.stat().st_size else 0


def kill_all_of(process):
    """Kill a process and those that it has started, if some are left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
