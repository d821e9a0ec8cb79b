"""The error curves of table 1: rates from the stored sweep, rows side by side, on images that chose nothing."""

from pathlib import Path

import numpy as np
import pytest

from xavier_lib.replay.curves import CHOSEN, SETS, curves, curves_plan, sweep_plan, validated
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.results import read
from xavier_lib.replay.table1 import BATCH, ROWS, error
from xavier_lib.table import PAPER

SWEEP = read(Path(__file__).parents[2] / "results" / "curves.json")
NAMES = list(PAPER)


@pytest.mark.parametrize("kind", SETS, ids=" ".join)
def test_each_row_has_the_rate_with_the_lowest_validation_error_of_the_sweep(kind):
    """The smaller one of equals; a run that outgrew float32 is no candidate."""
    runs = [run for run in sweep_plan("book", 1) if (run.parameters["data"], run.parameters["pixels"]) == kind]
    ends = {run.parameters["rates"][0]: SWEEP[run]["errors"] for run in runs}
    best = [
        min((found[name][-1], rate) for rate, found in ends.items() if found[name][-1] is not None)[1] for name in NAMES
    ]

    assert tuple(best) == CHOSEN[kind]


def small(data, pixels, rates=(0.1,) * 5, seed=0):
    """Return a run of a second or less."""
    return Run.of("curves", seed, data=data, pixels=pixels, width=20, depth=2, steps=1000, rates=rates)


def test_a_row_learns_as_the_table_trains_it():
    """Same stream, same start, same rate: the error after the last step is that of the table's own run."""
    found = curves(small("digits", "standardized"))
    given = {"data": "digits", "activation": "tanh", "start": "normalized", "rate": 0.1}
    alone = error(Run.of("table1", 0, width=20, depth=2, steps=1000, **given))

    assert found["steps"] == [500, 1000]
    assert found["errors"]["tanh N"][-1] == alone["error"]
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
