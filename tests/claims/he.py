"""Numbers for the claims that the chapter on He's start shows, and one on its first name."""

from functools import partial

import numpy as np

from xavier_lib import MLP, glorot_std, glorot_uniform, he_normal, he_std, he_uniform
from xavier_lib.datasets import digits
from xavier_lib.network import learning_curve
from xavier_lib.nn.signals import activation_rms


def lead_after_five_epochs() -> float:
    """Return by how much ten ReLU layers from He's start are ahead of those from Xavier's, best of five epochs."""
    best = []
    for start in (glorot_uniform, he_uniform):
        network = MLP((64, *[64] * 10, 10), start, activation="relu", rng=0)
        best.append(learning_curve(network, digits(), epochs=5, learning_rate=0.05).accuracy.max())
    return best[1] - best[0]


def spread_for_300_inputs() -> float:
    """Return He's standard deviation for 300 inputs."""
    return he_std(300)


def signal_left_by_xavier() -> float:
    """Return the rms of the digits behind thirty ReLU layers under Xavier's start."""
    network = MLP((64, *[64] * 30, 10), glorot_uniform, activation="relu", rng=0)
    return activation_rms(network, digits().x_test)[-1]


def signal_by_outputs_alone() -> float:
    """Return the rms of noise behind 24 ReLU layers of 256 and 64 units, He's start by the outputs alone."""
    noise = np.random.default_rng(1).standard_normal((300, 64))
    network = MLP((64, *[256, 64] * 12, 64), partial(he_normal, mode="fan_out"), activation="relu", rng=0)
    return activation_rms(network, noise)[-1]


def ratio_to_xavier() -> float:
    """Return He's standard deviation over Xavier's for 64 inputs and 64 outputs."""
    return he_std(64) / glorot_std(64, 64)
