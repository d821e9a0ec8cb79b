"""Measurements that the answers of variants rest on: what a choice calls right is what an experiment finds."""

from functools import partial

import numpy as np
import pytest

from xavier_lib import glorot_uniform, he_normal
from xavier_lib.criticality import fixed_point
from xavier_lib.datasets import digits
from xavier_lib.exercises.numbers import criticality, gain, rectifiers, replay, symmetry, table
from xavier_lib.exercises.numbers.gated import LAYER, branch
from xavier_lib.gain import gain as gain_of
from xavier_lib.nn.mlp import MLP
from xavier_lib.rectifiers import through_convolutions
from xavier_lib.replay.figures2010 import weight_gradient_rms
from xavier_lib.symmetry import column_distance, constant
from xavier_lib.table import LEVEL, two_networks

DATA = digits()


def trained(network, *, epochs, batch_size, rate=0.1):
    """Return the network after some epochs on the digits."""
    for epoch in range(epochs):
        network.train_epoch(DATA.x_train, DATA.y_train, learning_rate=rate, batch_size=batch_size, rng=epoch)
    return network


@pytest.mark.parametrize("factor", replay.MEASURED)
def test_gradients_are_level_and_networks_learn_as_the_answer_says(factor):
    """With the batches of the chapter."""
    network = MLP((64,) * 6 + (10,), partial(glorot_uniform, gain=factor), rng=0)
    sizes = weight_gradient_rms(network, DATA.x_train, DATA.y_train)[1:]
    right = trained(network, epochs=3, batch_size=10).accuracy(DATA.x_test, DATA.y_test)

    level = "level" if sizes.max() < 1.5 * sizes.min() else "not level"
    assert f"{level}, {'learns' if right > 0.5 else 'does not learn'}" == replay.MEASURED[factor]


@pytest.mark.parametrize("setting", rectifiers.FAN.settings[3:6] + rectifiers.FAN.settings[9:12], ids=str)
def test_convolutions_leave_what_the_answer_says(setting):
    """The median of three seeds is nearest to the right one of three answers."""
    (first, last), channels = setting["ends"], setting["channels"]
    filters = [first] * 3 + [first // 2] * 2 + [2 * last] * 2 + [last] * 2
    found = np.median([through_convolutions(he_normal, filters, channels=channels, rng=seed)[1] for seed in range(3)])
    less, more = rectifiers.WORDS[first // last]
    shares = {less: (last / first) ** 0.5, rectifiers.STAYS: 1.0, more: (first / last) ** 0.5}

    assert min(shares, key=lambda word: abs(np.log(found / shares[word]))) == rectifiers.FAN.asks(**setting)["target"]


@pytest.mark.parametrize("setting", table.TWINS.settings, ids=str)
def test_two_networks_of_one_start_are_called_different_as_often_as_the_answer_says(setting):
    """In a thousand pairs."""
    rng = np.random.default_rng(0)
    quality = rng.normal(setting["error"] / 100, setting["scatter"] / 100, (1000, 2))
    errors = 100 * rng.binomial(setting["images"], quality) / setting["images"]
    called = np.mean([two_networks(a, b, test_images=setting["images"]) < LEVEL for a, b in errors])
    word = table.FEW if called < 0.02 else table.SOME if called < 0.1 else table.MANY

    assert called < 0.1 or called > 0.25
    assert word == table.TWINS.asks(**setting)["target"]


@pytest.mark.parametrize("setting", symmetry.LAYER.settings[:4], ids=str)
def test_a_random_layer_breaks_the_tie_as_the_answer_says(setting):
    """Each of the two, after the training of the worked answer."""
    apart = []
    for layer in (0, 1):
        shape, kind = (64, setting["units"], 10), setting["activation"]
        network = MLP(shape, partial(constant, value=setting["value"]), activation=kind)
        network.weights[layer] = MLP(shape, glorot_uniform, rng=0).weights[layer]
        apart.append(column_distance(trained(network, epochs=12, batch_size=32).weights[0]) > 0.1)

    assert apart[0]
    assert symmetry.LAYER.asks(**setting)["target"] == ("either one" if apart[1] else "the hidden one only")


@pytest.mark.parametrize("setting", LAYER.settings, ids=str)
def test_the_report_has_sizes_that_round_to_nothing_else(setting):
    """Each is exactly zero or between 0.6 and 1.4."""
    sizes = np.array(list(branch(**setting).values()))

    assert np.all((sizes == 0) | ((sizes > 0.6) & (sizes < 1.4)))


@pytest.mark.parametrize("setting", table.DIFFERENCE.settings, ids=str)
def test_the_smallest_difference_lies_at_the_level(setting):
    """By the test of the library."""
    half = table.DIFFERENCE.asks(**setting)["target"] / 2
    errors = setting["error"] - half, setting["error"] + half

    assert two_networks(*errors, test_images=setting["images"]) == pytest.approx(LEVEL, rel=0.01)


@pytest.mark.parametrize("setting", criticality.RELU.settings, ids=str)
def test_a_relu_network_settles_where_the_answer_says(setting):
    """By the map of the library."""
    assert fixed_point("relu", **setting) == pytest.approx(criticality.RELU.asks(**setting)["target"])


@pytest.mark.parametrize("setting", gain.THREE.settings, ids=str)
def test_the_gain_of_two_slopes_is_that_of_the_library(setting):
    """Which integrates the activation."""
    below = setting["below"]
    found = gain_of(lambda z: 3 * z if z > 0 else below * z).forward

    assert found == pytest.approx(gain.THREE.asks(**setting)["target"], rel=1e-6)
