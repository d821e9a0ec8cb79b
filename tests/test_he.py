"""Promises of :mod:`xavier_lib.he`: the numbers, the draws, and what an activation keeps."""

import math
from functools import partial

import numpy as np
import pytest

from xavier_lib import (
    ACTIVATIONS,
    MLP,
    Activation,
    glorot_uniform,
    he_limit,
    he_normal,
    he_std,
    he_uniform,
    leaky_relu,
    lecun_uniform,
)
from xavier_lib.he import forward_gain, second_moment_kept, size_after

# Relative standard error of the variance of N draws, times the root of N.
ERROR = {"uniform": 0.894, "normal": 1.414, "truncated": 1.169}
DRAWS = {
    "uniform": he_uniform,
    "normal": he_normal,
    "truncated": lambda shape, **options: he_normal(shape, truncated=True, **options),
}
every_draw = pytest.mark.parametrize("kind", DRAWS)


def assert_variance(weights, expected, kind):
    """Compare a sample variance with the formula, within four and a half standard errors."""
    assert weights.var() == pytest.approx(expected, rel=4.5 * ERROR[kind] / weights.size**0.5)


def test_std_is_the_root_of_two_over_the_fan():
    """sqrt(2 / 200) is 0.1 by hand; only rounding may differ, so the tolerance is that of pytest.approx."""
    assert he_std(200) == pytest.approx(0.1)


def test_limit_is_the_root_of_six_over_the_fan():
    """sqrt(6 / 600) is 0.1 by hand; without the root of 3 it would be 0.058."""
    assert he_limit(600) == pytest.approx(0.1)


@pytest.mark.parametrize(("slope", "variance"), [(0.5, 2 / 125), (2.0, 2 / 500), (1.0, 1 / 100)])
def test_slope_enters_squared(slope, variance):
    """Over a fan of 100 the variance is 2 / (100 (1 + a²)); at 0.5 and 2, a in place of a² is off by 16 % or more."""
    assert he_std(100, slope) ** 2 == pytest.approx(variance)
    assert he_limit(100, slope) ** 2 == pytest.approx(3 * variance)


def test_slope_one_is_the_linear_start():
    """Nothing is rectified at slope 1, so the standard deviation is LeCun's 1 / sqrt(n), exactly but for rounding."""
    assert he_std(400, 1.0) == pytest.approx(1 / math.sqrt(400))


@every_draw
def test_sign_of_the_slope_does_not_matter(kind):
    """Only a² enters: the same seed gives the same bits for 0.7 and -0.7, and others for 0."""
    plus, minus, none = (DRAWS[kind]((20, 30), negative_slope=slope, rng=0) for slope in (0.7, -0.7, 0.0))

    assert he_std(20, 0.7) == he_std(20, -0.7)
    assert np.array_equal(plus, minus)
    assert not np.array_equal(plus, none)


@every_draw
@pytest.mark.parametrize("shape", [(400, 100), (100, 400)])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_variance_follows_the_fan_of_the_mode(kind, shape, mode):
    """The fans differ fourfold, so another fan misses by 37 % or more; the band is 3.2 % or less."""
    fan = {"fan_in": shape[0], "fan_out": shape[1], "fan_avg": 250}[mode]

    assert_variance(DRAWS[kind](shape, mode=mode, rng=0), 2 / fan, kind)


@every_draw
def test_fan_in_is_the_default(kind):
    """The same seed gives the same bits with and without the mode."""
    assert np.array_equal(DRAWS[kind]((40, 10), rng=0), DRAWS[kind]((40, 10), mode="fan_in", rng=0))


@every_draw
def test_draws_are_told_the_slope(kind):
    """At slope 2 the variance is 2 / (5 n): a slope not squared gives 2 / (3 n), one ignored 2 / n; the band is 3 %."""
    assert_variance(DRAWS[kind]((400, 100), negative_slope=2.0, rng=1), 2 / (5 * 400), kind)


@every_draw
def test_shape_is_that_asked_for(kind):
    """Four axes of four sizes, none of them moved."""
    assert DRAWS[kind]((2, 3, 5, 7), rng=0).shape == (2, 3, 5, 7)


@every_draw
def test_mean_is_zero(kind):
    """The mean of N draws lies within four and a half standard errors of zero; a shift of 3 % of the spread shows."""
    weights = DRAWS[kind]((400, 100), rng=2)

    assert abs(weights.mean()) < 4.5 * he_std(400) / weights.size**0.5


@every_draw
def test_kernel_positions_count_in_both_fans(kind):
    """A 3 × 3 kernel multiplies the fans by 9; the band of 7 % is far from that."""
    shape = (3, 3, 16, 64)

    assert_variance(DRAWS[kind](shape, rng=0), 2 / (9 * 16), kind)
    assert_variance(DRAWS[kind](shape, mode="fan_out", rng=0), 2 / (9 * 64), kind)


