"""The one formula: variance, distribution, dtype and randomness of the scaled starts."""

import math

import numpy as np
import pytest

from xavier_lib import Fans, lecun_normal, lecun_uniform, variance_scaling
from xavier_lib.weights.drawing import TRUNCATED_STD, draw
from xavier_lib.weights.scaling import fan_of

# The relative standard error of a sample variance of N draws is this over the root of N.
VARIANCE_ERROR = {"uniform": 0.894, "normal": 1.414, "truncated_normal": 1.169}
BAND = 4.5  # standard errors: about 2 % at 40 000 draws

FAN = {"fan_in": {(400, 100): 400, (100, 400): 100}, "fan_out": {(400, 100): 100, (100, 400): 400}}
FAN["fan_avg"] = {(400, 100): 250, (100, 400): 250}

LECUN = {
    "uniform": lecun_uniform,
    "normal": lecun_normal,
    "truncated_normal": lambda shape, **settings: lecun_normal(shape, truncated=True, **settings),
}


def scaled(shape=(400, 100), **settings):
    """Draw with everything at a plain value that a test does not care for."""
    return variance_scaling(shape, **{"scale": 1.0, "mode": "fan_in", "distribution": "normal", "rng": 0, **settings})


def within_the_band(variance, distribution, draws):
    """Return the expected variance with a band of 4.5 standard errors around it."""
    return pytest.approx(variance, rel=BAND * VARIANCE_ERROR[distribution] / math.sqrt(draws))


@pytest.mark.parametrize("distribution", VARIANCE_ERROR)
@pytest.mark.parametrize("shape", [(400, 100), (100, 400)])
@pytest.mark.parametrize("mode", FAN)
def test_the_variance_is_the_scale_over_the_fan_of_the_mode(mode, shape, distribution):
    """The fans differ fourfold, so another fan, a sum for the average or a squared scale misses by 37 % or more.

    The band is 2 to 3 %; the truncation's correction left out would miss by 23 %.
    """
    weights = scaled(shape, scale=3.0, mode=mode, distribution=distribution)

    assert weights.shape == shape
    assert weights.var() == within_the_band(3 / FAN[mode][shape], distribution, weights.size)


@pytest.mark.parametrize("distribution", VARIANCE_ERROR)
@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 5 * 20), ("fan_out", 5 * 80), ("fan_avg", 5 * 50)])
def test_the_kernel_of_a_convolution_counts(mode, fan, distribution):
    """A kernel of five positions makes the variance a fifth; the band is 5 to 7 % at 8 000 draws."""
    weights = scaled((5, 20, 80), mode=mode, distribution=distribution)

    assert weights.var() == within_the_band(1 / fan, distribution, weights.size)


@pytest.mark.parametrize("distribution", VARIANCE_ERROR)
def test_weights_have_mean_zero(distribution):
    """The mean of N draws has the standard error σ/√N; the band is 4.5 of them."""
    weights = scaled(distribution=distribution)

    assert abs(weights.mean()) < BAND * math.sqrt(1 / 400 / weights.size)


def test_uniform_weights_fill_the_interval_up_to_its_limit():
    """None lies beyond √3 σ, and the largest of 40 000 comes within a thousandth of it, on either side."""
    weights = scaled(distribution="uniform")

    limit = math.sqrt(3 / 400)
    assert limit * 0.999 < weights.max() <= limit
    assert -limit <= weights.min() < -limit * 0.999


def test_truncated_weights_are_cut_at_two_standard_deviations_of_the_normal_before_correction():
    """The cut lies at 2σ/0.8796, and 40 000 draws come within one percent of it; none piles up there."""
    weights = scaled(distribution="truncated_normal")

    cut = 2 * math.sqrt(1 / 400) / 0.87962566103423978
    assert 0.99 * cut < np.abs(weights).max() <= cut * (1 + 1e-12)
    assert np.unique(weights).size == weights.size


