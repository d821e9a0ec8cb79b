"""Promises of :mod:`xavier_lib.nn.adam`: the steps of Kingma and Ba, worked out by hand and by another road."""

from functools import partial

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, constant, glorot_uniform
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.parts import Linear, Nonlinear
from xavier_lib.nn.stack import Stack

X = np.random.default_rng(0).standard_normal((24, 4))
Y = np.arange(24) % 3


def network(dtype=float):
    """Return a small network."""
    return MLP((4, 5, 3), glorot_uniform, activation="tanh", rng=1, dtype=dtype)


def by_the_book(steps, rate, betas, epsilon):
    """Follow algorithm 1 of Kingma and Ba (2015) line by line, with new arrays in each step."""
    net, moments = network(), {}
    for t in range(1, steps + 1):
        found = net.gradients(X, Y)
        for name, parameters, gradients in (("w", net.weights, found.weights), ("b", net.biases, found.biases)):
            for layer, gradient in enumerate(gradients):
                m, v = moments.get((name, layer), (0.0, 0.0))
                m = betas[0] * m + (1 - betas[0]) * gradient
                v = betas[1] * v + (1 - betas[1]) * gradient**2
                moments[name, layer] = m, v
                m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
                parameters[layer] = parameters[layer] - rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return [*net.weights, *net.biases]


@pytest.mark.parametrize(
    ("rate", "betas", "epsilon"), [(0.001, (0.9, 0.999), 1e-8), (0.05, (0.5, 0.8), 0.1), (0.01, (0.0, 0.0), 1e-8)]
)
def test_seven_steps_are_those_of_the_algorithm(rate, betas, epsilon):
    """Three settings, so that a constant that is not passed on shows; only rounding may differ."""
    net = network()
    adam = Adam(net, learning_rate=rate, betas=betas, epsilon=epsilon)
    for _ in range(7):
        adam.step(X, Y)

    for mine, other in zip([*net.weights, *net.biases], by_the_book(7, rate, betas, epsilon), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9)


def test_the_first_two_steps_of_one_weight_by_hand():
    """A network of one weight into two classes: g is worked out from the softmax, m and v from g.

    The first step is the rate times the sign, up to ε over |g|; the second one is written out.
    """
    net = MLP((1, 2), partial(constant, value=0.0))
    adam = Adam(net, learning_rate=0.1)
    adam.step([[1.0]], [0])
    assert net.weights[0] == pytest.approx(np.array([[0.1, -0.1]]), rel=1e-6)

    first, second = -0.5, 1 / (1 + np.exp(-0.4)) - 1  # logits 0.2 and -0.2, as the biases moved too
    m, v = 0.09 * first + 0.1 * second, 0.999 * 0.001 * first**2 + 0.001 * second**2
    adam.step([[1.0]], [0])
    assert net.weights[0][0, 0] == pytest.approx(0.1 - 0.1 * (m / 0.19) / np.sqrt(v / (1 - 0.999**2)), rel=1e-6)


def test_gradients_of_another_scale_give_nearly_the_same_steps():
    """What plain descent does not have: weights a thousandth as steep move as far. ε is far below both."""
    moves = []
    for scale in (1.0, 1e-3):
        net = MLP((4, 3), glorot_uniform, rng=1)
        before = net.weights[0].copy()
        Adam(net, learning_rate=0.01).step(X * scale, Y)
        moves.append(net.weights[0] - before)

    np.testing.assert_allclose(np.abs(moves[1]), np.abs(moves[0]), rtol=1e-3)


def test_an_epoch_is_a_step_on_each_shuffled_batch():
    """Ten rows a batch, the last one of four; the same generator shuffles alike, bit for bit."""
    left, right = network(), network()
    Adam(left).train_epoch(X, Y, batch_size=10, rng=3)
    adam, order = Adam(right), np.random.default_rng(3).permutation(24)
    for batch in (order[:10], order[10:20], order[20:]):
        adam.step(X[batch], Y[batch])

    assert all(np.array_equal(a, b) for a, b in zip(left.weights, right.weights, strict=True))


