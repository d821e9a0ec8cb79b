"""Promises of the constant starts, of the tie between hidden units, and of what breaks it."""

from functools import partial

import numpy as np
import pytest

from xavier_lib import MLP, constant, glorot_uniform
from xavier_lib.datasets import digits
from xavier_lib.symmetry import column_distance, column_distances, in_order, noisy_constant

NORMAL_VARIANCE_ERROR = 1.414  # relative standard error of a sample variance, times the root of the sample size
BALANCED = ([[0, 0], [1, 0], [0, 2], [1, 2]], [0, 1, 1, 0])


def random_task(inputs=5, classes=3, rows=40):
    """Return rows and labels that no sum adds up exactly, so that the order of a sum matters."""
    source = np.random.default_rng(1)
    return source.standard_normal((rows, inputs)), source.integers(0, classes, rows)


def tied_network(width, value=0.5, activation="tanh", dtype=float):
    """Return a network of one hidden layer, all of whose weights are equal."""
    return MLP((5, width, 3), partial(constant, value=value), activation=activation, dtype=dtype)


def trained(network, steps=100):
    """Return the network after some full steps on the random task."""
    x, y = random_task()
    for _ in range(steps):
        network.step(x, y, learning_rate=0.3)
    return network


@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32"])
@pytest.mark.parametrize(("shape", "value"), [((2, 3), 0.1), ((3, 3, 4, 5), -2), ([400, 100], np.float32(0.25))])
def test_every_weight_is_the_constant(shape, value, dtype):
    """Shape, dtype and each value are as asked; exact, for nothing is computed."""
    weights = constant(shape, value, dtype=dtype)

    assert weights.shape == tuple(shape)
    assert weights.dtype == np.dtype(dtype)
    assert (weights == np.dtype(dtype).type(value)).all()


def test_a_constant_draws_nothing():
    """A Generator that is passed in is left where it was, so that the next layer's draws do not shift."""
    source = np.random.default_rng(0)
    constant((2, 3), 0.5, rng=source)
    assert source.random() == np.random.default_rng(0).random()


def test_a_constant_is_fresh_and_float64_by_default():
    """Two calls share no memory: training one layer must not move another."""
    first, second = constant((2, 2), 1), constant((2, 2), 1)
    first += 1
    assert second.dtype == np.float64
    assert (second == 1).all()


BAD_SHAPES = [
    ((3,), ValueError, "shape"),
    ((), ValueError, "shape"),
    ((0, 3), ValueError, r"shape\[0\]"),
    ((3, -1), ValueError, r"shape\[1\]"),
    ((3, 2.0), TypeError, r"shape\[1\]"),
    (3, TypeError, "shape"),
    ("34", TypeError, "shape"),
]
BAD_VALUES = [
    (np.nan, ValueError),
    (np.inf, ValueError),
    (-np.inf, ValueError),
    ("0.5", TypeError),
    (None, TypeError),
    (True, TypeError),
    ([0.5], TypeError),
    (1j, TypeError),
]
BAD_DTYPES = ["float16", int, complex, None, "no dtype"]
STARTS = [partial(constant, value=0.5), partial(noisy_constant, value=0.5, noise=0.1)]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("shape", "error", "named"), BAD_SHAPES)
def test_a_shape_that_is_none_is_refused_by_name(start, shape, error, named):
    """The message names the argument and the value it got."""
    with pytest.raises(error, match=rf"{named} must be .* got "):
        start(shape)


def test_mini_batches_hold_32_images_unless_another_number_is_given():
    """As in the other functions that train."""
    distances = [
        column_distances(MLP((64, 3, 10), partial(noisy_constant, value=0.1, noise=0.1), rng=0), digits(), **given)
        for given in ({"epochs": 1, "learning_rate": 0.1}, {"epochs": 1, "learning_rate": 0.1, "batch_size": 32})
    ]

    assert np.array_equal(*distances)


