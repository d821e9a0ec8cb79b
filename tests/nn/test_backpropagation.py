"""Promises of xavier_lib.nn.backpropagation: the exact gradients of the mean cross-entropy."""

import math

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, Activation
from xavier_lib.nn.backpropagation import Forward, Layer, backward_pass, cross_entropy, forward_pass, log_softmax

SIZES = (5, 7, 6, 4)
ROWS = 9
STEP = 1e-5

each_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS.keys())


def stack(weights, biases, activation):
    """Return the layers of a network, the last one without an activation."""
    activations = [activation] * (len(weights) - 1) + [None]
    return [Layer(*parts, first=not i) for i, parts in enumerate(zip(weights, biases, activations, strict=True))]


class Batch:
    """A network of three layers with a batch of rows, all drawn from one seed; biases are not zero."""

    def __init__(self, activation, seed=3):
        rng = np.random.default_rng(seed)
        self.activation = activation
        self.rows = rng.standard_normal((ROWS, SIZES[0]))
        self.labels = rng.integers(0, SIZES[-1], ROWS)
        self.weights = [rng.standard_normal(shape) / 2 for shape in zip(SIZES, SIZES[1:], strict=False)]
        self.biases = [rng.standard_normal(size) / 2 for size in SIZES[1:]]

    def forward(self):
        return forward_pass(stack(self.weights, self.biases, self.activation), self.rows)

    def loss(self):
        return cross_entropy(self.forward().logits, self.labels)[0]

    def gradients(self):
        layers = stack(self.weights, self.biases, self.activation)
        record = forward_pass(layers, self.rows)
        return backward_pass(layers, record, cross_entropy(record.logits, self.labels)[1])


def central_differences(loss, parameter):
    """Return the slope of a loss by each number of a parameter, which is moved a step up and a step down."""
    slopes = np.empty_like(parameter)
    for index in np.ndindex(parameter.shape):
        kept = parameter[index]
        parameter[index] = kept + STEP
        above = loss()
        parameter[index] = kept - STEP
        slopes[index] = (above - loss()) / (2 * STEP)
        parameter[index] = kept
    return slopes


@each_activation
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_gradients_are_the_slopes_of_the_loss(activation, layer):
    """Every weight's and every bias's gradient equals the central difference of the mean loss, within 1e-9.

    With step h = 1e-5 the differences err by about h² = 1e-10 and by rounding, 4e-16 / h = 4e-11; the gradients are
    near 0.1. A bias gradient that is not summed, or a derivative taken at the activation, misses by 1e-3 and more.
    The first assertion keeps every pre-activation ten steps away from ReLU's kink, where no slope exists.
    """
    batch = Batch(activation)
    assert min(abs(z).min() for z in batch.forward().pre_activations[:-1]) > 10 * STEP * abs(batch.rows).max()

    gradients = batch.gradients()
    assert gradients.weights[layer] == pytest.approx(central_differences(batch.loss, batch.weights[layer]), abs=1e-9)
    assert gradients.biases[layer] == pytest.approx(central_differences(batch.loss, batch.biases[layer]), abs=1e-9)


@each_activation
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_gradients_of_pre_activations_belong_to_their_rows(activation, layer):
    """The record holds each row's own derivative: that of a bias which only this row has; tolerance as above."""
    batch = Batch(activation)
    gradients = batch.gradients()

    batch.biases[layer] = np.tile(batch.biases[layer], (ROWS, 1))
    assert gradients.pre_activations[layer] == pytest.approx(
        central_differences(batch.loss, batch.biases[layer]), abs=1e-9
    )


@pytest.mark.parametrize("activation", [None, Activation("own", np.tanh, lambda z: 1 - np.tanh(z) ** 2)])
def test_a_layer_that_cannot_write_in_place_makes_room_all_the_same(activation):
    """The output layer has no activation, and a reader's own one has no form in place: both keep their f."""
    layer = Layer(np.ones((3, 2)), np.zeros(2), activation)
    before = layer.f
    layer.make_room(4, np.dtype(float))

    assert layer.f is before


