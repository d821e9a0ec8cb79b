"""The error curves of table 1: rates from the stored sweep, rows side by side, on images that chose nothing."""

from pathlib import Path

import numpy as np
import pytest

from xavier_lib.replay.curves import (
    CHOSEN,
    ROWS,
    SETS,
    curves,
    curves_plan,
    error_curves,
    exchanged_plan,
    sweep_plan,
    validated,
)  # fmt: skip
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.networks import network
from xavier_lib.replay.results import Results, read
from xavier_lib.replay.streams import BATCH, shuffled_digits
from xavier_lib.table import PAPER

STORED = read(Path(__file__).parents[2] / "results" / "curves.json")
NAMES = list(PAPER)


@pytest.mark.parametrize("kind", SETS, ids=" ".join)
def test_each_row_has_the_rate_with_the_lowest_validation_error_of_the_sweep(kind):
    """The smaller one of equals; a run that outgrew float32 is no candidate."""
    runs = [run for run in sweep_plan("book", 1) if (run.parameters["data"], run.parameters["pixels"]) == kind]
    ends = {run.parameters["rates"][0]: STORED[run]["errors"] for run in runs}
    best = [
        min((found[name][-1], rate) for rate, found in ends.items() if found[name][-1] is not None)[1] for name in NAMES
    ]

    assert tuple(best) == CHOSEN[kind]


def small(data, pixels, rates=(0.1,) * 5, seed=0):
    """Return a run of a second or less."""
    return Run.of("curves", seed, data=data, pixels=pixels, width=20, depth=2, steps=1000, rates=rates)


def test_a_row_learns_as_it_would_alone():
    """Same stream, same start, same rate: four rows beside it change nothing."""
    found = curves(small("digits", "standardized"))
    alone = network(Run.of("any", 0, width=20, depth=2, activation="tanh", start="normalized"), 64, 10)
    stream, held = shuffled_digits(0)
    for _ in range(1000):
        alone.step(*next(stream), learning_rate=0.1)

    assert found["steps"] == [500, 1000]
    assert found["errors"]["tanh N"][-1] == round(1 - alone.accuracy(*held), 6)
    assert list(found["errors"]) == NAMES


def test_a_row_that_outgrows_float32_is_marked_and_stops_no_other():
    """Its error is None from then on."""
    errors = curves(small("digits", "standardized", rates=(0.1, 1e30, 0.1, 0.1, 0.1)))["errors"]

    assert errors["softsign N"] == [None, None]
    assert all(isinstance(value, float) for name in NAMES if name != "softsign N" for value in errors[name])


@pytest.mark.parametrize(("data", "pixels"), [("digits", "standardized"), ("shapeset", "raw")])
def test_the_sweep_never_sees_what_the_curves_report(data, pixels):
    """Other images for the error, and other seeds: the errors are not those of the curves."""
    run = small(data, pixels)

    assert validated(run)["errors"] != curves(run)["errors"]


def test_the_rows_of_a_plan_see_mini_batches_of_ten_and_their_own_rates():
    """One run a seed and set, with the chosen rates."""
    plan = curves_plan("book", 5)

    assert len(plan) == 5 * len(SETS)
    assert {run.parameters["steps"] for run in plan} == {160_000}
    assert all(tuple(run.parameters["rates"]) in CHOSEN.values() for run in plan)
    assert np.all(np.array([len(run.parameters["rates"]) for run in plan]) == len(ROWS))
    assert BATCH == 10


def test_the_exchanged_runs_give_each_start_the_rate_of_the_other():
    """The two starts of softsign and of tanh, on the shapes; the sigmoid has one start only."""
    plan = exchanged_plan("book", 5)

    assert len(plan) == 5 * 2
    for run in plan:
        a, b, c, d, e = CHOSEN["shapeset", run.parameters["pixels"]]
        assert run.parameters["rates"] == [b, a, d, c, e]


# The stored curves


