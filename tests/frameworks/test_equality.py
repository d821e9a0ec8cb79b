"""Equality with PyTorch, Keras and JAX: fans, limits, standard deviations, draws and edge cases.

A framework's exact limit or deviation is seen without a look inside: its start divided by its own standard draw of the
same seed, U(-1, 1) or N(0, 1), is one and the same number everywhere, in float64. That number scales what comes out.
"""

import itertools
import math
from functools import partial
from unittest import mock

import numpy as np
import pytest

import xavier_lib
from xavier_lib import fan_in_fan_out, glorot_limit, glorot_std, he_limit, he_std, variance_scaling
from xavier_lib.frameworks import initialize, inspect, jax_initializer, keras_initializer, require
from xavier_lib.frameworks.packages import INSTALL, missing
from xavier_lib.he import forward_gain
from xavier_lib.weights.drawing import TRUNCATED_STD
from xavier_lib.weights.large import redraw_beyond_two
from xavier_lib.weights.scaling import std_of

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import jax.numpy as jnp
import keras
import torch
from flax import linen, nnx
from torch import nn

KL, VarianceScaling, starts = keras.layers, keras.initializers.VarianceScaling, jax.nn.initializers
SEED = 7
EXACT = 1e-12  # relative: a root and a few products of float64 are good to 1e-15, whole fans differ by 1e-4 at least
BAND = 4.5  # standard errors of a sample variance, which are these numbers over the root of the number of draws
VARIANCE_ERROR = {"uniform": 0.894, "normal": 1.414, "truncated_normal": 1.169}
NAMES = [f"{family}_{kind}" for family in ("glorot", "he", "lecun") for kind in ("uniform", "normal")]
every_mode = pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
every_distribution = pytest.mark.parametrize("distribution", VARIANCE_ERROR)

# Layout "IO", from dense to three-dimensional, with their fans written out. They differ fourfold.
SHAPES = {
    (64, 256): (64, 256),
    (256, 64): (256, 64),
    (5, 16, 64): (5 * 16, 5 * 64),
    (3, 3, 64, 16): (9 * 64, 9 * 16),
    (2, 3, 2, 8, 32): (12 * 8, 12 * 32),
}
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def quotient(drawn, standard):
    """Return the one number by which a draw exceeds a standard draw, or fail if it is not one number.

    Only the larger half counts: next to zero, the rounding of a difference weighs more.
    """
    drawn, standard = np.ravel(drawn), np.ravel(standard)
    far = np.abs(standard) >= np.median(np.abs(standard))
    factors = drawn[far] / standard[far]
    np.testing.assert_allclose(factors, factors[0], rtol=EXACT)
    return float(factors[0])


def ours(start, shape, distribution):
    """Return the spread of a start of this library: a function of a shape that takes ``rng``."""
    source = np.random.default_rng(SEED)
    standard = 2 * source.random(shape) - 1 if distribution == "uniform" else source.standard_normal(shape)
    if distribution == "truncated_normal":
        redraw_beyond_two(standard.reshape(-1), source)
    return quotient(start(shape, rng=SEED), standard)


def in_torch(start, shape, distribution):
    """Return the spread of a start of PyTorch: a function that fills a tensor of layout "OI"."""
    standard = {
        "uniform": partial(nn.init.uniform_, a=-1, b=1),
        "normal": nn.init.normal_,
        "truncated_normal": partial(nn.init.trunc_normal_, a=-2, b=2),
    }
    stored = (shape[-1], shape[-2], *shape[:-2])
    drawn = [
        fill(torch.empty(stored, dtype=torch.float64), generator=torch.Generator().manual_seed(SEED))
        for fill in (start, standard[distribution])
    ]
    return quotient(*drawn)


def keras_standard(shape, distribution):
    """Return the standard draw of Keras for the seed."""
    ends = {"uniform": (-1, 1)}.get(distribution, (0, 1))
    return getattr(keras.random, distribution)(shape, *ends, dtype="float64", seed=SEED)


def in_keras(start, shape, distribution):
    """Return the spread of a Keras initializer with that seed.

    TensorFlow rounds the ends of a uniform range to float32, so there the limit is taken on its way to TensorFlow.
    """
    if distribution != "uniform":
        return quotient(start(shape, dtype="float64"), keras_standard(shape, distribution))
    with mock.patch.object(VarianceScaling.__call__.__globals__["random"], "uniform") as uniform:
        start(shape, dtype="float64")
    ends = uniform.call_args.kwargs
    assert ends["minval"] == -ends["maxval"]
    return ends["maxval"]


def in_jax(start, shape, distribution):
    """Return the spread of a JAX initializer; float64 is switched on in here alone."""
    ends = {"uniform": {"minval": -1}, "normal": {}, "truncated_normal": {"lower": -2, "upper": 2}}[distribution]
    with jax.enable_x64(True):
        key = jax.random.key(SEED)
        standard = getattr(jax.random, distribution)(key, shape=shape, dtype=jnp.float64, **ends)
        return quotient(start(key, shape, jnp.float64), standard)


# Fans: a start of scale one has variance one over the fan, so what is counted can be read off the spread


