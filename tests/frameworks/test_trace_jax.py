"""Promises of the measurement of JAX models: exact sizes and gradients, what follows, and nothing changed."""

import gc
from functools import partial

import numpy as np
import pytest

from xavier_lib.frameworks.packages import INSTALL, missing, require

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import jax.numpy as jnp
import torch
from flax import linen, nnx

from xavier_lib.frameworks.diagnose import diagnose
from xavier_lib.frameworks.trace.jax import followed, measured
from xavier_lib.frameworks.trace.pytorch import measured as measured_in_torch

SOURCE = np.random.default_rng(0)
X = SOURCE.standard_normal((32, 20)).astype(np.float32)
LABELS = SOURCE.integers(0, 10, 32)
SEQUENCE = SOURCE.standard_normal((4, 20, 6)).astype(np.float32)
PICTURES = SOURCE.standard_normal((8, 8, 8, 3)).astype(np.float32)
TOKENS = SOURCE.integers(0, 50, (4, 12))
#: Sums of float32 are good for about 1e-6; ten times a hundred of them in a row for 1e-4.
CLOSE = 1e-4
HE = nnx.initializers.he_normal()


@pytest.fixture(scope="module", autouse=True)
def quick_compiler():
    """Let XLA optimize nothing: the models are small, and compiling them takes nearly all of the time."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


def drawn(*shape, scale=1.0, seed=1):
    """Return normal weights by LeCun's rule, times a scale."""
    values = np.random.default_rng(seed).standard_normal(shape) * scale / shape[-2] ** 0.5
    return jnp.asarray(values, jnp.float32)


def by_name(found):
    """Return the records by the names of their arrays."""
    return {layer.name: layer for layer in found.layers}


def layer_of(function, tree, x=X, y=None):
    """Return the record of the array that is called w."""
    return by_name(measured((function, tree), x, y))["w"]


def rms(values):
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(np.asarray(values, np.float64)))))


def varying(values):
    """Return the size of the part that differs from the mean over the batch."""
    return rms(values - np.asarray(values, np.float64).mean(axis=0))


class Perceptron(nnx.Module):
    """Layers of one width, each followed by an activation."""

    def __init__(self, *, depth=2, width=64, act=nnx.relu, init=HE):
        rngs, sizes = nnx.Rngs(0), [20, *[width] * depth]
        pairs = zip(sizes, sizes[1:], strict=False)
        self.layers = nnx.List([nnx.Linear(a, b, kernel_init=init, rngs=rngs) for a, b in pairs])
        self.head = nnx.Linear(width, 10, rngs=rngs)
        self.act = act

    def __call__(self, x):
        for layer in self.layers:
            x = self.act(layer(x))
        return self.head(x)


class Block(nnx.Module):
    """A block of a transformer."""

    def __init__(self, width, rngs):
        self.before = nnx.LayerNorm(width, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(4, width, decode=False, rngs=rngs)
        self.between = nnx.RMSNorm(width, rngs=rngs)
        self.up, self.down = nnx.Linear(width, 2 * width, rngs=rngs), nnx.Linear(2 * width, width, rngs=rngs)

    def __call__(self, x):
        x = x + self.attention(self.before(x), mask=nnx.make_causal_mask(jnp.ones(x.shape[:2])))
        return x + self.down(nnx.silu(self.up(self.between(x))))


class Transformer(nnx.Module):
    """A small language model whose table is used twice."""

    def __init__(self, *, blocks=2, width=32, spread=0.02):
        rngs, normal = nnx.Rngs(0), nnx.initializers.normal(spread)
        self.table = nnx.Embed(50, width, embedding_init=normal, rngs=rngs)
        self.places = nnx.Embed(12, width, embedding_init=normal, rngs=rngs)
        self.blocks = nnx.List([Block(width, rngs) for _ in range(blocks)])
        self.norm = nnx.LayerNorm(width, rngs=rngs)

    def __call__(self, tokens):
        x = self.table(tokens) + self.places(jnp.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.table.attend(self.norm(x))


class Convolutions(nnx.Module):
    """Convolutions with batch normalization and dropout."""

    def __init__(self):
        rngs = nnx.Rngs(0)
        self.first = nnx.Conv(3, 16, (3, 3), kernel_init=HE, rngs=rngs)
        self.norm = nnx.BatchNorm(16, rngs=rngs)
        self.second = nnx.Conv(16, 32, (3, 3), strides=2, feature_group_count=2, kernel_init=HE, rngs=rngs)
        self.dropout, self.head = nnx.Dropout(0.3, rngs=rngs), nnx.Linear(32, 10, rngs=rngs)

    def __call__(self, x):
        x = nnx.max_pool(nnx.relu(self.norm(self.first(x))), (2, 2), (2, 2))
        return self.head(self.dropout(nnx.relu(self.second(x)).mean((1, 2))))


class Linen(linen.Module):
    """A perceptron of the older interface, with dropout where it trains."""

    @linen.compact
    def __call__(self, x, train=False):
        x = linen.Dropout(0.5, deterministic=not train)(linen.relu(linen.Dense(64)(x)))
        return linen.Dense(10)(x)


def forward(tree, x):
    """Run a perceptron that is a function of a tree."""
    for layer in tree["layers"]:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    return x @ tree["out"]


def tree_of(depth=2):
    """Return the tree of a perceptron."""
    sizes = [20, *[64] * depth]
    layers = [
        {"w": drawn(a, b, scale=2**0.5, seed=a + place), "b": jnp.full(b, 0.1)}
        for place, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False))
    ]
    return {"layers": layers, "out": drawn(64, 10, seed=9)}


def cross_entropy(logits, y=LABELS):
    """Return the usual loss."""
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), jnp.asarray(y)[..., None], -1).mean()


# Sizes


def test_sizes_are_those_of_the_signals_themselves():
    """Input, output with its bias, and what varies are what NumPy gets layer by layer, within float32's rounding."""
    tree = tree_of()
    found = by_name(measured((forward, tree), X, LABELS))
    x = np.asarray(X, np.float64)
    for place, layer in enumerate(tree["layers"]):
        z = x @ np.asarray(layer["w"], np.float64) + np.asarray(layer["b"], np.float64)
        record = found[f"layers.{place}.w"]
        assert (record.input, record.input_varying) == pytest.approx((rms(x), varying(x)), rel=CLOSE)
        assert (record.output, record.output_varying) == pytest.approx((rms(z), varying(z)), rel=CLOSE)
        x = np.maximum(z, 0)
        assert record.kept == pytest.approx(rms(x) ** 2 / rms(z) ** 2, rel=CLOSE)
        assert record.dead == pytest.approx((x == 0).all(axis=0).mean())
        assert record.activation == "relu"


