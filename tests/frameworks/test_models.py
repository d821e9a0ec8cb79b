"""Promises of the adapters: true fans of real layers, honest reports, one start in three frameworks."""

import copy
import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from xavier_lib import MLP, glorot_uniform, he_normal
from xavier_lib.frameworks import (
    XavierLib,
    compare,
    copy_weights,
    initialize,
    inspect,
    jax_initializer,
    keras_initializer,
    require,
    rms_through_convolutions,
)
from xavier_lib.frameworks.comparison import COLUMNS
from xavier_lib.frameworks.packages import INSTALL, missing
from xavier_lib.frameworks.rules import start_for, start_named

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import jax.numpy as jnp
import keras
import tensorflow as tf
import torch
from flax import linen, nnx
from torch import nn

KL = keras.layers
KEY, X = jax.random.key(0), np.ones((1, 4), np.float32)


def rngs():
    return nnx.Rngs(0)


# True fans, counted in the layers themselves


def inside(array, axes, border=6):
    """Return an array without its borders along some axes, an even number of places along each.

    Where a kernel moves by two steps, odd and even places differ: then both kinds count equally.
    """
    for axis in axes:
        places = (array.shape[axis] - 2 * border) // 2 * 2
        array = np.take(array, range(border, border + places), axis)
    return array


TORCH_LAYERS = {
    "dense": (nn.Linear(7, 5), (1, 7)),
    "convolution 1-D": (nn.Conv1d(2, 6, 5), (1, 2, 40)),
    "convolution 2-D": (nn.Conv2d(2, 6, (3, 5)), (1, 2, 40, 40)),
    "convolution 3-D": (nn.Conv3d(2, 3, 3), (1, 2, 16, 16, 16)),
    "grouped": (nn.Conv2d(4, 12, 3, groups=2), (1, 4, 40, 40)),
    "depthwise": (nn.Conv2d(4, 8, 3, groups=4), (1, 4, 40, 40)),
    "strided": (nn.Conv2d(2, 6, 5, stride=2), (1, 2, 43, 43)),
    "transposed": (nn.ConvTranspose2d(4, 6, 3), (1, 4, 40, 40)),
    "transposed, strided": (nn.ConvTranspose2d(4, 6, 4, stride=2), (1, 4, 40, 40)),
    "transposed, kernel no multiple of the stride": (nn.ConvTranspose1d(4, 6, 3, stride=2), (1, 4, 40)),
    "transposed, grouped": (nn.ConvTranspose2d(4, 6, 4, stride=2, groups=2), (1, 4, 40, 40)),
}
KERAS_LAYERS = {
    "dense": (lambda: KL.Dense(5), (1, 7)),
    "convolution 1-D": (lambda: KL.Conv1D(6, 5), (1, 40, 2)),
    "convolution 2-D": (lambda: KL.Conv2D(6, (3, 5)), (1, 40, 40, 2)),
    "convolution 3-D": (lambda: KL.Conv3D(3, 3), (1, 16, 16, 16, 2)),
    "grouped": (lambda: KL.Conv2D(12, 3, groups=2), (1, 40, 40, 4)),
    "depthwise": (lambda: KL.DepthwiseConv2D(3, depth_multiplier=2), (1, 40, 40, 4)),
    "depthwise 1-D": (lambda: KL.DepthwiseConv1D(5, depth_multiplier=3), (1, 40, 4)),
    "strided": (lambda: KL.Conv2D(6, 5, strides=2), (1, 43, 43, 2)),
    "transposed": (lambda: KL.Conv2DTranspose(6, 3), (1, 40, 40, 4)),
    "transposed, strided": (lambda: KL.Conv2DTranspose(6, 4, strides=2), (1, 40, 40, 4)),
    "einsum": (lambda: KL.EinsumDense("abc,cde->abde", (None, 3, 5)), (1, 7, 4)),
}
FLAX_LAYERS = {
    "dense": (lambda: nnx.Linear(7, 5, rngs=rngs()), (1, 7)),
    "grouped": (lambda: nnx.Conv(4, 12, (3, 3), feature_group_count=2, padding="VALID", rngs=rngs()), (1, 40, 40, 4)),
    "depthwise": (lambda: nnx.Conv(4, 8, (3, 3), feature_group_count=4, padding="VALID", rngs=rngs()), (1, 40, 40, 4)),
    "strided": (lambda: nnx.Conv(2, 6, (5, 5), strides=2, padding="VALID", rngs=rngs()), (1, 43, 43, 2)),
    "transposed, strided": (
        lambda: nnx.ConvTranspose(4, 6, (4, 4), strides=(2, 2), padding="VALID", rngs=rngs()),
        (1, 40, 40, 4),
    ),
    "transposed, turned kernel": (
        lambda: nnx.ConvTranspose(4, 6, (4, 4), strides=2, padding="VALID", transpose_kernel=True, rngs=rngs()),
        (1, 40, 40, 4),
    ),
    "several axes": (lambda: nnx.LinearGeneral(4, (3, 5), rngs=rngs()), (1, 4)),
    "several axes summed": (lambda: nnx.LinearGeneral((3, 5), 4, axis=(-2, -1), rngs=rngs()), (1, 3, 5)),
    "einsum": (lambda: nnx.Einsum("abc,cde->abde", (4, 3, 5), (3, 5), rngs=rngs()), (1, 7, 4)),
}


def assert_fans(report, outputs, gradients, channels_last):
    """Compare the fans of a report with what a layer of ones makes of an input of ones, away from the borders.

    Each output then is the number of inputs that it sums, and each gradient of the sum of all outputs the number of
    outputs that the input feeds. Means over a whole number of steps of every stride; exact up to float32.
    """
    spatial = range(1, outputs.ndim - 1) if channels_last else range(2, outputs.ndim)
    has_places = report[0].kind not in ("Linear", "Dense", "LinearGeneral", "EinsumDense", "Einsum")
    axes = spatial if has_places else ()

    assert report[0].fan_in == pytest.approx(float(inside(outputs, axes).mean()), rel=1e-6)
    assert report[0].fan_out == pytest.approx(float(inside(gradients, axes).mean()), rel=1e-6)


@pytest.mark.parametrize("name", TORCH_LAYERS)
def test_the_fans_of_a_torch_layer_are_those_that_it_sums_and_feeds(name):
    """Counted by the layer itself, with weights and inputs of ones."""
    layer, shape = TORCH_LAYERS[name]
    with torch.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.zero_()
    x = torch.ones(shape, requires_grad=True)
    y = layer(x)
    y.sum().backward()

    assert_fans(inspect(layer), y.detach().numpy(), x.grad.numpy(), channels_last=False)


