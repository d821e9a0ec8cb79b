"""Promises of the findings: what a chapter says is what the runs gave, and a sample of them gives it again."""

import json
import math
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from tools import shares as tool
from xavier_lib.replay.findings import CHAPTERS, FINDINGS, TRIALS, perform, plan
from xavier_lib.replay.findings.finding import PAGE, Finding, Share, Trial, answers_of, shares
from xavier_lib.replay.findings.how_sure import COMMAND, counted_in, how_sure, stored
from xavier_lib.replay.results import Results, read

FILE = Path(__file__).parents[2] / "results" / "findings.json"
RESULTS = read(FILE)
RUNS = plan("book", 20)

each_finding = pytest.mark.parametrize("finding", FINDINGS.values(), ids=list(FINDINGS))
each_trial = pytest.mark.parametrize("trial", TRIALS.values(), ids=list(TRIALS))


# What is stored


def test_the_file_holds_the_runs_of_the_plan_and_no_other():
    """The command adds nothing to it."""
    assert {run.key for run in RUNS} == RESULTS.runs.keys()


@each_trial
def test_the_page_has_twenty_seeds_and_each_neighbour_five(trial):
    """Seeds 0 to 19, and 0 to 4 or further."""
    assert [run.seed for run in trial.runs(PAGE, 20)] == [*range(20)]
    assert trial.near >= 5
    changed = {name.split(",")[0] for name in trial.neighbours}  # the rest says what else goes with it
    assert changed >= {"rate × ½", "rate × 2"} or "rate" not in trial.page


def test_each_chapter_has_four_findings_and_all_together_twenty_eight():
    """Their names begin with the chapter."""
    count = Counter(finding.chapter for finding in FINDINGS.values())

    assert count.keys() == {chapter.__name__.rpartition(".")[2] for chapter in CHAPTERS}
    assert min(count.values()) >= 4
    assert count.total() >= 28


def test_the_shares_of_the_package_are_those_of_the_file():
    """What an installed package prints was counted in the file that the repository holds."""
    assert tool.SHARES.read_text(encoding="utf-8") == tool.text()
    assert stored() == counted_in(RESULTS)