def counted_by_torch(shape):
    """Return both fans that ``torch.nn.init`` finds in a shape of layout "IO", which it is given as "OI"."""
    modes = [partial(nn.init.kaiming_normal_, mode=mode, nonlinearity="linear") for mode in ("fan_in", "fan_out")]
    return tuple(in_torch(start, shape, "normal") ** -2 for start in modes)


def counted_by_keras(shape):
    """Return both fans that Keras finds in a shape."""
    modes = [VarianceScaling(1, mode, "untruncated_normal", seed=SEED) for mode in ("fan_in", "fan_out")]
    return tuple(in_keras(start, shape, "normal") ** -2 for start in modes)


def counted_by_jax(shape):
    """Return both fans that JAX finds in a shape."""
    modes = [starts.variance_scaling(1, mode, "normal") for mode in ("fan_in", "fan_out")]
    return tuple(in_jax(start, shape, "normal") ** -2 for start in modes)


@every_shape
@pytest.mark.parametrize("counted", [counted_by_torch, counted_by_keras, counted_by_jax])
def test_all_frameworks_count_the_fans_of_plain_layers_as_we_do(counted, shape):
    """Whole numbers below a thousand that are read to 1e-12: another count would be a thousandth off at least."""
    oi = (shape[-1], shape[-2], *shape[:-2])

    assert fan_in_fan_out(shape) == fan_in_fan_out(oi, layout="OI") == SHAPES[shape]
    assert counted(shape) == pytest.approx(SHAPES[shape], rel=EXACT)


def torch_layer(make):
    """Return the array of a PyTorch layer as we read it, and the fans that PyTorch sees in what it stores."""
    layer = make()
    first, second, *kernel = inspect(layer)[0].shape
    return inspect(layer)[0], counted_by_torch((*kernel, second, first))


def keras_layer(make, shape):
    """Return the array of a built Keras layer as we read it, and the fans by which Keras fills it."""
    fans = []
    for mode in ("fan_in", "fan_out"):
        layer = make(VarianceScaling(1, mode, "untruncated_normal", seed=SEED))
        layer.build(shape)
        array = inspect(layer)[0]
        weights = {variable.path: variable for variable in layer.variables}[array.name]
        fans.append(quotient(weights, keras_standard(array.shape, "normal")) ** -2)
    return array, tuple(fans)


def flax_layer(make):
    """Return the array of a Flax layer as we read it, and the fans of the shape that Flax hands to an initializer."""
    seen = []

    def start(key, shape, dtype, **_):
        seen.append(counted_by_jax(shape))
        return jax.random.normal(key, shape, dtype)

    report = inspect(make(start, nnx.Rngs(0)))
    return report[0], seen[0]


double = {"dtype": "float64"}
equation = ("abc,cde->abde", (None, 4, 16))
# why they differ: (layer, their fans, the true ones), both written out
DIFFERENT = {
    "torch counts the outputs of all groups": (
        lambda: torch_layer(lambda: nn.Conv2d(32, 64, 3, groups=4)),
        (9 * 32 / 4, 9 * 64),
        (9 * 32 / 4, 9 * 64 / 4),
    ),
    "keras counts the outputs of all groups": (
        lambda: keras_layer(lambda k: KL.Conv2D(64, 3, groups=4, kernel_initializer=k, **double), (None, 9, 9, 32)),
        (9 * 32 / 4, 9 * 64),
        (9 * 32 / 4, 9 * 64 / 4),
    ),
    "flax counts the outputs of all groups": (
        lambda: flax_layer(lambda k, rngs: nnx.Conv(32, 64, (3, 3), feature_group_count=4, kernel_init=k, rngs=rngs)),
        (9 * 32 / 4, 9 * 64),
        (9 * 32 / 4, 9 * 64 / 4),
    ),
    "keras sums over the channels of a depthwise kernel, and takes the multiplier for the outputs": (
        lambda: keras_layer(
            lambda k: KL.DepthwiseConv2D(3, depth_multiplier=2, depthwise_initializer=k, **double), (None, 9, 9, 32)
        ),
        (9 * 32, 9 * 2),
        (9, 9 * 2),
    ),
    "torch does not see that a layer is transposed": (
        lambda: torch_layer(lambda: nn.ConvTranspose2d(32, 128, 4)),
        (16 * 128, 16 * 32),
        (16 * 32, 16 * 128),
    ),
    "keras does not see that a layer is transposed": (
        lambda: keras_layer(lambda k: KL.Conv2DTranspose(128, 4, kernel_initializer=k, **double), (None, 9, 9, 32)),
        (16 * 128, 16 * 32),
        (16 * 32, 16 * 128),
    ),
    "torch sees no stride": (
        lambda: torch_layer(lambda: nn.Conv2d(32, 128, 4, stride=2)),
        (16 * 32, 16 * 128),
        (16 * 32, 16 * 128 / 4),
    ),
    "flax sees no stride": (
        lambda: flax_layer(lambda k, rngs: nnx.ConvTranspose(32, 128, (4, 4), (2, 2), kernel_init=k, rngs=rngs)),
        (16 * 32, 16 * 128),
        (16 * 32 / 4, 16 * 128),
    ),
    "torch takes queries, keys and values for one layer": (
        lambda: torch_layer(lambda: nn.MultiheadAttention(64, 4)),
        (64, 3 * 64),
        (64, 64),
    ),
    "torch takes four gates for one layer": (lambda: torch_layer(lambda: nn.LSTM(20, 50)), (20, 4 * 50), (20, 50)),
    "keras takes three gates for one layer": (
        lambda: keras_layer(lambda k: KL.GRUCell(50, kernel_initializer=k, **double), (None, 20)),
        (20, 3 * 50),
        (20, 50),
    ),
    "flax takes four gates for one layer": (
        lambda: flax_layer(lambda k, rngs: nnx.OptimizedLSTMCell(20, 50, kernel_init=k, rngs=rngs)),
        (20, 4 * 50),
        (20, 50),
    ),
    "keras sums over all words of a table of embeddings": (
        lambda: keras_layer(lambda k: KL.Embedding(1000, 64, embeddings_initializer=k, **double), ()),
        (1000, 64),
        (1, 64),
    ),
    "flax takes the first axis of an einsum for a kernel's": (
        lambda: flax_layer(lambda k, rngs: nnx.Einsum(equation[0], (64, 4, 16), kernel_init=k, rngs=rngs)),
        (64 * 4, 64 * 16),
        (64, 4 * 16),
    ),
}


