"""Numbers for the claims that the chapter on networks shows."""

from functools import partial

from xavier_lib import MLP, naive_normal, naive_uniform
from xavier_lib.datasets import digits
from xavier_lib.network import learning_curve

FIVE = (64, 64, 64, 64, 64, 64, 10)


def epochs_of_the_naive_start() -> float:
    """Return how many epochs five tanh layers need from the naive start until nine in ten digits are right."""
    network = MLP(FIVE, naive_uniform, activation="tanh", rng=0)
    found = learning_curve(network, digits(), epochs=25, learning_rate=0.05).epochs_to(0.9)
    return float("inf") if found is None else found


def weights_of_five_layers() -> float:
    """Return how many weights a network of five hidden layers of 64 units has."""
    return sum(weights.size for weights in MLP(FIVE, naive_uniform).weights)


def lost_by_the_wide_start() -> float:
    """Return how much less accurate a wide start ends than a good one; both have learned the training images."""
    accuracies = []
    for std in (0.125, 0.5):
        network = MLP(FIVE, partial(naive_normal, std=std), rng=0)
        curve = learning_curve(network, digits(), epochs=30, learning_rate=0.05)
        assert curve.loss[-1] < 0.02
        accuracies.append(curve.accuracy[-1])
    return accuracies[0] - accuracies[1]
