"""The exercises of the chapter on Table 1: an error bar, chance, and what counts as a difference."""

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.table import CHANCE, DIFFERENCE, TWINS
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.value import Choice, Value
from xavier_lib.table import mean_and_error

ERRORS = ([27.1, 26.4, 28.0, 27.3, 26.9], [1.4, 1.1, 1.9], [60.0, 64.0, 61.5, 58.2, 63.3, 66.1, 59.9])


def error_bar(errors: ArrayLike) -> float:
    """Return the standard error of the mean."""
    return mean_and_error(errors)[1]


def rows(standard: list[float], normalized: list[float]) -> dict[str, list[float]]:
    """Return test errors over seeds under the names of two rows."""
    return {"tanh": standard, "tanh N": normalized}


def right_for(error: float) -> str:
    """Return what a wrong error would mean."""
    if not 0 <= error <= 100:
        return f"An error lies between 0 and 100 %, and {error:.4g} does not."
    return f"Such a network would be right for {100 - error:.4g} % of the images."


EXERCISES = (
    Formula(
        name="table-bar",
        title="An error bar",
        stars=1,
        kind="write",
        reference=error_bar,
        cases=[{"errors": np.array(errors)} for errors in ERRORS],
        slips={
            "the missing root": [lambda errors: np.var(errors, ddof=1) / len(errors)],
            "variance in place of standard deviation": [lambda errors: np.var(errors, ddof=1) / len(errors) ** 0.5],
        },
    ),
    Value(
        name="table-chance",
        title="An error that needs no pixel",
        stars=1,
        kind="derive",
        tolerance=0.001,
        shows=right_for,
        **CHANCE.own,
        variants=CHANCE,
    ),
    Value(
        name="table-difference",
        title="How far apart?",
        stars=2,
        kind="derive",
        tolerance=0.02,
        **DIFFERENCE.own,
        variants=DIFFERENCE,
    ),
    Choice(
        name="table-twins",
        title="One start, two networks",
        stars=2,
        kind="predict",
        **TWINS.own,
        variants=TWINS,
    ),
    Repair(
        name="table-claim",
        title="A claim from one seed",
        stars=3,
        kind="repair",
        parameter="rows",
        right={
            "a wide gap over five seeds": rows([71.0, 69.5, 70.2, 72.1, 70.8], [66.0, 65.1, 67.2, 66.4, 65.9]),
            "a small gap that hardly scatters": rows([16.3, 16.2, 16.3, 16.4, 16.3], [16.0, 16.1, 16.0, 15.9, 16.0]),
            "a gap that the first seed hides": rows(
                [63.0, 68.8, 69.1, 69.4, 68.7, 69.0, 69.3, 68.9], [63.5, 62.9, 63.2, 62.7, 63.1, 63.4, 62.8, 63.0]
            ),
        },
        wrong={
            "one row twice": rows([66.0, 65.1, 67.2, 66.4, 65.9], [66.0, 65.1, 67.2, 66.4, 65.9]),
            "a gap the wrong way round": rows([66.0, 65.1, 67.2, 66.4, 65.9], [71.0, 69.5, 70.2, 72.1, 70.8]),
            "a gap that one lucky seed makes": rows([66.0, 65.1, 67.2, 66.4, 65.9], [51.0, 65.3, 67.0, 66.5, 65.8]),
            "a gap as small as the scatter": rows([66.0, 65.1, 67.2, 66.4, 65.9], [65.2, 64.6, 66.3, 65.8, 65.1]),
            "two seeds": rows([66.0, 68.0], [64.0, 62.0]),
        },
    ),
)