def test_gradients_are_those_of_jax():
    """At the weights by ``jax.grad``, at the outputs by a zero that is added there, times the samples."""
    tree = tree_of()
    found = by_name(measured((forward, tree), X, LABELS))

    def added(zero):
        x = jax.nn.relu(X @ tree["layers"][0]["w"] + tree["layers"][0]["b"] + zero)
        return cross_entropy(forward({"layers": tree["layers"][1:], "out": tree["out"]}, x))

    by_weights = jax.grad(lambda t: cross_entropy(forward(t, X)))(tree)
    for place, layer in enumerate(by_weights["layers"]):
        assert found[f"layers.{place}.w"].weight_gradient == pytest.approx(rms(layer["w"]), rel=CLOSE)
    at_output = np.asarray(jax.grad(added)(jnp.zeros((32, 64)))) * len(X)
    first = found["layers.0.w"]
    assert (first.gradient, first.gradient_varying) == pytest.approx((rms(at_output), varying(at_output)), rel=CLOSE)


def test_a_signal_that_hardly_varies_is_measured_to_the_last_digits():
    """A part of 1e-5 beside 1 is lost where a mean square is taken less the square of a mean in float32."""
    x = (1 + 1e-5 * SOURCE.standard_normal((64, 20))).astype(np.float32)

    record = layer_of(lambda tree, x: x @ tree["w"], {"w": jnp.eye(20)}, x)
    assert record.output_varying == pytest.approx(varying(x), rel=1e-2)
    assert record.input == pytest.approx(1, rel=1e-4)


def test_a_signal_beyond_float32_is_said_to_be_infinite():
    """Sizes are taken in double precision; what overflowed before is infinite, not a number that looks fine."""
    tree = {"w": jnp.full((20, 5), 1e30), "v": jnp.full((5, 5), 1e30)}

    found = by_name(measured((lambda t, x: x @ t["w"] @ t["v"], tree), X))
    assert 1e29 < found["w"].output < 1e32
    assert not np.isfinite(found["v"].output)


def test_the_same_network_measures_alike_in_pytorch():
    """One residual network with the same weights: every size of both measurements, within float32's rounding."""
    first, second, out = (torch.nn.Linear(*sizes) for sizes in ((20, 20), (20, 20), (20, 10)))
    norm = torch.nn.LayerNorm(20, eps=1e-6)

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.first, self.second, self.out = norm, first, second, out

        def forward(self, x):
            return self.out(x + self.second(torch.tanh(self.first(self.norm(x)))))

    def residual(t, x):
        h = (x - x.mean(-1, keepdims=True)) * jax.lax.rsqrt(x.var(-1, keepdims=True) + 1e-6)
        h = jnp.tanh(h @ t["first"]["w"] + t["first"]["b"]) @ t["second"]["w"] + t["second"]["b"]
        return (x + h) @ t["out"]["w"] + t["out"]["b"]

    layers = {"first": first, "second": second, "out": out}
    tree = {
        name: {"w": jnp.asarray(layer.weight.detach().numpy().T), "b": jnp.asarray(layer.bias.detach().numpy())}
        for name, layer in layers.items()
    }
    here, there = (
        by_name(measured((residual, tree), X, LABELS)),
        by_name(measured_in_torch(Residual(), torch.tensor(X), torch.tensor(LABELS))),
    )
    exact = ("activation", "branch", "branches", "normalized", "last", "fan_in", "fan_out", "rule")
    sizes = ("input", "input_varying", "output", "output_varying", "kept", "gradient", "gradient_varying", "wanted")
    more = ("weight_gradient", "stream_before", "stream_after", "spread", "centre", "weight", "largest")
    for name in layers:
        own, other = here[f"{name}.w"], there[f"{name}.weight"]
        assert [getattr(own, field) for field in exact] == [getattr(other, field) for field in exact]
        for field in (*sizes, *more):
            wanted = getattr(other, field)
            assert getattr(own, field) == (wanted if wanted is None else pytest.approx(wanted, rel=CLOSE)), field


def test_without_the_way_back_the_forward_half_is_the_same():
    """What ``inspect`` asks for: no gradient, no loss, and all else as before."""
    whole, half = measured(Perceptron(), X, LABELS), measured(Perceptron(), X, backward=False)

    assert half.loss is None
    for one, other in zip(whole.layers, half.layers, strict=True):
        assert (one.name, one.activation, one.kept, one.output) == (
            *(other.name, other.activation),
            *(other.kept, other.output),
        )
        assert other.gradient is None
        assert other.weight_gradient is None


def test_what_only_depends_on_the_place_does_not_vary():
    """A sequence that is the same for each sample: places differ, samples do not, in signal and gradient."""
    x = np.broadcast_to(SOURCE.standard_normal((1, 6, 20)), (8, 6, 20)).astype(np.float32)

    record = layer_of(lambda t, x: jnp.tanh(x @ t["w"]) @ t["v"], {"w": drawn(20, 30), "v": drawn(30, 10)}, x)
    assert record.input == pytest.approx(rms(x), rel=CLOSE)
    assert record.input_varying == pytest.approx(0, abs=1e-7)
    assert record.output_varying == pytest.approx(0, abs=1e-7)


def test_what_is_followed_alone_reads_no_weights():
    """What ``inspect`` needs besides its own reading: names, activations, shares that are kept, branches."""
    model = Transformer(blocks=1)
    lean, whole = followed(model, TOKENS), measured(model, TOKENS, backward=False)

    fields = ("name", "activation", "kept", "normalized", "branch", "branches", "fan_in", "lookup", "last")
    for one, other in zip(lean.layers, whole.layers, strict=True):
        assert [getattr(one, field) for field in fields] == [getattr(other, field) for field in fields]
        assert one.spread == 0


# Forms of models


def test_all_forms_of_a_linen_model_measure_alike():
    """Bound, as a pair, as its apply with the variables, and with arguments by name: the same records."""
    model = Linen()
    variables = model.init(jax.random.key(0), X)
    forms = [model.bind(variables), (model, variables), (model.apply, variables), partial(model.apply, variables)]
    found = [measured(form, X, LABELS) for form in forms]

    assert [layer.name for layer in found[0].layers] == ["params.Dense_0.kernel", "params.Dense_1.kernel"]
    assert [layer.kind for layer in found[0].layers] == ["dense", "dense"]
    assert all(other == found[0] for other in found[1:])
    assert measured((model, variables), {"x": X, "train": False}, LABELS) == found[0]


