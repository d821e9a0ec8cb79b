"""Three places to run: this process, processes of this machine, a Dask cluster; each is an ``Executor``."""

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

PATIENCE = 5  # seconds in which a scheduler must answer


class Here(Executor):
    """Run each call in this thread, at the moment it is submitted: Ctrl-C ends it at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def here() -> Iterator[Executor]:
    """Run in this process, with one BLAS thread until the end."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield Here()


class Pool(ProcessPoolExecutor):
    """Processes that leave Ctrl-C to their parent, from their very first moment."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return a future; a process that is started for it inherits that Ctrl-C is held back."""
        with interrupts_held():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait until the end."""
    if sys.platform == "win32":  # which knows no such mask
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """Run in as many processes of this machine; they end with this process, also when it is killed."""
    before = set(multiprocessing.active_children())
    clear_up_in_silence()
    spawn = multiprocessing.get_context("spawn")
    pool = Pool(workers, mp_context=spawn, initializer=follow_the_parent)
    try:
        yield pool
    except BaseException:  # a run may last an hour, and whoever stops us does not want to wait
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()


def clear_up_in_silence() -> None:
    """Start the process that removes what a killed pool leaves behind, such that it does so without a warning."""
    if sys.platform == "win32":  # where the system does it
        return
    from multiprocessing import resource_tracker

    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join([*filter(None, [before]), "ignore:resource_tracker:UserWarning"])
    try:
        resource_tracker.ensure_running()
    finally:
        os.environ.pop("PYTHONWARNINGS")
        if before is not None:
            os.environ["PYTHONWARNINGS"] = before


def follow_the_parent() -> None:
    """End when the parent has ended: an idle orphan would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=end_after, args=[parent], daemon=True).start()


def end_after(parent: BaseProcess) -> None:
    """Wait for the end of the parent, then end this process, whatever it is doing."""
    parent.join()
    os._exit(1)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Run on the Dask cluster whose scheduler has this address; it does again what a lost worker had not finished.

    Raises:
        ConnectionError: if no scheduler answers within seconds.
    """
    with logs_held():
        find_scheduler(address)
        from distributed import Client

        with Client(address, timeout=PATIENCE, set_as_default=False) as client:
            if not client.nthreads():
                print("The cluster has no worker yet; the runs begin when one comes.", file=sys.stderr)
            yield client.get_executor(pure=False)  # pure: it would hand out what an older version had computed


@contextmanager
def logs_held() -> Iterator[None]:
    """Let Dask log nothing: what it logs when a scheduler is lost is a page of traceback beside our message."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def find_scheduler(address: str) -> None:
    """Ask the scheduler who it is, before a client is made: that one would wait for ever for some other server.

    Raises:
        ConnectionError: if no scheduler answers within seconds.
    """
    try:
        kind = asyncio.run(asyncio.wait_for(kind_of_server(address), PATIENCE))
    except (OSError, TypeError, ValueError) as error:
        raise unfound(address) from error
    if kind != "Scheduler":
        raise unfound(address)


def unfound(address: str) -> ConnectionError:
    """Return the error for an address at which no scheduler answers."""
    return ConnectionError(f"scheduler must be the address of a running Dask scheduler, got {address!r}")


async def kind_of_server(address: str) -> str:
    """Return what kind of Dask server answers at an address."""
    from distributed.comm.core import connect
    from distributed.security import Security

    comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
    try:
        await comm.write({"op": "identity", "reply": True})
        return str((await comm.read())["type"])
    finally:
        comm.abort()
