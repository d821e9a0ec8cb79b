"""Promises of xavier_lib.glorot: the formulas, the draws, what is refused, and the chapter's two measurements."""

import math

import numpy as np
import pytest

import xavier_lib
from xavier_lib import MLP, constant, glorot_limit, glorot_normal, glorot_std, glorot_uniform
from xavier_lib.glorot import forward_ratio, wide_tanh_variance
from xavier_lib.nn.signals import activation_rms

# Relative standard error of a sample variance of one draw, and of N draws after division by the root of N.
VARIANCE_ERROR = {"uniform": 0.894, "normal": 1.414, "truncated": 1.169}
DRAWS = {
    "uniform": glorot_uniform,
    "normal": glorot_normal,
    "truncated": lambda *args, **settings: glorot_normal(*args, truncated=True, **settings),
}
FOURFOLD = [(800, 200), (200, 800)]
each_draw = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
both_draws = pytest.mark.parametrize("draw", [glorot_uniform, glorot_normal])
both_numbers = pytest.mark.parametrize("number", [glorot_std, glorot_limit])


# The numbers in the formulas


def test_std_is_the_root_of_two_over_the_sum_of_the_fans():
    """Worked by hand: 2 / (300 + 100) is 0.005. Exact up to the last bits, nothing is drawn."""
    assert glorot_std(300, 100) == pytest.approx(math.sqrt(0.005), rel=1e-14)


def test_limit_is_the_root_of_six_over_the_sum_of_the_fans():
    """Worked by hand: 6 / (300 + 100) is 0.015. Exact up to the last bits, nothing is drawn."""
    assert glorot_limit(300, 100) == pytest.approx(math.sqrt(0.015), rel=1e-14)


def test_limit_for_the_layer_of_the_chapter_is_the_first_of_its_three_readings():
    """784 to 100 gives 0.0824; the two other readings of the spoken formula give 0.0028 and 100.003."""
    assert glorot_limit(784, 100) == pytest.approx(0.0824, abs=5e-5)


@both_numbers
def test_swapped_fans_give_the_same_number(number):
    """The formula is symmetric: equal to the last bit, although fans 4 and 1 alone would differ twofold."""
    assert number(400, 100) == number(100, 400)
    assert number(400, 100) != number(400, 400)


@both_numbers
@pytest.mark.parametrize("gain", [0.5, 5 / 3, 3.0])
def test_gain_multiplies_the_number_once(number, gain):
    """Linear, not squared and not under the root; exact up to the last bits."""
    assert number(400, 100, gain) == pytest.approx(gain * number(400, 100), rel=1e-14)


@both_numbers
def test_whole_numbers_of_numpy_are_fans_too(number):
    """A fan read off an array's shape or computed by NumPy counts like an int."""
    assert number(np.int64(400), np.uint8(100)) == number(400, 100)


# The draws


@each_draw
@pytest.mark.parametrize("shape", FOURFOLD)
def test_variance_is_set_by_the_mean_of_both_fans(draw, shape, request):
    """The sample variance lies within five standard errors of 2 over the sum of the fans.

    The fans differ fourfold, so a formula with one of them misses by 37 % or more; the band is under 2 %.
    """
    error = VARIANCE_ERROR[request.node.callspec.id.rsplit("-", 1)[-1]]
    weights = draw(shape, rng=0)

    assert weights.var() == pytest.approx(2 / sum(shape), rel=5 * error / weights.size**0.5)


@each_draw
@pytest.mark.parametrize("shape", FOURFOLD)
def test_mean_is_zero(draw, shape):
    """The sample mean lies within five standard errors of zero, a hundredth of the spread here."""
    weights = draw(shape, rng=0)

    assert abs(weights.mean()) < 5 * weights.std() / weights.size**0.5


@each_draw
def test_gain_multiplies_the_weights_once(draw):
    """The same seed with gain 5/3 gives the same weights, 5/3 as large, up to the last bits of the largest."""
    np.testing.assert_allclose(draw((40, 10), gain=5 / 3, rng=0), 5 / 3 * draw((40, 10), rng=0), rtol=0, atol=1e-14)


@each_draw
@pytest.mark.parametrize("shape", [(40, 10), (10, 40), (3, 5, 4, 2)])
def test_weights_have_the_shape_that_was_asked_for(draw, shape):
    """No axis is swapped or dropped, also for kernels."""
    assert draw(shape, rng=0).shape == shape


