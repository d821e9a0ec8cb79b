"""Promises of xavier_lib.nn.mlp: the network that the chapters train."""

import math
import tracemalloc
from functools import partial

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, Activation, constant, glorot_normal, glorot_uniform, lecun_uniform
from xavier_lib.nn.arrays import class_labels
from xavier_lib.nn.backpropagation import Forward, Layer

SIZES = (3, 8, 6, 4)
make_room = Layer.make_room
X = np.random.default_rng(10).standard_normal((20, 3))
Y = np.random.default_rng(11).integers(0, 4, 20)

each_activation = pytest.mark.parametrize("activation", list(ACTIVATIONS))


def network(activation="tanh", dtype=float, sizes=SIZES):
    """Return a small network whose biases are not zero."""
    made = MLP(sizes, glorot_normal, activation=activation, rng=12, dtype=dtype)
    for bias in made.biases:
        bias += np.linspace(-0.5, 0.5, bias.size).astype(dtype)
    return made


def parameters(made):
    """Return copies of all weights and biases."""
    return [values.copy() for values in (*made.weights, *made.biases)]


# How it starts


def test_each_layer_starts_with_the_initializer_and_zero_biases():
    """Layer by layer the initializer gets the shape (fan_in, fan_out), the one generator and the dtype."""
    calls = []

    def start(shape, *, rng, dtype):
        calls.append((shape, rng, dtype))
        return np.full(shape, len(calls), dtype)

    generator = np.random.default_rng(0)
    made = MLP(SIZES, start, rng=generator, dtype="float32")
    assert calls == [((3, 8), generator, np.float32), ((8, 6), generator, np.float32), ((6, 4), generator, np.float32)]
    assert [weights.tolist() for weights in made.weights] == [
        np.full(shape, n).tolist() for n, shape in enumerate([(3, 8), (8, 6), (6, 4)], 1)
    ]
    assert [bias.tolist() for bias in made.biases] == [[0] * 8, [0] * 6, [0] * 4]
    assert {values.dtype for values in parameters(made)} == {np.dtype("float32")}


def test_a_seed_decides_the_start():
    """The same seed gives the same weights in all bits, another seed others."""
    same, again, other = (MLP(SIZES, glorot_uniform, rng=seed) for seed in (1, 1, 2))

    assert [w.tolist() for w in same.weights] == [w.tolist() for w in again.weights]
    assert same.weights[0].tolist() != other.weights[0].tolist()


def test_training_leaves_the_array_of_the_initializer_alone():
    """An initializer may return one array twice; the network trains copies of it."""
    shared = np.ones((3, 3))
    made = MLP((3, 3, 3), lambda shape, *, rng, dtype: shared)  # noqa: ARG005

    made.step(X, Y % 3, learning_rate=0.5)
    assert (shared == 1).all()


@pytest.mark.parametrize(
    ("start", "limit"), [(partial(lecun_uniform, gain=3**-0.5), 3**-0.5), (glorot_uniform, (6 / 11) ** 0.5)]
)
def test_biases_may_start_as_in_other_libraries(start, limit):
    """PyTorch draws U(±1/√fan_in), scikit-learn U(±√(6/(fan_in + fan_out))): of one layer, the fans being 3 and 8.

    The largest of 8000 draws in a thousand networks lies within 1 % of the limit and never beyond it.
    """
    generator = np.random.default_rng(0)
    biases = [MLP((3, 8), glorot_uniform, bias_initializer=start, rng=generator).biases[0] for _ in range(1000)]

    assert {bias.shape for bias in biases} == {(8,)}
    assert 0.99 * limit < np.abs(biases).max() <= limit


def test_each_layer_draws_its_weights_and_then_its_biases():
    """One generator for all: the order is written down here, so that a seed means the same start for ever."""
    calls = []

    def start(shape, *, rng, dtype, fans=None):
        calls.append((shape, fans, rng, dtype))
        return np.full(shape, len(calls), dtype)

    generator = np.random.default_rng(0)
    made = MLP((3, 8, 4), start, bias_initializer=start, rng=generator, dtype="float32")
    assert [call[:2] for call in calls] == [((3, 8), None), ((1, 8), (3, 8)), ((8, 4), None), ((1, 4), (8, 4))]
    assert calls[1][1].fan_out == 8
    assert all(call[2] is generator and call[3] == np.float32 for call in calls)
    assert [bias.tolist() for bias in made.biases] == [[2] * 8, [4] * 4]
    assert made.biases[0].dtype == np.float32


def test_biases_of_zero_draw_nothing():
    """Without an initializer of their own they leave the generator alone: the weights of a seed stay what they are."""
    generator = np.random.default_rng(7)
    first = [glorot_uniform(shape, rng=generator).tolist() for shape in ((3, 8), (8, 6), (6, 4))]

    assert [weights.tolist() for weights in MLP(SIZES, glorot_uniform, rng=7).weights] == first


