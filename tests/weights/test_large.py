"""Promises of the large float32 weights: distribution, randomness, range and memory; and small ones are as before."""

import math
import threading
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from xavier_lib.weights.drawing import TRUNCATED_STD, draw
from xavier_lib.weights.large import BLOCK, LARGE, normal

BAND = 4.5  # standard errors: a fair draw leaves such a band once in 150 000 times
SHAPE = (1031, 2053)  # two primes: 2.1 million numbers, in blocks of which the last is shorter and odd
DISTRIBUTIONS = ("uniform", "normal", "truncated_normal")
CUT = 2 / TRUNCATED_STD

each_distribution = pytest.mark.parametrize("distribution", DISTRIBUTIONS)
each_normal = pytest.mark.parametrize("distribution", DISTRIBUTIONS[1:])


def drawn(distribution, shape=SHAPE, *, std=1.0, rng=0):
    """Draw large float32 weights."""
    return draw(shape, std, distribution, rng, "float32")


def as_before(shape, std, distribution, source, dtype):
    """Draw as the library did before large weights had a way of their own, and still draws small ones."""
    if distribution == "uniform":
        limit = math.sqrt(3) * std
        weights = source.random(shape, dtype=dtype)
        weights *= 2 * limit
        weights -= limit
        return weights
    weights = source.standard_normal(shape, dtype=dtype)
    if distribution == "truncated_normal":
        flat = weights.reshape(-1)
        outside = np.flatnonzero(np.abs(flat) > 2)
        while outside.size:
            flat[outside] = source.standard_normal(outside.size, dtype=flat.dtype)
            outside = outside[np.abs(flat[outside]) > 2]
        std /= TRUNCATED_STD
    weights *= std
    return weights


def moment(distribution, order):
    """Return the exact moment of a distribution of mean zero and variance one."""
    if order % 2:
        return 0.0
    if distribution == "uniform":
        return 3 ** (order / 2) / (order + 1)
    x = np.linspace(-1, 1, 400_001) * (CUT if distribution == "truncated_normal" else 12)
    width = TRUNCATED_STD if distribution == "truncated_normal" else 1
    return float(np.average(x**order, weights=np.exp(-((x * width) ** 2) / 2)))


def distance(first, second):
    """Return the largest distance of two samples' distribution functions, Kolmogorov and Smirnov's statistic."""
    first, second = np.sort(first, axis=None), np.sort(second, axis=None)
    shares = (np.searchsorted(sample, first, side="right") / sample.size for sample in (first, second))
    return float(np.abs(np.subtract(*shares)).max())


def critical(draws):
    """Return the distance that two samples of so many draws of one distribution pass once in a million times."""
    return math.sqrt(-math.log(1e-6 / 2) / draws)


def correlation(first, second):
    """Return the correlation of two arrays of equal size, computed in float64."""
    return float(np.corrcoef(first.reshape(-1).astype(float), second.reshape(-1).astype(float))[0, 1])


# The distribution


@each_distribution
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_moments_are_those_of_the_distribution(distribution, order):
    """Mean, variance, skewness and kurtosis lie within 4.5 standard errors, √((m₂ₖ − mₖ²)/N) for the moment k.

    At 2.1 million draws the bands are 0.003 for the mean, 0.3 to 0.4 % for the variance, and for the kurtosis 0.03 at
    the normal's 3: the kurtosis of a sum of twelve uniforms, 2.9, misses, and the truncation's factor misses by 23 %.
    """
    weights = drawn(distribution).astype(float)

    expected = moment(distribution, order)
    error = math.sqrt((moment(distribution, 2 * order) - expected**2) / weights.size)
    assert np.mean(weights**order) == pytest.approx(expected, abs=BAND * error)


@each_distribution
def test_the_distribution_is_that_of_numpys_own_generator(distribution):
    """The distribution functions of 2.1 million draws each lie closer than chance would part them once in a million.

    That is 0.0026: a normal shifted by 1 % of σ, wider by 2 %, or a sum of six uniforms is noticed, as tested below.
    """
    plain = as_before(SHAPE, 1.0, distribution, np.random.default_rng(1), np.float32)

    assert distance(drawn(distribution), plain) < critical(plain.size)


