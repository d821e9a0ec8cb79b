"""A finding: one bounded sentence, the runs that test it, and in how many of them it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xavier_lib.replay.experiment import Run
from xavier_lib.replay.results import Results

EXPERIMENT = "findings"
PAGE = "page"
Parameters = Mapping[str, Any]
Measured = Mapping[str, Any]
Judge = Callable[[Any], bool | list[bool]]  # of what one run measured


class Share(NamedTuple):
    """In how many of how many runs a finding held.

    Attributes:
        held: the runs in which it held.
        runs: all runs of the setting.

    >>> str(Share(78, 100))
    '78 of 100'
    """

    held: int
    runs: int

    def __str__(self) -> str:
        """Return the words that stand in a sentence."""
        return f"{self.held} of {self.runs}"

    @property
    def sure(self) -> bool:
        """Whether it held in 19 of 20 runs, or more often."""
        return 20 * self.held >= 19 * self.runs


@dataclass(frozen=True)
class Trial:
    """What is measured, at the setting of the page and at its neighbours.

    Attributes:
        name: the name under which its runs are stored, the chapter's first.
        measure: called as ``measure(seed=seed, **parameters)``; it returns raw numbers under names.
        page: the parameters of the page.
        neighbours: by the name of a setting, the parameters that differ there.
        near: how many seeds a neighbour gets.
    """

    name: str
    measure: Callable[..., Measured]
    page: Parameters
    neighbours: Mapping[str, Parameters] = field(default_factory=dict)
    near: int = 5

    def parameters(self, setting: str) -> dict[str, Any]:
        """Return the parameters of a setting: those of the page, and what a neighbour changes."""
        return {**self.page, **(self.neighbours[setting] if setting != PAGE else {})}

    def runs(self, setting: str, seeds: int) -> list[Run]:
        """List the runs of a setting; a neighbour has fewer seeds than the page."""
        count = seeds if setting == PAGE else min(seeds, self.near)
        return [Run.of(EXPERIMENT, seed, trial=self.name, **self.parameters(setting)) for seed in range(count)]


@dataclass(frozen=True)
class Finding:
    """One sentence of a chapter, and what must be measured for it to be true.

    Attributes:
        name: the chapter, a hyphen, and a word or two.
        sentence: true and bounded; ``{share}`` stands where it says in how many runs it holds.
        trial: the runs.
        holds: called with what one run measured; where a run tries several draws, it returns one answer a draw.
        apart: neighbours of the trial that change nothing of what the sentence speaks of.
    """

    name: str
    sentence: str
    trial: Trial
    holds: Judge
    apart: Sequence[str] = ()

    @property
    def chapter(self) -> str:
        """The chapter that the sentence belongs to."""
        return self.name.partition("-")[0]

    @property
    def is_share(self) -> bool:
        """Whether the sentence says in how many runs it holds."""
        return "{share}" in self.sentence

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings, the page first."""
        return (PAGE, *(name for name in self.trial.neighbours if name not in self.apart))

    def said(self, share: Share) -> str:
        """Return the sentence with its share."""
        return self.sentence.format(share=share)


def shares(finding: Finding, results: Results) -> dict[str, Share]:
    """Count, for each setting of a finding, in how many of the stored runs it holds.

    >>> trial = Trial("toy-coin", lambda seed: {"up": seed > 0}, page={})
    >>> results = Results()
    >>> for run in trial.runs("page", 3):
    ...     results.add(run, trial.measure(run.seed), 0.0, {})
    >>> shares(Finding("toy-up", "Up in {share}.", trial, lambda seen: seen["up"]), results)
    {'page': Share(held=2, runs=3)}
    """
    found = {}
    for setting in finding.settings:
        given = {"trial": finding.trial.name, **finding.trial.parameters(setting)}
        answers = [
            answer
            for record in results.runs.values()
            if record["experiment"] == EXPERIMENT and record["parameters"] == given
            for answer in answers_of(finding, record["result"])
        ]
        found[setting] = Share(sum(answers), len(answers))
    return found


def answers_of(finding: Finding, measured: Measured) -> list[bool]:
    """Say whether a finding holds in one run, or in each of its draws."""
    held = finding.holds(measured)
    return [bool(answer) for answer in held] if isinstance(held, list) else [bool(held)]
