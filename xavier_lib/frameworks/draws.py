"""Tells from the numbers alone what they were drawn from."""

import numpy as np

from xavier_lib.frameworks.stored import Array

ENOUGH = 1000  # of fewer numbers the largest does not say enough
ROWS = 8  # that are compared with each other, and tell an orthogonal matrix


def distribution_of(weights: Array) -> str:
    """Return the distribution that weights most likely come from, by how far the largest lies out.

    Uniform weights reach √3 = 1.73 standard deviations, truncated normal ones 2.27. That a thousand normal ones
    all lie within 2.4 has a probability below 10⁻⁷.

    >>> from xavier_lib import glorot_normal, glorot_uniform
    >>> shape = (64, 50)
    >>> [distribution_of(w) for w in (glorot_uniform(shape, rng=0), glorot_normal(shape, rng=0), np.zeros(shape))]
    ['uniform', 'normal', 'zeros']
    """
    if not weights.any():
        return "zeros"
    if np.ptp(weights) == 0:
        return "constant"
    if weights.size < ENOUGH:
        return "few numbers"
    if orthogonal(weights):
        return "orthogonal"
    spread = weights.std(dtype=np.float64)
    reach = float(np.abs(weights - weights.mean()).max() / spread)
    if reach < 1.9:
        return "uniform"
    if reach < 2.4:
        return "truncated normal"
    return "normal" if 2.5 < np.mean((weights / spread) ** 4, dtype=np.float64) < 3.5 else "another"


def orthogonal(weights: Array) -> bool:
    """Say whether the rows or the columns of a matrix are orthogonal to each other and equally long.

    >>> bool(orthogonal(np.eye(40)[:, ::-1])), bool(orthogonal(np.arange(1600.0).reshape(40, 40)))
    (True, False)
    """
    if weights.ndim != 2 or min(weights.shape) < ROWS:
        return False
    short = (weights if weights.shape[0] <= weights.shape[1] else weights.T)[:ROWS].astype(np.float64)
    products = short @ short.T
    return bool(np.allclose(products, products[0, 0] * np.eye(ROWS), atol=1e-4 * abs(products[0, 0])))