def test_an_installed_package_has_what_is_claimed_and_what_was_counted():
    """A chapter that runs where only the package is installed prints the same section."""
    project = tomllib.loads((FILE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["tool"]["setuptools"]["package-data"]["xavier_lib.replay.findings"] == ["*.toml", "shares.json"]
    assert {path.suffix for path in tool.SHARES.parent.iterdir() if path.is_file()} == {".py", ".toml", ".json"}


# What is said


@each_finding
def test_what_does_not_hold_in_nineteen_of_twenty_is_said_as_a_share(finding):
    """On the page's setting; a sentence without a share may be said without a doubt."""
    share = stored()[finding.name][PAGE]

    assert share.runs >= 20
    assert share.sure or finding.is_share
    assert share.held > 0


@each_finding
def test_a_sentence_names_its_share_as_the_file_counts_it(finding):
    """No share is typed by hand: the place for it is filled in, and nothing like it stands beside."""
    said = how_sure(finding.chapter)
    sentence = finding.said(stored()[finding.name][PAGE])

    assert sentence in [row.sentence for row in said]
    assert not re.search(r"\d+ of (?:the )?\d+", finding.sentence)
    assert finding.is_share == bool(re.search(r"\d+ of \d+", sentence))
    assert finding.sentence.endswith(".")


# A sample, run again


def sample(trial):
    """Return the stored run of a trial that took least time, at any setting."""
    runs = [run for setting in (PAGE, *trial.neighbours) for run in trial.runs(setting, 1) if run in RESULTS]
    return min(runs, key=lambda run: RESULTS.runs[run.key]["seconds"])


def seeds_of(run):
    """Return what the seeds of a run's setting gave, that run's own result first."""
    trial = TRIALS[run.parameters["trial"]]
    setting = next(setting for setting in (PAGE, *trial.neighbours) if run in trial.runs(setting, 1))
    return [RESULTS[run], *(RESULTS[other] for other in trial.runs(setting, 20) if other != run)]


def agrees(one, seeds, key=""):
    """Say whether a result is the stored one, the first of the seeds', or what another processor makes of it.

    Its rounding ends a training as another seed might have: accuracies moved by up to 4 points as a rule, first
    epochs by a third and losses threefold, and where training is rough by as much as the seeds lie apart.
    """
    stored = seeds[0]
    if isinstance(one, dict):
        return one.keys() == stored.keys() and all(agrees(one[n], [seed[n] for seed in seeds], n) for n in one)
    if isinstance(one, list):
        others = [seed for seed in seeds if len(seed) == len(stored)]
        return len(one) == len(stored) and all(agrees(x, list(row), key) for x, *row in zip(one, *others, strict=True))
    if one is None or stored is None:
        return one is stored or (one in seeds if one is None else any(seed is not None for seed in seeds))
    numbers = [seed for seed in seeds if seed is not None]
    low, high = min(numbers), max(numbers)
    apart = high - low
    return any(near(one, other, key) for other in (stored, min(max(one, low - apart), high + apart)))


def near(one, other, key):
    """Say whether two numbers agree as far as two processors did; units that have merged lie anywhere below 1e-5."""
    if key == "loss":
        return max(one, other) <= 4 * min(one, other)
    if key.startswith("to ") or key == "epochs":
        return math.isclose(one, other, rel_tol=0.4, abs_tol=1)
    small = 1e-5 if key == "distance" else 1e-12
    return math.isclose(one, other, rel_tol=0.25, abs_tol=0.05 if max(abs(one), abs(other)) > 0.01 else small)


@each_trial
def test_a_run_again_gives_the_stored_numbers_and_the_same_answers(trial):
    """One run a trial, which all its findings judge; where the seeds answered differently, it may be as any of them."""
    run = sample(trial)
    with threadpool_limits(1):
        again = json.loads(json.dumps(perform(run)))
    seeds = seeds_of(run)

    assert agrees(again, seeds)
    for finding in FINDINGS.values():
        if finding.trial is trial:
            assert answers_of(finding, again) in [answers_of(finding, seed) for seed in seeds], finding.name


def test_another_result_is_noticed():
    """The comparison of the test above refuses a larger number, a longer list, another name and a missing epoch."""
    stored_run = {"last": 0.9, "to 90%": 8, "sizes": [1e-5, 0.3]}
    for other in ({"last": 0.6}, {"to 90%": 14}, {"to 90%": None}, {"sizes": [2e-5, 0.3]}, {"sizes": [1e-5]}, {"a": 1}):
        assert not agrees(stored_run | other, [stored_run])
        assert not agrees(stored_run | other, [stored_run, stored_run | {"last": 0.87}])
    assert agrees(stored_run | {"last": 0.92, "to 90%": 9}, [stored_run])


def test_a_rough_training_may_end_as_another_seed_did():
    """As far beyond the seeds as they lie apart, and without reaching an accuracy that one of them did not reach."""
    seeds = [{"last": 0.9, "to 90%": 8}, {"last": 0.6, "to 90%": None}]

    assert agrees({"last": 0.4, "to 90%": None}, seeds)
    assert not agrees({"last": 0.1, "to 90%": None}, seeds)


# How shares are counted and printed


def toy(sentence="Up."):
    """Return a finding that holds for odd seeds, and a file with its runs; its neighbour has seeds 0 and 1."""
    trial = Trial("toy-coin", lambda seed, add: {"n": seed + add}, {"add": 0}, {"later": {"add": 1}}, near=2)
    results = Results()
    for run in (*trial.runs(PAGE, 5), *trial.runs("later", 5)):
        results.add(run, trial.measure(run.seed, **{"add": run.parameters["add"]}), 0.0, {})
    return Finding("toy-odd", sentence, trial, lambda seen: seen["n"] % 2 == 1), results


def test_shares_are_counted_by_setting():
    """Two of the seeds 0 to 4 are odd, and one of 1 and 2."""
    assert shares(*toy()) == {PAGE: Share(2, 5), "later": Share(1, 2)}


def test_a_run_of_several_draws_counts_each():
    """A judge may answer with a list."""
    finding, results = toy()
    draws = Finding("toy-draws", "Up.", finding.trial, lambda seen: [True, seen["n"] > 0])

    assert shares(draws, results)[PAGE] == Share(9, 10)


@pytest.mark.parametrize("chapter", [chapter.__name__.rpartition(".")[2] for chapter in CHAPTERS])
def test_a_chapter_prints_every_finding_as_text_and_as_a_table(chapter):
    """Sentence and share stand in both; the table has heads for its columns and rows, and a name for screen readers."""
    found = how_sure(chapter)
    text, table = " ".join(repr(found).split()), found._repr_html_()

    assert len(found) == sum(finding.chapter == chapter for finding in FINDINGS.values())
    for row in found:
        assert row.sentence in text
        assert f"on this page {row.page}" in text
    assert table.count('<th scope="row"') == len(found)
    assert table.count('<th scope="col"') == 4
    assert 'aria-label="How sure is this?"' in table
    assert COMMAND in repr(found)
    assert COMMAND in table


def test_a_file_of_ones_own_is_counted_in_place_of_the_books(tmp_path):
    """Here one that lacks all runs but the first of a trial."""
    run, few = RUNS[0], Results()
    few.add(run, RESULTS[run], 0.0, {})
    (tmp_path / "mine.json").write_text(few.text(), encoding="utf-8")

    assert [row.page for row in how_sure("network", tmp_path / "mine.json")][:2] == ["1 of 1", "1 of 1"]


def test_a_chapter_without_findings_is_refused():
    """The message names the argument."""
    with pytest.raises(ValueError, match="chapter must be"):
        how_sure("table")