def test_truncated_weights_follow_the_normal_inside_the_cut():
    """The share within one uncut deviation is 0.6827/0.9545 = 0.715; its standard error is 0.0023, the band 4.5."""
    weights = scaled(distribution="truncated_normal")

    share = (np.abs(weights) < math.sqrt(1 / 400) / TRUNCATED_STD).mean()
    assert share == pytest.approx(math.erf(math.sqrt(0.5)) / math.erf(math.sqrt(2)), abs=BAND * 0.0023)


def test_normal_weights_are_not_cut():
    """4.55 % of a normal lies beyond two standard deviations; the standard error is 0.1 %, the band 4.5."""
    weights = scaled(distribution="normal")

    assert (np.abs(weights) > 2 / math.sqrt(400)).mean() == pytest.approx(0.0455, abs=BAND * 0.00104)


def test_the_deviation_of_the_truncated_normal_is_the_published_one():
    """The number that Keras and JAX divide by, to the last digits of a float64."""
    assert pytest.approx(0.87962566103423978, rel=1e-15) == TRUNCATED_STD


def test_fan_of_reads_the_mode():
    """One of the two fans, or half their sum, as a float."""
    assert [fan_of(mode, Fans(5, 8)) for mode in ("fan_in", "fan_out", "fan_avg")] == [5.0, 8.0, 6.5]


@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 64), ("fan_out", 16), ("fan_avg", 40)])
def test_given_fans_take_the_place_of_the_shape(mode, fan):
    """The fans of the shape are 400 and 100, six times off; the band is 3 %."""
    weights = scaled(mode=mode, fans=(64, 16))

    assert weights.shape == (400, 100)
    assert weights.var() == within_the_band(1 / fan, "normal", weights.size)


@pytest.mark.parametrize("distribution", LECUN)
@pytest.mark.parametrize("shape", [(400, 100), (100, 400)])
def test_lecun_variance_is_one_over_fan_in(shape, distribution):
    """The fans differ fourfold, so the average or fan-out misses by 37 % or more; the band is 2 to 3 %."""
    weights = LECUN[distribution](shape, rng=0)

    assert weights.var() == within_the_band(1 / shape[0], distribution, weights.size)