def test_a_start_without_fans_can_draw_biases_too():
    """The constant and the naive starts drop the fans that they do not need, as the docstring shows."""
    made = MLP(SIZES, glorot_uniform, bias_initializer=partial(constant, value=0.1))

    assert [bias.tolist() for bias in made.biases] == [[0.1] * 8, [0.1] * 6, [0.1] * 4]


# Another one like it


def test_another_start_leaves_all_else_and_the_original():
    """Sizes, activation, dtype and the order of sums stay; the start is that of a network built anew, in all bits."""
    made = network("relu", "float32")
    before = parameters(made)
    other = made.with_start(glorot_uniform, bias_initializer=glorot_uniform, rng=3)
    anew = MLP(SIZES, glorot_uniform, bias_initializer=glorot_uniform, activation="relu", rng=3, dtype="float32")

    assert (other.sizes, other.activation, other.dtype) == (made.sizes, made.activation, made.dtype)
    for mine, its in zip(parameters(other), parameters(anew), strict=True):
        assert mine.tolist() == its.tolist()
    other.step(X, Y, learning_rate=0.1)
    assert [values.tolist() for values in parameters(made)] == [values.tolist() for values in before]
    assert not any(bias.any() for bias in made.with_start(glorot_uniform).biases)


def test_one_layer_may_be_replaced():
    """The weights, the bias or both of one layer are others; what is given, and the original, are copied."""
    made, given = network(), np.full((8, 6), 2)
    before = parameters(made)
    other = made.with_layer(1, weights=given, bias=[1, 2, 3, 4, 5, 6])

    assert other.weights[1].tolist() == given.tolist()
    assert other.biases[1].tolist() == [1, 2, 3, 4, 5, 6]
    assert other.weights[1].dtype == other.biases[1].dtype == float
    for layer in (0, 2):
        assert other.weights[layer].tolist() == made.weights[layer].tolist()
        assert other.biases[layer].tolist() == made.biases[layer].tolist()
    assert made.with_layer(1, weights=given).biases[1].tolist() == made.biases[1].tolist()
    assert made.with_layer(2, bias=np.ones(4)).weights[2].tolist() == made.weights[2].tolist()
    other.step(X, Y, learning_rate=0.1)
    assert (given == 2).all()
    assert [values.tolist() for values in parameters(made)] == [values.tolist() for values in before]


def test_networks_made_from_one_another_train_by_themselves():
    """Also where the original was trained before, and so has memory for its steps: none of it is shared."""
    made = network()
    made.step(X, Y, learning_rate=0.1)
    same = made.with_layer(0, bias=made.biases[0])
    product = made.with_matmul(np.matmul)

    losses = [other.step(X, Y, learning_rate=0.1) for other in (made, same, product)]
    assert losses[0] == losses[1] == losses[2]
    for mine, its, third in zip(parameters(made), parameters(same), parameters(product), strict=True):
        assert mine.tolist() == its.tolist() == third.tolist()


def test_all_products_are_taken_by_the_function_that_is_given():
    """Three a layer, but for the one by the data; a step and the recorded passes alike."""
    calls = []

    def matmul(a, b, out=None):
        calls.append((a.shape, b.shape))
        return np.matmul(a, b, out=out)

    plain = network()
    plain.step(X, Y, learning_rate=0.1)  # has memory for its steps from here on, with its own product
    made = plain.with_matmul(matmul)
    made.gradients(X, Y)
    recorded, calls[:] = sorted(calls), []
    made.step(X, Y, learning_rate=0.1)
    assert len(calls) == 8
    assert sorted(calls) == recorded


