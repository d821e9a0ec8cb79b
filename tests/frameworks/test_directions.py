"""Promises of orthogonal starts in the frameworks: their gains, equality with theirs and with one another."""

import itertools

import numpy as np
import pytest

from xavier_lib import MLP, delta_orthogonal, he_normal, orthogonal
from xavier_lib.frameworks import initialize, jax_initializer, keras_initializer, require
from xavier_lib.frameworks.packages import INSTALL, missing

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import keras
import torch
from flax import nnx
from torch import nn

SHAPES = [(6, 6), (5, 9), (9, 5), (3, 3, 4, 8), (3, 3, 8, 4)]


def in_pytorch(shape, start, seed=0, gain=1.0):
    """Return weights that ``initialize`` drew for a layer of PyTorch, in the layout of this book."""
    layer = nn.Linear(*shape) if len(shape) == 2 else nn.Conv2d(shape[-2], shape[-1], shape[0])
    initialize(layer, start, activation="linear", rng=seed, gain=gain)
    return np.moveaxis(layer.weight.detach().numpy(), (0, 1), (-1, -2))


def in_keras(shape, start, seed=0, gain=1.0):
    """Return weights that ``initialize`` drew for a layer of Keras."""
    layer = keras.layers.Dense(shape[-1]) if len(shape) == 2 else keras.layers.Conv2D(shape[-1], shape[0])
    model = keras.Sequential([keras.Input((shape[0],) if len(shape) == 2 else (7, 7, shape[-2])), layer])
    initialize(model, start, rng=seed, gain=gain)
    return layer.kernel.numpy()


def in_flax(shape, start, seed=0, gain=1.0):
    """Return weights that ``initialize`` drew for a layer of Flax."""
    keys = nnx.Rngs(0)
    layer = nnx.Linear(*shape, rngs=keys) if len(shape) == 2 else nnx.Conv(*shape[-2:], shape[:-2], rngs=keys)
    initialize(layer, start, activation="linear", rng=seed, gain=gain)
    return np.asarray(layer.kernel[...])


def values(weights):
    """Return the singular values of a kernel as a matrix of its outputs' columns."""
    return np.linalg.svd(weights.reshape(-1, weights.shape[-1]), compute_uv=False)


