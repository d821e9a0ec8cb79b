"""Promises of xavier_lib.calibration: unit variance on the batch, whatever the start, and nothing else changed."""

import math
from functools import partial

import numpy as np
import pytest

from xavier_lib import MLP, constant, glorot_normal, lsuv, naive_normal, orthogonal
from xavier_lib.calibration import spread
from xavier_lib.datasets import digits
from xavier_lib.sigmoid import offset_and_variation

X = digits().x_train[:256]
SIZES = (64, 30, 40, 30, 10)
each_activation = pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "sigmoid", "softsign"])


def drawn(std=0.02, activation="relu", sizes=SIZES, dtype=float):
    """Return a network from normal weights of one spread."""
    return MLP(sizes, partial(naive_normal, std=std), activation=activation, rng=3, dtype=dtype)


def variances(network, x=X):
    """Return the variance of each layer's pre-activations over rows and units."""
    return np.array([z.var() for z in network.forward(x).pre_activations])


# What is reached


@each_activation
@pytest.mark.parametrize(("dtype", "close"), [(np.float32, 1e-4), (float, 1e-12)])
@pytest.mark.parametrize("center", [False, True])
def test_every_layer_has_unit_variance_on_the_batch(activation, dtype, close, center):
    """Zero biases make a layer linear in its weights, so one step is exact but for the rounding of the dtype."""
    found = lsuv(drawn(activation=activation, dtype=dtype), X, center=center)

    assert found.dtype == dtype
    assert variances(found) == pytest.approx(np.ones(4), rel=close)


@pytest.mark.parametrize("center", [False, True])
def test_one_try_is_enough_where_the_biases_are_zero(center):
    """The outputs grow in proportion to the weights, and a bias that took a mean away is scaled with them."""
    found = lsuv(drawn(activation="sigmoid"), X, tries=1, center=center)

    assert variances(found) == pytest.approx(np.ones(4))
    assert not center or np.abs(offset_and_variation(found, X)[0]).max() < 1e-12


def test_the_logits_are_scaled_too():
    """The last layer is one of them: before, its variance is off by orders of magnitude."""
    network = drawn()

    assert variances(network)[-1] < 1e-4
    assert variances(lsuv(network, X))[-1] == pytest.approx(1)


@each_activation
def test_the_layers_come_in_turn(activation):
    """A layer is measured behind layers that are scaled already, so each factor is that of its own batch of inputs."""
    network = drawn(activation=activation)
    rows, found = X, lsuv(network, X)
    for layer, weights in enumerate(network.weights):
        scaled = weights / (rows @ weights).std()
        assert found.weights[layer] == pytest.approx(scaled, rel=1e-10)
        rows = network.activation.f(rows @ scaled)


@pytest.mark.parametrize("std", [1e-3, 1.0, 1e6])
def test_the_spread_of_the_start_does_not_matter(std):
    """Only the directions of the draw are left: a start of another spread, from the same seed, ends at the same."""
    ours, theirs = lsuv(drawn(std=std), X), lsuv(drawn(std=0.02), X)

    for a, b in zip(ours.weights, theirs.weights, strict=True):
        assert a == pytest.approx(b, rel=1e-9)


def test_a_shift_of_the_units_is_taken_away_by_the_biases():
    """With center each unit's mean over the batch is zero but for rounding; without, more than half of it is offset."""
    network = drawn(activation="sigmoid")
    plain, centered = (offset_and_variation(lsuv(network, X, center=center), X) for center in (False, True))

    assert np.abs(centered[0]).max() < 1e-12
    assert (plain[0][1:] > plain[1][1:]).all()


@pytest.mark.parametrize("center", [False, True])
def test_biases_that_are_there_are_taken_into_account(center):
    """The variance is that of all pre-activations; biases do not scale with the weights, so it takes several steps."""
    network = drawn(std=0.3)
    for layer in range(4):
        bias = np.random.default_rng(layer).normal(0, 0.5, SIZES[layer + 1])
        network = network.with_layer(layer, bias=bias)

    assert variances(lsuv(network, X, center=center)) == pytest.approx(np.ones(4), abs=0.1)
    assert variances(lsuv(network, X, center=center, tolerance=1e-6, tries=200)) == pytest.approx(np.ones(4), abs=1e-6)


# What is left alone


def test_the_network_given_stays_as_it_is():
    """Nothing is changed in place, and nothing is shared."""
    network = drawn()
    before = [weights.copy() for weights in network.weights]
    found = lsuv(network, X)
    found.weights[0][:] = 0

    assert all(np.array_equal(a, b) for a, b in zip(before, network.weights, strict=True))
    assert all(not bias.any() for bias in network.biases)


