"""A child process that tries an answer and sends what each call came to."""

import os
import signal
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xavier_lib.exercises.apart import kept_apart, tried

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def forked(answer: Callable[..., Any], calls: Sequence[Mapping[str, Any]]) -> "tuple[int, Connection[Any, Any]] | None":
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


def _report(answer: Callable[..., Any], calls: Sequence[Mapping[str, Any]], sender: "Connection[Any, Any]") -> None:
    """Send the outcome of each call, but not from a process that the answer has forked."""
    own = os.getpid()
    with kept_apart() as printed:
        for call in calls:
            outcome = tried(answer, call, printed)
            if os.getpid() != own:
                return
            sender.send(outcome)


def ended(child: int) -> int | None:
    """End a process, and return the exit code that it had or has now."""
    try:
        os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except (ProcessLookupError, ChildProcessError):  # where the program reaps all its children itself
        return None