def test_fans_of_a_noisy_constant_are_checked_as_those_of_other_starts():
    """They change no number, and a pair that can be none is refused."""
    with pytest.raises(ValueError, match="fan_in must be .* got 0"):
        noisy_constant((2, 3), 0.5, 0.1, fans=(0, 3))


@pytest.mark.parametrize("start", [constant, partial(noisy_constant, noise=0.1)])
@pytest.mark.parametrize(("value", "error"), BAD_VALUES)
def test_a_value_that_is_no_finite_number_is_refused_by_name(start, value, error):
    """NaN and infinity would spread through the network in silence."""
    with pytest.raises(error, match="value must be a finite number, got"):
        start((2, 3), value=value)


def test_a_constant_that_outgrows_the_dtype_is_refused_by_name():
    """1e300 is a float64 but no float32: cast down it would be infinite."""
    assert constant((2, 2), 1e300).max() == 1e300
    with pytest.raises(ValueError, match="value must be .* fits float32, got 1e"):
        constant((2, 2), 1e300, dtype="float32")


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("dtype", BAD_DTYPES)
def test_another_dtype_is_refused_by_name(start, dtype):
    """Only float32 and float64 are promised."""
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got"):
        start((2, 3), dtype=dtype)


@pytest.mark.parametrize(("noise", "error"), [(-0.1, ValueError), *BAD_VALUES])
def test_noise_that_is_no_standard_deviation_is_refused_by_name(noise, error):
    """Negative noise would be taken for its mirror image."""
    with pytest.raises(error, match="noise must be .* got"):
        noisy_constant((2, 3), 0.5, noise)


def test_noise_that_outgrows_the_dtype_is_refused_by_name():
    """float32 ends near 3e38: a draw of such noise would be infinite, while float64 has room for it."""
    with pytest.raises(ValueError, match="noise must be .* fits float32, got 1e\\+38"):
        noisy_constant((2, 3), 0.5, 1e38, dtype=np.float32)
    assert np.isfinite(noisy_constant((2, 3), 0.5, 1e38, rng=0)).all()


@pytest.mark.parametrize(("rng", "error"), [("0", TypeError), (0.5, TypeError), (-1, ValueError), (True, TypeError)])
def test_a_seed_that_is_none_is_refused_by_name(rng, error):
    """SPEC 7: a Generator, an int seed or None."""
    with pytest.raises(error, match="rng must be"):
        noisy_constant((2, 3), 0.5, 0.1, rng=rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(400, 100), (100, 400)])
def test_noise_is_a_standard_deviation_around_the_constant(shape, dtype):
    """Mean and variance lie within four standard errors: 0.02 of the noise, and 2.8 % of the variance.

    Fans that differ fourfold would show a noise that depends on them; a noise that is squared, or uniform with that
    limit, misses by much more.
    """
    weights = noisy_constant(shape, 3.0, 0.3, rng=0, dtype=dtype)

    root = weights.size**0.5
    assert weights.dtype == dtype
    assert weights.mean() == pytest.approx(3.0, abs=4 * 0.3 / root)
    assert weights.var() == pytest.approx(0.3**2, rel=4 * NORMAL_VARIANCE_ERROR / root)
    assert (np.abs(weights - 3.0) > 0.6).mean() == pytest.approx(0.0455, abs=4 * (0.0455 / weights.size) ** 0.5)


def test_no_noise_is_the_constant():
    """Exactly equal: zero times a draw is zero, and a slider may start there."""
    assert np.array_equal(noisy_constant((4, 3), 0.1, 0, rng=0), constant((4, 3), 0.1))


def test_noise_is_drawn_natively_and_from_the_generator_given():
    """float32 noise has float32's own draws; a seed repeats, and a Generator moves on."""
    expected = np.random.default_rng(5).standard_normal((2, 3), dtype=np.float32)
    assert np.array_equal(noisy_constant((2, 3), 0, 1, rng=5, dtype="float32"), expected)
    source = np.random.default_rng(5)
    first, second = (noisy_constant((2, 3), 0, 1, rng=source) for _ in range(2))
    assert not np.array_equal(first, second)
    assert not np.array_equal(noisy_constant((2, 3), 0, 1), noisy_constant((2, 3), 0, 1))


