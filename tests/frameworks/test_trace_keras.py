"""Promises of the measurement of Keras models on TensorFlow: what is told of a pass is so, and nothing changes."""

import math
import os
import random
import subprocess
import sys

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, he_normal
from xavier_lib.diagnosis import conclude
from xavier_lib.diagnosis.perceptron import measure
from xavier_lib.frameworks import require
from xavier_lib.frameworks.packages import INSTALL, missing

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import keras
import tensorflow as tf
from keras import ops

from xavier_lib.frameworks.keras import contents
from xavier_lib.frameworks.trace.keras import followed, measured

KL = keras.layers
RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 12)).astype(np.float32)
LABELS = RNG.integers(0, 5, 40)
PICTURES = RNG.standard_normal((4, 12, 12, 6)).astype(np.float32)
CLOSE = {"rel": 1e-4}  # single precision, where sums are taken in another order


@pytest.fixture(autouse=True)
def seeded():
    """Draw the weights of each test alike, so that shares and ranges hold as measured, and number layers anew."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def dense(*widths, **settings):
    """Return a stack of dense layers with one activation, linear at the end."""
    activation = settings.pop("activation", "relu")
    hidden = [KL.Dense(width, activation=activation, **settings) for width in widths[1:-1]]
    return keras.Sequential([KL.Input((widths[0],)), *hidden, KL.Dense(widths[-1])])


def by_name(found):
    """Return the records by the last two parts of their names."""
    return {"/".join(record.name.split("/")[-2:]): record for record in found.layers}


def size(values):
    """Return the root mean square of an array."""
    return float(np.sqrt(np.mean(np.square(np.asarray(values, np.float64)))))


def varying(values):
    """Return the size of what differs from the mean over the samples, place by place."""
    values = np.asarray(values, np.float64)
    return size(values - values.mean(axis=0))


class Calls(keras.Model):
    """A model whose layers are called by a function of their own, built by the batch it is made for."""

    def __init__(self, function, x, **layers):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)
        self(x)

    def call(self, x):
        """Call the function."""
        return self.function(self, x)


# What is measured


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_perceptron_in_keras_is_measured_as_the_one_in_numpy_with_its_weights(activation):
    """All that the perceptron's own measurement tells, forward and back, to the rounding of single precision.

    Shares are of 4096 numbers drawn from 640 to 1200 here, so that all of them are taken.
    """
    network = MLP((12, 30, 20, 5), he_normal, activation=activation, rng=1)
    model = dense(12, 30, 20, 5, activation=activation)
    for layer, weights in zip(model.layers, network.weights, strict=True):
        layer.set_weights([weights, np.zeros(weights.shape[1])])
    expected, found = measure(network, X, LABELS), measured(model, X, LABELS)

    for field in ("loss", "classes", "samples", "logits"):
        assert getattr(found, field) == pytest.approx(getattr(expected, field), **CLOSE), field
    same = ("shape", "fan_in", "fan_out", "rule", "wanted", "spread", "centre", "weight", "largest", "zeros")
    signals = ("input", "input_varying", "output", "output_varying", "kept", "saturated", "dead", "gradient")
    for there, here in zip(expected.layers, found.layers, strict=True):
        for field in (*same, *signals, "weight_gradient", "activation", "alike", "finite", "last", "used"):
            wanted = getattr(there, field)
            if field == "activation" or wanted is None or isinstance(wanted, (str, tuple)):
                assert getattr(here, field) == wanted, field
            else:
                assert getattr(here, field) == pytest.approx(wanted, rel=1e-3, abs=1e-7), field


def test_names_kinds_and_fans_are_those_that_inspect_tells():
    """A stack with a convolution, a depthwise and a separable one, a transposed one, a cell and a table."""
    for model, x in (convolutions(), recurrent()):
        stored = {array.name: array for array in contents(model).arrays}
        found = {record.name: record for record in measured(model, x).layers}
        assert stored.keys() == {name for name, record in found.items() if record.fan_in is not None}
        for name, array in stored.items():
            assert (found[name].kind, found[name].shape) == (array.kind, array.shape)
            assert (found[name].fan_in, found[name].fan_out) == tuple(array.fans)


def convolutions():
    """Return a model of convolutions of all kinds, and a batch."""
    layers = [
        KL.Conv2D(16, 3, groups=2, activation="relu"),
        KL.SeparableConv2D(8, 3),
        KL.DepthwiseConv2D(3, depth_multiplier=2),
        KL.Conv2DTranspose(4, 3, strides=2),
        KL.GlobalAveragePooling2D(),
        KL.Dense(3),
    ]
    return keras.Sequential([KL.Input((12, 12, 6)), *layers]), PICTURES


def recurrent():
    """Return a model of recurrent layers behind a table, and a batch."""
    layers = [KL.Embedding(20, 8), KL.LSTM(12, return_sequences=True), KL.GRU(6), KL.Dense(5)]
    return keras.Sequential([KL.Input((9,)), *layers]), RNG.integers(0, 20, (10, 9))


def test_convolutions_of_all_kinds_are_measured_at_what_they_get_and_give():
    """Sizes of inputs and pre-activations of each layer are those of its outputs when it is called by itself."""
    model, x = convolutions()
    found, signal = by_name(measured(model, x, RNG.integers(0, 3, 4))), x
    for layer in model.layers[:4]:
        layer.activation, own = keras.activations.linear, layer.activation
        before, signal = signal, np.asarray(layer(signal))
        layer.activation = own
        last = found.get(f"{layer.name}/kernel") or found[f"{layer.name}/pointwise_kernel"]
        first = found.get(f"{layer.name}/kernel") or found[f"{layer.name}/depthwise_kernel"]
        assert first.input == pytest.approx(size(before), **CLOSE)
        assert (last.output, last.output_varying) == pytest.approx((size(signal), varying(signal)), **CLOSE)
        signal = np.asarray(own(signal))
    assert all(record.gradient for record in found.values()), "also of grouped ones, which are compiled"


def test_gradients_are_those_of_the_loss_by_outputs_and_weights():
    """By differences: the loss after a change of one number of a bias, and of one weight."""
    model = dense(12, 8, 5, activation="tanh")
    found = by_name(measured(model, X, LABELS))["dense/kernel"]
    layer, loss = model.layers[0], keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        z = ops.matmul(X, layer.kernel) + layer.bias
        tape.watch(z)
        value = loss(LABELS, model.layers[1](ops.tanh(z)))
    by_z, by_weights = tape.gradient(value, [z, layer.kernel.value])
    assert found.gradient == pytest.approx(40 * size(by_z), **CLOSE)
    assert found.gradient_varying == pytest.approx(40 * varying(by_z), **CLOSE)
    assert found.weight_gradient == pytest.approx(size(by_weights), **CLOSE)


def test_the_pass_runs_in_training_mode():
    """A batch normalization takes its statistics from the batch: behind one in inference mode the size would be 9."""
    model = keras.Sequential([KL.Input((12,)), KL.BatchNormalization(), KL.Dense(4)])
    assert by_name(measured(model, 9 * X))["dense/kernel"].input == pytest.approx(1, rel=0.01)


def test_without_a_pass_back_there_are_no_gradients_and_the_rest_is_the_same():
    """A loss is not even taken where there are no targets."""
    model = dense(12, 30, 5)
    whole, half = measured(model, X, LABELS), measured(model, X, backward=False)
    assert half.loss is None
    for there, here in zip(whole.layers, half.layers, strict=True):
        assert (here.gradient, here.gradient_varying, here.weight_gradient) == (None, None, None)
        assert (here.output, here.kept, here.activation) == (there.output, there.kept, there.activation)
        assert here.spread == there.spread
    lean = followed(model, X)
    assert [record.spread for record in lean.layers] == [0.0, 0.0]
    assert [(record.kept, record.wanted) for record in lean.layers] == [(r.kept, r.wanted) for r in half.layers]


# What follows a layer


def hand_written(z):
    """Return the input times its logistic function."""
    return z * ops.sigmoid(z)


FUNCTIONS = {
    "relu": [keras.activations.relu, ops.relu, tf.nn.relu, lambda z: tf.maximum(z, 0.0), KL.ReLU()],
    "relu6": [ops.relu6, tf.nn.relu6, lambda z: ops.clip(z, 0.0, 6.0)],
    "silu": [keras.activations.silu, ops.silu, tf.nn.silu, hand_written],
    "gelu": [keras.activations.gelu, ops.gelu, lambda z: tf.nn.gelu(z, approximate=True)],
    "elu": [keras.activations.elu, ops.elu, KL.ELU()],
    "selu": [ops.selu],
    "tanh": [ops.tanh, tf.math.tanh],
    "sigmoid": [ops.sigmoid, lambda z: 1 / (1 + tf.exp(-z))],
    "softplus": [ops.softplus, lambda z: tf.math.log(1 + tf.exp(z))],
    "softsign": [ops.softsign, lambda z: z / (1 + tf.abs(z))],
    "mish": [keras.activations.mish],
    "hardswish": [ops.hard_swish],
    "leaky_relu(0.3)": [KL.LeakyReLU(0.3), lambda z: tf.where(z > 0, z, 0.3 * z)],
    "linear": [lambda z: z, lambda z: ops.reshape(z, (-1, 30)), lambda z: 2 * z, KL.Dropout(0.2)],
}


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, ways in FUNCTIONS.items() for place in range(len(ways))]
)
def test_an_activation_is_known_by_name_however_it_is_called(name, place):
    """In a layer, as a layer, as a function of Keras or TensorFlow, and by hand; sizes are those before it."""
    function = FUNCTIONS[name][place]
    model = Calls(lambda self, x: self.out(function(self.first(x))), X, first=KL.Dense(30), out=KL.Dense(2))
    x = (8 if name == "relu6" else 2) * X
    first = by_name(measured(model, x))[f"{model.first.name}/kernel"]
    assert first.activation == name
    assert first.output == pytest.approx(size(ops.matmul(x, model.first.kernel)), **CLOSE)
    inside = keras.Sequential([KL.Input((12,)), KL.Dense(30, activation=function), KL.Dense(2)])
    assert measured(inside, x).layers[0].activation == name


def test_an_activation_of_ones_own_has_no_name_but_what_it_keeps_is_measured():
    """The sine of three times the input is nobody's activation; it keeps half of a large signal."""
    model = dense(12, 30, 2, activation=lambda z: ops.sin(3 * z), kernel_initializer="he_normal")
    first = measured(model, 3 * X).layers[0]
    assert (first.activation, first.rule, first.wanted) == (None, None, None)
    assert first.kept == pytest.approx(
        size(np.sin(3 * (3 * X @ model.layers[0].kernel.numpy()))) ** 2 / first.output**2
    )