@pytest.mark.parametrize("why", DIFFERENT)
def test_where_a_framework_counts_other_fans_the_reason_is_known(why):
    """The arithmetic of both counts is in the table; theirs is read off spreads to 1e-12, ours off the layer."""
    layer, theirs, true = DIFFERENT[why]
    array, counted = layer()

    assert counted == pytest.approx(theirs, rel=EXACT)
    assert (array.fan_in, array.fan_out) == true != theirs


ALIKE = {
    "einsum in keras": lambda: keras_layer(
        lambda k: KL.EinsumDense(*equation, kernel_initializer=k, **double), (None, 7, 64)
    ),
    "several axes in flax": lambda: flax_layer(
        lambda k, rngs: nnx.LinearGeneral(64, (4, 16), kernel_init=k, rngs=rngs)
    ),
    "heads in flax": lambda: flax_layer(lambda k, rngs: nnx.MultiHeadAttention(4, 64, kernel_init=k, rngs=rngs)),
    "transposed in flax": lambda: flax_layer(
        lambda k, rngs: nnx.ConvTranspose(4, 16, (4, 4), kernel_init=k, rngs=rngs)
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_frameworks_that_are_told_the_axes_count_as_we_do(name):
    """64 inputs and 4 × 16 outputs: Keras tells its initializer the axes of an einsum, Flax flattens the heads."""
    array, counted = ALIKE[name]()

    assert counted == pytest.approx((array.fan_in, array.fan_out), rel=EXACT)
    assert counted == pytest.approx((16 * 4, 16 * 16) if name.startswith("transposed") else (64, 64), rel=EXACT)


@pytest.mark.parametrize("part", ["query", "key", "value", "attention_output"])
def test_attention_of_keras_has_the_true_fans_of_its_heads(part):
    """64 numbers in, 4 heads of 16 out, and back: fan-in is 64 each time, and no head is taken for a position."""
    start = VarianceScaling(1, "fan_in", "untruncated_normal", seed=SEED)
    layer = KL.MultiHeadAttention(4, 16, kernel_initializer=start, **double)
    layer.build((None, 7, 64), (None, 7, 64))
    weights = {variable.path.split("/")[-2]: variable for variable in layer.variables if "kernel" in variable.path}

    spread = quotient(weights[part], keras_standard(weights[part].shape, "normal"))
    assert spread == pytest.approx(1 / math.sqrt(64), rel=EXACT)


def test_only_torch_starts_embeddings_as_wide_as_what_they_look_up():
    """A row is looked up, so variance 1 is the true start: PyTorch's. Keras takes 0.05/√3 whatever the table, Flax
    the fan 64, which sums the numbers of a row. The band of 64 000 draws is 4.5 standard errors, 1.3 % of a deviation.
    """
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        tables = [nn.Embedding(1000, 64), KL.Embedding(1000, 64), nnx.Embed(1000, 64, rngs=nnx.Rngs(0))]
    tables[1].embeddings_initializer.seed = SEED
    tables[1].build()

    deviations = [layer.measured for table in tables for layer in inspect(table)]
    band = BAND * VARIANCE_ERROR["normal"] / 2 / math.sqrt(1000 * 64)
    assert deviations == pytest.approx([1, 0.05 / math.sqrt(3), 1 / math.sqrt(64)], rel=band)
    assert [layer.wanted for table in tables for layer in inspect(table)] == [1, 1, 1]


# Limits and standard deviations


FORMULAS = {
    "glorot_uniform": glorot_limit,
    "glorot_normal": glorot_std,
    "he_uniform": lambda fan_in, _: he_limit(fan_in),
    "he_normal": lambda fan_in, _: he_std(fan_in),
    "lecun_uniform": lambda fan_in, _: math.sqrt(3) * std_of(1, fan_in),
    "lecun_normal": lambda fan_in, _: std_of(1, fan_in),
}
IN_TORCH = {
    "glorot_uniform": nn.init.xavier_uniform_,
    "glorot_normal": nn.init.xavier_normal_,
    "he_uniform": partial(nn.init.kaiming_uniform_, nonlinearity="relu"),
    "he_normal": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "lecun_uniform": partial(nn.init.kaiming_uniform_, nonlinearity="linear"),
    "lecun_normal": partial(nn.init.kaiming_normal_, nonlinearity="linear"),
}


def kind_of(name, truncated=False):
    """Return the distribution that a start of that name draws from."""
    return "uniform" if name.endswith("uniform") else "truncated_normal" if truncated else "normal"


@every_shape
@pytest.mark.parametrize("name", NAMES)
def test_torch_has_the_spreads_of_the_formulas(name, shape):
    """Both draws are the formula's number times a standard draw, to 1e-12; PyTorch's normal starts are not cut."""
    formula = pytest.approx(FORMULAS[name](*SHAPES[shape]), rel=EXACT)

    assert in_torch(IN_TORCH[name], shape, kind_of(name)) == formula
    assert ours(getattr(xavier_lib, name), shape, kind_of(name)) == formula


@every_shape
@pytest.mark.parametrize("name", NAMES)
def test_keras_and_jax_have_the_spreads_of_the_formulas_with_cut_normals(name, shape):
    """The same to 1e-12, where "normal" is cut at two deviations in Keras and JAX: ours with ``truncated=True``."""
    cut = {} if name.endswith("uniform") else {"truncated": True}
    kind = kind_of(name, truncated=True)
    formula = pytest.approx(FORMULAS[name](*SHAPES[shape]) / (TRUNCATED_STD if cut else 1), rel=EXACT)

    assert in_keras(getattr(keras.initializers, name)(seed=SEED), shape, kind) == formula
    assert in_jax(getattr(starts, name)(), shape, kind) == formula
    assert ours(partial(getattr(xavier_lib, name), **cut), shape, kind) == formula


@every_mode
@every_distribution
@pytest.mark.parametrize("scale", [1.0, 2 / (1 + 0.2**2), 0.02, 7.5])
def test_variance_scaling_is_one_formula(scale, distribution, mode):
    """Every mode and distribution to 1e-12; Keras calls the uncut normal "untruncated_normal", JAX "normal"."""
    shape, settings = (3, 3, 64, 16), {"scale": scale, "mode": mode, "distribution": distribution}
    theirs = "untruncated_normal" if distribution == "normal" else distribution
    fan = {"fan_in": 9 * 64, "fan_out": 9 * 16, "fan_avg": 9 * 40}[mode]
    width = {"uniform": math.sqrt(3), "normal": 1, "truncated_normal": 1 / 0.87962566103423978}[distribution]

    spread = pytest.approx(width * math.sqrt(scale / fan), rel=EXACT)
    assert ours(partial(variance_scaling, **settings), shape, distribution) == spread
    assert in_keras(VarianceScaling(scale, mode, theirs, seed=SEED), shape, distribution) == spread
    assert in_jax(starts.variance_scaling(scale, mode, distribution), shape, distribution) == spread


@pytest.mark.parametrize("slope", [0, 0.01, 0.2, -0.5, 1, math.sqrt(5), 300.0])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
def test_he_with_a_slope_is_kaiming_with_a(mode, slope):
    """Limits and deviations to 1e-12; the square makes the sign of a slope vanish in both."""
    shape, fan = (5, 16, 64), {"fan_in": 5 * 16, "fan_out": 5 * 64}[mode]
    settings = {"negative_slope": slope, "mode": mode}

    for kind, formula in (("uniform", he_limit), ("normal", he_std)):
        spread = pytest.approx(formula(fan, slope), rel=EXACT)
        assert in_torch(partial(getattr(nn.init, f"kaiming_{kind}_"), a=slope, mode=mode), shape, kind) == spread
        assert ours(partial(getattr(xavier_lib, f"he_{kind}"), **settings), shape, kind) == spread


@pytest.mark.parametrize("gain", [0.5, math.sqrt(2), 5 / 3])
def test_a_gain_multiplies_the_weights_as_in_torch(gain):
    """Limit and deviation to 1e-12; gain squared or forgotten would be 29 % off at least."""
    for kind, formula in (("uniform", glorot_limit), ("normal", glorot_std)):
        spread = pytest.approx(formula(256, 64, gain), rel=EXACT)
        assert in_torch(partial(getattr(nn.init, f"xavier_{kind}_"), gain=gain), (256, 64), kind) == spread
        assert ours(partial(getattr(xavier_lib, f"xavier_{kind}"), gain=gain), (256, 64), kind) == spread


@pytest.mark.parametrize("slope", [0, 0.01, 0.2, -0.5, 1, 300.0])
def test_the_gains_of_rectifiers_are_those_of_torch(slope):
    """He's deviation times the root of the fan, to 1e-12."""
    assert nn.init.calculate_gain("leaky_relu", slope) == pytest.approx(8 * he_std(64, slope), rel=EXACT)
    assert nn.init.calculate_gain("relu") == pytest.approx(8 * he_std(64), rel=EXACT)


def test_the_gains_of_tanh_and_selu_in_torch_are_conventions():
    """5/3 for tanh and 3/4 for selu keep no second moment: for tanh that takes 1.592537 by quadrature, to 1e-6."""
    assert [nn.init.calculate_gain(name) for name in ("tanh", "selu", "sigmoid")] == [5 / 3, 3 / 4, 1]
    assert forward_gain("tanh") == pytest.approx(1.592537, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "fan_in"),
    [
        (lambda: nn.Linear(64, 256), 64),
        (lambda: nn.Conv1d(16, 64, 5), 5 * 16),
        (lambda: nn.Conv2d(64, 16, 3), 9 * 64),
        (lambda: nn.Conv2d(64, 256, 3, groups=4), 9 * 16),
        (lambda: nn.Conv3d(8, 32, (2, 3, 2)), 12 * 8),
        (lambda: nn.ConvTranspose2d(32, 128, 4), 16 * 128),
    ],
    ids=["Linear", "Conv1d", "Conv2d", "groups", "Conv3d", "transposed, by the outputs"],
)
def test_the_default_of_torch_is_the_first_equation_of_glorot_for_weights_and_biases(make, fan_in):
    """U(-1/√n, 1/√n), which is He's limit for a slope of √5: weights, then biases, from one stream, to 1e-12."""
    with torch.random.fork_rng():
        torch.set_default_dtype(torch.float64)
        try:
            torch.manual_seed(SEED)
            layer = make()
        finally:
            torch.set_default_dtype(torch.float32)
        torch.manual_seed(SEED)
        weight, bias = (torch.empty_like(part).uniform_(-1, 1) for part in (layer.weight, layer.bias))

    limit = pytest.approx(1 / math.sqrt(fan_in), rel=EXACT)
    assert he_limit(fan_in, math.sqrt(5)) == limit
    assert quotient(layer.weight.detach(), weight) == limit
    assert quotient(layer.bias.detach(), bias) == limit


def test_one_name_is_three_definitions():
    """``glorot_normal`` is cut in Keras and JAX and not in PyTorch; "normal" is cut in Keras and not in JAX.

    A draw that is a multiple of another distribution fails ``quotient``; the largest of 65 536 tells them apart, too.
    """
    shape, sigma = (512, 128), glorot_std(512, 128)
    start = keras.initializers.glorot_normal(seed=SEED), starts.glorot_normal()
    drawn = [start[0](shape), start[1](jax.random.key(SEED), shape)]

    assert [float(abs(np.asarray(w)).max()) / sigma for w in drawn] == pytest.approx([2 / TRUNCATED_STD] * 2, rel=1e-3)
    assert nn.init.xavier_normal_(torch.empty(shape)).abs().max() > 3 * sigma
    assert VarianceScaling(distribution="normal").distribution == "truncated_normal"
    by_jax = in_jax(starts.variance_scaling(1, "fan_in", "normal"), shape, "normal")
    assert by_jax == pytest.approx(512**-0.5, rel=EXACT)


def test_the_truncated_normal_of_torch_is_not_corrected_and_cut_at_given_places():
    """It stays 12 % narrower than asked for; ours divides by 0.8796. Its default ends, ±2, cut nothing at σ = 0.02.

    The exact factor is σ where ours is σ/0.8796; the band of a sample of 65 536 is 1 % of a deviation, the effect 12 %.
    """
    shape, sigma = (512, 128), 0.02
    fill = partial(nn.init.trunc_normal_, std=sigma, a=-2 * sigma, b=2 * sigma)
    sample, uncut = (f(torch.empty(shape), generator=torch.Generator().manual_seed(SEED)) for f in
                     (fill, partial(nn.init.trunc_normal_, std=sigma)))  # fmt: skip

    assert in_torch(fill, shape, "truncated_normal") == pytest.approx(sigma, rel=EXACT)
    assert float(sample.std()) == pytest.approx(sigma * TRUNCATED_STD, rel=BAND * 1.169 / 2 / math.sqrt(sample.numel()))
    assert float(uncut.abs().max()) > 3 * sigma


def test_a_mean_of_fans_that_is_not_arithmetic_is_jaxs_alone():
    """JAX's geometric mean of 256 and 64 is 128 and the arithmetic one 160; ours names the modes that it takes."""
    spread = in_jax(starts.variance_scaling(1, "fan_geo_avg", "normal"), (256, 64), "normal")

    assert spread == pytest.approx(1 / math.sqrt(128), rel=EXACT)
    with pytest.raises(ValueError, match=r"mode must be one of \['fan_avg', 'fan_in', 'fan_out'\], got 'fan_geo_avg'"):
        variance_scaling((256, 64), scale=1, mode="fan_geo_avg", distribution="normal")


# Adapters


WIDE = (512, 128)
CASES = [*((name, {}) for name in NAMES), *((name, {"truncated": True}) for name in NAMES if "normal" in name)]
every_case = pytest.mark.parametrize(
    ("name", "options"), CASES, ids=[f"{name}{' cut' * bool(options)}" for name, options in CASES]
)


def by_torch(name, _):
    layer = nn.Linear(*WIDE)
    initialize(layer, name, rng=SEED)
    return layer.weight.detach().numpy().T


def by_keras_layer(name, options):
    layer = KL.Dense(WIDE[1], kernel_initializer=keras_initializer(name, rng=SEED, **options))
    layer.build((None, WIDE[0]))
    return layer.kernel.numpy()


def by_linen(name, options):
    layer = linen.Dense(WIDE[1], kernel_init=jax_initializer(name, **options))
    return layer.init(jax.random.key(SEED), jnp.ones((1, WIDE[0])))["params"]["kernel"]


ADAPTERS = {
    "torch": by_torch,
    "keras": lambda name, options: keras_initializer(name, rng=SEED, **options)(WIDE).numpy(),
    "keras layer": by_keras_layer,
    "jax": lambda name, options: jax_initializer(name, **options)(jax.random.key(SEED), WIDE),
    "jax.jit": lambda name, options: jax.jit(jax_initializer(name, **options), static_argnums=1)(
        jax.random.key(SEED), WIDE
    ),
    "nnx": lambda name, options: nnx.Linear(
        *WIDE, kernel_init=jax_initializer(name, **options), rngs=nnx.Rngs(SEED)
    ).kernel.get_value(),
    "linen": by_linen,
}


@every_case
@pytest.mark.parametrize("adapter", ADAPTERS)
def test_what_an_adapter_draws_has_the_spread_of_the_formula(adapter, name, options):
    """65 536 numbers in float32: mean and variance within 4.5 standard errors, 1.6 to 2.5 % of the variance, where
    another fan is 37 % off at least; the largest ends at the limit, up to float32, or is a normal's.
    """
    if adapter == "torch" and options:
        options = {}  # PyTorch draws no corrected truncated normal, and ``initialize`` none either: the plain one again
    weights = np.asarray(ADAPTERS[adapter](name, options))
    kind = kind_of(name, **options)
    sigma = FORMULAS[name](*WIDE) / (math.sqrt(3) if kind == "uniform" else 1)

    root, largest = math.sqrt(weights.size), float(np.abs(weights).max()) / sigma
    assert (weights.shape, weights.dtype) == (WIDE, np.float32)
    assert weights.var(dtype=float) == pytest.approx(sigma**2, rel=BAND * VARIANCE_ERROR[kind] / root)
    assert abs(weights.mean(dtype=float)) < BAND * sigma / root
    ends = {"uniform": math.sqrt(3), "truncated_normal": 2 / TRUNCATED_STD}
    assert largest > 3 if kind == "normal" else 0.999 * ends[kind] < largest <= ends[kind] * (1 + 1e-6)


def test_a_dtype_that_holds_no_weights_is_refused_by_the_adapters():
    """Whole numbers would round every weight to zero; JAX's own starts also draw complex numbers, ours do not."""
    with pytest.raises(ValueError, match=r"dtype must be one of \['bfloat16', .*\], got 'int32'"):
        keras_initializer("he_normal")((3, 4), "int32")
    for dtype in ("int32", "complex64"):
        with pytest.raises(ValueError, match=rf"dtype must be one of \['bfloat16', .*\], got '{dtype}'"):
            jax_initializer("he_normal")(jax.random.key(0), (3, 4), dtype)
    assert {keras_initializer("he_normal")((3, 4), dtype).dtype.name for dtype in ("float16", "bfloat16")} == {
        *("float16", "bfloat16")
    }


# Draws: two samples of one distribution, by the test of Kolmogorov and Smirnov

BIG = (2048, 2048)  # 4.2 million numbers a side
SMALL = (256, 512)  # below the size from which large float32 weights are drawn in another way
LEVEL = 1e-6  # of a false alarm


def apart(first, second):
    """Return the largest distance of two samples' distribution functions, over what the level of the test allows."""
    first, second = np.sort(np.ravel(first)), np.sort(np.ravel(second))
    both = np.concatenate([first, second])
    shares = [np.searchsorted(sample, both, side="right") / sample.size for sample in (first, second)]
    allowed = math.sqrt(-math.log(LEVEL / 2) / 2) * math.sqrt(1 / first.size + 1 / second.size)
    return float(np.abs(shares[0] - shares[1]).max()) / allowed


def torch_drawn(fill, shape):
    return fill(torch.empty(shape), generator=torch.Generator().manual_seed(SEED)).numpy()


def truncated_by_torch(shape):
    """Return PyTorch's truncated normal, with the spread that ours has after its correction."""
    std = glorot_std(*shape) / TRUNCATED_STD
    return torch_drawn(partial(nn.init.trunc_normal_, std=std, a=-2 * std, b=2 * std), shape)


DRAWN = {
    "torch uniform": ("uniform", lambda shape: torch_drawn(nn.init.xavier_uniform_, shape)),
    "torch normal": ("normal", lambda shape: torch_drawn(nn.init.xavier_normal_, shape)),
    "torch truncated": ("truncated_normal", truncated_by_torch),
    "keras uniform": ("uniform", lambda shape: keras.initializers.GlorotUniform(seed=SEED)(shape)),
    "keras normal": (
        "normal",
        lambda shape: VarianceScaling(1.0, "fan_avg", "untruncated_normal", seed=SEED)(shape),
    ),
    "keras truncated": ("truncated_normal", lambda shape: keras.initializers.GlorotNormal(seed=SEED)(shape)),
    "jax uniform": ("uniform", lambda shape: starts.glorot_uniform()(jax.random.key(SEED), shape)),
    "jax normal": (
        "normal",
        lambda shape: starts.variance_scaling(1.0, "fan_avg", "normal")(jax.random.key(SEED), shape),
    ),
    "jax truncated": ("truncated_normal", lambda shape: starts.glorot_normal()(jax.random.key(SEED), shape)),
}


def our_draw(distribution, shape):
    return variance_scaling(shape, scale=1, mode="fan_avg", distribution=distribution, rng=SEED, dtype="float32")


@pytest.mark.parametrize("shape", [SMALL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("name", DRAWN)
def test_our_draws_and_theirs_come_from_one_distribution(name, shape):
    """Not told apart at a level of 10⁻⁶. How little the test overlooks is shown below."""
    distribution, theirs = DRAWN[name]

    assert apart(our_draw(distribution, shape), np.asarray(theirs(shape))) < 1


@pytest.mark.parametrize(("shape", "error"), [(SMALL, 0.07), (BIG, 0.02)], ids=["small", "big"])
@pytest.mark.parametrize("distribution", VARIANCE_ERROR)
def test_a_spread_that_is_a_little_off_is_noticed(distribution, shape, error):
    """The power: a normal that is a share e too wide lies 0.242 e apart. The test allows 0.0105 and 0.0019.

    So 4.3 % and 0.8 % are noticed every second time, and 7 % and 2 %, which leave three standard errors, nearly always.
    """
    wide = (1 + error) * our_draw(distribution, shape)
    other = variance_scaling(shape, scale=1, mode="fan_avg", distribution=distribution, rng=SEED + 1, dtype="float32")

    assert apart(wide, other) > 1
    assert apart(other, wide / (1 + error)) < 1


@pytest.mark.parametrize("shape", [SMALL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("pair", list(itertools.combinations(VARIANCE_ERROR, 2)), ids=" and ".join)
def test_another_distribution_of_the_same_spread_is_noticed(pair, shape):
    """The power: of one standard deviation, the nearest two, both normals, lie 0.0167 apart; 0.0105 are allowed."""
    assert apart(*(our_draw(distribution, shape) for distribution in pair)) > 1


# Edge cases that the frameworks publish, in our words

KEY = jax.random.key(0)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0)])
def test_a_shape_without_numbers(shape):
    """PyTorch's Glorot and Keras return it empty, its He with a warning, and JAX divides by zero. We name the axis."""
    assert nn.init.xavier_uniform_(torch.empty(shape)).numel() == 0
    assert keras.initializers.GlorotUniform()(shape).shape == shape
    with pytest.raises(ZeroDivisionError):
        starts.glorot_uniform()(KEY, shape)
    for start in (
        xavier_lib.glorot_uniform,
        keras_initializer("glorot_uniform"),
        partial(jax_initializer("he_normal"), KEY),
    ):
        with pytest.raises(ValueError, match=r"shape\[[01]\] must be a whole number of at least 1, got 0"):
            start(shape)
    with pytest.warns(UserWarning, match="zero-element tensors is a no-op"):
        layer = nn.Linear(*shape)
    with pytest.raises(ValueError, match="weight must hold at least one number, got shape"):
        initialize(layer)


@pytest.mark.parametrize("shape", [(5,), ()])
def test_a_shape_with_fewer_than_two_axes(shape):
    """PyTorch and JAX refuse it as we do. Keras takes the one axis for both fans, and a single number for 1 and 1."""
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        nn.init.xavier_uniform_(torch.empty(shape))
    with pytest.raises(ValueError, match="Can't compute input and output sizes"):
        starts.glorot_uniform()(KEY, shape)
    with pytest.raises(ValueError, match="shape must be a sequence of at least two positive whole numbers, got"):
        xavier_lib.glorot_uniform(shape)
    wide = np.asarray(keras.initializers.GlorotUniform(seed=SEED)((5000,)))
    assert np.abs(wide).max() == pytest.approx(glorot_limit(5000, 5000), rel=5e-3)


def test_groups_that_do_not_divide():
    """PyTorch and Keras refuse the layer, we the count: 10 outputs have no 4 groups."""
    with pytest.raises(ValueError, match="divisible by groups"):
        nn.Conv2d(6, 10, 3, groups=4)
    with pytest.raises(ValueError, match="divisible by the number of groups"):
        KL.Conv2D(10, 3, groups=4).build((None, 9, 9, 6))
    with pytest.raises(ValueError, match=r"groups must divide the 10 channels of shape \(3, 3, 2, 10\), got 4"):
        fan_in_fan_out((3, 3, 2, 10), groups=4)


@pytest.mark.parametrize("slope", [True, [1], {"a": "b"}, "1"])
def test_a_slope_of_the_wrong_kind(slope):
    """PyTorch's gain raises a ValueError; we a TypeError, since the kind is wrong, and name the argument."""
    with pytest.raises(ValueError, match="not a valid number"):
        nn.init.calculate_gain("leaky_relu", slope)
    with pytest.raises(TypeError, match="negative_slope must be a finite number, got"):
        he_std(64, slope)


@pytest.mark.parametrize("name", ["nope", "ReLU", ""])
def test_a_nonlinearity_that_nobody_knows(name):
    """Names are exact in PyTorch's gain and in our activations."""
    with pytest.raises(ValueError, match="Unsupported nonlinearity"):
        nn.init.calculate_gain(name)
    with pytest.raises(ValueError, match=r"activation must be one of \['leaky_relu', "):
        forward_gain(name)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan])
