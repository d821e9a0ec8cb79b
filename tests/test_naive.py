"""Promises of xavier_lib.naive: starts of one fixed spread, their densities, and what becomes of the signal."""

import math
from functools import partial

import numpy as np
import pytest

from xavier_lib import naive_normal, naive_uniform
from xavier_lib.naive import (
    normal_density,
    pre_activation_spread,
    pre_activations,
    signal_by_layer,
    signal_map,
    uniform_density,
)

# The relative standard error of a sample variance of N draws is this over the root of N.
VARIANCE_ERROR = {naive_uniform: 0.894, naive_normal: 1.414}
VARIANCE = {naive_uniform: lambda limit: limit**2 / 3, naive_normal: lambda std: std**2}
BAND = 4.5  # standard errors
MAP = {"widths": (2, 3), "depths": (1, 2)}
LAYERS = {"width": 4, "depth": 2}

EXPERIMENTS = {
    "pre_activations": lambda start=naive_normal, **rng: pre_activations(start, 3, **rng),
    "pre_activation_spread": lambda start=naive_normal, **rng: pre_activation_spread(start, (2, 3), **rng),
    "signal_by_layer": lambda start=naive_normal, **rng: signal_by_layer(start, **LAYERS, **rng),
    "signal_map": lambda start=naive_normal, **rng: signal_map(start, **MAP, **rng),
}
STARTS = {"naive_uniform": partial(naive_uniform, (4, 3)), "naive_normal": partial(naive_normal, (4, 3))}

