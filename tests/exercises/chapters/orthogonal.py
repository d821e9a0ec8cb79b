"""Answers to the exercises of the chapter on orthogonal weights."""

import numpy as np

from xavier_lib.orthogonal import tempered


def by_gram_schmidt(normal):
    columns = []
    for column in normal.T:
        rest = column - sum((column @ other) * other for other in columns)
        columns.append(rest / np.linalg.norm(rest))
    return np.array(columns).T


def by_cholesky(matrix):
    return matrix @ np.linalg.inv(np.linalg.cholesky(matrix.T @ matrix)).T


def with_signs(normal):
    q, r = np.linalg.qr(normal)
    return q * np.sign(np.diagonal(r))


def decomposed_in_place(normal):
    q = with_signs(normal)
    normal[:] = q
    return normal


def turned(normal, gain):
    if normal.shape[0] < normal.shape[1]:
        return turned(normal.T, gain).T
    return gain * with_signs(normal)


def never_turned_signs(normal, gain):
    tall = normal if normal.shape[0] >= normal.shape[1] else normal.T
    q = np.linalg.qr(tall)[0]
    return gain * (q if tall is normal else q.T)


def listed(size, matrix):
    zero = np.zeros_like(matrix)
    middle = (size - 1) // 2
    return [[matrix if i == j == middle else zero for j in range(size)] for i in range(size)]


def padded(size, matrix):
    edge = size // 2
    return np.pad(matrix[None, None], ((edge, edge), (edge, edge), (0, 0), (0, 0)))


def overwriting(size, matrix):
    kernel = np.asarray(listed(size, matrix))
    matrix[:] = 0
    return kernel


def polar(weights):
    u, s, vt = np.linalg.svd(weights, full_matrices=False)
    return u @ (np.sqrt(np.mean(s**2)) * vt)


RIGHT = {
    "orthogonal-ratio": [59049, 3**10, np.sqrt(3.0) ** 20, [59049.0]],
    "orthogonal-sign": [with_signs, by_gram_schmidt, by_cholesky, lambda normal: by_gram_schmidt(normal).tolist()],
    "orthogonal-wide": [
        turned,
        lambda gain, normal: turned(normal, gain),
        lambda normal, gain: gain * (by_cholesky(normal) if len(normal) >= len(normal.T) else by_cholesky(normal.T).T),
    ],
    "orthogonal-kernel": [listed, padded, lambda matrix, size: padded(size, matrix)],
    "orthogonal-even": [
        polar,
        lambda weights: tempered(weights, 0),
        lambda w: polar(w) * np.linalg.norm(w) / np.linalg.norm(polar(w)),
    ],
}

WRONG = {
    "orthogonal-ratio": {
        "the missing root": [3**20, 3.0**20],
        "one layer too many or too few": [3**10.5, 3**9.5],
    },
    "orthogonal-sign": {
        "the signs forgotten": [lambda normal: np.linalg.qr(normal)[0], lambda normal: np.linalg.qr(normal).Q],
        "an argument changed in place": [decomposed_in_place],
    },
    "orthogonal-wide": {
        "the signs forgotten": [never_turned_signs],
        "the gain forgotten": [lambda normal, gain: turned(normal, 1)],
        "the gain squared": [lambda normal, gain: gain * turned(normal, gain)],
    },
    "orthogonal-kernel": {"an argument changed in place": [overwriting]},
    "orthogonal-even": {
        "the sum in place of the mean": [lambda w: polar(w) * min(w.shape) ** 0.5],
        "the missing root": [lambda w: polar(w) * np.linalg.norm(polar(w)) / min(w.shape) ** 0.5],
    },
}
