"""Promises of xavier_lib.sigmoid: how much of a signal is on the straight or the flat part, and what depth adds."""

import itertools
import math

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, MLP, Activation, glorot_normal, glorot_uniform, leaky_relu
from xavier_lib.sigmoid import (
    centered,
    derivative_products,
    offset_and_variation,
    share_linear,
    share_saturated,
    tangent_distance,
    tangent_gap,
    tangent_map,
)

X = np.random.default_rng(30).standard_normal((40, 6))
LINE = Activation("line", lambda z: 0.5 + np.asarray(z) / 4, lambda z: np.full_like(z, 0.25))
SMOOTH = ["linear", "sigmoid", "tanh", "softsign"]
# Where the slope falls to the share t of its top, solved by hand from a(1 - a), 1 - a² and 1 / (1 + |z|)².
EDGE = {
    "sigmoid": lambda t: 2 * math.atanh(math.sqrt(1 - t)),
    "tanh": lambda t: math.atanh(math.sqrt(1 - t)),
    "softsign": lambda t: 1 / math.sqrt(t) - 1,
}

OF_Z = {"tangent_distance": tangent_distance, "share_linear": share_linear, "share_saturated": share_saturated}
OF_NETWORK = {
    "tangent_gap": tangent_gap,
    "derivative_products": derivative_products,
    "offset_and_variation": offset_and_variation,
}
every_count = pytest.mark.parametrize("count", OF_Z.values(), ids=list(OF_Z))
every_measure = pytest.mark.parametrize("measure", OF_NETWORK.values(), ids=list(OF_NETWORK))
every_activation = pytest.mark.parametrize("activation", list(ACTIVATIONS))


def network(activation="sigmoid", sizes=(6, 9, 7, 4), *, gain=1.0, biases=True):
    """Return a network whose fans differ, with biases that are not zero."""
    made = MLP(sizes, lambda shape, **rest: glorot_normal(shape, gain=gain, **rest), activation=activation, rng=31)
    source = np.random.default_rng(32)
    for bias in made.biases if biases else []:
        bias[:] = source.standard_normal(bias.shape)
    return made


def test_the_tangent_touches_at_zero_and_leaves_with_the_third_power():
    """The series of the sigmoid is 1/2 + z/4 − z³/48 + z⁵/480; the fifth power is 1e-3 of the third at z = 0.1."""
    assert tangent_distance(0.0) == 0
    assert tangent_distance([-0.1, 0.1]) == pytest.approx(2 * [0.1**3 / 48], rel=2e-3)


def test_the_distance_is_that_of_the_hyperbolic_tangent_too():
    """σ(z) = 1/2 + tanh(z/2)/2, computed without this library; far out the line is what grows. 1e-12 is rounding."""
    z = np.array([[-30.0, -2.0, -1.0], [0.5, 3.0, 800.0]])

    np.testing.assert_allclose(tangent_distance(z), abs(np.tanh(z / 2) / 2 - z / 4), rtol=1e-12)


@pytest.mark.parametrize("tolerance", [1e-5, 1e-4, 1e-3])
def test_the_straight_part_reaches_as_far_as_the_tolerance_lets_it(tolerance):
    """z³/48 = ε at its end; the grid has 1000 points a unit and the next power adds 2 % at the most."""
    z = np.linspace(-1, 1, 2001)

    assert share_linear(z, tolerance=tolerance) == pytest.approx((48 * tolerance) ** (1 / 3), rel=0.02)


def test_the_tolerance_is_a_hundredth_unless_another_is_given():
    """The distance is 0.0099 at 0.8 − 0.01 and 0.0101 at 0.8: counted by hand."""
    assert share_linear([-0.79, 0.79, 0.81, -0.81, 50.0]) == 2 / 5


@pytest.mark.parametrize("name", EDGE)
@pytest.mark.parametrize("threshold", [0.01, 0.05, 0.5])
def test_an_input_is_saturated_from_where_the_slope_falls_below_its_share_of_the_top(name, threshold):
    """Just inside the edge is not counted, just outside is, on both sides; the edge is solved by hand."""
    edge = EDGE[name](threshold)
    z = np.array([-1.001, -0.999, 0.0, 0.999, 1.001]) * edge

    assert share_saturated(z, activation=name, threshold=threshold) == 2 / 5


def test_the_threshold_is_five_per_cent_unless_another_is_given():
    """For the sigmoid the edge is then at |z| = 4.36; a threshold that forgot the top, 1/4, would put it at 2.9."""
    assert share_saturated([4.35, 4.37, -4.35, -4.37]) == 1 / 2


