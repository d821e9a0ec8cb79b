"""Promises of xavier_lib.nn.signals: the size of a signal, layer by layer."""

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, glorot_normal
from xavier_lib.nn.signals import activation_rms, gradient_rms, rms

X = np.random.default_rng(20).standard_normal((30, 6))


def network(activation="tanh", sizes=(6, 9, 7, 4)):
    return MLP(sizes, glorot_normal, activation=activation, rng=21)


def identity(width, layers, scale):
    """Return a linear network each of whose layers multiplies by a scale."""
    sizes = (width,) * (layers + 1)
    return MLP(sizes, lambda shape, **_: scale * np.eye(*shape), activation="linear")


def test_rms_is_the_root_of_the_mean_square():
    """By hand: the squares of 1, 2, 2, 4, 5 have the mean 10."""
    assert rms([1, -2, 2, -4, 5]) == 10**0.5


def test_rms_keeps_the_mean_in():
    """A constant signal of 3 has size 3, though its standard deviation is 0; its shape does not matter."""
    assert rms(np.full((4, 5), -3.0)) == 3


def test_rms_of_nothing_but_zeros_is_zero():
    """A dead layer has size 0, and no warning of a division."""
    assert rms([0.0, 0.0]) == 0


@pytest.mark.parametrize("scale", [5e-324, 1e-200, 1e-160, 1.0, 1e160, 1.7e308])
def test_rms_follows_a_signal_however_small_or_large(scale):
    """Where squares would round to 0 or overflow the rms is still right; 1e-15 is rounding."""
    assert rms([scale, -scale, scale]) == pytest.approx(scale, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([], ValueError, r"values must be a non-empty array of finite numbers, got shape \(0,\)"),
        ([1, np.nan], ValueError, r"values must be .* finite numbers, got nan at index \(1,\)"),
        ([[1, 2], [np.inf, 2]], ValueError, r"values must be .* finite numbers, got inf at index \(1, 0\)"),
        (["1"], TypeError, "values must be a non-empty array of finite numbers, got"),
        (None, TypeError, "values must be a non-empty array of finite numbers, got None"),
    ],
)
def test_what_has_no_size_is_refused(values, error, message):
    """The error names the argument and the first place that is no number."""
    with pytest.raises(error, match=message):
        rms(values)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_activation_rms_is_that_of_the_input_and_each_hidden_layer(activation):
    """Computed once more from the weights, layer by layer; the logits are no activations. 1e-12 is rounding."""
    made = network(activation)
    hidden = made.activation.f(X @ made.weights[0])
    deeper = made.activation.f(hidden @ made.weights[1])

    expected = [(values**2).mean() ** 0.5 for values in (X, hidden, deeper)]
    assert activation_rms(made, X) == pytest.approx(expected, rel=1e-12)


def test_activation_rms_shows_growth():
    """Layers that halve the signal give 1, 1/2, 1/4, …, exactly: powers of two do not round."""
    made = identity(4, layers=5, scale=0.5)

    assert activation_rms(made, np.ones((3, 4))).tolist() == [1, 0.5, 0.25, 0.125, 0.0625]


def test_gradient_rms_runs_from_the_first_layer_to_the_logits():
    """Layers that halve the signal halve the gradient on its way down: each entry is twice the one before, exactly."""
    found = gradient_rms(identity(4, layers=5, scale=0.5), np.ones((3, 4)), rng=0)

    assert found.shape == (5,)
    assert found.tolist() == [found[-1] / 2**steps for steps in (4, 3, 2, 1, 0)]


def test_gradient_rms_sends_standard_normal_gradients():
    """The last entry is the rms of 40 000 standard normal numbers: 1 within five standard errors, 5 / √(2 × 40 000)."""
    made = network(sizes=(6, 5, 200))

    assert gradient_rms(made, np.tile(X, (7, 1))[:200], rng=0)[-1] == pytest.approx(1, abs=0.018)


def test_gradient_rms_is_that_of_a_backward_pass():
    """The numbers of the public backward pass for the same draw, equal in all bits."""
    made = network()
    sent = np.random.default_rng(5).standard_normal((30, 4))

    back = made.backward(made.forward(X), sent)
    assert gradient_rms(made, X, rng=5).tolist() == [rms(values) for values in back.pre_activations]


def test_a_seed_decides_the_gradients_that_are_sent():
    """The same seed gives the same numbers, another seed others."""
    made = network()

    assert gradient_rms(made, X, rng=1).tolist() == gradient_rms(made, X, rng=1).tolist()
    assert gradient_rms(made, X, rng=1).tolist() != gradient_rms(made, X, rng=2).tolist()


@pytest.mark.parametrize("measure", [activation_rms, gradient_rms])
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (X[:, :5], ValueError, r"x must have shape \(rows, 6\), got \(30, 5\)"),
        (X * np.nan, ValueError, "x must be .* finite numbers, got nan"),
        ("rows", TypeError, "x must be .* finite numbers, got 'rows'"),
    ],
)
def test_rows_that_do_not_fit_are_refused(measure, x, error, message):
    """The errors are those of the network's forward pass."""
    with pytest.raises(error, match=message):
        measure(network(), x)


@pytest.mark.parametrize("measure", [activation_rms, gradient_rms])
def test_a_signal_that_outgrows_the_dtype_is_refused(measure):
    """An explosion is an error with advice, and no infinity in a figure."""
    with pytest.raises(FloatingPointError, match="take smaller weights"):
        measure(identity(4, layers=3, scale=1e200), np.ones((3, 4)))


@pytest.mark.parametrize(("rng", "error"), [(-1, ValueError), ("0", TypeError)])
def test_a_seed_that_is_none_is_refused(rng, error):
    """The error names rng."""
    with pytest.raises(error, match="rng must be a numpy Generator, a non-negative int seed or None, got"):
        gradient_rms(network(), X, rng=rng)


@pytest.mark.parametrize("measure", [activation_rms, gradient_rms])
@pytest.mark.parametrize("network", [None, "MLP", MLP], ids=repr)
def test_what_is_no_network_is_refused_by_name(measure, network):
    """The class itself is no network either."""
    with pytest.raises(TypeError, match="network must be an MLP, got "):
        measure(network, [[1.0]])
