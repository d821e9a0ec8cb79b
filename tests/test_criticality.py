"""The maps of wide layers: closed forms, wide networks that were drawn, and where both settle."""

import math

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, Activation
from xavier_lib.criticality import (
    chi,
    correlation_map,
    evened_rates,
    fixed_point,
    in_parts,
    phase,
    variance_map,
    wide_network,
)
from xavier_lib.datasets import digits
from xavier_lib.nn.signals import gradient_rms

_erf = np.frompyfunc(math.erf, 1, 1)
ERF = Activation("erf", lambda z: _erf(z).astype(float), lambda z: 2 / math.sqrt(math.pi) * np.exp(-np.square(z)))
PAIRS = [(0.9, 0.05), (1.34, 0.5), (1.5, 0.3), (2.0, 0.0), (2.5, 0.5)]
# A mean over normal numbers that is taken to ten digits or more.
EXACT = 1e-9


@pytest.mark.parametrize("correlation", [-1.0, -0.7, 0.0, 0.3, 0.9, 0.999, 1 - 1e-6, 1.0])
def test_likeness_behind_a_relu_is_the_arc_cosine_kernel(correlation):
    """Whatever the variance and the spread, as Cho and Saul have it; near 1 too, where the kink is hardest to meet."""
    angle = math.acos(correlation)
    wanted = (math.sin(angle) + (math.pi - angle) * correlation) / math.pi
    for q, spread in ((1.0, 1.0), (7.0, 0.3)):
        found = correlation_map("relu", correlation, q=q, sigma_w=spread)
        assert found == pytest.approx(wanted, abs=1e-8)


@pytest.mark.parametrize("q", [0.01, 1.0, 20.0])
@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.5, 0.99])
def test_the_maps_of_the_error_function_are_arc_sines(q, correlation):
    """E[erf u erf v] is an arc sine, as Williams (1997) has it, and E[erf'²] its derivative at 1."""

    def mean(c):
        return 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q))

    assert variance_map(ERF, q, sigma_w=1.5, sigma_b=0.2) == pytest.approx(2.25 * mean(1) + 0.04, rel=EXACT)
    found = correlation_map(ERF, correlation, q=q, sigma_w=1.5, sigma_b=0.2)
    wanted = (2.25 * mean(correlation) + 0.04) / (2.25 * mean(1) + 0.04)
    assert found == pytest.approx(wanted, rel=EXACT)
    assert chi(ERF, q, sigma_w=1.5) == pytest.approx(2.25 * 4 / math.pi / math.sqrt(1 + 4 * q), rel=EXACT)


def test_linear_layers_are_lines():
    """A variance is multiplied and shifted, so it settles at a quotient; without biases likeness stays."""
    assert variance_map("linear", 3.0, sigma_w=0.5, sigma_b=2.0) == pytest.approx(4.75)
    found = phase("linear", sigma_w=0.5, sigma_b=2.0)
    assert found.q == pytest.approx(4 / 0.75)
    assert (found.chi, found.correlation) == (pytest.approx(0.25), 1.0)
    assert found.size_depth == pytest.approx(found.correlation_depth) == pytest.approx(1 / math.log(4))
    assert correlation_map("linear", 0.4, q=2.0, sigma_w=0.7) == pytest.approx(0.4)
    assert phase("linear", sigma_w=1.0) == pytest.approx((1.0, 1.0, None, math.inf, math.inf))


@pytest.mark.parametrize("spreads", PAIRS)
def test_phase_is_where_the_maps_stay_and_its_depths_are_their_slopes(spreads):
    """The slopes by central differences, to six digits; order keeps 1, chaos leaves it for a place below."""
    w, b = spreads
    found = phase("tanh", sigma_w=w, sigma_b=b)
    assert fixed_point("tanh", sigma_w=w, sigma_b=b) == found.q
    assert variance_map("tanh", found.q, sigma_w=w, sigma_b=b) == pytest.approx(found.q, rel=EXACT)
    assert chi("tanh", found.q, sigma_w=w) == pytest.approx(found.chi, rel=EXACT)
    assert (found.correlation < 1) == (found.chi > 1)

    def likeness(c):
        return correlation_map("tanh", c, q=found.q, sigma_w=w, sigma_b=b)

    c, step = found.correlation, 1e-4
    assert likeness(c) == pytest.approx(c, abs=1e-8)
    sides = (c - step, c + step) if c < 1 else (1 - step, 1)
    slope = (likeness(sides[1]) - likeness(sides[0])) / (sides[1] - sides[0])
    assert slope == pytest.approx(math.exp(-1 / found.correlation_depth), rel=1e-6 if c < 1 else 1e-4)
    sizes = [variance_map("tanh", found.q * (1 + sign * step), sigma_w=w, sigma_b=b) for sign in (-1, 1)]
    slope = (sizes[1] - sizes[0]) / (2 * step * found.q)
    assert slope == pytest.approx(math.exp(-1 / found.size_depth), rel=1e-6)


