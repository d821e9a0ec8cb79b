"""Promises of the quadrature: exact means, gains that give a size back, and functions by their names."""

import math

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, leaky_relu
from xavier_lib.he import forward_gain, second_moment_kept
from xavier_lib.nn.functions import FAMILIES, FUNCTIONS, function_named
from xavier_lib.nn.quadrature import kept, normal_mean, pair_mean, panels, returning_gain, size_before

GRID = np.linspace(-4, 4, 81)


@pytest.mark.parametrize(
    ("name", "size", "mean"),
    [
        ("relu", 3.0, 4.5),
        ("leaky_relu(0.5)", 1.0, 0.625),
        ("linear", 0.01, 1e-4),
        ("relusquared", 1.0, 1.5),
        ("hardtanh", 1.0, math.erf(0.5**0.5) - (2 / math.pi) ** 0.5 * math.exp(-0.5) + math.erfc(0.5**0.5)),
        ("selu", 1.0, 1.0),
    ],
)
def test_means_of_squares_are_those_of_the_formulas(name, size, mean):
    """E[f(sz)²] in closed form, kinks at other places than zero included: equal to twelve digits of rounding."""
    f = function_named(name)

    assert normal_mean(lambda z: f(z) ** 2, size) == pytest.approx(mean, rel=1e-12)


def test_a_smooth_mean_is_exact_too():
    """2Φ(z) − 1 is uniform from -1 to 1, so its mean square is one third."""
    erf = np.frompyfunc(math.erf, 1, 1)

    assert normal_mean(lambda z: erf(z / 2**0.5).astype(float) ** 2) == pytest.approx(1 / 3, rel=1e-13)


@pytest.mark.parametrize("size", [1e-3, 0.3, 1.0, 7.0])
def test_the_panels_hold_the_whole_distribution(size):
    """Their weights add up to one, and the mean square of the nodes is one, whatever kinks cut the panels."""
    nodes, weights = panels(size)

    assert weights.sum() == pytest.approx(1, rel=1e-13)
    assert nodes**2 @ weights == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"hardshrink"}))
def test_a_gain_gives_a_size_of_one_back_or_there_is_none(name):
    """By a sample of a million numbers: their rms behind the function is 1 to 4.5 of its standard errors.

    The error of a mean square is the scatter of the squares over a thousand. Where there is no gain, even numbers
    eight times as large come out smaller than 1.
    """
    gain, f = returning_gain(name), FUNCTIONS[name]
    z = np.random.default_rng(0).standard_normal(10**6)

    if gain is None:
        assert np.mean(f(8 * z) ** 2) < 1
    else:
        assert np.mean(f(gain * z) ** 2) == pytest.approx(1, abs=4.5 * kept(name, gain).scatter ** 0.5 / 1000)


def test_gains_of_names():
    """√2 for ReLU and 1 for selu, as by He and LeCun; those of practice to the digits that a report prints."""
    assert returning_gain("relu") == pytest.approx(2**0.5, rel=1e-12)
    assert returning_gain("selu") == pytest.approx(1, rel=1e-12)
    wanted = {"silu": 1.559, "gelu": 1.468, "gelu_tanh": 1.468, "elu": 1.278, "mish": 1.451, "softplus": 1.083}
    assert {name: round(returning_gain(name), 3) for name in wanted} == wanted
    assert [returning_gain(name) for name in ("tanh", "sigmoid", "softsign", "hardtanh", "dropout")] == [None] * 5


def test_what_a_layer_of_gain_one_over_the_root_keeps_is_another_question():
    """The gain of the chapter on He keeps pre-activations of size 1; where shares depend on the size the two differ."""
    assert forward_gain("relu") == pytest.approx(returning_gain("relu"))
    silu = kept("silu").square ** -0.5

    assert silu == pytest.approx(1.677, abs=5e-4)
    assert silu > 1.07 * returning_gain("silu")


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_one_quadrature_serves_the_chapter_on_he_too(name):
    """What is kept forward and back is the same number to ten digits, the slope of one side being a difference."""
    both, other = second_moment_kept(name), kept(name)

    assert both.forward == pytest.approx(other.square, rel=1e-12)
    assert both.backward == pytest.approx(other.slope, rel=1e-6)


