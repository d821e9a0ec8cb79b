"""Behind a normalization a factor on the weights is a rate: forward nothing, back one over it, in a step its square."""

import numpy as np
import pytest

from xavier_lib.datasets import digits
from xavier_lib.nn.parts import Nonlinear, Normalization
from xavier_lib.normalization import (
    hidden_gradients,
    hidden_size,
    hidden_weights,
    learn,
    normalized_network,
    rates,
    signals_after,
)

SIZES = (64, 32, 32, 10)
KINDS = ("layer", "batch")
# What the number under the root leaves of the factor: about 1e-5 of variances that may be as small as 0.1.
CLOSE = 1e-3


def batch(rows=200):
    """Return images and labels."""
    data = digits()
    return data.x_train[:rows], data.y_train[:rows]


@pytest.mark.parametrize("kind", KINDS)
def test_a_factor_does_not_reach_the_logits(kind):
    """Of ten and of a hundred; without a normalization it does, once for each hidden layer."""
    x, _ = batch()
    plain, large = (normalized_network(SIZES, kind, factor=c, rng=0).forward(x) for c in (1, 100))
    assert np.abs(large - plain).max() < CLOSE * np.abs(plain).max()
    none, more = (normalized_network(SIZES, "none", factor=c, rng=0).forward(x) for c in (1, 10))
    assert more == pytest.approx(100 * none)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_one_over_the_factor_and_at_a_right_angle_to_the_weights(kind):
    """Of each hidden array of weights; the last layer's gradient stays."""
    x, y = batch()
    plain, large = (normalized_network(SIZES, kind, factor=c, rng=0) for c in (1, 10))
    for one, ten, weights in zip(plain.derivatives(x, y), large.derivatives(x, y), large.parameters, strict=True):
        if weights.shape[-1] == 10:
            assert ten == pytest.approx(one, abs=CLOSE * np.abs(one).max())
        elif weights.ndim == 2:
            assert 10 * ten == pytest.approx(one, abs=CLOSE * np.abs(one).max())
            cosine = (ten * weights).sum() / np.linalg.norm(ten) / np.linalg.norm(weights)
            assert abs(cosine) < CLOSE


@pytest.mark.parametrize("kind", KINDS)
def test_with_the_square_in_the_rate_the_training_is_the_same(kind):
    """Twenty epochs of plain descent: the losses follow each other; with the same rate they do not."""
    x, y = batch()
    found = {}
    for name, factor, power in (("plain", 1, 2), ("squared", 10, 2), ("single", 10, 1), ("same", 10, 0)):
        network = normalized_network(SIZES, kind, factor=factor, rng=0)
        by_array = rates(network, 0.05, factor=factor, power=power)
        found[name] = np.array(learn(network, x, y, epochs=20, learning_rate=by_array, rng=0))
    assert found["squared"] == pytest.approx(found["plain"], rel=0.2)
    assert found["single"][-1] > 1.5 * found["plain"][-1]
    assert found["same"][-1] > 2 * found["plain"][-1]


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_number_under_the_root_the_training_is_the_same_to_the_digit(kind):
    """Five epochs from ten times the weights, whose rounding differs; with the usual number the losses lie apart."""
    x, y = batch()
    found = {}
    for epsilon in (1e-30, 1e-5):
        for factor in (1, 10):
            network = normalized_network(SIZES, kind, factor=factor, epsilon=epsilon, rng=0)
            by_array = rates(network, 0.1, factor=factor)
            found[epsilon, factor] = learn(network, x, y, epochs=5, learning_rate=by_array)[-1]
    assert found[1e-30, 10] == pytest.approx(found[1e-30, 1], rel=1e-9)
    assert found[1e-5, 10] != pytest.approx(found[1e-5, 1], rel=1e-9)


def test_held_weights_turn_and_keep_their_length():
    """Each layer's; free they grow at this rate, and the last layer's length is its own in both."""
    x, y = batch()
    for held in (True, False):
        network = normalized_network(SIZES, "batch", held=held, rng=0)
        before = [weights.copy() for weights in hidden_weights(network)]
        last = np.linalg.norm(network.parameters[-2])
        learn(network, x, y, epochs=2, learning_rate=1.0)
        for old, new in zip(before, hidden_weights(network), strict=True):
            grown = np.linalg.norm(new) / np.linalg.norm(old)
            assert grown == pytest.approx(1, abs=1e-9) if held else grown > 1.01
            assert (old * new).sum() < 0.99 * np.linalg.norm(old) * np.linalg.norm(new)
        assert np.linalg.norm(network.parameters[-2]) != pytest.approx(last, rel=1e-3)


def test_hidden_arrays_and_signals_are_those_of_the_hidden_layers():
    """The weights are the network's own, the gradients lie in their order, and a signal is taken behind its part."""
    x, y = batch()
    network = normalized_network(SIZES, "batch", rng=0)
    weights, slopes = hidden_weights(network), hidden_gradients(network, x, y)
    assert [array is own for array, own in zip(weights, network.parameters[:-2:2], strict=True)] == [True, True]
    assert all((slope == own).all() for slope, own in zip(slopes, network.derivatives(x, y)[:-2:2], strict=True))
    normal = signals_after(network, x, Normalization)
    assert [signal.std(axis=0) == pytest.approx(1, abs=CLOSE) for signal in normal] == [True, True]
    assert (signals_after(network, x, Nonlinear)[1] == np.maximum(normal[1], 0)).all()


def test_equal_seeds_draw_equal_weights_whatever_the_factor():
    """And the size of the hidden ones is He's times the factor."""
    one, ten = (normalized_network(SIZES, "batch", factor=c, rng=3) for c in (1, 10))
    for before, after in zip(one.parameters[:-2], ten.parameters[:-2], strict=True):
        assert after == pytest.approx(10 * before)
    assert (one.parameters[-2] == ten.parameters[-2]).all()
    assert hidden_size(ten) == pytest.approx(10 * hidden_size(one))
    counts = 64 * 32 + 32 * 32
    wanted = np.sqrt((2 / 64 * 64 * 32 + 2 / 32 * 32 * 32) / counts)
    assert hidden_size(one) == pytest.approx(wanted, rel=4 / np.sqrt(2 * 32 * 32))


@pytest.mark.parametrize(
    ("sizes", "kind", "settings", "message"),
    [
        ((4, 3), "layer", {}, "sizes must hold at least three numbers, got 2"),
        ((4, 3, 2), "group", {}, "normalization must be one of"),
        ((4, 3, 2), "layer", {"factor": 0}, "factor must be"),
        ((4, 3, 2), "layer", {"epsilon": 0}, "epsilon must be"),
        ((4, 0, 2), "layer", {}, r"sizes\[1\] must"),
    ],
)
def test_bad_input_is_named(sizes, kind, settings, message):
    """The argument, the value and what is accepted."""
    with pytest.raises(ValueError, match=message):
        normalized_network(sizes, kind, **settings)


def test_a_network_of_another_kind_is_refused():
    """By its name, in each function that takes one."""
    for call in (lambda: rates([1], 0.1, factor=1), lambda: hidden_size([1]), lambda: hidden_weights([1])):
        with pytest.raises(TypeError, match="network must be"):
            call()
    with pytest.raises(ValueError, match="epochs must be"):
        learn(normalized_network((4, 8, 3), "layer", rng=0), np.eye(4), [0, 1, 2, 0], epochs=0, learning_rate=0.1)
