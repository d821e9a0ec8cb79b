"""Large float32 weights, drawn block by block, so that all intermediate results stay in the processor's cache."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.names import Distribution

#: How many numbers float32 weights must hold to be drawn here.
LARGE = 2**20
BLOCK = 2**16

Block = NDArray[np.float32]


def draw_large(
    shape: tuple[int, ...], distribution: Distribution, spread: float, source: np.random.Generator
) -> NDArray[np.float32]:
    """Draw float32 weights of any size: uniform up to a limit, or normal with a standard deviation before any cut.

    Args:
        shape: the shape of the weights.
        distribution: ``"uniform"``, ``"normal"`` or ``"truncated_normal"``, cut at two standard deviations.
        spread: the limit of the uniform distribution, the standard deviation of the uncut normal one.
        source: the generator.
    """
    weights = np.empty(shape, np.float32)
    for block in blocks(weights.reshape(-1)):
        UNIT[distribution](block, source)
        block *= spread
    return weights


def blocks(flat: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield views of an array with one axis, one block after the other; the last one may be shorter."""
    for start in range(0, flat.size, BLOCK):
        yield flat[start : start + BLOCK]


def whole_numbers(out: Block, kind: type[np.int32] | type[np.uint32], source: np.random.Generator) -> None:
    """Fill an array with random whole numbers of 32 bits, signed or unsigned, two from each draw."""
    out[:] = source.integers(0, 2**64, size=(out.size + 1) // 2, dtype=np.uint64).view(kind)[: out.size]


def uniform(block: Block, source: np.random.Generator) -> None:
    """Fill a block uniformly from -1 to 1."""
    for half in np.split(block, [block.size // 2]):  # half as many whole numbers at a time need half the memory
        whole_numbers(half, np.int32, source)
    block *= 2**-31


def normal(block: Block, source: np.random.Generator) -> None:
    r"""Fill a block with standard normal numbers, by the method of Box and Muller (1958).

    .. math:: z_1 = \sqrt{-2 \ln u} \cos \varphi, \qquad z_2 = \sqrt{-2 \ln u} \sin \varphi

    The first half of the block holds :math:`z_1`, the second :math:`z_2`. The smallest :math:`u` is
    :math:`2^{-33}`, so the tails end at 6.76; what lies beyond has a probability of 1.3e-11.
    """
    pairs = block.size // 2
    radius, angle = block[:pairs], block[pairs : 2 * pairs]
    whole_numbers(radius, np.uint32, source)
    radius *= 2**-32 * (1 - 2**-24)  # never 1, whose logarithm is zero
    radius += 2**-33  # never 0, which has none
    np.log(radius, out=radius)
    radius *= -2
    np.sqrt(radius, out=radius)
    whole_numbers(angle, np.int32, source)
    angle *= math.pi * 2**-31
    cosine = np.cos(angle)
    np.sin(angle, out=angle)
    angle *= radius
    radius *= cosine
    if block.size % 2:  # the last one has no partner
        block[-1] = source.standard_normal(dtype=np.float32)


def truncated_normal(block: Block, source: np.random.Generator) -> None:
    """Fill a block with standard normal numbers, none of them beyond two."""
    normal(block, source)
    redraw_beyond_two(block, source)


def redraw_beyond_two(flat: NDArray[Any], source: np.random.Generator) -> None:
    """Redraw what lies beyond two in an array with one axis, again and again, until nothing does."""
    # the first time block by block: the places of all that lies beyond two would take a twentieth of the array
    outside = np.concatenate([number * BLOCK + redrawn(block, source) for number, block in enumerate(blocks(flat))])
    while outside.size:
        flat[outside] = source.standard_normal(outside.size, dtype=flat.dtype)
        outside = outside[np.abs(flat[outside]) > 2]


def redrawn(block: NDArray[Any], source: np.random.Generator) -> NDArray[np.intp]:
    """Redraw once what lies beyond two in a block, and return the places where it still does."""
    beyond = block > 2
    beyond |= block < -2
    outside = np.flatnonzero(beyond)
    block[outside] = source.standard_normal(outside.size, dtype=block.dtype)
    still: NDArray[np.intp] = outside[np.abs(block[outside]) > 2]
    return still


UNIT: dict[Distribution, Callable[[Block, np.random.Generator], None]] = {
    "uniform": uniform,
    "normal": normal,
    "truncated_normal": truncated_normal,
}
