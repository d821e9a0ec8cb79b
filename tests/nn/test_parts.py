"""Parts and stacks: the way back is the derivative of the way forward, by differences, and bad input is named."""

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, glorot_normal
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.parts import Linear, Nonlinear, Normalization, Residual, Scaled, Shifted
from xavier_lib.nn.stack import Stack

DOUBLE = np.dtype(float)
STEP = 1e-6


def weights(*shape, seed=0):
    """Return normal weights."""
    return np.random.default_rng(seed).standard_normal(shape) / np.sqrt(shape[0])


def branch():
    """Return the parts of a branch with everything that is learned."""
    tanh = Nonlinear(ACTIVATIONS["tanh"])
    return [Shifted(DOUBLE), Linear(weights(6, 6, seed=3)), tanh, Scaled(0.7, DOUBLE)]


PARTS = {
    "linear": lambda: [Linear(weights(6, 6))],
    "linear without biases": lambda: [Linear(weights(6, 6), biased=False)],
    "nonlinear": lambda: [Nonlinear(ACTIVATIONS["sigmoid"])],
    "layer normalization": lambda: [Normalization(1)],
    "batch normalization": lambda: [Normalization(0)],
    "scaled": lambda: [Scaled(1.3, DOUBLE)],
    "shifted": lambda: [Shifted(DOUBLE)],
    "residual": lambda: [Residual(branch())],
    "residual in residual": lambda: [Residual([Residual(branch()), Normalization(1)])],
}


@pytest.mark.parametrize("name", PARTS)
def test_derivatives_are_those_by_differences(name):
    """Of the loss by every number of every array, those before the part too: so by what came in."""
    first = Linear(weights(5, 6, seed=1))
    network = Stack([first, *PARTS[name](), Linear(weights(6, 3, seed=2))])
    x, y = weights(7, 5, seed=4), np.arange(7) % 3
    found = network.derivatives(x, y)

    assert len(found) == len(network.parameters)
    for parameter, derivative in zip(network.parameters, found, strict=True):
        assert derivative.shape == parameter.shape
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            losses = []
            for sign in (1, -1):
                parameter[place] = kept + sign * STEP
                losses.append(network.loss(x, y))
            parameter[place] = kept
            assert derivative[place] == pytest.approx((losses[0] - losses[1]) / (2 * STEP), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize(("axis", "over"), [(1, "row"), (0, "column")])
def test_a_normalization_leaves_mean_zero_and_variance_one(axis, over):
    """Along its own axis, but for the small number under the root."""
    y = Normalization(axis).forward(3 + 5 * weights(40, 40))
    assert np.abs(y.mean(axis=axis)).max() < 1e-12, over
    assert y.var(axis=axis) == pytest.approx(1, abs=1e-4)


def test_a_stack_without_skips_is_the_perceptron():
    """Same logits, same step, same epoch: the parts in a row are an MLP."""
    mlp = MLP((5, 6, 3), glorot_normal, activation="tanh", rng=0)
    first, last = (weights.copy() for weights in mlp.weights)
    stack = Stack([Linear(first), Nonlinear(ACTIVATIONS["tanh"]), Linear(last)])
    x, y = weights(20, 5), np.arange(20) % 3

    assert stack.forward(x) == pytest.approx(mlp.forward(x).logits, abs=1e-14)
    assert stack.accuracy(x, y) == mlp.accuracy(x, y)
    stack.train_epoch(x, y, learning_rate=0.1, batch_size=8, rng=0)
    mlp.train_epoch(x, y, learning_rate=0.1, batch_size=8, rng=0)
    assert stack.parameters[0] == pytest.approx(mlp.weights[0], abs=1e-14)
    assert stack.loss(x, y) == pytest.approx(mlp.loss(x, y), abs=1e-14)


def test_a_rate_for_each_array_moves_that_array():
    """Of plain descent and of Adam; an array with a rate of next to nothing stays."""
    x, y = weights(20, 5), np.arange(20) % 3
    for start in (
        lambda net, rates: net.step(x, y, learning_rate=rates),
        lambda net, rates: Adam(net, learning_rate=rates).step(x, y),
    ):
        network = Stack([Linear(weights(5, 6)), Normalization(1), Linear(weights(6, 3))])
        before = [array.copy() for array in network.parameters]
        start(network, [0.1, 0.1, 1e-300, 0.1])
        moved = [bool((old != new).any()) for old, new in zip(before, network.parameters, strict=True)]
        assert moved == [True, True, False, True]


def test_single_precision_stays_single():
    """Forward, back and after a step."""
    linear = [Linear(weights(5, 5).astype(np.float32)), Linear(weights(5, 3).astype(np.float32))]
    network = Stack([linear[0], Normalization(0), Nonlinear(ACTIVATIONS["relu"]), linear[1]])
    x, y = weights(20, 5), np.arange(20) % 3
    network.step(x, y, learning_rate=0.1)

    assert network.forward(x).dtype == np.float32
    assert {array.dtype for array in (*network.parameters, *network.derivatives(x, y))} == {np.dtype(np.float32)}


def test_bad_input_is_named():
    """The argument, the value and what is accepted; an overflow is an error too."""
    network = Stack([Linear(weights(5, 3))])
    x = weights(4, 5)
    with pytest.raises(ValueError, match="learning_rate must be one number, or 2, got"):
        network.step(x, [0, 1, 2, 0], learning_rate=[0.1])
    with pytest.raises(ValueError, match="learning_rate must be"):
        network.step(x, [0, 1, 2, 0], learning_rate=-1.0)
    with pytest.raises(ValueError, match="y must"):
        network.loss(x, [0, 1, 2, 3])
    with pytest.raises(TypeError, match="network must be an MLP or a Stack"):
        Adam([1])
    network.parameters[0] *= 1e308
    with pytest.raises(FloatingPointError):
        network.forward(1e10 * x)