def test_column_distance_is_the_largest_spread_within_a_row():
    """Exact on whole numbers; spreads down a column, which are larger here, do not count."""
    assert column_distance([[1, 3, 2], [10, 10, 10], [-40, -45, -41]]) == 5


def test_column_distance_is_zero_only_if_all_columns_are_equal():
    """One last bit in one weight is seen, whichever column it stands in."""
    weights = np.random.default_rng(0).random((4, 1)) * np.ones(3)
    assert column_distance(weights) == 0
    for column in range(3):
        changed = weights.copy()
        changed[2, column] = np.nextafter(changed[2, column], 1)
        assert column_distance(changed) > 0


@pytest.mark.parametrize(
    ("weights", "error"),
    [([1.0, 2.0], ValueError), (np.ones((2, 2, 2)), ValueError), ([[]], ValueError), ([[np.nan, 1]], ValueError),
     ("weights", TypeError), (None, (TypeError, ValueError))],
)  # fmt: skip
def test_weights_that_are_no_matrix_are_refused_by_name(weights, error):
    """A distance of anything else would mean nothing."""
    with pytest.raises(error, match="weights must"):
        column_distance(weights)


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "softsign"])
@pytest.mark.parametrize("width", [3, 8, 13])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_units_stay_equal_bit_by_bit(activation, width, dtype):
    """No tolerance: with sums in one order every unit takes the same steps, at whatever width."""
    network = trained(in_order(tied_network(width, 0.1, activation, dtype)))

    hidden, output = network.weights
    assert hidden.dtype == dtype
    assert not np.array_equal(hidden, constant(hidden.shape, 0.1, dtype=dtype))
    assert np.array_equal(hidden, hidden[:, [0] * width])
    assert np.array_equal(output, output[[0] * width])
    assert not np.array_equal(output[:, 0], output[:, 1])
    assert np.linalg.matrix_rank(hidden) == 1


@pytest.mark.parametrize("block", [None, 2, 4])
def test_summing_in_order_changes_rounding_only(block):
    """Activations and gradients agree with the plain network to 1e-12, some thousand last bits."""
    x, y = random_task()
    plain = MLP((5, 7, 6, 3), glorot_uniform, rng=0)
    ordered = in_order(plain, block=block)

    for ours, theirs in zip(ordered.forward(x).pre_activations, plain.forward(x).pre_activations, strict=True):
        assert np.allclose(ours, theirs, rtol=0, atol=1e-12)
    for ours, theirs in zip(ordered.gradients(x, y), plain.gradients(x, y), strict=True):
        assert all(np.allclose(a, b, rtol=0, atol=1e-12) for a, b in zip(ours, theirs, strict=True))


def test_left_over_columns_add_every_second_term_apart():
    """From the left 1e16 + 1 - 1e16 is 0 in floats; with odd and even terms apart it is 0 + 1. Exact, by IEEE 754."""
    network = MLP((3, 3, 2), partial(constant, value=1.0))
    network.weights[0][:] = np.array([[1e16], [1.0], [-1e16]])

    sums = {block: in_order(network, block=block).forward([[1.0] * 3]).pre_activations[0] for block in (None, 2, 3, 4)}
    assert {block: row.tolist() for block, row in sums.items()} == {
        None: [[0, 0, 0]],
        2: [[0, 0, 1]],
        3: [[0, 0, 0]],
        4: [[1, 1, 1]],
    }


def added_one_by_one(a, b, whole):
    """Return a @ b with plain additions from the first term on; columns from ``whole`` on add odd and even apart."""
    terms = [np.outer(column, row) for column, row in zip(np.asarray(a).T, np.asarray(b), strict=True)]
    result = sum(terms)
    result[:, whole:] = (sum(terms[::2]) + sum(terms[1::2]))[:, whole:]
    return result