@pytest.mark.parametrize("start", [orthogonal, delta_orthogonal])
@pytest.mark.parametrize("shape", SHAPES[:4])
def test_one_seed_is_one_start_in_each_framework(shape, start):
    """The weights are those of the library itself; a matrix has no middle, so there both starts are one."""
    mine = (orthogonal if len(shape) == 2 else start)(shape, gain=0.5, rng=3, dtype="float32")

    for theirs in (in_pytorch, in_keras, in_flax):
        np.testing.assert_allclose(theirs(shape, start.__name__, 3, 0.5), mine, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_all_singular_values_are_the_gain_as_the_frameworks_have_them(shape):
    """Theirs, under their own names, flatten a kernel as ours does."""
    theirs = torch.empty(shape[-1], *shape[-2::-1])
    nn.init.orthogonal_(theirs, gain=1.5)
    drawn = [
        in_pytorch(shape, "orthogonal", gain=1.5),
        keras_initializer("orthogonal", gain=1.5)(shape).numpy(),
        keras.initializers.Orthogonal(gain=1.5, seed=0)(shape).numpy(),
        np.asarray(jax_initializer("orthogonal", gain=1.5)(jax.random.key(0), shape)),
        np.asarray(jax.nn.initializers.orthogonal(1.5)(jax.random.key(0), shape)),
        theirs.numpy().reshape(shape[-1], -1).T,
    ]

    for weights in drawn:
        np.testing.assert_allclose(values(weights), 1.5, rtol=1e-5)


def traces(draw, count=300):
    """Return the traces of many draws of 4 by 4."""
    return np.array([np.trace(np.asarray(draw(seed))) for seed in range(count)])


def test_each_is_uniform_over_all_orthogonal_matrices():
    """Of such a matrix the trace has mean 0 and variance 1 exactly; 300 draws leave errors of 0.06 and 0.08."""
    keyed = jax_initializer("orthogonal")
    laws = {
        "ours": lambda seed: orthogonal((4, 4), rng=seed),
        "keras": lambda seed: keras.initializers.Orthogonal(seed=seed)((4, 4)),
        "jax": lambda seed: keyed(jax.random.key(seed), (4, 4)),
        "torch": lambda seed: nn.init.orthogonal_(torch.empty(4, 4), generator=torch.Generator().manual_seed(seed)),
    }

    for name, draw in laws.items():
        found = traces(draw)
        assert abs(found.mean()) < 4.5 * 300**-0.5, name
        assert abs(found.var() - 1) < 4.5 * (2 / 300) ** 0.5, name


def test_delta_is_the_one_of_jax():
    """An orthogonal matrix at the middle and zeros around it, in both."""
    shape = (5, 3, 4, 7)
    theirs = np.asarray(jax.nn.initializers.delta_orthogonal()(jax.random.key(1), shape))

    np.testing.assert_array_equal(jax_initializer("delta_orthogonal")(jax.random.key(1), shape), theirs)
    for kernel in (theirs, keras_initializer("delta_orthogonal", rng=1)(shape).numpy()):
        np.testing.assert_allclose(np.linalg.svd(kernel[2, 1], compute_uv=False), 1, rtol=1e-5)
        assert np.count_nonzero(kernel) == np.count_nonzero(kernel[2, 1])


def test_attention_is_orthogonal_from_all_its_inputs_to_all_its_outputs():
    """Keras hands the axes over; by the last axis alone a head would be orthogonal within itself only."""
    layer = keras.layers.MultiHeadAttention(2, 6, kernel_initializer=keras_initializer("orthogonal", rng=0))
    layer.build((2, 5, 12), (2, 5, 12))
    kernels = [weights.numpy() for weights in layer.trainable_weights if "kernel" in weights.path]

    assert len(kernels) == 4
    for kernel in kernels:
        np.testing.assert_allclose(values(kernel.reshape(12, 12)), 1, rtol=1e-5)


def test_a_batch_scales_orthogonal_weights_and_leaves_their_directions():
    """As layer-sequential unit variance does: orthogonal first, then measured."""
    model = nn.Sequential(*itertools.chain(*((nn.Linear(32, 32), nn.SiLU()) for _ in range(4))))
    rows = torch.randn(200, 32, generator=torch.Generator().manual_seed(0))
    initialize(model, "orthogonal", x=rows, rng=0)

    for layer in model[::2]:
        found = values(layer.weight.detach().numpy())
        np.testing.assert_allclose(found, found[0], rtol=1e-5)
    assert abs(float(model[:6](rows).detach().square().mean()) ** 0.5 - 1) < 0.05


@pytest.mark.parametrize("shape", [(2, 2, 3, 4), (3, 3, 4, 3)], ids=["no middle", "more inputs"])
def test_a_kernel_without_such_a_start_is_refused_before_anything_is_drawn(shape):
    """The error names the array, and the layer before it stays as it was."""
    first, second = nn.Conv2d(3, shape[-2], 3), nn.Conv2d(shape[-2], shape[-1], shape[0])
    model, before = nn.Sequential(first, nn.ReLU(), second), first.weight.detach().clone()

    with pytest.raises(ValueError, match=r"2\.weight must have odd kernel sizes and no more inputs than outputs"):
        initialize(model, "delta_orthogonal")
    with pytest.raises(ValueError, match="shape must have odd kernel sizes"):
        keras_initializer("delta_orthogonal")(shape)
    with pytest.raises(ValueError, match="shape must have odd kernel sizes"):
        jax_initializer("delta_orthogonal")(jax.random.key(0), shape)
    assert torch.equal(first.weight, before)


def test_what_orthogonal_weights_have_not_is_refused():
    """No fan divides them, no cut bounds them; one axis is no matrix."""
    for make in (keras_initializer, jax_initializer):
        with pytest.raises(ValueError, match="mode"):
            make("orthogonal", mode="fan_out")
        with pytest.raises(ValueError, match="truncated must be False for orthogonal"):
            make("orthogonal", truncated=True)
    with pytest.raises(ValueError, match="at least two"):
        keras_initializer("orthogonal")((3,))


def test_a_table_of_embeddings_gets_normal_rows():
    """A row is looked up alone, so no directions are kept; its numbers have spread 1, within 4.5 errors of 3000."""
    model = nn.Sequential(nn.Embedding(100, 30), nn.Linear(30, 4))
    initialize(model, "orthogonal", activation="linear", rng=0)

    assert abs(model[0].weight.std().item() - 1) < 4.5 / 6000**0.5
    np.testing.assert_allclose(values(model[1].weight.detach().numpy().T), 1, rtol=1e-5)


def test_a_perceptron_too():
    """The library's own networks are models as the others are."""
    network = MLP((6, 6, 3), he_normal, rng=0)
    initialize(network, "orthogonal", rng=0)

    np.testing.assert_allclose(values(network.weights[0]), 1)
