"""Promises of xavier_lib.network: how a network learns, epoch by epoch."""

import math

import numpy as np
import pytest

from xavier_lib import MLP, constant, glorot_uniform
from xavier_lib.datasets import Digits, digits
from xavier_lib.network import LearningCurve, learning_curve

RNG = np.random.default_rng(30)
#: Two classes that a line divides: small enough to train in no time.
TOY = Digits(*(part for x in RNG.standard_normal((2, 40, 3)) for part in (x, (x[:, 0] > 0).astype(int))))


def network(rng=31):
    return MLP((3, 5, 2), glorot_uniform, rng=rng)


def test_a_curve_starts_before_training_and_has_one_entry_an_epoch():
    """Entry 0 is the untrained network: its loss on the training set, its accuracy on the test set, in all bits."""
    made = network()
    loss, accuracy = made.loss(TOY.x_train, TOY.y_train), made.accuracy(TOY.x_test, TOY.y_test)

    curve = learning_curve(made, TOY, epochs=4, learning_rate=0.1)
    assert curve.loss.shape == curve.accuracy.shape == (5,)
    assert (curve.loss[0], curve.accuracy[0]) == (loss, accuracy)


def test_a_curve_is_that_of_the_network_trained_in_place():
    """The last entry describes the network as it is now, and each epoch is one of MLP.train_epoch, in all bits."""
    made, again = network(), network()
    curve = learning_curve(made, TOY, epochs=3, learning_rate=0.2, batch_size=7, rng=5)

    assert curve.loss[-1] == made.loss(TOY.x_train, TOY.y_train)
    assert curve.accuracy[-1] == made.accuracy(TOY.x_test, TOY.y_test)
    shuffles = np.random.default_rng(5)
    for epoch in (1, 2, 3):
        again.train_epoch(TOY.x_train, TOY.y_train, learning_rate=0.2, batch_size=7, rng=shuffles)
        assert curve.loss[epoch] == again.loss(TOY.x_train, TOY.y_train)
        assert curve.accuracy[epoch] == again.accuracy(TOY.x_test, TOY.y_test)


def test_the_same_seed_gives_the_same_curve():
    """Without a seed of one's own the order of rows is that of seed 0, so that a chapter's numbers hold."""
    curves = [learning_curve(network(), TOY, epochs=3, learning_rate=0.2, rng=rng).loss.tolist() for rng in (0, 0, 1)]

    assert curves[0] == curves[1] != curves[2]
    assert learning_curve(network(), TOY, epochs=3, learning_rate=0.2).loss.tolist() == curves[0]


def test_the_digits_are_learned_from_a_good_start_and_not_from_a_constant_one():
    """On the real digits five epochs take a Glorot start past 90 %; zeros start at ln 10 and stay near chance.

    The bands leave room for other processors: over twenty seeds the one ended at 96 to 98 %, the other at 8 %.
    """
    data = digits()
    good = learning_curve(MLP((64, 32, 10), glorot_uniform, rng=0), data, epochs=5, learning_rate=0.1)
    equal = MLP((64, 32, 10), lambda shape, **rest: constant(shape, 0.0, **rest))

    assert good.accuracy[-1] > 0.9
    curve = learning_curve(equal, data, epochs=5, learning_rate=0.1)
    assert curve.loss[0] == pytest.approx(math.log(10), rel=1e-12)
    assert curve.accuracy[-1] < 0.2


@pytest.mark.parametrize(
    ("goal", "epoch"), [(0.05, 0), (0.1, 0), (0.11, 1), (0.6, 1), (0.9, 3), (0.91, None), (2, None)]
)
def test_epochs_to_is_the_first_epoch_that_reaches_the_goal(goal, epoch):
    """The accuracies are .1 .6 .5 .9: reaching counts, a later fall does not, and what is never reached is None."""
    assert LearningCurve(np.zeros(4), np.array([0.1, 0.6, 0.5, 0.9])).epochs_to(goal) == epoch


@pytest.mark.parametrize(("goal", "error"), [(np.nan, ValueError), ("0.9", TypeError), (None, TypeError)])
def test_a_goal_that_is_no_number_is_refused(goal, error):
    """NaN is never reached, so it would look like a network that failed."""
    with pytest.raises(error, match="accuracy must be a finite number, got"):
        LearningCurve(np.zeros(2), np.ones(2)).epochs_to(goal)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": 2.5}, TypeError, "epochs must be a whole number, got 2.5"),
        ({"epochs": "3"}, TypeError, "epochs must be a whole number, got '3'"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be a positive finite number, got 0"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate must be a positive finite number, got -1.0"),
        ({"learning_rate": np.nan}, ValueError, "learning_rate must be a finite number, got nan"),
        ({"learning_rate": "fast"}, TypeError, "learning_rate must be a finite number, got 'fast'"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
        ({"batch_size": 8.0}, TypeError, "batch_size must be a whole number, got 8.0"),
        ({"rng": -1}, ValueError, "rng must be a numpy Generator, a non-negative int seed or None, got -1"),
        ({"rng": "0"}, TypeError, "rng must be a numpy Generator, a non-negative int seed or None, got '0'"),
        ({"network": "MLP"}, TypeError, "network must be an MLP, got 'MLP' \\(str\\)"),
        ({"digits": (1, 2)}, TypeError, "digits must be a Digits, got \\(1, 2\\) \\(tuple\\)"),
        ({"network": MLP((4, 2), glorot_uniform)}, ValueError, r"x must have shape \(rows, 4\), got \(40, 3\)"),
        ({"network": MLP((3, 1), glorot_uniform)}, ValueError, "y must hold labels from 0 to 0, got 0 to 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    """The error names the argument, its value and what is accepted, before the network has changed."""
    made = network()
    before = made.weights[0].tolist()
    with pytest.raises(error, match=message):
        learning_curve(**{"network": made, "digits": TOY, "epochs": 2, "learning_rate": 0.1} | arguments)
    assert made.weights[0].tolist() == before


def test_training_that_runs_away_is_an_error_with_advice():
    """The curve has no NaN in it: the error says to take a smaller rate."""
    made = MLP((3, 5, 2), glorot_uniform, activation="relu", rng=0)
    with pytest.raises(FloatingPointError, match="take smaller weights or a smaller learning_rate"):
        learning_curve(made, TOY, epochs=50, learning_rate=1e200)
