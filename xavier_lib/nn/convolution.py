"""Convolutions of square maps whose edges are joined, so that every place has the same fans."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def convolved(maps: NDArray[Any], kernel: NDArray[Any]) -> NDArray[Any]:
    """Return maps (..., side, side, channels) convolved with a kernel (rows, columns, in / groups, out).

    There are as many groups as the channels of the maps hold the inputs of the kernel.

    >>> kernel = np.ones((3, 3, 2, 6))
    >>> convolved(np.ones((4, 4, 4)), kernel).shape, float(convolved(np.ones((4, 4, 4)), kernel).max())
    ((4, 4, 6), 18.0)
    """
    groups = maps.shape[-1] // kernel.shape[2]
    parts = zip(np.split(maps, groups, axis=-1), np.split(kernel, groups, axis=-1), strict=True)
    return np.concatenate([_one_group(*part) for part in parts], axis=-1)


def _one_group(maps: NDArray[Any], kernel: NDArray[Any]) -> NDArray[Any]:
    """Sum the maps, moved to each place of the kernel, times the weights of that place."""
    rows, columns = kernel.shape[:2]
    moved = (
        np.roll(maps, (rows // 2 - i, columns // 2 - j), axis=(-3, -2)) @ kernel[i, j]
        for i in range(rows)
        for j in range(columns)
    )
    return np.asarray(sum(moved))
