"""Promises of xavier_lib.arguments: an error names the argument, the value it got and what is accepted."""

import sys
from fractions import Fraction

import numpy as np
import pytest

from xavier_lib import MLP, arguments, constant, fan_in_fan_out, glorot_limit, glorot_uniform, he_normal, naive_uniform
from xavier_lib.wording import shown, text


class Whole:
    """An object that serves as an index and is no number."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


class Huge:
    """An object that writes itself on many lines."""

    def __repr__(self):
        return "huge\n" * 10**5


class Wordless:
    """An object that cannot be written."""

    def __repr__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("check", "value", "found"),
    [
        (arguments.finite, -2, -2.0),
        (arguments.finite, Fraction(1, 4), 0.25),
        (arguments.finite, np.float32(0.5), 0.5),
        (arguments.finite, np.int64(3), 3.0),
        (arguments.positive, 1e-300, 1e-300),
        (arguments.positive, 7, 7.0),
        (arguments.whole, np.int32(5), 5),
        (arguments.whole, 1, 1),
        (arguments.flag, np.True_, True),
        (arguments.flag, False, False),
    ],
)
def test_what_fits_comes_back_as_a_plain_python_value(check, value, found):
    """NumPy's scalars become float, int and bool, so that no dtype leaks into a formula."""
    assert check("argument", value) == found
    assert type(check("argument", value)) is type(found)


@pytest.mark.parametrize("check", [arguments.finite, arguments.positive])
@pytest.mark.parametrize(
    ("value", "error"),
    [(np.nan, ValueError), (np.inf, ValueError), (-np.inf, ValueError), (10**400, ValueError), ("1", TypeError)]
    + [(None, TypeError), (True, TypeError), (np.True_, TypeError), (1j, TypeError), (np.ones(1), TypeError)],
)
def test_what_is_no_finite_number_is_refused(check, value, error):
    """Text, truth values and arrays are no numbers; NaN, infinity and what no float can hold are not finite."""
    with pytest.raises(error, match="argument must be a finite number, got ") as raised:
        check("argument", value)
    assert shown(value) in str(raised.value)


@pytest.mark.parametrize("value", [0, -0.0, -1e-9, -3])
def test_what_is_not_positive_is_refused(value):
    """Zero is not positive."""
    with pytest.raises(ValueError, match=f"argument must be a positive finite number, got {value}"):
        arguments.positive("argument", value)


@pytest.mark.parametrize("value", [1.0, "1", None, True, np.float64(2), [1], np.ones(1, int)])
def test_what_is_no_whole_number_is_refused(value):
    """A float is none, even where it has no fraction."""
    with pytest.raises(TypeError, match="argument must be a whole number, got ") as raised:
        arguments.whole("argument", value)
    assert f"{value!r} ({type(value).__name__})" in str(raised.value)


@pytest.mark.parametrize(("value", "minimum"), [(0, 1), (-1, 1), (1, 2), (-1, 0)])
def test_what_is_below_the_minimum_is_refused(value, minimum):
    """The minimum itself is accepted, one below it is not."""
    with pytest.raises(ValueError, match=f"argument must be a whole number of at least {minimum}, got {value}"):
        arguments.whole("argument", value, minimum=minimum)
    assert arguments.whole("argument", minimum, minimum=minimum) == minimum


@pytest.mark.parametrize("value", [0, 1, "yes", None, np.ones(2, bool)])
def test_what_is_neither_true_nor_false_is_refused(value):
    """A string such as "no" would count as true."""
    with pytest.raises(TypeError, match="argument must be True or False, got "):
        arguments.flag("argument", value)


def test_what_can_be_called_comes_back():
    """As it is, so that it may be used in the same line."""
    assert arguments.function("f", abs) is abs


def test_a_name_is_one_of_those_accepted():
    """The name itself comes back, or the entry that bears it."""
    assert arguments.one_of("argument", "b", ("a", "b")) == "b"
    assert arguments.looked_up("argument", "b", {"a": 1, "b": 2}) == 2


@pytest.mark.parametrize(("value", "error"), [("c", ValueError), ("A", ValueError), (1, TypeError), (None, TypeError)])
def test_an_unknown_name_is_refused_with_a_list(value, error):
    """The list is sorted, so that the message does not depend on the order of a table."""
    for check in (
        lambda: arguments.one_of("argument", value, ("b", "a")),
        lambda: arguments.looked_up("argument", value, {"b": 2, "a": 1}),
    ):
        with pytest.raises(error, match=rf"argument must be one of \['a', 'b'\], got {value!r}"):
            check()