def test_names_and_kinds_of_a_flax_module_are_those_of_inspect():
    """One name for one array, whether its spread is read or its signal measured."""
    from xavier_lib.frameworks import inspect

    model = Transformer(blocks=1)
    lines = {line.name: line for line in inspect(model)}
    found = by_name(measured(model, TOKENS, TOKENS))
    assert lines.keys() <= found.keys()
    assert all(found[name].kind == line.kind for name, line in lines.items())


def test_what_a_tree_calls_its_arrays_does_not_matter():
    """Lists, tuples and names of one's own; the path is the name."""
    tree = [(drawn(20, 30), {"second": drawn(30, 10)})]
    found = measured((lambda t, x: jnp.tanh(x @ t[0][0]) @ t[0][1]["second"], tree), X, LABELS)

    assert [layer.name for layer in found.layers] == ["0.0", "0.1.second"]


def test_a_function_may_take_several_inputs_and_more_than_arrays():
    """A tuple is taken for arguments, and a switch among them stays one."""

    def joined(tree, a, b, double):
        return jnp.concatenate([a, b], 1) @ tree["w"] * (2 if double else 1)

    once, twice = (measured((joined, {"w": drawn(40, 10)}), (X, X, double), LABELS) for double in (False, True))
    assert twice.logits == pytest.approx(2 * once.logits, rel=CLOSE)


def test_a_key_of_random_numbers_may_be_among_the_inputs():
    """Noise that is drawn from it is no signal: the latent code of an autoencoder goes on to the next layer."""

    def network(t, x, key):
        code = x @ t["w"]
        return (code + 0.1 * jax.random.normal(key, code.shape)) @ t["v"]

    found = by_name(measured((network, {"w": drawn(20, 5), "v": drawn(5, 20)}), (X, jax.random.key(0)), X))
    assert found["w"].activation == "linear"
    assert not found["w"].last


def test_a_batch_that_is_a_mapping_goes_to_a_function_whole():
    """A function that takes no such names gets the mapping itself."""
    found = measured((lambda tree, batch: batch["image"] @ tree["w"], {"w": drawn(20, 10)}), {"image": X}, LABELS)
    assert found.samples == 32


# What follows

HAND_WRITTEN = {
    "relu": lambda z: jnp.where(z > 0, z, 0),
    "silu": lambda z: z / (1 + jnp.exp(-z)),
    "gelu": lambda z: 0.5 * z * (1 + jax.scipy.special.erf(z / 2**0.5)),
    "tanh": lambda z: 2 / (1 + jnp.exp(-2 * z)) - 1,
    "softplus": lambda z: jnp.log(1 + jnp.exp(z)),
    "leaky_relu(0.3)": lambda z: jnp.maximum(z, 0.3 * z),
}
NAMED = {
    **{"relu": jax.nn.relu, "relu6": jax.nn.relu6, "gelu": jax.nn.gelu, "silu": jax.nn.silu},
    **{"elu": jax.nn.elu, "selu": jax.nn.selu, "softplus": jax.nn.softplus, "sigmoid": jax.nn.sigmoid},
    **{"tanh": jnp.tanh, "softsign": jax.nn.soft_sign, "mish": jax.nn.mish, "hardswish": jax.nn.hard_swish},
    **{"leaky_relu(0.2)": lambda z: jax.nn.leaky_relu(z, 0.2), "hardtanh": jax.nn.hard_tanh},
    **{"logsigmoid": jax.nn.log_sigmoid, "hardsigmoid": jax.nn.hard_sigmoid},
}


@pytest.mark.parametrize(
    ("name", "function"),
    [*NAMED.items(), *HAND_WRITTEN.items()],
    ids=[*NAMED, *(f"{name} by hand" for name in HAND_WRITTEN)],
)
def test_an_activation_is_known_by_what_it_does(name, function):
    """The library's functions, and what people write in their place."""
    w = drawn(20, 30, scale=3)  # up to 12, where relu6 has cut
    record = layer_of(lambda t, x: function(x @ t["w"]) @ t["v"], {"w": w, "v": drawn(30, 10)})
    assert record.activation == name
    assert record.kept == pytest.approx(rms(function(X @ w)) ** 2 / record.output**2, rel=CLOSE)


@pytest.mark.parametrize("name", ["silu", "gelu", "hardswish"])
def test_a_signal_that_only_stirs_near_zero_has_the_name_that_was_called(name):
    """At 1e-3 all three halve a number in bfloat16; a call of JAX decides, and without one there is no name."""

    def half(t, x):
        z = (x @ t["w"]).astype(jnp.bfloat16)
        return NAMED[name](z).astype(jnp.float32) @ t["v"]

    tree = {"w": drawn(20, 30, scale=1e-3), "v": drawn(30, 10)}
    assert layer_of(half, tree).activation == (None if name == "gelu" else name)  # which is no call, but its parts


def test_a_signal_near_zero_is_told_by_the_clearest_likeness():
    """At a size of 1e-3 tanh is as near as the tolerance to softsign by hand, which is nearer by a thousand times."""
    tree = {"w": drawn(20, 30, scale=1e-3), "v": drawn(30, 10)}

    def by_hand(t, x):
        z = x @ t["w"]
        return z / (1 + jnp.abs(z)) @ t["v"]

    assert layer_of(by_hand, tree).activation == "softsign"


def test_a_function_of_ones_own_is_not_known_but_measured():
    """No name is made up; how much is kept of the signal is measured all the same."""
    record = layer_of(lambda t, x: jnp.sin(3 * (x @ t["w"])) @ t["v"], {"w": drawn(20, 30), "v": drawn(30, 10)})

    assert record.activation is None
    assert record.rule is None
    assert record.kept == pytest.approx(
        rms(np.sin(3 * (X @ np.asarray(drawn(20, 30))))) ** 2 / record.output**2, rel=1e-3
    )


def test_an_activation_in_half_precision_has_its_name():
    """bfloat16 is good for three digits only; GELU is told from its quick likeness all the same."""

    def half(tree, x):
        z = (x.astype(jnp.bfloat16) @ tree["w"].astype(jnp.bfloat16)).astype(jnp.bfloat16)
        return jax.nn.gelu(z) @ tree["v"].astype(jnp.bfloat16)

    assert layer_of(half, {"w": drawn(20, 30), "v": drawn(30, 10)}).activation == "gelu"