def test_an_activation_put_in_the_place_of_another_is_trained():
    """As with weights, the step uses what the network holds now; equal in all bits to a network of that kind."""
    made, other = network("tanh"), network("relu")
    made.step(X, Y, learning_rate=0.1)
    made.activation = other.activation
    for layer in range(3):
        made.weights[layer][:], made.biases[layer][:] = other.weights[layer], other.biases[layer]

    assert made.step(X, Y, learning_rate=0.1) == other.step(X, Y, learning_rate=0.1)
    for mine, its in zip(parameters(made), parameters(other), strict=True):
        assert mine.tolist() == its.tolist()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda made: made.with_layer(3, bias=[0]), ValueError, "layer must be a whole number from 0 to 2, got 3"),
        (lambda made: made.with_layer(-1, bias=[0]), ValueError, "layer must be a whole number of at least 0, got -1"),
        (lambda made: made.with_layer("0", bias=[0]), TypeError, "layer must be a whole number, got '0'"),
        (lambda made: made.with_layer(0), TypeError, "weights or bias must be given, got neither"),
        (
            lambda made: made.with_layer(0, weights=np.ones((8, 3))),
            ValueError,
            r"weights must have shape \(3, 8\), got",
        ),
        (lambda made: made.with_layer(0, bias=[1.0]), ValueError, r"bias must have shape \(8,\), got \(1,\)"),
        (lambda made: made.with_layer(0, bias=[np.nan] * 8), ValueError, "bias must .* finite numbers, got nan"),
        (lambda made: made.with_layer(0, weights="w"), TypeError, "weights must .* finite numbers, got 'w'"),
        (
            lambda made: made.with_start(0.1),
            TypeError,
            "initializer must be a function such as glorot_uniform, got 0.1",
        ),
        (lambda made: made.with_start(glorot_uniform, rng=-1), ValueError, "rng must be .* got -1"),
        (lambda made: made.with_matmul("@"), TypeError, "matmul must be a function such as numpy.matmul, got '@'"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(change, error, message):
    """The error names the argument, what it got and what fits."""
    with pytest.raises(error, match=message):
        change(network())


# What it computes


def test_logits_of_a_small_network_by_hand():
    """One row through two layers: x = (1, 2) gives z = 1·1 + 2·2 + 1 = 6, a = relu(6), logits (6, -6 + 3)."""
    made = MLP((2, 1, 2), glorot_uniform, activation="relu", rng=0)
    made.weights[:] = [np.array([[1.0], [2.0]]), np.array([[1.0, -1.0]])]
    made.biases[:] = [np.array([1.0]), np.array([0.0, 3.0])]

    record = made.forward([[1, 2]])
    assert [z.tolist() for z in record.pre_activations] == [[[6]], [[6, -3]]]
    assert [a.tolist() for a in record.activations] == [[[1, 2]], [[6]]]


@each_activation
def test_records_have_one_entry_a_layer(activation):
    """The shapes that the chapters rely on: the input first, rows first, and gradients shaped like their weights."""
    made = network(activation)
    record, gradients = made.forward(X), made.gradients(X, Y)

    assert [z.shape for z in record.pre_activations] == [(20, 8), (20, 6), (20, 4)]
    assert [a.shape for a in record.activations] == [(20, 3), (20, 8), (20, 6)]
    assert [g.shape for g in gradients.weights] == [(3, 8), (8, 6), (6, 4)]
    assert [g.shape for g in gradients.biases] == [(8,), (6,), (4,)]
    assert [g.shape for g in gradients.pre_activations] == [(20, 8), (20, 6), (20, 4)]


@each_activation
def test_the_forward_pass_treats_each_row_for_itself(activation):
    """Rows in one batch, in pieces or alone have the same logits; 1e-13 is the order in which BLAS adds."""
    made = network(activation)
    whole = made.forward(X).logits

    for pieces in (2, 20):
        split = np.concatenate([made.forward(piece).logits for piece in np.split(X, pieces)])
        assert split == pytest.approx(whole, abs=1e-13)


def test_probabilities_are_the_softmax_of_the_logits():
    """Positive, a row adds up to 1, and their ratios are e to the difference of logits; 1e-12 is rounding."""
    made = network()
    p, logits = made.probabilities(X), made.forward(X).logits

    assert p.min() > 0
    assert p.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-14)
    assert p[:, 1:] / p[:, :1] == pytest.approx(np.exp(logits[:, 1:] - logits[:, :1]), rel=1e-12)


def test_the_loss_is_the_mean_of_minus_log_p():
    """The definition, applied to the probabilities; 1e-13 is rounding."""
    made = network()

    p = made.probabilities(X)[np.arange(20), Y]
    assert made.loss(X, Y) == pytest.approx(np.mean(-np.log(p)), rel=1e-13)


@pytest.mark.parametrize("classes", [2, 4, 10])
def test_equal_logits_cost_the_logarithm_of_the_classes(classes):
    """A network of zeros knows nothing: every class has 1 / classes, and the loss is ln(classes); 1e-15 is rounding."""
    made = MLP((3, 5, classes), lambda shape, **rest: constant(shape, 0.0, **rest))

    assert made.probabilities(X) == pytest.approx(np.full((20, classes), 1 / classes), rel=1e-15)
    assert made.loss(X, Y % classes) == pytest.approx(math.log(classes), rel=1e-15)


def test_accuracy_is_the_share_of_rows_with_the_right_class_on_top():
    """Three of four rows by hand: the logits are the inputs themselves."""
    made = MLP((2, 2), lambda shape, **_: np.eye(*shape))

    assert made.accuracy([[1, 0], [0, 1], [3, 2], [0, 5]], [0, 1, 1, 1]) == 0.75


@each_activation
def test_gradients_predict_how_the_loss_changes(activation):
    """Along the gradient g the loss rises by h |g|² per step h, within one part in a million.

    The central difference with h = 1e-4 errs by about h² = 1e-8; test_backpropagation looks at each number alone.
    """
    made = network(activation)
    gradients = made.gradients(X, Y)
    slopes, start = [*gradients.weights, *gradients.biases], parameters(made)

    def loss_at(h):
        for values, kept, slope in zip((*made.weights, *made.biases), start, slopes, strict=True):
            values[:] = kept + h * slope
        return made.loss(X, Y)

    predicted = sum(float((slope**2).sum()) for slope in slopes)
    assert (loss_at(1e-4) - loss_at(-1e-4)) / 2e-4 == pytest.approx(predicted, rel=1e-6)


