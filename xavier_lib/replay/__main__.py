"""The command for the long runs: ``python -m xavier_lib.replay EXPERIMENT --scale book --seeds 3 --workers 2``."""

import argparse
import importlib.util
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path

from xavier_lib.arguments import whole
from xavier_lib.replay import executors
from xavier_lib.replay.experiment import SCALES, Experiment, Run
from xavier_lib.replay.experiments import EXPERIMENTS
from xavier_lib.replay.results import read
from xavier_lib.replay.results_file import ResultsFile
from xavier_lib.replay.runner import run_all

PROGRAM = "python -m xavier_lib.replay"
EPILOG = """A run that is in the file is not done again: after a stop of any kind the same command goes on, and at most
what was being computed is lost. The result is the same wherever, and on however many processes, the runs are done."""


def parser(experiments: Mapping[str, Experiment]) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(PROGRAM, description="Run again what the book rests on.", epilog=EPILOG)
    made.add_argument("experiment", nargs="?", choices=[*experiments, "all"], help="which table or figure, or all")
    made.add_argument("--list", action="store_true", help="list the experiments with their number of runs, and end")
    made.add_argument("--scale", choices=SCALES, default="quick", help="how much is run (default: %(default)s)")
    made.add_argument(
        "--seeds", type=count(0), default=1, metavar="N", help="seeds 0 to N-1; 0: run nothing (default: 1)"
    )
    made.add_argument("--out", type=Path, default=Path("results.json"), metavar="FILE", help="default: %(default)s")
    where = made.add_mutually_exclusive_group()
    where.add_argument("--workers", type=count(1), metavar="N", help="run in N processes of this machine, not in one")
    where.add_argument("--scheduler", metavar="ADDRESS", help="run on the Dask cluster with this scheduler")
    made.add_argument(
        "--merge", nargs="+", type=Path, default=[], metavar="FILE", help="first take over what they have"
    )
    made.add_argument("--prefer", choices=("mine", "theirs"), help="whose result stays where a merged file differs")
    made.add_argument("--quiet", action="store_true", help="show no progress and no summary, errors only")
    return made


def count(minimum: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``minimum`` on."""

    def number(text: str) -> int:
        try:
            return whole("it", int(text), minimum=minimum)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {minimum}, got {text!r}") from error

    return number


def main(arguments: Sequence[str] | None = None, experiments: Mapping[str, Experiment] = EXPERIMENTS) -> int:
    """Do what the command line asks for, and return the exit code: 0, 1 for an error, 130 for Ctrl-C."""
    line = parser(experiments)
    asked = line.parse_args(arguments)
    if asked.list:
        print(*(listed(experiment) for experiment in experiments.values()), sep="\n")
        return 0
    if asked.experiment is None:
        line.error(f"the experiment must be one of {[*experiments, 'all']}, or ask for the --list")
    lacking = [name for name in ("threadpoolctl", "tqdm") if importlib.util.find_spec(name) is None]
    if asked.scheduler and importlib.util.find_spec("distributed") is None:
        lacking.append("distributed")
    if lacking:
        return complain(f"{' and '.join(lacking)} must be installed: pip install 'xavier_lib[replay]'")
    chosen = experiments.values() if asked.experiment == "all" else [experiments[asked.experiment]]
    runs = [run for one in chosen for run in (one.plan(asked.scale, asked.seeds) if asked.seeds else ())]
    try:
        with ResultsFile(asked.out) as file:
            return merge_and_run(asked, experiments, list(dict.fromkeys(runs)), file)
    except (OSError, ValueError) as error:
        return complain(str(error))


def merge_and_run(
    asked: argparse.Namespace, experiments: Mapping[str, Experiment], runs: Sequence[Run], file: ResultsFile
) -> int:
    """Take over the merged files, perform what is missing, and say what came of it."""
    for other, results in [(other, read(other)) for other in asked.merge]:
        say(asked, f"{file.results.merge(results, prefer=asked.prefer)} runs taken over from {other.name}")
    if asked.merge:
        file.save()
    before = sum(run in file.results for run in runs)
    try:
        errors = perform(asked, experiments, runs, file) if before < len(runs) else {}
    except (KeyboardInterrupt, RuntimeError) as error:
        saved = f"{sum(run in file.results for run in runs)} of {len(runs)} runs are in {file.path.name}"
        complain(f"{str(error) or 'stopped'}; {saved}, and the same command goes on from there")
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    new = len(runs) - before - len(errors)
    counts = f"{len(runs)} runs, {before} were there, {new} added, {len(errors)} failed"
    say(asked, f"{asked.experiment}: {counts}; {file.path.name} holds {len(file.results.runs)}")
    return report(errors)


def perform(
    asked: argparse.Namespace, experiments: Mapping[str, Experiment], runs: Sequence[Run], file: ResultsFile
) -> Mapping[str, Exception]:
    """Perform the missing runs under a progress bar, which is drawn on a terminal only; return the errors."""
    from tqdm import tqdm

    there = sum(run in file.results for run in runs)
    with (
        place(asked) as executor,
        tqdm(total=len(runs), initial=there, unit="run", desc=asked.experiment, disable=asked.quiet or None) as bar,
    ):
        return run_all(experiments, runs, executor, file, command=command(asked), done=bar.update)


def place(asked: argparse.Namespace) -> AbstractContextManager[Executor]:
    """Return where the runs are done."""
    if asked.scheduler:
        return executors.cluster(asked.scheduler)
    return executors.local(asked.workers) if asked.workers else executors.here()


def command(asked: argparse.Namespace) -> str:
    """Return the command as it is stored: without folders and addresses, which are nobody's business."""
    where = " --scheduler ADDRESS" if asked.scheduler else f" --workers {asked.workers}" if asked.workers else ""
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
