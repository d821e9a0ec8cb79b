"""Promises of xavier_lib.gain: exact means of any function, one gain a question, and a reason where there is none."""

import math
import re

import numpy as np
import pytest

from xavier_lib import Activation, lecun_normal
from xavier_lib.gain import gain
from xavier_lib.nn.functions import FUNCTIONS, SELU_ALPHA, SELU_SCALE
from xavier_lib.nn.quadrature import returning_gain
from xavier_lib.nn.signals import rms


def below(x):
    """Return the share of standard normal numbers below x."""
    return math.erfc(-x / math.sqrt(2)) / 2


def density(x):
    """Return the density of standard normal numbers at x."""
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


EXP_ONE, EXP_TWO = math.exp(0.5) * below(-1), math.exp(2) * below(-2)  # E exp(z) and E exp(2z), left of zero
CLOSED = {
    "linear": (1, 1),
    "relu": (1 / 2, 1 / 2),
    "leaky_relu(0.2)": (0.52, 0.52),
    "relusquared": (3 / 2, 2),
    "elu": (1 / 2 + EXP_TWO - 2 * EXP_ONE + 1 / 2, 1 / 2 + EXP_TWO),
    "selu": (
        SELU_SCALE**2 * (1 / 2 + SELU_ALPHA**2 * (EXP_TWO - 2 * EXP_ONE + 1 / 2)),
        SELU_SCALE**2 * (1 / 2 + SELU_ALPHA**2 * EXP_TWO),
    ),
    "hardtanh": (1 - 2 * density(1), 1 - 2 * below(-1)),
    "hardshrink": (2 * below(-0.5) + density(0.5), 2 * below(-0.5)),
    "softshrink": (2 * (1.25 * below(-0.5) - 0.5 * density(0.5)), 2 * below(-0.5)),
    "hardsigmoid": (None, (1 - 2 * below(-3)) / 36),
}


def mean(f):
    """Return the mean over normal numbers by another rule: 60 points on each half unit, of either side of zero."""
    points, weights = np.polynomial.legendre.leggauss(60)
    middles = np.arange(-29.5, 30) / 2
    z = middles[:, None] + points / 4
    return float((weights / 4 * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * f(z)).sum())


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gelu_slope(z):
    erf = np.vectorize(math.erf)(z / math.sqrt(2))
    return (1 + erf) / 2 + z * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def mish_slope(z):
    bent = np.tanh(np.logaddexp(0, z))
    return bent + z * (1 - bent**2) * sigmoid(z)


SLOPES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: sigmoid(z) * sigmoid(-z),
    "softsign": lambda z: (1 + np.abs(z)) ** -2,
    "softplus": sigmoid,
    "silu": lambda z: sigmoid(z) * (1 + z * sigmoid(-z)),
    "gelu": gelu_slope,
    "mish": mish_slope,
    "logsigmoid": lambda z: sigmoid(-z),
    "tanhshrink": lambda z: np.tanh(z) ** 2,
    "hardswish": lambda z: np.where(z > 3, 1, np.where(z > -3, z / 3 + 0.5, 0)),
}


@pytest.mark.parametrize("name", CLOSED)
def test_means_are_those_of_closed_forms(name):
    """To 10⁻¹² relative, with kinks and, for the hard shrinkage, jumps; its slope is told, as a jump has none."""
    forward, backward = CLOSED[name]
    found = gain(name.replace("leaky_relu", "leakyrelu"), (lambda z: np.abs(z) > 0.5) if "hardshrink" in name else None)

    if forward:
        assert found.forward == pytest.approx(forward**-0.5, rel=1e-12)
    assert found.backward == pytest.approx(backward**-0.5, rel=1e-11)


@pytest.mark.parametrize("name", SLOPES)
def test_means_are_those_of_another_rule_and_of_slopes_by_hand(name):
    """To 10⁻¹⁰; with the closed forms these are more than fifteen activations."""
    found = gain(name)

    assert found.forward == pytest.approx(mean(lambda z: FUNCTIONS[name](z) ** 2) ** -0.5, rel=1e-10)
    assert found.backward == pytest.approx(mean(lambda z: SLOPES[name](z) ** 2) ** -0.5, rel=1e-10)


@pytest.mark.parametrize("place", [0.3, -1.7, 0.123456789])
def test_a_kink_may_lie_anywhere(place):
    """E max(0, z - c)² = (1 + c²) P(z > c) - c φ(c), to 10⁻¹¹; the slope's mean square is the share to the right."""
    found = gain(lambda z: np.maximum(z - place, 0))

    kept = (1 + place**2) * below(-place) - place * density(place)
    assert found.forward == pytest.approx(kept**-0.5, rel=1e-11)
    assert found.backward == pytest.approx(below(-place) ** -0.5, rel=1e-10)


def test_a_sine_has_the_gains_of_its_formula_at_any_size():
    """E sin² = (1 - exp(-2s²)) / 2, and E cos² the rest, to 10⁻¹²; s = 12 has ripples between the first cuts."""
    for size in (0.1, 1.0, 3.0, 12.0):
        found = gain(np.sin, size=size)
        assert found.forward == pytest.approx(size * (-math.expm1(-2 * size**2) / 2) ** -0.5, rel=1e-12)
        assert found.backward == pytest.approx(((1 + math.exp(-2 * size**2)) / 2) ** -0.5, rel=1e-11)


