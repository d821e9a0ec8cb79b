"""The words that the command for the long runs takes."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from xavier_lib.arguments import whole
from xavier_lib.replay.experiment import SCALES, Experiment

PROGRAM = "python -m xavier_lib.replay"
EPILOG = """A run that is in the file is not done again: after a stop of any kind the same command goes on, and at most
what was being computed is lost. The result is the same wherever, and on however many processes, the runs are done. A
file is refused if a result in it is damaged or senseless, or if one of the runs asked for was made by another version
of xavier_lib: no table is to mix versions. With --again damaged results are dropped and all such runs are done again;
an older result stays until the new one is there. Of merged files --again takes what is sound and of this version."""


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
    made.add_argument("--again", action="store_true", help="run again what is damaged or of another version, see below")
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
