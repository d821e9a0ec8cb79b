"""Promises of xavier_lib.nn.activations."""

import numpy as np
import pytest

from xavier_lib import ACTIVATIONS, Activation, leaky_relu
from xavier_lib.nn.activations import activation_named

FORMULAS = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "relu": lambda z: z * (z > 0),
    "leaky_relu": lambda z: z * (z > 0) + 0.01 * z * (z <= 0),
    "softsign": lambda z: z / (1 + np.sqrt(z**2)),
}
EXTREMES = {  # f(-z) and f(z) for a large z, df(-z) and df(z)
    "linear": lambda z: [-z, z, 1, 1],
    "sigmoid": lambda z: [0, 1, 0, 0],  # noqa: ARG005
    "tanh": lambda z: [-1, 1, 0, 0],  # noqa: ARG005
    "relu": lambda z: [0, z, 0, 1],
    "leaky_relu": lambda z: [-0.01 * z, z, 0.01, 1],
    "softsign": lambda z: [-1, 1, 0, 0],  # noqa: ARG005
}
Z = np.linspace(-4.03, 4.07, 82)  # no point within 0.01 of zero, where ReLU has its kink

each_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS.keys())


def test_the_six_activations_of_the_book_are_there():
    """A chapter looks an activation up by its usual lower-case name, and the object bears that name."""
    assert set(ACTIVATIONS) >= set(FORMULAS)
    assert [activation.name for activation in ACTIVATIONS.values()] == list(ACTIVATIONS)


def test_the_table_of_activations_cannot_be_changed():
    """One reader's experiment cannot change another's: the mapping and its entries are read-only."""
    with pytest.raises(TypeError, match="does not support item assignment"):
        ACTIVATIONS["tanh"] = ACTIVATIONS["relu"]
    with pytest.raises(AttributeError, match="cannot assign to field"):
        ACTIVATIONS["tanh"].f = np.sin


@each_activation
def test_f_is_the_written_formula(activation):
    """Away from the extremes f is the textbook's formula, up to rounding.

    1e-13 is some 500 units in the last place, for the formula itself cancels digits.
    """
    assert activation.f(Z) == pytest.approx(FORMULAS[activation.name](Z), rel=1e-13)


@each_activation
def test_df_is_the_derivative_of_f(activation):
    """Central differences agree to 1e-9: at step h = 1e-5 they err by h² / 6 and by rounding, 4e-16 / h, 6e-11 in all.

    A derivative that takes the activation for the pre-activation misses by 1e-2 and more.
    """
    h = 1e-5
    difference = (activation.f(Z + h) - activation.f(Z - h)) / (2 * h)
    assert activation.df(Z) == pytest.approx(difference, abs=1e-9)


def test_relus_take_the_slope_from_the_left_at_zero():
    """At the kink any number between the slopes would do; the left one is promised, so that runs are repeatable."""
    assert ACTIVATIONS["relu"].df(0.0) == 0
    assert leaky_relu(0.2).df(0.0) == 0.2


@each_activation
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_and_the_shape_are_kept(activation, dtype):
    """A float32 network computes in float32 throughout: f and df return the dtype and the shape they are given."""
    z = np.array([[-2.0, 0.0, 3.0]], dtype)
    for function in (activation.f, activation.df):
        assert function(z).dtype == dtype
        assert function(z).shape == (1, 3)


@each_activation
def test_whole_numbers_and_lists_are_read_as_float64(activation):
    """A list of ints gives what the same floats give, not a result cut to whole numbers."""
    for function in (activation.f, activation.df):
        assert function([-1, 2]).dtype == float
        assert function([-1, 2]).tolist() == function(np.array([-1.0, 2.0])).tolist()


@each_activation
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1e3, np.inf])
def test_extremes_reach_their_limits_without_a_warning(activation, dtype, size):
    """Far from zero f and df are the limits of the formula: no NaN, and no overflow (warnings are errors here).

    At 1000 softsign is still 1/1001 short of its limit and its slope 1e-6 above zero, hence the 2e-3 and the 2e-6.
    """
    z = np.array([-size, size], dtype)

    found = [*activation.f(z), *activation.df(z)]
    assert found == pytest.approx(EXTREMES[activation.name](size), rel=2e-3, abs=2e-6)


@each_activation
def test_an_input_that_is_no_number_stays_visible(activation):
    """NaN in, NaN out, and for the slope too: a broken signal never becomes a number that looks sound.

    The slope of the linear one is 1 everywhere.
    """
    assert np.isnan(activation.f(np.array([np.nan]))).all()
    assert np.isnan(activation.df(np.array([np.nan]))).all() or activation.name == "linear"