def test_dropout_hides_no_activation():
    """It scales what is left and sets the rest to zero; what follows the layer is the activation before it."""
    model = Linen()
    variables = model.init(jax.random.key(0), X)
    found = measured(model.bind(variables, rngs={"dropout": jax.random.key(1)}), (X, True), LABELS)

    assert found.layers[0].activation == "relu"
    assert found.layers[0].dead < 0.2


@pytest.mark.parametrize(
    "joined",
    [
        lambda z, x: jnp.concatenate([z, x], 1),
        lambda z, x: jnp.concatenate([z, x], 1)[:, ::-1],
        lambda z, _: jnp.pad(z, ((0, 0), (0, 20))),
    ],
    ids=["concatenate", "turned", "padded"],
)
def test_what_is_joined_or_moved_goes_on_to_the_activation(joined):
    """A concatenation, another order or a border between a layer and its activation hide nothing."""
    tree = {"w": drawn(20, 20), "v": drawn(40, 10)}

    assert layer_of(lambda t, x: jax.nn.relu(joined(x @ t["w"], x)) @ t["v"], tree).activation == "relu"


@pytest.mark.parametrize(
    ("after", "share"),
    [(jnp.tanh, 0.5), (jax.nn.sigmoid, 0.5), (jax.nn.relu, None)],
    ids=["tanh", "sigmoid", "relu"],
)
def test_saturation_is_a_matter_of_functions_that_level_off_on_both_sides(after, share):
    """Outputs of rms 30: most lie where tanh and the sigmoid are flat; a rectifier's flat half is none."""
    record = layer_of(lambda t, x: after(x @ t["w"]) @ t["v"], {"w": drawn(20, 30, scale=30), "v": drawn(30, 10)})
    assert (record.saturated is None) == (share is None)
    assert share is None or record.saturated > share


def test_dead_units_are_counted_over_the_whole_batch():
    """Ten of thirty units have a bias that no input overcomes."""
    tree = {"w": drawn(20, 30), "b": jnp.where(jnp.arange(30) < 10, -50.0, 50.0), "v": drawn(30, 10)}

    record = layer_of(lambda t, x: jax.nn.relu(x @ t["w"] + t["b"]) @ t["v"], tree)
    assert record.dead == pytest.approx(1 / 3)


# Normalizations


def standardized(x, axis=-1):
    """Return a signal less its mean over its deviation."""
    return (x - x.mean(axis, keepdims=True)) / jnp.sqrt(x.var(axis, keepdims=True) + 1e-5)


NORMALIZATIONS = {
    "by hand": standardized,
    "over the batch": lambda z: standardized(z, 0),
    "by the mean of squares": lambda z: z / jnp.sqrt((z**2).mean(-1, keepdims=True) + 1e-5),
    "by a product": lambda z: z * jax.lax.rsqrt(jnp.einsum("bi,bi->b", z, z)[:, None] / 30 + 1e-5),
    "by the length": lambda z: z / jnp.linalg.norm(z, axis=-1, keepdims=True),
    "linen's": lambda z: linen.LayerNorm().apply({"params": {"scale": jnp.ones(30), "bias": jnp.zeros(30)}}, z),
    "in groups": lambda z: linen.GroupNorm(5, use_scale=False, use_bias=False).apply({}, z),
}


@pytest.mark.parametrize("norm", NORMALIZATIONS.values(), ids=NORMALIZATIONS.keys())
@pytest.mark.parametrize("bent", [False, True], ids=["before the activation", "behind it"])
def test_a_normalization_is_seen_however_it_is_written(norm, bent):
    """Behind a layer, before and behind its activation, which has its name in both places."""

    def network(t, x):
        z = x @ t["w"]
        return (norm(jnp.tanh(z)) if bent else jnp.tanh(norm(z))) @ t["v"]

    record = layer_of(network, {"w": drawn(20, 30), "v": drawn(30, 10)})
    assert record.normalized
    assert record.activation == "tanh"


def test_batch_normalization_of_linen_trains_without_a_word():
    """Its statistics are written where they may be; the pair is as it was."""

    class Normalized(linen.Module):
        @linen.compact
        def __call__(self, x):
            return linen.Dense(10)(linen.relu(linen.BatchNorm(use_running_average=False)(linen.Dense(30)(x))))

    model = Normalized()
    variables = model.init(jax.random.key(0), X)
    before = np.array(variables["batch_stats"]["BatchNorm_0"]["mean"])
    found = by_name(measured((model, variables), X, LABELS))
    assert found["params.Dense_1.kernel"].normalized  # linen counts the layer that is called last as the first
    assert found["params.Dense_1.kernel"].activation == "relu"
    assert np.array_equal(before, variables["batch_stats"]["BatchNorm_0"]["mean"])
    assert not any("batch_stats" in name for name in found)


@pytest.mark.parametrize(
    "other",
    [lambda z: z - 0.1, lambda z: z / 3, lambda z: z * z.mean(-1, keepdims=True), lambda z: z + z.std()],
    ids=["shifted", "divided", "times its mean", "plus its deviation"],
)
def test_what_only_looks_like_a_normalization_is_none(other):
    """A number, or a statistic that is not divided by."""
    tree = {"w": drawn(20, 30), "v": drawn(30, 10)}
    assert not layer_of(lambda t, x: other(x @ t["w"]) @ t["v"], tree).normalized


def test_a_gain_is_known_by_what_it_scales():
    """Whatever its name, and whether it scales the statistic or the normalized signal."""
    tree = {"w": drawn(20, 30), "one": jnp.ones(30), "two": jnp.ones(30), "v": drawn(30, 10)}

    def network(t, x):
        z = x @ t["w"]
        z = z * (jax.lax.rsqrt((z**2).mean(-1, keepdims=True)) * t["one"])
        return jnp.tanh(standardized(z) * t["two"]) @ t["v"]

    found = by_name(measured((network, tree), X, LABELS))
    assert (found["one"].kind, found["two"].kind) == ("gain", "gain")


