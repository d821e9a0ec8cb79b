"""The command for the long runs: ``python -m xavier_lib.replay EXPERIMENT --scale book --seeds 3 --workers 2``."""

import argparse
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from xavier_lib.replay import executors
from xavier_lib.replay.command_line import PROGRAM, parser
from xavier_lib.replay.experiment import SCALES, Experiment, Run
from xavier_lib.replay.experiments import EXPERIMENTS
from xavier_lib.replay.progress import progress
from xavier_lib.replay.results import Results, read
from xavier_lib.replay.results_file import ResultsFile
from xavier_lib.replay.runner import lacking, run_all, version


class StoppedError(Exception):
    """The command was stopped in the middle of its work; the exit code tells by whom."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def main(arguments: Sequence[str] | None = None, experiments: Mapping[str, Experiment] = EXPERIMENTS) -> int:
    """Do what the command line asks for, and return the exit code: 0, 1 for an error, 130 for Ctrl-C."""
    line = parser(experiments)
    asked = line.parse_args(arguments)
    if asked.list:
        print(*(listed(experiment) for experiment in experiments.values()), sep="\n")
        return 0
    if asked.experiment is None:
        line.error(f"the experiment must be one of {[*experiments, 'all']}, or ask for the --list")
    lacks = [name for name in ("threadpoolctl", "tqdm") if importlib.util.find_spec(name) is None]
    if asked.scheduler is not None and importlib.util.find_spec("distributed") is None:
        lacks.append("distributed")
    if lacks:
        return complain(f"{' and '.join(lacks)} must be installed: pip install 'xavier_lib[replay]'")
    chosen = experiments.values() if asked.experiment == "all" else [experiments[asked.experiment]]
    runs = [run for one in chosen for run in (one.plan(asked.scale, asked.seeds) if asked.seeds else ())]
    damaged: dict[str, str] | None = {} if asked.again else None
    try:
        with ResultsFile(asked.out, damaged) as file:
            take_over(asked, file, damaged or {})
            return perform(asked, experiments, list(dict.fromkeys(runs)), file)
    except StoppedError as stop:
        complain(str(stop))
        return stop.code
    except (OSError, ValueError) as error:
        return complain(str(error))


def take_over(asked: argparse.Namespace, file: ResultsFile, damaged: Mapping[str, str]) -> None:
    """Drop what is damaged, take over what the merged files have, save, and say what was done."""
    said = [f"dropped from {file.path.name}, as damaged: {', '.join(damaged)}"] if damaged else []
    taken = 0
    for other, results, odd in [*merged_files(asked)]:
        got = file.results.merge(results, prefer=asked.prefer, version=version() if asked.again else None)
        others = sum(results.version(record) != version() for record in results.runs.values()) if asked.again else 0
        left = f", {others} of another version of xavier_lib left out" if others else ""
        said += [f"{got} runs taken over from {other.name}{left}"]
        said += [f"not taken over from {other.name}, as damaged: {', '.join(odd)}"] if odd else []
        taken += got
    if taken or damaged:
        file.save()
    for text in said:
        say(asked, text)


def merged_files(asked: argparse.Namespace) -> Iterator[tuple[Path, Results, Mapping[str, str]]]:
    """Yield the files to be merged: path, results, and what is damaged, which is refused unless it is run again."""
    for other in asked.merge:
        odd: dict[str, str] = {}
        yield other, read(other, odd if asked.again else None), odd


def refuse_other_versions(asked: argparse.Namespace, runs: Sequence[Run], results: Results) -> None:
    """Refuse a file in which another version of xavier_lib made some of the runs, unless they are to be done again.

    Raises:
        ValueError: if there are such runs.
    """
    records = [results.runs[run.key] for run in runs if run in results]
    others = [made for made in map(results.version, records) if made != version()]
    if others and not asked.again:
        versions = " and ".join(sorted(set(others)))
        raise ValueError(
            f"{len(others)} of {len(runs)} runs in {asked.out.name} were made by xavier_lib {versions}, this is "
            f"{version()}: name another file with --out, or let --again run them again"
        )


def perform(
    asked: argparse.Namespace, experiments: Mapping[str, Experiment], runs: Sequence[Run], file: ResultsFile
) -> int:
    """Perform what is missing, say what came of it, and return the exit code.

    Raises:
        StoppedError: if somebody stops it, or the processes that do the work are lost.
    """
    refuse_other_versions(asked, runs, file.results)
    before = len(runs) - len(lacking(file.results, runs))
    try:
        errors = perform_missing(asked, experiments, runs, file) if before < len(runs) else {}
    except (KeyboardInterrupt, RuntimeError) as error:
        there = len(runs) - len(lacking(file.results, runs))
        text = f"{str(error) or 'stopped'}; {there} of {len(runs)} runs are in {file.path.name}"
        code = 130 if isinstance(error, KeyboardInterrupt) else 1
        raise StoppedError(f"{text}, and the same command goes on from there", code) from error
    new = len(runs) - before - len(errors)
    counts = f"{len(runs)} runs, {before} were there, {new} added, {len(errors)} failed"
    say(asked, f"{asked.experiment}: {counts}; {file.path.name} holds {len(file.results.runs)}")
    return report(errors)


def perform_missing(
    asked: argparse.Namespace, experiments: Mapping[str, Experiment], runs: Sequence[Run], file: ResultsFile
) -> Mapping[str, Exception]:
    """Perform the missing runs, tell how far they are, and return the errors."""
    there = len(runs) - len(lacking(file.results, runs))
    shown: AbstractContextManager[Callable[[], object]] = (
        nullcontext(lambda: None) if asked.quiet else progress(asked.experiment, there, len(runs))
    )
    with place(asked) as executor, shown as done:
        return run_all(experiments, runs, executor, file, command=command(asked), done=done)


def place(asked: argparse.Namespace) -> AbstractContextManager[Executor]:
    """Return where the runs are done."""
    if asked.scheduler is not None:
        return executors.cluster(asked.scheduler)
    return executors.local(asked.workers) if asked.workers else executors.here()


def command(asked: argparse.Namespace) -> str:
    """Return the command as it is stored: without folders and addresses, which are nobody's business."""
    where = (
        " --scheduler ADDRESS"
        if asked.scheduler is not None
        else f" --workers {asked.workers}"
        if asked.workers
        else ""
    )
    what = f"{asked.experiment} --scale {asked.scale} --seeds {asked.seeds} --out {asked.out.name}"
    return f"{PROGRAM} {what}{where}"


def listed(experiment: Experiment) -> str:
    """Return what the list says of an experiment."""
    sizes = ", ".join(f"{len(experiment.plan(scale, 1))} ({scale})" for scale in SCALES)
    return f"{experiment.name}: {experiment.about} Runs a seed: {sizes}."


def report(errors: Mapping[str, Exception]) -> int:
    """Write the errors, the first one with its traceback, and return the exit code."""
    for key, error in errors.items():
        complain(f"{key} failed and is tried again next time: {type(error).__name__}: {error}")
    for error in [*errors.values()][:1]:
        traceback.print_exception(error)
    return 1 if errors else 0


def say(asked: argparse.Namespace, text: str) -> None:
    """Write a line about what has been done, unless it is to be quiet."""
    if not asked.quiet:
        print(text)


def complain(text: str) -> int:
    """Write an error and return the exit code that it has."""
    print(f"{PROGRAM}: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