@pytest.mark.parametrize("spread", [1.5, 3.0, 10.0])
def test_the_saturated_share_of_a_normal_is_that_of_its_tails(spread):
    """P(|z| > edge), by the error function; the band is 4.5 standard errors of a share of 40 000 draws."""
    z = spread * np.random.default_rng(33).standard_normal(40_000)

    tails = math.erfc(EDGE["sigmoid"](0.05) / (spread * math.sqrt(2)))
    assert share_saturated(z) == pytest.approx(tails, abs=4.5 * math.sqrt(tails * (1 - tails) / z.size))


def test_a_rectifier_is_flat_on_its_left_and_a_line_nowhere():
    """The slope of ReLU is 0 or 1, that of a leaky one 0.01 or 0.2 or 1, that of a line 1: counted by hand."""
    z = [-3.0, -1e-3, 1e-3, 3.0, 900.0]
    flat = {"relu": 2 / 5, "leaky_relu": 2 / 5, leaky_relu(0.2): 0, "linear": 0}

    assert {activation: share_saturated(z, activation=activation) for activation in flat} == flat


def test_saturation_does_not_depend_on_the_height_of_an_activation():
    """A sigmoid ten times as high is ten times as steep everywhere, so the same inputs are saturated."""
    sigmoid = ACTIVATIONS["sigmoid"]
    high = Activation("high", lambda z: 10 * sigmoid.f(z), lambda z: 10 * sigmoid.df(z))
    z = np.linspace(-10, 10, 501)

    assert share_saturated(z, activation=high) == share_saturated(z) > 0


@pytest.mark.parametrize("activation", ["linear", LINE])
def test_straight_layers_collapse_into_one_map_with_their_biases(activation):
    """Three layers on a line, be it z or the sigmoid's tangent, have the logits of one; 1e-12 is rounding."""
    stack = network(activation)
    matrix, offset = tangent_map(stack)

    np.testing.assert_allclose(X @ matrix + offset, stack.forward(X).logits, rtol=1e-12, atol=1e-12)


def test_the_matrix_of_linear_layers_is_their_product_and_no_wider_than_the_narrowest():
    """Three units in the middle leave rank 3 to a matrix of shape (6, 5)."""
    stack = network("linear", (6, 3, 8, 5))
    matrix, _ = tangent_map(stack)

    np.testing.assert_allclose(matrix, np.linalg.multi_dot(stack.weights), rtol=1e-12, atol=1e-12)
    assert np.linalg.matrix_rank(matrix) == 3


