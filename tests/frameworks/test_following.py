"""Promises on what follows a layer: seen in graphs, by hand, in blocks; never guessed; and why where it is not seen."""

import threading

import numpy as np
import pytest

from xavier_lib import MLP, Activation, glorot_uniform, leaky_relu
from xavier_lib.frameworks import initialize, inspect, require
from xavier_lib.frameworks.packages import INSTALL, missing

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import keras
import torch
from flax import nnx
from torch import nn
from torch.nn import functional
from torch.nn.utils import prune

KL, KO = keras.layers, keras.ops


def before(model, **settings):
    """Return the words for what follows each array of a model."""
    return [layer.before for layer in inspect(model, **settings)]


class By(nn.Module):
    """Three layers of eight units and a function of the first two and an input, whose result the third one gets."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        self.a, self.b, self.c = (nn.Linear(8, 8) for _ in range(3))
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x):
        """Return a row of eight."""
        return self.c(self.function(self, x))


class Own(nn.Module):
    """An activation of one's own, with a factor that is learned."""

    def __init__(self):
        super().__init__()
        self.beta = nn.Parameter(torch.ones(1))

    def forward(self, x):
        """Return x · sigmoid(βx)."""
        return x * torch.sigmoid(self.beta * x)


def at_once(z, function):
    """Return what a function of two equal arguments makes of one."""
    return function(z, z)


BY_HAND = {
    "x · sigmoid(x)": (lambda s, x: at_once(s.a(x), lambda h, g: h * torch.sigmoid(g)), "silu"),
    "sigmoid(x) · x as a method": (lambda s, x: at_once(s.a(x), lambda h, g: g.sigmoid().mul(h)), "silu"),
    "x · tanh(softplus(x))": (
        lambda s, x: at_once(s.a(x), lambda h, g: h * torch.tanh(functional.softplus(g))),
        "mish",
    ),
    "gelu by erf": (lambda s, x: at_once(s.a(x), lambda h, g: 0.5 * h * (1 + torch.erf(g / 2**0.5))), "gelu"),
    "hardswish by relu6": (lambda s, x: at_once(s.a(x), lambda h, g: h * functional.relu6(g + 3) / 6), "hardswish"),
    "clamp from zero": (lambda s, x: s.a(x).clamp(min=0), "relu"),
    "a factor before": (lambda s, x: functional.relu(0.5 * s.a(x)), "relu"),
    "a module of one's own": (lambda s, x: s.own(s.a(x)), "silu"),
    "in place": (lambda s, x: functional.elu(s.a(x), 0.5, inplace=True), "elu(0.5)"),
    "to another dtype and back": (lambda s, x: torch.tanh(s.a(x).to(torch.float64)).float(), "tanh"),
    "square of ReLU": (lambda s, x: functional.relu(s.a(x)) ** 2, "relu"),
    "a sine": (lambda s, x: torch.sin(s.a(x)), "?"),
    "x + sin²(x)": (lambda s, x: at_once(s.a(x), lambda h, g: h + torch.sin(g) ** 2), "?"),
    "a gate by another layer": (lambda s, x: s.a(x) * torch.sigmoid(s.b(x)), "?"),
    "a sum": (lambda s, x: s.a(x) + x, "a sum"),
    "a sum and ReLU": (lambda s, x: functional.relu(s.a(x) + x), "a sum and relu"),
    "a scaled sum": (lambda s, x: x + 0.1 * s.a(x), "a sum"),
    "a normalization and tanh": (lambda s, x: torch.tanh(s.norm(s.a(x))), "a normalization and tanh"),
    "a normalization by a function": (
        lambda s, x: torch.tanh(functional.layer_norm(s.a(x), (8,))),
        "a normalization and tanh",
    ),
    "two activations": (lambda s, x: at_once(s.a(x), lambda h, g: torch.relu(h) + torch.tanh(g)), "?"),
    "scores of attention": (lambda s, x: functional.scaled_dot_product_attention(s.a(x), s.b(x), x), "linear"),
    "attention whose weights nobody takes": (lambda s, x: s.att(x, x, x)[0] + s.a(x), "a sum"),
    "an own call in place": (lambda s, x: s.a(x).relu_(), "relu"),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_what_a_torch_model_does_behind_a_layer_is_recognized_or_not_known(name):
    """By the values of what is computed on a grid, whatever it is called; a function without a name is not guessed."""
    function, wanted = BY_HAND[name]
    parts = {"own": Own(), "norm": nn.LayerNorm(8), "att": nn.MultiheadAttention(8, 2)}

    assert before(By(function, **parts))[0] == wanted


def test_layers_inside_attention_and_encoders_of_torch_are_seen():
    """The activation lies in an attribute, a function of one's own too; what is added to the stream is said to be."""
    block = nn.TransformerEncoderLayer(8, 2, 16, activation=lambda x: x * torch.sigmoid(x), batch_first=True)
    names = ["attention", "out_proj", "linear1", "linear2"]
    for model in (
        block,
        nn.TransformerEncoder(block, 2, enable_nested_tensor=False),
        nn.Sequential(nn.Linear(8, 8), block),
    ):
        found = dict(zip(names, before(model)[-4:], strict=True))
        assert found == {"attention": "linear", "out_proj": "a sum", "linear1": "silu", "linear2": "a sum"}
    decoder = nn.TransformerDecoderLayer(8, 2, 16, activation="gelu")
    assert before(decoder).count("a sum") == 3

    class Other(nn.TransformerEncoderLayer):
        def forward(self, x):
            return self.linear2(torch.tanh(self.linear1(x)))

    assert "relu" not in before(Other(8, 2, 16))


class Branching(nn.Module):
    """Asks whether its input is small, which no trace can answer."""

    def __init__(self):
        super().__init__()
        self.block = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8))
        self.blocks = nn.ModuleList([By(lambda s, x: torch.relu(s.a(x)))])
        self.last = nn.Linear(8, 8)

    def forward(self, x):
        """Return a row of eight."""
        x = self.block(x)
        for block in self.blocks:
            x = block(x)
        return self.last(x) if x.sum() < 1e9 else x


