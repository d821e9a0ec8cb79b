"""Mini-batches without end for table 1 of Glorot and Bengio (2010), on Shapeset-3×2 and on the digits."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.datasets import digits
from xavier_lib.datasets.shapeset import shapeset

BATCH = 10
BLOCK = 2000  # images that are drawn at once
TEST = 4000
TEST_SEED = 2010
Batch = tuple[NDArray[Any], NDArray[Any]]


def unlimited_shapes(
    seed: int, *, held_seed: int = TEST_SEED, standardized: bool = False
) -> tuple[Iterator[Batch], Batch]:
    """Return mini-batches of images that nobody has seen before, and those for the error, the same for every seed."""
    held = shapeset(TEST, rng=held_seed, dtype=np.float32)
    mean, spread = (held.images.mean(), held.images.std()) if standardized else (np.float32(0), np.float32(1))

    def stream() -> Iterator[Batch]:
        source = np.random.default_rng(seed)
        while True:
            drawn, labels = shapeset(BLOCK, rng=source, dtype=np.float32)
            images = (drawn - mean) / spread
            yield from ((images[i : i + BATCH], labels[i : i + BATCH]) for i in range(0, BLOCK, BATCH))

    return stream(), ((held.images - mean) / spread, held.labels)


def shuffled_digits(seed: int, *, keep: int = 0) -> tuple[Iterator[Batch], Batch]:
    """Return mini-batches of the training digits, epoch after epoch, and the test digits.

    With ``keep`` that many of the training digits are kept out, and take the place of the test digits.
    """
    data = digits(dtype=np.float32)
    last = len(data.y_train) - keep
    held = (data.x_train[last:], data.y_train[last:]) if keep else (data.x_test, data.y_test)

    def stream() -> Iterator[Batch]:
        source = np.random.default_rng(seed)
        while True:
            order = source.permutation(last)
            for start in range(0, last - BATCH + 1, BATCH):
                batch = order[start : start + BATCH]
                yield data.x_train[batch], data.y_train[batch]

    return stream(), held