def test_batch_normalization_is_seen_in_training_and_at_rest():
    """At rest the running statistics divide, which the module holds."""
    training, rest = Convolutions(), Convolutions()
    rest.eval()
    for model in (training, rest):
        found = by_name(measured(model, PICTURES, SOURCE.integers(0, 10, 8)))
        assert found["first.kernel"].normalized
        assert not found["second.kernel"].normalized
        assert found["first.kernel"].activation == found["second.kernel"].activation == "relu"
        assert found["norm.scale"].kind == "BatchNorm gain"
    assert found["second.kernel"].fan_in == 72  # 9 places of 8 of 16 channels
    assert found["second.kernel"].fan_out == pytest.approx(9 * 16 / 4)  # each second place along two axes


# Streams, attention, tables


def test_a_transformer_has_its_streams_its_scores_and_its_table():
    """Four branches on one stream; queries and keys go to a softmax; the table is looked up, and used again."""
    found = measured(Transformer(), TOKENS, TOKENS)
    layers = by_name(found)
    ends = [layer for layer in found.layers if layer.branch is not None]

    assert [layer.name.split(".")[-2] for layer in ends] == ["out", "down"] * 2
    assert [layer.branch for layer in ends] == [0, 1, 2, 3]
    assert {layer.branches for layer in ends} == {4}
    assert all(a.stream_after == pytest.approx(b.stream_before) for a, b in zip(ends, ends[1:], strict=False))
    for part in ("query", "key"):
        assert layers[f"blocks.0.attention.{part}.kernel"].activation == "softmax"
    assert layers["blocks.0.attention.value.kernel"].activation == "linear"
    assert layers["blocks.0.up.kernel"].activation == "silu"
    table = [layer for layer in found.layers if layer.name == "table.embedding"]
    assert [(layer.lookup, layer.last, layer.tied_to) for layer in table] == [
        (True, False, None),
        (False, True, "table.embedding"),
    ]
    assert not any(layer.recurrent for layer in found.layers)
    assert found.classes == 50


def test_a_difference_is_no_residual_stream():
    """What a branch is taken from is an error, and not a stream that it is added to."""
    tree = {"w": drawn(20, 20), "v": drawn(20, 20, seed=2)}
    for function, branches in ((lambda h, x: x + h, 1), (lambda h, x: x - h, None)):
        found = by_name(measured((lambda t, x, f=function: f(jnp.tanh(x @ t["w"]) @ t["v"], x), tree), X))
        assert found["v"].branches == branches


def test_a_table_used_through_a_one_hot_code_is_looked_up():
    """The code of whole numbers is no signal; its size says nothing."""
    found = measured(
        (lambda t, ids: jax.nn.one_hot(ids, 50) @ t["w"] @ t["v"], {"w": drawn(50, 8), "v": drawn(8, 5)}), TOKENS
    )
    assert by_name(found)["w"].lookup


# Convolutions and einsum


def test_fans_of_a_product_are_counted_from_its_axes():
    """In any order of axes, with heads, from the left: an output's inputs, and an input's outputs."""
    tree = {"a": drawn(20, 4, 5), "b": drawn(30, 4, 5), "c": drawn(10, 30)}

    def network(t, x):
        heads = jnp.einsum("bi,ihd->bhd", x, t["a"])
        return (t["c"] @ jnp.tanh(jnp.einsum("bhd,ohd->bo", heads, t["b"])).T).T

    found = by_name(measured((network, tree), X, LABELS))
    assert [(found[name].fan_in, found[name].fan_out) for name in "abc"] == [(20, 20), (20, 30), (30, 10)]
    assert found["c"].last


def test_a_transposed_convolution_has_the_fans_of_its_stride():
    """Of 4 × 4 places a stride of two reaches a quarter for one output."""
    model = nnx.ConvTranspose(3, 6, (4, 4), strides=(2, 2), rngs=nnx.Rngs(0))
    (record,) = measured(model, PICTURES).layers

    assert (record.fan_in, record.fan_out) == (12, 96)
    assert record.kind == "ConvTranspose"


def test_units_that_are_alike_are_found_along_the_right_axis():
    """A third of the units are copies of one; from the left the units are rows."""
    weights = np.array(drawn(20, 30))
    weights[:, :10] = weights[:, :1]
    for tree, function in (
        ({"w": jnp.asarray(weights)}, lambda t, x: x @ t["w"]),
        ({"w": jnp.asarray(weights.T.copy())}, lambda t, x: (t["w"] @ x.T).T),
    ):
        assert layer_of(function, tree).alike == pytest.approx(1 / 3)


# Stacks and steps


def stacked(tree, x):
    """Run layers of a stack by a scan."""
    x, _ = jax.lax.scan(lambda x, layer: (jnp.tanh(x @ layer["w"] + layer["b"]), None), x, tree["stack"])
    return x @ tree["out"]


def stack_of(count=5):
    """Return the tree of a stack of layers."""
    return {
        "stack": {"w": drawn(count, 20, 20), "b": jnp.zeros((count, 20))},
        "out": drawn(20, 10),
    }


def unrolled(tree, x):
    """Run the same layers one after the other."""
    for place in range(5):
        x = jnp.tanh(x @ tree["stack"]["w"][place] + tree["stack"]["b"][place])
    return x @ tree["out"]


def test_each_layer_of_a_stack_is_measured_by_itself():
    """A scan over layers measures as the layers one after the other do, and as JAX's gradient of the stack."""
    tree = stack_of()
    found, other = measured((stacked, tree), X, LABELS), measured((unrolled, tree), X, LABELS)
    gradient = jax.grad(lambda t: cross_entropy(stacked(t, X)))(tree)["stack"]["w"]

    names = [layer.name for layer in found.layers]
    assert names == [*(f"stack.w[{place}]" for place in range(5)), "out"]
    assert found.layers[2].kind == "dense, layer 2 of a stack of 5"
    assert [layer.shape for layer in found.layers] == [*[(20, 20)] * 5, (20, 10)]
    for place in range(5):
        assert found.layers[place].weight_gradient == pytest.approx(rms(gradient[place]), rel=CLOSE)
        assert found.layers[place].output == pytest.approx(other.layers[place].output, rel=CLOSE)
        assert found.layers[place].kept == pytest.approx(other.layers[place].kept, rel=CLOSE)
        assert other.layers[place].name == names[place]