@pytest.mark.parametrize("distribution", LECUN)
def test_lecun_gain_multiplies_the_weights(distribution):
    """Gain 3 makes the same draws three times as large: not 1, √3 or 9 times. Only rounding may differ."""
    plain, tripled = (LECUN[distribution]((40, 10), gain=gain, rng=0) for gain in (1.0, 3.0))

    np.testing.assert_allclose(tripled, 3 * plain, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("distribution", LECUN)
def test_lecun_is_the_row_of_the_formula_with_scale_one_and_fan_in(distribution):
    """The same seed gives the same weights; only rounding may differ."""
    expected = scaled((40, 10), distribution=distribution)

    np.testing.assert_allclose(LECUN[distribution]((40, 10), rng=0), expected, rtol=1e-12)


@pytest.mark.parametrize("distribution", LECUN)
def test_lecun_takes_given_fans(distribution):
    """The fan-in of the shape is 400, 25 times off; the band is 2 to 3 %."""
    weights = LECUN[distribution]((400, 100), fans=(16, 900), rng=0)

    assert weights.var() == within_the_band(1 / 16, distribution, weights.size)


def test_lecun_uniform_stays_inside_its_limit():
    """The limit is √(3/fan_in), and the largest of 40 000 comes within a thousandth of it."""
    limit = math.sqrt(3 / 400)

    assert 0.999 * limit < np.abs(lecun_uniform((400, 100), rng=0)).max() <= limit


def test_lecun_normal_is_cut_only_when_asked():
    """40 000 uncut draws pass 3σ for sure; cut ones end at 2σ/0.8796 = 2.27σ."""
    uncut, cut = (np.abs(lecun_normal((400, 100), truncated=flag, rng=0)).max() for flag in (False, True))

    assert uncut > 3 / math.sqrt(400)
    assert cut <= 2.28 / math.sqrt(400)


STARTS = [*(lambda s, d=d, **k: scaled(s, distribution=d, **k) for d in VARIANCE_ERROR), *LECUN.values()]
START_NAMES = [*(f"variance_scaling {name}" for name in VARIANCE_ERROR), *(f"lecun {name}" for name in LECUN)]
every_start = pytest.mark.parametrize("start", STARTS, ids=START_NAMES)


@every_start
@pytest.mark.parametrize("dtype", ["float32", np.float32, "float64", float, np.dtype(np.float64)])
def test_weights_have_the_dtype_that_was_asked_for(start, dtype):
    """Both floats, by any of their names."""
    assert start((4, 3), rng=0, dtype=dtype).dtype == np.dtype(dtype)


@every_start
def test_float32_is_drawn_natively(start):
    """A native draw takes other random bits than a float64 draw, so it is not that draw cast down."""
    single, double = (start((400, 100), rng=0, dtype=dtype) for dtype in ("float32", "float64"))

    assert not np.allclose(single, double.astype(np.float32))
    assert single.var(dtype=float) == pytest.approx(double.var(), rel=2 * BAND * 1.414 / 200)


@every_start
def test_the_same_seed_gives_the_same_weights(start):
    """An int seeds a fresh generator at each call; NumPy's whole numbers do too."""
    np.testing.assert_array_equal(start((4, 3), rng=7), start((4, 3), rng=np.int64(7)))
    assert not np.array_equal(start((4, 3), rng=7), start((4, 3), rng=8))


@every_start
def test_a_generator_is_used_and_advances(start):
    """Two draws from one generator differ, and the first is that of its seed."""
    source = np.random.default_rng(7)
    first, second = start((4, 3), rng=source), start((4, 3), rng=source)

    np.testing.assert_array_equal(first, start((4, 3), rng=7))
    assert not np.array_equal(first, second)


@every_start
def test_without_a_seed_each_draw_is_new(start):
    """Fresh entropy: twelve equal floats by chance have a probability below 2⁻⁵⁰⁰."""
    assert not np.array_equal(start((4, 3), rng=None), start((4, 3), rng=None))


@every_start
def test_the_global_state_of_numpy_is_untouched(start):
    """Neither a seed nor fresh entropy reads or moves ``np.random``'s own generator."""
    before = np.random.get_state()
    start((4, 3), rng=7)
    start((4, 3), rng=None)
    after = np.random.get_state()

    assert before[2:] == after[2:]
    np.testing.assert_array_equal(before[1], after[1])


@every_start
@pytest.mark.parametrize(
    ("rng", "error"),
    [(-1, ValueError), (1.5, TypeError), ("0", TypeError), (True, TypeError), (np.random.RandomState(0), TypeError)],
)
def test_an_rng_that_spec_7_does_not_know_is_refused(start, rng, error):
    """The error names the argument and what it takes."""
    with pytest.raises(error, match="rng must be a numpy Generator, a non-negative int seed or None, got "):
        start((4, 3), rng=rng)


@every_start
@pytest.mark.parametrize("dtype", [None, int, np.float16, complex, bool, object, "float99", 64])
def test_a_dtype_that_is_not_drawn_natively_is_refused(start, dtype):
    """The error names the argument and the two that are taken."""
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got "):
        start((4, 3), dtype=dtype)


@every_start
@pytest.mark.parametrize(
    ("shape", "error"),
    [((5,), ValueError), ((0, 3), ValueError), ((3, -1), ValueError), ((2.0, 3), TypeError), ("32", TypeError)],
)
@pytest.mark.parametrize("fans", [None, (3, 4)])
def test_a_bad_shape_is_refused_whether_or_not_fans_are_given(start, shape, fans, error):
    """The error names the shape."""
    with pytest.raises(error, match=r"^shape.* must be a .*, got "):
        start(shape, fans=fans)


@every_start
@pytest.mark.parametrize(
    ("fans", "error"),
    [((3,), ValueError), ((0, 3), ValueError), ((3, -1), ValueError), ((3.0, 4), TypeError), (7, TypeError)],
)
def test_bad_fans_are_refused(start, fans, error):
    """The error names the pair, or the one fan that is wrong."""
    with pytest.raises(error, match=r"^fan(s|_in|_out) must be .*, got "):
        start((3, 4), fans=fans)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0, ValueError),
        (-1.0, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        (True, TypeError),
        ("1", TypeError),
        (None, TypeError),
        (1j, TypeError),
    ],
)
def test_a_scale_or_gain_that_is_not_positive_and_finite_is_refused(value, error):
    """The error names the argument, and its value if it is a number."""
    with pytest.raises(error, match=r"scale must be a (positive )?finite number, got "):
        scaled(scale=value)
    for start in LECUN.values():
        with pytest.raises(error, match=r"gain must be a (positive )?finite number, got "):
            start((3, 4), gain=value)