def test_a_dropout_between_changes_no_name():
    """Behind ReLU and before it; the scale that dropout gives what it leaves is no part of the function."""
    after = keras.Sequential([KL.Input((12,)), KL.Dense(30), KL.ReLU(), KL.Dropout(0.5), KL.Dense(2)])
    before = keras.Sequential([KL.Input((12,)), KL.Dense(30), KL.Dropout(0.5), KL.ReLU(), KL.Dense(2)])
    for model in (after, before):
        assert measured(model, X).layers[0].activation == "relu"


NORMALIZATIONS = {
    "batch": lambda: KL.BatchNormalization(),
    "layer": lambda: KL.LayerNormalization(),
    "group": lambda: KL.GroupNormalization(5),
    "root mean square": lambda: KL.RMSNormalization(),
    "unit": lambda: KL.UnitNormalization(),
    "by hand": lambda: lambda z: (z - ops.mean(z, -1, keepdims=True)) / ops.sqrt(ops.var(z, -1, keepdims=True) + 1e-5),
    "length by hand": lambda: lambda z: z * tf.math.rsqrt(tf.reduce_mean(z * z, -1, keepdims=True) + 1e-6),
    "of a batch by hand": lambda: lambda z: tf.nn.batch_normalization(z, *tf.nn.moments(z, [0]), 0.0, 1.0, 1e-3),
}


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_a_normalization_is_seen_and_the_activation_behind_it(name):
    """Each of Keras's own and those that people write by hand."""
    norm = NORMALIZATIONS[name]()
    layers = {"norm": norm} if isinstance(norm, keras.Layer) else {}
    model = Calls(
        lambda self, x: self.out(ops.relu(norm(self.first(x)))), X, first=KL.Dense(30), out=KL.Dense(2), **layers
    )
    found = by_name(measured(model, X))
    first = found[f"{model.first.name}/kernel"]
    assert (first.normalized, first.activation) == (True, "relu")
    assert not found[f"{model.out.name}/kernel"].normalized


