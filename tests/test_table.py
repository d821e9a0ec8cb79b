"""Promises of xavier_lib.table: error bars, and when two rows count as different; and what its chapter claims."""

import math
from pathlib import Path

import numpy as np
import pytest

from xavier_lib.replay.curves import error_curves
from xavier_lib.replay.results import read
from xavier_lib.table import LEVEL, PAPER, mean_and_error, near_the_best, paired, two_networks, welch

STORED = read(Path(__file__).parent.parent / "results" / "curves.json")
RAW, STANDARDIZED = (error_curves(STORED, "shapeset", pixels) for pixels in ("raw", "standardized"))
DIGITS = error_curves(STORED, "digits", "standardized")


def test_the_papers_column_is_the_papers():
    """Two digits after the point, five rows; the normalized tanh row leads on the shapes by 11.55 points."""
    assert list(PAPER) == ["softsign", "softsign N", "tanh", "tanh N", "sigmoid"]
    assert min(PAPER, key=lambda row: PAPER[row][0]) == "tanh N"
    assert PAPER["tanh"][0] - PAPER["tanh N"][0] == pytest.approx(11.55)


# Error bars


def test_the_error_of_a_mean_falls_with_the_root_of_the_number_of_seeds():
    """Over 4000 draws of n errors the means scatter as much as the error bars say, for n = 4 and 25, within 5 %."""
    rng = np.random.default_rng(0)
    for count in (4, 25):
        found = np.array([mean_and_error(sample) for sample in rng.normal(20, 3, (4000, count))])
        assert found[:, 0].std() == pytest.approx(3 / count**0.5, rel=0.05)
        assert (found[:, 1] ** 2).mean() ** 0.5 == pytest.approx(3 / count**0.5, rel=0.05)


@pytest.mark.parametrize("values", [[3.0], [[1.0, 2.0], [3.0, 4.0]], 3.0])
def test_one_seed_has_no_error_bar(values):
    """Nothing scatters in one number, and a table of tables is no list."""
    with pytest.raises(ValueError, match="values must be a list of at least two numbers, got shape"):
        mean_and_error(values)


# Differences


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        ([1, 2, 3, 4, 5], [3, 4, 5, 6, 7], 0.0805163),  # t = 2, 8 degrees of freedom
        ([1, 3], [5, 7], 0.1055728),  # t = 2√2, 2 degrees: 1 - √(t² / (2 + t²))
        ([0, 2], [10, 10], math.atan(1 / 9) * 2 / math.pi),  # t = 9, 1 degree: Cauchy's distribution
        ([4, 4.5, 5], [5, 4.5, 4], 1.0),
    ],
)
def test_welchs_test_gives_the_values_of_students_distribution(first, second, p):
    """Known in closed form for few degrees of freedom; the sign of the difference does not count."""
    assert welch(first, second) == pytest.approx(p, rel=1e-5)
    assert welch(second, first) == pytest.approx(p, rel=1e-5)


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([1, 3], math.atan(0.5) * 2 / math.pi),  # t = 2, 1 degree of freedom: Cauchy's distribution
        ([-1, 2, 5], 1 - (4 / 3 / (2 + 4 / 3)) ** 0.5),  # t² = 4/3, 2 degrees: 1 - √(t² / (2 + t²))
        ([-1, 1], 1.0),
    ],
)
def test_the_paired_test_gives_the_values_of_students_distribution(differences, p):
    """Known in closed form for few degrees of freedom; what both rows share drops out."""
    shared = np.array([50.0, 70.0, 20.0])[: len(differences)]

    assert paired(shared + differences, shared) == pytest.approx(p, rel=1e-5)
    assert paired(shared, shared + differences) == pytest.approx(p, rel=1e-5)


