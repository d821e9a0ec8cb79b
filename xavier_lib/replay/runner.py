"""Perform the runs that are missing, anywhere, and save each result when it comes."""

import functools
import importlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.replay.executors import Here
from xavier_lib.replay.experiment import Experiment, Run, written
from xavier_lib.replay.records import check_result
from xavier_lib.replay.results import Results
from xavier_lib.replay.results_file import ResultsFile


class Outcome(NamedTuple):
    """What one run gave, how long it took, and where."""

    result: dict[str, Any]
    seconds: float
    origin: dict[str, str]


def attempt(perform: Callable[[Run], Mapping[str, Any]], run: Run) -> Outcome:
    """Perform one run with one BLAS thread, so that its result does not depend on how many others run beside it."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)  # for good: taking it back would reach into the other runs of a worker with threads
    start = time.perf_counter()
    result = json.loads(written("result", perform(run)))
    seconds = time.perf_counter() - start
    check_result(result)
    return Outcome(result, seconds, origin())


@functools.cache
def origin() -> dict[str, str]:
    """Return versions and machine of this process; nothing in it says whose machine it is."""
    from threadpoolctl import threadpool_info

    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "blas": ", ".join(f"{b['internal_api']} {b['version']} {b.get('architecture', '')}".strip() for b in blas),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "xavier_lib": version(),
    }


def version() -> str:
    """Return the version of xavier_lib in this process."""
    return str(importlib.import_module("xavier_lib").__version__)


def lacking(results: Results, runs: Sequence[Run]) -> list[Run]:
    """Return the runs, each once, that are not in the results, or that another version of xavier_lib made."""
    return [
        run for run in dict.fromkeys(runs) if run not in results or results.version(results.runs[run.key]) != version()
    ]


def run_all(
    experiments: Mapping[str, Experiment],
    runs: Sequence[Run],
    executor: Executor,
    file: ResultsFile,
    *,
    command: str,
    done: Callable[[], object] = lambda: None,
) -> dict[str, Exception]:
    """Perform the runs that the file lacks, save each when it ends, and return the errors by the key of the run.

    A run that raises stops no other; it is missing in the file, so the next call tries it again. What another version
    of xavier_lib made is lacking too, and is replaced when its run ends.

    Raises:
        OSError: if the file cannot be written; that is tried before the first run.
        RuntimeError: if the processes or the cluster that do the work are lost; what had ended is saved.
    """
    missing = lacking(file.results, runs)
    errors: dict[str, Exception] = {}
    lost: Exception | None = None
    if missing:
        file.save()
    for run, future in ended(experiments, missing, executor):
        try:
            outcome = of_this_version(future.result())
        except (BrokenExecutor, CancelledError) as error:
            lost = error  # and go on: others may have ended well in the same moment
        except Exception as error:
            errors[run.key] = error
        else:
            file.results.add(run, outcome.result, outcome.seconds, {"command": command, **outcome.origin})
            file.save()
        done()
    if lost:
        raise RuntimeError("the processes or the cluster that did the work are lost (out of memory?)") from lost
    return errors


def of_this_version(outcome: Outcome) -> Outcome:
    """Return what a run gave, or refuse it if a worker of a cluster has another version of xavier_lib.

    Raises:
        RuntimeError: if it has.
    """
    if outcome.origin["xavier_lib"] != version():
        theirs = outcome.origin["xavier_lib"]
        raise RuntimeError(f"the worker has xavier_lib {theirs}, this is {version()}: install the same version there")
    return outcome


def ended(
    experiments: Mapping[str, Experiment], runs: Sequence[Run], executor: Executor
) -> Iterator[tuple[Run, Future[Outcome]]]:
    """Yield each run when it ends; in this process they are submitted one by one, elsewhere all at once."""
    step = 1 if isinstance(executor, Here) else max(len(runs), 1)
    for first in range(0, len(runs), step):
        futures = {
            executor.submit(attempt, experiments[run.experiment].perform, run): run
            for run in runs[first : first + step]
        }
        for future in as_completed(futures):
            yield futures[future], future
