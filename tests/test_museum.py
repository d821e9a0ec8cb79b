"""Promises of :mod:`xavier_lib.museum`: the stream, the cut and the step of two factors."""

import numpy as np
import pytest

from xavier_lib.museum import cut_std, low_rank_step, stream_sizes

SEEDS = range(20)


@pytest.mark.parametrize("blocks", [6, 24])
@pytest.mark.parametrize("power", [0, -0.5])
@pytest.mark.parametrize("normalized", [True, False])
def test_a_stream_grows_by_the_law_of_its_branches(blocks, power, normalized):
    """The mean square over 20 seeds: 1 + f² L with normalized branches, (1 + f²)^L with bare ones.

    One draw of a bare branch multiplies its square by 1 + f²(1 ± 0.2) at width 64, so 24 of them scatter by half the
    law, and the mean of 20 by a tenth; three of these. The two laws differ by a factor of 9 or more where f = 1.
    """
    factor = blocks**power
    ends = [stream_sizes(blocks, factor=factor, normalized=normalized, rng=seed)[-1] ** 2 for seed in SEEDS]
    law = 1 + factor**2 * blocks if normalized else (1 + factor**2) ** blocks

    assert np.mean(ends) == pytest.approx(law, rel=0.35 if power == 0 and not normalized else 0.1)


def test_a_stream_starts_at_one_and_has_a_size_for_each_block():
    """The first size is that of 4096 normal numbers: 1 within four standard errors."""
    sizes = stream_sizes(5, rng=0)

    assert sizes.shape == (6,)
    assert sizes[0] == pytest.approx(1, abs=4 / (2 * 4096) ** 0.5)


def test_a_stream_that_outgrows_its_numbers_is_refused():
    """Six bare blocks with a factor of 1e60 pass the largest float64."""
    with pytest.raises(ValueError, match="the stream"):
        stream_sizes(6, factor=1e60, normalized=False, rng=0)


@pytest.mark.parametrize("std", [0.02, 0.5, 1.0, 3.0, 40.0])
def test_the_cut_leaves_the_spread_of_what_is_drawn_between_the_bounds(std):
    """Redrawn until they lie between ±2: 400 000 draws know their spread to a part in 800; four of these."""
    rng = np.random.default_rng(0)
    draws = rng.normal(0, std, 400_000) if std < 1.5 else rng.uniform(-2, 2, 4_000_000)
    if std >= 1.5:  # thrown away in proportion to the density, as hardly a normal draw would fall between the bounds
        draws = draws[rng.uniform(size=draws.size) < np.exp(-((draws / std) ** 2) / 2)]
    draws = draws[np.abs(draws) <= 2]

    assert cut_std(std, 2.0) == pytest.approx(draws.std(), rel=0.005)


def test_the_cut_is_smooth_where_the_formula_loses_its_digits():
    """On both sides of a cut at a hundredth of a spread the two ways agree to a part in ten thousand."""
    near, nearer = cut_std(100.0, 1.0001), cut_std(100.0, 0.9999)

    assert near / 1.0001 == pytest.approx(nearer / 0.9999, rel=1e-4)
    assert cut_std(1e300, 1e-300) == pytest.approx(1e-300 / 3**0.5)


def test_the_step_of_two_factors_is_that_of_their_gradients():
    """Against finite differences of the loss sum(G * B A), which is linear in each factor: exact but for rounding."""
    rng = np.random.default_rng(0)
    gradient, up, down = rng.normal(size=(5, 7)), rng.normal(size=(5, 2)), rng.normal(size=(2, 7))
    moved = []
    for which in (0, 1):
        factors = [up, down]
        slope = np.zeros_like(factors[which])
        for place in np.ndindex(slope.shape):
            shifted = [up.copy(), down.copy()]
            shifted[which][place] += 1e-6
            slope[place] = np.sum(gradient * (shifted[0] @ shifted[1] - up @ down)) / 1e-6
        moved.append(factors[which] - 0.1 * slope)

    assert low_rank_step(gradient, up, down, 0.1) == pytest.approx(moved[0] @ moved[1] - up @ down, rel=1e-6)


def test_two_zero_factors_never_move():
    """Each gradient is a product with the other factor."""
    gradient = np.random.default_rng(0).normal(size=(3, 4))

    assert not low_rank_step(gradient, np.zeros((3, 2)), np.zeros((2, 4)), 1.0).any()
    assert low_rank_step(gradient, np.zeros((3, 2)), np.ones((2, 4)), 1.0).any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: stream_sizes(0), "blocks must be"),
        (lambda: stream_sizes(2, factor=0), "factor must be"),
        (lambda: stream_sizes(2, normalized=1), "normalized must be"),
        (lambda: cut_std(-1, 2), "std must be"),
        (lambda: cut_std(1, float("inf")), "bound must be"),
        (lambda: low_rank_step([[1.0]], [[1.0]], [[1.0, 2.0]], 0.1), "shapes"),
        (lambda: low_rank_step([1.0], [[1.0]], [[1.0]], 0.1), "shapes"),
        (lambda: low_rank_step([[1.0]], [[1.0]], [[1.0]], 0), "learning_rate must be"),
    ],
)
def test_bad_input_is_refused_by_name(call, words):
    """The message names the argument."""
    with pytest.raises((TypeError, ValueError), match=words):
        call()