def test_pairs_see_what_independent_samples_hide():
    """Rows that rise and fall together by points, and differ by half a point: only the paired test tells them apart."""
    luck, scatter = np.array([-4.0, 3.0, 0.0, 2.0, -1.0]), np.array([0.1, -0.1, 0.0, 0.05, -0.05])
    first, second = 60 + luck, 60.5 + luck + scatter

    assert paired(first, second) < LEVEL < 0.5 < welch(first, second)


def test_independent_rows_pass_the_paired_test_as_often_as_the_level_says():
    """At 0.05, 4000 pairs of five seeds: within four standard errors of the share."""
    rng = np.random.default_rng(3)
    found = np.mean([paired(*pair) < 0.05 for pair in rng.normal(60, 1, (4000, 2, 5))])

    assert found == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 4000) ** 0.5)


def test_equal_starts_are_called_different_as_often_as_the_level_says():
    """At 0.05, 4000 pairs of five seeds, one scattering three times as much: 5 % within four standard errors or less.

    With so few seeds Welch's test errs on the safe side; a test that takes the normal distribution says 10 %.
    """
    rng = np.random.default_rng(1)
    pairs = zip(rng.normal(0, 1, (4000, 5)), rng.normal(0, 3, (4000, 5)), strict=True)
    found = np.mean([welch(a, b) < 0.05 for a, b in pairs])

    assert 0.03 < found < 0.05 + 4 * (0.05 * 0.95 / 4000) ** 0.5


def test_the_test_of_two_networks_counts_images_and_no_seeds():
    """Over 3000 draws of the images networks of equal quality differ as often as the level says, and not more."""
    rng = np.random.default_rng(2)
    errors = rng.binomial(2000, 0.3, (3000, 2)) / 20
    found = np.mean([two_networks(*pair, test_images=2000) < 0.05 for pair in errors])

    assert found == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 3000) ** 0.5)


def test_more_test_images_make_a_difference_surer():
    """One point at 27 % is nothing on a thousand images, and enough for the paper's level on a hundred thousand."""
    p = [two_networks(27.0, 28.0, test_images=images) for images in (1_000, 10_000, 100_000)]

    assert p == sorted(p, reverse=True)
    assert p[0] > 0.5 > LEVEL > p[2]


@pytest.mark.parametrize(("first", "second"), [(-1, 5), (5, 101), (0, 0), (100, 100)])
def test_errors_that_are_no_shares_are_refused(first, second):
    """Nothing scatters where every image is right; below 0 and above 100 % there are no errors."""
    with pytest.raises(ValueError, match="first and second must lie between 0 and 100 %"):
        two_networks(first, second, test_images=100)


@pytest.mark.parametrize(("first", "second"), [(0, 5), (100, 95), (0, 100)])
def test_one_network_may_be_right_or_wrong_everywhere(first, second):
    """The ends are errors like others; only two at one end do not scatter."""
    assert 0 <= two_networks(first, second, test_images=100) < 0.05


def test_samples_that_do_not_scatter_are_refused():
    """Their test would divide by zero."""
    for test, second in ((welch, [3, 3]), (paired, [3, 3, 3])):
        with pytest.raises(ValueError, match="nothing scatters"):
            test([2, 2, 2], second)


def test_the_best_row_is_starred_and_whatever_does_not_differ_from_it():
    """A row that scatters widely may stay near the best though its mean is far off; a level of 1 stars one row."""
    rows = {"far": [9.0, 9.2, 8.9], "best": [1.0, 1.1, 0.9], "wild": [1.0, 9.0, 5.0]}

    assert near_the_best(rows) == ["best", "wild"]
    assert near_the_best(rows, level=1.0) == ["best"]


# What the chapter claims


def gaps(curves, first, second, step):
    """Return the differences of two rows at a step, seed by seed."""
    at = curves.steps.index(step)
    return curves.errors[first][:, at] - curves.errors[second][:, at]