@pytest.mark.parametrize("name", KERAS_LAYERS)
def test_the_fans_of_a_keras_layer_are_those_that_it_sums_and_feeds(name):
    """Counted by the layer itself, with weights and inputs of ones."""
    make, shape = KERAS_LAYERS[name]
    layer, x = make(), tf.ones(shape)
    layer.build(shape)
    layer.kernel.assign(np.ones(layer.kernel.shape, np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        total = tf.reduce_sum(y)

    assert_fans(inspect(layer), y.numpy(), tape.gradient(total, x).numpy(), channels_last=True)


@pytest.mark.parametrize("name", FLAX_LAYERS)
def test_the_fans_of_a_flax_layer_are_those_that_it_sums_and_feeds(name):
    """Counted by the layer itself, with weights and inputs of ones."""
    make, shape = FLAX_LAYERS[name]
    layer, x = make(), jnp.ones(shape)
    layer.kernel.set_value(jnp.ones(layer.kernel.shape))

    gradients = jax.grad(lambda x: layer(x).sum())(x)
    assert_fans(inspect(layer), np.asarray(layer(x)), np.asarray(gradients), channels_last=True)


def fans(model):
    return {layer.name: (layer.fan_in, layer.fan_out) for layer in inspect(model)}


def test_the_gates_of_recurrent_torch_layers_are_layers_by_themselves():
    """LSTM has 4 parts, GRU 3, RNN 1; each maps 20 inputs or 50 states to 50; a projection maps 50 states to 30."""
    for make in (nn.LSTM, nn.GRU, nn.RNN):
        assert fans(make(20, 50)) == {"weight_ih_l0": (20, 50), "weight_hh_l0": (50, 50)}
    for make in (nn.LSTMCell, nn.GRUCell, nn.RNNCell):
        assert fans(make(20, 50)) == {"weight_ih": (20, 50), "weight_hh": (50, 50)}
    projected = fans(nn.LSTM(20, 50, proj_size=30, bidirectional=True))
    assert projected["weight_hh_l0_reverse"] == (30, 50)
    assert projected["weight_hr_l0"] == (50, 30)
    assert [layer.kind for layer in inspect(nn.GRU(20, 50))] == ["GRU, 3 parts"] * 2


def test_the_gates_of_recurrent_keras_and_flax_layers_are_layers_by_themselves():
    """The same numbers, wherever the gates lie side by side; a convolved LSTM has 3 × 3 positions in each gate."""
    for make in (KL.LSTM, KL.GRU, KL.SimpleRNN):
        layer = make(50)
        layer.build((None, 7, 20))
        assert list(fans(layer).values()) == [(20, 50), (50, 50)]
    convolved = KL.ConvLSTM2D(8, 3)
    convolved.build((None, 5, 9, 9, 4))
    assert list(fans(convolved).values()) == [(3 * 3 * 4, 3 * 3 * 8), (3 * 3 * 8, 3 * 3 * 8)]
    for make in (nnx.OptimizedLSTMCell, nnx.GRUCell, nnx.SimpleCell):
        assert sorted(fans(make(20, 50, rngs=rngs())).values()) == [(20, 50), (50, 50)]
    assert sorted(set(fans(nnx.LSTMCell(20, 50, rngs=rngs())).values())) == [(20, 50), (50, 50)]


def test_attention_is_read_head_by_head_and_unpacked():
    """64 inputs lead to 4 heads of 16, in PyTorch packed three times over; four projections, each 64 to 64."""
    packed = fans(nn.MultiheadAttention(64, 4))
    assert packed == {"in_proj_weight": (64, 64), "out_proj.weight": (64, 64)}
    apart = fans(nn.MultiheadAttention(64, 4, kdim=32, vdim=16))
    assert [apart[f"{part}_proj_weight"] for part in "qkv"] == [(64, 64), (32, 64), (16, 64)]
    attention = KL.MultiHeadAttention(4, 16)
    attention.build((None, 7, 64), (None, 7, 64))
    assert list(fans(attention).values()) == [(64, 64)] * 4
    assert list(fans(nnx.MultiHeadAttention(4, 64, decode=False, rngs=rngs())).values()) == [(64, 64)] * 4


def test_embeddings_sum_one_row_in_every_framework():
    """Of 1000 rows of 64 numbers one is looked up; the start that is wanted has variance 1."""
    table = KL.Embedding(1000, 64)
    table.build((None, 7))
    for layer in (nn.Embedding(1000, 64), nn.EmbeddingBag(1000, 64), table, nnx.Embed(1000, 64, rngs=rngs())):
        found = inspect(layer)[0]
        assert (found.fan_in, found.fan_out, found.rule, found.wanted) == (1, 64, "one row", 1.0)


def test_a_separable_layer_is_two_layers():
    """3 × 3 positions of one channel, twice; then 64 channels to 10."""
    layer = KL.SeparableConv2D(10, 3, depth_multiplier=2)
    layer.build((None, 20, 20, 32))

    assert list(fans(layer).values()) == [(9, 18), (64, 10)]


# Reports


class Functional(nn.Module):
    """A torch model that applies its activations as functions and methods."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Linear(3, 3)
        self.first, self.norm = nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16)
        self.second, self.third, self.last = nn.Conv2d(16, 32, 3), nn.Linear(32, 20), nn.Linear(20, 10)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.norm(self.first(x)), 0.2)
        x = torch.relu(self.second(x)).mean((2, 3))
        return self.last(self.third(x).tanh())


def test_what_follows_a_torch_layer_is_seen_through_functions_methods_and_normalization():
    """He before the rectifiers with the slope that was given, Glorot before tanh; a layer out of use has no rule."""
    seen = {layer.name: (layer.activation, layer.rule) for layer in inspect(Functional())}

    assert seen == {
        "unused.weight": ("?", "?"),
        "first.weight": ("leaky_relu(0.2)", "He"),
        "second.weight": ("relu", "He"),
        "third.weight": ("tanh", "Glorot"),
        "last.weight": ("linear", "Glorot"),
    }


def test_what_follows_is_seen_in_a_torch_sequential():
    """By the names of modules; selu asks for LeCun's start, GELU for a gain of its own."""
    model = nn.Sequential(
        *(nn.Linear(9, 9), nn.Dropout(), nn.LeakyReLU(0.3), nn.Linear(9, 9), nn.SELU(), nn.Linear(9, 9), nn.GELU()),
        *(nn.Linear(9, 9), nn.PReLU(), nn.Linear(9, 9)),
    )

    assert [(layer.activation, layer.rule) for layer in inspect(model)] == [
        ("leaky_relu(0.3)", "He"),
        ("selu", "LeCun"),
        ("gelu", "gain 1.47 of gelu"),
        ("prelu(0.25)", "He"),
        ("linear", "Glorot"),
    ]


class Shapes(nn.Module):
    """Asks for shapes, moves and joins on the way to the activations."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.d = nn.Linear(9, 9), nn.Linear(9, 9), nn.Linear(18, 16), nn.Conv2d(4, 8, 1)
        self.shuffle, self.e = nn.PixelShuffle(2), nn.Conv2d(2, 2, 1)

    def forward(self, x):
        """Return a picture."""
        h = self.a(x)
        y = nn.functional.relu(h).view(h.size(0), h.shape[1]).to(torch.float32)
        z = nn.functional.gelu(torch.cat([self.b(y), self.b(y)], 1))
        return self.e(torch.tanh(self.shuffle(self.d(self.c(z).view(-1, 4, 2, 2)))))


class Gated(nn.Module):
    """Multiplies one half of a layer by the sigmoid of the other, and a layer by its own sigmoid."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(9, 18), nn.Linear(9, 9)

    def forward(self, x):
        """Return a product."""
        left, right = self.a(x).chunk(2, -1)
        h = self.b(left * torch.sigmoid(right))
        return h * torch.sigmoid(h)


def test_a_look_at_the_shape_hides_no_activation_and_what_is_joined_goes_on():
    """Sizes are asked and not sent on; copies, concatenations and shuffles pass a signal to what follows them."""
    assert [layer.activation for layer in inspect(Shapes())] == ["relu", "gelu", "linear", "tanh", "linear"]
    x = inputs = keras.Input((4,))
    x = KL.ReLU()(KL.Concatenate()([KL.Dense(3)(x), KL.Dense(5)(x)]))
    assert [layer.activation for layer in inspect(keras.Model(inputs, KL.Dense(2)(x)))] == ["relu", "relu", "linear"]


def test_a_gate_is_not_called_linear_and_a_product_with_the_own_sigmoid_is_silu():
    """What multiplies one half of a layer by the other is not known; x · sigmoid(x) has a name."""
    assert [layer.activation for layer in inspect(Gated())] == ["?", "silu"]


def test_a_forward_pass_that_cannot_be_traced_gets_no_verdict_until_one_says_what_follows():
    """Where nothing was seen there is no rule and no ratio; `initialize` refuses, names, and changes nothing."""

    class Branching(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(9, 9), nn.Linear(9, 9)

        def forward(self, x):
            return self.b(torch.relu(self.a(x))) if x.sum() > 0 else x

    model = Branching()

    assert [layer.activation for layer in inspect(model)] == ["?", "?"]
    assert {(layer.rule, layer.wanted, layer.ratio) for layer in inspect(model)} == {("?", None, None)}
    assert {layer.verdict for layer in inspect(model)} == {"no verdict, as what follows is not known"}
    before = copy.deepcopy(model.state_dict())
    for told, names in ((None, "a.weight, b.weight"), ({"a": "relu"}, "b.weight")):
        with pytest.raises(
            ValueError, match=f"activation must say what follows {names}, which the model does not show"
        ):
            initialize(model, activation=told)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    initialize(model, activation={"a": "relu", "b": "linear"}, rng=0)
    assert [layer.rule for layer in inspect(model, activation="relu")] == ["He", "He"]
    assert [layer.activation for layer in inspect(model, activation={"a": "relu"})] == ["relu", "?"]


def test_what_follows_is_seen_in_keras():
    """A layer's own activation, a layer or an operation behind it; a subclassed model has no graph to look at."""
    x = inputs = keras.Input((8,))
    x = KL.Dense(9, activation="tanh")(x)
    x = KL.LeakyReLU(0.25)(KL.BatchNormalization()(KL.Dense(9)(x)))
    x = KL.Activation("selu")(KL.Dense(9)(x))
    x = keras.ops.relu(KL.Dense(9)(x))
    model = keras.Model(inputs, KL.Dense(3, activation="softmax")(KL.Dense(9)(x)))

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.a = KL.Dense(3)

        def call(self, x):
            return self.a(x)

    subclassed = Subclassed()
    subclassed(np.ones((1, 2)))

    found = [layer.activation for layer in inspect(model)]
    assert found == ["tanh", "leaky_relu(0.25)", "selu", "relu", "linear", "softmax"]
    assert [layer.activation for layer in inspect(subclassed)] == ["?"]


def test_what_follows_is_seen_in_a_flax_sequential():
    """Functions in the list are seen; what a forward pass applies is not."""
    model = nnx.Sequential(nnx.Linear(4, 5, rngs=rngs()), nnx.relu, nnx.Linear(5, 2, rngs=rngs()))

    assert [layer.activation for layer in inspect(model)] == ["relu", "linear"]
    assert [layer.activation for layer in inspect(nnx.Linear(4, 5, rngs=rngs()))] == ["?"]


def test_a_tree_of_parameters_is_read_by_its_names():
    """What linen's init returns: dense layers, kernels, embeddings and the heads of attention."""
    model = linen.Sequential([linen.Conv(6, (3, 3)), linen.Dense(5)])
    tree = model.init(jax.random.key(0), jnp.ones((1, 8, 8, 2)))
    heads = linen.MultiHeadDotProductAttention(num_heads=4).init(jax.random.key(0), jnp.ones((1, 7, 64)))
    table = linen.Embed(1000, 64).init(jax.random.key(0), jnp.ones((1,), int))

    assert [(layer.fan_in, layer.fan_out) for layer in inspect(tree)] == [(18, 54), (6, 5)]
    assert set(fans(heads).values()) == {(64, 64)}
    assert len(inspect(heads)) == 4
    assert inspect(table)[0].rule == "one row"


def test_the_verdict_follows_the_ratio():
    """Fitting, twice too wide, half too narrow; zeros, one value and a mean that is not zero are named."""
    layer = nn.Linear(400, 300)
    drawn = torch.randn(300, 400, generator=torch.Generator().manual_seed(0))
    fitting = (drawn - drawn.mean()) / drawn.std() * (2 / 700) ** 0.5

    def verdict(weights):
        with torch.no_grad():
            layer.weight.copy_(weights)
        return inspect(layer, activation="tanh")[0].verdict

    assert verdict(fitting) == "fits Glorot"
    assert verdict(2 * fitting) == "2 × too wide for Glorot"
    assert verdict(fitting / 2) == "2 × too narrow for Glorot"
    assert verdict(1.05 * fitting) == "1.05 × too wide for Glorot"
    assert verdict(0 * fitting) == "all zeros: nothing passes"
    assert verdict(0 * fitting + 0.1) == "all weights equal: the units start alike"
    assert verdict(fitting + 0.01) == "fits Glorot, with a mean of 0.01"


def test_a_report_is_text_a_table_and_data():
    """Two lines a layer, a row a layer with a head for each column, a dictionary a layer."""
    report = inspect(nn.Sequential(nn.Linear(300, 200), nn.ReLU(), nn.Linear(200, 10)))

    assert repr(report).splitlines()[0] == "0.weight: Linear, 200 × 300"
    assert "fans 300 and 200, before relu; spread " in repr(report)
    html = report._repr_html_()
    assert (html.count('<th scope="col">'), html.count('<th scope="row">'), html.count("<td>")) == (8, 2, 2 * 7)
    assert report.data()[1]["name"] == "2.weight"
    assert report.data()[1]["ratio"] == pytest.approx(report[1].measured / report[1].wanted)


def test_what_is_not_known_is_left_out_and_named():
    """A bilinear layer and a parametrized one have arrays whose fans are not read; norms and biases have no fans."""
    model = nn.ModuleDict({"b": nn.Bilinear(3, 4, 5), "l": nn.Linear(3, 4), "n": nn.LayerNorm(4)})
    torch.nn.utils.parametrizations.weight_norm(model["l"])
    report = inspect(model)

    assert report == ()
    assert report.left_out[0] == "b.weight (Bilinear is not known here)"
    assert [name.split()[0] for name in report.left_out[1:]] == [
        "l.parametrizations.weight.original0",
        "l.parametrizations.weight.original1",
    ]
    assert "Left out: b.weight (Bilinear is not known here)." in report._repr_html_()


def test_a_tied_array_is_judged_for_each_use():
    """One array of 1000 × 64 looks up rows and maps 64 numbers to 1000; the second line says that it is shared."""
    model = nn.ModuleDict({"table": nn.Embedding(1000, 64), "head": nn.Linear(64, 1000, bias=False)})
    model["head"].weight = model["table"].weight
    report = inspect(model, activation={"head": "linear"})

    assert [(layer.fan_in, layer.fan_out) for layer in report] == [(1, 64), (64, 1000)]
    assert report[0].verdict == "fits one row"
    assert report[1].verdict.endswith("× too wide for Glorot; tied to table.weight")


def test_the_distribution_is_told_from_the_numbers():
    """As drawn by each framework: PyTorch's Linear uniform, its embedding normal, Keras's normal start truncated."""
    dense, recurrent = KL.Dense(200, kernel_initializer="glorot_normal"), KL.LSTM(50)
    dense.build((None, 300))
    recurrent.build((None, 7, 20))

    assert inspect(nn.Linear(300, 200))[0].distribution == "uniform"
    assert inspect(nn.Embedding(1000, 64))[0].distribution == "normal"
    assert inspect(dense)[0].distribution == "truncated normal"
    assert [layer.distribution for layer in inspect(recurrent)] == ["uniform", "orthogonal"]
    assert inspect(nnx.Linear(300, 200, rngs=rngs()))[0].distribution == "truncated normal"
    assert inspect(nn.Linear(3, 2))[0].distribution == "few numbers"


# Starts


def deep(framework):
    """Return the same small network in a framework, its numbers not yet alike."""
    if framework == "torch":
        return nn.Sequential(nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 20), nn.Tanh(), nn.Linear(20, 10))
    if framework == "keras":
        sizes = [(40, "relu"), (20, "tanh"), (10, None)]
        return keras.Sequential([keras.Input((30,)), *(KL.Dense(n, activation=f) for n, f in sizes)])
    source = rngs()
    layers = [nnx.Linear(n, m, rngs=source) for n, m in ((30, 40), (40, 20), (20, 10))]
    return nnx.Sequential(layers[0], nnx.relu, layers[1], nnx.tanh, layers[2])


def outputs(model, x):
    """Return what a model makes of a batch, as a NumPy array."""
    if isinstance(model, nn.Module):
        return model(torch.from_numpy(x)).detach().numpy()
    return np.asarray(model(x))


@pytest.mark.parametrize("start", ["auto", "he_normal", "glorot_uniform", "lecun_normal"])
def test_one_seed_gives_the_same_network_in_three_frameworks(start):
    """The same weights bit by bit, zero biases, and outputs that differ by rounding alone."""
    x = np.random.default_rng(0).standard_normal((8, 30), dtype=np.float32)
    models = [deep(framework) for framework in ("torch", "keras", "flax")]
    for model in models:
        initialize(model, start, rng=7)

    first, *others = [outputs(model, x) for model in models]
    for other in others:
        np.testing.assert_allclose(other, first, rtol=1e-4, atol=1e-6)
    assert np.array_equal(models[0][0].weight.detach().numpy().T, models[1].layers[0].kernel.numpy())
    assert np.array_equal(models[0][0].weight.detach().numpy().T, np.asarray(models[2].layers[0].kernel.get_value()))


def test_after_initialize_every_layer_fits():
    """Convolutions of all kinds, recurrent layers, attention and embeddings, in all three frameworks."""
    layers = [layer for layer, _ in TORCH_LAYERS.values()]
    layers += [nn.LSTM(20, 50), nn.GRU(20, 50), nn.MultiheadAttention(64, 4), nn.Embedding(100, 64)]
    for make, shape in KERAS_LAYERS.values():
        layers.append(make())
        layers[-1].build(shape)
    layers += [make() for make, _ in FLAX_LAYERS.values()]
    layers.append(nnx.MultiHeadAttention(4, 64, decode=False, rngs=rngs()))
    for seed, layer in enumerate([*layers, Functional()]):
        following = {"unused": "linear"} if isinstance(layer, Functional) else "linear"
        initialize(layer, activation=following, rng=seed)
        for found in inspect(layer, activation=following):
            assert found.verdict.startswith(("fits ", "too few weights to tell")), found


def test_initialize_draws_what_was_named_with_its_gain():
    """He's normal start, twice as wide: the limit of a uniform start would end at 1.73 standard deviations."""
    layer = nn.Linear(400, 300)
    initialize(layer, he_normal, gain=2.0, rng=0)
    weights = layer.weight.detach().numpy()

    assert weights.std() == pytest.approx(2 * np.sqrt(2 / 400), rel=4.5 * 0.707 / 346)
    assert np.abs(weights).max() > 3 * weights.std()


def test_initialize_zeroes_the_biases_of_dense_layers_and_keeps_those_of_recurrent_ones():
    """Keras starts the forget gate with a bias of 1, for a reason of its own."""
    dense, recurrent = nn.Linear(30, 20), KL.LSTM(5)
    recurrent.build((None, 7, 20))
    initialize(dense, activation="linear", rng=0)
    initialize(recurrent, rng=0)

    assert not dense.bias.detach().numpy().any()
    assert recurrent.cell.bias.numpy().tolist() == [0.0] * 5 + [1.0] * 5 + [0.0] * 10


def test_a_tied_array_is_drawn_once_and_for_its_narrower_use():
    """As output layer it should have a spread of √(2/1064), as a table 1: too wide is worse."""
    model = nn.ModuleDict({"table": nn.Embedding(1000, 64), "head": nn.Linear(64, 1000, bias=False)})
    model["head"].weight = model["table"].weight
    initialize(model, activation={"head": "linear"}, rng=0)

    assert float(model["table"].weight.detach().std()) == pytest.approx(np.sqrt(2 / 1064), rel=0.02)


def test_half_precision_parameters_keep_their_dtype():
    """Drawn in float32 and rounded: bfloat16 keeps three digits, so the spread is right to a percent."""
    layer = nn.Linear(400, 300).to(torch.bfloat16)
    initialize(layer, "glorot_uniform", rng=0)

    assert layer.weight.dtype == torch.bfloat16
    assert inspect(layer, activation="tanh")[0].verdict == "fits Glorot"


def test_double_precision_parameters_are_drawn_natively():
    """A float64 draw takes other random bits than one of float32 cast up."""
    layer = nn.Linear(40, 30).double()
    initialize(layer, "glorot_uniform", rng=0)

    np.testing.assert_array_equal(layer.weight.detach().numpy().T, glorot_uniform((40, 30), rng=0))


# Moving weights


def test_weights_move_from_one_framework_to_the_next_and_back_with_equal_outputs():
    """PyTorch to this book's MLP, to Keras, to Flax and back: float32 outputs agree within rounding."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 30), dtype=np.float32)
    source = nn.Sequential(nn.Linear(30, 40), nn.Tanh(), nn.Linear(40, 10))
    mlp = MLP((30, 40, 10), glorot_uniform, rng=0, dtype=np.float32)
    other = keras.Sequential([keras.Input((30,)), KL.Dense(40, activation="tanh"), KL.Dense(10)])
    flax = nnx.Sequential(nnx.Linear(30, 40, rngs=rngs()), nnx.tanh, nnx.Linear(40, 10, rngs=rngs()))
    back = nn.Sequential(nn.Linear(30, 40), nn.Tanh(), nn.Linear(40, 10))
    chain = [source, mlp, other, flax, back]
    expected = outputs(source, x)
    for one, following in zip(chain, chain[1:], strict=False):
        copy_weights(one, following)

    np.testing.assert_allclose(mlp.forward(x).logits, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(outputs(other, x), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(outputs(flax, x), expected, rtol=1e-4, atol=1e-6)
    assert torch.equal(back[2].weight, source[2].weight)
    assert torch.equal(back[0].bias, source[0].bias)


def test_flax_layers_are_read_in_the_order_in_which_they_were_set():
    """Layers of one shape, their names against the alphabet: the first goes to the first, and a shared one counts once.

    Flax's own walk is alphabetical, and would pair them wrongly without any error.
    """

    class Net(nnx.Module):
        def __init__(self):
            self.second = nnx.Linear(4, 4, rngs=rngs())
            self.first = nnx.List([nnx.Linear(4, 4, rngs=rngs()) for _ in range(11)])
            self.again = self.second

    model = Net()
    source = nn.Sequential(*(nn.Linear(4, 4) for _ in range(12)))
    copy_weights(source, model)

    assert [layer.name for layer in inspect(model)][:3] == ["second.kernel", "first.0.kernel", "first.1.kernel"]
    assert len(inspect(model)) == 12
    for layer, wanted in zip([model.second, *model.first], source, strict=True):
        np.testing.assert_array_equal(np.asarray(layer.kernel.get_value()).T, wanted.weight.detach().numpy())


def test_weights_move_out_of_a_tree():
    """The parameters of linen into PyTorch, biases too: equal outputs up to rounding."""
    x = np.random.default_rng(0).standard_normal((8, 30), dtype=np.float32)
    model = linen.Sequential([linen.Dense(20, bias_init=linen.initializers.normal(1.0)), linen.tanh, linen.Dense(5)])
    tree = model.init(jax.random.key(0), x)
    target = nn.Sequential(nn.Linear(30, 20), nn.Tanh(), nn.Linear(20, 5))
    copy_weights(tree, target)

    np.testing.assert_allclose(outputs(target, x), model.apply(tree, x), rtol=1e-4, atol=1e-6)


def test_kernels_move_too():
    """A grouped convolution gives the same picture in all three, the channels first or last."""
    x = np.random.default_rng(0).standard_normal((2, 12, 12, 4), dtype=np.float32)
    source, layer = nn.Conv2d(4, 6, (3, 5), groups=2), KL.Conv2D(6, (3, 5), groups=2)
    flax = nnx.Conv(4, 6, (3, 5), feature_group_count=2, padding="VALID", rngs=rngs())
    layer.build(x.shape)
    copy_weights(source, layer)
    copy_weights(layer, flax)
    expected = source(torch.from_numpy(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).detach().numpy()

    np.testing.assert_allclose(np.asarray(layer(x)), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(np.asarray(flax(x)), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (nn.Linear(3, 4), nn.Linear(3, 5), r"target must have the layers of source: weight \(4, 3\) does not fit"),
        (nn.Linear(3, 4), nn.Linear(3, 4, bias=False), "no bias"),
        (nn.Linear(3, 4), nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 4)), "target must have as many layers as source"),
        (nn.LSTM(3, 4), nn.LSTM(3, 4), "source must hold dense and convolutional layers only, got weight_ih_l0"),
        (nn.Linear(3, 4), nn.Bilinear(3, 4, 4), r"target must hold .* got weight \(Bilinear"),
        (nn.ConvTranspose2d(3, 4, 2), nn.ConvTranspose2d(3, 4, 2), "source must hold dense and convolutional"),
    ],
)
def test_weights_that_do_not_fit_are_not_moved(source, target, words):
    """A ValueError names the layer, and the target keeps every number it had."""
    before = [parameter.detach().clone() for parameter in target.parameters()]

    with pytest.raises(ValueError, match=words):
        copy_weights(source, target)
    assert all(torch.equal(a, b) for a, b in zip(before, target.parameters(), strict=True))


# Initializers


def test_a_keras_initializer_draws_anew_at_each_call():
    """Two layers that share the object start differently; the same seed begins the same sequence."""
    shared = keras_initializer("glorot_uniform", rng=0)
    first, second = KL.Dense(20, kernel_initializer=shared), KL.Dense(20, kernel_initializer=shared)
    first.build((None, 30))
    second.build((None, 30))

    assert not np.array_equal(first.kernel.numpy(), second.kernel.numpy())
    np.testing.assert_array_equal(first.kernel.numpy(), glorot_uniform((30, 20), rng=0, dtype="float32"))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras, when it saves
def test_a_keras_initializer_takes_true_fans_and_survives_saving(tmp_path):
    """Given the fans of a depthwise kernel it fits, and a saved model knows it again."""
    start = keras_initializer("he_uniform", fans=(9, 18), rng=3)
    layer = KL.DepthwiseConv2D(3, depth_multiplier=2, activation="relu", depthwise_initializer=start)
    model = keras.Sequential([keras.Input((20, 20, 32)), layer])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")

    assert inspect(model)[0].verdict == "fits He"
    settings = again.layers[0].depthwise_initializer.settings
    assert (settings["start"], settings["fans"]) == ("he_uniform", [9, 18])
    assert isinstance(keras.models.clone_model(model).layers[0].depthwise_initializer, XavierLib)


def test_copies_of_a_keras_initializer_go_their_own_ways():
    """Keras copies it for each projection of attention: with one seed queries and keys are no twins, but repeatable."""
    kernels = []
    for _ in range(2):
        start = keras_initializer("glorot_uniform", fans=(64, 64), rng=0)
        layer = KL.MultiHeadAttention(4, 16, kernel_initializer=start)
        layer.build((None, 7, 64), (None, 7, 64))
        kernels.append([weights.numpy() for weights in layer.trainable_weights if "kernel" in weights.path])
    query, key, *_ = kernels[0]

    assert not np.array_equal(query, key)
    assert all(np.array_equal(*pair) for pair in zip(*kernels, strict=True))


def test_layers_of_nested_keras_models_keep_their_order():
    """A model within a model, and the two directions of a recurrent layer: first things first."""
    inner = keras.Sequential([KL.Dense(8, name="one"), KL.Dense(8, activation="relu", name="two")])
    model = keras.Sequential([keras.Input((8,)), inner, KL.Dense(8, name="three")])
    source = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
    copy_weights(source, model)
    x = np.random.default_rng(0).standard_normal((5, 8), dtype=np.float32)
    both = KL.Bidirectional(KL.LSTM(5))
    both.build((None, 7, 20))

    assert [layer.name.split("/")[-2] for layer in inspect(model)] == ["one", "two", "three"]
    np.testing.assert_allclose(outputs(model, x), outputs(source, x), rtol=1e-4, atol=1e-6)
    assert ["forward" in layer.name for layer in inspect(both)] == [True, True, False, False]


def test_copied_weights_are_the_targets_own():
    """What happens to the source afterwards does not reach the target, in any framework."""
    targets = [nn.Linear(64, 64), KL.Dense(64), nnx.Linear(64, 64, rngs=rngs()), MLP((64, 64), glorot_uniform)]
    targets[1].build((None, 64))
    source = nn.Linear(64, 64)
    for target in targets:
        copy_weights(source, target)
    before = [inspect(target)[0].measured for target in targets]
    bias = np.asarray(targets[2].bias.get_value()).copy()
    with torch.no_grad():
        source.weight.fill_(7.0)
        source.bias.fill_(7.0)

    assert [inspect(target)[0].measured for target in targets] == before
    np.testing.assert_array_equal(np.asarray(targets[2].bias.get_value()), bias)


def test_a_model_with_more_than_weights_is_not_half_copied():
    """A normalization has learned gains and counted means: without them the outputs would differ."""
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    other = keras.Sequential([keras.Input((4,)), KL.Dense(4), KL.BatchNormalization()])

    with pytest.raises(ValueError, match=r"source must hold dense and convolutional layers only, got 1\.weight"):
        copy_weights(model, nn.Sequential(nn.Linear(4, 4)))
    with pytest.raises(ValueError, match="target must hold dense and convolutional layers only, got .*gamma"):
        copy_weights(nn.Sequential(nn.Linear(4, 4)), other)


def test_stacked_layers_are_a_stack_where_it_shows_and_no_convolution():
    """Six dense layers in one array of three axes, told by the module, a name or a bias; heads are outputs."""

    @nnx.vmap(in_axes=0, out_axes=0)
    def made(key):
        return nnx.Linear(30, 20, rngs=nnx.Rngs(key))

    lifted = {"variable_axes": {"params": 0}, "split_rngs": {"params": True}, "in_axes": None, "axis_size": 6}
    dense, (found, *_) = linen.vmap(linen.Dense, **lifted), inspect(made(jax.random.split(KEY, 6)))
    assert (found.kind, found.fan_in, found.fan_out) == ("Linear, a stack of 6", 30, 20)

    class Stacked(linen.Module):
        @linen.compact
        def __call__(self, x):
            return dense(20, use_bias=False)(x), dense(20, name="named")(x), linen.DenseGeneral((4, 5))(x)

    report = inspect(Stacked().init(KEY, jnp.ones((2, 30))))
    assert {(layer.name.split(".")[1], layer.kind, layer.fan_in, layer.fan_out) for layer in report} == {
        ("VmapDense_0", "dense, a stack of 6", 30, 20),
        ("named", "dense, a stack of 6", 30, 20),
        ("DenseGeneral_0", "dense, several axes", 30, 20),
    }


def test_a_kernel_that_may_be_a_convolution_or_a_stack_is_not_read():
    """Without a bias and a telling name: it is left out with the reason, and the tree is not said to hold no kernel."""
    for shape in ((5, 64, 300), (5, 3, 3, 64, 64)):
        tree = {"params": {"first": {"kernel": jnp.ones(shape)}}}
        words = "one kernel or a stack of layers: neither a name nor a bias shows which"
        assert inspect(tree) == ()
        assert inspect(tree).left_out == (f"params.first.kernel ({words})",)
    for name, bias in (("Conv_0", {}), ("first", {"bias": jnp.ones(300)})):
        assert inspect({name: {"kernel": jnp.ones((5, 64, 300)), **bias}})[0].fan_in == 320
    blocks = {"Conv_0": {"kernel": jnp.ones((5, 3, 3, 64, 64))}, "LayerNorm_0": {"scale": jnp.ones((5, 64))}}
    assert inspect({"blocks": blocks})[0].kind == "convolution, a stack of 5"


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras, when it quantizes
def test_nothing_is_lost_without_a_word():
    """Arrays in lists, custom ones with a bias in their name, quantized ones: each is named as left out."""

    class Listed(nnx.Module):
        def __init__(self):
            self.ws = nnx.data([nnx.Param(jnp.ones((3, 4)))])

    class Custom(KL.Layer):
        def build(self, shape):  # noqa: ARG002
            self.table = self.add_weight(shape=(3, 4), name="bias_table")

    custom, whole = Custom(), KL.Dense(3)
    custom.build((None, 3))
    whole.build((None, 4))
    whole.quantize("int8")
    tree = {"params": {**linen.Dense(5).init(KEY, X)["params"], "pos_embedding": jnp.ones((1, 20))}}

    assert inspect(Listed()).left_out == ("ws.0 (its fans are not known here)",)
    assert [name.split("/")[-1] for name in inspect(custom).left_out] == ["bias_table (Custom is not known here)"]
    assert inspect(tree).left_out == ("params.pos_embedding (its fans are not known here)",)
    assert len(inspect(whole).left_out) == 1
    with pytest.raises(ValueError, match="at least one array of weights that is known here, got none"):
        initialize(nn.BatchNorm1d(3))


def test_what_is_not_known_may_be_left_as_it_is():
    """A table that a model learns beside its layers stays bit by bit, if the caller says so."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.layer = nn.Parameter(torch.ones(1, 1, 8)), nn.Linear(8, 8)

    model = Model()
    with pytest.raises(ValueError, match=r"got token \(Model is not known here\); leave_unknown=True leaves it"):
        initialize(model)
    initialize(model, activation="tanh", leave_unknown=True, rng=0)

    assert torch.equal(model.token, torch.ones(1, 1, 8))
    assert inspect(model, activation="tanh")[0].verdict == "too few weights to tell"


def test_inspection_leaves_a_model_as_it_was(capsys):
    """The forward pass is followed in a copy: no counter moves, nothing is printed, no symbol is left behind."""

    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.calls, self.last = nn.Linear(40, 40), 0, None

        def forward(self, x):
            self.calls += 1
            print("called")
            self.last = self.layer(x)
            return torch.relu(self.last)

    model = Counting()

    assert inspect(model)[0].activation == "relu"
    assert (model.calls, model.last) == (0, None)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("wrap", [nn.DataParallel, partial(torch.compile, backend="eager")])
def test_what_follows_is_seen_in_wrapped_models(wrap):
    """The wrapper adds a word to each name and nothing else."""
    found = inspect(wrap(nn.Sequential(nn.Linear(9, 9), nn.ReLU())))[0]

    assert found.name.endswith(".0.weight")
    assert found.activation == "relu"


def test_where_followers_differ_or_are_not_known_nothing_is_claimed():
    """A layer used twice, a function that is no activation here; an identity is seen through."""

    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.twice, self.clamped, self.plain = (nn.Linear(9, 9) for _ in range(3))
            self.none = nn.Identity()

        def forward(self, x):
            x = self.twice(torch.relu(self.twice(x)))
            return torch.relu(self.none(self.plain(torch.sin(self.clamped(x)))))

    x = inputs = keras.Input((9,))
    x = KL.Dense(9)(x)
    x = keras.ops.sin(KL.Dense(9)(x))
    shared = KL.Dense(9)
    x = shared(keras.ops.relu(shared(x)))
    model = keras.Model(inputs, KL.ReLU(negative_slope=0.5)(KL.Identity()(KL.Dense(9)(x))))

    assert [layer.activation for layer in inspect(Shared())] == ["?", "?", "relu"]
    assert [layer.activation for layer in inspect(model)] == ["linear", "?", "?", "leaky_relu(0.5)"]


def test_activations_of_keras_may_be_layers():
    """A layer object in the place of a name, with its own slope or Keras's default of 0.2."""
    given = [KL.ReLU(), KL.LeakyReLU(0.3), "leaky_relu", "linear", keras.ops.sin]
    layers = [KL.Dense(9, activation=activation) for activation in given]
    model = keras.Sequential([keras.Input((9,)), *layers, KL.Activation(KL.LeakyReLU(0.4))])

    found = [layer.activation for layer in inspect(model)]
    assert found == ["relu", "leaky_relu(0.3)", "leaky_relu(0.2)", "linear", "?"]


def test_the_last_layer_of_a_model_within_a_model_is_not_taken_for_the_end():
    """What follows it lies outside: it is found in the graph around it, or not claimed to be nothing."""
    inner = keras.Sequential([keras.Input((9,)), KL.Dense(9)])
    model = keras.Sequential([keras.Input((9,)), inner, KL.ReLU(), KL.Dense(9)])
    flax = nnx.Sequential(nnx.Sequential(nnx.Linear(9, 9, rngs=rngs())), nnx.relu)

    assert [layer.activation for layer in inspect(model)] == ["relu", "linear"]
    assert [layer.activation for layer in inspect(flax)] == ["?"]


def test_a_name_in_a_mapping_is_a_whole_part_of_an_arrays_name():
    """Layer 1 of twelve is not layers 1, 10 and 11."""
    model = nn.ModuleList(nn.Linear(9, 9) for _ in range(12))

    found = inspect(model, activation={"1": "relu"})
    assert [layer.name for layer in found if layer.activation == "relu"] == ["1.weight"]


def test_the_row_for_padding_stays_zero():
    """It gets no gradient, so whatever it starts with stays."""
    table = nn.Embedding(100, 16, padding_idx=3)
    initialize(table, rng=0)

    assert not table.weight[3].any()
    assert inspect(table)[0].verdict == "fits one row"


def test_the_strides_of_a_convolved_lstm_count_for_its_inputs_alone():
    """4 inputs and 8 outputs, 3 × 3 positions, steps of 2 × 2; the state has its own kernel without steps."""
    layer = KL.ConvLSTM2D(8, 3, strides=2)
    layer.build((None, 5, 9, 9, 4))

    assert list(fans(layer).values()) == [(9 * 4, 9 * 8 / 4), (9 * 8, 9 * 8)]


def test_a_cell_of_ones_own_class_is_a_cell():
    """A subclass of Flax's cell has its gates, and a class that only bears the name has none."""

    class Mine(nnx.OptimizedLSTMCell):
        pass

    class GRUCell(nnx.Module):
        def __init__(self):
            self.dense = nnx.Linear(20, 50, rngs=rngs())

    assert list(fans(Mine(20, 50, rngs=rngs())).values()) == [(20, 50), (50, 50)]
    assert list(fans(GRUCell()).values()) == [(20, 50)]


def test_a_comparison_of_nothing_is_an_empty_table():
    """A layer without weights has no row; the heads stay."""
    assert repr(compare({"relu": nn.ReLU()})).split("  ") == list(COLUMNS)


def test_a_jax_initializer_is_a_function_of_its_key_compiled_or_not():
    """Flax and jit call it as JAX's own; the key decides, and the spread is that of the true fans."""
    start = jax_initializer("he_normal", fans=(72, 144))
    key = jax.random.key(0)
    compiled = jax.jit(start, static_argnums=1)(key, (3, 3, 8, 64))
    layer = nnx.Conv(32, 64, (3, 3), feature_group_count=4, kernel_init=start, rngs=rngs())
    dense = linen.Dense(20, kernel_init=jax_initializer("glorot_uniform")).init(key, jnp.ones((1, 30)))

    np.testing.assert_allclose(compiled, start(key, (3, 3, 8, 64)), rtol=1e-6)
    assert inspect(layer, activation="relu")[0].verdict == "fits He"
    assert inspect(dense, activation="linear")[0].verdict == "fits Glorot"
    assert start(key, (3, 4), jnp.bfloat16).dtype == jnp.bfloat16


# A signal through a stack


def test_a_signal_through_the_layers_of_a_framework_is_what_the_framework_computes():
    """PyTorch's own forward pass with joined edges, of the same noise: equal rms layer by layer up to float32."""
    torch.manual_seed(0)
    settings = {"groups": 4, "padding": "same", "padding_mode": "circular", "bias": False}
    layers = [nn.Conv2d(16, 16, 3, **settings) for _ in range(3)]
    noise = np.random.default_rng(0).standard_normal((8, 6, 6, 16))
    signal, sizes = torch.from_numpy(noise).float().permute(0, 3, 1, 2), [np.sqrt((noise**2).mean())]
    for layer in layers:
        signal = torch.relu(layer(signal))
        sizes.append(float((signal.detach() ** 2).mean()) ** 0.5)

    np.testing.assert_allclose(rms_through_convolutions(layers, 16, rng=0), sizes, rtol=1e-5)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([], "layers must hold at least one convolution, got none"),
        ([nn.Linear(4, 4)], r"layers\[0\] must be one plain two-dimensional convolution, got Linear"),
        ([nn.ConvTranspose2d(4, 4, 3)], r"layers\[0\] must be one plain .*, got ConvTranspose2d"),
        ([nn.ReLU()], r"layers\[0\] must be one plain .*, got ReLU"),
        ([nn.Conv2d(4, 4, 3), nn.Conv2d(3, 4, 3)], r"layers\[1\] must take 4 channels, got a kernel \(3, 3, 3, 4\)"),
        ([nn.Conv2d(4, 4, 7)], "side must be a whole number of at least 7, got 6"),
    ],
)
def test_what_is_no_stack_of_convolutions_is_refused(layers, words):
    """The error names the layer and what it should be."""
    with pytest.raises(ValueError, match=words):
        rms_through_convolutions(layers, 4)


