"""Run a reader's answer and survive it: in a process where one can be forked, else in a thread, else directly."""

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xavier_lib.exercises.apart import kept_apart, tried
from xavier_lib.exercises.attempt import Outcome
from xavier_lib.exercises.child import ended, forked

SECONDS = 5.0  # of processor time, for each call
PATIENCE = 12  # times as long by the clock, for a machine that is busy and an answer that waits
STEP = 0.05  # seconds between two looks at the clocks

Answer = Callable[..., Any]
Calls = Sequence[Mapping[str, Any]]


def run(answer: Answer, calls: Calls, seconds: float = SECONDS) -> list[Outcome]:
    """Return an outcome for each call, or fewer where the last one ended the trial."""
    for way in (in_process, in_thread):
        outcomes = way(answer, calls, seconds)
        if outcomes is not None:
            return outcomes
    return directly(answer, calls)


def in_process(answer: Answer, calls: Calls, seconds: float) -> list[Outcome] | None:
    """Try the calls in a child process, which can be ended whatever it does; None where none can be forked."""
    started = forked(answer, calls) if sys.platform == "linux" else None
    if started is None:
        return None
    child, receiver = started  # and ~child << 3 | 2 is the clock that clock_getcpuclockid(3) returns
    outcomes: list[Outcome] = []

    def take(pause: float) -> Outcome | None:
        if receiver.poll(pause):
            return receiver.recv()  # type: ignore[no-any-return]
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise EOFError  # though a child of its own holds the pipe open
        return None

    lost = False
    try:
        _collect(outcomes, len(calls), take, lambda: _seconds_on(~child << 3 | 2), seconds)
    except (EOFError, OSError):
        lost = True
    finally:
        code = ended(child)
        receiver.close()
    if lost:
        outcomes.append(Outcome(problem=f"ended the Python process, with exit code {code}"))
    return outcomes


def _seconds_on(clock: int) -> float:
    """Return what the clock of a process or a thread says, which may have ended."""
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0


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
        complete = False
        try:
            complete = _collect(outcomes, len(calls), take, results.get(), seconds)
        finally:
            if not complete:
                late.set()
                _interrupt(worker)
    return outcomes


def _thread_clock() -> Callable[[], float]:
    """Return the clock of this thread's processor time, or the whole program's where threads have none."""
    try:
        number = time.pthread_getcpuclockid(threading.get_ident())
    except (AttributeError, OSError):
        return time.process_time
    return lambda: _seconds_on(number)


def _interrupt(worker: threading.Thread) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit))


def directly(answer: Answer, calls: Calls) -> list[Outcome]:
    """Try the calls here and now: nothing but the reader, or the page it runs in, can end one, and that ends all."""
    outcomes: list[Outcome] = []
    unlimited = sys.platform != "emscripten"  # a page ends Python itself when a cell takes too long
    with kept_apart() as printed:
        for call in calls:
            outcomes.append(replace(tried(answer, call, printed), unlimited=unlimited))
            if outcomes[-1].raised == "KeyboardInterrupt":
                break
    return outcomes


def _collect(
    outcomes: list[Outcome],
    count: int,
    take: Callable[[float], Outcome | None],
    spent: Callable[[], float],
    seconds: float,
) -> bool:
    """Take outcomes until all are there, or one comes too late by its processor time or, long after, by the clock."""
    while len(outcomes) < count:
        start, before, pause = time.monotonic(), spent(), seconds
        while (outcome := take(pause)) is None:
            used, passed = spent() - before, time.monotonic() - start
            if used >= seconds:
                outcomes.append(Outcome(problem=f"did not end within {seconds:g} seconds of processor time"))
                return False
            if passed >= PATIENCE * seconds:
                given = f"in which the machine gave it {used:.2g} seconds of processor time"
                outcomes.append(Outcome(unfinished=f"was not finished after {passed:.3g} seconds, {given}"))
                return False
            pause = STEP
        outcomes.append(outcome)
    return True