@pytest.mark.parametrize("shape", FOURFOLD)
def test_uniform_weights_fill_the_interval_up_to_the_limit_and_no_further(shape):
    """Of 160,000 draws the largest lies within a ten-thousandth of the limit, at odds of 1 to e^16, never above."""
    largest = abs(glorot_uniform(shape, rng=0)).max()

    assert glorot_limit(*shape) * (1 - 1e-4) < largest <= glorot_limit(*shape)


def test_uniform_weights_are_uniform():
    """A tenth of them lies in each tenth of the interval, within five standard errors of a share."""
    weights = glorot_uniform((800, 200), rng=0)
    limit = glorot_limit(800, 200)
    shares = np.histogram(weights, bins=10, range=(-limit, limit))[0] / weights.size

    np.testing.assert_allclose(shares, 0.1, atol=5 * math.sqrt(0.1 * 0.9 / weights.size))


def test_normal_weights_are_normal():
    """4.55 % lie beyond two standard deviations and 0.27 % beyond three, within five standard errors."""
    weights = abs(glorot_normal((800, 200), rng=0)) / glorot_std(800, 200)

    for cut, share in ((2, 0.0455), (3, 0.0027)):
        assert (weights > cut).mean() == pytest.approx(share, abs=5 * math.sqrt(share / weights.size))


def test_truncated_weights_end_at_two_standard_deviations_before_the_correction():
    """The cut lies at 2σ / 0.8796. The density there is 0.057 per σ, so the largest of 160,000 comes within 1e-3."""
    cut = 2 * glorot_std(800, 200) / 0.87962566103423978
    largest = abs(glorot_normal((800, 200), truncated=True, rng=0)).max()

    assert cut * (1 - 1e-3) < largest <= cut * (1 + 1e-12)


@each_draw
def test_given_fans_replace_those_of_the_shape(draw):
    """The same seed with 25 times the fans gives weights a fifth as large; swapped fans change nothing."""
    weights = draw((40, 10), rng=0)

    np.testing.assert_allclose(draw((40, 10), fans=(1000, 250), rng=0), weights / 5, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(draw((40, 10), fans=(10, 40), rng=0), weights)


@each_draw
def test_the_receptive_field_counts_into_both_fans(draw):
    """A kernel (3, 3, 16, 64) has fans 144 and 576, so its weights are those of that dense layer's scale."""
    kernel = draw((3, 3, 16, 64), rng=0)

    np.testing.assert_array_equal(kernel, draw((3, 3, 16, 64), fans=(144, 576), rng=0))
    assert kernel.var() == pytest.approx(2 / (144 + 576), rel=5 * 1.414 / kernel.size**0.5)


# Generators and dtypes


@each_draw
def test_a_seed_gives_the_same_weights_each_time_and_another_seed_others(draw):
    """An int seeds, 0 included; equal to the last bit, and no weight is shared between two seeds."""
    np.testing.assert_array_equal(draw((8, 2), rng=0), draw((8, 2), rng=0))
    assert (draw((8, 2), rng=0) != draw((8, 2), rng=1)).all()


@each_draw
def test_a_generator_is_used_and_moves_on(draw):
    """A fresh Generator gives what its seed gives; the next draw from it differs."""
    source = np.random.default_rng(7)

    np.testing.assert_array_equal(draw((8, 2), rng=source), draw((8, 2), rng=7))
    assert (draw((8, 2), rng=source) != draw((8, 2), rng=7)).all()


@each_draw
def test_without_a_seed_each_call_draws_anew_and_leaves_the_global_state_alone(draw):
    """Fresh entropy each time; NumPy's legacy generator stays where it was."""
    before = np.random.get_state()[1].copy()

    assert (draw((8, 2)) != draw((8, 2))).all()
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@each_draw
@pytest.mark.parametrize("dtype", [np.float32, "float64", float])
def test_weights_have_the_dtype_that_was_asked_for(draw, dtype):
    """By class, by name or by Python's own type."""
    assert draw((8, 2), rng=0, dtype=dtype).dtype == np.dtype(dtype)


@each_draw
def test_float32_is_drawn_natively(draw):
    """Native draws use the generator's bits otherwise than float64 does, so a cast would show as equal weights."""
    cast = draw((8, 2), rng=0).astype(np.float32)

    assert not np.array_equal(draw((8, 2), rng=0, dtype=np.float32), cast)


def test_xavier_names_are_the_same_objects():
    """One function under two names, not a copy that may drift."""
    assert xavier_lib.xavier_uniform is glorot_uniform
    assert xavier_lib.xavier_normal is glorot_normal


# What is refused


@both_numbers
@pytest.mark.parametrize("name", ["fan_in", "fan_out"])
@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-3, ValueError), (2.0, TypeError), (True, TypeError), ("4", TypeError), (None, TypeError)],
)
def test_a_bad_fan_is_refused_by_name_and_value(number, name, value, error):
    """Zero, negative, broken and Boolean fans never reach the root."""
    fans = {"fan_in": 4, "fan_out": 4, name: value}

    with pytest.raises(error, match=rf"{name} must be .* got {value!r}"):
        number(**fans)