def test_a_function_of_single_numbers_will_do():
    """`math.tanh` and a function with an if take no arrays; a constant returns one number for all."""
    assert gain(math.tanh).forward == pytest.approx(gain("tanh").forward, rel=1e-12)
    assert gain(lambda z: z if z > 0 else 0.0).backward == pytest.approx(math.sqrt(2), rel=1e-11)
    assert gain(lambda _: 2.0).forward == pytest.approx(0.5, rel=1e-12)


def test_a_given_derivative_is_the_one_that_counts():
    """A straight-through sign passes a gradient between -1 and 1, a share of 0.683; an `Activation` brings its own."""
    found = gain(np.sign, lambda z: np.abs(z) < 1)
    assert found.backward == pytest.approx((1 - 2 * below(-1)) ** -0.5, rel=1e-9)

    odd = Activation("odd", np.tanh, lambda z: np.full(np.shape(z), 2.0))
    assert gain(odd).backward == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("f", "words", "missing"),
    [
        (np.sign, "jumps at z = 0;", "backward"),
        (lambda z: 1.0 if z > 0.3 else 0.0, r"jumps at z = 0\.3;", "backward"),
        (np.round, r"jumps at z = -?0\.5", "backward"),
        (lambda z: np.sqrt(np.abs(z)), "steep without bound", "backward"),
        (lambda _: 3.0, "flat", "backward"),
        (math.log, "it is nan at z = -", "forward"),
        (lambda z: 1 / z if abs(z) > 2 else math.inf, "it is inf at z = -?0", "forward"),
        (lambda z: np.exp(z**2), "more than 9 standard deviations", "forward"),
        (lambda z: np.exp(3 * z**2), "more than 9 standard deviations", "forward"),
        (lambda z: 0 * z, "zero for all", "forward"),
        (lambda z: np.random.default_rng().random(np.shape(z)), "no polynomial follows it", "forward"),
        ("tanh", "stays below 1", "fixed"),
        (np.exp, "stays above 1", "fixed"),
        (np.sign, "no single gain returns", "fixed"),
    ],
)
def test_where_there_is_no_gain_there_is_a_reason(f, words, missing):
    """Each kind of function that a rule cannot start a network with."""
    with np.errstate(all="ignore"):
        found = gain(f)

    assert getattr(found, missing) is None
    assert found.reason is not None
    assert re.search(words, found.reason), found.reason


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "mish", "softplus", "elu", "selu", "relusquared"])
def test_the_returning_gain_is_that_of_the_diagnosis(name):
    """To 10⁻⁹: two rules, one answer. What returns nothing there returns nothing here."""
    assert gain(name).fixed.gain == pytest.approx(returning_gain(name), rel=1e-9)
    assert gain(name).fixed.size == gain(name).fixed.gain


@pytest.mark.parametrize(("name", "power"), [("tanh", None), ("relu", 1), ("relusquared", 2), ("silu", None)])
def test_the_power_is_by_how_much_a_ratio_of_sizes_is_raised(name, power):
    """Measured by two means whose sizes differ by 10⁻⁴; the error of that is 10⁻⁸."""
    squares = [mean(lambda z, s=s: FUNCTIONS[name](s * z) ** 2) for s in (1 - 1e-4, 1 + 1e-4)]
    measured = math.log(squares[1] / squares[0]) / 4e-4

    assert gain(name).power == pytest.approx(measured, abs=1e-6)
    if power:
        assert gain(name).power == pytest.approx(power, rel=1e-12)


def test_wide_layers_do_what_the_gains_say():
    """4096 units and 100 rows: the rms of a sum and of a gradient are kept within 3 %, about four standard errors."""
    for name in ("tanh", "sigmoid", "silu"):
        found, source = gain(name, size=1.5), np.random.default_rng(0)
        z = 1.5 * source.standard_normal((100, 4096))
        weights = lecun_normal((4096, 1024), rng=source)
        assert rms(FUNCTIONS[name](z) @ weights) * found.forward == pytest.approx(1.5, rel=0.03)
        back = source.standard_normal((100, 1024)) @ lecun_normal((1024, 4096), rng=source)
        assert rms(back * SLOPES[name](z)) * found.backward == pytest.approx(1, rel=0.03)


def test_a_rectifier_has_one_gain_for_all_sizes_and_tanh_has_one_for_each():
    """ReLU √2 to 10⁻¹²; tanh goes from 1 at a tiny size, up to size², to size over 1 at a large one."""
    for size in (1e-3, 1.0, 50.0):
        assert gain("relu", size=size)[:2] == pytest.approx((2**0.5, 2**0.5), rel=1e-11)
    assert gain("tanh", size=1e-3)[:2] == pytest.approx((1, 1), abs=2e-6)
    assert gain("tanh", size=100).forward == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"activation": "tan"}, ValueError, "activation must be .* got 'tan'"),
        ({"activation": 3}, TypeError, "activation must"),
        ({"activation": "tanh", "derivative": 2}, TypeError, "derivative must"),
        ({"activation": "tanh", "size": 0}, ValueError, "size must be .* got 0"),
        ({"activation": "tanh", "size": "1"}, TypeError, "size must"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    """With the value that was given."""
    with pytest.raises(error, match=words):
        gain(**arguments)