@pytest.mark.parametrize(
    "change",
    [
        lambda z, _: z + 0.01,
        lambda z, _: z * 1.02,
        lambda z, source: (source.random((6, z.size)).sum(axis=0) - 3) * math.sqrt(2),
    ],
    ids=["shifted by 0.01", "wider by 2 %", "sum of six uniforms"],
)
def test_the_comparison_with_numpy_would_notice(change):
    """The expected distances, 0.0040, 0.0048 and 0.0046, lie 1.5 times or more beyond the critical 0.0026."""
    first, second = (np.random.default_rng(seed).standard_normal(math.prod(SHAPE)) for seed in (1, 2))

    assert distance(first, second) < critical(first.size)
    assert distance(change(first, np.random.default_rng(3)), second) > critical(first.size)


def test_the_tails_of_the_normal_are_heavy_enough():
    """The shares beyond 3, 4 and 5 σ lie within 4.5 standard errors of a count, √(Np).

    Of 67 million draws 181 000, 4 251 and 38 are expected, so the bands are 1, 7 and 73 %: no tail may be missing.
    """
    source, draws = np.random.default_rng(0), 2**26
    beyond = np.zeros(3)
    for _ in range(16):
        sizes = np.abs(drawn("normal", (2048, 2048), rng=source))
        beyond += [np.count_nonzero(sizes > sigmas) for sigmas in (3, 4, 5)]

    expected = np.array([draws * math.erfc(sigmas / math.sqrt(2)) for sigmas in (3, 4, 5)])
    assert (np.abs(beyond - expected) < BAND * np.sqrt(expected)).all(), beyond


def test_truncated_weights_end_at_the_cut_and_reach_it():
    """None lies beyond 2σ/0.8796, but for float32's rounding, 6e-8, and 2.1 million fill the last thousandth before it.

    At either end 240 are expected there, so none at all has a probability of e⁻²⁴⁰.
    """
    weights = drawn("truncated_normal")

    for end in (weights.max(), -weights.min()):
        assert 0.999 * CUT < end <= CUT * (1 + 1e-7)


def test_uniform_weights_never_pass_the_limit_and_reach_it():
    """None lies beyond √3 σ in float32; of 2.1 million ten are expected in the last 0.00001 before either end."""
    limit = np.float32(math.sqrt(3) * 0.02)
    weights = drawn("uniform", std=0.02)

    for end in (weights.max(), -weights.min()):
        assert 0.99999 * limit < end <= limit


# The randomness


