"""Promises of initialize: thirty layers keep their size, what is left is named, and a failure changes nothing."""

import math
from functools import partial

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, constant, glorot_uniform
from xavier_lib.frameworks import initialize, inspect, require
from xavier_lib.frameworks.depth import scattered
from xavier_lib.frameworks.packages import INSTALL, missing
from xavier_lib.frameworks.rules import start_for

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import jax.numpy as jnp
import keras
import torch
from flax import linen, nnx
from torch import nn

KL = keras.layers
MODULES = {
    **{"linear": nn.Identity, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU},
    **{"softsign": nn.Softsign, "silu": nn.SiLU, "gelu": nn.GELU, "elu": nn.ELU, "mish": nn.Mish, "selu": nn.SELU},
}
SINKING = ("tanh", "softsign")  # no gain gives a size of 1 back, and Glorot's rule is one for small signals


@pytest.fixture(autouse=True)
def _alone():
    """Let PyTorch use one thread: small layers are not worth two, least of all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def rms(signal):
    """Return the size of a tensor or an array."""
    array = signal.detach().numpy() if isinstance(signal, torch.Tensor) else np.asarray(signal)
    return float(np.sqrt(np.mean(np.square(array, dtype=float))))


def deep(name, width):
    """Return thirty layers of an activation."""
    return nn.Sequential(*(part for _ in range(30) for part in (nn.Linear(width, width), MODULES[name]())))


def noise(rows, width, seed):
    """Return standard normal rows."""
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((rows, width), dtype=np.float32))


# Thirty layers


@pytest.mark.parametrize("width", [64, 256])
@pytest.mark.parametrize("name", MODULES)
def test_thirty_layers_set_by_a_batch_keep_a_size_between_a_half_and_two(name, width):
    """Measured on another batch: all of ``ACTIVATIONS``, and SiLU, GELU, ELU, Mish and SELU."""
    assert set(MODULES) >= set(ACTIVATIONS)
    for seed in range(2 if width == 64 else 1):
        model = deep(name, width)
        initialize(model, x=noise(128, width, seed), rng=seed)
        assert 0.5 < rms(model(noise(128, width, seed + 100))) < 2


@pytest.mark.parametrize("name", MODULES)
def test_thirty_layers_set_by_their_rules_keep_it_or_the_report_says_that_they_do_not(name):
    """Of width 256, five seeds: within twice the scatter that the report knows, and between ½ and 2 if it is silent."""
    model, sizes = deep(name, 256), []
    for seed in range(5):
        initialize(model, rng=seed)
        sizes.append(rms(model(noise(64, 256, seed))))
    remarks = inspect(model).remarks

    if name in SINKING:
        assert max(sizes) < 0.5
        assert "is left of a signal of size 1" in remarks[0]
    elif not any("misses the size" in words for words in remarks):
        assert 0.5 < min(sizes) < max(sizes) < 2
    miss = scattered(name, start_for(name).scale, 30, 256)
    assert name in SINKING or all(abs(math.log(size)) < 0.7 + 2 * math.log(miss) for size in sizes)


def test_gains_of_smooth_activations_do_what_those_of_rectifiers_do_not():
    """Thirty layers of width 512: by He's rule SiLU and GELU fade and ELU triples; by their own gains none does."""
    for name, low, high in (("silu", 0.3, 12), ("gelu", 0.4, 2.5), ("elu", 0.8, 1.2)):
        model = deep(name, 512)
        initialize(model, "he_uniform", rng=0)
        by_he = rms(model(noise(64, 512, 0)))
        initialize(model, rng=0)
        assert low < rms(model(noise(64, 512, 0))) < high
        assert by_he < 0.3 or by_he > 2


def test_one_seed_and_one_batch_give_the_same_network_in_all_frameworks_that_can_be_followed():
    """PyTorch and this book's MLP, in the same numbers of passes: equal weights but for rounding."""
    x = np.random.default_rng(0).standard_normal((64, 30), dtype=np.float32)
    model = nn.Sequential(nn.Linear(30, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 10))
    network = MLP((30, 40, 40, 10), glorot_uniform, activation="tanh", dtype=np.float32)
    initialize(model, x=torch.from_numpy(x), rng=0)
    initialize(network, x=x, rng=0)

    for layer, weights in zip(model[::2], network.weights, strict=True):
        np.testing.assert_allclose(layer.weight.detach().numpy().T, weights, rtol=1e-3)