@pytest.mark.parametrize("value", [(3, 2), [3, 2], np.array([3, 2]), range(3, 1, -1)])
def test_a_shape_may_be_any_sequence(value):
    """A shape comes back as a tuple of plain ints."""
    found = arguments.whole_shape("shape", value)

    assert found == (3, 2)
    assert [type(size) for size in found] == [int, int]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ((3,), ValueError, r"shape must be a sequence of at least two positive whole numbers, got \(3,\)"),
        ([], ValueError, r"shape must be a sequence of at least two positive whole numbers, got \[\]"),
        (np.array(3), TypeError, r"shape must be a sequence .* got array\(3\)"),
        (3, TypeError, "shape must be a sequence .* got 3"),
        ("32", TypeError, "shape must be a sequence .* got '32'"),
        ([[3], [2, 1]], TypeError, r"shape\[0\] must be a whole number, got \[3\]"),
        (b"32", TypeError, "shape must be a sequence .* got b'32'"),
        ({3, 2}, TypeError, "shape must be a sequence .* got {2, 3}"),
        ((3, 0), ValueError, r"shape\[1\] must be a whole number of at least 1, got 0"),
        ((-3, 2), ValueError, r"shape\[0\] must be a whole number of at least 1, got -3"),
        ((3, 2.0), TypeError, r"shape\[1\] must be a whole number, got 2.0"),
        (np.ones((2, 2), int), TypeError, r"shape\[0\] must be a whole number, got array"),
    ],
)
def test_what_is_no_shape_is_refused(value, error, message):
    """The error names the axis that is wrong."""
    with pytest.raises(error, match=message):
        arguments.whole_shape("shape", value)


@pytest.mark.parametrize(
    ("value", "found"),
    [(float, "float64"), ("float32", "float32"), (np.float32, "float32"), (np.dtype("f8"), "float64")],
)
def test_the_two_dtypes_go_by_any_of_their_names(value, found):
    """The dtype comes back as NumPy's object."""
    assert arguments.float_dtype(value) is np.dtype(found)


@pytest.mark.parametrize("value", [None, int, "float16", "longdouble", complex, bool, object, "nonsense", "", 8])
def test_every_other_dtype_is_refused(value):
    """None is refused too, which NumPy takes for float64, and so is a name that NumPy does not know."""
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got "):
        arguments.float_dtype(value)


def test_a_generator_is_made_as_spec_7_asks():
    """A Generator is used itself, a seed gives NumPy's stream for it, None a new one each time."""
    own = np.random.default_rng(1)

    assert arguments.generator(own) is own
    for seed in (7, np.int64(7)):
        assert arguments.generator(seed).random() == np.random.default_rng(7).random()
    assert arguments.generator(None).random() != arguments.generator(None).random()


def test_a_seed_leaves_numpys_global_state_alone():
    """Neither a seed nor None draws from or seeds the legacy generator, which here stands at a place of its own."""
    kept = np.random.get_state()
    np.random.seed(987)
    before = np.random.get_state()[1].tolist()
    arguments.generator(3).random()
    arguments.generator(None).random()

    assert np.random.get_state()[1].tolist() == before
    np.random.set_state(kept)


@pytest.mark.parametrize(
    ("value", "error"),
    [(-1, ValueError), (np.int64(-1), ValueError), (0.5, TypeError), ("0", TypeError), (True, TypeError)]
    + [(np.random.RandomState, TypeError), ([1, 2], TypeError)],
)
def test_what_is_no_seed_is_refused(value, error):
    """The message is the same for every kind of wrong seed."""
    with pytest.raises(error, match="rng must be a numpy Generator, a non-negative int seed or None, got "):
        arguments.generator(value)


@pytest.mark.parametrize("value", [[1, 2.5], np.array([1, 2.5], "float32"), np.array([1, 2.5], "float16")])
def test_numbers_come_back_as_an_array_of_the_dtype(value):
    """Lists and arrays of any kind of number become float64, or the dtype asked for."""
    assert arguments.numbers("values", value).dtype == np.float64
    assert arguments.numbers("values", value).tolist() == [1, 2.5]
    assert arguments.numbers("values", value, "float32").dtype == np.float32