@every_draw
def test_given_fans_replace_those_of_the_shape(kind):
    """The shape alone would give fans of 100 and 400; the given ones are fourfold and a quarter of them."""
    assert_variance(DRAWS[kind]((100, 400), fans=(400, 100), rng=0), 2 / 400, kind)
    assert_variance(DRAWS[kind]((100, 400), fans=(400, 100), mode="fan_out", rng=0), 2 / 100, kind)


def test_uniform_draws_fill_the_interval_up_to_the_limit():
    """None of 40 000 draws lies outside; that none comes within 0.1 % of an end has a chance of e⁻²⁰."""
    weights = he_uniform((400, 100), rng=0)

    assert -he_limit(400) <= weights.min() < -0.999 * he_limit(400)
    assert 0.999 * he_limit(400) < weights.max() <= he_limit(400)


def test_normal_draws_have_tails_and_truncated_ones_are_cut():
    """4.55 % of a normal lies beyond two standard deviations, within 4.5 standard errors; of the cut one nothing.

    The cut is at two standard deviations of the normal before the correction, 2 / 0.8796 of the corrected one.
    """
    normal, cut = he_normal((400, 100), rng=0), he_normal((400, 100), truncated=True, rng=0)
    beyond = np.mean(np.abs(normal) > 2 * he_std(400))
    edge = 2 / 0.87962566103423978 * he_std(400)

    assert beyond == pytest.approx(0.0455, abs=4.5 * math.sqrt(0.0455 * 0.9545 / normal.size))
    assert 0.99 * edge < np.abs(cut).max() <= edge * (1 + 1e-12)
    assert np.abs(normal).max() > 1.2 * edge


@every_draw
@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32"])
def test_dtype_is_that_asked_for(kind, dtype):
    """The variance holds in single precision too."""
    weights = DRAWS[kind]((400, 100), rng=0, dtype=dtype)

    assert weights.dtype == np.dtype(dtype)
    assert_variance(weights.astype(float), 2 / 400, kind)


def test_single_precision_is_drawn_natively():
    """The draws are those of the generator's own float32 stream, within a few of its last bits; a cast has others."""
    uniform = he_uniform((40, 10), rng=0, dtype=np.float32) / he_limit(40)
    normal = he_normal((40, 10), rng=0, dtype=np.float32) / he_std(40)
    source = np.random.default_rng

    expected = 2 * source(0).random((40, 10), dtype=np.float32) - 1
    assert uniform == pytest.approx(expected, abs=1e-6)
    assert normal == pytest.approx(source(0).standard_normal((40, 10), dtype=np.float32), rel=1e-6)


@every_draw
def test_same_seed_same_weights_and_a_generator_moves_on(kind):
    """SPEC 7: a seed repeats, another differs, a generator is used up, None is fresh; NumPy's global state rests."""
    draw, source = DRAWS[kind], np.random.default_rng(3)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = draw((5, 6), rng=source), draw((5, 6), rng=source)

    assert np.array_equal(first, draw((5, 6), rng=3))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, draw((5, 6), rng=4))
    assert not np.array_equal(draw((5, 6)), draw((5, 6)))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize("slope", [0.0, 0.2, 0.5, -2.0])
def test_rectifiers_keep_half_of_one_plus_slope_squared_both_ways(slope):
    """He et al. (2015), section 2.2: (1 + a²) / 2 forward and backward, exact for quadrature but for rounding."""
    kept = second_moment_kept(leaky_relu(slope))

    assert kept == pytest.approx(((1 + slope**2) / 2,) * 2, rel=1e-12)
    assert second_moment_kept("relu") == pytest.approx((0.5, 0.5), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "forward", "backward"), [("tanh", 1.592537, 1.467414), ("sigmoid", 1.846229, 4.722646)]
)
def test_quadrature_agrees_with_published_gains(name, forward, backward):
    """1/√E f² and 1/√E f'² of a standard normal, to the last of their seven digits."""
    kept = second_moment_kept(name)

    assert forward_gain(name) == pytest.approx(forward, abs=6e-7)
    assert kept.forward**-0.5 == pytest.approx(forward, abs=6e-7)
    assert kept.backward**-0.5 == pytest.approx(backward, abs=6e-7)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_quadrature_agrees_with_a_sample(name):
    """A million normal draws give the mean of f² and of f'², within 4.5 of their own standard errors."""
    z = np.random.default_rng(0).standard_normal(1_000_000)
    activation = ACTIVATIONS[name]

    for kept, squares in zip(second_moment_kept(name), (activation.f(z) ** 2, activation.df(z) ** 2), strict=True):
        error = squares.std() / z.size**0.5
        assert kept == pytest.approx(squares.mean(), abs=4.5 * error + 1e-12)