# Bad input


@pytest.mark.parametrize("model", [7, "model", None, [nn.Linear(2, 2)], nn.Linear, torch.ones(2, 2), np.ones((2, 2))])
def test_what_is_no_model_is_refused(model):
    """The error names the argument and lists what it takes."""
    for call in (inspect, initialize):
        with pytest.raises(TypeError, match=r"^model must be a torch.nn.Module, a Keras model or layer, .* got "):
            call(model)


def test_models_without_numbers_are_refused():
    """Lazy, on the meta device, not built, only described or only shaped: each error says what to do."""
    with pytest.raises(ValueError, match="0.weight is lazy and has no shape yet: send one batch through"):
        inspect(nn.Sequential(nn.LazyLinear(5)))
    with pytest.raises(ValueError, match="weight lies on the meta device"):
        inspect(nn.Linear(3, 4, device="meta"))
    with pytest.raises(ValueError, match="dense.* is not built and has no weights yet: call the model on one batch"):
        inspect(KL.Dense(3))
    with pytest.raises(TypeError, match=r"a flax.linen module holds none: pass what its init returned"):
        inspect(linen.Dense(3))
    with pytest.raises(ValueError, match="kernel holds no array, only ShapeDtypeStruct"):
        inspect(nnx.eval_shape(lambda: nnx.Linear(3, 4, rngs=nnx.Rngs(0))))
    with pytest.raises(ValueError, match="got a mapping without any"):
        inspect({"a": {"b": 7}})


