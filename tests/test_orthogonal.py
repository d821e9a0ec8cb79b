"""Promises of xavier_lib.orthogonal: Haar's law, lengths that are kept, and the exact Jacobian of a network."""

import math
from functools import partial

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, glorot_normal, lecun_uniform
from xavier_lib.nn.convolution import convolved
from xavier_lib.orthogonal import delta_orthogonal, jacobian, orthogonal, tempered

DRAWS = 4000
each_dtype = pytest.mark.parametrize(("dtype", "close"), [(np.float32, 2e-6), (float, 1e-13)])


def many(size):
    """Return draws of square matrices from one generator, (draws, size, size)."""
    source = np.random.default_rng(11)
    return np.array([orthogonal((size, size), rng=source) for _ in range(DRAWS)])


def furthest(values, law):
    """Return the Kolmogorov-Smirnov distance of a sample from a law, times the root of the sample's size."""
    at = np.sort(values)
    steps = np.arange(len(at) + 1) / len(at)
    expected = law(at)
    return max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max()) * math.sqrt(len(at))


# The draw


@each_dtype
@pytest.mark.parametrize("shape", [(6, 6), (7, 4), (4, 7), (1, 5), (5, 1), (3, 3, 2, 9), (3, 2, 40)])
def test_all_singular_values_are_the_gain(shape, dtype, close):
    """Tall, wide and square, and kernels as a matrix of their outputs; exact up to the rounding of the dtype."""
    weights = orthogonal(shape, gain=1.7, rng=0, dtype=dtype)

    assert weights.shape == shape
    assert weights.dtype == dtype
    values = np.linalg.svd(weights.reshape(-1, shape[-1]), compute_uv=False)
    assert values == pytest.approx(np.full(min(weights.size // shape[-1], shape[-1]), 1.7), rel=close)


@pytest.mark.parametrize("size", [2, 3, 4, 8])
def test_traces_have_the_moments_of_haar(size):
    """Diaconis and Shahshahani (1994): E tr Q = 0, E tr Q² = 1 and E (tr Q)² = 1, within 4.5 standard errors.

    The variance of the first is 1 and of the others at most 2 for sizes from 2 on, up to a few per cent. Without the
    signs of R the mean trace is 0, -0.5, -0.8 and -1.6, and the mean squared trace 0, 0.5, 1.05 and 3.
    """
    draws = many(size)
    traces = np.trace(draws, axis1=1, axis2=2)

    assert traces.mean() == pytest.approx(0, abs=4.5 / math.sqrt(DRAWS))
    assert (traces**2).mean() == pytest.approx(1, abs=4.5 * math.sqrt(2.1 / DRAWS))
    assert np.trace(draws @ draws, axis1=1, axis2=2).mean() == pytest.approx(1, abs=4.5 * math.sqrt(2.1 / DRAWS))


def test_each_entry_of_three_by_three_is_uniform():
    """A coordinate of a uniform point on the sphere is uniform (Archimedes); 1.95 is passed with probability 0.001.

    Nine entries are tried with a fixed seed. Without the signs of R the entries on the diagonal have mean ±0.5, and the
    distance is above 25.
    """
    draws = many(3)

    for i, j in np.ndindex(3, 3):
        assert furthest(draws[:, i, j], lambda x: (x + 1) / 2) < 1.95, (i, j)


def test_the_angle_of_a_plane_is_uniform_and_half_of_the_draws_are_mirrored():
    """For two dimensions Haar's law is a uniform angle, turned or mirrored with probability one half each."""
    draws = many(2)
    mirrored = np.linalg.det(draws) < 0

    assert mirrored.mean() == pytest.approx(0.5, abs=4.5 * 0.5 / math.sqrt(DRAWS))
    for half in (draws[mirrored], draws[~mirrored]):
        angle = np.arctan2(half[:, 1, 0], half[:, 0, 0])
        assert furthest(angle, lambda x: (x + math.pi) / (2 * math.pi)) < 1.95


@pytest.mark.parametrize("shape", [(9, 3), (3, 9)])
def test_rows_or_columns_of_a_rectangle_are_uniform_too(shape):
    """E w⁴ = 3 / (n (n + 2)) for an entry of a unit vector of 9 numbers, and its mean is 0, on and off the diagonal.

    The bands are 4.5 standard errors; without the signs of R the first entry's mean is -0.27, eleven times its band.
    """
    source = np.random.default_rng(5)
    draws = np.array([orthogonal(shape, rng=source) for _ in range(DRAWS)])

    for place in ((0, 0), (1, 1), (2, 2), (0, 2)):
        entry = draws[(slice(None), *place)]
        assert entry.mean() == pytest.approx(0, abs=4.5 / 3 / math.sqrt(DRAWS))
        fourth = entry**4
        assert fourth.mean() == pytest.approx(3 / 99, abs=4.5 * fourth.std() / math.sqrt(DRAWS))


def test_a_seed_decides_and_a_generator_goes_on():
    """The same seed gives the same bits, another one others, and one generator never twice the same."""
    source = np.random.default_rng(0)

    assert np.array_equal(orthogonal((5, 4), rng=3), orthogonal((5, 4), rng=3))
    assert not np.array_equal(orthogonal((5, 4), rng=3), orthogonal((5, 4), rng=4))
    assert not np.array_equal(orthogonal((5, 4), rng=source), orthogonal((5, 4), rng=source))


@pytest.mark.parametrize("draw", [orthogonal, delta_orthogonal])
@pytest.mark.parametrize(
    ("shape", "options", "error", "words"),
    [
        ((5,), {}, ValueError, "shape must"),
        ((3, 3, 0, 4), {}, ValueError, r"shape\[2\] must"),
        ((3, 3, 2, 2.5), {}, TypeError, r"shape\[3\] must"),
        ((3, 3, 2, 4), {"gain": 0}, ValueError, "gain must be .* got 0"),
        ((3, 3, 2, 4), {"gain": math.inf}, ValueError, "gain must be .* got inf"),
        ((3, 3, 2, 4), {"gain": "2"}, TypeError, "gain must be .* got '2'"),
        ((3, 3, 2, 4), {"dtype": np.float16}, TypeError, "dtype must be"),
        ((3, 3, 2, 4), {"rng": -1}, ValueError, "rng must be"),
    ],
)
def test_bad_arguments_of_a_draw_are_named(draw, shape, options, error, words):
    """By both draws alike."""
    with pytest.raises(error, match=words):
        draw(shape, **options)


# Convolutions


def as_matrix(kernel, side):
    """Return the linear map of a kernel on square maps whose edges are joined."""
    inputs = side * side * kernel.shape[-2]
    maps = np.eye(inputs).reshape(inputs, side, side, kernel.shape[-2])
    return convolved(maps, kernel).reshape(inputs, -1)


@each_dtype
def test_a_delta_orthogonal_kernel_keeps_every_length(dtype, close):
    """The whole map on 4 × 4 places, 3 channels to 5: all singular values are the gain."""
    kernel = delta_orthogonal((3, 3, 3, 5), gain=0.8, rng=0, dtype=dtype)

    assert kernel.dtype == dtype
    assert np.linalg.svd(as_matrix(kernel, 4), compute_uv=False) == pytest.approx(np.full(48, 0.8), rel=close)


def test_an_orthogonal_kernel_keeps_lengths_on_average_alone():
    """The mean square of the map's singular values is 1 whatever is drawn; the single ones differ more than twofold."""
    values = np.linalg.svd(as_matrix(orthogonal((3, 3, 4, 4), rng=0), 4), compute_uv=False)

    assert (values**2).mean() == pytest.approx(1, rel=1e-12)
    assert values.max() > 2 * values.min()


@pytest.mark.parametrize("shape", [(5, 2, 2), (1, 3, 2, 4), (3, 5, 1, 2, 2)])
def test_the_kernel_is_zero_but_in_its_middle(shape):
    """For kernels of one, two and three axes; the middle is what orthogonal draws from the same seed."""
    kernel = delta_orthogonal(shape, rng=8)
    middle = tuple(size // 2 for size in shape[:-2])

    assert np.array_equal(kernel[middle], orthogonal(shape[-2:], rng=8))
    kernel[middle] = 0
    assert not kernel.any()


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((4, 4), r"shape must be \(\*kernel, in, out\) .* got \(4, 4\)"),
        ((3, 2, 4, 4), "odd, got"),
        ((3, 3, 5, 4), "at least as many outputs as inputs, got"),
    ],
)
def test_a_kernel_without_a_middle_or_with_more_inputs_is_refused(shape, words):
    """More inputs than outputs cannot all keep their lengths."""
    with pytest.raises(ValueError, match=words):
        delta_orthogonal(shape)


# Tempered weights


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8)])
@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_tempered_weights_keep_directions_and_rms(shape, power):
    """The singular values are the power of the old ones up to one factor, the vectors and the rms stay."""
    before = glorot_normal(shape, rng=0)
    after = tempered(before, power)
    u, old, vt = np.linalg.svd(before, full_matrices=False)

    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before), rel=1e-12)
    inside = u.T @ after @ vt.T
    assert inside == pytest.approx(np.diag(np.diagonal(inside)), abs=1e-12)
    assert np.diagonal(inside) / inside[0, 0] == pytest.approx((old / old[0]) ** power, rel=1e-10)