@each_normal
@pytest.mark.parametrize("power", [1, 2])
def test_the_two_numbers_of_a_pair_are_unrelated(distribution, power):
    """Neither the two halves of a block, which share radii and angles, nor their squares correlate.

    A correlation of N pairs has the standard error 1/√N, 0.0007 at 2.1 million; the band is 4.5 of them.
    """
    halves = drawn(distribution, (64, BLOCK)).reshape(-1, 2, BLOCK // 2) ** power

    assert abs(correlation(halves[:, 0], halves[:, 1])) < BAND / math.sqrt(halves.size / 2)


@each_distribution
@pytest.mark.parametrize("power", [1, 2])
def test_neighbouring_blocks_are_unrelated(distribution, power):
    """No number goes with the one a block, half a block or one place further on: 4.5 standard errors of 1/√N."""
    weights = drawn(distribution, (64, BLOCK)).reshape(-1) ** power

    for step in (BLOCK, BLOCK // 2, 1):
        assert abs(correlation(weights[:-step], weights[step:])) < BAND / math.sqrt(weights.size - step)


@each_distribution
def test_every_number_is_drawn(distribution):
    """Each block by itself has the variance of the whole, within 4.5 standard errors, 1.6 to 2.5 %."""
    error = BAND * math.sqrt(moment(distribution, 4) - 1)
    for block in np.split(drawn(distribution, (32, BLOCK)).reshape(-1), 32):
        assert block.var(dtype=float) == pytest.approx(1, abs=error / math.sqrt(BLOCK))


@each_distribution
@pytest.mark.parametrize("rest", [1, 2, 3])
def test_a_short_last_block_is_drawn_like_the_others(distribution, rest):
    """Over 20 seeds its 1 to 3 numbers are neither zero nor ever the same, as what nobody has drawn would be.

    Their mean is zero and their variance at most one, within 4.5 standard errors: 1 for the mean of 20 numbers and 1.4
    for their variance, so they tell no more than that the numbers are of the right size.
    """
    shape = (1, LARGE + rest)
    ends = np.array([drawn(distribution, shape, rng=seed)[0, -rest:] for seed in range(20)], dtype=float)

    assert abs(ends.mean()) < BAND / math.sqrt(ends.size)
    assert np.mean(ends**2) < 1 + BAND * math.sqrt((moment(distribution, 4) - 1) / ends.size)
    assert np.unique(ends).size == ends.size
    assert ends.all()


@each_distribution
def test_the_same_seed_gives_the_same_weights(distribution):
    """Whatever the shape, and not those of another seed."""
    weights = drawn(distribution, rng=7)

    np.testing.assert_array_equal(drawn(distribution, SHAPE[::-1], rng=7).reshape(SHAPE), weights)
    assert not np.array_equal(drawn(distribution, rng=8), weights)


@each_distribution
def test_a_generator_is_used_and_advances(distribution):
    """Two draws from one generator have next to no number in common place by place, and the first is that of its seed.

    Two float32 numbers are equal by chance with a probability of 1e-6 or less, so one in a thousand is never reached.
    """
    source = np.random.default_rng(7)
    first, second = drawn(distribution, rng=source), drawn(distribution, rng=source)

    np.testing.assert_array_equal(first, drawn(distribution, rng=7))
    assert (first == second).mean() < 1e-3


@each_distribution
@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_every_generator_of_numpy_will_do(distribution, bits):
    """Generators of 32 and of 64 bits; the variance lies within 4.5 standard errors, 0.5 % or less."""
    weights = drawn(distribution, rng=np.random.Generator(bits(0)))

    error = math.sqrt((moment(distribution, 4) - 1) / weights.size)
    assert weights.var(dtype=float) == pytest.approx(1, abs=BAND * error)


@each_distribution
def test_the_number_of_threads_changes_nothing(distribution):
    """With BLAS and OpenMP held to one thread, with all of them and in a thread of its own; no thread is left over."""
    before = threading.enumerate()
    weights, found = drawn(distribution), []
    for threads in (1, None):
        with threadpool_limits(threads):
            found.append(drawn(distribution))
    thread = threading.Thread(target=lambda: found.append(drawn(distribution)))
    thread.start()
    thread.join()

    for other in found:
        np.testing.assert_array_equal(other, weights)
    assert len(found) == 3
    assert threading.enumerate() == before


def test_the_global_state_of_numpy_is_untouched():
    """``np.random``'s own generator neither moves nor is read."""
    before = np.random.get_state()
    for distribution in DISTRIBUTIONS:
        drawn(distribution)

    np.testing.assert_equal(np.random.get_state(), before)


# The numbers


@each_distribution
def test_large_weights_are_plain_float32_arrays(distribution):
    """Of the shape that was asked for, contiguous, the caller's to write to."""
    weights = drawn(distribution, (3, 3, 512, 256))

    assert weights.dtype == np.float32
    assert weights.shape == (3, 3, 512, 256)
    assert weights.flags.c_contiguous
    assert weights.flags.writeable
    assert weights.base is None


@each_distribution
@pytest.mark.parametrize("std", [np.finfo(np.float32).tiny, 1e-30, 0.02, 1e30, np.finfo(np.float32).max / 16])
def test_every_spread_that_is_accepted_scales_the_same_weights(distribution, std):
    """From the smallest to the largest, draws are those of σ = 1 times σ: nothing becomes zero, infinite or no number.

    The tolerance is float32's rounding, 6e-8 for each product, and at the smallest σ its absolute step, 1.2e-7 σ.
    """
    plain, scaled = drawn(distribution).astype(float), drawn(distribution, std=float(std)).astype(float)

    np.testing.assert_allclose(scaled / float(std), plain, rtol=2.5e-7, atol=1.2e-7)


@each_distribution
def test_a_spread_that_does_not_fit_is_refused(distribution):
    """Outside the range, and what is no number: the error is that of small weights, before anything is drawn."""
    limits = np.finfo(np.float32)
    source = np.random.default_rng(0)
    before = source.bit_generator.state
    for std in (0.0, float(limits.tiny) * 0.99, float(limits.max) / 16 * 1.01, math.inf, math.nan):
        with pytest.raises(ValueError, match="standard deviation of the weights must fit float32, got "):
            drawn(distribution, std=std, rng=source)
    assert source.bit_generator.state == before


@each_distribution
def test_no_step_on_the_way_is_out_of_range(distribution):
    """Not one logarithm of zero, division by zero or overflow, where each of them is an error."""
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        assert np.isfinite(drawn(distribution)).all()


@pytest.mark.parametrize("word", [0, 2**64 - 1, 2**63, 2**31], ids=hex)
@each_distribution
def test_the_extreme_bits_give_ordinary_numbers(distribution, word):
    """All bits zero, all one, and the ends of the signed numbers: finite, within 6.77 σ or the limit, and no error.

    No radius is zero either; only the uniform's zero bits are the number zero.
    """

    class Stuck(np.random.Generator):
        def integers(self, *_, size, dtype, **__):
            return np.full(size, word, dtype)

    with np.errstate(divide="raise", over="raise", invalid="raise"):
        weights = np.abs(drawn(distribution, rng=Stuck(np.random.PCG64(0))))
    end = {"uniform": np.float32(math.sqrt(3)), "normal": 6.77, "truncated_normal": CUT * (1 + 1e-7)}[distribution]
    assert np.isfinite(weights).all()
    assert weights.max() <= end
    assert weights[0].any() or (distribution, word) == ("uniform", 0)


# The memory and the small ones


@each_distribution
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1024, 1024), (1, LARGE + 1), SHAPE])
def test_the_peak_of_memory_is_at_most_a_twentieth_above_the_weights(distribution, dtype, shape):
    """In both dtypes, from the smallest large weights on: no intermediate array is as large as they are."""
    tracemalloc.start()
    weights = draw(shape, 1.0, distribution, 0, dtype)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert weights.nbytes <= peak <= 1.05 * weights.nbytes