def test_gains_of_a_normalization_have_a_record_and_biases_have_none():
    """So that gains drawn around zero can be found."""
    model = keras.Sequential([KL.Input((12,)), KL.Dense(30), KL.LayerNormalization(), KL.Dense(2)])
    found = by_name(measured(model, X, LABELS % 2))
    assert list(found) == ["dense/kernel", "layer_normalization/gamma", "dense_1/kernel"]
    gain = found["layer_normalization/gamma"]
    assert (gain.kind, gain.fan_in, gain.centre, gain.used) == ("LayerNormalization gain", None, 1.0, True)
    assert gain.weight_gradient > 0


def test_a_concatenation_lets_the_activation_behind_it_be_seen():
    """Two layers side by side before one ReLU."""
    inputs = keras.Input((12,))
    joined = KL.Concatenate()([KL.Dense(8)(inputs), KL.Dense(9)(inputs)])
    found = measured(keras.Model(inputs, KL.Dense(2)(KL.ReLU()(joined))), X).layers
    assert [record.activation for record in found] == ["relu", "relu", "linear"]


# Residual streams


@pytest.mark.parametrize("way", ["Add", "+", "within a call"])
def test_a_residual_stream_is_seen_with_its_size_before_and_after(way):
    """Three branches, each with its number; the last layer of each carries it."""
    add = {"Add": lambda a, b: KL.Add()([a, b]), "+": lambda a, b: a + b, "within a call": lambda a, b: a + b}[way]
    inner, outer = ([KL.Dense(12, name=f"{part}{n}") for n in range(3)] for part in ("inner", "outer"))

    def run(x):
        for first, last in zip(inner, outer, strict=True):
            x = add(x, last(ops.relu(first(KL.LayerNormalization()(x) if way == "Add" else x))))
        return x

    if way == "within a call":
        model = Calls(lambda _, x: run(x), X, inner=inner, outer=outer)
    else:
        inputs = keras.Input((12,))
        model = keras.Model(inputs, run(inputs))
    found = by_name(measured(model, X))
    assert [found[f"inner{n}/kernel"].branch for n in range(3)] == [None] * 3
    assert [(found[f"outer{n}/kernel"].branch, found[f"outer{n}/kernel"].branches) for n in range(3)] == [
        *((0, 3), (1, 3), (2, 3)),
    ]
    first, last = found["outer0/kernel"], found["outer2/kernel"]
    assert first.stream_before == pytest.approx(size(X), **CLOSE)
    assert last.stream_after == pytest.approx(size(model(X)), **CLOSE)


