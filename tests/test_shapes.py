"""The true fans of what frameworks store: strides, depthwise kernels, packed parts, many axes and tables."""

from functools import reduce

import numpy as np
import pytest

from xavier_lib import fan_in_fan_out
from xavier_lib.fans import MeanFans
from xavier_lib.shapes import axes_fans, depthwise_fans, einsum_fans, embedding_fans, packed_fans, strided_fans


def ring(kernel, stride, places=12):
    """Return who is connected with whom along a closed line that the kernel walks in steps: inputs by rows."""
    matrix = np.zeros((places, places // stride), int)
    for stop in range(places // stride):
        for offset in range(kernel):
            matrix[(stop * stride + offset) % places, stop] += 1
    return matrix


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("strides", [(1,), (2,), (3,), (2, 3), (2, 2)])
def test_a_stride_divides_the_mean_number_of_outputs_that_an_input_feeds(strides, groups):
    """Brute force on closed lines, which have no border: kernels of 4 and 5, strides that divide 12 places."""
    kernel = (4, 5)[: len(strides)]
    channels = np.kron(np.eye(groups, dtype=int), np.ones((6 // groups, 3 // groups), int))
    matrix = np.kron(reduce(np.kron, [ring(*sides) for sides in zip(kernel, strides, strict=True)]), channels)

    plain = fan_in_fan_out((*kernel, 6 // groups, 3), groups=groups)
    assert strided_fans(plain, strides) == (matrix.sum(axis=0).mean(), pytest.approx(matrix.sum(axis=1).mean()))
    turned = fan_in_fan_out((*kernel, 6 // groups, 3), groups=groups, transposed=True)
    assert strided_fans(turned, strides, transposed=True) == (
        pytest.approx(matrix.sum(axis=1).mean()),
        matrix.sum(axis=0).mean(),
    )


def test_the_fans_of_a_strided_kernel_written_out():
    """A kernel of 4 × 4 that moves by 2 × 2 meets each input at 2 × 2 of its 16 positions, turned around or not."""
    assert strided_fans(fan_in_fan_out((4, 4, 32, 64)), (2, 2)) == MeanFans(4 * 4 * 32, 2 * 2 * 64)
    turned = fan_in_fan_out((32, 64, 4, 4), layout="OI", transposed=True)
    assert strided_fans(turned, (2, 2), transposed=True) == MeanFans(2 * 2 * 32, 4 * 4 * 64)


def test_a_mean_fan_may_be_a_fraction():
    """Three positions in steps of two: half of the outputs sum one input, half of them two."""
    assert strided_fans((3, 3), (2,), transposed=True) == MeanFans(1.5, 3.0)


@pytest.mark.parametrize(
    ("strides", "error"), [((0,), ValueError), ((2.0,), TypeError), ("2", TypeError), (2, TypeError)]
)
def test_strides_that_are_no_whole_numbers_are_refused(strides, error):
    """The error names the stride; a bare number does not say how many axes it is meant for."""
    with pytest.raises(error, match=r"^strides.* must be a .*, got "):
        strided_fans((9, 9), strides)


def test_strided_fans_refuse_what_is_no_pair_of_fans_and_no_flag():
    """The error names the argument."""
    with pytest.raises(ValueError, match="fan_in must be a whole number of at least 1, got 0"):
        strided_fans((0, 9), (1,))
    with pytest.raises(TypeError, match="transposed must be True or False, got 1"):
        strided_fans((9, 9), (1,), transposed=1)


@pytest.mark.parametrize("kernel", [(3,), (3, 3), (2, 3, 5)])
@pytest.mark.parametrize("multiplier", [1, 2, 5])
def test_a_depthwise_kernel_has_the_fans_of_its_positions(kernel, multiplier):
    """Each output sums k numbers of one channel, each input feeds k × multiplier; 8 channels are in no fan."""
    positions = int(np.prod(kernel))

    assert depthwise_fans((*kernel, 8, multiplier)) == (positions, positions * multiplier)


@pytest.mark.parametrize("multiplier", [1, 3])
def test_both_layouts_of_a_depthwise_layer_have_the_same_fans(multiplier):
    """Keras's own layout, PyTorch's and JAX's grouped ones, and a count of all connections."""
    fans = depthwise_fans((3, 5, 4, multiplier))

    assert fans == fan_in_fan_out((4 * multiplier, 1, 3, 5), layout="OI", groups=4)
    assert fans == fan_in_fan_out((3, 5, 1, 4 * multiplier), groups=4)
    channels = np.kron(np.eye(4, dtype=int), np.ones((1, multiplier), int))
    matrix = reduce(np.kron, [ring(3, 1), ring(5, 1), channels])
    assert fans == (matrix.sum(axis=0).max(), matrix.sum(axis=1).max())


@pytest.mark.parametrize(
    ("shape", "parts", "layout", "fans"),
    [
        ((4 * 50, 20), 4, "OI", (20, 50)),
        ((4 * 50, 50), 4, "OI", (50, 50)),
        ((20, 4 * 50), 4, "IO", (20, 50)),
        ((3 * 50, 20), 3, "OI", (20, 50)),
        ((20, 3 * 50), 3, "IO", (20, 50)),
        ((3 * 64, 64), 3, "OI", (64, 64)),
        ((3, 3, 5, 4 * 7), 4, "IO", (3 * 3 * 5, 3 * 3 * 7)),
        ((20, 50), 1, "IO", (20, 50)),
    ],
    ids=[
        *(
            "LSTM, inputs",
            "LSTM, state",
            "LSTM of Keras",
            "GRU",
            "GRU of Keras",
            "attention",
            "convolved LSTM",
            "alone",
        ),
    ],
)
def test_each_packed_part_has_the_fans_it_would_have_alone(shape, parts, layout, fans):
    """The arithmetic is written out: the outputs of one gate, or of the queries, not of all that lie beside them."""
    assert packed_fans(shape, parts, layout=layout) == fans


def test_the_parts_must_divide_the_outputs():
    """A ValueError that names the count, the shape and what was asked for."""
    with pytest.raises(ValueError, match=r"parts must divide the 20 outputs of shape \(7, 20\), got 3"):
        packed_fans((7, 20), 3)
    with pytest.raises(ValueError, match=r"parts must be a whole number of at least 1, got 0"):
        packed_fans((7, 20), 0)


@pytest.mark.parametrize(
    ("shape", "axes", "fans"),
    [
        ((64, 4, 16), {"in_axis": [0], "out_axis": [1, 2]}, (64, 4 * 16)),
        ((4, 16, 80), {"in_axis": [0, 1], "out_axis": [2]}, (4 * 16, 80)),
        ((4, 16, 80), {"in_axis": [0, 1], "out_axis": [-1]}, (4 * 16, 80)),
        ((7, 30, 20), {"in_axis": [1], "out_axis": [2], "batch_axis": [0]}, (30, 20)),
        ((3, 5, 30, 20), {"in_axis": [2], "out_axis": [3]}, (3 * 5 * 30, 3 * 5 * 20)),
        ((20, 30), {"in_axis": [1], "out_axis": [0]}, (30, 20)),
    ],
    ids=["queries by head", "heads to one", "counted from the end", "a layer for each place", "kernel", "OI"],
)
def test_axes_of_inputs_and_outputs_multiply(shape, axes, fans):
    """The arithmetic is written out: heads belong to the outputs or the inputs and are no positions of a kernel."""
    assert axes_fans(shape, **axes) == fans


@pytest.mark.parametrize(
    ("axes", "error", "words"),
    [
        ({"in_axis": [3], "out_axis": [1]}, ValueError, "in_axis must name axes from -3 to 2, got 3"),
        ({"in_axis": [-4], "out_axis": [1]}, ValueError, "in_axis must be a whole number of at least -3, got -4"),
        ({"in_axis": [0], "out_axis": [0]}, ValueError, "must name each axis once at most"),
        ({"in_axis": [0], "out_axis": [-3]}, ValueError, "must name each axis once at most"),
        ({"in_axis": [0.0], "out_axis": [1]}, TypeError, "in_axis must be a whole number, got 0.0"),
        ({"in_axis": 0, "out_axis": [1]}, TypeError, "in_axis must be a sequence of axes, got 0"),
        ({"in_axis": [0], "out_axis": "1"}, TypeError, "out_axis must be a sequence of axes, got '1'"),
    ],
)
def test_axes_that_are_not_there_or_named_twice_are_refused(axes, error, words):
    """The error names the argument and what it accepts."""
    with pytest.raises(error, match=words):
        axes_fans((2, 3, 4), **axes)


def test_an_embedding_sums_one_row_and_a_tied_one_has_other_fans():
    """A word is a row with a single 1: one number reaches each of the 64 outputs. As output layer it sums all 64."""
    assert embedding_fans((1000, 64)) == (1, 64)
    assert fan_in_fan_out((1000, 64), layout="OI") == (64, 1000)


@pytest.mark.parametrize("count", [depthwise_fans, embedding_fans, lambda shape: packed_fans(shape, 1)])
@pytest.mark.parametrize(("shape", "error"), [((5,), ValueError), ((0, 3, 4), ValueError), ("32", TypeError)])
def test_a_bad_shape_is_refused_by_every_count(count, shape, error):
    """The error names the shape."""
    with pytest.raises(error, match=r"^shape.* must be "):
        count(shape)


def test_depthwise_and_embedding_refuse_a_shape_with_a_wrong_number_of_axes():
    """A depthwise kernel has at least one axis of positions, a table of embeddings has two axes."""
    with pytest.raises(ValueError, match="at least three axes"):
        depthwise_fans((3, 4))
    with pytest.raises(ValueError, match=r"shape must be \(words, dimension\)"):
        embedding_fans((3, 4, 5))


@pytest.mark.parametrize(
    ("equation", "shape", "fans"),
    [
        ("abc,cde->abde", (64, 4, 16), (64, 4 * 16)),
        ("abcd,cde->abe", (4, 16, 80), (4 * 16, 80)),
        ("...d, dh -> ...h", (30, 20), (30, 20)),
        ("bpi,pio->bpo", (7, 30, 20), (30, 20)),
    ],
    ids=["into heads", "out of heads", "dense", "a layer for each place"],
)
def test_an_einsum_says_which_axes_are_summed_and_which_fan_out(equation, shape, fans):
    """The arithmetic is written out: summed axes are inputs, new ones outputs, kept ones lie side by side."""
    assert einsum_fans(equation, shape) == fans


@pytest.mark.parametrize(
    ("equation", "shape", "error", "words"),
    [
        ("ab,bc", (3, 4), ValueError, "equation must be 'inputs,kernel->outputs', got 'ab,bc'"),
        ("ab,bb->a", (3, 3), ValueError, "equation must be 'inputs,kernel->outputs', got 'ab,bb->a'"),
        ("ab,bc->ac", (3, 4, 5), ValueError, r"shape must have the 2 axes 'bc' of the equation, got \(3, 4, 5\)"),
        (7, (3, 4), TypeError, "equation must be 'inputs,kernel->outputs', got 7"),
    ],
)
def test_an_equation_that_does_not_fit_is_refused(equation, shape, error, words):
    """The error names the argument and the form that is accepted."""
    with pytest.raises(error, match=words):
        einsum_fans(equation, shape)


@pytest.mark.parametrize("kind", [tuple, list, np.array, lambda numbers: np.array(numbers, np.uint8)])
def test_any_sequence_will_do_for_every_argument_that_takes_several_numbers(kind):
    """Shapes, strides, axes and pairs of fans may come from NumPy; what comes back are plain ints."""
    found = [
        fan_in_fan_out(kind([3, 3, 4, 8])),
        packed_fans(kind([4, 8]), np.array(4)),
        depthwise_fans(kind([3, 3, 4, 2])),
        embedding_fans(kind([9, 4])),
        einsum_fans("ab,bc->ac", kind([4, 5])),
        axes_fans(kind([4, 4, 4]), in_axis=kind([0]), out_axis=kind([1, 2])),
    ]

    assert found == [(36, 72), (4, 2), (9, 18), (1, 4), (4, 5), (4, 16)]
    assert {type(fan) for pair in found for fan in pair} == {int}
    assert strided_fans(kind([4, 8]), kind([2, 2])) == (4.0, 2.0)


@pytest.mark.parametrize(
    ("fans", "strides", "message"),
    [
        (None, (2, 2), r"fans must be a pair \(fan_in, fan_out\), got None"),
        ("48", (2, 2), r"fans must be a pair \(fan_in, fan_out\), got '48'"),
        ((4, 8), 2, "strides must be a sequence of whole numbers, got 2"),
        ((4, 8), "22", "strides must be a sequence of whole numbers, got '22'"),
    ],
)
def test_strided_fans_names_what_is_wrong(fans, strides, message):
    """There is no shape to complain of."""
    with pytest.raises(TypeError, match=message):
        strided_fans(fans, strides)