@each_distribution
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        *(((3, 5), dtype) for dtype in ("float32", "float64")),
        *(((5, 20, 80), dtype) for dtype in ("float32", "float64")),
        *(((1023, 1025), dtype) for dtype in ("float32", "float64")),
        *((shape, "float64") for shape in ((1024, 1024), SHAPE)),
    ],
)
def test_small_weights_and_float64_are_bit_for_bit_those_of_before(distribution, shape, dtype):
    """The stored chapters depend on them; the generator's state is the same too. 1023 × 1025 is one below large."""
    first, second = np.random.default_rng(5), np.random.default_rng(5)

    weights, expected = draw(shape, 0.3, distribution, first, dtype), as_before(shape, 0.3, distribution, second, dtype)
    np.testing.assert_array_equal(weights, expected, strict=True)
    assert first.bit_generator.state == second.bit_generator.state


def test_large_weights_begin_at_the_number_that_is_documented():
    """At 2²⁰ float32 numbers the draws are no longer NumPy's own."""
    before = as_before((1024, 1024), 1.0, "normal", np.random.default_rng(0), np.float32)

    assert LARGE == 2**20
    assert not np.array_equal(drawn("normal", (1024, 1024)), before)


@pytest.mark.parametrize("seed", [0, 1])
def test_large_normal_draws_are_those_of_box_and_muller(seed):
    """Radius and angle come from the bits as the docstring says; float32 keeps four digits of them."""
    bits = np.random.default_rng(seed).integers(0, 2**64, size=BLOCK // 2, dtype=np.uint64)
    radius_bits, angle_bits = bits[: BLOCK // 4].view(np.uint32), bits[BLOCK // 4 :].view(np.int32)
    radius = np.sqrt(-2 * np.log(radius_bits * 2.0**-32 + 2.0**-33))
    angle = math.pi * angle_bits / 2**31
    block = np.empty(BLOCK, np.float32)
    normal(block, np.random.default_rng(seed))

    expected = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    ordinary = radius_bits < 0.99 * 2**32  # nearer to one the logarithm has few digits in float32
    assert block[np.tile(ordinary, 2)] == pytest.approx(expected[np.tile(ordinary, 2)], abs=1e-3)