def test_the_power_of_a_size():
    """A rectifier passes any size alike, a squared one by its square, a saturated one hardly at all."""
    assert kept("relu").power == pytest.approx(1, abs=1e-6)
    assert kept("relusquared").power == pytest.approx(2, abs=1e-6)
    assert kept("sigmoid", 30.0).power < 0.05
    assert kept("silu").power > 1.1  # what is a little too large grows from layer to layer


def test_a_bounded_activation_gets_a_size_that_leaves_a_half():
    """1 where that does, more where it does not; none for what is not bounded or not known."""
    f = FUNCTIONS["softsign"]

    assert (size_before("tanh"), size_before("sigmoid")) == (1.0, 1.0)
    assert math.sqrt(normal_mean(lambda z: f(z) ** 2, size_before("softsign"))) == pytest.approx(0.529, abs=1e-3)
    assert [size_before(name) for name in ("linear", "relu", "silu", "softmax", "nothing")] == [None] * 5


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("SiLU", lambda z: z / (1 + np.exp(-z))),
        ("gelu", lambda z: z * np.array([0.5 * math.erfc(-x / 2**0.5) for x in z])),
        ("gelu_tanh", lambda z: z / (1 + np.exp(-2 * (2 / np.pi) ** 0.5 * (z + 0.044715 * z**3)))),
        ("mish", lambda z: z * np.tanh(np.log(1 + np.exp(z)))),
        ("elu(0.5)", lambda z: np.where(z > 0, z, 0.5 * (np.exp(z) - 1))),
        ("celu(2)", lambda z: np.where(z > 0, z, 2 * (np.exp(z / 2) - 1))),
        ("softplus(3)", lambda z: np.log(1 + np.exp(3 * z)) / 3),
        ("LogSigmoid", lambda z: -np.log(1 + np.exp(-z))),
        ("hard_swish", lambda z: z * np.clip(z + 3, 0, 6) / 6),
        ("leaky_relu(0.2)", leaky_relu(0.2).f),
        ("tanhshrink", lambda z: z - np.tanh(z)),
        ("softshrink", lambda z: np.sign(z) * np.maximum(np.abs(z) - 0.5, 0)),
    ],
)
def test_functions_are_what_their_names_say(name, formula):
    """Written another way, on a grid from -4 to 4: equal but for rounding."""
    np.testing.assert_allclose(function_named(name)(GRID), formula(GRID), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ["dropout", "relu(0.2)", "elu()", "celu(0)", "softplus(0)", "leaky_relu(a)", ""])
def test_what_is_no_function_has_none(name):
    """A name that is none, a number that none takes, and one by which would be divided."""
    assert function_named(name) is None
    assert kept(name) is None


def test_families_meet_their_plain_members():
    """With the number that frameworks take by themselves a family is the function without a number."""
    for name in ("elu", "celu", "softplus"):
        np.testing.assert_allclose(FAMILIES[name](1.0)(GRID), FUNCTIONS[name](GRID), rtol=1e-13)


@pytest.mark.parametrize("name", ["hardtanh", "relu6", "leaky_relu(0.5)", "hard_swish"])
@pytest.mark.parametrize(("size", "likeness"), [(0.5, 0.4), (3.0, -0.8), (3.0, 0.95)])
def test_a_mean_over_pairs_meets_kinks_wherever_they_lie(name, size, likeness):
    """Against the midpoint rule on a fine grid, whose error falls with the square of its step: to five digits."""
    f = function_named(name)
    z = np.linspace(-8, 8, 3201)
    weights = np.exp(-(z**2) / 2) * (z[1] - z[0]) / math.sqrt(2 * math.pi)
    other = np.array([f(size * (likeness * one + math.sqrt(1 - likeness**2) * z)) @ weights for one in z])

    assert pair_mean(f, size, likeness) == pytest.approx((weights * f(size * z)) @ other, rel=2e-5, abs=1e-6)


def test_two_equal_numbers_are_one():
    """At the correlation 1 the mean of the product is the mean square, and at -1 that of an odd function minus it."""
    assert pair_mean(np.tanh, 1.3, 1.0) == pytest.approx(normal_mean(lambda z: np.tanh(z) ** 2, 1.3), rel=1e-12)
    assert pair_mean(np.tanh, 1.3, -1.0) == pytest.approx(-pair_mean(np.tanh, 1.3, 1.0), rel=1e-12)