BAD_GAINS = [
    (0, ValueError),
    (-1.0, ValueError),
    (math.nan, ValueError),
    (math.inf, ValueError),
    (True, TypeError),
    ("2", TypeError),
    (None, TypeError),
]


@pytest.mark.parametrize(("gain", "error"), BAD_GAINS)
@pytest.mark.parametrize(
    "call",
    [
        lambda gain: glorot_std(4, 4, gain),
        lambda gain: glorot_limit(4, 4, gain),
        lambda gain: glorot_uniform((4, 4), gain=gain),
        lambda gain: glorot_normal((4, 4), gain=gain),
        lambda gain: wide_tanh_variance(3, gain),
    ],
    ids=["std", "limit", "uniform", "normal", "wide"],
)
def test_a_bad_gain_is_refused_by_name_and_value(call, gain, error):
    """A gain is positive and finite, or there is an error: nothing returns NaN or zeros quietly."""
    with pytest.raises(error, match=rf"gain must be .* got {gain!r}"):
        call(gain)


@both_draws
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"shape": (4,)}, ValueError, r"shape must be .* at least two .* got \(4,\)"),
        ({"shape": ()}, ValueError, r"shape must be .* got \(\)"),
        ({"shape": 4}, TypeError, "shape must be .* got 4"),
        ({"shape": "44"}, TypeError, "shape must be .* got '44'"),
        ({"shape": (4, 0)}, ValueError, r"shape\[1\] must be .* got 0"),
        ({"shape": (-4, 4)}, ValueError, r"shape\[0\] must be .* got -4"),
        ({"shape": (4.0, 4)}, TypeError, r"shape\[0\] must be .* got 4.0"),
        ({"shape": (4, True)}, TypeError, r"shape\[1\] must be .* got True"),
        ({"fans": 4}, TypeError, "fans must be a pair .* got 4"),
        ({"fans": "44"}, TypeError, "fans must be a pair .* got '44'"),
        ({"fans": (4,)}, ValueError, r"fans must be a pair .* got \(4,\)"),
        ({"fans": (4, 4, 4)}, ValueError, r"fans must be a pair .* got \(4, 4, 4\)"),
        ({"fans": (0, 4)}, ValueError, "fan_in must be .* got 0"),
        ({"fans": (4, 2.5)}, TypeError, "fan_out must be .* got 2.5"),
        ({"dtype": np.float16}, TypeError, "dtype must be float32 or float64, got"),
        ({"dtype": int}, TypeError, "dtype must be float32 or float64, got"),
        ({"dtype": "float31"}, TypeError, "dtype must be float32 or float64, got 'float31'"),
        ({"dtype": None}, TypeError, "dtype must be float32 or float64, got None"),
        ({"rng": -1}, ValueError, "rng must be .* got -1"),
        ({"rng": 1.5}, TypeError, "rng must be .* got 1.5"),
        ({"rng": "0"}, TypeError, "rng must be .* got '0'"),
        ({"rng": True}, TypeError, "rng must be .* got True"),
        ({"gain": 1e-60, "dtype": np.float32}, ValueError, "must fit float32"),
    ],
)
def test_a_bad_argument_of_a_draw_is_refused_by_name_and_value(draw, arguments, error, message):
    """Each argument in turn, the others being good."""
    with pytest.raises(error, match=message):
        draw(**{"shape": (4, 4), **arguments})


