"""Finds the pairs of factors whose product an adapter adds to a layer; the second one is zero at first, by design."""

from collections.abc import Sequence
from dataclasses import replace

from xavier_lib.frameworks.stored import Stored, low_rank


def with_factors(arrays: Sequence[Stored]) -> list[Stored]:
    """Return arrays, those that are factors of low-rank pairs marked: by their names, or by what they do."""
    found = {array.key for array in arrays if low_rank(array.name)}
    for first, second in zip(arrays, arrays[1:], strict=False):
        if pair(first, second):
            found |= {first.key, second.key}
    return [replace(array, factor=True) if array.key in found else array for array in arrays]


def pair(first: Stored, second: Stored) -> bool:
    """Say whether two arrays are a narrow linear map and, behind it, one of zeros that is added to something."""
    rank = first.fans.fan_out
    narrow = rank == second.fans.fan_in and 2 * rank <= min(first.fans.fan_in, second.fans.fan_out)
    beside = first.name.split(".")[:-2] == second.name.split(".")[:-2]
    added = narrow and beside and first.activation == "linear" and second.summed
    return added and not second.weights.read().any()