@pytest.mark.parametrize(("block", "whole"), [(None, 7), (4, 4)])
def test_every_product_of_a_step_is_added_in_order(block, whole):
    """Forward, backward and weight gradients equal sums written out one by one; exact, by IEEE 754."""
    x, y = random_task()
    network = in_order(MLP((5, 7, 3), glorot_uniform, activation="tanh", rng=0), block=block)
    record, gradients = network.forward(x), network.gradients(x, y)
    hidden, errors = gradients.pre_activations

    last_whole = 3 // block * block if block else 3
    slope = network.activation.df(record.pre_activations[0])
    assert np.array_equal(record.pre_activations[0], added_one_by_one(x, network.weights[0], whole))
    assert np.array_equal(hidden, added_one_by_one(errors, network.weights[1].T, whole) * slope)
    assert np.array_equal(gradients.weights[0], added_one_by_one(x.T, hidden, whole))
    assert np.array_equal(gradients.weights[1], added_one_by_one(record.activations[1].T, errors, last_whole))


def test_blocks_break_the_tie_in_the_left_over_columns_only():
    """In three blocks of 4 nothing differs; with 2 columns left over there are two kinds of units, last bits apart.

    After one hundred steps the two kinds still agree to 1e-6; exact within each kind.
    """
    whole = trained(in_order(tied_network(12, 0.1), block=4)).weights[0]
    broken = trained(in_order(tied_network(14, 0.1), block=4)).weights[0]

    assert column_distance(whole) == 0
    assert column_distance(broken[:, :12]) == column_distance(broken[:, 12:]) == 0
    assert 0 < column_distance(broken) < 1e-6


def test_the_network_in_order_is_a_copy():
    """Training the copy leaves the network that was passed in as it was."""
    network = tied_network(3)
    trained(in_order(network), steps=3)

    assert (network.weights[0] == 0.5).all()
    assert (network.weights[1] == 0.5).all()
    assert not any(bias.any() for bias in network.biases)


@pytest.mark.parametrize(
    ("network", "block", "error", "named"),
    [("MLP", None, TypeError, "network"), ([np.ones((2, 3))], None, TypeError, "network"),
     (tied_network(3), 0, ValueError, "block"), (tied_network(3), 1.5, TypeError, "block")],
)  # fmt: skip
def test_what_cannot_be_summed_in_order_is_refused_by_name(network, block, error, named):
    """The message names the argument and the value it got."""
    with pytest.raises(error, match=f"{named} must be .* got"):
        in_order(network, block=block)


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu", "leaky_relu", "softsign"])
def test_zero_is_dead_where_the_activation_is_zero_at_zero(activation):
    """No weight ever moves, not by a bit: each gradient has a factor that is exactly zero; the output biases do."""
    network = trained(tied_network(4, 0, activation))

    assert not any(weights.any() for weights in network.weights)
    assert not network.biases[0].any()
    assert network.biases[1].all()


def test_zero_with_the_sigmoid_moves_the_output_layer_first():
    """The hidden gradient passes through the output weights: exactly zero in the first step, not after it."""
    x, y = random_task()
    network = tied_network(4, 0, "sigmoid")
    before = network.gradients(x, y).weights
    network.step(x, y, learning_rate=0.3)
    after = network.gradients(x, y).weights

    assert not before[0].any()
    assert before[1].all()
    assert after[0].all()


def test_zero_with_the_sigmoid_stays_on_balanced_rows():
    """Equal activations and as many ones as zeros: the errors cancel to rounding, 1e-15."""
    network = MLP((2, 3, 2), partial(constant, value=0), activation="sigmoid")
    gradients = network.gradients(*BALANCED)
    assert all(np.abs(part).max() < 1e-15 for part in (*gradients.weights, *gradients.biases))