def test_weights_that_are_not_finite_are_named():
    """One infinity in a layer: the error names the array and the number."""
    layer = nn.Linear(3, 4)
    with torch.no_grad():
        layer.weight[0, 0] = float("inf")

    with pytest.raises(ValueError, match="weight must hold finite numbers, got inf"):
        inspect(layer)


@pytest.mark.parametrize(
    ("activation", "error", "words"),
    [
        ("relus", ValueError, r"activation must be one of \["),
        (7, TypeError, r"activation must be one of \["),
        ({"z": "relu"}, ValueError, r"activation must name arrays or layers of the model, among \['weight'\], got 'z'"),
        ({"weight": "nothing"}, ValueError, r"activation must be one of \["),
    ],
)
def test_an_unknown_activation_or_layer_is_refused(activation, error, words):
    """The error lists what there is."""
    with pytest.raises(error, match=words):
        inspect(nn.Linear(3, 4), activation=activation)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"start": "glorot"}, ValueError, r"start must be one of \["),
        ({"start": 7}, TypeError, r"start must be one of \["),
        ({"start": np.ones}, ValueError, r"start must be one of \["),
        ({"gain": 0}, ValueError, "gain must be a positive finite number, got 0"),
        ({"gain": "2"}, TypeError, "gain must be a finite number, got '2'"),
        ({"rng": -1}, ValueError, "rng must be a numpy Generator"),
    ],
)
def test_bad_settings_change_no_weight(settings, error, words):
    """The error names the argument, and the layer keeps its numbers."""
    layer = nn.Linear(3, 4)
    before = layer.weight.detach().clone()

    with pytest.raises(error, match=words):
        initialize(layer, **settings)
    assert torch.equal(before, layer.weight)