def test_the_layers_in_an_attention_are_told_apart():
    """Queries and keys go to the softmax, values do not, and what comes out is what the branch adds."""
    inputs = keras.Input((7, 16))
    normed = KL.LayerNormalization()(inputs)
    model = keras.Model(inputs, inputs + KL.MultiHeadAttention(2, 8, name="mha")(normed, normed))
    x = RNG.standard_normal((5, 7, 16)).astype(np.float32)
    found = by_name(measured(model, x))
    activations = [found[f"{part}/kernel"].activation for part in ("query", "key", "value", "attention_output")]
    assert activations == ["softmax", "softmax", "linear", "linear"]
    assert (found["attention_output/kernel"].branch, found["attention_output/kernel"].branches) == (0, 1)
    query = model.get_layer("mha").query_dense
    assert found["query/kernel"].output == pytest.approx(size(query(KL.LayerNormalization()(x))), rel=1e-3)


# Uses of weights


@pytest.mark.parametrize("cell", [KL.LSTM, KL.GRU, KL.SimpleRNN])
def test_a_recurrent_layer_is_measured_at_its_first_step_with_a_state(cell):
    """Keras runs each cell once beforehand, and begins with zeros; neither says anything of the recurrent weights."""
    x = RNG.standard_normal((30, 6, 12)).astype(np.float32)
    model = keras.Sequential([KL.Input((6, 12)), cell(10), KL.Dense(5)])
    found = by_name(measured(model, x, RNG.integers(0, 5, 30)))
    kernel, state = (
        next(record for name, record in found.items() if name.endswith(end)) for end in ("cell/kernel", "nt_kernel")
    )
    assert (kernel.recurrent, state.recurrent) == (False, True)
    assert (kernel.activation, state.activation) == ("tanh", "tanh")
    assert kernel.input == pytest.approx(size(x[:, 0]), **CLOSE)
    assert state.input > 0
    assert state.output > 0
    assert all(record.gradient and record.weight_gradient for record in (kernel, state))


def test_a_table_is_a_lookup_and_a_second_use_of_it_is_told_as_tied():
    """The transposed table at the end gives the logits; its gradient is that of both uses."""
    table = KL.Embedding(20, 8)
    logits = lambda self, x: ops.matmul(self.table(x), ops.transpose(self.table.embeddings))  # noqa: E731
    model = Calls(logits, np.zeros((1, 3), int), table=table)
    tokens = RNG.integers(0, 20, (6, 3))
    first, again = measured(model, tokens, tokens).layers
    assert (first.name, first.lookup, first.tied_to, first.input) == (again.name, True, None, None)
    assert (again.lookup, again.tied_to, again.last) == (False, first.name, True)
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(tokens, model(tokens))
    both = tf.convert_to_tensor(tape.gradient(loss, table.embeddings.value))
    assert first.weight_gradient == pytest.approx(size(both), **CLOSE)


def test_the_gradient_of_a_table_counts_rows_that_are_looked_up_twice():
    """Rows that come up again and again add up, and those that do not come up count as zeros."""
    model = keras.Sequential([KL.Input((3,)), KL.Embedding(20, 8), KL.Flatten(), KL.Dense(2)])
    tokens = RNG.integers(0, 4, (6, 3))
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(LABELS[:6] % 2, model(tokens))
    rows = tf.convert_to_tensor(tape.gradient(loss, model.layers[0].embeddings.value))
    assert measured(model, tokens, LABELS[:6] % 2).layers[0].weight_gradient == pytest.approx(size(rows), **CLOSE)


def test_spectral_normalization_is_no_use_of_its_own():
    """One record for the kernel: of what the layer gives with it, in the order of use."""
    model = keras.Sequential([KL.Input((12,)), KL.SpectralNormalization(KL.Dense(30, activation="tanh")), KL.Dense(2)])
    found = measured(model, X).layers
    assert [record.kind for record in found] == ["Dense", "Dense"]
    assert found[0].input == pytest.approx(size(X), **CLOSE)
    assert (found[0].activation, found[0].recurrent) == ("tanh", False)


def test_a_layer_that_serves_twice_has_one_record_of_its_first_use():
    """Two inputs through the same layers, and their difference."""

    def run(self, x):
        return self.out(ops.abs(self.two(self.one(x)) - self.two(self.one(5 * x))))

    model = Calls(run, X, one=KL.Dense(9, activation="relu"), two=KL.Dense(4), out=KL.Dense(1))
    found = measured(model, X, LABELS % 2)
    assert len(found.layers) == 3
    assert found.layers[0].input == pytest.approx(size(X), **CLOSE)
    assert not any(record.recurrent for record in found.layers)


def test_a_branch_that_depends_on_numbers_is_followed_as_it_is_taken():
    """What was not reached comes last, said to be unused, with the facts of its weights."""

    def run(self, x):
        hidden = self.first(x)
        return self.large(hidden) if float(ops.max(x)) > 50 else self.small(hidden)

    model = Calls(run, X, first=KL.Dense(8), small=KL.Dense(2, name="small"), large=KL.Dense(2, name="large"))
    model(100 * X)
    found = measured(model, X).layers
    assert [(record.name.split("/")[-2], record.used) for record in found[1:]] == [("small", True), ("large", False)]
    assert found[2].spread > 0
    assert found[2].input is None
    assert measured(model, 100 * X).layers[1].name.split("/")[-2] == "large"