def test_gain_of_a_rectifier_is_he_over_lecun():
    """He's standard deviation is LeCun's times the gain: √2 for ReLU, √(2 / (1 + a²)) for a leaky one."""
    assert forward_gain("relu") == pytest.approx(he_std(50) * math.sqrt(50))
    assert forward_gain(leaky_relu(0.5)) == pytest.approx(he_std(50, 0.5) * math.sqrt(50))


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_he_keeps_both_passes_through_ten_layers(slope):
    """The log of both sizes lies within 0.53 of zero: 4.5 times 0.117, its spread over sixty seeds.

    Half the variance would give -3.5 after ten layers; a slope of 0.5 that is not squared gives -0.9.
    """
    start = partial(he_uniform, negative_slope=slope)
    size = size_after(start, leaky_relu(slope), depth=10, width=400, rng=0)

    assert np.log(size) == pytest.approx((0, 0), abs=0.53)


def test_xavier_loses_half_of_the_second_moment_in_each_relu_layer():
    """Against He with the same seed every weight is 1/√2 as large, so both sizes are exactly 2^(-L/2) of He's.

    Rounding is all that differs. Backward, L layers of weights lie above the first hidden layer.
    """
    xavier, he = (size_after(start, "relu", depth=7, width=64, rng=5) for start in (glorot_uniform, he_uniform))

    assert xavier.forward / he.forward == pytest.approx(2**-3.5, rel=1e-9)
    assert xavier.backward / he.backward == pytest.approx(2**-3.5, rel=1e-9)


def test_linear_layers_keep_a_signal_of_rms_one():
    """With n Var w = 1 a linear stack keeps rms 1 both ways, within 4.5 times the spread 0.01 over sixty seeds."""
    assert size_after(lecun_uniform, "linear", depth=3, width=400, rng=1) == pytest.approx((1, 1), rel=0.045)


def test_sigmoid_keeps_the_signal_and_loses_the_gradient():
    """Outputs near one half stay near it; a derivative of at most 1/4 leaves 4⁻⁵ of the gradient or less.

    The random factor of each layer of weights is within a few per cent of 1, so 0.01 is ten times that bound.
    """
    size = size_after(glorot_uniform, "sigmoid", depth=5, width=64, rng=0)

    assert size.forward == pytest.approx(0.5, abs=0.1)
    assert size.backward < 0.01


def test_size_depends_on_the_seed_alone():
    """The same seed repeats the whole experiment, another does not."""
    sizes = [size_after(he_normal, "relu", depth=2, width=16, rng=seed) for seed in (0, 0, 1)]

    assert sizes[0] == sizes[1] != sizes[2]


ZERO = Activation("zero", np.zeros_like, np.zeros_like)
INFINITE = Activation("infinite", lambda z: np.asarray(z) * np.inf, np.ones_like)


@pytest.mark.parametrize("function", [he_std, he_limit])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0,), ValueError, "fan must be .* got 0"),
        ((-3,), ValueError, "fan must be .* got -3"),
        ((0.5,), ValueError, "fan must be .* at least 1, got 0.5"),
        ((math.nan,), ValueError, "fan must be .* got nan"),
        ((math.inf,), ValueError, "fan must be .* got inf"),
        (("9",), TypeError, "fan must be .* got '9'"),
        ((None,), TypeError, "fan must be .* got None"),
        ((True,), TypeError, "fan must be .* got True"),
        ((9, math.nan), ValueError, "negative_slope must be .* got nan"),
        ((9, -math.inf), ValueError, "negative_slope must be .* got -inf"),
        ((9, 1e160), ValueError, "negative_slope must be a number whose square fits float64, got 1e.160"),
        ((9, "leaky"), TypeError, "negative_slope must be .* got 'leaky'"),
    ],
)
def test_numbers_refuse_a_bad_fan_or_slope(function, arguments, error, message):
    """The error names the argument, the value and what is accepted."""
    with pytest.raises(error, match=message):
        function(*arguments)