def test_what_is_followed_alone_has_one_record_for_a_stack():
    """By the name of its array, as ``inspect`` reads it: what all layers agree on, and the share kept on average."""
    tree = stack_of()
    found, each = followed((stacked, tree), X), by_name(measured((stacked, tree), X))

    assert [layer.name for layer in found.layers] == ["stack.w", "out"]
    whole = found.layers[0]
    assert (whole.kind, whole.shape, whole.activation) == ("dense, a stack of 5", (5, 20, 20), "tanh")
    assert whole.kept == pytest.approx(np.mean([each[f"stack.w[{place}]"].kept for place in range(5)]))


def test_modules_that_flax_stacks_are_measured_by_layer_or_as_a_stack():
    """``nnx.scan`` layer by layer; ``nnx.vmap`` beside each other as one array, said in its kind, fans of one layer."""

    @nnx.split_rngs(splits=3)
    @nnx.vmap
    def made(rngs):
        return nnx.Linear(20, 20, rngs=rngs)

    class Scanned(nnx.Module):
        def __init__(self):
            self.layers = made(nnx.Rngs(0))

        def __call__(self, x):
            run = nnx.scan(lambda x, layer: nnx.relu(layer(x)), in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)
            return run(x, self.layers)

    class Beside(Scanned):
        def __call__(self, x):
            return nnx.vmap(lambda layer, x: nnx.relu(layer(x)), in_axes=(0, None))(self.layers, x).mean(0)

    assert [layer.name for layer in measured(Scanned(), X).layers] == [f"layers.kernel[{n}]" for n in range(3)]
    (record,) = measured(Beside(), X).layers
    assert record.kind == "Linear, a stack of 3"
    assert (record.shape, record.fan_in, record.fan_out) == ((3, 20, 20), 20, 20)
    assert record.activation == "relu"


def test_modules_that_linen_stacks_are_measured_by_layer():
    """``linen.scan`` of a residual block: branches by number, kernels by layer, gains too."""

    class Residual(linen.Module):
        @linen.compact
        def __call__(self, x, _):
            return x + linen.Dense(20)(linen.relu(linen.Dense(30)(linen.LayerNorm()(x)))), None

    class Stack(linen.Module):
        @linen.compact
        def __call__(self, x):
            scanned = linen.scan(Residual, variable_axes={"params": 0}, split_rngs={"params": True}, length=3)
            return linen.Dense(10)(scanned()(x, None)[0])

    found = measured((Stack(), Stack().init(jax.random.key(0), X)), X, LABELS)
    ends = [layer for layer in found.layers if layer.branch is not None]
    assert [layer.name.split(".", 2)[-1] for layer in ends] == [f"Dense_0.kernel[{place}]" for place in range(3)]
    assert [layer.branch for layer in ends] == [0, 1, 2]
    assert sum("LayerNorm gain, layer" in layer.kind for layer in found.layers) == 3


@pytest.mark.parametrize("steps", [5, 40])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_loop_over_time_is_recurrent_and_its_gradient_whole(steps, reverse):
    """Eight steps are followed one by one and the rest as one: numbers and gradients are those of the whole loop."""
    tree = {"w": drawn(20, 20), "u": drawn(6, 20, seed=2), "out": drawn(20, 10)}
    x = SOURCE.standard_normal((4, steps, 6)).astype(np.float32)
    y = SOURCE.integers(0, 10, (4, steps))

    def network(t, x):
        def step(h, row):
            h = jnp.tanh(h @ t["w"] + row @ t["u"])
            return h, h

        start = jnp.zeros((x.shape[0], 20))
        return jax.lax.scan(step, start, x.swapaxes(0, 1), reverse=reverse)[1].swapaxes(0, 1) @ t["out"]

    found = measured((network, tree), x, y)
    gradient = jax.grad(lambda t: cross_entropy(network(t, x), y))(tree)
    layers = by_name(found)
    assert layers["w"].recurrent
    assert not layers["u"].recurrent
    assert layers["w"].input > 0  # of the second step: nothing entered at the first
    assert found.loss == pytest.approx(float(cross_entropy(network(tree, x), y)), rel=CLOSE)
    for name in tree:
        assert layers[name].weight_gradient == pytest.approx(rms(gradient[name]), rel=CLOSE)


@pytest.mark.parametrize("cell", [nnx.SimpleCell, nnx.LSTMCell, nnx.GRUCell])
def test_cells_of_flax_are_recurrent(cell):
    """What carries the state on is marked, and what takes the input is not."""
    rnn = nnx.RNN(cell(6, 8, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1))
    found = by_name(measured(rnn, SEQUENCE))

    carries = {name: layer.recurrent for name, layer in found.items()}
    assert {name for name, recurrent in carries.items() if recurrent} == {
        name for name in found if name.split(".")[-2].startswith(("dense_h", "h"))
    }


def test_arrays_that_are_joined_are_measured_one_by_one():
    """As gates are: each array has its own output, fans and gradient, as if it were used alone."""
    tree = {"a": drawn(20, 8), "b": drawn(20, 12, scale=3), "bias": jnp.arange(20.0), "out": drawn(20, 10)}

    def joined(t, x):
        return jnp.tanh(x @ jnp.concatenate([t["a"], t["b"]], 1) + t["bias"]) @ t["out"]

    def alone(t, x):
        parts = [x @ t["a"] + t["bias"][:8], x @ t["b"] + t["bias"][8:]]
        return jnp.tanh(jnp.concatenate(parts, 1)) @ t["out"]

    one, other = (by_name(measured((function, tree), X, LABELS)) for function in (joined, alone))
    for name in ("a", "b"):
        for field in ("input", "gradient", "gradient_varying", "weight_gradient", "fan_in", "fan_out"):
            assert getattr(one[name], field) == pytest.approx(getattr(other[name], field), rel=CLOSE), field
        assert one[name].activation == "tanh"
    outputs = X @ np.asarray(tree["b"]) + np.arange(8, 20)
    assert one["b"].output == pytest.approx(rms(outputs), rel=CLOSE)


# Inside calls, branches and loops