@pytest.mark.parametrize("activation", SMOOTH)
def test_the_tangent_is_the_derivative_of_a_network_at_rest(activation):
    """With one hidden layer and no biases all pre-activations are 0 at x = 0, so the Jacobian there is the matrix.

    Central differences with steps of 1e-6: softsign, with a kink in its second derivative, is still good to 1e-5.
    """
    made = network(activation, (6, 9, 4), biases=False)
    matrix, offset = tangent_map(made)
    step = 1e-6 * np.eye(6)

    slopes = (made.forward(step).logits - made.forward(-step).logits) / 2e-6
    np.testing.assert_allclose(matrix, slopes, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(offset, made.forward(np.zeros((1, 6))).logits[0], rtol=1e-12, atol=1e-12)


def test_one_layer_is_its_own_tangent_and_is_not_handed_out():
    """Writing into the result leaves the network as it was."""
    made = network("tanh", (6, 4))
    before = made.weights[0].copy()
    matrix, offset = tangent_map(made)
    np.testing.assert_array_equal(matrix, before)
    matrix[:], offset[:] = 7, 7

    np.testing.assert_array_equal(made.weights[0], before)
    assert 7 not in made.biases[0]


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_a_kink_at_zero_has_no_tangent(activation):
    """The error names the activation."""
    with pytest.raises(ValueError, match=f"network must have an activation smooth at zero, got '{activation}'"):
        tangent_map(network(activation))


def test_a_linear_network_has_no_gap():
    """1e-12 is rounding."""
    assert tangent_gap(network("linear"), X) < 1e-12


def test_the_gap_compares_what_tells_the_rows_apart():
    """Once more by hand for one hidden layer, whose tangent is 1/2 + z/4; 1e-12 is rounding."""
    made = network("sigmoid", (6, 9, 4))
    hidden = X @ made.weights[0] + made.biases[0]
    logits = made.activation.f(hidden) @ made.weights[1]
    missed = logits - (0.5 + hidden / 4) @ made.weights[1]

    expected = math.sqrt(missed.var(axis=0).mean() / logits.var(axis=0).mean())
    assert tangent_gap(made, X) == pytest.approx(expected, rel=1e-12)


def test_halving_small_weights_quarters_the_gap():
    """The sigmoid leaves its tangent with z³, and its variation goes with z; at gain 0.1 the rest is below 3 %."""
    wide, narrow = (tangent_gap(network(gain=gain, biases=False), X) for gain in (0.1, 0.05))

    assert wide / narrow == pytest.approx(4, rel=0.03)


@pytest.mark.parametrize("x", [np.ones((5, 6)), X[:1]])
def test_rows_that_are_all_alike_have_no_gap(x):
    """Nothing tells them apart, so there is nothing to divide by."""
    with pytest.raises(ValueError, match=rf"x must hold rows that differ in their logits, got {len(x)} rows"):
        tangent_gap(network(), x)


def test_a_tangent_beyond_the_dtype_is_refused():
    """Inputs of 10³⁰⁰ and logits that fit, and between them a linear map that is infinite: one error, no warning."""

    def start(shape, **_):
        return np.full(shape, 1e10 if shape[0] == 3 else 1.0) * np.arange(1, 1 + shape[1])

    with pytest.raises(ValueError, match="x must be of a size at which the result fits float64"):
        tangent_gap(MLP((2, 3, 2), start, activation="sigmoid"), [[1e300, 1e300], [-1e300, -1e300], [1e300, -1e300]])


@every_activation
def test_the_product_is_the_mean_over_all_paths(activation):
    """All 9 × 7 paths of a small network walked one by one, for every row; 1e-12 is rounding."""
    made = network(activation)
    first, second = (made.activation.df(z) for z in made.forward(X).pre_activations[:2])
    walked = [first[:, i] * second[:, j] for i, j in itertools.product(range(9), range(7))]

    np.testing.assert_allclose(derivative_products(made, X), [first.mean(), np.mean(walked)], rtol=1e-12)


@pytest.mark.parametrize("gain", [0.01, 1.0, 20.0])
def test_the_sigmoid_multiplies_by_a_quarter_at_most(gain):
    """4^-l whatever the weights; with tiny weights and no biases all of it, but for 1e-3."""
    products = derivative_products(network(sizes=(6, 9, 7, 8, 5, 4), gain=gain, biases=False), X)

    bound = 0.25 ** np.arange(1, 5)
    assert (products <= bound).all()
    assert (products > 0.999 * bound).all() == (gain == 0.01)


def test_a_path_needs_a_hidden_layer():
    """The error names the sizes."""
    with pytest.raises(ValueError, match=r"network must have at least one hidden layer, got sizes \(6, 4\)"):
        derivative_products(network(sizes=(6, 4)), X)


@every_activation
def test_offset_and_variation_add_up_to_the_mean_square_of_each_layer(activation):
    """Pythagoras: the offsets are the means over the rows. 1e-12 is rounding."""
    made = network(activation)
    layers = made.forward(X).pre_activations
    offset, variation = offset_and_variation(made, X)

    np.testing.assert_allclose(offset**2, [(z.mean(axis=0) ** 2).mean() for z in layers], rtol=1e-12)
    np.testing.assert_allclose(offset**2 + variation**2, [(z**2).mean() for z in layers], rtol=1e-12)


def test_a_shift_of_the_inputs_is_offset_and_their_size_is_variation():
    """In a linear network without biases: rows ±x have no offset, and equal rows have no variation."""
    made = network("linear", biases=False)

    assert offset_and_variation(made, np.vstack([X, -X]))[0] == pytest.approx(np.zeros(3), abs=1e-12)
    assert offset_and_variation(made, np.vstack([X[0], X[0]]))[1] == pytest.approx(np.zeros(3), abs=1e-12)


def test_a_sigmoid_layer_divides_the_variation_by_four_or_more():
    """With Xavier weights, width 400, three layers on from the input.

    The slope is a little below 1/4, as the offset of one half spreads z by a half; the band is the chance of 400 units.
    """
    made = MLP((400,) * 5, glorot_uniform, activation="sigmoid", rng=34)
    offset, variation = offset_and_variation(made, np.random.default_rng(35).standard_normal((50, 400)))

    np.testing.assert_allclose(variation[2:] / variation[1:-1], 0.235, atol=0.015)
    np.testing.assert_allclose(offset[1:], 0.5, atol=0.05)


@every_activation
def test_centering_moves_a_function_to_zero_and_keeps_its_slope(activation):
    """g(0) = 0, and g differs from f by the constant f(0)."""
    given, moved = ACTIVATIONS[activation], centered(activation)
    z = np.linspace(-5, 5, 101)

    assert moved.f(0.0) == 0
    np.testing.assert_array_equal(moved.f(z), given.f(z) - given.f(0.0))
    np.testing.assert_array_equal(moved.df(z), given.df(z))
    assert moved.name == f"centered {activation}"


def test_centering_keeps_float32_and_takes_an_activation():
    """A network of float32 stays one, forward and backward; centering twice changes nothing."""
    once = centered(ACTIVATIONS["sigmoid"])
    z = np.array([-3, 0.5], dtype=np.float32)

    assert once.f(z).dtype == once.df(z).dtype == np.float32
    np.testing.assert_array_equal(centered(once).f(z), once.f(z))


@every_count
@pytest.mark.parametrize(
    ("z", "error"),
    [([], ValueError), ([0.0, math.nan], ValueError), ([math.inf], ValueError), (["1"], TypeError), (None, TypeError)],
)
def test_what_is_no_pre_activation_is_refused(count, z, error):
    """The error names the argument."""
    with pytest.raises(error, match="z must be a non-empty array of finite numbers"):
        count(z)


@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-0.1, ValueError), (math.nan, ValueError), (math.inf, ValueError), ("1", TypeError)],
)
def test_what_is_no_tolerance_or_threshold_is_refused(value, error):
    """Both must be positive finite numbers."""
    with pytest.raises(error, match="tolerance must be a"):
        share_linear([0.0], tolerance=value)
    with pytest.raises(error, match="threshold must be a"):
        share_saturated([0.0], threshold=value)