@each_activation
def test_without_center_the_biases_stay_zero(activation):
    """Only weights are scaled, each layer's by one positive number, so directions and signs are those of the draw."""
    network = drawn(activation=activation)
    found = lsuv(network, X)

    for before, after, bias in zip(network.weights, found.weights, found.biases, strict=True):
        ratio = after / before
        assert ratio.min() > 0
        assert ratio == pytest.approx(np.full_like(ratio, ratio.flat[0]), rel=1e-10)
        assert not bias.any()


def test_without_center_biases_that_are_there_stay():
    """The paper scales the weights alone."""
    network = drawn().with_layer(1, bias=np.linspace(-1, 1, 40))

    assert np.array_equal(lsuv(network, X).biases[1], network.biases[1])


def test_what_lies_within_the_tolerance_is_not_touched():
    """The paper's loop ends as soon as the variance is near enough."""
    network = lsuv(drawn(), X)
    near = network.with_layer(3, weights=1.02 * network.weights[3])

    assert np.array_equal(lsuv(near, X).weights[3], near.weights[3])
    assert lsuv(near, X, tolerance=0.01).weights[3] == pytest.approx(network.weights[3])


def test_orthonormal_weights_stay_orthogonal():
    """The paper's own start: a number times an orthogonal matrix keeps all singular values equal."""
    network = MLP((64, 64, 64, 10), orthogonal, activation="relu", rng=0)
    for weights in lsuv(network, X).weights:
        values = np.linalg.svd(weights, compute_uv=False)
        assert values == pytest.approx(np.full(len(values), values[0]))


# Numbers of any size


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1e30, 1e160])
def test_weights_of_any_size_are_measured(size):
    """The square of such a size does not fit float64, and its spread does."""
    network = MLP((64, 10), partial(naive_normal, std=size), rng=0)

    assert variances(lsuv(network, X)) == pytest.approx([1])


def test_spread_is_the_standard_deviation():
    """Over all entries, with a mean that counts not; 1 and 3 have the mean 2 and lie one from it."""
    assert spread(np.array([[1.0, 3.0], [3.0, 1.0]])) == pytest.approx(1)
    assert spread(np.zeros((2, 2))) == 0
    assert spread(np.full((2, 3), 0.7, np.float32)) == pytest.approx(0, abs=1e-7)


def test_for_relu_the_measured_gain_is_near_he_s():
    """He's gain √2 keeps the second moment, and the variance that is asked for here counts the units' means as well.

    The mean of the measured gains over layers of 400 units differed from √2 by 0.4 to 4.6 % over eight seeds; the gain
    of a linear layer is 29 % away.
    """
    sizes = (64, *[400] * 6, 10)
    network = lsuv(MLP(sizes, glorot_normal, activation="relu", rng=0), X)
    gains = [weights.std() * math.sqrt(len(weights)) for weights in network.weights[1:-1]]

    assert np.mean(gains) == pytest.approx(math.sqrt(2), rel=0.1)


# What is refused


def test_outputs_that_do_not_vary_are_refused():
    """A layer of zeros has no scale, and neither has one row through tied units."""
    zeros = MLP(SIZES, partial(constant, value=0.0), rng=0)
    with pytest.raises(ValueError, match="x must give outputs that vary at every layer, got variance 0 at layer 1"):
        lsuv(zeros, X)
    with pytest.raises(ValueError, match="at layer 2"):
        lsuv(drawn().with_layer(1, weights=np.zeros((30, 40))), X)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"network": "he"}, TypeError, "network must be"),
        ({"x": "digits"}, TypeError, "x must be"),
        ({"x": X[:, :5]}, ValueError, "x must have"),
        ({"x": X + np.nan}, ValueError, "x must be"),
        ({"tolerance": 0.0}, ValueError, "tolerance must be a positive finite number, got 0.0"),
        ({"tolerance": "0.1"}, TypeError, "tolerance must be"),
        ({"tries": 0}, ValueError, "tries must be a whole number of at least 1, got 0"),
        ({"tries": 1.5}, TypeError, "tries must be"),
        ({"center": 1}, TypeError, "center must be True or False, got 1"),
    ],
)
def test_bad_input_is_named(wrong, error, message):
    """The argument, the value that it got, and what it accepts."""
    given = {"network": drawn(), "x": X, **wrong}
    with pytest.raises(error, match=message):
        lsuv(given.pop("network"), given.pop("x"), **given)


def test_an_overflow_is_no_number():
    """Where a pass outgrows float32, nothing is returned."""
    network = MLP((64, 5, 10), naive_normal, activation="linear", rng=0, dtype=np.float32)
    with pytest.raises(FloatingPointError):
        lsuv(network.with_layer(0, weights=np.full((64, 5), 1e38, np.float32)), 100 * X)