def test_calls_branches_and_loops_are_gone_into():
    """``jit``, ``checkpoint``, ``cond``, ``while``, ``fori_loop``: each array is seen, with JAX's own gradient."""

    def network(t, x):
        x = jax.jit(lambda w, x: jnp.tanh(x @ w))(t["a"], x)
        x = jax.checkpoint(lambda w, x: jax.nn.relu(x @ w))(t["b"], x)
        x = jax.lax.cond(x.sum() > 1e9, lambda x: x @ t["c"], lambda x: jax.nn.elu(x @ t["d"]), x)
        return jax.lax.fori_loop(0, 2, lambda _, x: jnp.tanh(x @ t["e"]), x) @ t["out"]

    tree = {name: drawn(20, 20, seed=ord(name)) for name in "abcde"} | {"out": drawn(20, 10)}
    found = measured((network, tree), X, LABELS)
    gradient = jax.grad(lambda t: cross_entropy(network(t, X)))(tree)
    layers = by_name(found)
    after = {name: layer.activation for name, layer in layers.items()}

    assert after == {"a": "tanh", "b": "relu", "d": "elu", "e": "tanh", "out": "linear", "c": None}
    assert not layers["c"].used
    assert any("'c'" in note or " c" in note for note in found.unseen)
    for name in "abde":
        assert layers[name].weight_gradient == pytest.approx(rms(gradient[name]), rel=CLOSE)


def test_a_loop_with_a_condition_is_run():
    """JAX gives no gradient through it; what runs on numbers has one."""

    def network(t, x):
        return jax.lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, jnp.tanh(c[1] @ t["w"])), (0, x))[1]

    record = layer_of(network, {"w": drawn(20, 20)})
    assert record.activation == "tanh"
    assert record.weight_gradient > 0


def test_a_function_with_a_derivative_of_its_own_keeps_it():
    """A sign whose gradient passes straight through: a derivative by its parts would be zero."""

    @jax.custom_vjp
    def straight(x):
        return jnp.sign(x)

    straight.defvjp(lambda x: (jnp.sign(x), None), lambda _, gradient: (gradient,))
    tree = {"w": drawn(20, 30), "v": drawn(30, 10)}

    def network(t, x):
        return straight(x @ t["w"]) @ t["v"]

    gradient = jax.grad(lambda t: cross_entropy(network(t, X)))(tree)
    assert layer_of(network, tree, y=LABELS).weight_gradient == pytest.approx(rms(gradient["w"]), rel=CLOSE)


def test_weights_that_are_computed_are_judged_as_they_are_used():
    """Standardized weights: the spread that the signal meets, and the gradient of the stored array."""

    def network(t, x):
        w = (t["w"] - t["w"].mean(0)) / t["w"].std(0) * 0.2
        return jnp.tanh(x @ w) @ t["v"]

    tree = {"w": drawn(20, 30, scale=7), "v": drawn(30, 10)}
    gradient = jax.grad(lambda t: cross_entropy(network(t, X)))(tree)
    record = layer_of(network, tree, y=LABELS)
    assert record.spread == pytest.approx(0.2, rel=1e-3)
    assert record.weight_gradient == pytest.approx(rms(gradient["w"]), rel=CLOSE)


# Losses


@pytest.mark.parametrize(
    ("outputs", "y", "wanted", "classes"),
    [
        (jnp.zeros((4, 10)), np.arange(4), np.log(10), 10),
        (jnp.tile(jnp.array([0.5, 0.5, 0, 0]), (4, 1)), np.zeros(4, int), np.log(2), 4),
        (jnp.zeros((4, 1)), np.array([0, 1, 0, 1]), np.log(2), 2),
        (jnp.ones((4, 3)), np.full((4, 3), 3.0, np.float32), 4.0, None),
        (jnp.zeros((4, 6, 10)), np.zeros((4, 6), int), np.log(10), 10),
    ],
    ids=["logits", "shares", "one logit", "numbers", "sequence"],
)
def test_the_loss_fits_the_targets(outputs, y, wanted, classes):
    """Cross-entropy of logits or shares for whole numbers, mean squares for others."""
    found = measured((lambda t, x: outputs + 0 * t["w"].sum() * x.sum(), {"w": drawn(3, 4)}), X[:4], y)

    assert found.loss == pytest.approx(wanted, rel=1e-5)
    assert found.classes == classes


def test_a_loss_of_ones_own_is_taken():
    """Called with the outputs as the model returns them, and the targets; the gradients are its own."""

    def both(tree, x):
        return {"logits": x @ tree["w"], "count": 3, "ids": jnp.arange(3)}

    tree = {"w": drawn(20, 10)}
    found = measured((both, tree), X, LABELS, lambda outputs, y: 5 * cross_entropy(outputs["logits"], y))
    usual = measured((both, tree), X, LABELS)
    assert found.loss == pytest.approx(5 * usual.loss, rel=CLOSE)
    assert found.layers[0].weight_gradient == pytest.approx(5 * usual.layers[0].weight_gradient, rel=CLOSE)


LOSSES = {
    "a lambda": (lambda outputs, y: cross_entropy(outputs, y), 10),
    "by hand": (lambda outputs, y: (jax.nn.logsumexp(outputs, 1) - outputs[jnp.arange(len(y)), y]).mean(), 10),
    "yes or no": (lambda outputs, y: (jax.nn.softplus(outputs[:, 0]) - outputs[:, 0] * (y > 4)).mean(), 2),
    "squares": (lambda outputs, y: ((outputs[:, 0] - y) ** 2).mean(), None),
    "five times": (lambda outputs, y: 5 * cross_entropy(outputs, y), None),
}


@pytest.mark.parametrize("name", LOSSES)
def test_the_classes_of_ones_own_loss_are_asked_of_the_loss(name):
    """A cross-entropy is one by what it gives for equal outputs, not by its name; others have no guess to be above."""
    loss, expected = LOSSES[name]
    assert measured((lambda tree, x: x @ tree["w"], {"w": drawn(20, 10)}), X, LABELS, loss).classes == expected


def test_without_targets_a_direction_stands_in_and_that_is_said():
    """Signs by chance from a source of their own: the same twice, gradients of size one at the outputs."""
    first, second = (measured(Perceptron(), X) for _ in range(2))

    assert first == second
    assert first.loss is None
    assert first.layers[-1].gradient == pytest.approx(1)
    assert any("random direction" in note for note in first.unseen)


# Nothing changes


def numbers(model):
    """Return all that a module of Flax holds, as NumPy arrays: weights, statistics, counts and keys."""
    found = {}
    for path, variable in nnx.to_flat_state(nnx.state(model)):
        value = variable.get_value()
        key = jnp.issubdtype(value.dtype, jax.dtypes.prng_key)
        found[path] = np.array(jax.random.key_data(value) if key else value)
    return found


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("fails", [False, True], ids=["works", "fails"])
def test_nothing_of_a_module_changes(mode, fails):
    """Weights, running statistics, counts of random numbers, mode and attributes, also when the pass fails."""
    model = Convolutions()
    getattr(model, mode)()
    before, modules = numbers(model), [dict(vars(module)) for _, module in nnx.iter_modules(model)]
    x = PICTURES[..., :2] if fails else PICTURES
    try:
        measured(model, x, SOURCE.integers(0, 10, 8))
        assert not fails
    except ValueError:
        assert fails
    after = numbers(model)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[path], after[path]) for path in before)
    assert modules == [dict(vars(module)) for _, module in nnx.iter_modules(model)]