def test_a_scale_that_is_not_positive(scale):
    """Keras refuses zero and less, and lets NaN pass; JAX lets all pass, and draws zeros or NaN. We refuse each."""
    with pytest.raises(ValueError, match=f"scale must be a (positive )?finite number, got {scale}"):
        variance_scaling((3, 4), scale=scale, mode="fan_in", distribution="normal")
    if not math.isnan(scale):
        with pytest.raises(ValueError, match="`scale` must be positive"):
            VarianceScaling(scale)
    drawn = np.asarray(starts.variance_scaling(scale, "fan_in", "normal")(KEY, (3, 4)))
    assert not drawn.any() if scale == 0 else np.isnan(drawn).all()


def test_a_gain_that_is_not_positive():
    """PyTorch fails on a negative one when it draws and takes zero for zeros; we refuse both and name the gain."""
    with pytest.raises(RuntimeError, match="expects std >= 0.0"):
        nn.init.xavier_normal_(torch.empty(3, 4), gain=-1.0)
    assert not nn.init.xavier_normal_(torch.empty(3, 4), gain=0.0).any()
    for gain in (-1.0, 0.0):
        with pytest.raises(ValueError, match=f"gain must be a positive finite number, got {gain}"):
            xavier_lib.glorot_normal((3, 4), gain=gain)


