"""Promises of training in place: the same steps as the recorded passes, without a new array, whatever the sizes."""

import copy
import tracemalloc

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, Activation, glorot_uniform, leaky_relu
from xavier_lib.nn import training as training_module
from xavier_lib.nn.backpropagation import backward_pass, cross_entropy, forward_pass
from xavier_lib.nn.training import IN_PLACE, Trainer, steps_in_place
from xavier_lib.symmetry import in_order

X = np.random.default_rng(1).normal(size=(16, 12))
Y = np.arange(16) % 3
SIZES = (12, 20, 15, 3)


def network(activation="tanh", dtype=float, sizes=SIZES):
    return MLP(sizes, glorot_uniform, activation=activation, rng=0, dtype=dtype)


def recorded_step(made, x, y, learning_rate):
    """Take a step by the passes that record every layer, and return the loss before it."""
    record = forward_pass(x.astype(made.dtype), made.weights, made.biases, made.activation)
    loss, by_logits = cross_entropy(record.logits, y)
    gradients = backward_pass(record, made.weights, made.activation, by_logits)
    for layer, (by_weight, by_bias) in enumerate(zip(gradients.weights, gradients.biases, strict=True)):
        made.weights[layer] = made.weights[layer] - made.dtype.type(learning_rate) * by_weight
        made.biases[layer] = made.biases[layer] - made.dtype.type(learning_rate) * by_bias
    return loss


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-4)])
@pytest.mark.parametrize("activation", IN_PLACE)
def test_steps_in_place_are_those_of_the_recorded_passes(activation, dtype, tolerance):
    """Thirty steps with each activation end at the same weights, biases and losses, but for rounding."""
    fast, slow = network(activation, dtype), network(activation, dtype)
    for _ in range(30):
        losses = fast.step(X, Y, learning_rate=0.3), recorded_step(slow, X, Y, 0.3)
        assert losses[0] == pytest.approx(losses[1], rel=tolerance)
    for now, then in zip(fast.weights + fast.biases, slow.weights + slow.biases, strict=True):
        assert now.dtype == dtype
        np.testing.assert_allclose(now, then, rtol=tolerance, atol=tolerance)
    assert not np.allclose(fast.weights[0], network(activation, dtype).weights[0], rtol=0.01)


@pytest.mark.parametrize("block", [1, 7, 40, 10_000])
def test_weights_may_be_cut_into_blocks_of_any_size(monkeypatch, block):
    """However few weights fit the cache, each row is updated once, after it has carried the gradient back."""
    monkeypatch.setattr(training_module, "BLOCK", block)
    fast, slow = network(), network()
    for _ in range(3):
        fast.step(X, Y, learning_rate=0.3)
        recorded_step(slow, X, Y, 0.3)
    for now, then in zip(fast.weights, slow.weights, strict=True):
        np.testing.assert_allclose(now, then, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("activation", IN_PLACE)
def test_a_step_makes_hardly_any_new_array(activation):
    """The peak of new memory in a step is far below the weights, and below two layers of activations."""
    sizes = (256, 256, 256, 10)
    made = network(activation, "float32", sizes)
    x, y = np.ones((32, 256), np.float32), np.arange(32) % 10
    trainer = Trainer(made.weights, made.activation, 32)
    trainer.step(made.weights, made.biases, x, y, 0.01)
    tracemalloc.start()
    trainer.step(made.weights, made.biases, x, y, 0.01)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2 * 32 * 256 * 4
    assert peak < sum(weight.nbytes for weight in made.weights)


def test_a_network_that_is_not_plain_takes_recorded_steps():
    """An activation of one's own, a leaky slope, sums in a fixed order: the passes that honor them are used."""
    own = Activation("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2)

    assert steps_in_place(network().weights, ACTIVATIONS["tanh"])
    assert not steps_in_place(network().weights, own)
    assert not steps_in_place(network().weights, leaky_relu(0.3))
    assert not steps_in_place(in_order(network()).weights, ACTIVATIONS["tanh"])
    slow, fast = network(own), network()
    for made in (slow, fast):
        made.step(X, Y, learning_rate=0.3)
    np.testing.assert_allclose(slow.weights[0], fast.weights[0], rtol=1e-12)


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

    assert len(made._trainers) <= 2