def test_backward_with_the_gradients_of_the_loss_gives_its_gradients():
    """The public way in two steps, forward and backward, is the way of ``gradients``; 1e-15 is rounding."""
    made = network()
    record = made.forward(X)

    back, gradients = made.backward(record, (made.probabilities(X) - np.eye(4)[Y]) / 20), made.gradients(X, Y)
    for mine, its in zip((*back.weights, *back.biases), (*gradients.weights, *gradients.biases), strict=True):
        assert mine == pytest.approx(its, abs=1e-15)


def test_backward_is_linear_in_what_is_sent_back():
    """Twice the gradient at the logits is twice the gradient everywhere, in all bits: a power of two rounds nothing."""
    made = network("sigmoid")
    record, sent = made.forward(X), np.random.default_rng(0).standard_normal((20, 4))

    once, twice = made.backward(record, sent), made.backward(record, 2 * sent)
    for part, doubled in zip(once, twice, strict=True):
        assert [(2 * values).tolist() for values in part] == [values.tolist() for values in doubled]


@each_activation
def test_a_float32_network_computes_in_float32(activation):
    """Every record and every parameter stays float32, before and after a step, though x is float64.

    Its gradients agree with those of the same network in float64 to 1e-6: ten roundings of 6e-8 of numbers near 1.
    """
    single, double = network(activation, "float32"), network(activation)
    for mine, its in zip((*double.weights, *double.biases), (*single.weights, *single.biases), strict=True):
        mine[:] = its

    gradients, record = single.gradients(X, Y), single.forward(X)
    for mine, its in zip(gradients.weights, double.gradients(X, Y).weights, strict=True):
        assert mine == pytest.approx(its, abs=1e-6)
    single.step(X, Y, learning_rate=0.1)
    held = [values for part in (*gradients, *record) for values in part] + parameters(single)
    assert {values.dtype for values in held} == {np.dtype("float32")}
    assert single.probabilities(X).dtype == np.float32


def test_an_activation_of_ones_own_is_used():
    """A network takes any f with its derivative, and calls f once a hidden layer, with all rows at once."""
    shapes = []
    own = Activation("sine", lambda z: shapes.append(z.shape) or np.sin(z), np.cos)
    made = network(own)

    assert made.forward(X).activations[1].tolist() == np.sin(X @ made.weights[0] + made.biases[0]).tolist()
    assert shapes == [(20, 8), (20, 6)]


# How it learns


@pytest.mark.parametrize("learning_rate", [0.25, 0.01])
def test_a_step_moves_by_minus_the_rate_times_the_gradient(learning_rate):
    """Plain gradient descent: W - η dL/dW for each weight, b - η dL/db for each bias, but for the last bits.

    A rate ignored, doubled or squared moves by another amount.
    """
    made = network()
    gradients, before = made.gradients(X, Y), parameters(made)

    made.step(X, Y, learning_rate=learning_rate)
    for now, then, slope in zip(parameters(made), before, [*gradients.weights, *gradients.biases], strict=True):
        np.testing.assert_allclose(now, then - learning_rate * slope, rtol=1e-14, atol=1e-16)
        assert not np.array_equal(now, then)


def test_a_step_returns_the_loss_before_it():
    """The number is that of the network as it was, to rounding; a small step then lowers the loss."""
    made = network()
    before = made.loss(X, Y)

    assert made.step(X, Y, learning_rate=0.1) == pytest.approx(before, rel=1e-12)
    assert made.loss(X, Y) < before


def seen_in_an_epoch(rows, batch_size, rng):
    """Return the rows that one epoch sees, batch by batch: a network of weights 1 whose rate is next to nothing."""
    batches = []
    own = Activation("spy", lambda z: batches.append(z[:, 0].tolist()) or z, np.ones_like)
    made = MLP((1, 1, 2), lambda shape, **rest: constant(shape, 1.0, **rest), activation=own)
    made.train_epoch(np.arange(rows)[:, np.newaxis], [0] * rows, learning_rate=1e-300, batch_size=batch_size, rng=rng)
    return batches