def test_the_bias_gradient_is_the_sum_over_rows():
    """The loss is a mean: each row's derivative holds 1 / rows already, and a bias adds them up. Equal in all bits."""
    gradients = Batch(ACTIVATIONS["tanh"]).gradients()

    for bias, pre_activations in zip(gradients.biases, gradients.pre_activations, strict=True):
        assert bias.tolist() == pre_activations.sum(axis=0).tolist()


def test_gradients_do_not_depend_on_how_often_the_batch_is_repeated():
    """The same rows five times over have the same mean loss, and so the same slopes; 1e-14 is rounding.

    A sum in place of the mean is five times too large.
    """
    once, often = Batch(ACTIVATIONS["tanh"]), Batch(ACTIVATIONS["tanh"])
    often.rows, often.labels = np.tile(often.rows, (5, 1)), np.tile(often.labels, 5)

    for repeated, single in zip(often.gradients().weights, once.gradients().weights, strict=True):
        assert repeated == pytest.approx(single, abs=1e-14)
    for repeated, single in zip(often.gradients().biases, once.gradients().biases, strict=True):
        assert repeated == pytest.approx(single, abs=1e-14)


def test_the_derivative_is_taken_at_the_pre_activation():
    """One sigmoid unit by hand: its pre-activation is 2, so the gradient carries sigmoid'(2) = 0.105.

    Taken at the activation, sigmoid(2) = 0.881, it would be 0.207, twice as much; 1e-12 is rounding.
    """
    record = Forward([np.array([[2.0]]), np.array([[0.0]])], [np.array([[1.0]]), np.array([[1 / (1 + math.exp(-2))]])])
    weights = [np.array([[2.0]]), np.array([[3.0]])]

    layers = stack(weights, [np.zeros(1)] * 2, ACTIVATIONS["sigmoid"])
    gradients = backward_pass(layers, record, np.array([[1.0]]))
    assert gradients.biases[0] == pytest.approx(3 * math.exp(-2) / (1 + math.exp(-2)) ** 2, rel=1e-12)


@pytest.mark.parametrize("rows", [1, 500])
def test_a_layer_is_one_array_operation_whatever_the_number_of_rows(rows):
    """Both f and f' are called once a hidden layer, with all rows at once: nothing loops over samples or units."""
    calls = []
    counted = Activation(
        "counted",
        lambda z: calls.append(("f", z.shape)) or np.tanh(z),
        lambda z: calls.append(("df", z.shape)) or 1 - np.tanh(z) ** 2,
    )
    batch = Batch(counted)
    batch.rows, batch.labels = np.resize(batch.rows, (rows, SIZES[0])), np.resize(batch.labels, rows)

    batch.gradients()
    assert calls == [("f", (rows, 7)), ("f", (rows, 6)), ("df", (rows, 6)), ("df", (rows, 7))]


def test_the_forward_record_holds_every_layer():
    """Each activation is f of the layer's pre-activation, each pre-activation the affine map of the layer below.

    The last layer has pre-activations only, the logits. Equal in all bits, since the operations are the same.
    """
    batch = Batch(ACTIVATIONS["softsign"])
    record = batch.forward()

    assert [z.shape for z in record.pre_activations] == [(ROWS, size) for size in SIZES[1:]]
    assert record.activations[0] is batch.rows
    for layer, z in enumerate(record.pre_activations):
        assert z.tolist() == (record.activations[layer] @ batch.weights[layer] + batch.biases[layer]).tolist()
        if layer < 2:
            assert record.activations[layer + 1].tolist() == batch.activation.f(z).tolist()
    assert len(record.activations) == 3
    assert record.logits is record.pre_activations[-1]


def test_cross_entropy_is_the_mean_of_minus_log_p():
    """By hand: p of the labels is 1/4 and 3/4, so the loss is (ln 4 + ln 4/3) / 2; 1e-15 is rounding."""
    logits = np.log([[1.0, 3.0], [1.0, 3.0]])

    assert cross_entropy(logits, np.array([0, 1]))[0] == pytest.approx((math.log(4) + math.log(4 / 3)) / 2, rel=1e-15)