def test_noise_that_a_layer_gets_is_an_input_too():
    """A generator that draws its own noise; the first layer sees size one."""
    seed = keras.random.SeedGenerator(0)
    noise = lambda x: keras.random.normal((len(x), 16), seed=seed)  # noqa: E731
    model = Calls(lambda self, x: self.out(ops.relu(self.first(noise(x)))), X, first=KL.Dense(64), out=KL.Dense(12))
    found = by_name(measured(model, X, X))
    assert found[f"{model.first.name}/kernel"].input == pytest.approx(1, rel=0.1)
    assert found[f"{model.first.name}/kernel"].activation == "relu"


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_other_precisions_are_measured_too(policy):
    """Activations keep their names, and sizes are those of the numbers; three digits are left of half precision."""
    model = keras.Sequential([KL.Input((12,)), KL.Dense(64, activation="gelu", dtype=policy), KL.Dense(5)])
    first = measured(model, X, LABELS).layers[0]
    assert first.activation == "gelu"
    assert first.output == pytest.approx(size(X @ model.layers[0].kernel.numpy()), rel=0.01)
    assert first.weight_gradient > 0


def test_units_dead_for_the_whole_batch_and_facts_of_the_weights():
    """Half of the units are pushed below zero, two are alike, one array is a copy, and one number is missing."""
    model = dense(12, 20, 20, 20, 5)
    kernels = [layer.kernel.numpy() for layer in model.layers]
    kernels[0][:, 3] = kernels[0][:, 2]
    kernels[3][0, 0] = np.nan
    bias = np.where(np.arange(20) < 10, -100, 0)
    for layer, weights in zip(model.layers, (kernels[0], kernels[1], kernels[1], kernels[3]), strict=True):
        layer.set_weights([weights, bias if layer is model.layers[0] else layer.bias.numpy()])
    first, second, third, last = measured(model, X).layers
    assert first.dead == 0.5
    assert (first.alike, second.alike) == (0.1, 0.0)
    assert (third.copy_of, second.copy_of) == (second.name, None)
    assert (first.finite, last.finite) == (True, False)


# Losses


def test_whole_numbers_are_classes_and_others_are_regressed():
    """Cross-entropy of logits or of shares, of one logit or probability, and mean squares."""
    logits = dense(12, 9, 5)
    shares = keras.Sequential([*logits.layers, KL.Softmax()])
    shares(X)
    entropy = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(LABELS, logits(X)))
    for model in (logits, shares):
        found = measured(model, X, LABELS)
        assert (found.loss, found.classes) == (pytest.approx(entropy, **CLOSE), 5)
        assert found.logits == pytest.approx(size(logits(X)), **CLOSE)
    one, hits = dense(12, 9, 1), LABELS % 2
    probability = keras.Sequential([*one.layers, KL.Activation("sigmoid")])
    probability(X)
    binary = float(keras.losses.BinaryCrossentropy(from_logits=True)(hits[:, None], one(X)))
    for model in (one, probability):
        found = measured(model, X, hits)
        assert (found.loss, found.classes) == (pytest.approx(binary, **CLOSE), 2)
    found = measured(logits, X, np.zeros((40, 5)))
    assert (found.loss, found.classes) == (pytest.approx(size(logits(X)) ** 2, **CLOSE), None)


def test_the_callers_loss_comes_before_the_models_own_and_that_before_the_usual_one():
    """A compiled model is measured at what it would be trained on; of a sum over the batch nobody knows the guess."""
    model = dense(12, 9, 5)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum"))
    whole = measured(model, X, LABELS)
    alone = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(LABELS, model(X)))
    assert (whole.loss, whole.classes) == (pytest.approx(40 * alone, **CLOSE), None)
    model.compile("sgd", "mae")
    found = measured(model, X, np.zeros((40, 5)))
    assert (found.loss, found.classes) == (pytest.approx(float(np.abs(model(X)).mean()), **CLOSE), None)
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert measured(model, X, LABELS, lambda outputs, y: entropy(y, outputs)).classes == 5
    found = measured(model, X, 7, lambda outputs, y: ops.mean(outputs) * y)
    assert found.loss == pytest.approx(7 * float(np.mean(model(X))), **CLOSE)


def test_without_targets_signs_by_chance_stand_in_for_a_loss():
    """They are the same each time, whatever else is drawn, and are said."""
    model = dense(12, 9, 5)
    once, np_state = measured(model, X), np.random.get_state()[1].copy()
    np.random.rand(3)
    again = measured(model, X)
    assert (once.loss, once.classes) == (None, None)
    assert "random direction" in once.unseen[0]
    assert once.layers == again.layers
    assert once.layers[-1].gradient == pytest.approx(1)
    assert len(np_state)