@pytest.mark.parametrize(("batch_size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (99, [10]), (1, [1] * 10)])
def test_an_epoch_sees_each_row_once(batch_size, sizes):
    """Batches of the size asked for, the rest in a last smaller one; together every row exactly once, shuffled."""
    batches = seen_in_an_epoch(10, batch_size, rng=0)

    assert [len(batch) for batch in batches] == sizes
    assert sorted(sum(batches, [])) == list(range(10))
    assert sum(batches, []) != list(range(10))


def test_a_seed_decides_the_order_of_the_rows():
    """The same seed gives the same epoch, another seed another one, and a generator moves on from epoch to epoch."""
    assert seen_in_an_epoch(10, 3, rng=0) == seen_in_an_epoch(10, 3, rng=0)
    assert seen_in_an_epoch(10, 3, rng=0) != seen_in_an_epoch(10, 3, rng=1)
    generator = np.random.default_rng(0)
    assert seen_in_an_epoch(10, 3, generator) != seen_in_an_epoch(10, 3, generator)


def test_an_epoch_is_a_step_for_each_batch():
    """With all rows in one batch an epoch is a step: the loss and the weights agree to 1e-14, the order of the sum."""
    by_epoch, by_step = network(), network()

    loss = by_epoch.train_epoch(X, Y, learning_rate=0.5, batch_size=20, rng=0)
    assert loss == pytest.approx(by_step.step(X, Y, learning_rate=0.5), abs=1e-14)
    for mine, its in zip(parameters(by_epoch), parameters(by_step), strict=True):
        assert mine == pytest.approx(its, abs=1e-14)


def test_steps_on_batches_of_many_sizes_keep_the_memory_of_two():
    """An epoch has whole batches and a rest; what other sizes needed is given back."""
    x, y = np.ones((30_000, 5)), np.zeros(30_000, np.intp)
    made = MLP((5, 50, 2), glorot_normal, rng=0)
    tracemalloc.start()
    held = []
    for rows in (30_000, 29_999, 29_998, 29_997):
        made.step(x[:rows], y[:rows], learning_rate=0.1)
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    assert max(held) < 2.5 * held[0]


def test_a_division_by_zero_in_an_activation_is_an_error_with_advice():
    """A logarithm at a pre-activation of 0 is no number to train with, and it is no warning."""
    made = MLP(
        (2, 3, 2), partial(constant, value=0.0), activation=Activation("log", lambda z: np.log(abs(z)), lambda z: 1 / z)
    )
    with pytest.raises(FloatingPointError, match="training outgrew float64"):
        made.step([[1.0, 2.0]], [0], learning_rate=0.1)
    with pytest.raises(FloatingPointError, match="activation 'log' outgrew float64 for 0.0"):
        made.forward([[1.0, 2.0]])


def test_two_sizes_of_batches_in_turn_take_their_memory_once(monkeypatch):
    """As whole batches and the rest of an epoch do, epoch after epoch."""
    rooms = []
    monkeypatch.setattr(
        Layer, "make_room", lambda layer, rows, dtype: rooms.append(rows) or make_room(layer, rows, dtype)
    )
    made = network()
    for rows in (20, 7, 20, 7):
        made.step(X[:rows], Y[:rows], learning_rate=0.1)

    assert sorted(rooms) == [7] * len(made.weights) + [20] * len(made.weights)


def test_the_loss_of_an_epoch_is_the_mean_over_rows():
    """With a rate next to nothing it is the loss of all rows, also where the last batch is smaller; 1e-14 is rounding.

    A mean over batches would weigh the last two rows as heavily as the nine before.
    """
    made = network()

    assert made.train_epoch(X, Y, learning_rate=1e-300, batch_size=9, rng=0) == pytest.approx(
        made.loss(X, Y), abs=1e-14
    )


def test_the_same_seeds_train_the_same_network():
    """Two runs from the same seeds end in the same bits."""
    runs = [network(), network()]
    losses = [[run.train_epoch(X, Y, learning_rate=0.3, batch_size=8, rng=seed) for seed in range(5)] for run in runs]

    assert losses[0] == losses[1]
    assert [values.tolist() for values in parameters(runs[0])] == [values.tolist() for values in parameters(runs[1])]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "softsign"])
def test_a_network_learns_what_no_linear_one_can(activation):
    """Exclusive or: every row is right after 500 epochs, where a linear network knows at most three rows of four."""
    x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    made = MLP((2, 16, 2), lambda shape, **rest: 2 * glorot_normal(shape, **rest), activation=activation, rng=0)

    for epoch in range(500):
        made.train_epoch(x, y, learning_rate=0.5, batch_size=4, rng=epoch)
    assert made.accuracy(x, y) == 1


# What it leaves alone, and what it refuses


def test_arguments_and_records_are_left_as_they_were():
    """No method writes into the arrays it was given, nor into a record that the reader still holds."""
    made = network("linear")  # whose f returns its argument itself
    x, y, sent = X.copy(), Y.copy(), np.ones((20, 4))
    record = made.forward(x)
    held = [values.copy() for part in record for values in part]

    made.backward(record, sent)
    made.gradients(x, y)
    made.probabilities(x)
    made.accuracy(x, y)
    made.step(x, y, learning_rate=0.1)
    made.train_epoch(x, y, learning_rate=0.1, rng=0)
    assert x.tolist() == X.tolist()
    assert y.tolist() == Y.tolist()
    assert (sent == 1).all()
    assert [v.tolist() for v in held] == [values.tolist() for part in record for values in part]


