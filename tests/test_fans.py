"""The count of inputs and outputs: dense layers, convolutions, groups, and convolutions turned around."""

from functools import reduce

import numpy as np
import pytest

from xavier_lib import Fans, fan_in_fan_out
from xavier_lib.fans import given_fans


def connections(kernel, inputs, outputs, groups=1):
    """Return who is connected with whom in a convolution over seven positions an axis: inputs by rows.

    Seven positions are more than each kernel here, so at least one output sees its whole kernel.
    """
    lines = [sum(np.eye(7, k=offset - size // 2, dtype=int) for offset in range(size)) for size in kernel]
    channels = np.kron(np.eye(groups, dtype=int), np.ones((inputs // groups, outputs // groups), int))
    return np.kron(reduce(np.kron, lines, np.ones((1, 1), int)), channels)


def counted(matrix):
    """Return the most inputs that one output sums and the most outputs that one input feeds."""
    return int(matrix.sum(axis=0).max()), int(matrix.sum(axis=1).max())


@pytest.mark.parametrize(
    ("shape", "fan_in", "fan_out"),
    [
        ((300, 100), 300, 100),
        ((1, 1), 1, 1),
        ((5, 32, 64), 5 * 32, 5 * 64),
        ((3, 5, 32, 64), 3 * 5 * 32, 3 * 5 * 64),
        ((2, 3, 5, 7, 11), 2 * 3 * 5 * 7, 2 * 3 * 5 * 11),
    ],
    ids=["dense", "smallest", "convolution 1-D", "convolution 2-D", "convolution 3-D"],
)
def test_both_fans_are_channels_times_positions_of_the_kernel(shape, fan_in, fan_out):
    """Exact: whole numbers, with the arithmetic written out, for kernels from no axis to three."""
    assert fan_in_fan_out(shape) == (fan_in, fan_out)


@pytest.mark.parametrize(
    ("shape", "fan_in", "fan_out"),
    [
        ((100, 300), 300, 100),
        ((64, 32, 5), 5 * 32, 5 * 64),
        ((64, 32, 3, 5), 3 * 5 * 32, 3 * 5 * 64),
        ((11, 7, 2, 3, 5), 2 * 3 * 5 * 7, 2 * 3 * 5 * 11),
    ],
    ids=["dense", "convolution 1-D", "convolution 2-D", "convolution 3-D"],
)
def test_the_layout_of_pytorch_has_the_outputs_first(shape, fan_in, fan_out):
    """Exact: the same layers as stored by PyTorch."""
    assert fan_in_fan_out(shape, layout="OI") == (fan_in, fan_out)


@pytest.mark.parametrize("shape", [(4, 6), (5, 4, 6), (3, 5, 4, 6), (2, 3, 5, 4, 6)])
@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("transposed", [False, True])
def test_moving_the_axes_to_the_other_layout_changes_no_fan(shape, groups, transposed):
    """``(*kernel, in, out)`` moved to ``(out, in, *kernel)`` is the same layer; the sizes all differ."""
    moved = np.transpose(np.empty(shape), (-1, -2, *range(len(shape) - 2))).shape

    settings = {"groups": groups, "transposed": transposed}
    assert fan_in_fan_out(moved, layout="OI", **settings) == fan_in_fan_out(shape, layout="IO", **settings)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("kernel", [(), (3,), (5,), (3, 5), (1, 3), (3, 1, 3)])
def test_the_formula_agrees_with_a_count_of_all_connections(kernel, groups):
    """Brute force: each connection of a small layer is written down and counted, inputs and outputs apart."""
    matrix = connections(kernel, inputs=2, outputs=6, groups=groups)

    assert fan_in_fan_out((*kernel, 2 // groups, 6), groups=groups) == counted(matrix)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("kernel", [(), (3,), (5,), (3, 5)])
def test_a_transposed_convolution_has_the_connections_of_the_matrix_turned(kernel, groups):
    """Brute force on the transposed matrix: the outputs of the convolution are its inputs."""
    matrix = connections(kernel, inputs=2, outputs=6, groups=groups)

    assert fan_in_fan_out((*kernel, 2 // groups, 6), groups=groups, transposed=True) == counted(matrix.T)


def test_groups_divide_both_fans():
    """64 channels to 128 in 4 groups: one output sums 16 channels, one input feeds 32."""
    fans = (3 * 3 * 64 // 4, 3 * 3 * 128 // 4)

    assert fan_in_fan_out((3, 3, 64 // 4, 128), groups=4) == fans
    assert fan_in_fan_out((128, 64 // 4, 3, 3), layout="OI", groups=4) == fans


def test_a_depthwise_convolution_has_only_its_kernel_for_fans():
    """As many groups as channels: nine numbers in, nine numbers out."""
    assert fan_in_fan_out((3, 3, 1, 32), groups=32) == (3 * 3, 3 * 3)


def test_transposed_weights_are_read_as_the_kernel_that_was_turned_around():
    """64 channels to 16: PyTorch stores (in, out / groups, *kernel), Keras (*kernel, out, in)."""
    assert fan_in_fan_out((64, 16, 5, 5), layout="OI", transposed=True) == (5 * 5 * 64, 5 * 5 * 16)
    assert fan_in_fan_out((5, 5, 16, 64), transposed=True) == (5 * 5 * 64, 5 * 5 * 16)
    grouped = fan_in_fan_out((64, 16 // 4, 5, 5), layout="OI", groups=4, transposed=True)
    assert grouped == (5 * 5 * 64 // 4, 5 * 5 * 16 // 4)


def test_fans_are_a_named_pair_of_plain_whole_numbers():
    """NumPy's whole numbers come out as Python's, which never overflow."""
    fans = fan_in_fan_out(np.array([2**20, 2**30, 2**31], dtype=np.int64))

    assert fans == Fans(fan_in=2**50, fan_out=2**51)
    assert [type(fan) for fan in fans] == [int, int]
    assert (fans.fan_in, fans.fan_out) == fans


@pytest.mark.parametrize("shape", [(), (5,), [5], (0, 3), (3, 0), (3, -1), (3, 3, 0, 2)])
def test_a_shape_without_two_filled_axes_is_refused(shape):
    """A ValueError that names the argument: there is no fan to count."""
    with pytest.raises(ValueError, match=r"^shape.* must be a .*, got "):
        fan_in_fan_out(shape)


@pytest.mark.parametrize("shape", ["32", 7, None, {2, 3}, (2.0, 3), (True, 3), ("2", 3), (3, None), [[2, 3], [4, 5]]])
def test_a_shape_of_another_kind_is_refused(shape):
    """A TypeError that names the argument: floats, bools and strings are no sizes."""
    with pytest.raises(TypeError, match=r"^shape.* must be a .*, got "):
        fan_in_fan_out(shape)


@pytest.mark.parametrize("groups", [0, -2])
def test_less_than_one_group_is_refused(groups):
    """A ValueError that names the argument and the value."""
    with pytest.raises(ValueError, match=f"groups must be a whole number of at least 1, got {groups}"):
        fan_in_fan_out((3, 4, 6), groups=groups)


@pytest.mark.parametrize("groups", [True, 2.0, "2", None])
def test_groups_of_another_kind_are_refused(groups):
    """A TypeError that names the argument."""
    with pytest.raises(TypeError, match="groups must be a whole number, got "):
        fan_in_fan_out((3, 4, 6), groups=groups)


@pytest.mark.parametrize(("shape", "layout"), [((3, 2, 6), "IO"), ((6, 2, 3), "OI")])
@pytest.mark.parametrize("transposed", [False, True])
def test_groups_must_divide_the_channels(shape, layout, transposed):
    """Four groups of six channels do not exist, though 4 divides 2 × 6: only the full channel axis counts."""
    with pytest.raises(ValueError, match="groups must divide the 6 channels of shape .*, got 4"):
        fan_in_fan_out(shape, layout=layout, groups=4, transposed=transposed)


@pytest.mark.parametrize("layout", ["HWIO", "io", ""])
def test_an_unknown_layout_is_refused(layout):
    """A ValueError that says which layouts there are."""
    with pytest.raises(ValueError, match=rf"layout must be one of \['IO', 'OI'\], got '{layout}'"):
        fan_in_fan_out((3, 4), layout=layout)


@pytest.mark.parametrize("layout", [None, b"IO", ("I", "O")])
def test_a_layout_that_is_no_name_is_refused(layout):
    """A TypeError that says which layouts there are."""
    with pytest.raises(TypeError, match=r"layout must be one of \['IO', 'OI'\], got "):
        fan_in_fan_out((3, 4), layout=layout)


@pytest.mark.parametrize("transposed", [1, 0, "yes", None])
def test_transposed_must_be_a_bool(transposed):
    """A TypeError: a 1 might be meant as a number of something."""
    with pytest.raises(TypeError, match="transposed must be True or False, got "):
        fan_in_fan_out((3, 4), transposed=transposed)


def test_given_fans_are_taken_and_missing_ones_counted():
    """The pair that is given wins over the shape; without one the shape is read in layout ``"IO"``."""
    assert given_fans((7, 9), (3, 20, 80)) == Fans(7, 9)
    assert given_fans([7, 9], (3, 20, 80)) == Fans(7, 9)
    assert given_fans(None, (3, 20, 80)) == Fans(3 * 20, 3 * 80)


@pytest.mark.parametrize("fans", [(), (3,), (3, 4, 5), (0, 3), (3, -1)])
def test_given_fans_that_are_no_positive_pair_are_refused(fans):
    """A ValueError that names the pair, or the one fan that is wrong."""
    with pytest.raises(ValueError, match=r"^fan(s|_in|_out) must be .*, got "):
        given_fans(fans, (3, 4))


@pytest.mark.parametrize("fans", [7, "34", {3, 4}, (3.0, 4), (3, True), (None, 4)])
def test_given_fans_of_another_kind_are_refused(fans):
    """A TypeError that names the pair, or the one fan that is wrong."""
    with pytest.raises(TypeError, match=r"^fan(s|_in|_out) must be .*, got "):
        given_fans(fans, (3, 4))


@pytest.mark.parametrize(
    ("written", "accepted"),
    [("OIHW", "'OI'"), ("oi", "'OI'"), ("OIDHW", "'OI'"), ("HWIO", "'IO'"), ("io", "'IO'"), ("WIO", "'IO'")]
    + [("IOHW", "'OI' with transposed=True"), ("HWOI", "'IO' with transposed=True")],
)
def test_a_layout_written_as_others_do_is_translated(written, accepted):
    """TensorFlow and ONNX spell the kernel out; the message says which of the two names it is."""
    with pytest.raises(ValueError, match=rf"got '{written}', which is {accepted} here$"):
        fan_in_fan_out((4, 4, 4), layout=written)


@pytest.mark.parametrize("written", ["NCHW", "NHWC", "channels_last", "OHWI", "pytorch"])
def test_a_layout_that_is_none_of_the_two_is_answered_with_both(written):
    """Those of data have no axes of inputs and outputs, and an outer kernel in the middle fits neither."""
    with pytest.raises(ValueError, match=rf"got '{written}': 'IO' is \(\*kernel, in, out\), .*'OI' is \(out, in"):
        fan_in_fan_out((4, 4, 4), layout=written)
