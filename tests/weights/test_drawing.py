"""Promises of xavier_lib.weights.drawing: which generator draws, and which arrays are refused before a draw."""

import numpy as np
import pytest

from xavier_lib.weights.drawing import AXES, array_shape, draw
from xavier_lib.weights.large import LARGE, draw_large


@pytest.mark.parametrize(
    ("size", "dtype"), [(LARGE - 1, np.float32), (LARGE, np.float64), (10, np.float32), (10, np.float64)]
)
def test_small_arrays_and_doubles_are_the_generators_own_numbers(size, dtype):
    """Below 2²⁰ numbers, and in float64 at any size, a seed gives what the generator itself gives, scaled."""
    own = np.random.default_rng(0).standard_normal((1, size), dtype=dtype)

    np.testing.assert_array_equal(draw((1, size), 0.5, "normal", 0, dtype), own * dtype(0.5))


def test_large_single_precision_comes_from_the_bits():
    """From 2²⁰ numbers on, that very size included."""
    from_bits = draw_large((1, LARGE), "normal", 0.5, np.random.default_rng(0))

    np.testing.assert_array_equal(draw((1, LARGE), 0.5, "normal", 0, np.float32), from_bits)


def test_an_array_may_have_as_many_axes_as_numpy_takes():
    """And no more; NumPy's own limit is found by making one."""
    np.empty((1,) * AXES)
    assert array_shape((1,) * AXES) == (1,) * AXES
    with pytest.raises(ValueError, match="maximum supported dimension"):
        np.empty((1,) * (AXES + 1))
    with pytest.raises(ValueError, match=f"shape must make an array of at most {AXES} axes"):
        array_shape((1,) * (AXES + 1))


def test_an_array_beyond_the_memory_of_a_process_is_refused():
    """Its size in bytes would not fit the platform's integers, although it has two axes only."""
    with pytest.raises(ValueError, match="width must make an array of at most .* that memory can hold"):
        array_shape((2**31, 2**31), "width")