def test_the_derivative_of_cross_entropy_is_p_minus_the_label_over_the_rows():
    """The textbook's formula, and its consequence: a row's derivatives add up to zero. 1e-15 is rounding."""
    logits = np.random.default_rng(1).standard_normal((3, 4))
    labels = np.array([2, 0, 3])

    derivative = cross_entropy(logits, labels)[1]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert derivative == pytest.approx((p - np.eye(4)[labels]) / 3, abs=1e-15)
    assert derivative.sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-15)


def test_log_softmax_does_not_depend_on_a_common_shift():
    """Adding a number to a row's logits changes no probability; at 1000 an exponential of its own would overflow.

    1e-12 is the rounding of logits near 1000.
    """
    logits = np.array([[0.0, 1.0, -2.0]])

    assert np.exp(log_softmax(logits)).sum() == pytest.approx(1, rel=1e-15)
    for shift in (1000, -1000):
        assert log_softmax(logits + shift) == pytest.approx(log_softmax(logits), abs=1e-12)


def test_a_hopeless_label_has_a_finite_loss():
    """Where p rounds to 0 the loss is still the distance of the logits, not infinite. Equal in all bits."""
    assert cross_entropy(np.array([[0.0, 5000.0]]), np.array([0]))[0] == 5000


ADVICE = "outgrew float64: take smaller weights or a smaller learning_rate"


def test_a_forward_pass_that_outgrows_the_dtype_is_refused():
    """Two linear layers of weight 1e200 give 1e400: the error says what to do, and no infinity is returned."""
    weights = [np.full((1, 1), 1e200)] * 2
    with pytest.raises(FloatingPointError, match=f"the forward pass {ADVICE}"):
        forward_pass(stack(weights, [np.zeros(1)] * 2, ACTIVATIONS["linear"]), np.ones((1, 1)))


def test_a_hidden_overflow_is_refused_too():
    """Here tanh would hide the infinity behind a 1, and the record would hold it."""
    weights = [np.full((1, 1), 1e200), np.ones((1, 1))]
    with pytest.raises(FloatingPointError, match=f"the forward pass {ADVICE}"):
        forward_pass(stack(weights, [np.zeros(1)] * 2, ACTIVATIONS["tanh"]), np.full((1, 1), 1e200))


@pytest.mark.parametrize(
    ("activation", "weight", "gradient"), [(1e-200, 1e200, 1e200), (1e200, 1.0, 1e200)], ids=["signal", "weights"]
)
def test_a_backward_pass_that_outgrows_the_dtype_is_refused(activation, weight, gradient):
    """Either the signal on its way down reaches 1e400, or only the gradient of a weight does: both are errors."""
    record = Forward([np.full((1, 1), activation), np.ones((1, 1))], [np.ones((1, 1)), np.full((1, 1), activation)])
    weights = [np.ones((1, 1)), np.full((1, 1), weight)]
    with pytest.raises(FloatingPointError, match=f"the backward pass {ADVICE}"):
        backward_pass(stack(weights, [np.zeros(1)] * 2, ACTIVATIONS["linear"]), record, np.full((1, 1), gradient))


def test_the_derivative_by_the_data_is_not_computed():
    """Nobody asks for it, and it would be one more matrix product; a further layer passes it down."""
    first, further = (Layer(np.ones((2, 1)), np.zeros(1), None, first=first) for first in (True, False))
    for layer in (first, further):
        layer.forward(np.ones((3, 2)))

    assert first.backward(np.ones((3, 1))) is None
    assert further.backward(np.ones((3, 1))).tolist() == [[1, 1]] * 3


def test_logits_too_far_apart_are_refused():
    """The distance of two finite logits may be infinite, and so would be the loss; where it is not, it is exact."""
    assert cross_entropy(np.array([[1.5e308, -1.5e308]]), np.array([0]))[0] == 0
    with pytest.raises(FloatingPointError, match=ADVICE):
        cross_entropy(np.array([[1.5e308, -1.5e308]]), np.array([1]))