@pytest.mark.parametrize("spreads", [(0.9, 0.05), (2.0, 0.3)])
def test_a_wide_network_follows_the_maps(spreads):
    """Forward, layer by layer, from what the layer before gave; back, over six layers.

    A mean over n units is off by about the root of 2/n, and of three quantities in five layers the largest error may
    be four times that; the gradient's square gathers the errors of six layers and is compared by its sixth root.
    """
    w, b = spreads
    width, rows = 800, np.random.default_rng(0).standard_normal((2, 800))
    rows[1] += rows[0]
    net = wide_network((width,) * 10, "tanh", sigma_w=w, sigma_b=b, rng=1, dtype="float32")
    record = net.forward(rows)
    error = 4 * math.sqrt(2 / width)
    for before, after in zip(record.pre_activations[4:8], record.pre_activations[5:9], strict=True):
        q, (one, other) = float(np.mean(before**2)), before
        c = float(one @ other / math.sqrt((one @ one) * (other @ other)))
        found = float(after[0] @ after[1] / math.sqrt((after[0] @ after[0]) * (after[1] @ after[1])))
        assert float(np.mean(after**2)) == pytest.approx(variance_map("tanh", q, sigma_w=w, sigma_b=b), rel=error)
        assert found == pytest.approx(correlation_map("tanh", c, q=q, sigma_w=w, sigma_b=b), abs=error)
    back = gradient_rms(net, rows, rng=0)
    assert (back[2] / back[8]) ** (1 / 3) == pytest.approx(phase("tanh", sigma_w=w, sigma_b=b).chi, rel=error)


def test_relu_has_one_edge_and_no_chaos():
    """At the variance 2 every size stays and likeness goes to 1 by no factor; beyond it nothing settles."""
    edge = phase("relu", sigma_w=2**0.5)
    assert edge == pytest.approx((1.0, 1.0, 1.0, math.inf, math.inf))
    assert variance_map("relu", 5.0, sigma_w=2**0.5) == pytest.approx(5)
    below = phase("relu", sigma_w=1.2, sigma_b=0.5)
    assert (below.q, below.chi, below.correlation) == pytest.approx((0.25 / 0.28, 0.72, 1))
    halved = phase("relu", sigma_w=1.0, sigma_b=0.5)  # the search by halves meets this variance itself
    assert (halved.q, halved.correlation_depth) == pytest.approx((0.5, 1 / math.log(2)))
    fading = phase("relu", sigma_w=1.2)
    assert (fading.q, fading.correlation, fading.correlation_depth) == (0.0, 1.0, math.inf)
    assert fading.chi == pytest.approx(0.72)
    with pytest.raises(ValueError, match="sigma_w must let the variance settle, got 1.5: it grows without end"):
        fixed_point("relu", sigma_w=1.5)


def test_tanh_without_biases_forgets_nothing_in_order():
    """Its signal dies away and its correlation stays; the gain 5/3 lies in chaos."""
    order = phase("tanh", sigma_w=0.8)
    assert (order.q, order.correlation, order.correlation_depth) == (0.0, None, math.inf)
    assert order.size_depth == pytest.approx(-1 / math.log(0.64))
    chaos = phase("tanh", sigma_w=5 / 3)
    assert chaos.correlation == 0
    assert (chaos.chi, chaos.correlation_depth) == (pytest.approx(1.21, abs=0.005), pytest.approx(12.1, abs=0.05))