def test_the_power_one_changes_nothing_and_the_power_zero_makes_orthogonal():
    """Up to rounding, in float32 too, which stays float32; nothing that was given is written to."""
    before = glorot_normal((5, 5), rng=0, dtype=np.float32)
    kept = before.copy()
    after = tempered(before, 0)

    assert tempered(before, 1) == pytest.approx(before, abs=1e-6)
    assert after.dtype == np.float32
    assert after.T @ after == pytest.approx(np.eye(5) * np.sum(before**2) / 5, abs=1e-6)
    assert np.array_equal(before, kept)


@pytest.mark.parametrize(
    ("weights", "power", "error", "words"),
    [
        ([1.0, 2.0], 1, ValueError, "weights must be a matrix"),
        (np.zeros((2, 2)), 1, ValueError, "not all zero"),
        ([[math.nan]], 1, ValueError, "weights must"),
        ([["a"]], 1, TypeError, "weights must"),
        (np.eye(2), -0.1, ValueError, "power must be a number of at least 0, got -0.1"),
        (np.eye(2), math.inf, ValueError, "power must be a finite number, got inf"),
        (np.eye(2), "1", TypeError, "power must be a finite number, got '1'"),
    ],
)
def test_bad_arguments_of_tempered_are_named(weights, power, error, words):
    """The error says which argument, and what it got."""
    with pytest.raises(error, match=words):
        tempered(weights, power)


