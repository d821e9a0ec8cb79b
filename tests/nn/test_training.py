"""Promises of a step: it is that of the recorded passes, without a new array, whatever the sizes and the activation."""

import copy
import tracemalloc

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, Activation, glorot_uniform, leaky_relu
from xavier_lib.nn import backpropagation
from xavier_lib.symmetry import in_order

X = np.random.default_rng(1).normal(size=(16, 12))
Y = np.arange(16) % 3
SIZES = (12, 20, 15, 3)
OWN = Activation("tanh", lambda z: np.tanh(z), lambda z: 1 - np.tanh(z) ** 2)
ALL = [*ACTIVATIONS.values(), leaky_relu(-0.3), OWN]

each_activation = pytest.mark.parametrize("activation", ALL, ids=[*ACTIVATIONS, "negative slope", "own"])


def network(activation="tanh", dtype=float, sizes=SIZES):
    return MLP(sizes, glorot_uniform, activation=activation, rng=0, dtype=dtype)


def recorded_step(made, x, y, learning_rate):
    """Take a step by the passes that record every layer, and return the loss before it."""
    loss, gradients = made.loss(x, y), made.gradients(x, y)
    for layer, (by_weight, by_bias) in enumerate(zip(gradients.weights, gradients.biases, strict=True)):
        made.weights[layer] = made.weights[layer] - made.dtype.type(learning_rate) * by_weight
        made.biases[layer] = made.biases[layer] - made.dtype.type(learning_rate) * by_bias
    return loss


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-4)])
@each_activation
def test_a_step_is_that_of_the_recorded_passes(activation, dtype, tolerance):
    """Thirty steps with each activation end at the same weights, biases and losses, but for rounding."""
    fast, slow = network(activation, dtype), network(activation, dtype)
    for _ in range(30):
        losses = fast.step(X, Y, learning_rate=0.3), recorded_step(slow, X, Y, 0.3)
        assert losses[0] == pytest.approx(losses[1], rel=tolerance)
    for now, then in zip(fast.weights + fast.biases, slow.weights + slow.biases, strict=True):
        assert now.dtype == dtype
        np.testing.assert_allclose(now, then, rtol=tolerance, atol=tolerance)
    assert not np.allclose(fast.weights[0], network(activation, dtype).weights[0], rtol=0.01)


@pytest.mark.parametrize("block", [None, 4])
def test_a_step_in_order_is_that_of_the_recorded_passes(block):
    """The products of a network in order are used in its steps too; 1e-12 is rounding."""
    fast, slow = (in_order(network(), block=block) for _ in range(2))
    for _ in range(3):
        assert fast.step(X, Y, learning_rate=0.3) == pytest.approx(recorded_step(slow, X, Y, 0.3), rel=1e-12)
    for now, then in zip(fast.weights, slow.weights, strict=True):
        np.testing.assert_allclose(now, then, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("change", [np.asfortranarray, lambda w: np.repeat(w, 2, axis=1)[:, ::2]])
def test_weights_may_lie_in_memory_as_they_like(change):
    """Fortran's order and strided views are trained where they lie; 1e-12 is the order in which BLAS adds."""
    plain, other = network(), network()
    other.weights[:] = [change(weights) for weights in other.weights]
    for made in (plain, other):
        made.step(X, Y, learning_rate=0.3)
    for now, then in zip(other.weights, plain.weights, strict=True):
        np.testing.assert_allclose(now, then, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("block", [1, 7, 40, 10_000])
def test_weights_may_be_cut_into_blocks_of_any_size(monkeypatch, block):
    """However few weights fit the cache, each row is updated once, after it has carried the gradient back."""
    monkeypatch.setattr(backpropagation, "BLOCK", block)
    fast, slow = network(), network()
    for _ in range(3):
        fast.step(X, Y, learning_rate=0.3)
        recorded_step(slow, X, Y, 0.3)
    for now, then in zip(fast.weights, slow.weights, strict=True):
        np.testing.assert_allclose(now, then, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("activation", [name for name, known in ACTIVATIONS.items() if known.in_place])
def test_a_step_makes_hardly_any_new_array(activation):
    """The peak of new memory in a step is far below the weights, and below two layers of activations."""
    sizes = (256, 256, 256, 10)
    made = network(activation, "float32", sizes)
    x, y = np.ones((32, 256), np.float32), np.arange(32) % 10
    made.step(x, y, learning_rate=0.01)
    tracemalloc.start()
    made.step(x, y, learning_rate=0.01)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2 * 32 * 256 * 4
    assert peak < sum(weight.nbytes for weight in made.weights)


def test_all_activations_but_the_leaky_one_work_in_place():
    """The leaky slope may be negative, and then f(z) does not tell the sign of z."""
    assert [name for name, known in ACTIVATIONS.items() if not known.in_place] == ["leaky_relu"]


def test_a_step_may_overflow_inside_an_activation_of_ones_own():
    """The reader's 1 / (1 + e^-z) overflows far out and still returns 0: no error, and no warning."""
    sigmoid = Activation(
        "sigmoid", lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-abs(z)) / (1 + np.exp(-abs(z))) ** 2
    )
    made = network(sigmoid)
    made.weights[0] *= 1e4

    assert np.isfinite(made.step(X, Y, learning_rate=0.1))


def test_weights_that_were_replaced_are_trained():
    """The step changes the arrays that the network holds now, in their place."""
    made = network()
    mine = np.zeros_like(made.weights[2])
    made.step(X, Y, learning_rate=0.1)
    made.weights[2] = mine
    made.step(X, Y, learning_rate=0.1)

    assert made.weights[2] is mine
    assert mine.any()


def test_a_copy_trains_by_itself():
    """Two networks share no buffer."""
    made = network()
    made.step(X, Y, learning_rate=0.1)
    twin = copy.deepcopy(made)
    twin.step(X, Y, learning_rate=0.1)
    made.step(X, Y, learning_rate=0.1)

    for one, other in zip(made.weights, twin.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
        assert not np.shares_memory(one, other)


def test_buffers_of_few_batch_sizes_are_kept():
    """An epoch needs two; training with ever other sizes does not fill the memory."""
    made = network()
    for rows in range(1, 12):
        made.step(X[:rows], Y[:rows], learning_rate=0.01)

    assert len(made._trained) <= 2