@every_draw
@pytest.mark.parametrize(
    ("shape", "options", "error", "message"),
    [
        ((5,), {}, ValueError, r"shape must be .* got \(5,\)"),
        (5, {}, TypeError, "shape must be .* got 5"),
        ((0, 5), {}, ValueError, r"shape\[0\] must be .* got 0"),
        ((5, -1), {}, ValueError, r"shape\[1\] must be .* got -1"),
        ((5, 2.5), {}, TypeError, r"shape\[1\] must be .* got 2.5"),
        ((5, 5), {"mode": "fan_sum"}, ValueError, "mode must be .* got 'fan_sum'"),
        ((5, 5), {"mode": 1}, TypeError, "mode must be .* got 1"),
        ((5, 5), {"negative_slope": math.inf}, ValueError, "negative_slope must be .* got inf"),
        ((5, 5), {"negative_slope": None}, TypeError, "negative_slope must be .* got None"),
        ((5, 5), {"fans": (3,)}, ValueError, r"fans must be .* got \(3,\)"),
        ((5, 5), {"fans": 3}, TypeError, "fans must be .* got 3"),
        ((5, 5), {"fans": (0, 3)}, ValueError, "fan_in must be .* got 0"),
        ((5, 5), {"fans": (3, 1.5)}, TypeError, "fan_out must be .* got 1.5"),
        ((5, 5), {"rng": -1}, ValueError, "rng must be .* got -1"),
        ((5, 5), {"rng": "seed"}, TypeError, "rng must be .* got 'seed'"),
        ((5, 5), {"dtype": np.float16}, TypeError, "dtype must be .* got .*float16"),
        ((5, 5), {"dtype": int}, TypeError, "dtype must be .* got .*int"),
    ],
)
def test_draws_refuse_bad_input(kind, shape, options, error, message):
    """The error names the argument, the value and what is accepted."""
    with pytest.raises(error, match=message):
        DRAWS[kind](shape, **options)


@pytest.mark.parametrize("truncated", [1, "yes", None])
def test_truncated_is_true_or_false(truncated):
    """A word or a number that looks true is refused."""
    with pytest.raises(TypeError, match="truncated must be True or False, got"):
        he_normal((5, 5), truncated=truncated)


@pytest.mark.parametrize("function", [second_moment_kept, forward_gain])
@pytest.mark.parametrize(
    ("activation", "error", "message"),
    [
        ("rulu", ValueError, "activation must be .* got 'rulu'"),
        (np.tanh, TypeError, "activation must be .* got <ufunc 'tanh'>"),
        (INFINITE, ValueError, "infinite of z must be .* got -inf"),
    ],
)
def test_activations_that_cannot_be_integrated_are_refused(function, activation, error, message):
    """An unknown name, a bare function and infinite values are named in the error."""
    with pytest.raises(error, match=message):
        function(activation)


def test_an_activation_that_keeps_nothing_has_no_gain():
    """One over the root of zero would be infinite: the error says what was zero."""
    assert second_moment_kept(ZERO) == (0, 0)
    with pytest.raises(ValueError, match="second moment that the activation keeps must be .* got 0"):
        forward_gain(ZERO)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be .* got 0"),
        ({"depth": 2.5}, TypeError, "depth must be .* got 2.5"),
        ({"width": 0}, ValueError, "width must be .* got 0"),
        ({"width": "8"}, TypeError, "width must be .* got '8'"),
        ({"rng": -1}, ValueError, "rng must be .* got -1"),
        ({"activation": "rulu"}, ValueError, "activation must be .* got 'rulu'"),
        ({"initializer": "he"}, TypeError, "initializer must be .* got 'he'"),
    ],
)
def test_size_after_refuses_bad_input(options, error, message):
    """The error names the argument, the value and what is accepted."""
    arguments = {"initializer": he_uniform, "activation": "relu", "depth": 2, "width": 8, "rng": 0} | options
    with pytest.raises(error, match=message):
        size_after(arguments.pop("initializer"), arguments.pop("activation"), **arguments)


def test_a_signal_that_outgrows_the_dtype_is_an_error():
    """Weights of 10¹⁰⁰ overflow after a few layers: no infinity is returned."""
    with pytest.raises(FloatingPointError, match="outgrew float64"):
        size_after(lambda shape, **_: np.full(shape, 1e100), "linear", depth=5, width=4, rng=0)


def test_the_smallest_fan_is_one():
    """He's spread of a single input is the root of two; below one there is no fan."""
    assert he_std(1) == pytest.approx(math.sqrt(2))
    assert he_limit(1) == pytest.approx(math.sqrt(6))


def test_a_second_moment_that_does_not_fit_is_refused():
    """The square of such a slope is infinite."""
    for measure in (second_moment_kept, forward_gain):
        with pytest.raises(ValueError, match="activation must be of a size at which the result fits float64"):
            measure(leaky_relu(1e160))


def test_sixty_four_rows_are_sent_through():
    """The docstring promises the batch; of one row more or less the first numbers would be other ones."""
    source = np.random.default_rng(5)
    network = MLP((8, 8, 8), he_normal, activation="linear", rng=source)
    x = source.standard_normal((64, 8))

    expected = float(np.sqrt(np.mean((x @ network.weights[0]) ** 2)))
    assert size_after(he_normal, "linear", depth=1, width=8, rng=5).forward == pytest.approx(expected, rel=1e-12)
