"""The convolution of joined maps: every connection written out, groups apart, and places all alike."""

import itertools

import numpy as np
import pytest

from xavier_lib.nn.convolution import convolved


def by_hand(maps, kernel):
    """Sum one product after the other: output channel o of a group sums that group's inputs at each place."""
    side, (rows, columns, inputs, outputs) = len(maps), kernel.shape
    groups = maps.shape[-1] // inputs
    found = np.zeros((side, side, outputs))
    for y, x, o in itertools.product(range(side), range(side), range(outputs)):
        first = o // (outputs // groups) * inputs
        for i, j, n in itertools.product(range(rows), range(columns), range(inputs)):
            place = (y + i - rows // 2) % side, (x + j - columns // 2) % side
            found[y, x, o] += maps[*place, first + n] * kernel[i, j, n, o]
    return found


@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (3, 5), (2, 4)])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_convolution_is_the_sum_of_its_products(kernel, groups):
    """Against loops over every product, on a map of 5 × 5 places; only the order of the sums differs."""
    rng = np.random.default_rng(0)
    maps, weights = rng.standard_normal((5, 5, 8)), rng.standard_normal((*kernel, 8 // groups, 12))

    np.testing.assert_allclose(convolved(maps, weights), by_hand(maps, weights), atol=1e-12)


def test_a_batch_is_convolved_map_by_map():
    """Leading axes change nothing for the maps behind them."""
    rng = np.random.default_rng(0)
    maps, weights = rng.standard_normal((2, 5, 5, 8)), rng.standard_normal((3, 3, 2, 12))

    np.testing.assert_allclose(convolved(maps, weights)[1], convolved(maps[1], weights), atol=1e-12)


def test_float32_stays_float32():
    """As the replay of the paper runs it."""
    assert convolved(np.ones((4, 4, 2), np.float32), np.ones((3, 3, 2, 3), np.float32)).dtype == np.float32
