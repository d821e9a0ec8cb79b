"""The exercises of the chapter on orthogonal weights: what a product does, the signs of QR, and a kernel's middle."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.cases import normal
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.orthogonal import RATIO
from xavier_lib.exercises.value import Value
from xavier_lib.nn.signals import rms
from xavier_lib.orthogonal import tempered

Array = NDArray[Any]


def signed(matrix: Array) -> Array:
    """Return the Q of the decomposition in which the diagonal of R is positive."""
    q, r = np.linalg.qr(matrix)
    return np.asarray(q * np.where(np.diagonal(r) < 0, -1, 1))


def unsigned(matrix: Array) -> Array:
    """Return Q as NumPy gives it."""
    return np.asarray(np.linalg.qr(matrix)[0])


def either_way(decompose: Any, matrix: Array, gain: float) -> Array:
    """Return weights of any shape, from the Q of the matrix or of its transpose."""
    tall = matrix.shape[0] >= matrix.shape[1]
    return np.asarray(gain * (decompose(matrix) if tall else decompose(matrix.T).T))


def in_the_middle(size: int, matrix: Array) -> Array:
    """Return a square kernel that is zero but for a matrix at its middle."""
    kernel = np.zeros((size, size, *matrix.shape))
    kernel[size // 2, size // 2] = matrix
    return kernel


def directions(weights: Array) -> tuple[Array, Array]:
    """Return the matrix with the same singular vectors whose singular values are all one, and the old ones."""
    u, values, vt = np.linalg.svd(weights, full_matrices=False)
    return u @ vt, values


def narrow(weights: Array) -> Array:
    """Return the singular vectors that have the shape of the matrix."""
    u, _, vt = np.linalg.svd(weights, full_matrices=False)
    return np.asarray(u if u.shape == weights.shape else vt)


EXERCISES = (
    Value(
        name="orthogonal-ratio",
        title="Two directions, twenty layers",
        stars=1,
        kind="derive",
        **RATIO.own,
        variants=RATIO,
    ),
    Formula(
        name="orthogonal-sign",
        title="A sign is missing",
        stars=2,
        kind="find",
        reference=lambda normal: signed(normal),
        cases=[{"normal": normal(shape, seed)} for seed, shape in enumerate(((4, 4), (6, 3), (5, 5)))],
        slips={
            "the signs forgotten": [lambda normal: unsigned(normal)],
            "another decomposition": [lambda normal: directions(normal)[0], lambda normal: narrow(normal)],
        },
        tolerance=1e-5,
    ),
    Formula(
        name="orthogonal-wide",
        title="Any shape, any gain",
        stars=2,
        kind="write",
        reference=lambda normal, gain: either_way(signed, normal, gain),
        cases=[
            {"normal": normal(shape, seed), "gain": gain}
            for seed, (shape, gain) in enumerate((((6, 3), 1.5), ((3, 7), 0.8), ((4, 4), 2.0)), 3)
        ],
        slips={
            "the signs forgotten": [lambda normal, gain: either_way(unsigned, normal, gain)],
            "the gain forgotten": [lambda normal, gain: either_way(signed, normal, 1)],
            "the gain squared": [lambda normal, gain: either_way(signed, normal, gain**2)],
            "another decomposition": [
                lambda normal, gain: gain * directions(normal)[0],
                lambda normal, gain: gain * narrow(normal),
            ],
        },
        tolerance=1e-5,
    ),
    Formula(
        name="orthogonal-kernel",
        title="A kernel with one matrix in it",
        stars=2,
        kind="write",
        reference=lambda size, matrix: in_the_middle(size, matrix),
        cases=[{"size": size, "matrix": normal((2, 3), size)} for size in (3, 5, 1)],
    ),
    Formula(
        name="orthogonal-even",
        title="Even out a draw",
        stars=3,
        kind="write",
        reference=lambda weights: tempered(weights, 0),
        cases=[{"weights": scale * normal(shape, 9)} for scale, shape in ((3, (4, 4)), (0.2, (6, 3)), (1, (2, 5)))],
        slips={
            "the sum in place of the mean": [lambda weights: np.linalg.norm(weights) * directions(weights)[0]],
            "the missing root": [lambda weights: rms(directions(weights)[1]) ** 2 * directions(weights)[0]],
        },
        tolerance=1e-5,
    ),
)
