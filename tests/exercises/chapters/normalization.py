"""Answers to the exercises of the chapter on normalization."""

import numpy as np


def by_row(x, epsilon):
    return np.array([(row - np.mean(row)) / np.sqrt(np.var(row) + epsilon) for row in x])


def turned_around(x, epsilon):
    columns = np.asarray(x).T
    centred = columns - columns.mean(axis=0)
    return (centred / ((centred**2).mean(axis=0) + epsilon) ** 0.5).T


def in_place(x, epsilon):
    x -= x.mean(axis=1, keepdims=True)
    x /= np.sqrt((x**2).mean(axis=1, keepdims=True) + epsilon)
    return x


def by_column(x, epsilon):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon)


def by_variance(x, epsilon):
    return (x - x.mean(axis=1, keepdims=True)) / (x.var(axis=1, keepdims=True) + epsilon)


def by_jacobian(x, by_y):
    found = []
    for row, given in zip(x, by_y, strict=True):
        y = (row - row.mean()) / row.std()
        n = len(row)
        jacobian = (np.eye(n) - 1 / n - np.outer(y, y) / n) / row.std()
        found.append(jacobian @ given)
    return np.array(found)


def in_steps(x, by_y):
    centred = x - x.mean(axis=1, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    by_std = -(by_y * centred).sum(axis=1, keepdims=True) / std**2
    by_centred = by_y / std + by_std * centred / (std * x.shape[1])
    return by_centred - by_centred.mean(axis=1, keepdims=True)


def over_columns(x, by_y):
    return in_steps(np.asarray(x).T, np.asarray(by_y).T).T


RIGHT = {
    "normalization-factor": [25, 5**2, [25.0], 25.1],
    "normalization-longer": [1.54, np.sqrt(1 + 0.3**2) ** 10],
    "normalization-layer": [by_row, turned_around, lambda epsilon, x: by_row(x, epsilon).tolist()],
    "normalization-turn": [
        lambda rate, before, after: rate * after**2 / before**2,
        lambda after, rate, before: rate / (before / after) ** 2,
    ],
    "normalization-back": [by_jacobian, in_steps, lambda by_y, x: in_steps(x, by_y).tolist()],
}

WRONG = {
    "normalization-factor": {"the factor not squared": [5]},
    "normalization-longer": {"the missing root": [2.37]},
    "normalization-layer": {
        "the other axis": [by_column],
        "the missing root": [by_variance],
        "an argument changed in place": [in_place],
    },
    "normalization-turn": {"the factor not squared": [lambda rate, before, after: rate * after / before]},
    "normalization-back": {
        "the other axis": [over_columns],
        "the missing root": [lambda x, by_y: in_steps(x, by_y) / x.std(axis=1, keepdims=True)],
    },
}