def test_no_array_is_kept_alive():
    """After the measurement as many arrays live as before: nothing holds on to the pass."""
    model = Perceptron()
    measured(model, X, LABELS)
    gc.collect()
    before = len(jax.live_arrays())
    measured(model, X, LABELS)
    gc.collect()
    assert len(jax.live_arrays()) <= before


# What is refused, and what is said


def test_missing_random_numbers_are_said():
    """Dropout that trains needs a key: the error says so, and where to put it."""
    model = Linen()
    variables = model.init(jax.random.key(0), X)
    with pytest.raises(ValueError, match=r"dropout.*bind the module to its variables with rngs"):
        measured((model, variables), (X, True), LABELS)
    with pytest.raises(ValueError, match="rngs"):
        measured(nnx.Sequential(nnx.Linear(20, 10, rngs=nnx.Rngs(0)), nnx.Dropout(0.5)), X, LABELS)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (TypeError, "model must be a flax.nnx.Module", lambda: measured(3, X)),
        (TypeError, r"model must hold weights.*pass \(module, variables\)", lambda: measured(Linen(), X)),
        (TypeError, "x must be an array", lambda: measured(Perceptron(), "x")),
        (ValueError, "model must take x, and its forward pass failed", lambda: measured(Perceptron(), X[:, :3])),
        (ValueError, "tree must hold at least one array", lambda: measured((forward, {}), X)),
        (ValueError, "y must be classes for outputs of shape", lambda: measured(Perceptron(), X, LABELS[:3])),
        (ValueError, "y must have the shape of the outputs", lambda: measured(Perceptron(), X, X)),
        (ValueError, "loss must return an array with one number", lambda: measured(Perceptron(), X, X, lambda o, _: o)),
        (TypeError, "loss must be a function", lambda: measured(Perceptron(), X, X, "mse")),
        (ValueError, "create the model outside of eval_shape", lambda: measured(nnx.eval_shape(Perceptron), X)),
    ],
)
def test_what_does_not_fit_is_refused_by_name(error, message, call):
    """The argument, what it got, and what is accepted."""
    with pytest.raises(error, match=message):
        call()


def test_what_is_not_seen_is_said():
    """An array that the pass did not reach, and one that the function holds outside its tree."""
    hidden = drawn(20, 20)
    tree = {"w": drawn(20, 10), "spare": drawn(3, 4)}
    found = measured((lambda t, x: jnp.tanh(x @ hidden) @ t["w"], tree), X, LABELS)

    assert any("spare" in note for note in found.unseen)
    assert any("20 × 20" in note for note in found.unseen)
    assert not by_name(found)["spare"].used


# Diagnosed


def low_rank():
    """Return a layer beside which a pair of low rank starts at zero."""
    return nnx.LoRA(20, 4, 10, base_module=nnx.Linear(20, 10, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1))


HEALTHY = {
    "perceptron": lambda: (Perceptron(depth=8), X, LABELS),
    "tanh": lambda: (Perceptron(depth=6, act=nnx.tanh, init=nnx.initializers.glorot_normal()), X, LABELS),
    "transformer": lambda: (Transformer(), TOKENS, TOKENS),
    "convolutions": lambda: (Convolutions(), PICTURES, LABELS[:8]),
    "stack": lambda: ((stacked, stack_of()), X, LABELS),
    "recurrent": lambda: (nnx.RNN(nnx.GRUCell(6, 8, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1)), SEQUENCE, None),
    "low rank": lambda: (
        nnx.LoRA(20, 4, 10, base_module=nnx.Linear(20, 10, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(1)),
        X,
        LABELS,
    ),
}


@pytest.mark.parametrize("case", HEALTHY.values(), ids=HEALTHY.keys())
def test_healthy_models_get_no_finding(case):
    """Drawn as their makers draw them."""
    model, x, y = case()
    assert not diagnose(model, x, y).findings


def changed(layer, change, **settings):
    """Return a perceptron of eight layers of which one is changed."""
    model = Perceptron(depth=8, **settings)
    change(model.layers[layer])
    return model


def with_stack(change):
    """Return the stack of layers with its kernels changed."""
    tree = stack_of()
    tree["stack"]["w"] = change(tree["stack"]["w"])
    return stacked, tree


def times(number):
    """Return what multiplies the kernel of a layer."""

    def change(layer):
        layer.kernel[...] = layer.kernel[...] * number

    return change


def sunk(layer):
    """Sink the biases of a layer."""
    layer.bias[...] = layer.bias[...] - 30


SICK = {
    "zeros": (lambda: changed(3, times(0)), "layers.3.kernel", "zeros"),
    "dead": (lambda: changed(4, sunk), "layers.4.kernel", "dead"),
    "saturated": (lambda: changed(2, times(40), act=nnx.tanh), "layers.2.kernel", "saturated"),
    "small": (lambda: Perceptron(depth=8, init=nnx.initializers.normal(0.01)), "layers.0.kernel", "fades"),
    "alike": (lambda: Perceptron(init=nnx.initializers.constant(0.1)), "layers.0.kernel", "alike"),
    "zeros in a stack": (lambda: with_stack(lambda w: w.at[2].set(0)), "stack.w[2]", "zeros"),
    "copies in a stack": (lambda: with_stack(lambda w: jnp.stack([w[0]] * 5)), "stack.w[1]", "copy"),
}


@pytest.mark.parametrize(("make", "layer", "word"), SICK.values(), ids=SICK.keys())
def test_an_illness_is_found_where_it_begins(make, layer, word):
    """At the layer that has it, by its name."""
    first = diagnose(make(), X, LABELS).findings[0]

    assert first.layer == layer
    assert word in first.what


def test_a_table_of_spread_one_that_is_used_twice_is_found():
    """Logits of rms 16 for tokens that are not the present ones, where the loss of a guess is 3.9."""
    finding = diagnose(Transformer(width=256, spread=1.0), TOKENS, TOKENS[:, ::-1]).findings[0]

    assert finding.layer == "table.embedding"
    assert "first loss" in finding.what