def test_what_cannot_be_written_is_refused_before_anything_is_changed():
    """A layer of an unknown kind, and a tree of arrays."""
    model = nn.ModuleDict({"l": nn.Linear(3, 4), "b": nn.Bilinear(3, 4, 5)})
    before = model["l"].weight.detach().clone()

    with pytest.raises(ValueError, match=r"model must hold layers that are known here, got b.weight \(Bilinear"):
        initialize(model)
    assert torch.equal(before, model["l"].weight)
    with pytest.raises(TypeError, match=r"must be a model to be written to, got a tree of arrays"):
        initialize(linen.Dense(3).init(jax.random.key(0), jnp.ones((1, 4))))


@pytest.mark.parametrize("make", [keras_initializer, jax_initializer])
@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"start": "glorot"}, ValueError, r"start must be one of \["),
        ({"start": "he_normal", "gain": -1.0}, ValueError, "gain must be a positive finite number, got -1.0"),
        ({"start": "he_normal", "truncated": 1}, TypeError, "truncated must be True or False, got 1"),
        ({"start": "he_normal", "fans": (0, 3)}, ValueError, "fan_in must be a whole number of at least 1, got 0"),
        ({"start": "he_normal", "negative_slope": "a"}, TypeError, "negative_slope must be a finite number, got 'a'"),
    ],
)
def test_bad_settings_of_an_initializer_are_refused_at_once(make, settings, error, words):
    """When it is made, and not in the middle of a model."""
    with pytest.raises(error, match=words):
        make(**settings)