def test_weights_that_are_too_large_are_an_error_with_advice():
    """Where the forward or the backward pass outgrows the dtype, the error says what to change; nothing is NaN."""
    made = network("relu", "float32")
    for weights in made.weights:
        weights *= 1e15
    with pytest.raises(FloatingPointError, match="forward pass outgrew float32: take smaller weights or a smaller lea"):
        made.forward(X)

    made = network("linear", "float32")
    record = made.forward(X)
    made.weights[2] *= 1e30
    with pytest.raises(FloatingPointError, match="backward pass outgrew float32: take smaller weights or a smaller l"):
        made.backward(record, np.full((20, 4), 1e10))


def test_a_rate_that_is_too_bold_is_an_error_with_advice():
    """A step too far is refused with advice, instead of a curve of NaN."""
    made = network("relu", "float32")
    with pytest.raises(FloatingPointError, match="outgrew float32: take smaller weights or a smaller learning_rate"):
        made.step(X, Y, learning_rate=1e300)


USES = {
    "forward": lambda made: made.forward(X),
    "gradients": lambda made: made.gradients(X, Y),
    "step": lambda made: made.step(X, Y, learning_rate=0.1),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda z: z.sum(axis=1), ValueError, r"activation 'own' must return an array of shape \(20, 8\), got \(20,\)"),
        (lambda z: 0.5, ValueError, r"activation 'own' must return an array of shape \(20, 8\), got \(\)"),  # noqa: ARG005
        (lambda z: np.log(z - 100), ValueError, "activation 'own' must return numbers, got nan for"),
        (lambda z: None, TypeError, "activation 'own' must return numbers, got dtype object"),  # noqa: ARG005
        (lambda z: z + 0j, TypeError, "activation 'own' must return numbers, got dtype complex128"),
        (lambda z: z * np.inf, FloatingPointError, "outgrew float64"),
    ],
)
def test_what_an_activation_returns_is_checked(use, f, error, message):
    """A shape is not broadcast in silence, and NaN is the activation's fault, not that of too large weights."""
    with pytest.raises(error, match=message):
        use(network(Activation("own", f, np.ones_like)))


@pytest.mark.parametrize("use", [USES["gradients"], USES["step"]])
def test_what_a_derivative_returns_is_checked_too(use):
    """One slope for a whole layer is not spread over it."""
    with pytest.raises(ValueError, match=r"activation 'own' must return an array of shape \(20, 6\), got \(\)"):
        use(network(Activation("own", np.tanh, lambda z: 1.0)))  # noqa: ARG005


CALLS = {
    "forward": lambda made, x: made.forward(x),
    "probabilities": lambda made, x: made.probabilities(x),
    "loss": lambda made, x: made.loss(x, Y),
    "gradients": lambda made, x: made.gradients(x, Y),
    "accuracy": lambda made, x: made.accuracy(x, Y),
    "step": lambda made, x: made.step(x, Y, learning_rate=0.1),
    "train_epoch": lambda made, x: made.train_epoch(x, Y, learning_rate=0.1),
}
LABELED = {
    "loss": lambda made, y: made.loss(X, y),
    "gradients": lambda made, y: made.gradients(X, y),
    "accuracy": lambda made, y: made.accuracy(X, y),
    "step": lambda made, y: made.step(X, y, learning_rate=0.1),
    "train_epoch": lambda made, y: made.train_epoch(X, y, learning_rate=0.1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones((20, 2)), ValueError, r"x must have shape \(rows, 3\), got \(20, 2\)"),
        (np.ones(3), ValueError, r"x must have shape \(rows, 3\), got \(3,\)"),
        (np.ones((20, 3, 1)), ValueError, r"x must have shape \(rows, 3\), got \(20, 3, 1\)"),
        (np.empty((0, 3)), ValueError, r"x must be a non-empty array of finite numbers, got shape \(0, 3\)"),
        ([[1, 2, np.nan]], ValueError, r"x must .* finite numbers, got nan at index \(0, 2\)"),
        ([[1, -np.inf, 0]], ValueError, r"x must .* finite numbers, got -inf at index \(0, 1\)"),
        ([["1", "2", "3"]], TypeError, "x must be a non-empty array of finite numbers, got"),
        ([[1, 2], [3]], TypeError, "x must be a non-empty array of finite numbers, got"),
        ([[1j, 2, 3]], TypeError, "x must be a non-empty array of finite numbers, got"),
        (None, TypeError, "x must be a non-empty array of finite numbers, got None"),
    ],
)
def test_rows_that_do_not_fit_are_refused(call, x, error, message):
    """Every method that takes x names it, what it got and what fits."""
    with pytest.raises(error, match=message):
        call(network(), x)


