"""Numbers for the claims that the chapter on random and normal starts shows."""

import math
from functools import partial

import numpy as np

from xavier_lib import MLP, naive, naive_normal, naive_uniform, variance_scaling
from xavier_lib.datasets import digits
from xavier_lib.network import learning_curve

MILLION = (1000, 1000)
SIZES = (64, 64, 64, 64, 64, 64, 10)
TINY = partial(naive_normal, std=0.01)


def signal_left_at_width_20() -> float:
    """Return the rms of noise of rms 1 after five linear layers of twenty units."""
    page = {"widths": (20, 64, 150, 300, 600), "depths": (1, 5, 10, 20)}
    return naive.signal_map(naive_uniform, **page, activation="linear", rng=0)[1, 0]


def spread_of_ten_thousand_inputs() -> float:
    """Return the spread of sums over ten thousand inputs."""
    return naive.pre_activation_spread(naive_uniform, (2, 20, 200, 2000, 10_000), rng=0)[-1]


def variance_at_twenty_inputs() -> float:
    """Return twenty times the variance of the naive start."""
    return 20 * naive_uniform((20, 2000), rng=0).var()


def norm_at_four_hundred_inputs() -> float:
    """Return four hundred times the variance of the old norm for as many inputs."""
    return 400 * variance_scaling((400, 2000), scale=1 / 3, mode="fan_in", distribution="uniform", rng=0).var()


def draws_of_one_value() -> float:
    """Return how many of a million uniform draws are exactly 0.05."""
    return (naive_uniform(MILLION, rng=0) == 0.05).sum()


def density_ratio() -> float:
    """Return the normal density at zero over that at two standard deviations."""
    return naive.normal_density(0) / naive.normal_density(0.2)


def loss_from_a_small_variance() -> float:
    """Return the training loss of five tanh layers, ten epochs after N(0, 0.01²)."""
    return learning_curve(MLP(SIZES, TINY, rng=0), digits(), epochs=10, learning_rate=0.05, rng=0).loss[-1]


def spread_of_normal_draws() -> float:
    """Return the standard deviation of a million normal draws."""
    return naive_normal(MILLION, rng=0).std()


def share_outside() -> float:
    """Return the share of a million normal draws beyond one standard deviation, to half a thousandth."""
    drawn = (abs(naive_normal(MILLION, rng=0)) > 0.1).mean()
    exact = 1 - math.erf(1 / math.sqrt(2))
    assert abs(drawn - exact) < 0.002
    return exact


def ratio_of_variances() -> float:
    """Return the variance of normal draws over that of the uniform ones."""
    return naive_normal(MILLION, rng=0).var() / naive_uniform(MILLION, rng=0).var()


def different_units_with_zero_biases() -> float:
    """Return how many of 64 units differ from one another; none of their biases differs from zero."""
    network = MLP((64, 64, 10), naive_uniform, rng=0)
    assert not any(bias.any() for bias in network.biases)
    return np.unique(network.weights[0], axis=1).shape[1]


def best_without_a_sigmoid() -> float:
    """Return the highest accuracy that tanh, ReLU or softsign reach in ten epochs after N(0, 0.01²)."""
    networks = (MLP(SIZES, TINY, activation=name, rng=0) for name in ("tanh", "relu", "softsign"))
    return max(learning_curve(net, digits(), epochs=10, learning_rate=0.05).accuracy.max() for net in networks)
