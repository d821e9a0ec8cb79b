"""Numbers for the claims that the chapter on symmetry shows."""

from functools import partial
from itertools import product

import numpy as np

from xavier_lib import MLP, constant
from xavier_lib.datasets import digits
from xavier_lib.network import learning_curve
from xavier_lib.symmetry import column_distance, in_order

ROWS, TARGETS = [[0, 0], [1, 0], [0, 2], [1, 2]], [0, 1, 1, 0]
SHAPE = (64, 12, 10)


def three_units(steps: int) -> MLP:
    """Return a network of three equal tanh units after some steps on four rows."""
    network = in_order(MLP((2, 3, 2), partial(constant, value=0.5), activation="tanh"))
    for _ in range(steps):
        network.step(ROWS, TARGETS, learning_rate=0.5)
    return network


def first_unit() -> float:
    """Return the activation of the first unit at the inputs 1 and 2."""
    return three_units(0).forward(ROWS).activations[1][3, 0]


def outputs_after_one_step() -> float:
    """Return how far the weights into the two outputs are apart after one step."""
    network = three_units(0)
    network.step(ROWS, TARGETS, learning_rate=0.5)
    return abs(network.weights[1][:, 0] - network.weights[1][:, 1]).max()


def distance_of_trained_columns() -> float:
    """Return how far the hidden columns are apart after five thousand steps."""
    return column_distance(three_units(5001).weights[0])


def different_hidden_weights() -> float:
    """Return how many different numbers the six hidden weights are after five thousand steps."""
    return np.unique(three_units(5001).weights[0]).size


def constants_that_move() -> float:
    """Return how many of six constant starts have weights that move in every layer within two epochs."""
    moved = 0
    for value, activation in product((0, 0.5), ("tanh", "relu", "sigmoid")):
        network = MLP(SHAPE, partial(constant, value=value), activation=activation)
        learning_curve(network, digits(), epochs=2, learning_rate=0.1)
        moved += all((weights != value).any() for weights in network.weights)
    return moved


def accuracy_of_a_tied_layer() -> float:
    """Return the share of test digits that twelve equal units have right after twelve epochs."""
    tied = in_order(MLP(SHAPE, partial(constant, value=0.1)))
    return learning_curve(tied, digits(), epochs=12, learning_rate=0.1).accuracy[-1]