both_starts = pytest.mark.parametrize("start", [naive_uniform, naive_normal])
every_experiment = pytest.mark.parametrize("run", EXPERIMENTS.values(), ids=list(EXPERIMENTS))
everything_random = pytest.mark.parametrize(
    "run", [*STARTS.values(), *EXPERIMENTS.values()], ids=[*STARTS, *EXPERIMENTS]
)
both_densities = pytest.mark.parametrize("density", [uniform_density, normal_density])
no_size = pytest.mark.parametrize(
    ("size", "error"),
    [
        (0, ValueError),
        (-0.1, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        (True, TypeError),
        ("0.1", TypeError),
        (None, TypeError),
    ],
)


def scaled_identity(shape, *, factor=0.5, **_):
    """Return weights with which each linear layer multiplies the signal by a factor."""
    return factor * np.eye(*shape)


@both_starts
@pytest.mark.parametrize("shape", [(400, 100), (100, 400), (5, 40, 200)])
@pytest.mark.parametrize("size", [0.1, 0.3])
def test_the_variance_follows_the_one_number_and_not_the_fans(start, shape, size):
    """The sample variance lies within 4.5 standard errors, 2 to 3 %, of ℓ²/3 or σ².

    A limit taken for a standard deviation, or the other way round, misses threefold; a fan, fourfold.
    """
    weights = start(shape, size, rng=0)

    assert weights.shape == shape
    band = BAND * VARIANCE_ERROR[start] / math.sqrt(weights.size)
    assert weights.var() == pytest.approx(VARIANCE[start](size), rel=band)


@both_starts
def test_the_number_is_one_tenth_unless_another_is_given(start):
    """U(−0.1, 0.1) and N(0, 0.1²): the same draws as with the number spelled out."""
    np.testing.assert_array_equal(start((4, 3), rng=0), start((4, 3), 0.1, rng=0))


def test_the_second_argument_goes_by_the_name_of_what_it_is():
    """A limit for the uniform start, a standard deviation for the normal one."""
    np.testing.assert_array_equal(naive_uniform((4, 3), limit=2.0, rng=0), naive_uniform((4, 3), 2.0, rng=0))
    np.testing.assert_array_equal(naive_normal((4, 3), std=2.0, rng=0), naive_normal((4, 3), 2.0, rng=0))


@both_starts
def test_weights_have_mean_zero(start):
    """The mean of N draws has the standard error σ/√N; the band is 4.5 of them."""
    weights = start((400, 100), rng=0)

    assert abs(weights.mean()) < BAND * math.sqrt(VARIANCE[start](0.1) / weights.size)


def test_uniform_weights_fill_their_interval_to_both_ends():
    """None lies beyond the limit but for the last bit, and the outermost of 40 000 come within a thousandth of it."""
    weights = naive_uniform((400, 100), limit=0.2, rng=0)

    assert 0.1998 < weights.max() <= 0.2 * (1 + 1e-15)
    assert -0.2 * (1 + 1e-15) <= weights.min() < -0.1998


def test_uniform_weights_are_equally_dense_everywhere():
    """Each tenth of the interval holds a tenth of 40 000 draws; the standard error of that share is 0.0015."""
    shares = np.histogram(naive_uniform((400, 100), rng=0), bins=10, range=(-0.1, 0.1))[0] / 40_000

    np.testing.assert_allclose(shares, 0.1, atol=BAND * 0.0015)


@pytest.mark.parametrize("distance", [1, 2, 3])
def test_normal_weights_lie_beyond_any_distance_as_often_as_a_normal_does(distance):
    """31.7 %, 4.6 % and 0.27 % lie beyond one, two and three σ; the band is 4.5 standard errors of that share."""
    beyond = np.abs(naive_normal((400, 100), rng=0)) > distance * 0.1

    expected = math.erfc(distance / math.sqrt(2))
    assert beyond.mean() == pytest.approx(expected, abs=BAND * math.sqrt(expected * (1 - expected) / beyond.size))


@both_starts
def test_no_two_weights_are_equal(start):
    """The tie between units is broken: 1200 floats of 53 bits, equal by chance with probability below 2⁻³⁰."""
    assert np.unique(start((40, 30), rng=0)).size == 1200


@both_starts
@pytest.mark.parametrize("dtype", ["float32", np.float32, "float64", float, np.dtype(np.float64)])
def test_weights_have_the_dtype_that_was_asked_for(start, dtype):
    """Both floats, by any of their names."""
    assert start((4, 3), rng=0, dtype=dtype).dtype == np.dtype(dtype)


@both_starts
def test_float32_is_drawn_natively(start):
    """A native draw takes other random bits than a float64 draw, so it is not that draw cast down."""
    single, double = (start((400, 100), rng=0, dtype=dtype) for dtype in ("float32", "float64"))

    assert not np.allclose(single, double.astype(np.float32))
    band = BAND * VARIANCE_ERROR[start] / math.sqrt(single.size)
    assert single.var(dtype=float) == pytest.approx(VARIANCE[start](0.1), rel=band)


@everything_random
def test_the_same_seed_gives_the_same_numbers(run):
    """An int seeds a fresh generator at each call; NumPy's whole numbers do too."""
    np.testing.assert_array_equal(run(rng=7), run(rng=np.int64(7)))
    assert not np.array_equal(run(rng=7), run(rng=8))


@everything_random
def test_a_generator_is_used_and_advances(run):
    """Two runs on one generator differ, and the first is that of its seed."""
    source = np.random.default_rng(7)
    first, second = run(rng=source), run(rng=source)

    np.testing.assert_array_equal(first, run(rng=7))
    assert not np.array_equal(first, second)


@everything_random
def test_without_a_seed_each_run_is_new(run):
    """Fresh entropy: equal floats by chance have a probability below 2⁻⁵⁰."""
    assert not np.array_equal(run(rng=None), run(rng=None))


@everything_random
def test_the_global_state_of_numpy_is_untouched(run):
    """Neither a seed nor fresh entropy reads or moves ``np.random``'s own generator."""
    before = np.random.get_state()
    run(rng=7)
    run(rng=None)
    after = np.random.get_state()

    assert before[2:] == after[2:]
    np.testing.assert_array_equal(before[1], after[1])


@everything_random
@pytest.mark.parametrize(
    ("rng", "error"),
    [(-1, ValueError), (1.5, TypeError), ("0", TypeError), (True, TypeError), (np.random.RandomState(0), TypeError)],
)
def test_an_rng_that_spec_7_does_not_know_is_refused(run, rng, error):
    """The error names the argument and what it takes."""
    with pytest.raises(error, match="rng must be a numpy Generator, a non-negative int seed or None, got "):
        run(rng=rng)


@both_starts
@pytest.mark.parametrize("dtype", [None, int, np.float16, complex, object, "float99"])
def test_a_dtype_that_is_not_drawn_natively_is_refused(start, dtype):
    """The error names the argument and the two that are taken."""
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got "):
        start((4, 3), dtype=dtype)


@both_starts
@pytest.mark.parametrize(
    ("shape", "error"),
    [((5,), ValueError), ((0, 3), ValueError), ((3, -1), ValueError), ((2.0, 3), TypeError), (7, TypeError)],
)
def test_a_bad_shape_is_refused(start, shape, error):
    """The error names the shape."""
    with pytest.raises(error, match=r"^shape.* must be a .*, got "):
        start(shape)


@no_size
def test_a_limit_or_spread_that_is_not_positive_and_finite_is_refused(size, error):
    """The error names the argument; the same for the starts and for their densities."""
    accepted = r" must be a (positive )?finite number, got "
    with pytest.raises(error, match=f"^limit{accepted}"):
        naive_uniform((4, 3), size)
    with pytest.raises(error, match=f"^std{accepted}"):
        naive_normal((4, 3), size)
    with pytest.raises(error, match=f"^limit{accepted}"):
        uniform_density([0.0], size)
    with pytest.raises(error, match=f"^std{accepted}"):
        normal_density([0.0], size)


def test_a_uniform_density_is_level_inside_its_limit_and_zero_outside():
    """By hand: one over the interval's length; the limit itself belongs to the interval."""
    np.testing.assert_array_equal(uniform_density([[-2, 0], [1.9, 2.1]], limit=2), [[0.25, 0.25], [0.25, 0]])


def test_a_normal_density_falls_by_e_squared_at_two_standard_deviations():
    """By hand: 1/(σ√2π) at zero, e² times less at ±2σ; 1e-15 is rounding."""
    left, middle, right = normal_density([-0.6, 0, 0.6], std=0.3)

    assert middle == pytest.approx(1 / (0.3 * math.sqrt(2 * math.pi)), rel=1e-15)
    assert left == right == pytest.approx(middle / math.e**2, rel=1e-14)


def test_a_normal_density_is_zero_far_out_without_a_warning():
    """The exponent overflows at 1e200 standard deviations; warnings are errors in these tests."""
    assert normal_density([1e200, -1e200, 1e308], std=0.1).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("start", "density"), [(naive_uniform, uniform_density), (naive_normal, normal_density)])