@pytest.mark.parametrize(
    ("gain", "dtype"), [(1e6, "float16"), (1e-9, "float16"), (1e-42, "float32"), (1e39, "bfloat16")]
)
def test_a_spread_that_does_not_fit_the_dtype_is_refused_by_both_initializers(gain, dtype):
    """Weights would come out as zeros or infinite, as in half precision they soon do."""
    for start in (keras_initializer("he_normal", gain=gain), partial(jax_initializer("he_normal", gain=gain), KEY)):
        with pytest.raises(ValueError, match=f"standard deviation of the weights must fit {dtype}, got"):
            start((30, 20), dtype)


@pytest.mark.parametrize("make", [keras_initializer, jax_initializer])
def test_an_unknown_option_is_refused_in_the_callers_name(make):
    """Not in that of a function inside."""
    with pytest.raises(
        TypeError, match=f"{make.__name__} takes the options gain, mode, negative_slope, truncated, got seed"
    ):
        make("he_normal", seed=0)


def test_extreme_gains_and_slopes_name_themselves():
    """What has no square among the numbers is refused by its name."""
    for gain in (1e200, 1e-200):
        with pytest.raises(
            ValueError, match=re.escape(f"gain must be a positive number whose square fits float64, got {gain}")
        ):
            start_named("he_normal", gain=gain)
    with pytest.raises(ValueError, match="negative_slope must be a number whose square fits float64, got 1e\\+200"):
        start_named("he_normal", negative_slope=1e200)
    with pytest.raises(ValueError, match="negative_slope must be a number whose square fits float64, got 1e\\+200"):
        start_for("leaky_relu(1e200)")