# The Jacobian


@pytest.mark.parametrize("activation", ["linear", "tanh", "sigmoid", "relu", "leaky_relu", "softsign"])
def test_jacobian_agrees_with_finite_differences(activation):
    """Central differences of step 1e-5 are off by some 1e-10, and by rounding of 1e-11; no kink lies within a step."""
    network = MLP((5, 7, 6, 4), glorot_normal, bias_initializer=lecun_uniform, activation=activation, rng=2)
    x, step = np.random.default_rng(3).standard_normal(5), 1e-5
    moved = step * np.eye(5)

    slopes = (network.forward(x + moved).logits - network.forward(x - moved).logits) / (2 * step)
    assert jacobian(network, x) == pytest.approx(slopes, abs=1e-8)


def test_jacobian_of_an_orthogonal_linear_network_is_orthogonal_at_any_depth():
    """Thirty square layers: all singular values are one up to rounding, at a network's logits too."""
    network = MLP((8,) * 31, orthogonal, activation="linear", rng=0)

    values = np.linalg.svd(jacobian(network, np.ones(8)), compute_uv=False)
    assert values == pytest.approx(np.ones(8), rel=1e-12)


@pytest.mark.parametrize(
    ("network", "x", "error", "words"),
    [
        ("MLP", [1.0, 2.0], TypeError, "network must be an MLP"),
        (None, [1.0], ValueError, "x must have shape"),
        (None, [[1.0, 2.0]], ValueError, "x must have shape"),
        (None, [1.0, math.nan], ValueError, "x must"),
        (None, ["a", "b"], TypeError, "x must"),
    ],
)
def test_bad_arguments_of_jacobian_are_named(network, x, error, words):
    """A row of another width, a batch and what is no number are refused."""
    with pytest.raises(error, match=words):
        jacobian(network or MLP((2, 3, 2), glorot_normal, rng=0), x)


def test_a_jacobian_that_outgrows_its_numbers_is_refused():
    """At the input zero the signal stays, and the product of the weights does not fit: no infinity is returned."""
    network = MLP((2,) * 8, partial(glorot_normal, gain=1e60), activation="linear", rng=0)

    with pytest.raises(ValueError, match="network must"):
        jacobian(network, [0.0, 0.0])


def test_all_activations_are_tried():
    """The list above is that of the library."""
    assert set(ACTIVATIONS) == {"linear", "tanh", "sigmoid", "relu", "leaky_relu", "softsign"}
