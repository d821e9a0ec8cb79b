"""Promises of the readout: the straight map of least squares, whatever the size of the signal and its mean."""

import numpy as np
import pytest

from xavier_lib.datasets import digits
from xavier_lib.nn.readout import read_out


def halves():
    """Return images and labels to fit and to judge."""
    data = digits()
    return data.x_train[:400], data.y_train[:400], data.x_test, data.y_test


def test_it_reads_the_digits():
    """A straight map from pixels recognizes more than four in five, and shuffled labels teach it nothing."""
    known, labels, new, wanted = halves()
    assert np.mean(read_out(known, labels, new) == wanted) > 0.8
    shuffled = np.random.default_rng(0).permutation(labels)
    assert np.mean(read_out(known, shuffled, new) == wanted) < 0.25


@pytest.mark.parametrize(("factor", "shift"), [(1e-9, 0.0), (1e6, 0.0), (1.0, 50.0), (1e-5, 3.0)])
def test_size_and_mean_do_not_count(factor, shift):
    """The labels are the same ones, but for ties that rounding breaks."""
    known, labels, new, _ = halves()
    plain = read_out(known, labels, new)
    assert np.mean(read_out(factor * known + shift, labels, factor * new + shift) == plain) > 0.99


def test_rows_are_not_standardized_unit_by_unit():
    """What the map gives is that of the normal equations with a column of ones."""
    rng = np.random.default_rng(0)
    known, new, labels = rng.standard_normal((60, 4)), rng.standard_normal((30, 4)), rng.integers(0, 3, 60)
    a, b = np.column_stack([known, np.ones(60)]), np.column_stack([new, np.ones(30)])
    weights = np.linalg.solve(a.T @ a, a.T @ np.eye(3)[labels])
    assert (read_out(known, labels, new) == (b @ weights).argmax(axis=1)).all()


@pytest.mark.parametrize(
    ("signal", "labels", "other", "message"),
    [
        ([[1.0], [2.0]], [0, 1], [[1.0, 2.0]], "other must have the width of signal"),
        ([1.0, 2.0], [0, 1], [[1.0]], "other must have the width of signal"),
        ([[1.0], [1.0]], [0, 1], [[1.0]], "signal must differ from row to row"),
        ([[1.0], [2.0]], [0], [[1.0]], "labels must"),
    ],
)
def test_bad_input_is_named(signal, labels, other, message):
    """The argument and what is accepted."""
    with pytest.raises(ValueError, match=message):
        read_out(signal, labels, other)