def test_several_outputs_have_a_loss_each():
    """As compiled, by name and in order."""
    inputs = keras.Input((12,))
    model = keras.Model(inputs, {"a": KL.Dense(5, name="a")(inputs), "b": KL.Dense(1, name="b")(inputs)})
    model.compile("sgd", {"a": keras.losses.SparseCategoricalCrossentropy(from_logits=True), "b": "mse"})
    found = measured(model, X, {"a": LABELS, "b": np.zeros((40, 1))})
    alone = measured(keras.Model(inputs, model.get_layer("a").output), X, LABELS).loss
    assert found.loss == pytest.approx(alone + size(model(X)["b"]) ** 2, **CLOSE)


# Nothing changes


class Restless(keras.layers.Layer):
    """A layer that changes all that it can reach when it is called."""

    def __init__(self, fails=False):
        super().__init__()
        self.calls, self.seen, self.fails = 0, [], fails
        self.loose, self.seeds = tf.Variable(1.0), keras.random.SeedGenerator(3)
        self.source = tf.random.Generator.from_seed(1)

    def build(self, _):
        """Make a variable that counts."""
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.built = True

    def call(self, x):
        """Change things."""
        self.calls += 1
        self.seen.append(self.calls)
        self.new = self.calls
        self.count.assign_add(1.0)
        self.loose.assign(2.0)
        keras.random.normal((2,), seed=self.seeds)
        keras.random.normal((2,))
        self.source.normal((2,))
        tf.random.normal((2,))
        random.random()
        np.random.rand()
        self.add_loss(ops.mean(x))
        if self.fails:
            raise RuntimeError("on purpose")
        return x


