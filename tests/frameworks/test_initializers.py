"""Promises of the initializers for Keras and JAX: axes that Keras hands over, modes, copies and saved models."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

from xavier_lib import he_std
from xavier_lib.frameworks import XavierLib, inspect, jax_initializer, keras_initializer, require
from xavier_lib.frameworks.packages import INSTALL, missing

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import jax
import keras

KL = keras.layers


def spreads(layer):
    """Return the spread of each kernel of a layer."""
    return [float(weights.numpy().std()) for weights in layer.trainable_weights if "kernel" in weights.path]


def attention(start):
    """Return built attention with four heads of sixteen over 64 numbers."""
    layer = KL.MultiHeadAttention(4, 16, kernel_initializer=start)
    layer.build((None, 7, 64), (None, 7, 64))
    return layer


def test_attention_gets_the_spread_that_keras_gives_it_by_that_name():
    """64 inputs to 64 outputs in each of four projections, 0.125; by the shape alone it would be 0.039.

    A spread of 4096 uniform numbers has an error of 0.7 %.
    """
    for start in (keras_initializer("glorot_uniform", rng=0), "glorot_uniform"):
        assert spreads(attention(start)) == pytest.approx([0.125] * 4, rel=0.03)


def test_grouped_heads_have_fans_of_their_own():
    """Four heads of queries and two of keys and values: 64 to 64, and 64 to 32."""
    layer = KL.GroupQueryAttention(16, 4, 2, kernel_initializer=keras_initializer("glorot_uniform", rng=0))
    layer.build((None, 7, 64), (None, 7, 64))

    assert spreads(layer) == pytest.approx([(2 / n) ** 0.5 for n in (128, 96, 96, 128)], rel=0.03)


def test_an_equation_with_layers_side_by_side_is_counted_as_keras_counts_it():
    """The axis that inputs, kernel and outputs share is in no fan: 30 to 20, five times."""
    for equation, shape, out in (("abc,cde->abde", (None, 9, 30), (9, 4, 5)), ("bec,ecd->bed", (None, 5, 30), (5, 20))):
        layer = KL.EinsumDense(equation, out, kernel_initializer=keras_initializer("he_normal", rng=0))
        layer.build(shape)
        assert inspect(layer, activation="relu")[0].fan_in == 30
        assert inspect(layer, activation="relu")[0].verdict == "fits He"


def test_fans_that_are_given_go_before_axes():
    """What the caller says of an equation holds."""
    start = keras_initializer("he_normal", fans=(200, 1), rng=0)

    assert spreads(attention(start)) == pytest.approx([0.1] * 4, rel=0.05)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_both_take_the_mode_of_hes_starts(mode):
    """300 inputs, 100 outputs: each mode its fan. A normal spread of 30 000 numbers has an error of 0.4 %."""
    fan = {"fan_in": 300, "fan_out": 100, "fan_avg": 200}[mode]
    ours = keras_initializer("he_normal", mode=mode, rng=0)((300, 100)).numpy()
    theirs = np.asarray(jax_initializer("he_normal", mode=mode)(jax.random.key(0), (300, 100)))

    assert [float(weights.std()) for weights in (ours, theirs)] == pytest.approx([he_std(fan)] * 2, rel=0.02)


@pytest.mark.parametrize("make", [keras_initializer, jax_initializer])
def test_a_mode_that_a_start_has_not_is_refused(make):
    """Glorot divides by the mean of both fans, whatever one asks for; its own mode may be said."""
    make("glorot_uniform", mode="fan_avg")
    with pytest.raises(ValueError, match="mode must be 'fan_avg' for glorot_uniform, as only He's"):
        make("glorot_uniform", mode="fan_in")
    with pytest.raises(ValueError, match="mode must be one of"):
        make("he_uniform", mode="fan")


def model():
    """Return a model with attention and a dense layer, both started by this library."""
    x = keras.Input((7, 64))
    heads = KL.MultiHeadAttention(4, 16, kernel_initializer=keras_initializer("glorot_uniform", rng=0))(x, x)
    return keras.Model(x, KL.Dense(3, kernel_initializer=keras_initializer("he_normal", mode="fan_out", rng=1))(heads))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras, when it saves
def test_models_are_cloned_saved_and_loaded_without_another_word(tmp_path):
    """Copies draw by the same rule with numbers of their own; what was saved comes back, in another process too."""
    first, x = model(), np.ones((1, 7, 64), np.float32)
    clone = keras.models.clone_model(first)
    first.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")

    assert isinstance(clone.layers[-1].kernel_initializer, XavierLib)
    assert clone.layers[-1].kernel_initializer.settings["mode"] == "fan_out"
    assert spreads(clone.layers[1]) == pytest.approx([0.125] * 4, rel=0.03)
    assert not np.array_equal(clone.layers[-1].kernel.numpy(), first.layers[-1].kernel.numpy())
    np.testing.assert_allclose(again(x), first(x), rtol=1e-6)
    code = (
        "import keras; import xavier_lib.frameworks; "
        f"print(len(keras.models.load_model({str(tmp_path / 'model.keras')!r}).weights))"
    )
    other = (
        "from xavier_lib.frameworks import XavierLib; import keras; "
        f"print(len(keras.models.load_model({str(tmp_path / 'model.keras')!r}, "
        "custom_objects={'xavier_lib>XavierLib': XavierLib}).weights))"
    )
    for lines in (code, other):
        run = subprocess.run([sys.executable, "-W", "ignore", "-c", lines], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == str(len(first.weights))


def test_copies_by_python_are_initializers_with_seeds_of_their_own():
    """By copy and by pickle; the settings but for the seed are the same, and Keras takes them."""
    start = keras_initializer("he_uniform", gain=2.0, rng=3)
    for other in (copy.deepcopy(start), pickle.loads(pickle.dumps(start))):
        assert isinstance(other, XavierLib)
        assert isinstance(other, keras.initializers.VarianceScaling)
        assert other.settings | {"rng": 0} == start.settings | {"rng": 0}
        assert not np.array_equal(other((30, 20)), keras_initializer("he_uniform", gain=2.0, rng=3)((30, 20)))