@pytest.mark.parametrize("slope", [1e-5, 1e-7, 1e8, 0.123456789])
def test_a_slope_is_read_with_all_its_digits(slope):
    """Written with a power of ten or with nine digits: the rule takes the number that the layer has."""
    torch_model = nn.Sequential(nn.Linear(9, 9), nn.LeakyReLU(slope))
    keras_model = keras.Sequential([keras.Input((9,)), KL.Dense(9), KL.LeakyReLU(slope)])

    for model in (torch_model, keras_model):
        assert start_for(inspect(model)[0].activation).scale == pytest.approx(2 / (1 + slope**2), rel=1e-6)


def test_one_axis_is_refused_by_both_initializers():
    """A bias has no fans; the error names the shape."""
    with pytest.raises(ValueError, match="shape must be a sequence of at least two"):
        keras_initializer("he_normal")((5,))
    with pytest.raises(ValueError, match="shape must be a sequence of at least two"):
        jax_initializer("he_normal")(jax.random.key(0), (5,))


def test_a_start_has_its_row_of_the_formula():
    """The twelve names, and the slope and the gain squared in the scale."""
    assert start_named("he_uniform", negative_slope=2.0, gain=3.0) == ("He", 9 * 2 / (1 + 4), "fan_in", "uniform")
    assert start_named("xavier_normal", truncated=True) == ("Glorot", 1.0, "fan_avg", "truncated_normal")
    assert start_named("kaiming_normal") == ("He", 2.0, "fan_in", "normal")
    assert start_named("lecun_uniform") == ("LeCun", 1.0, "fan_in", "uniform")
    assert start_for("leaky_relu").scale == 2 / (1 + 0.01**2)
    assert start_for("PReLU").scale == 2 / (1 + 0.25**2)