def test_where_the_whole_cannot_be_followed_its_modules_are_and_the_reason_is_said():
    """What follows the last layer of a module lies outside, and is not known; a batch or a word of the caller helps."""
    report = inspect(Branching())

    assert {layer.name: layer.before for layer in report} == {
        "block.0.weight": "gelu",
        "block.2.weight": "?",
        "blocks.0.a.weight": "relu",
        "blocks.0.b.weight": "?",
        "blocks.0.c.weight": "?",
        "last.weight": "?",
    }
    assert len(report.remarks) == 1
    assert report.remarks[0].startswith("the model could not be followed: symbolically traced variables")
    assert report.remarks[0].endswith("a batch x shows what follows")
    assert "followed" not in repr(inspect(Branching(), activation="relu"))
    shown = inspect(Branching(), x=torch.randn(32, 8).abs())
    assert [layer.before for layer in shown][:3] == ["gelu", "linear", "relu"]
    assert shown.remarks == ("the batch did not reach blocks.0.b.weight",)


def pruned(layer):
    """Return a layer whose weights are computed from others, the old way."""
    prune.l1_unstructured(layer, "weight", 0.5)
    return layer


@pytest.mark.filterwarnings("ignore:.*torch.nn.utils.weight_norm.*:FutureWarning")
@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: nn.utils.weight_norm(nn.Linear(8, 8)), "weight normalization computes the weights from it"),
        (lambda: pruned(nn.Linear(8, 8)), "pruning or spectral normalization computes the weights from it"),
        (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8)), "SpectralNorm computes the weights from it"),
    ],
)
def test_one_layer_with_computed_weights_costs_no_other_its_verdict(made, reason):
    """It is left out with the reason; the layers before and behind it are seen as ever."""
    report = inspect(nn.Sequential(nn.Linear(8, 8), nn.ReLU(), made(), nn.Tanh(), nn.Linear(8, 8)))

    assert [(layer.name, layer.before) for layer in report] == [("0.weight", "relu"), ("4.weight", "linear")]
    assert [name.split(" (")[1] for name in report.left_out if ".original0" not in name][0] == f"{reason})"


def test_a_model_that_cannot_be_copied_is_followed():
    """A lock in an attribute refuses to be copied; it stays where it is, and so does what a forward pass counts."""
    model = nn.Sequential(By(lambda s, x: torch.relu(s.a(x))), nn.Linear(8, 8))
    model[0].lock, model[0].seen = threading.Lock(), []
    model[0].function = lambda s, x: s.seen.append(1) or torch.relu(s.a(x))

    assert before(model) == ["relu", "?", "linear", "linear"]
    assert model[0].seen == []


@pytest.mark.parametrize("lock", [False, True])
def test_what_a_forward_pass_counts_in_tensors_stays(lock):
    """A buffer and a tensor that are changed in place, in a model that can be copied and in one that refuses."""

    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", torch.zeros(1))
            self.layer, self.sums, self.list = nn.Linear(8, 8), torch.zeros(1), [torch.zeros(1)]
            self.lock = threading.Lock() if lock else None

        def forward(self, x):
            self.calls.add_(1)
            self.sums += 1
            self.list[0].add_(1)
            return torch.relu(self.layer(x))

    model = Counting()

    assert before(model) == ["relu"]
    assert [float(count) for count in (model.calls, model.sums, model.list[0])] == [0.0] * 3