# Set by a batch


class Unseen(nn.Module):
    """Three layers with a function that has no name, behind a question that no trace can answer."""

    def __init__(self, function):
        super().__init__()
        self.function, self.layers = function, nn.ModuleList(nn.Linear(200, 200) for _ in range(20))

    def forward(self, x):
        """Return a row of two hundred."""
        assert x.dim() == 2
        for layer in self.layers:
            x = self.function(layer(x)) if x.sum() < 1e9 else x
        return x


@pytest.mark.parametrize("function", [torch.relu, lambda z: z + torch.sin(z) ** 2, lambda z: z * torch.sigmoid(z)])
def test_what_is_not_seen_is_refused_without_a_batch_and_measured_with_one(function):
    """The layers are named; with a batch twenty of them keep its size, whatever the function is called."""
    model, x = Unseen(function), noise(128, 200, 0)
    with pytest.raises(ValueError, match=r"activation must say what follows layers.0.weight, .* a batch x shows it"):
        initialize(model)
    initialize(model, x=x, rng=0)

    assert 0.5 < rms(model(noise(128, 200, 1))) < 2
    assert all(line.rule != "?" for line in inspect(model, x=x))


def test_after_a_batch_has_set_a_model_the_batch_shows_that_it_fits():
    """At a width of 32 sizes scatter, and no rule fits each layer; each gives what it got, or gets what it should."""
    for name in ("relu", "gelu", "tanh"):
        x, model = noise(128, 32, 0), nn.Sequential(*deep(name, 32)[:12], nn.Linear(32, 5))
        initialize(model, x=x, rng=0)
        assert all(line.verdict.startswith("fits ") for line in inspect(model, x=x))
        assert not all(line.verdict.startswith("fits ") for line in inspect(model))


def test_inputs_of_any_size_enter_with_a_size_of_one():
    """A hundred times too large or too small: the first layer makes up for it, and no other one."""
    for factor in (100, 0.01):
        model, x = deep("gelu", 100), factor * noise(128, 100, 0)
        initialize(model, x=x, rng=0)
        assert rms(model(x)) == pytest.approx(1, abs=0.3)
        assert inspect(model)[0].ratio == pytest.approx(1 / factor, rel=0.3)
        assert inspect(model)[5].ratio == pytest.approx(1, rel=0.3)


class Stream(nn.Module):
    """A residual stream with branches of two layers."""

    def __init__(self, branches, norm):
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(64) if norm else nn.Identity(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64))
            for _ in range(branches)
        )

    def forward(self, x):
        """Return the end of the stream."""
        for branch in self.branches:
            x = x + branch(x)
        return x


@pytest.mark.parametrize("norm", [False, True])
def test_a_residual_stream_grows_by_the_root_of_e_and_no_more(norm):
    """Each of twenty branches adds a twentieth of the square: (1 + 1/20)²⁰ = 2.65, whose root is 1.63."""
    model, x = Stream(20, norm), noise(256, 64, 0)
    initialize(model, activation={"branches": "relu"}, rng=0)
    without = rms(model(x))
    initialize(model, x=x, rng=0)

    assert rms(model(x)) == pytest.approx(1.63, abs=0.1)
    assert without > 3
    ends = inspect(model, x=x)[1::2]
    assert [line.verdict for line in ends[:2]] == [
        f"last of a residual branch, {place} of 20: adds 0.22 of the stream" for place in (1, 2)
    ]


def test_what_a_normalization_follows_keeps_its_rule():
    """A batch changes its size by nothing that matters."""
    model = nn.Sequential(nn.Linear(400, 300), nn.BatchNorm1d(300), nn.ReLU(), nn.Linear(300, 10))
    initialize(model, x=7 * noise(64, 400, 0), rng=0)

    assert [line.verdict for line in inspect(model)] == ["fits He", "fits Glorot"]
    assert not model[1].running_mean.any()


def test_a_named_start_is_set_by_a_batch_too():
    """Its distribution is drawn, its size is the batch's; a gain is one a layer."""
    model, x = deep("relu", 64)[:8], noise(256, 64, 0)
    initialize(model, "glorot_normal", x=x, rng=0)
    assert rms(model(x)) == pytest.approx(1, abs=0.35)  # the last layer has none behind it, and keeps its rule
    assert inspect(model)[0].distribution == "normal"
    initialize(model, x=x, gain=1.5, rng=0)
    assert rms(model[:4](x)) == pytest.approx(1.5**2, rel=0.1)