@pytest.mark.parametrize("curves", [RAW, STANDARDIZED], ids=["raw", "standardized"])
@pytest.mark.parametrize("activation", ["softsign", "tanh"])
def test_on_shapes_the_normalized_start_is_ahead_at_20_000_steps_for_every_seed(curves, activation):
    """With the two starts exchanged it does not hold."""
    assert gaps(curves, activation, f"{activation} N", 20_000).min() > 0


@pytest.mark.parametrize("curves", [RAW, STANDARDIZED], ids=["raw", "standardized"])
def test_softsigns_gap_is_gone_at_the_end(curves):
    """Less than two points for each seed, where it was more on average at 40 000 steps."""
    assert abs(gaps(curves, "softsign", "softsign N", 160_000)).max() < 2
    assert gaps(curves, "softsign", "softsign N", 40_000).mean() > 2


def test_the_side_that_tanh_is_on_depends_on_the_pixels():
    """With raw ones the normalized start ends ahead, with standardized ones the old start, for every seed."""
    assert gaps(RAW, "tanh", "tanh N", 160_000).min() > 0
    assert gaps(STANDARDIZED, "tanh", "tanh N", 160_000).max() < 0


def test_on_digits_all_rows_end_alike():
    """The sigmoid leaves chance after the others, and all five carry a star in the end."""
    at = {
        step: {row: errors[:, DIGITS.steps.index(step)] for row, errors in DIGITS.errors.items()}
        for step in (5000, 160_000)
    }

    assert near_the_best(at[5000]) == list(PAPER)[:4]
    assert near_the_best(at[160_000]) == list(PAPER)


def test_the_numbers_of_the_paper_are_those_of_its_table():
    """Glorot and Bengio (2010), table 1, the columns Shapeset-3×2 and MNIST, read from the paper."""
    assert [PAPER[row][0] for row in ("softsign", "softsign N", "tanh", "tanh N", "sigmoid")] == [
        16.27, 16.06, 27.15, 15.60, 82.61,
    ]  # fmt: skip
    assert [PAPER[row][1] for row in ("softsign", "softsign N", "tanh", "tanh N", "sigmoid")] == [
        1.64, 1.72, 1.76, 1.64, 2.21,
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e-81, 1e80, 1e200, 1e307])
def test_the_statistics_do_not_depend_on_the_size_of_the_errors(size):
    """Squares and fourth powers of these do not fit float64; near 1e-320 a number has few digits left."""
    first, second = np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0, 9.0])
    rel = 1e-12 if size > 1e-300 else 1e-2

    for test in (welch, paired):
        assert test(size * first, size * second) == pytest.approx(test(first, second), rel=rel)
    assert np.divide(mean_and_error(size * first), size) == pytest.approx(mean_and_error(first), rel=rel)


def test_errors_of_opposite_ends_have_a_mean_and_an_error():
    """Their difference does not fit float64, half of it does."""
    assert mean_and_error([1.7e308, -1.7e308]) == (0.0, pytest.approx(1.7e308))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: welch([1.0], [1.0, 2.0]), "first must be a list of at least two numbers"),
        (lambda: welch([1.0, 2.0], [[1.0, 2.0]]), "second must be a list of at least two numbers"),
        (lambda: near_the_best({"a": [1.0, 2.0], "b": [1.0]}), r"rows\['b'\] must be a list of at least two numbers"),
        (lambda: paired([1.0, 2.0], [1.0, 2.0, 4.0]), "first and second must hold a number for each of the same seeds"),
        (
            lambda: near_the_best({"a": [1, 1], "b": [2, 2]}),
            r"rows\['b'\] and rows\['a'\] must not differ",
        ),
        (lambda: two_networks(np.nan, 1.0, test_images=9), "first must be a finite number"),
        (lambda: two_networks(1.0, 101, test_images=9), "first and second must lie between 0 and 100 %"),
    ],
)
def test_an_error_names_the_sample(call, message):
    """Each by the name under which it was given."""
    with pytest.raises(ValueError, match=message):
        call()