def test_a_threshold_is_a_share():
    """Above 1 every input would be saturated; at 1 all but the steepest are."""
    assert share_saturated([0.0, 1.0], threshold=1) == 1 / 2
    with pytest.raises(ValueError, match="threshold must be a number above 0 and at most 1, got 5"):
        share_saturated([0.0], threshold=5)


@pytest.mark.parametrize(("activation", "error"), [("sigmoyd", ValueError), (None, TypeError), (np.tanh, TypeError)])
def test_what_is_no_activation_is_refused(activation, error):
    """The error names the argument and what there is."""
    with pytest.raises(error, match="activation must be one of"):
        share_saturated([0.0], activation=activation)
    with pytest.raises(error, match="activation must be one of"):
        centered(activation)


@pytest.mark.parametrize("made", ["sigmoid", None, [np.ones((6, 4))]])
def test_what_is_no_network_is_refused(made):
    """The error names the argument, for each function that takes a network."""
    for measure in (lambda made, _: tangent_map(made), *OF_NETWORK.values()):
        with pytest.raises(TypeError, match="network must be an MLP, got"):
            measure(made, X)


@every_measure
@pytest.mark.parametrize(
    ("x", "error"),
    [
        (X[:, :5], ValueError),
        (X[0], ValueError),
        (np.full((2, 6), math.nan), ValueError),
        ([["a"] * 6], TypeError),
        (None, TypeError),
    ],
)
def test_rows_that_do_not_fit_are_refused(measure, x, error):
    """The error names the argument."""
    with pytest.raises(error, match="x must"):
        measure(network(), x)


@pytest.mark.parametrize("threshold", [1.0000001, 1.5, 2])
def test_a_threshold_just_above_one_is_no_share(threshold):
    """No slope is steeper than the steepest."""
    with pytest.raises(ValueError, match=f"threshold must be a number above 0 and at most 1, got {threshold}"):
        share_saturated([0.0], threshold=threshold)


@pytest.mark.parametrize("measure", [tangent_gap, offset_and_variation, derivative_products])
def test_no_network_is_refused_by_name_before_it_is_used(measure):
    """The rows do not matter then."""
    with pytest.raises(TypeError, match="network must be an MLP, got None"):
        measure(None, [[1.0]])


def test_a_tangent_map_that_does_not_fit_is_refused():
    """The product of the layers is infinite, and infinity minus infinity no number."""
    network = MLP((2, 2, 2, 2), lambda *_, **__: np.array([[1e160, -1e160], [1e160, 1e160]]), activation="linear")
    with pytest.raises(ValueError, match="network must be of a size at which the result fits float64"):
        tangent_map(network)
