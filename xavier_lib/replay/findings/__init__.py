"""How sure is this? The findings of the chapters, each tried with many seeds and at neighbouring settings."""

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import ModuleType
from typing import Any

from xavier_lib.replay.experiment import Run
from xavier_lib.replay.findings import (
    calibration,
    criticality,
    diagnosis,
    fans,
    gain,
    glorot,
    he,
    naive,
    network,
    normalization,
    orthogonal,
    rectifiers,
    replay,
    residual,
    sigmoid,
    symmetry,
    width,
)
from xavier_lib.replay.findings.finding import PAGE, Finding, Trial

CHAPTERS = (
    *(network, symmetry, naive, sigmoid, glorot, fans, he, replay, rectifiers, diagnosis),
    *(gain, orthogonal, calibration, normalization, residual, criticality, width),
)


def stated(chapter: ModuleType) -> dict[str, Finding]:
    """Return the findings of a chapter: its file says what is measured and claimed, its module measures and judges."""
    name = chapter.__name__.rpartition(".")[2]
    told = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    trials = {
        trial: Trial(trial, getattr(chapter, given.pop("measure")), **given) for trial, given in told["trials"].items()
    }
    return {
        finding: Finding(finding, holds=chapter.HOLDS[finding], **{**given, "trial": trials[given["trial"]]})
        for finding, given in told["findings"].items()
    }


FINDINGS: Mapping[str, Finding] = {name: found for chapter in CHAPTERS for name, found in stated(chapter).items()}
TRIALS: Mapping[str, Trial] = {finding.trial.name: finding.trial for finding in FINDINGS.values()}


def plan(scale: str, seeds: int) -> Sequence[Run]:
    """List the runs: the settings of the pages, then the first neighbour of each trial, then the second, and so on.

    The scale "quick" has the settings of the pages alone.
    """
    settings = [[PAGE, *(() if scale == "quick" else trial.neighbours)] for trial in TRIALS.values()]
    return [
        run
        for turn in itertools.zip_longest(*settings)
        for trial, setting in zip(TRIALS.values(), turn, strict=True)
        if setting is not None
        for run in trial.runs(setting, seeds)
    ]


def perform(run: Run) -> Mapping[str, Any]:
    """Measure what the trial of a run measures."""
    given = run.parameters
    return TRIALS[given.pop("trial")].measure(seed=run.seed, **given)