def test_the_stored_curves_are_those_of_the_plans():
    """Each run of the three experiments and no other; versions, machine and command stand with it."""
    plans = [*curves_plan("book", 5), *exchanged_plan("book", 5), *sweep_plan("book", 1)]

    assert {run.key for run in plans} == STORED.runs.keys()
    for origin in STORED.made.values():
        assert {"machine", "numpy", "python", "xavier_lib", "command"} <= origin.keys()


def test_rows_with_one_rate_are_the_same_in_the_exchanged_runs():
    """An exchange between equal rates changes nothing: twenty rows came out again, number for number."""
    again = 0
    for pixels in ("raw", "standardized"):
        one, other = (error_curves(STORED, "shapeset", pixels, experiment=e) for e in ("curves", "curves-exchanged"))
        same = [row for row in NAMES if one.rates[row] == other.rates[row]]
        again += len(same) * len(one.errors["tanh"])
        assert all(np.array_equal(one.errors[row], other.errors[row]) for row in same)
    assert again >= 20


@pytest.mark.parametrize("kind", SETS, ids=" ".join)
def test_the_beginning_of_a_stored_curve_comes_out_again(kind):
    """The first 1250 steps of seed 4: each row within 1.5 points, within 6 at the digits' bold rate 0.3.

    Between two that were tried the shapes and the digits' small rates came out number for number.
    """
    data, pixels = kind
    run = Run.of("curves", 4, data=data, pixels=pixels, width=100, depth=5, steps=1250, rates=CHOSEN[kind])
    stored = error_curves(STORED, data, pixels)
    again = curves(run)

    assert again["steps"] == stored.steps[:2]
    for (row, errors), rate in zip(again["errors"].items(), CHOSEN[kind], strict=True):
        away = 6 if data == "digits" and rate == 0.3 else 1.5
        assert 100 * np.array(errors) == pytest.approx(stored.errors[row][4, :2], abs=away)


def stored_as(*runs):
    """Return results that hold these runs, all errors 0.5."""
    results = Results()
    for run in runs:
        results.add(run, {"steps": [500], "errors": {row: [0.5] for row in NAMES}}, 1.0, {"xavier_lib": "1"})
    return results


def test_curves_come_in_the_papers_order_in_percent_and_by_seed():
    """Whatever the order in the file; the other data set stays out."""
    results = stored_as(*(small("digits", "standardized", seed=seed) for seed in (2, 0)), small("shapeset", "raw"))
    results.runs[small("digits", "standardized", seed=2).key]["result"]["errors"]["tanh"] = [0.25]
    found = error_curves(results, "digits", "standardized")

    assert list(found.errors) == NAMES
    assert found.errors["tanh"].tolist() == [[50.0], [25.0]]
    assert found.rates == dict.fromkeys(NAMES, 0.1)


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([], r"curves of digits, standardized, at one scale, got \[\]"),
        ([small("digits", "standardized"), small("digits", "standardized", (0.2,) * 5, 1)], "at one scale, got .*0.2"),
    ],
    ids=["none", "two"],
)
def test_scales_are_never_mixed(runs, says):
    """Two sizes or rates of one experiment in a file are two tables."""
    with pytest.raises(ValueError, match=says):
        error_curves(stored_as(*runs), "digits", "standardized")


def test_a_row_without_a_number_is_refused():
    """A mean of it would be no number either."""
    results = stored_as(small("digits", "standardized"))
    results.runs[small("digits", "standardized").key]["result"]["errors"]["tanh"] = [None]

    with pytest.raises(ValueError, match="results must hold numbers, but those of tanh outgrew float32"):
        error_curves(results, "digits", "standardized")


def test_versions_are_never_mixed():
    """A seed of another version of the library is no seed of this table."""
    results = stored_as(small("digits", "standardized"))
    results.add(small("digits", "standardized", seed=1), {"steps": [500], "errors": {}}, 1.0, {"xavier_lib": "2"})

    with pytest.raises(ValueError, match="must be made by one version of xavier_lib, got 1 and 2"):
        error_curves(results, "digits", "standardized")