@pytest.mark.parametrize("size", [0.1, 0.3])
def test_a_density_is_that_of_the_start(start, density, size):
    """The share of 400 000 draws in each of eight bins is the integral of the density there.

    A sum over 1000 points a bin is exact to 1e-6, the standard error of a share is at most 0.0008.
    """
    edges = np.linspace(-size, size, 9)
    shares = np.histogram(start((400, 1000), size, rng=0), edges)[0] / 400_000

    points = np.linspace(-size, size, 8000, endpoint=False) + size / 8000
    integrals = density(points, size).reshape(8, 1000).mean(axis=1) * size / 4
    np.testing.assert_allclose(shares, integrals, atol=BAND * 0.0008)


@both_densities
@pytest.mark.parametrize(
    ("x", "error"), [([], ValueError), ([math.nan], ValueError), ([[0], [math.inf]], ValueError), ("0", TypeError)]
)
def test_a_density_of_no_finite_numbers_is_refused(density, x, error):
    """The error names the argument."""
    with pytest.raises(error, match="^x must be a non-empty array of finite numbers, got "):
        density(x)


@both_starts
@pytest.mark.parametrize("fan_in", [400, 100, 25])
def test_the_variance_of_a_pre_activation_is_fan_in_times_that_of_a_weight(start, fan_in):
    """The relative standard error comes from 200 n inputs, 200 n weights and 200 × 200 sums: 1 to 3 %.

    The fans differ fourfold; a root taken once too often, or a fan left out, misses by a factor of five or more.
    """
    z = pre_activations(start, fan_in, rng=1)

    assert z.shape == (200, 200)
    error = math.sqrt((1.414**2 + VARIANCE_ERROR[start] ** 2) / (200 * fan_in) + 1.414**2 / 200**2)
    assert z.var() == pytest.approx(fan_in * VARIANCE[start](0.1), rel=BAND * error)