@pytest.mark.parametrize(("mode", "error"), [("fan_sum", ValueError), ("FAN_IN", ValueError), (None, TypeError)])
def test_an_unknown_mode_is_refused(mode, error):
    """The error lists the modes."""
    with pytest.raises(error, match=r"mode must be one of \['fan_avg', 'fan_in', 'fan_out'\], got "):
        scaled(mode=mode)


@pytest.mark.parametrize(("distribution", "error"), [("gaussian", ValueError), ("", ValueError), (None, TypeError)])
def test_an_unknown_distribution_is_refused(distribution, error):
    """The error lists the distributions."""
    with pytest.raises(error, match=r"distribution must be one of \['normal', 'truncated_normal', 'uniform'\], got "):
        scaled(distribution=distribution)


@pytest.mark.parametrize("truncated", [1, "yes", None])
def test_truncated_must_be_a_bool(truncated):
    """A TypeError that names the argument: a 2 might be meant as the place of the cut."""
    with pytest.raises(TypeError, match="truncated must be True or False, got "):
        lecun_normal((3, 4), truncated=truncated)


@pytest.mark.parametrize("distribution", VARIANCE_ERROR)
@pytest.mark.parametrize("scale", [1e-80, 1e80])
def test_a_scale_whose_spread_does_not_fit_the_dtype_is_refused(scale, distribution):
    """σ would be near 1e-41 or 1e39, beyond float32; float64 holds it, and nothing comes out as zero or infinity."""
    with pytest.raises(ValueError, match="standard deviation of the weights must fit float32, got "):
        scaled(scale=scale, distribution=distribution, dtype="float32")
    weights = scaled(scale=scale, distribution=distribution, dtype="float64")
    assert np.isfinite(weights).all()
    assert weights.any()


@pytest.mark.parametrize("distribution", LECUN)
@pytest.mark.parametrize("gain", [1e-310, 1.7e308])
def test_a_gain_whose_square_does_not_fit_float64_is_refused(gain, distribution):
    """The formula divides a variance, and the variance of such weights vanishes or overflows."""
    with pytest.raises(ValueError, match="gain must be a positive number whose square fits float64, got "):
        LECUN[distribution]((3, 4), gain=gain)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("distribution", VARIANCE_ERROR)
def test_every_spread_that_is_accepted_gives_finite_weights(distribution, dtype):
    """At both ends of the accepted range; just outside of it and for NaN the draw is refused."""
    smallest, largest = float(np.finfo(dtype).tiny), float(np.finfo(dtype).max) / 16
    for std in (smallest, largest):
        weights = draw((100, 100), std, distribution, 0, dtype)
        assert np.isfinite(weights).all()
        assert weights.any()
    for std in (0.0, smallest * 0.99, largest * 1.01, math.inf, math.nan):
        with pytest.raises(ValueError, match=f"standard deviation of the weights must fit {dtype}, got "):
            draw((3, 4), std, distribution, 0, dtype)
