"""Run a reader's answer and survive it: in a process where one can be forked, else in a thread, else directly."""

import contextlib
import os
import queue
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xavier_lib.exercises.apart import kept_apart
from xavier_lib.exercises.attempt import Outcome
from xavier_lib.exercises.limits import Answer, Calls, collect, seconds_on, tried

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SECONDS = 5.0  # of processor time, for each call


def run(answer: Answer, calls: Calls, seconds: float = SECONDS) -> list[Outcome]:
    """Return an outcome for each call, or fewer where the last one ended the trial."""
    for way in (in_process, in_thread):
        outcomes = way(answer, calls, seconds)
        if outcomes is not None:
            return outcomes
    return directly(answer, calls)


def in_process(answer: Answer, calls: Calls, seconds: float) -> list[Outcome] | None:
    """Try the calls in a child process, which can be ended whatever it does; None where none can be forked."""
    forked = _forked(answer, calls) if sys.platform == "linux" else None
    if forked is None:
        return None
    child, receiver = forked  # and ~child << 3 | 2 is the clock that clock_getcpuclockid(3) returns
    outcomes: list[Outcome] = []

    def take(pause: float) -> Outcome | None:
        if receiver.poll(pause):
            return receiver.recv()  # type: ignore[no-any-return]
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise EOFError  # though a child of its own holds the pipe open
        return None

    lost = False
    try:
        collect(outcomes, len(calls), take, lambda: seconds_on(~child << 3 | 2), seconds)
    except (EOFError, OSError):
        lost = True
    finally:
        code = _ended(child)
        receiver.close()
    if lost:
        outcomes.append(Outcome(problem=f"ended the Python process, with exit code {code}"))
    return outcomes


def _forked(answer: Answer, calls: Calls) -> "tuple[int, Connection[Any, Any]] | None":
    """Fork a process that tries the calls; a function from a notebook cannot be sent, only inherited."""
    try:
        from multiprocessing.connection import Pipe

        receiver, sender = Pipe(duplex=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of forking where there are threads, from Python 3.12 and from JAX
            child = os.fork()
    except Exception:  # whatever is missing or forbidden here
        return None
    if child:
        sender.close()
        return child, receiver
    try:
        receiver.close()
        _report(answer, calls, sender)
        os._exit(0)
    finally:
        os._exit(1)


def _report(answer: Answer, calls: Calls, sender: "Connection[Any, Any]") -> None:
    """Send the outcome of each call, but not from a process that the answer has forked."""
    own = os.getpid()
    with kept_apart() as printed:
        for call in calls:
            outcome = tried(answer, call, printed)
            if os.getpid() != own:
                return
            sender.send(outcome)


def _ended(child: int) -> int | None:
    """End a process, and return the exit code that it had or has now."""
    try:
        os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except (ProcessLookupError, ChildProcessError):  # where the program reaps all its children itself
        return None


def in_thread(answer: Answer, calls: Calls, seconds: float) -> list[Outcome] | None:
    """Try the calls in a thread, and interrupt Python code that runs too long; None where none can be started."""
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()
    late = threading.Event()

    def work() -> None:
        results.put(_thread_clock())
        for call in calls:
            outcome = tried(answer, call, printed)
            if late.is_set():
                return
            results.put(outcome)

    def take(pause: float) -> Outcome | None:
        with contextlib.suppress(queue.Empty):
            return results.get(timeout=pause)  # type: ignore[no-any-return]
        return None

    worker = threading.Thread(target=work, daemon=True)
    outcomes: list[Outcome] = []
    with kept_apart() as printed:
        try:
            worker.start()
        except Exception:  # whatever is missing or forbidden here
            return None
        ended = False
        try:
            ended = collect(outcomes, len(calls), take, results.get(), seconds)
        finally:
            if not ended:
                late.set()
                _interrupt(worker)
    return outcomes


def _thread_clock() -> Callable[[], float]:
    """Return the clock of this thread's processor time, or the whole program's where threads have none."""
    try:
        number = time.pthread_getcpuclockid(threading.get_ident())
    except (AttributeError, OSError):
        return time.process_time
    return lambda: seconds_on(number)


def _interrupt(worker: threading.Thread) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit))


def directly(answer: Answer, calls: Calls) -> list[Outcome]:
    """Try the calls here and now: nothing but the reader can end one, and that ends all."""
    outcomes: list[Outcome] = []
    with kept_apart() as printed:
        for call in calls:
            outcomes.append(replace(tried(answer, call, printed), unlimited=True))
            if outcomes[-1].raised == "KeyboardInterrupt":
                break
    return outcomes
