"""Promises of the numbers that were measured, not computed: networks give them when they are measured again."""

from functools import partial

import numpy as np
import pytest

from xavier_lib import MLP, he_uniform, naive_normal
from xavier_lib.datasets import digits
from xavier_lib.diagnosis import diagnose
from xavier_lib.diagnosis.patients import inputs_of, mystery
from xavier_lib.exercises.numbers.diagnosis import LAYER, REMEDY
from xavier_lib.exercises.numbers.network import SLOW
from xavier_lib.exercises.numbers.signs import SIGNS
from xavier_lib.network import learning_curve
from xavier_lib.nn.signals import rms
from xavier_lib.symmetry import constant

DATA = digits()
X, Y = DATA.x_train[:100], DATA.y_train[:100]


def he(seed, depth=3):
    """Return a rectified network from He's start."""
    return MLP((64, *[64] * depth, 10), he_uniform, activation="relu", rng=seed)


def dead(bias, seed):
    """Return a rectified network of five layers, the third with biases far below zero."""
    return he(seed, 4).with_layer(2, bias=np.full(64, bias))


def drawn(start, activation):
    """Return a network of five layers from another start."""
    return MLP((64, *[64] * 4, 10), start, activation=activation, rng=0)


ILL = {
    "dead rectifiers": [dead(-12.0, 1), dead(-8.0, 1), dead(-5.0, 2)],
    "saturated": [drawn(partial(naive_normal, std=std), "tanh") for std in (0.8, 1.0, 1.5, 2.0)],
    "too small": [
        *(drawn(partial(naive_normal, std=std), "tanh") for std in (0.005, 0.01, 0.02)),
        drawn(partial(naive_normal, std=0.02), "relu"),
    ],
    "constant": [
        drawn(partial(constant, value=value), activation)
        for value, activation in ((0.03, "relu"), (0.03, "tanh"), (0.02, "sigmoid"), (1 / 64, "sigmoid"))
    ],
}


def told(number):
    """Return a number as a text tells it, to two digits."""
    return float(f"{number:.2g}")


@pytest.mark.parametrize("setting", SIGNS.settings[1:], ids=str)
def test_there_is_a_network_with_each_of_the_signs(setting):
    """What its third layer gets and gives, what the fourth one gets, the first loss, and whether units are alike."""
    signs = setting["signs"]
    sizes = [float(size) for size in (signs.gets, signs.gives, signs.after, signs.loss or told(np.log(10)))]
    assert sizes in [shown(network, alike=signs.illness == "constant") for network in ILL[signs.illness]]


def shown(network, *, alike):
    """Return the sizes at the third layer of a network and its first loss, after a look at its units."""
    record = network.forward(X)
    given = record.pre_activations[2]
    copies = [np.allclose(given[:, a], given[:, b]) for a in range(64) for b in range(a)]
    assert all(copies) if alike else not any(copies)
    after = [rms(values) for values in (record.activations[2], given, record.activations[3])]
    return [told(size) for size in (*after, network.loss(X, Y))]


@pytest.mark.parametrize("setting", REMEDY.settings, ids=str)
def test_there_is_a_network_with_each_report(setting):
    """One of five draws of it has the first loss, and where a rate is named, the loss after a step at that rate."""
    report = setting["report"]
    inputs = inputs_of("unscaled inputs", X)
    inputs = X if report.rms == "1.0" else inputs * float(report.rms) / rms(inputs)
    losses = []
    for network in map(he, range(5)):
        weights, bias = report.spread * network.weights[0], np.full(64, float(report.bias))
        ill = network.with_layer(0, weights=weights, bias=bias)
        first = ill.loss(inputs, Y)
        if report.rate:
            ill.step(inputs, Y, learning_rate=report.rate)
        losses.append((told(first), told(ill.loss(inputs, Y)) if report.rate else 0))
    assert (float(report.loss), report.after) in losses


@pytest.mark.parametrize("setting", REMEDY.settings, ids=str)
def test_each_report_has_one_number_out_of_place(setting):
    """The one that its remedy mends."""
    report = setting["report"]
    sizes = (float(report.rms) > 2, report.spread > 1, report.bias > 0, report.rate > 0)
    remedies = ("scale the inputs", "smaller weights", "other biases", "a smaller rate")
    assert [remedy for remedy, ill in zip(remedies, sizes, strict=True) if ill] == [report.remedy]


@pytest.mark.parametrize("setting", LAYER.settings, ids=str)
def test_the_diagnosis_names_the_sick_layer_of_each_mystery(setting):
    """In its first finding, as in the worked answer."""
    network, sick = mystery(setting["seed"], depth=setting["depth"])
    assert diagnose(network, X, Y).findings[0].layer == f"weights[{sick}]"


@pytest.mark.parametrize("setting", SLOW.settings, ids=str)
def test_a_start_crosses_as_many_layers_as_it_says(setting):
    """With one layer more it has not learned in time, and is about as far as the verdict says."""
    start = setting["start"]
    curves = []
    for hidden in (start.crosses, start.crosses + 1):
        network = MLP((64, *[start.units] * hidden, 10), partial(naive_normal, std=start.std), rng=0)
        curves.append(learning_curve(network, DATA, epochs=start.epochs, learning_rate=start.rate))
    assert [curve.epochs_to(0.9) is not None for curve in curves] == [True, False]
    assert 100 * curves[1].accuracy[-1] == pytest.approx(start.beyond[0], abs=2)
