"""Numbers for the claims that the chapter on fans shows."""

import numpy as np

from xavier_lib import glorot_limit, variance_scaling


def forward_factor_by_outputs_alone() -> float:
    """Return what weights by the outputs alone make of the forward variance from 400 units to 50."""
    return 400 * variance_scaling((400, 50), scale=1.0, mode="fan_out", distribution="uniform", rng=0).var()


def limit_at_1280_outputs() -> float:
    """Return the limit for 400 inputs and 1280 outputs."""
    return glorot_limit(400, 1280)


def backward_sum() -> float:
    """Return the mean square of gradients of rms 1 after weights of variance 1 from 400 units to 50."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((400, 50))
    rng.standard_normal((1000, 400))  # the inputs of the page
    return np.mean((rng.standard_normal((1000, 50)) @ weights.T) ** 2)