def test_rows_that_float32_cannot_hold_are_refused():
    """Finite in float64, infinite in float32: refused with its place, and without a warning."""
    with pytest.raises(ValueError, match=r"x must .* finite numbers, got inf at index \(0, 1\)"):
        network(dtype="float32").forward([[0, 1e300, 0]])


@pytest.mark.parametrize("call", LABELED.values(), ids=LABELED.keys())
@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (Y[:-1], ValueError, r"y must have shape \(20,\), one label a row, got \(19,\)"),
        (Y[:, np.newaxis], ValueError, r"y must have shape \(20,\), one label a row, got \(20, 1\)"),
        (3, ValueError, r"y must have shape \(20,\), one label a row, got \(\)"),
        (Y + 1.0, TypeError, "y must hold whole numbers, one label a row, got dtype float64"),
        (Y > 1, TypeError, "y must hold whole numbers, one label a row, got dtype bool"),
        (list("0" * 20), TypeError, "y must hold whole numbers, one label a row, got dtype <U1"),
        (None, TypeError, "y must hold whole numbers, one label a row, got dtype object"),
        ([[0], [0, 1]], TypeError, r"y must hold whole numbers, one label a row, got \[\[0\], \[0, 1\]\]"),
        ([4] + [0] * 19, ValueError, "y must hold labels from 0 to 3, got 0 to 4"),
        ([-1] + [0] * 19, ValueError, "y must hold labels from 0 to 3, got -1 to 0"),
    ],
)
def test_labels_that_do_not_fit_are_refused(call, y, error, message):
    """Every method that takes y names it; a negative label does not count from the end."""
    with pytest.raises(error, match=message):
        call(network(), y)


@pytest.mark.parametrize("call", LABELED.values(), ids=LABELED.keys())
def test_masked_labels_are_refused(call):
    """A label under a mask is not to be used, and there is none in its place."""
    with pytest.raises(TypeError, match="y must hold whole numbers, one label a row, got a masked array"):
        call(network(), np.ma.masked_array(Y, Y == 1))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint32, np.int64, np.uint64, ">i4", np.intp])
def test_labels_of_any_whole_type_are_taken(dtype):
    """On 32-bit platforms an index is 32 bits long; whatever the labels are, they become one. Equal in all bits."""
    made, same = network(), network()

    assert made.loss(X, Y.astype(dtype)) == same.loss(X, Y)
    assert made.step(X, Y.astype(dtype), learning_rate=0.1) == same.step(X, Y, learning_rate=0.1)
    assert class_labels("y", Y.astype(dtype), 20, 4).dtype == np.intp


BAD_RATES = [(0, ValueError), (-0.1, ValueError), (np.nan, ValueError), (np.inf, ValueError)]
BAD_RATES += [("0.1", TypeError), (None, TypeError), (True, TypeError), (np.array([0.1]), TypeError)]


@pytest.mark.parametrize("method", ["step", "train_epoch"])
@pytest.mark.parametrize(("rate", "error"), BAD_RATES)
def test_a_rate_that_is_not_positive_and_finite_is_refused(method, rate, error):
    """The error names learning_rate and its value, and the network is left as it was."""
    made = network()
    before = parameters(made)
    with pytest.raises(error, match="learning_rate must be a (positive )?finite number, got") as raised:
        getattr(made, method)(X, Y, learning_rate=rate)
    assert repr(rate) in str(raised.value)
    assert [values.tolist() for values in parameters(made)] == [values.tolist() for values in before]


@pytest.mark.parametrize(
    ("batch_size", "error"), [(0, ValueError), (-4, ValueError), (4.0, TypeError), ("4", TypeError), (None, TypeError)]
)
def test_a_batch_size_that_is_no_positive_whole_number_is_refused(batch_size, error):
    """The error names batch_size."""
    with pytest.raises(error, match="batch_size must be a whole number"):
        network().train_epoch(X, Y, learning_rate=0.1, batch_size=batch_size)


@pytest.mark.parametrize(("rng", "error"), [(-1, ValueError), (0.5, TypeError), ("0", TypeError), (True, TypeError)])
def test_a_seed_that_is_none_is_refused(rng, error):
    """Both places that take rng name it."""
    with pytest.raises(error, match="rng must be a numpy Generator, a non-negative int seed or None, got"):
        network().train_epoch(X, Y, learning_rate=0.1, rng=rng)
    with pytest.raises(error, match="rng must be a numpy Generator, a non-negative int seed or None, got"):
        MLP(SIZES, glorot_uniform, rng=rng)


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ((3,), ValueError, r"sizes must be a sequence of at least two positive whole numbers, got \(3,\)"),
        ((), ValueError, "sizes must be a sequence of at least two"),
        ((3, 0, 2), ValueError, r"sizes\[1\] must be a whole number of at least 1, got 0"),
        ((3, -5, 2), ValueError, r"sizes\[1\] must be a whole number of at least 1, got -5"),
        ((3, 2.0), TypeError, r"sizes\[1\] must be a whole number, got 2.0"),
        ((3, True), TypeError, r"sizes\[1\] must be a whole number, got True"),
        ("32", TypeError, "sizes must be a sequence"),
        (3, TypeError, "sizes must be a sequence"),
        (None, TypeError, "sizes must be a sequence"),
        ((3, 2**63), ValueError, r"sizes\[1\] must be a whole number of at most .*, got 9223372036854775808"),
        ((2**40, 2**40, 3), ValueError, "sizes must give weights that a memory can hold, got"),
    ],
)
def test_sizes_that_are_none_are_refused(sizes, error, message):
    """The error names the place in sizes."""
    with pytest.raises(error, match=message):
        MLP(sizes, glorot_uniform)