def test_distances_begin_before_training_and_follow_it():
    """Each entry is the distance that training epoch by epoch with the same shuffles leaves; exact."""
    data = digits()
    start = partial(noisy_constant, value=0.1, noise=0.01)
    network, twin = (MLP((64, 6, 10), start, rng=0) for _ in range(2))
    distances = column_distances(network, data, epochs=2, learning_rate=0.1, batch_size=100, rng=3)

    shuffles = np.random.default_rng(3)
    expected = [column_distance(twin.weights[0])]
    for _ in range(2):
        twin.train_epoch(data.x_train, data.y_train, learning_rate=0.1, batch_size=100, rng=shuffles)
        expected.append(column_distance(twin.weights[0]))
    assert distances.tolist() == expected


def test_training_on_the_digits_widens_a_small_gap():
    """From 1e-9 more than a thousandfold in five epochs; measured 8 000-fold, and without a gap there is none."""
    gaps = {}
    for noise in (0, 1e-9):
        network = in_order(MLP((64, 20, 10), partial(noisy_constant, value=0.1, noise=noise), rng=0))
        gaps[noise] = column_distances(network, digits(), epochs=5, learning_rate=0.1)

    assert not gaps[0].any()
    assert gaps[1e-9][-1] > 1000 * gaps[1e-9][0]


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"epochs": 0}, ValueError), ({"epochs": 1.5}, TypeError), ({"learning_rate": 0}, ValueError),
     ({"learning_rate": "fast"}, TypeError), ({"batch_size": 0}, ValueError), ({"rng": -1}, ValueError)],
)  # fmt: skip
def test_a_bad_setting_of_the_training_is_refused_by_name(changed, error):
    """The message names the argument that is out of range."""
    settings = {"epochs": 1, "learning_rate": 0.1} | changed
    with pytest.raises(error, match=f"{next(iter(changed))} must be .* got"):
        column_distances(MLP((64, 2, 10), glorot_uniform, rng=0), digits(), **settings)


@pytest.mark.parametrize(
    ("network", "data", "message"),
    [
        (None, digits(), "network must be an MLP, got None"),
        (MLP((64, 3, 10), glorot_uniform), None, "digits must be a Digits, got None"),
        (MLP((64, 3, 10), glorot_uniform), (1, 2, 3, 4), r"digits must be a Digits, got \(1, 2, 3, 4\) \(tuple\)"),
    ],
)
def test_column_distances_refuses_by_name_what_it_cannot_train(network, data, message):
    """The docstring promises a TypeError."""
    with pytest.raises(TypeError, match=message):
        column_distances(network, data, epochs=1, learning_rate=0.1)


def test_what_does_not_fit_the_dtype_is_refused_not_infinite():
    """Value and noise fit one by one, their sum does not; nor does the difference of two large weights."""
    with pytest.raises(ValueError, match="noise must be .* whose sum with value fits float32, got 1e\\+37"):
        noisy_constant((2, 3), 3.4e38, 1e37, dtype="f4")
    with pytest.raises(ValueError, match="weights must be of a size at which the result fits float64"):
        column_distance([[1.7e308, -1.7e308]])


def test_a_constant_start_refuses_what_is_no_seed():
    """It is not used, but the next start that stands there would refuse it."""
    with pytest.raises(TypeError, match="rng must be"):
        constant((2, 3), 0.5, rng="seed")


@pytest.mark.parametrize("shape", [(1,) * 65, (2**40, 2**40), (2**31, 2**31, 2**31)])
def test_a_shape_that_no_array_can_have_is_refused_by_name(shape):
    """NumPy's own errors speak of dimensions and sizes."""
    for start in (partial(constant, value=0.5), partial(noisy_constant, value=0.5, noise=0.1), glorot_uniform):
        with pytest.raises(ValueError, match="shape must make an array of at most .* axes that memory can hold, got"):
            start(shape)