@pytest.mark.parametrize("value", [1, "yes", None])
def test_truncated_is_true_or_false_and_nothing_else(value):
    """A 2 given as a place to cut must not pass for True."""
    with pytest.raises(TypeError, match=rf"truncated must be True or False, got {value!r}"):
        glorot_normal((4, 4), truncated=value)


@both_draws
def test_everything_but_the_shape_is_given_by_name(draw):
    """A gain in second place would be read as something else in another library."""
    with pytest.raises(TypeError, match="positional"):
        draw((4, 4), 2.0)


# The ratio behind "independent at the start"


def wide_rows(width):
    return np.random.default_rng(1).standard_normal((50, width))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_forward_ratio_is_one_while_weights_do_not_know_their_inputs(activation):
    """One for each layer, whatever the activation.

    A layer of n outputs sees its mean square with a relative error of about the root of 2 / n, 7 % at most here.
    """
    network = MLP((400, 1600, 400, 400), glorot_normal, activation=activation, rng=0)

    np.testing.assert_allclose(forward_ratio(network, wide_rows(400)), np.ones(3), rtol=4 * (2 / 400) ** 0.5)


def test_forward_ratio_is_the_share_of_the_measured_over_the_predicted_mean_square():
    """Worked by hand: inputs 1 and 1, weights 1 and 3 give z = 4, so 16 over 2 · Var w · E[x²] = 2 · 1 · 1."""
    network = MLP((2, 1), lambda shape, **_: np.array([[1.0], [3.0]]).reshape(shape))

    assert forward_ratio(network, [[1.0, 1.0]]) == pytest.approx([8.0])


def test_forward_ratio_rises_where_weights_depend_on_their_inputs():
    """Weights along the one input: all terms of the sum agree in sign, so the ratio is about the fan, 400."""
    x = wide_rows(400)[:1]
    network = MLP((400, 1), lambda shape, **_: x.reshape(shape))

    assert forward_ratio(network, x)[0] == pytest.approx(400, rel=0.01)


def test_forward_ratio_refuses_what_has_no_prediction():
    """Constant weights have variance zero, zero inputs no mean square: an error, not a NaN."""
    with pytest.raises(ValueError, match="network must have weights that vary .* layer 0"):
        forward_ratio(MLP((4, 4), lambda shape, **_: constant(shape, 0.5)), np.ones((1, 4)))
    with pytest.raises(ValueError, match="inputs other than zero, got none in layer 0"):
        forward_ratio(MLP((4, 4), glorot_normal, rng=0), np.zeros((1, 4)))


def test_forward_ratio_refuses_inputs_that_the_network_refuses():
    """The error of the forward pass comes through: another width, no number, not finite."""
    network = MLP((4, 4), glorot_normal, rng=0)

    with pytest.raises(ValueError, match=r"x must have shape \(rows, 4\), got \(1, 5\)"):
        forward_ratio(network, np.ones((1, 5)))
    with pytest.raises(TypeError, match="x must be a non-empty array of finite numbers"):
        forward_ratio(network, "four")
    with pytest.raises(ValueError, match="x must be a non-empty array of finite numbers"):
        forward_ratio(network, [[1.0, 2.0, 3.0, math.nan]])


# The tanh that sinks


def test_wide_tanh_variance_starts_at_one_and_loses_in_each_layer():
    """The input counts as layer 0; the first loss, 1 to 0.394294, is the integral by Gauss-Hermite quadrature."""
    z, weights = np.polynomial.hermite_e.hermegauss(200)
    variances = wide_tanh_variance(50)

    assert variances.shape == (51,)
    assert variances[0] == 1
    assert variances[1] == pytest.approx(np.average(np.tanh(z) ** 2, weights=weights), rel=1e-9)
    assert (np.diff(variances) < 0).all()


def test_wide_tanh_variance_sinks_like_one_over_twice_the_layer():
    """Within 0.3 % at layer 1000; sinking to a level, or by a factor a layer, would miss by far."""
    assert wide_tanh_variance(1000)[1000] == pytest.approx(1 / 2000, rel=0.003)