@pytest.mark.parametrize(
    ("initializer", "error", "message"),
    [
        (0.1, TypeError, "initializer must be a function such as glorot_uniform, got 0.1"),
        ("glorot_uniform", TypeError, "initializer must be a function such as glorot_uniform, got 'glorot_uniform'"),
        (lambda shape, **_: np.ones(shape[::-1]), ValueError, r"initializer must .* shape \(3, 8\), got \(8, 3\)"),
        (lambda shape, **_: np.full(shape, np.nan), ValueError, "initializer's weights must .* finite .* got nan at"),
        (lambda shape, **_: [["a"] * shape[1]] * shape[0], TypeError, "initializer's weights must .* finite numbers"),
        (lambda shape, **_: None, TypeError, "initializer's weights must .* got None"),  # noqa: ARG005
    ],
)
def test_an_initializer_that_does_not_fit_is_refused(initializer, error, message):
    """The error says what an initializer must be or return."""
    with pytest.raises(error, match=message):
        MLP(SIZES, initializer)


@pytest.mark.parametrize(
    ("initializer", "error", "message"),
    [
        (0, TypeError, "bias_initializer must be a function such as glorot_uniform, got 0"),
        (lambda shape, **_: np.ones(shape[1]), ValueError, r"bias_initializer must .* shape \(1, 8\), got \(8,\)"),
        (lambda shape, **_: np.full(shape, np.inf), ValueError, "bias_initializer's biases must .* finite .* got inf"),
    ],
)
def test_a_start_of_biases_that_does_not_fit_is_refused(initializer, error, message):
    """The error tells it from the initializer of the weights."""
    with pytest.raises(error, match=message):
        MLP(SIZES, glorot_uniform, bias_initializer=initializer)


@pytest.mark.parametrize(("activation", "error"), [("swish", ValueError), (np.tanh, TypeError), (None, TypeError)])
def test_an_activation_that_is_unknown_is_refused(activation, error):
    """The error names the argument and lists the names."""
    with pytest.raises(error, match=r"activation must be one of \['leaky_relu'"):
        MLP(SIZES, glorot_uniform, activation=activation)


@pytest.mark.parametrize("dtype", [int, "float16", "complex128", "nonsense", None, object])
def test_a_dtype_other_than_float32_and_float64_is_refused(dtype):
    """Half precision and whole numbers would train to nonsense in silence."""
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got"):
        MLP(SIZES, glorot_uniform, dtype=dtype)


@pytest.mark.parametrize(
    ("gradients", "error", "message"),
    [
        (np.ones((20, 3)), ValueError, r"logit_gradients must have shape \(20, 4\), got \(20, 3\)"),
        (np.ones(4), ValueError, r"logit_gradients must have shape \(20, 4\), got \(4,\)"),
        (np.full((20, 4), np.nan), ValueError, "logit_gradients must .* finite numbers, got nan"),
        ("ones", TypeError, "logit_gradients must .* finite numbers, got 'ones'"),
    ],
)
def test_gradients_that_do_not_fit_the_logits_are_refused(gradients, error, message):
    """A row of gradients is not spread over all rows in silence."""
    made = network()
    with pytest.raises(error, match=message):
        made.backward(made.forward(X), gradients)


@pytest.mark.parametrize(
    ("record", "error", "message"),
    [
        (X, TypeError, "record must be what forward returns, got ndarray"),
        (None, TypeError, "record must be what forward returns, got NoneType"),
        (network(sizes=(3, 8, 4)).forward(X), ValueError, r"sizes \(3, 8, 6, 4\), got \(3, 8, 4\)"),
        (network(sizes=(3, 8, 5, 4)).forward(X), ValueError, r"sizes \(3, 8, 6, 4\), got \(3, 8, 5, 4\)"),
        (Forward([np.ones((2, 4))], [np.ones((2, 3))]), ValueError, r"sizes \(3, 8, 6, 4\), got \(3, 4\)"),
    ],
)
def test_a_record_of_another_network_is_refused(record, error, message):
    """Records of other sizes are told apart before any product fails."""
    with pytest.raises(error, match=message):
        network().backward(record, np.ones((20, 4)))