def test_the_network_has_the_two_spreads():
    """Those of its weights over fan-in, and those of its biases, within four standard errors; without, zeros."""
    net = wide_network((400, 300, 200), "tanh", sigma_w=1.5, sigma_b=0.3, rng=0)
    for weights, bias in zip(net.weights, net.biases, strict=True):
        error = 4 / math.sqrt(2 * weights.size)
        assert np.sqrt(np.mean(weights**2)) == pytest.approx(1.5 / len(weights) ** 0.5, rel=error)
        assert np.sqrt(np.mean(bias**2)) == pytest.approx(0.3, rel=4 / math.sqrt(2 * bias.size))
    assert not any(bias.any() for bias in wide_network((4, 3), "tanh", sigma_w=1, rng=0).biases)
    assert wide_network((4, 3), "relu", sigma_w=1, rng=0, dtype="float32").weights[0].dtype == np.float32


def test_in_parts_is_the_same_network_and_shares_nothing():
    """Its logits and its derivatives, and a step leaves the first one as it was."""
    data = digits()
    x, y = data.x_train[:50], data.y_train[:50]
    net = wide_network((64, 20, 20, 10), "tanh", sigma_w=1.5, sigma_b=0.3, rng=0)
    twin = in_parts(net)
    assert twin.forward(x) == pytest.approx(net.forward(x).logits)
    one = net.gradients(x, y)
    for layer, (weights, bias) in enumerate(zip(one.weights, one.biases, strict=True)):
        assert twin.derivatives(x, y)[2 * layer] == pytest.approx(weights)
        assert twin.derivatives(x, y)[2 * layer + 1] == pytest.approx(bias)
    before = net.loss(x, y)
    twin.step(x, y, learning_rate=0.1)
    assert net.loss(x, y) == before != twin.loss(x, y)


def test_evened_rates_move_the_logits_alike_from_every_layer():
    """The rate times the squared gradient, layer by layer; without them it grows by χ a layer."""
    data = digits()
    x, y = data.x_train[:200], data.y_train[:200]
    net = in_parts(wide_network((64, *[200] * 16, 10), "tanh", sigma_w=1.8, rng=0))
    factor = phase("tanh", sigma_w=1.8).chi
    by_array = evened_rates(0.1, factor, 16)
    moved = [float(np.sum(slope**2)) for slope in net.derivatives(x, y)[2:-2:2]]
    evened = [rate * square for rate, square in zip(by_array[2:-2:2], moved, strict=True)]
    assert moved[0] / moved[-1] > 10
    assert max(evened) / min(evened) < 3
    assert by_array[-2:] == [0.1, 0.1]
    assert by_array[0] == pytest.approx(0.1 * factor**-16)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: variance_map("tanh", -1, sigma_w=1), "q must be a number of at least 0, got -1"),
        (lambda: variance_map("tanh", 1, sigma_w=0), "sigma_w must be"),
        (lambda: variance_map("tan", 1, sigma_w=1), "activation must be one of"),
        (lambda: chi("tanh", 1, sigma_w=-1), "sigma_w must be"),
        (lambda: correlation_map("tanh", 1.5, q=1, sigma_w=1), "correlation must be a number from -1 to 1, got 1.5"),
        (lambda: correlation_map("tanh", 0.5, q=0, sigma_w=1), "q must be"),
        (lambda: phase("tanh", sigma_w=1, sigma_b=-0.1), "sigma_b must be a number of at least 0, got -0.1"),
        (lambda: wide_network((4, 3), "tanh", sigma_w=1, sigma_b=-1), "sigma_b must be"),
        (lambda: evened_rates(0.1, 0, 3), "factor must be"),
        (lambda: evened_rates(0.1, 2, 0), "depth must be"),
    ],
)
def test_bad_input_is_named(call, message):
    """The argument, the value and what is accepted."""
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_no_network_is_refused():
    """By its name."""
    with pytest.raises(TypeError, match="network must be"):
        in_parts([1])
    with pytest.raises(TypeError, match="sigma_w must be"):
        phase("tanh", sigma_w="1")


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_every_activation_has_its_maps(name):
    """A correlation of 1 stays 1, and more likeness is mapped to more."""
    found = [correlation_map(name, c, q=1.0, sigma_w=1.2, sigma_b=0.1) for c in (0.0, 0.5, 1.0)]
    assert 0 < found[0] < found[1] < found[2] == pytest.approx(1)
