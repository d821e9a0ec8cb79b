"""Answers to the exercises of the chapter on residual networks."""

import numpy as np


def relu(z):
    return np.where(np.asarray(z) > 0, z, 0)


def by_row(x, first, last):
    return np.array([row + relu(relu(row) @ first) @ last for row in x])


def branch_alone(x, first, last):
    return relu(relu(x) @ first) @ last


def in_place(x, first, last):
    x += branch_alone(x, first, last)
    return x


def two_skips(x, first, last):
    return 2 * np.asarray(x) + branch_alone(x, first, last)


def by_jacobian(x, first, last, by_y):
    found = []
    for row, given in zip(x, by_y, strict=True):
        through = np.diag(row > 0) @ first @ np.diag(relu(row) @ first > 0) @ last
        found.append((np.eye(len(row)) + through) @ given)
    return np.array(found)


def in_steps(x, first, last, by_y):
    hidden = np.maximum(x, 0) @ first
    by_hidden = (by_y @ last.T) * (hidden > 0)
    return by_y + (by_hidden @ first.T) * (x > 0)


def no_skip(x, first, last, by_y):
    return in_steps(x, first, last, by_y) - by_y


def no_slopes(x, first, last, by_y):
    return by_y + by_y @ last.T @ first.T


RIGHT = {
    "residual-growth": [9.31, np.sqrt(1 + 0.5**2) ** 20, 1.25**10],
    "residual-adam": [[4, 0.25], (16**0.5, 16**-0.5), np.array([4.0, 0.25])],
    "residual-factor": [
        lambda blocks, growth: np.sqrt(growth ** (2 / blocks) - 1),
        lambda growth, blocks: np.expm1(2 * np.log(growth) / blocks) ** 0.5,
    ],
    "residual-layers": [
        lambda blocks, layers: blocks ** (-1 / (2 * layers - 2)),
        lambda layers, blocks: np.sqrt(1 / blocks) ** (1 / (layers - 1)),
    ],
    "residual-block": [by_row, lambda x, last, first: by_row(x, first, last).tolist()],
    "residual-back": [by_jacobian, in_steps, lambda by_y, x, first, last: in_steps(x, first, last, by_y).tolist()],
}

WRONG = {
    "residual-growth": {
        "the missing root": [86.7],
        "the factor not squared": [57.7],
        "the skip forgotten": [9.54e-7],
        None: [20],
    },
    "residual-adam": {"the missing root": [[16, 0.0625]], None: [[0.25, 4]]},
    "residual-factor": {
        "the missing root": [lambda blocks, growth: growth ** (2 / blocks) - 1],
        "the factor not squared": [lambda blocks, growth: growth ** (1 / blocks) - 1],
        None: [lambda blocks, growth: blocks**-0.5],
    },
    "residual-layers": {
        "one layer too many or too few": [lambda blocks, layers: blocks ** (-0.5 / layers)],
        "the missing root": [lambda blocks, layers: blocks ** (1 / (1 - layers))],
        None: [lambda blocks, layers: blocks**-0.5],
    },
    "residual-block": {
        "the skip forgotten": [branch_alone],
        "an argument changed in place": [in_place],
        None: [two_skips],
    },
    "residual-back": {"the skip forgotten": [no_skip], "the derivative forgotten": [no_slopes]},
}