def test_a_batch_is_a_tensor_a_tuple_or_a_mapping():
    """As the forward pass takes it; the same weights come out."""

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(8, 64), nn.Linear(64, 3)

        def forward(self, x, scale):
            return self.b(torch.relu(scale * self.a(x)))

    x, drawn = noise(32, 8, 0), []
    for batch in ((x, torch.tensor(2.0)), {"x": x, "scale": torch.tensor(2.0)}):
        model = Two()
        initialize(model, x=batch, rng=0)
        drawn.append(model.a.weight)
    assert torch.equal(*drawn)


# What is left


def test_frozen_weights_are_left_and_named_unless_told():
    """In PyTorch and Keras: a warning names them, and their biases stay too; a model of nothing else is refused."""
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
    model[0].requires_grad_(False)
    before = [parameter.clone() for parameter in model[0].parameters()]
    other = keras.Sequential([keras.Input((8,)), KL.Dense(8, activation="relu", name="stays"), KL.Dense(3)])
    other.layers[0].trainable = False
    kernel = other.layers[0].kernel.numpy().copy()
    with pytest.warns(UserWarning, match=r"left 0.weight \(frozen\) as they were; overwrite=True draws them"):
        initialize(model, rng=0)
    with pytest.warns(UserWarning, match=r"stays/kernel \(frozen\)"):
        initialize(other, rng=0)

    assert all(torch.equal(*pair) for pair in zip(before, model[0].parameters(), strict=True))
    assert np.array_equal(kernel, other.layers[0].kernel.numpy())
    assert inspect(model)[0].note == "frozen"
    assert "; frozen" in repr(inspect(model))
    initialize(model, overwrite=True, rng=0)
    assert not torch.equal(before[0], model[0].weight)
    model.requires_grad_(False)
    with pytest.raises(ValueError, match="model must hold weights to draw, got only frozen ones; overwrite=True draws"):
        initialize(model)
    with pytest.raises(TypeError, match="overwrite must be True or False, got 'yes'"):
        initialize(model, overwrite="yes")


# All or nothing