def test_pre_activations_come_from_the_initializer_and_standard_normal_rows():
    """Identity weights hand the inputs through: mean 0 and mean square 1, within 4.5 standard errors of 40 000."""
    z = pre_activations(partial(scaled_identity, factor=1.0), 200, rng=0)

    assert abs(z.mean()) < BAND / 200
    assert (z**2).mean() == pytest.approx(1, rel=BAND * 1.414 / 200)


@both_starts
def test_the_spread_grows_as_the_root_of_fan_in_in_the_order_asked_for(start):
    """Half the relative error of the variance: at most 2 %, in a band of 4.5. A sixteenfold fan-in spreads fourfold."""
    spreads = pre_activation_spread(start, (400, 25, 100), rng=0)

    np.testing.assert_allclose(spreads, math.sqrt(VARIANCE[start](0.1)) * np.array([20, 5, 10]), rtol=BAND * 0.02)


def test_the_spread_is_the_rms_of_the_pre_activations():
    """The first fan-in is that of the same seed, up to rounding; a standard deviation would lose the sample's mean."""
    first = pre_activation_spread(naive_normal, (9, 3), rng=5)[0]

    assert first == pytest.approx(math.sqrt((pre_activations(naive_normal, 9, rng=5) ** 2).mean()), rel=1e-14)


@pytest.mark.parametrize("depth", [1, 6])
def test_the_signal_is_that_of_the_input_and_of_each_hidden_layer(depth):
    """Layers that halve leave 1, ½, ¼, … of the input, up to rounding; the input's own rms is 1 within 4.5 errors."""
    signal = signal_by_layer(scaled_identity, width=50, depth=depth, activation="linear", rng=0)

    assert signal.shape == (depth + 1,)
    assert signal[0] == pytest.approx(1, rel=BAND * 0.707 / math.sqrt(200 * 50))
    np.testing.assert_allclose(signal, signal[0] * 0.5 ** np.arange(depth + 1), rtol=1e-12)


def test_the_signal_of_a_linear_network_follows_the_law_of_depth():
    """(√(n Var w))ˡ with n = 400: 1.155ˡ uniform and 2ˡ normal.

    A layer's 160 000 weights have a relative error of 0.2 %, its rms over 200 rows and 400 units 0.2 %; six layers
    and the input, four to five errors each, stay within 4 %. One layer more or less misses by 13 %.
    """
    for start in (naive_uniform, naive_normal):
        signal = signal_by_layer(start, width=400, depth=6, activation="linear", rng=0)

        factor = math.sqrt(400 * VARIANCE[start](0.1))
        np.testing.assert_allclose(signal, factor ** np.arange(7), rtol=0.04)


def test_the_activation_that_was_asked_for_is_applied():
    """ReLU halves the mean square once and then lets the rest through; tanh shrinks and is the default.

    The share that ReLU keeps of 10 000 values has a relative standard error of 1.1 %.
    """
    identity = partial(scaled_identity, factor=1.0)
    relu = signal_by_layer(identity, width=50, depth=2, activation="relu", rng=0)
    tanh, default = (signal_by_layer(identity, width=50, depth=2, rng=0, **a) for a in ({"activation": "tanh"}, {}))

    assert (relu[1] / relu[0]) ** 2 == pytest.approx(0.5, rel=BAND * 0.011)
    assert relu[2] == relu[1]
    assert 1 > tanh[1] > tanh[2]
    np.testing.assert_array_equal(tanh, default)


def test_the_map_has_a_row_for_each_depth_and_a_column_for_each_width():
    """Layers that multiply by a tenth of their width leave (width/10)ᵈ, in the order asked for, with tanh left out.

    The input's rms is 1 with a standard error of 2 % or less; rows and columns differ twofold or more.
    """

    def start(shape, **_):
        return np.eye(*shape) * shape[0] / 10

    found = signal_map(start, widths=(20, 5), depths=(4, 1, 2), activation="linear", rng=0)

    np.testing.assert_allclose(found, [[16, 1 / 16], [2, 1 / 2], [4, 1 / 4]], rtol=BAND * 0.02)


