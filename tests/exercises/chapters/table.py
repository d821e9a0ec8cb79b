"""Answers to the exercises of the chapter on Table 1."""

import statistics

import numpy as np

from xavier_lib.table import mean_and_error, welch


def asserts_welch(rows):
    assert np.mean(rows["tanh N"]) < np.mean(rows["tanh"])
    assert welch(rows["tanh"], rows["tanh N"]) < 0.005


def returns_an_answer(rows):
    return np.mean(rows["tanh N"]) < np.mean(rows["tanh"]) and welch(rows["tanh"], rows["tanh N"]) < 0.005


def bars_apart(rows):
    (high, up), (low, down) = (mean_and_error(rows[name]) for name in ("tanh", "tanh N"))
    assert len(rows["tanh"]) > 2
    assert high - low > 4 * (up**2 + down**2) ** 0.5


RIGHT = {
    "table-bar": [
        lambda errors: np.std(errors, ddof=1) / np.sqrt(len(errors)),
        lambda errors: np.float32(statistics.stdev(errors.tolist()) / len(errors) ** 0.5),
        lambda errors: [mean_and_error(errors)[1]],
    ],
    "table-chance": [83.33, 100 * 5 / 6, np.float32(83.3)],
    "table-difference": [1.76, 2.8070 * (2 * 0.27 * 0.73 / 10_000) ** 0.5 * 100, [1.77]],
    "table-twins": ["more than one pair in four", "More than one  pair in four"],
    "table-claim": [asserts_welch, returns_an_answer, bars_apart],
}

WRONG = {
    "table-bar": {
        "the missing root": [lambda errors: errors.var(ddof=1) / errors.size],
        "variance in place of standard deviation": [lambda errors: errors.var(ddof=1) / errors.size**0.5],
    },
    "table-difference": {
        "the factor 2 forgotten": [1.246],
        "variance in place of standard deviation": [0.01107],
    },
    "table-claim": {
        "a test that cannot fail": [lambda rows: len(rows["tanh"]) > 0, lambda rows: max(rows["tanh N"]) < 100],
        "a test that lets something wrong pass": [lambda rows: np.mean(rows["tanh N"]) < np.mean(rows["tanh"])],
        "a test that refuses correct weights": [lambda rows: rows["tanh N"][0] < rows["tanh"][0] - 1],
    },
}