@pytest.mark.parametrize(("mode", "distribution"), [("fan_sum", "normal"), ("fan_in", "gaussian")])
def test_a_mode_or_distribution_that_nobody_knows(mode, distribution):
    """All three refuse it; PyTorch has no average of fans for He, either."""
    with pytest.raises(ValueError, match="Invalid `(mode|distribution)` argument"):
        VarianceScaling(1, mode, distribution)
    with pytest.raises(ValueError, match="invalid (mode|distribution) for variance scaling"):
        starts.variance_scaling(1, mode, distribution)(KEY, (3, 4))
    with pytest.raises(ValueError, match=r"(mode|distribution) must be one of \["):
        variance_scaling((3, 4), scale=1, mode=mode, distribution=distribution)
    with pytest.raises(ValueError, match="Mode fan_avg not supported"):
        nn.init.kaiming_normal_(torch.empty(3, 4), mode="fan_avg")


@pytest.mark.parametrize("seed", ["a", 1.5])
def test_a_seed_of_the_wrong_kind(seed):
    """Keras and we refuse it when the initializer is made."""
    with pytest.raises(ValueError, match="`seed` argument should be"):
        keras.initializers.GlorotUniform(seed=seed)
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        keras_initializer("glorot_uniform", rng=seed)


@pytest.mark.parametrize("seed", [None, SEED])
def test_an_initializer_object_of_keras_repeats_itself_and_ours_does_not(seed):
    """Called twice, with a seed or without, Keras gives the same numbers. Ours goes on with its generator."""
    theirs, ours_ = keras.initializers.GlorotUniform(seed=seed), keras_initializer("glorot_uniform", rng=seed)

    assert np.array_equal(theirs((30, 20)), theirs((30, 20)))
    assert not np.array_equal(ours_((30, 20)), ours_((30, 20)))


def test_orthogonal_starts_have_their_signs_mended_in_every_framework():
    """The Q of a QR decomposition alone has a negative first entry each time. Of 400 draws half are positive with
    mended signs; 4.5 standard errors of 10 are 45.
    """
    source = np.random.default_rng(SEED)
    raw = [np.linalg.qr(source.standard_normal((8, 8)))[0] for _ in range(400)]
    generator = torch.Generator().manual_seed(SEED)
    by_torch = [nn.init.orthogonal_(torch.empty(8, 8), generator=generator).numpy() for _ in range(400)]
    by_keras = [np.asarray(keras.initializers.Orthogonal(seed=seed)((8, 8))) for seed in range(400)]
    by_jax = jax.vmap(lambda key: starts.orthogonal()(key, (8, 8)))(jax.random.split(KEY, 400))

    assert sum(q[0, 0] > 0 for q in raw) == 0
    for matrices in (by_torch, by_keras, np.asarray(by_jax)):
        assert 200 - 45 <= sum(q[0, 0] > 0 for q in matrices) <= 200 + 45