def test_the_map_is_made_of_the_signals_by_layer():
    """The first width is that of the same seed, with the same activation: tanh by default."""
    found = signal_map(naive_normal, **MAP, rng=3)
    relu = signal_map(naive_normal, **MAP, activation="relu", rng=3)

    np.testing.assert_array_equal(found[:, 0], signal_by_layer(naive_normal, width=2, depth=2, rng=3)[1:])
    expected = signal_by_layer(naive_normal, width=2, depth=2, activation="relu", rng=3)[1:]
    np.testing.assert_array_equal(relu[:, 0], expected)


@every_experiment
def test_what_is_no_initializer_is_refused(run):
    """A name, an array for weights, and a function that returns another shape or no finite weights."""
    with pytest.raises(TypeError, match="initializer must be a function such as glorot_uniform, got 'naive'"):
        run("naive")
    with pytest.raises(ValueError, match="initializer must return an array of shape"):
        run(lambda shape, **_: np.ones(shape[::-1] + (2,)))
    with pytest.raises(ValueError, match="initializer's weights must be a non-empty array of finite numbers"):
        run(lambda shape, **_: np.full(shape, math.nan))


@pytest.mark.parametrize(("number", "error"), [(0, ValueError), (-3, ValueError), (2.0, TypeError), (True, TypeError)])
def test_a_fan_width_or_depth_that_is_no_positive_whole_number_is_refused(number, error):
    """The error names the argument, and the place in a sequence."""
    accepted = r" must be a whole number.*, got "
    with pytest.raises(error, match=f"^fan_in{accepted}"):
        pre_activations(naive_normal, number)
    with pytest.raises(error, match=rf"^fan_ins\[1\]{accepted}"):
        pre_activation_spread(naive_normal, (3, number))
    for name in ("width", "depth"):
        with pytest.raises(error, match=f"^{name}{accepted}"):
            signal_by_layer(naive_normal, **{**LAYERS, name: number})
    for name in ("widths", "depths"):
        with pytest.raises(error, match=rf"^{name}\[0\]{accepted}"):
            signal_map(naive_normal, **{**MAP, name: (number, 3)})


@pytest.mark.parametrize(
    ("sequence", "error"), [((), ValueError), ([3], ValueError), (3, TypeError), ("34", TypeError)]
)
def test_fewer_than_two_fans_widths_or_depths_are_refused(sequence, error):
    """The error names the argument: a curve or a map of one value shows nothing."""
    accepted = " must be a sequence of at least two positive whole numbers, got "
    with pytest.raises(error, match=f"^fan_ins{accepted}"):
        pre_activation_spread(naive_normal, sequence)
    for name in ("widths", "depths"):
        with pytest.raises(error, match=f"^{name}{accepted}"):
            signal_map(naive_normal, **{**MAP, name: sequence})


@pytest.mark.parametrize(("activation", "error"), [("tan", ValueError), (math.tanh, TypeError), (None, TypeError)])
def test_an_unknown_activation_is_refused(activation, error):
    """The error lists the names."""
    with pytest.raises(error, match=r"activation must be one of \['leaky_relu', 'linear', .*\], got "):
        signal_by_layer(naive_normal, **LAYERS, activation=activation)
    with pytest.raises(error, match=r"activation must be one of \['leaky_relu', 'linear', .*\], got "):
        signal_map(naive_normal, **MAP, activation=activation)


def test_a_signal_that_outgrows_float64_is_refused():
    """Weights of 1e200, two layers deep, do not fit; nothing infinite comes out."""
    huge = partial(naive_normal, std=1e200)

    with pytest.raises(FloatingPointError, match="outgrew float64"):
        signal_by_layer(huge, width=4, depth=2, activation="linear", rng=0)
    with pytest.raises(FloatingPointError, match="outgrew float64"):
        signal_map(huge, **MAP, activation="linear", rng=0)


@pytest.mark.parametrize(("density", "name"), [(uniform_density, "limit"), (normal_density, "std")])
def test_a_density_that_does_not_fit_is_refused(density, name):
    """The narrower the spread the higher the density; at these it is infinite."""
    for spread in (1e-320, 5e-324):
        with pytest.raises(ValueError, match=f"{name} must be of a size at which the result fits float64"):
            density([0.0], spread)