def test_it_learns_and_keeps_the_dtype():
    """Two hundred steps on 24 rows; float32 stays float32."""
    net = network("float32")
    before = net.loss(X, Y)
    adam = Adam(net, learning_rate=0.05)
    for _ in range(200):
        adam.step(X, Y)

    assert net.loss(X, Y) < before / 10
    assert net.weights[0].dtype == net.biases[0].dtype == np.float32


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"learning_rate": 0}, "learning_rate must be"),
        ({"epsilon": -1.0}, "epsilon must be"),
        ({"betas": (0.9, 1.0)}, r"betas must be two numbers of at least 0 and below 1, got \(0.9, 1.0\)"),
        ({"betas": (-0.1, 0.9)}, "betas must be"),
        ({"betas": (0.9,)}, "betas must be"),
    ],
)
def test_numbers_out_of_range_are_refused(given, message):
    """The message names the argument, the value and what is accepted."""
    with pytest.raises(ValueError, match=message):
        Adam(network(), **given)


def test_the_defaults_are_those_of_the_paper():
    """Kingma and Ba's algorithm 1 names 0.001, 0.9, 0.999 and 10⁻⁸ as good settings."""
    told, plain = (MLP((3, 4, 2), glorot_uniform, rng=0) for _ in range(2))
    x, y = np.eye(3), [0, 1, 1]
    given, default = Adam(told, learning_rate=0.001, betas=(0.9, 0.999), epsilon=1e-8), Adam(plain)
    for _ in range(3):
        given.step(x, y)
        default.step(x, y)

    assert all(np.array_equal(a, b) for a, b in zip(told.weights, plain.weights, strict=True))


def test_what_is_no_network_is_refused():
    """A class that is no MLP."""
    with pytest.raises(TypeError, match="network must be an MLP"):
        Adam("tanh")


def stack_of(net):
    """Return a stack with the weights of a small network."""
    first, last = (weights.copy() for weights in net.weights)
    return Stack([Linear(first), Nonlinear(ACTIVATIONS["tanh"]), Linear(last)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_stack_is_stepped_as_the_network_that_it_equals(dtype):
    """Two epochs in batches of seven, the last of which is smaller: only rounding may differ, and the dtype stays."""
    net = network(dtype)
    stack, orders = stack_of(net), (np.random.default_rng(3), np.random.default_rng(3))
    for trained, order in zip((Adam(net, learning_rate=0.02), Adam(stack, learning_rate=0.02)), orders, strict=True):
        for _ in range(2):
            trained.train_epoch(X, Y, batch_size=7, rng=order)

    tolerance = 1e-3 if dtype == np.float32 else 1e-9
    arrays = [array for pair in zip(net.weights, net.biases, strict=True) for array in pair]
    for mine, other in zip(stack.parameters, arrays, strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance)


def test_the_first_step_of_a_stack_follows_the_slope_by_differences():
    """Kingma and Ba's first step is the rate times g over |g| + epsilon; g comes from differences of the loss."""
    stack, epsilon, small = stack_of(network()), 0.1, 1e-6
    expected = []
    for array in stack.parameters:
        slope = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept, losses = array[place], []
            for sign in (1, -1):
                array[place] = kept + sign * small
                losses.append(stack.loss(X, Y))
            array[place] = kept
            slope[place] = (losses[0] - losses[1]) / (2 * small)
        expected.append(array - 0.05 * slope / (np.abs(slope) + epsilon))
    Adam(stack, learning_rate=0.05, epsilon=epsilon).step(X, Y)

    for mine, other in zip(stack.parameters, expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-7)


def test_each_array_of_a_stack_moves_by_its_own_rate():
    """With epsilon far below the slopes the first step is as large as the rate, in the order of the parameters."""
    stack, rates = stack_of(network()), [0.1, 0.01, 0.001, 0.2]
    before = [array.copy() for array in stack.parameters]
    Adam(stack, learning_rate=rates).step(X, Y)

    for old, new, rate in zip(before, stack.parameters, rates, strict=True):
        assert np.abs(new - old).max() == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("rates", [[0.1], [0.1] * 3, [0.1] * 5])
def test_rates_that_are_not_as_many_as_the_arrays_are_refused(rates):
    """The message says how many there are."""
    with pytest.raises(ValueError, match="learning_rate must be one number, or 4, got"):
        Adam(stack_of(network()), learning_rate=rates)
