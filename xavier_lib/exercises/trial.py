"""Run a reader's answer and survive it: a process of its own where that is safe, a time limit, whatever comes back."""

import ctypes
import io
import multiprocessing
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from xavier_lib.exercises.attempt import Outcome, attempt

SECONDS = 5.0


def run(answer: Callable[..., Any], calls: Sequence[Mapping[str, Any]], seconds: float = SECONDS) -> list[Outcome]:
    """Return an outcome for each call, or fewer where the last one ended the trial."""
    forks = sys.platform == "linux" and not multiprocessing.current_process().daemon
    return in_process(answer, calls, seconds) if forks else in_thread(answer, calls, seconds)


def in_process(answer: Callable[..., Any], calls: Sequence[Mapping[str, Any]], seconds: float) -> list[Outcome]:
    """Try the calls in a child process, which can be ended whatever it does."""
    context = multiprocessing.get_context("fork")  # a function from a notebook cannot be sent, only inherited
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_report, args=(answer, calls, sender), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking where there are threads, from Python 3.12
        warnings.simplefilter("ignore", RuntimeWarning)  # of the same, from JAX
        child.start()
    sender.close()
    outcomes: list[Outcome] = []
    deadline = time.monotonic() + seconds
    try:
        while len(outcomes) < len(calls):
            if not receiver.poll(max(0.0, deadline - time.monotonic())):
                return [*outcomes, _too_long(seconds)]
            outcomes.append(receiver.recv())
    except EOFError:
        child.join()
        return [*outcomes, Outcome(problem=f"ended the Python process, with exit code {child.exitcode}")]
    finally:
        child.kill()
        child.join()
        receiver.close()
    return outcomes


def _report(answer: Callable[..., Any], calls: Sequence[Mapping[str, Any]], sender: Connection) -> None:
    sys.stdin = io.StringIO()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    for call in calls:
        sys.stdout = sys.stderr = printed = io.StringIO()
        outcome = attempt(answer, call)
        sender.send(Outcome(**{**vars(outcome), "printed": printed.getvalue()[:200]}))


def in_thread(answer: Callable[..., Any], calls: Sequence[Mapping[str, Any]], seconds: float) -> list[Outcome]:
    """Try the calls in a thread, where a process cannot be forked; Python code that runs too long is interrupted."""
    outcomes: list[Outcome] = []
    late = threading.Event()

    def work() -> None:
        for call in calls:
            outcome = attempt(answer, call)
            if late.is_set():
                return
            outcomes.append(outcome)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    if not worker.is_alive():
        return outcomes
    late.set()
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit))
    return [*outcomes, _too_long(seconds)]


def _too_long(seconds: float) -> Outcome:
    return Outcome(problem=f"did not end within {seconds:g} seconds")
