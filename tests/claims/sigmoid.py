"""Numbers for the claims that the chapter on the sigmoid shows."""

from functools import partial

import numpy as np

from xavier_lib import ACTIVATIONS, MLP, glorot_uniform, naive_normal
from xavier_lib.datasets import digits
from xavier_lib.sigmoid import share_linear, share_saturated, tangent_distance

FIVE = (64, 32, 32, 32, 32, 32, 10)


def reach_of_the_tangent() -> float:
    """Return how far from zero the sigmoid keeps within a hundredth of its tangent."""
    z = np.linspace(0, 10, 10_001)
    return z[tangent_distance(z) < 0.01].max()


def gap_to_the_tangent() -> float:
    """Return the largest distance from the tangent up to one half on either side of zero."""
    return tangent_distance(np.linspace(-0.5, 0.5, 201)).max()


def far_below_zero() -> float:
    """Return the sigmoid of -6."""
    return ACTIVATIONS["sigmoid"].f(np.array(-6.0))


def share_on_the_straight_part() -> float:
    """Return the share of units behind small weights that digits leave on the straight part."""
    return share_linear(digits().x_test @ naive_normal((64, 32), std=0.01, rng=0))


def rank_of_linear_units() -> float:
    """Return the rank of 32 linear units behind four."""
    network = MLP((64, 4, 32, 10), glorot_uniform, activation="linear", rng=0)
    return np.linalg.matrix_rank(network.forward(digits().x_test).activations[2])


def median_gradient_of_saturated_units() -> float:
    """Return the median gradient of the first layer when weights are 64 times too wide."""
    network = MLP(FIVE, partial(glorot_uniform, gain=64), activation="sigmoid", rng=0)
    record = network.forward(digits().x_test)
    assert share_saturated(record.pre_activations[0]) > 0.9
    return np.median(abs(network.backward(record, np.ones_like(record.logits)).pre_activations[0]))


def best_spread() -> float:
    """Return the spread of the inputs at which most of them are neither straight nor flat."""
    normal = np.random.default_rng(0).standard_normal(20_000)
    spreads = np.geomspace(0.1, 30, 40)
    between = [1 - share_linear(spread * normal) - share_saturated(spread * normal) for spread in spreads]
    return spreads[np.argmax(between)]


def mean_of_the_fifth_layer() -> float:
    """Return the mean activation of the fifth sigmoid layer under Xavier's start."""
    network = MLP(FIVE, glorot_uniform, activation="sigmoid", rng=0)
    return network.forward(digits().x_test).activations[5].mean()