def test_an_array_that_fits_is_not_copied():
    """A network looks at the rows it is given, so a large data set is in memory once."""
    values = np.ones((2, 3))

    assert arguments.numbers("values", values) is values


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([], ValueError, r"got shape \(0,\)"),
        (np.empty((3, 0)), ValueError, r"got shape \(3, 0\)"),
        (np.nan, ValueError, r"got nan at index \(\)"),
        ([1, np.inf, np.nan], ValueError, r"got inf at index \(1,\)"),
        ([[1, 2], [3, -np.inf]], ValueError, r"got -inf at index \(1, 1\)"),
        ("text", TypeError, "got 'text'"),
        (["1", "2"], TypeError, r"got \['1', '2'\]"),
        ([1, None], TypeError, r"got \[1, None\]"),
        ([[1, 2], [3]], TypeError, r"got \[\[1, 2\], \[3\]\]"),
        (np.array([1j]), TypeError, r"got array\(\[0.\+1.j\]\)"),
        (np.array(["2020-01-01"], "datetime64[D]"), TypeError, "got array"),
        ({1, 2}, TypeError, r"got \{1, 2\}"),
    ],
)
def test_what_are_no_finite_numbers_is_refused(value, error, message):
    """Text is not read as a number, a complex number not cut to its real part; the first bad place is named."""
    with pytest.raises(error, match=f"values must be a non-empty array of finite numbers, {message}"):
        arguments.numbers("values", value)


def test_a_number_that_float32_cannot_hold_is_refused():
    """It would become infinite, with no more than a warning."""
    with pytest.raises(ValueError, match=r"values must be .* finite numbers, got inf at index \(1,\)"):
        arguments.numbers("values", [0, 1e39], "float32")


@pytest.mark.parametrize("value", [(-1, 2), [-1.0, 2.0], np.array([-1, 2])])
def test_an_interval_comes_back_as_two_floats(value):
    """Any pair will do."""
    assert arguments.interval("limits", value) == (-1.0, 2.0)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ((2, 1), ValueError, r"limits must be a pair \(low, high\) of finite numbers, got \(2, 1\)"),
        ((1, 1), ValueError, r"limits must be a pair \(low, high\) of finite numbers, got \(1, 1\)"),
        ((1, 2, 3), ValueError, r"limits must be a pair \(low, high\) of finite numbers, got \(1, 2, 3\)"),
        ((1, np.inf), ValueError, r"limits\[1\] must be a finite number, got inf"),
        ((None, 1), TypeError, r"limits\[0\] must be a finite number, got None"),
        ("ab", TypeError, r"limits must be a pair \(low, high\) of finite numbers, got 'ab'"),
        (3, TypeError, r"limits must be a pair \(low, high\) of finite numbers, got 3"),
    ],
)
def test_what_is_no_interval_is_refused(value, error, message):
    """The ends must differ and be in order."""
    with pytest.raises(error, match=message):
        arguments.interval("limits", value)


def test_named_entries_keep_their_order():
    """The order is that in which series are drawn."""
    assert list(arguments.named("series", {"b": 1, "a": 2}).items()) == [("b", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ({}, ValueError, "series must hold at least one entry, got none"),
        ([("a", 1)], TypeError, r"series must be a mapping from names, got \[\('a', 1\)\]"),
        ({1: 2}, TypeError, r"series must be a mapping from names, got \{1: 2\}"),
        (None, TypeError, "series must be a mapping from names, got None"),
    ],
)
def test_entries_without_names_are_refused(value, error, message):
    """A figure writes the names, so there must be some."""
    with pytest.raises(error, match=message):
        arguments.named("series", value)