@each_activation
@pytest.mark.parametrize(
    "z", [None, "4", [None, 1.0], 1j, np.datetime64("2010-05-13"), np.ma.masked_array([1.0, 2.0], [False, True])]
)
def test_what_holds_no_numbers_is_refused(activation, z):
    """No text is read, no date counted, no imaginary part dropped and no mask lifted; the error names z."""
    for function in (activation.f, activation.df):
        with pytest.raises(TypeError, match="z must be an array of numbers, got"):
            function(z)


@pytest.mark.parametrize(
    ("name", "f", "df", "named"), [(5, np.sin, np.cos, "name"), ("x", 5, np.cos, "f"), ("x", np.sin, None, "df")]
)
def test_an_activation_without_its_functions_is_refused(name, f, df, named):
    """At once, where it is made, and by the name of the argument; not in the first step of some training."""
    with pytest.raises(TypeError, match=f"^{named} must be .*, got"):
        Activation(name, f, df)


@pytest.mark.parametrize("name", [name for name, known in ACTIVATIONS.items() if known.in_place])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_functions_in_place_are_those_of_the_definition(name, dtype):
    """They return the array that they were given, now f(z), and then f'(z) from that; a few last bits apart."""
    activation, z = ACTIVATIONS[name], Z.astype(dtype)
    f, df = activation.in_place

    a = f(kept := z.copy())
    assert a is kept
    assert a == pytest.approx(activation.f(z), abs=4 * float(np.finfo(dtype).eps))
    assert df(a) is kept
    assert a == pytest.approx(activation.df(z), abs=4 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("z", [-300.0, -40.0, 40.0, 300.0])
def test_the_flat_ends_keep_their_relative_precision(z):
    """Far out sigmoid' is e^-|z| and tanh' is 4 e^-2|z| to 12 digits, where s (1 - s) and 1 - t² round to 0.

    The next terms of the expansions are smaller by e^-40, below the last bit; 1e-12 leaves room for exp itself.
    """
    assert ACTIVATIONS["sigmoid"].df(z) == pytest.approx(np.exp(-abs(z)), rel=1e-12, abs=0)
    assert ACTIVATIONS["tanh"].df(z) == pytest.approx(4 * np.exp(-2 * abs(z)), rel=1e-12, abs=0)
    assert ACTIVATIONS["sigmoid"].f(-abs(z)) == pytest.approx(np.exp(-abs(z)), rel=1e-12, abs=0)


@pytest.mark.parametrize("slope", [0, 0.2, 1, -0.5, 3.0])
def test_leaky_relu_has_the_slope_it_was_given(slope):
    """Left of zero the line has the slope a, exactly; right of zero it is the identity, exactly; also at infinity."""
    activation = leaky_relu(slope)

    assert activation.f([-2.0, 3.0]).tolist() == [-2 * slope, 3.0]
    assert activation.df([-2.0, 3.0]).tolist() == [slope, 1.0]
    assert activation.f([-np.inf, np.inf]).tolist() == [-np.inf * slope if slope else 0, np.inf]


@pytest.mark.parametrize(
    ("slope", "error"),
    [("0.1", TypeError), (None, TypeError), (True, TypeError), ([0.1], TypeError), (np.nan, ValueError)]
    + [(np.inf, ValueError), (10**400, ValueError)],
)
def test_leaky_relu_refuses_what_is_no_slope(slope, error):
    """The error names the argument."""
    with pytest.raises(error, match="negative_slope must be a finite number, got"):
        leaky_relu(slope)


def test_an_activation_is_found_by_name_or_taken_as_it_is():
    """Wherever a name is accepted, an Activation of one's own is too."""
    own = Activation("sine", np.sin, np.cos)

    assert activation_named("relu") is ACTIVATIONS["relu"]
    assert activation_named(own) is own


@pytest.mark.parametrize(("name", "error"), [("swish", ValueError), ("ReLU", ValueError), (None, TypeError)])
def test_an_unknown_activation_is_refused_with_the_names_there_are(name, error):
    """The message lists what is accepted, so that a typing error is mended without the manual."""
    with pytest.raises(error, match=r"activation must be one of \['leaky_relu', 'linear', .*'tanh'\], got") as raised:
        activation_named(name)
    assert repr(name) in str(raised.value)


def test_a_function_is_no_activation():
    """Without its derivative a function cannot be trained with; it is refused at once, not at the first step back."""
    with pytest.raises(TypeError, match="activation must be one of"):
        activation_named(np.tanh)