def test_wide_tanh_variance_settles_near_two_fifths_with_gain_five_thirds():
    """A fixed point: layers 100 and 200 agree to ten digits, at 0.424 for the variance, 0.651 for the rms."""
    variances = wide_tanh_variance(200, gain=5 / 3)

    assert variances[200] == pytest.approx(variances[100], rel=1e-10)
    assert variances[200] == pytest.approx(0.424, abs=5e-4)


def test_a_gain_below_one_makes_the_variance_fall_by_its_square():
    """Small signals see a straight tanh: the last ratio of two layers is the gain squared, 0.25."""
    variances = wide_tanh_variance(20, gain=0.5)

    assert variances[20] / variances[19] == pytest.approx(0.25, rel=1e-6)


@pytest.mark.parametrize("gain", [1.0, 5 / 3])
def test_a_wide_network_has_the_variance_of_the_unbounded_one(gain):
    """Width 1000, five layers: each adds a relative error of about the root of 2 / 1000, so 15 % is three of them."""
    network = MLP(
        (1000,) * 7,
        lambda shape, **settings: glorot_normal(shape, gain=gain, **settings),
        activation="tanh",
        rng=0,
        dtype="float32",
    )

    measured = activation_rms(network, wide_rows(1000)) ** 2

    np.testing.assert_allclose(measured[1:], wide_tanh_variance(5, gain)[1:], rtol=0.15)


@pytest.mark.parametrize(
    ("depth", "error"), [(0, ValueError), (-1, ValueError), (1.0, TypeError), (True, TypeError), (None, TypeError)]
)
def test_wide_tanh_variance_refuses_a_bad_depth(depth, error):
    """A whole number of layers, one at least."""
    with pytest.raises(error, match=rf"depth must be .* got {depth!r}"):
        wide_tanh_variance(depth)


@pytest.mark.parametrize("size", [1e-30, 1e-25, 1.0, 1e20, 1e36])
def test_the_forward_ratio_does_not_depend_on_the_size_of_float32_inputs(size):
    """Squares of ordinary float32 numbers do not fit float32: without scaling the ratio was NaN, or said to be none."""
    network = MLP((4, 400, 400), glorot_normal, activation="relu", rng=0, dtype=np.float32)
    x = np.float32(size) * np.ones((3, 4), np.float32)

    assert forward_ratio(network, x) == pytest.approx(forward_ratio(network, np.ones((3, 4))), rel=1e-5)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e160, 1e300])
def test_the_forward_ratio_does_not_depend_on_the_size_of_weights_and_inputs(size):
    """In float64 too, up to what a forward pass can carry."""
    network = MLP((40, 40), lambda shape, **_: size * glorot_normal(shape, rng=0), rng=0)
    same = MLP((40, 40), lambda shape, **_: glorot_normal(shape, rng=0), rng=0)
    x = np.ones((3, 40))

    assert forward_ratio(network, x) == pytest.approx(forward_ratio(same, x), rel=1e-12)
    assert forward_ratio(same, size * x) == pytest.approx(forward_ratio(same, x), rel=1e-12)


def test_forward_ratio_names_the_layer_that_is_dead():
    """Only the second layer is constant; a ratio that does not fit float64 is refused as well."""
    network = MLP((4, 4, 4), glorot_normal, rng=0)
    network.weights[1][...] = 0.1
    with pytest.raises(ValueError, match="got none in layer 1"):
        forward_ratio(network, np.ones((1, 4)))
    network = MLP((4, 4), glorot_normal, rng=0)
    network.biases[0] += 1
    with pytest.raises(ValueError, match="network must be of a size at which the result fits float64"):
        forward_ratio(network, np.full((1, 4), 1e-200))


@pytest.mark.parametrize(("fan_in", "fan_out", "name"), [(10**400, 4, "fan_in"), (4, 2**64, "fan_out")])
def test_a_fan_beyond_all_sizes_is_refused_by_name(fan_in, fan_out, name):
    """The limit would be zero."""
    for number in (glorot_limit, glorot_std):
        with pytest.raises(ValueError, match=f"{name} must be a whole number of at most"):
            number(fan_in, fan_out)


def test_the_largest_gain_saturates_every_unit():
    """What overflows inside tanh gives one, without a warning."""
    assert wide_tanh_variance(2, gain=1e308) == pytest.approx([1, 1, 1])