def test_an_activation_inside_a_normalization_is_seen():
    """Libraries put both into one module, which is derived from PyTorch's own normalization."""

    class NormAct(nn.BatchNorm1d):
        def __init__(self, units):
            super().__init__(units)
            self.act = nn.SiLU()

        def forward(self, x):
            x = functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, self.training)
            return self.act(x)

    assert before(nn.Sequential(nn.Linear(8, 8), NormAct(8), nn.Linear(8, 8))) == ["a normalization and silu", "linear"]


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_scripted_and_traced_models_are_read_and_nothing_crashes():
    """Kinds, fans and spreads are there; what follows is not; a trace has forgotten the settings of convolutions."""
    model = nn.Sequential(nn.Conv2d(4, 8, 3, stride=2, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 5))
    plain = inspect(model)
    scripted, traced = torch.jit.script(model), torch.jit.trace(model, torch.ones(1, 4, 3, 3))
    report = inspect(scripted)

    assert [(line.kind, line.fan_in, line.fan_out) for line in report] == [
        (line.kind, line.fan_in, line.fan_out) for line in plain
    ]
    assert [line.measured for line in report] == [line.measured for line in plain]
    assert {line.before for line in report} == {"?"}
    assert [line.kind for line in inspect(traced)] == ["Linear"]
    assert inspect(traced).left_out == ("0.weight (Conv2d is not known here)",)
    initialize(scripted, activation="relu", rng=0)
    initialize(model, activation="relu", rng=0)
    assert torch.equal(scripted.state_dict()["3.weight"], model[3].weight)


def keras_model(function):
    """Return a functional model with a function of a layer's outputs before another layer."""
    x = keras.Input((8,))
    return keras.Model(x, KL.Dense(3)(function(x, KL.Dense(8))))


KERAS = {
    "x · sigmoid(x)": (lambda x, d: at_once(d(x), lambda h, g: h * KO.sigmoid(g)), "silu"),
    "a factor before": (lambda x, d: KO.relu(0.5 * d(x)), "relu"),
    "a function of one's own": (lambda x, _: KL.Dense(8, activation=lambda z: z * KO.sigmoid(z))(x), "silu"),
    "a sum": (lambda x, d: KL.Add()([x, d(x)]), "a sum"),
    "a sum by an operator, and ReLU": (lambda x, d: KL.ReLU()(x + d(x)), "a sum and relu"),
    "a normalization": (lambda x, d: KL.ELU()(KL.LayerNormalization()(d(x))), "a normalization and elu"),
    "a slope for each unit, zero at the start": (lambda x, d: KL.PReLU()(d(x)), "leaky_relu(0)"),
    "an exponential unit with a number": (lambda x, d: KL.ELU(0.5)(d(x)), "elu(0.5)"),
    "a layer around it": (lambda x, d: KO.gelu(KL.TimeDistributed(d)(KO.expand_dims(x, 1))[:, 0]), "gelu"),
    "a gate": (lambda x, d: d(x) * KL.Dense(8, activation="sigmoid")(x), "?"),
    "a sine": (lambda x, d: KO.sin(d(x)), "?"),
}


@pytest.mark.parametrize("name", KERAS)
def test_what_a_keras_model_does_behind_a_layer_is_recognized_or_not_known(name):
    """In the graph of a functional model, operations and wrappers included."""
    function, wanted = KERAS[name]

    assert before(keras_model(function))[0] == wanted


def test_attention_of_keras_lies_in_the_graph_around_it():
    """Queries, keys and values go into scores; what comes out is added to the stream, as the graph shows."""
    x = keras.Input((7, 8))
    model = keras.Model(x, KL.LayerNormalization()(x + KL.MultiHeadAttention(2, 4)(x, x)))

    assert before(model) == ["linear", "linear", "linear", "a sum"]


def test_a_model_without_a_graph_says_so():
    """A subclassed model of Keras and a module of Flax apply their layers in code."""

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = KL.Dense(3)

        def call(self, x):
            return self.dense(x)

    class Net(nnx.Module):
        def __init__(self):
            self.dense = nnx.Linear(8, 8, rngs=nnx.Rngs(0))

    model = Model()
    model(np.ones((1, 8)))
    assert inspect(model).remarks == ("Model has no graph that shows what follows its layers",)
    assert inspect(Net()).remarks == ("Net applies its layers in code, which shows only on a batch",)


def test_functions_in_a_sequential_of_flax_are_known_by_their_values():
    """A function of one's own, a normalization on the way."""
    rngs = nnx.Rngs(0)
    own, norm = (lambda x: x * jax.nn.sigmoid(x)), nnx.LayerNorm(8, rngs=rngs)
    layers = [nnx.Linear(8, 8, rngs=rngs) for _ in range(3)]

    assert before(nnx.Sequential(layers[0], own, layers[1], norm, jax.nn.relu, layers[2])) == [
        *("silu", "a normalization and relu", "linear"),
    ]


def test_an_mlp_tells_its_slope_and_a_function_of_ones_own_by_its_values():
    """A leaky slope that is not the usual one, and functions that a reader brings."""
    own = Activation("mine", lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)
    bent = Activation("bent", np.arctan, lambda z: 1 / (1 + z * z))
    found = {a.name: before(MLP((4, 3, 2), glorot_uniform, activation=a))[0] for a in (leaky_relu(0.3), own, bent)}

    assert found == {"leaky_relu": "leaky_relu(0.3)", "mine": "relu", "bent": "?"}