# Quiet and optional


def test_a_missing_framework_says_what_to_install():
    """The one that is missing is named, with the book's command and the general one."""
    with pytest.raises(ModuleNotFoundError) as error:
        require("torch", "no_such_framework")

    assert str(error.value) == (
        f"no_such_framework is not installed. For the book: {INSTALL}; "
        "elsewhere: python -m pip install no_such_framework"
    )


def test_the_frameworks_are_imported_without_a_word():
    """In a fresh interpreter, warnings as errors: nothing reaches either stream, and the stream works afterwards."""
    code = (
        "import sys; from xavier_lib.frameworks import require; require(); "
        "import keras; keras.ops.ones(3); print('heard', file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == ""
    assert run.stderr == "heard\n"


def test_a_tree_of_numpy_arrays_is_inspected():
    """A checkpoint that was restored without a framework holds NumPy's arrays; they are read as JAX's are."""
    arrays = {"dense": {"kernel": he_normal((400, 300), rng=0), "bias": np.zeros(300)}}
    tensors = jax.tree.map(jnp.asarray, arrays)

    assert [line.verdict for line in inspect(arrays, activation="relu")] == ["fits He"]
    assert inspect(arrays).data()[0]["fan_in"] == inspect(tensors).data()[0]["fan_in"] == 400
    with pytest.raises(TypeError, match="model must be a model to be written to, got a tree of arrays"):
        initialize(arrays)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: inspect({"l": {"kernel": torch.ones(4, 3)}}), TypeError, "l.kernel must be an array of JAX or NumPy"),
        (lambda: inspect({"l": {"kernel": np.ones((4, 3), complex)}}), TypeError, "l.kernel must be .* finite numbers"),
        (lambda: inspect({"l": {"kernel": np.full((4, 3), np.nan)}}), ValueError, "l.kernel must be .* finite numbers"),
        (lambda: copy_weights({}, nn.Linear(2, 2)), ValueError, "source must hold kernels or embeddings"),
        (lambda: copy_weights(nn.Linear(2, 2), {}), ValueError, "target must hold kernels or embeddings"),
        (lambda: initialize(nn.Linear(2, 2), leave_unknown="no"), TypeError, "leave_unknown must be True or False"),
        (
            lambda: rms_through_convolutions(nn.Conv2d(4, 4, 3), 4),
            TypeError,
            "layers must be a sequence of conv",
        ),
        (lambda: rms_through_convolutions(iter(()), 4), ValueError, "layers must hold at least one convolution"),
        (lambda: keras_initializer("he_normal", fans=5), TypeError, "fans must be a pair"),
        (lambda: keras_initializer("he_normal")(5), TypeError, "shape must be a sequence of sizes, got 5"),
        (
            lambda: jax_initializer("he_normal", fans=(10**400, 1)),
            ValueError,
            "fan_in must be a whole number of at most",
        ),
    ],
)
def test_an_error_names_what_was_given(call, error, message):
    """The argument of the function that was called, and a true reason."""
    with pytest.raises(error, match=message):
        call()


def test_layers_may_come_one_by_one():
    """An array of layers or a generator is a sequence too."""
    layer = nn.Conv2d(4, 4, 3)
    expected = rms_through_convolutions([layer], 4, rng=0)

    assert (rms_through_convolutions((one for one in [layer]), 4, rng=0) == expected).all()
    assert (rms_through_convolutions(nn.Sequential(layer), 4, rng=0) == expected).all()