def everything(model):
    """Return all that should be the same, by bytes."""
    held = [*model.variables, *model.optimizer.variables]
    restless = model.layers[-1]
    return [
        *(variable.value.numpy().tobytes() for variable in held),
        *(float(restless.loose), restless.source.state.numpy().tobytes()),
        *((restless.calls, list(restless.seen), hasattr(restless, "new"), len(restless.losses))),
        *(random.getstate(), np.random.get_state()[1].tobytes()),
        *(float(keras.random.normal(())), float(tf.random.normal(()))),
        *(layer.trainable for layer in model.layers),
        *(keras.Layer.__call__, tf.config.functions_run_eagerly()),
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_changes_also_when_the_pass_fails(fails):
    """Weights, statistics, seeds, metrics, optimizer, attributes, sources of random numbers, and patched methods.

    Two runs that begin alike, one with a measurement in between.
    """
    after = []
    for measuring in (False, True):
        keras.utils.set_random_seed(5)
        layers = [KL.Dense(9), KL.BatchNormalization(), KL.Dropout(0.5), KL.SpectralNormalization(KL.Dense(5))]
        model = keras.Sequential([KL.Input((12,)), *layers, Restless()])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.layers[0].trainable = False
        model.fit(X, LABELS, verbose=0)
        model(X)
        model.layers[-1].fails = fails
        if measuring and fails:
            with pytest.raises(ValueError, match=r"model must take x, .* RuntimeError: .*on purpose"):
                measured(model, X, LABELS)
        elif measuring:
            measured(model, X, LABELS)
        after.append(everything(model))
    assert after[0] == after[1]


def test_frozen_weights_stay_frozen_and_have_no_gradient():
    """Also where a whole model within the model is frozen; gradients still pass through it."""
    inner = dense(12, 9, 9)
    inner.trainable = False
    model = keras.Sequential([KL.Input((12,)), KL.Dense(12), inner, KL.Dense(5)])
    found = measured(model, X, LABELS).layers
    assert [record.trainable for record in found] == [True, False, False, True]
    assert [record.weight_gradient is None for record in found] == [False, True, True, False]
    assert all(record.gradient for record in found)
    assert not inner.trainable


# Batches


def test_a_batch_is_taken_as_fit_takes_it_or_as_arguments():
    """A list and a mapping for a model of several inputs, a tuple and a mapping for the arguments of a layer."""
    pair = [keras.Input((12,), name="a"), keras.Input((12,), name="b")]
    model = keras.Model(pair, KL.Dense(2)(KL.Concatenate()(pair)))
    by_names = keras.Model(dict(zip("ab", pair, strict=True)), model.outputs[0])
    found = [measured(one, x).layers[0].input for one, x in ((model, [X, X]), (by_names, {"a": X, "b": X}))]
    attention = KL.MultiHeadAttention(2, 8)
    x = RNG.standard_normal((5, 7, 16)).astype(np.float32)
    attention(x, x)
    assert found == pytest.approx([size(X)] * 2, **CLOSE)
    assert measured(attention, (x, 3 * x)).layers[1].input == pytest.approx(3 * size(x), **CLOSE)
    assert measured(attention, {"query": x, "value": 3 * x}).samples == 5


def test_one_sample_has_no_part_that_varies():
    """None stands for what cannot be measured."""
    first = measured(dense(12, 9, 5), X[:1]).layers[0]
    assert (first.input_varying, first.output_varying, first.gradient_varying) == (None, None, None)


@pytest.mark.parametrize(
    ("x", "y", "loss", "error", "words"),
    [
        ("abc", None, None, TypeError, "x must be an array"),
        ([], None, None, TypeError, "x must be an array"),
        (X[:, :3], None, None, ValueError, "model must take x, and its forward pass failed with"),
        (X, LABELS[:7], None, ValueError, r"y must be classes for outputs of shape \(40, 5\), got shape \(7,\)"),
        (X, LABELS + 3, None, ValueError, "y must hold classes from 0 to 4"),
        (X, np.zeros((40, 3)), None, ValueError, r"y must have the shape of the outputs, \(40, 5\), got \(40, 3\)"),
        (X, LABELS, "mse", TypeError, "loss must be a function of the outputs and the targets, got 'mse'"),
        (X, LABELS, lambda outputs, _: outputs, ValueError, "loss must return a tensor with one number"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_arguments_name(x, y, loss, error, words):
    """The message says what is accepted and what was given."""
    with pytest.raises(error, match=words):
        measured(dense(12, 9, 5), x, y, loss)


def test_a_model_without_weights_yet_is_refused_and_stays_without():
    """As a whole, and where the pass reaches a layer that has not been built."""
    with pytest.raises(ValueError, match="is not built and has no weights yet"):
        measured(keras.Sequential([KL.Dense(3)]), X)
    run = lambda self, x: self.large(x) if float(ops.max(x)) > 50 else self.small(x)  # noqa: E731
    model = Calls(run, X, small=KL.Dense(2), large=KL.Dense(2))
    with pytest.raises(ValueError, match="is not built and has no weights yet: call the model on x first"):
        measured(model, 100 * X)
    assert not model.large.built
    assert len(model.weights) == 2
    model(100 * X)
    assert len(model.weights) == 4


def test_what_cannot_be_seen_is_said():
    """A way through NumPy, weights that Keras does not know of, losses of layers, and functions that are compiled."""
    detour = Calls(lambda self, x: self.out(self.first(x).numpy()), X, first=KL.Dense(8), out=KL.Dense(2))
    assert measured(detour, X).layers[0].weight_gradient is None
    lost = Calls(lambda self, x: tf.constant(self.first(x).numpy()), X, first=KL.Dense(8))
    assert any("where 1 of the 1 outputs come from" in said for said in measured(lost, X).unseen)
    loose = tf.Variable(tf.random.normal((8, 2)))
    outside = Calls(lambda self, x: tf.matmul(self.first(x), loose), X, first=KL.Dense(8))
    assert any("variables that Keras does not know of: (8, 2)" in said for said in measured(outside, X).unseen)
    added = dense(12, 8, 2, kernel_regularizer="l2")
    assert any("losses that layers add" in said for said in measured(added, X).unseen)


# Other backends

ELSEWHERE = """
import keras
import numpy as np
from xavier_lib.diagnosis import conclude
from xavier_lib.frameworks.trace.keras import followed, measured

L, rng = keras.layers, np.random.default_rng(0)
keras.utils.set_random_seed(0)
x, y = rng.standard_normal((40, 12)).astype("float32"), rng.integers(0, 5, 40)
hidden = [L.Dense(30, activation="gelu"), L.Dropout(0.3), L.Dense(30), L.BatchNormalization(), L.ReLU()]
model = keras.Sequential([L.Input((12,)), *hidden, L.Dense(5)])
model.layers[0].trainable = False
everything = lambda: [keras.ops.convert_to_numpy(v.value).copy() for v in model.variables]
before, draw = everything(), lambda: float(keras.random.normal((), seed=model.layers[1].seed_generator))
found = measured(model, x, y)
assert all((one == other).all() for one, other in zip(before, everything(), strict=True))
first, second, gain, last = found.layers
assert [r.kind for r in found.layers] == ["Dense", "Dense", "BatchNormalization gain", "Dense"]
assert [r.activation for r in (first, second, last)] == ["gelu", "relu", "linear"]
assert (first.normalized, second.normalized) == (False, True)
z = x @ before[0]
assert abs(first.output / np.sqrt((z**2).mean()) - 1) < 1e-3
assert (first.trainable, first.weight_gradient) == (False, None)
assert second.gradient > 0 and second.weight_gradient > 0
assert found.classes == 5 and abs(found.loss - np.log(5)) < 1.5
assert conclude(found) == ()
lean = followed(model, x)
assert [r.spread for r in lean.layers] == [0.0] * 4 and lean.layers[0].kept > 0
cells = keras.Sequential([L.Input((6,)), L.Embedding(9, 8), L.LSTM(7), L.Dense(5)])
records = measured(cells, rng.integers(0, 9, (40, 6)), y).layers
assert [(r.activation, r.recurrent, r.lookup) for r in records] == [
    ("linear", False, True), ("tanh", False, False), ("tanh", True, False), ("linear", False, False)
]
cells.layers[-1].kernel.assign(0 * cells.layers[-1].kernel + 0.1)
model.layers[2].kernel.assign(0 * model.layers[2].kernel)
assert conclude(measured(model, x, y))[0].layer == model.layers[2].kernel.path
"""


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_keras_on_pytorch_and_jax_is_measured_in_the_same_terms(backend):
    """Names, kinds, activations, sizes, a frozen layer, cells, the lean reading, and a sick layer; nothing changes."""
    settings = os.environ | {"KERAS_BACKEND": backend}
    run = subprocess.run([sys.executable, "-c", ELSEWHERE], env=settings, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


# Findings


def healthy():
    """Return models as their makers draw them, each with a batch and targets."""
    unit = [KL.Conv2D(32, 3, padding="same", use_bias=False), KL.BatchNormalization(), KL.ReLU()]
    tokens = RNG.integers(0, 40, (16, 10))
    inputs = keras.Input((10,))
    stream = KL.Embedding(40, 32)(inputs)
    for _ in range(3):
        normed = KL.LayerNormalization()(stream)
        stream = stream + KL.MultiHeadAttention(4, 8)(normed, normed)
        stream = stream + KL.Dense(32)(KL.Dense(64, activation="gelu")(KL.LayerNormalization()(stream)))
    yield keras.Model(inputs, KL.Dense(40)(KL.LayerNormalization()(stream))), tokens, tokens
    yield (
        keras.Sequential([KL.Input((12, 12, 6)), *unit, KL.GlobalAveragePooling2D(), KL.Dense(5)]),
        PICTURES,
        LABELS[:4],
    )
    yield dense(12, *[64] * 6, 5), X, LABELS
    yield dense(12, *[64] * 20, 5, kernel_initializer="he_normal"), X, LABELS
    yield dense(12, *[64] * 6, 5, activation="tanh"), X, LABELS
    yield (*recurrent(), LABELS[:10])
    yield dense(12, 6, 3, 6, 12), X, X


def test_healthy_models_get_no_finding():
    """Residual, normalized, plain, deep, recurrent, convolutional, and an autoencoder."""
    for model, x, y in healthy():
        found = measured(model, x, y)
        assert conclude(found) == (), [record.name for record in found.layers]


def spoiled(place, change):
    """Return a deep network of He's start, one kernel of which is changed, and that kernel's path."""
    model = dense(12, *[64] * 12, 5, kernel_initializer="he_normal")
    kernel = model.layers[place].kernel
    kernel.assign(change(kernel.numpy()))
    return model, kernel.path


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        (4, lambda w: np.full_like(w, 0.1), "alike"),
        (5, np.zeros_like, "all zeros"),
        (3, lambda w: 1e4 * w, "grows"),
        (6, lambda w: 1e-6 * w, "fades"),
        (2, lambda w: np.where(np.arange(w.size).reshape(w.shape) == 7, np.nan, w), "not finite"),
        (7, lambda w: np.where(np.arange(w.size).reshape(w.shape) == 7, 60 * w.std(), w), "far outside"),
    ],
)
def test_one_sick_layer_is_found_where_it_is(place, change, words):
    """Each change of one array is the first finding, at that array."""
    model, path = spoiled(place, change)
    first = conclude(measured(model, X, LABELS))[0]
    assert words in first.what
    assert first.layer == path


def test_a_pair_of_low_rank_factors_may_start_with_one_zero_and_not_with_two():
    """Keras starts the second factor at zero: that learns; where the first is zero too, neither ever does."""
    model = dense(12, 30, 5)
    model.layers[0].enable_lora(4)
    healthy = measured(model, X, LABELS)
    assert conclude(healthy) == ()
    kernel = next(record for record in healthy.layers if record.name.endswith("/kernel"))
    assert (kernel.trainable, kernel.output) == (False, pytest.approx(size(X @ kernel_of(model)), **CLOSE))
    model.layers[0].lora_kernel_a.assign(0 * model.layers[0].lora_kernel_a)
    first = conclude(measured(model, X, LABELS))[0]
    assert ("keep each other at zero" in first.what, first.layer) == (True, model.layers[0].lora_kernel_a.path)


def kernel_of(model):
    """Return the weights that the first layer of a model acts with."""
    return np.asarray(ops.convert_to_tensor(model.layers[0].kernel))


def test_saturated_units_and_a_wrong_first_loss_are_found():
    """Logistic units with weights of spread 5, and logits of size 30."""
    model = dense(12, 30, 30, 5, activation="tanh", kernel_initializer=keras.initializers.RandomNormal(stddev=5))
    found = conclude(measured(model, X, LABELS))
    assert (found[0].what, found[0].layer) == ("units that are saturated", model.layers[0].kernel.path)
    model = dense(12, 30, 5)
    model.layers[-1].kernel.assign(30 * model.layers[-1].kernel)
    found = conclude(measured(model, X, LABELS))
    assert (found[0].what, found[0].layer) == ("the first loss is far above a guess", model.layers[-1].kernel.path)
    assert measured(model, X, LABELS).loss > math.log(5) + 4


def test_all_activations_of_the_book_are_named_in_keras():
    """Each by its own function written with NumPy's rules on tensors of TensorFlow."""
    names = [name for name in ("relu", "tanh", "sigmoid", "softsign") if name in ACTIVATIONS]
    for name in names:
        assert measured(dense(12, 40, 5, activation=name), 2 * X).layers[0].activation == name