class Failing(nn.Module):
    """Fails from its third call on."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.calls = nn.Linear(8, 8), nn.Linear(8, 8), 0

    def forward(self, x):
        """Return a row of eight."""
        calls.append(1)
        if len(calls) > 2:
            raise RuntimeError("no more")
        return self.b(torch.tanh(self.a(x)))


calls: list[int] = []


def test_a_pass_that_fails_midway_leaves_all_numbers_as_they_were():
    """Weights and biases come back, and the error says that the forward pass failed."""
    calls.clear()
    model = Failing()
    before = [parameter.detach().clone() for parameter in model.parameters()]

    with pytest.raises(ValueError, match="forward pass failed with RuntimeError: no more"):
        initialize(model, x=noise(16, 8, 0), activation="tanh", rng=0)
    assert all(torch.equal(*pair) for pair in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"gain": 1e-42}, ValueError, "the standard deviation of the weights must fit float32"),
        ({"x": "a batch"}, TypeError, "x must be"),
        ({"x": torch.ones(3, 5)}, ValueError, "forward pass failed"),
        ({"mode": 3}, TypeError, "mode must be one of"),
    ],
)
def test_what_is_refused_changes_no_number(settings, error, words):
    """A gain at which float32 ends, a batch that is none or does not fit, a mode that is no name."""
    model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8))
    before = [parameter.detach().clone() for parameter in model.parameters()]

    with pytest.raises(error, match=words):
        initialize(model, **settings)
    assert all(torch.equal(*pair) for pair in zip(before, model.parameters(), strict=True))


def test_what_cannot_be_written_is_refused_before_anything_is():
    """A read-only array, and a parameter of inference mode, both behind one that could be written."""
    network = MLP((8, 8, 3), glorot_uniform, rng=0)
    network.weights[1].flags.writeable = False
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
    with torch.inference_mode():
        model[2] = nn.Linear(8, 3)
    before = [network.weights[0].copy(), model[0].weight.detach().clone()]

    with pytest.raises(ValueError, match=r"weights\[1\] must be one that can be written, got one that is read-only"):
        initialize(network)
    with pytest.raises(ValueError, match="2.weight must be one that can be written, got one that was made in infer"):
        initialize(model)
    assert np.array_equal(before[0], network.weights[0])
    assert torch.equal(before[1], model[0].weight)


def test_a_tree_cannot_be_run():
    """A batch needs a function; the error says what was given."""
    with pytest.raises(TypeError, match="x needs a model that can be called, got a tree of arrays"):
        inspect({"dense": {"kernel": jnp.ones((4, 3))}}, x=jnp.ones((2, 4)))


def test_a_batch_sees_through_a_start_from_nothing():
    """Zeros everywhere show nothing of what is kept: the draw begins with 1/n, and the batch sets it."""
    model, x = Unseen(lambda z: z + torch.sin(z) ** 2), noise(64, 200, 0)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    initialize(model, x=x, rng=0)

    assert 0.5 < rms(model(x)) < 2
    network = MLP((20, 30, 30, 5), lambda shape, **_: constant(shape, 0.0), activation="relu")
    initialize(network, x=noise(64, 20, 0).numpy(), rng=0)
    assert [line.verdict.split(" ")[0] for line in inspect(network)] == ["fits"] * 3 or network.weights[0].any()


def test_a_batch_sees_through_numbers_that_are_none():
    """A model that has broken down is started again, convolutions too."""
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 16, 10))
    nn.init.constant_(model[0].weight, float("nan"))
    x = noise(32, 3 * 36, 0).reshape(32, 3, 6, 6)
    initialize(model, x=x, rng=0)

    assert rms(model[:2](x)) == pytest.approx(1, abs=0.05)


def test_inspection_on_a_batch_changes_nothing():
    """No weight, no statistic, no gradient, no mode, no random number."""
    model = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.ReLU(), nn.Linear(8, 3))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.get_rng_state()
    inspect(model, x=noise(16, 8, 0))

    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training
    assert torch.equal(state, torch.get_rng_state())


# Other frameworks


def test_keras_models_without_a_graph_are_set_by_a_batch():
    """A subclassed model with a product by hand: what follows is measured, and its size is kept."""
    pytest.importorskip("xavier_lib.frameworks.trace.keras")

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = [KL.Dense(64) for _ in range(20)]

        def call(self, x):
            for layer in self.stack:
                h = layer(x)
                x = h * keras.ops.sigmoid(h)
            return x

    model, x = Model(), noise(128, 64, 0).numpy()
    model(x[:1])
    with pytest.raises(ValueError, match="a batch x shows it"):
        initialize(model)
    initialize(model, x=x, rng=0)

    assert 0.5 < rms(model(noise(128, 64, 1).numpy())) < 2
    assert all(line.activation == "silu" for line in inspect(model, x=x))


def test_a_function_with_its_tree_is_inspected_on_a_batch_and_only_read():
    """As a pair, as a partial function and as a bound module: what follows is measured; a draw is refused."""
    pytest.importorskip("xavier_lib.frameworks.trace.jax")

    class Net(linen.Module):
        @linen.compact
        def __call__(self, x):
            x = linen.gelu(linen.Dense(64)(x))
            return linen.Dense(3)(x)

    x = jnp.asarray(noise(32, 64, 0).numpy())
    tree = Net().init(jax.random.key(0), x)
    for model in ((Net().apply, tree), (Net(), tree), partial(Net().apply, tree), Net().bind(tree)):
        assert {line.name: line.activation for line in inspect(model, x=x)} == {
            "params.Dense_0.kernel": "gelu",
            "params.Dense_1.kernel": "linear",
        }
        with pytest.raises(TypeError, match="model must be a model to be written to, got a tree of arrays"):
            initialize(model, x=x)
    assert {line.activation for line in inspect((Net(), tree))} == {"?"}


def test_modules_of_flax_are_set_by_a_batch():
    """A forward pass in code: what follows is measured, and its size is kept."""
    pytest.importorskip("xavier_lib.frameworks.trace.jax")

    class Net(nnx.Module):
        def __init__(self):
            self.stack = nnx.List([nnx.Linear(64, 64, rngs=nnx.Rngs(seed)) for seed in range(20)])

        def __call__(self, x):
            for layer in self.stack:
                x = nnx.gelu(layer(x))
            return x

    model, x = Net(), jnp.asarray(noise(128, 64, 0).numpy())
    initialize(model, x=x, rng=0)

    assert 0.5 < rms(model(jnp.asarray(noise(128, 64, 1).numpy()))) < 2
    assert {line.activation for line in inspect(model, x=x)} == {"gelu"}