@pytest.mark.parametrize(
    "value",
    [
        "a" * 10**5,
        "é" * 10**5,
        b"a" * 10**5,
        [0] * 10**5,
        list(range(10**5)),
        {n: n for n in range(10**4)},
        10**400,
        10**6000,
    ]
    + [
        np.zeros((1000, 1000)),
        np.array(["a" * 10**5]),
        [["a" * 10**5] * 50] * 50,
        np.ma.zeros(10**5),
        Huge(),
        Wordless(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_message_is_no_longer_than_a_line_whatever_the_value(value):
    """A list of a million rows given by mistake must not fill the screen; what cannot be written is no exception."""
    for check in (
        lambda: arguments.finite("argument", value),
        lambda: arguments.whole("argument", value),
        lambda: arguments.flag("argument", value),
        lambda: arguments.one_of("argument", value, ("a", "b")),
        lambda: arguments.whole_shape("argument", [value, value]),
        lambda: arguments.interval("argument", value),
        lambda: arguments.named("argument", value),
        lambda: arguments.of_kind("argument", value, slice),
        lambda: arguments.function("argument", value),
        lambda: arguments.float_dtype(value),
    ):
        with pytest.raises((TypeError, ValueError), match="argument|dtype") as raised:
            check()
        assert len(str(raised.value)) < 200
        assert "\n" not in str(raised.value)
        assert len(shown(value)) <= 80


@pytest.mark.parametrize("value", [(3, "a"), {"a": [1, None]}, 0.1, "text", 10**30, np.ones(3), np.float64(2), {1, 2}])
def test_a_short_value_is_shown_as_python_writes_it(value):
    """What fits a line is not changed, so that a reader can paste it."""
    assert shown(value) == repr(value)


@pytest.mark.parametrize("value", [np.array(0.5), np.array(2), np.array(3, np.uint8), np.ma.array(0.5)])
def test_a_number_may_be_an_array_without_axes(value):
    """That is what many sums and products of NumPy give."""
    assert arguments.finite("argument", value) == float(value)
    assert type(arguments.positive("argument", value)) is float


@pytest.mark.parametrize(
    "value",
    [
        np.timedelta64(3),
        np.timedelta64(3, "s"),
        np.datetime64("2020-01-01"),
        np.array(True),
        np.array("1"),
        np.array(1j),
    ]
    + [np.ma.masked, np.ma.array(1.0, mask=True)],
    ids=repr,
)
def test_what_only_looks_like_a_number_is_refused(value):
    """Spans of time count as numbers for Python, and a masked constant has a number behind its mask."""
    for check in (arguments.finite, arguments.whole, lambda _, seed: arguments.generator(seed)):
        with pytest.raises(TypeError, match="(argument|rng) must be "):
            check("argument", value)


@pytest.mark.parametrize(
    "value", [sys.maxsize + 1, 2**64, Whole(2**70), np.uint64(2**63)], ids=lambda value: type(value).__name__
)
def test_a_whole_number_beyond_all_sizes_is_refused(value):
    """No array has so many rows and no loop so many steps."""
    with pytest.raises(ValueError, match=f"argument must be a whole number of at most {sys.maxsize}, got "):
        arguments.whole("argument", value)


@pytest.mark.parametrize("value", [Whole(3), np.array(3), np.uint8(3)])
def test_whatever_serves_as_an_index_is_a_whole_number(value):
    """It comes back as an int, and is a size and a seed too."""
    assert arguments.whole("argument", value) == 3
    assert arguments.whole_shape("shape", (value, 2)) == (3, 2)
    assert arguments.generator(value).random() == np.random.default_rng(3).random()


@pytest.mark.parametrize("dtype", [">f8", ">f4", "<f8", np.dtype(">f8")])
def test_a_dtype_comes_back_in_the_order_of_bytes_of_the_machine(dtype):
    """A float is a float; only a file has a reason to turn its bytes."""
    assert arguments.float_dtype(dtype).isnative
    assert arguments.float_dtype(dtype).itemsize == np.dtype(dtype).itemsize


NEW_ERROR = pytest.param(
    "f8,", marks=pytest.mark.skipif(np.__version__.startswith("1."), reason="NumPy 1 reads it as float64")
)


@pytest.mark.parametrize("value", [",,", NEW_ERROR, [("a", "f4"), ("a", "f4")], {"a": 3}, 10**400])
def test_whatever_numpy_says_of_a_dtype_the_error_is_ours(value):
    """NumPy raises SyntaxError, ValueError and others for these."""
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got "):
        arguments.float_dtype(value)


MASKED = np.ma.masked_array([1.0, 1.0, 1000.0], [False, False, True])


@pytest.mark.parametrize(
    "value", [MASKED, MASKED.astype(int), [MASKED, MASKED], ([MASKED],), np.ma.masked_array(1, True)]
)
def test_numbers_behind_a_mask_are_refused(value):
    """NumPy would take what is hidden for a number: rms of one, one and a masked thousand was 577."""
    with pytest.raises(ValueError, match="values must be .* got masked ones: fill them by .filled or leave them out"):
        arguments.numbers("values", value)


@pytest.mark.parametrize("value", [np.ma.masked_array([1.0, 2.0]), np.ma.masked_array([1.0, 2.0], [False, False])])
def test_a_mask_that_hides_nothing_is_taken_off(value):
    """Nothing is lost."""
    assert arguments.numbers("values", value).tolist() == [1, 2]
    assert type(arguments.numbers("values", value)) is np.ndarray


class NoArray:
    """Like a tensor that NumPy cannot take."""

    def __array__(self, *_, **__):
        raise RuntimeError("cannot be converted")


def test_what_refuses_to_become_an_array_is_refused_by_name():
    """A tensor that carries gradients raises an error of its own."""
    with pytest.raises(TypeError, match="values must be a non-empty array of finite numbers, got <.*NoArray"):
        arguments.numbers("values", NoArray())


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (5, TypeError, r"label must be text, got 5 \(int\)"),
        (None, TypeError, "label must be text, got None"),
        (b"x", TypeError, "label must be text, got b'x'"),
        ("a\x00b", ValueError, r"label must be text without control characters and surrogates, got 'a\\x00b'"),
        ("\x1b[1m", ValueError, "label must be text without control characters"),
        ("\ud800", ValueError, r"label must be text without control characters and surrogates, got '\\ud800'"),
    ],
)
def test_what_a_page_cannot_hold_is_no_text(value, error, message):
    """An SVG with such a character is no XML."""
    with pytest.raises(error, match=message):
        text("label", value)


@pytest.mark.parametrize("value", ["", "σ²", "日本", "a\nb\tc", "😀", "<&>"])
def test_all_other_text_is_accepted(value):
    """Letters of any script, lines and marks that a page escapes."""
    assert text("label", value) == value


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: glorot_uniform(784, 100), r"shape must be one sequence of sizes, such as \(784, 100\), got the call "),
        (
            lambda: he_normal(784, np.int64(100)),
            r"shape must be .* such as \(784, 100\), got the call he_normal\(784, ",
        ),
        (lambda: naive_uniform(784, 100), r"shape must be .* such as \(784, 100\), got .*naive_uniform\(784, 100\)"),
        (lambda: constant(3, 4, 0.5), r"shape must be .* such as \(3, 4\), got the call constant\(3, 4, 0.5\)"),
        (lambda: fan_in_fan_out(3, 4), r"shape must be .* such as \(3, 4\), got the call fan_in_fan_out\(3, 4\)"),
        (lambda: MLP(64, 50, 10), r"sizes must be .* such as \(64, 50, 10\), got the call MLP\(64, 50, 10\)"),
        (
            lambda: glorot_limit((784, 100)),
            r"takes fan_in, fan_out, gain, got .* missing a required argument: 'fan_out'",
        ),
        (
            lambda: glorot_uniform((2, 3), seed=0),
            "takes shape, and by name gain, .*, got .*seed=0.*'seed'",
        ),
        (lambda: glorot_uniform((2, 3), 2.0), r"got the call glorot_uniform\(\(2, 3\), 2.0\): too many positional"),
        (lambda: glorot_uniform((2, 3), gain="relu"), "gain must be .* got 'relu'; xavier_lib.he.forward_gain gives"),
        (lambda: glorot_uniform((2, 3), rng=np.random.RandomState(0)), "rng must be a numpy Generator.*default_rng"),
        (
            lambda: MLP((2, 3), he_normal, activation=np.tanh),
            "activation must be one of .* got <ufunc 'tanh'>; an Act",
        ),
    ],
)
def test_a_slip_of_the_hand_is_answered_with_what_is_accepted(call, message):
    """Python's own message counts arguments; a reader needs to know which, and how they are written."""
    with pytest.raises(TypeError, match=message):
        call()


def test_twelve_numbers_of_an_array_are_written_out_and_thirteen_are_not():
    """So many fit a line, as three colours of four pixels do."""
    assert shown(np.arange(12)) == "array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11])"
    assert shown(np.arange(13)) == f"array of shape (13,) and dtype {np.arange(13).dtype}"
