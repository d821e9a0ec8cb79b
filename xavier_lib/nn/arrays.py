"""What the arrays of a network mean: every shape is said here, once; all but labels are float32 or float64."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import RNG, generator, whole
from xavier_lib.wording import shown

#: Anything that an activation is applied to, number by number.
Array = NDArray[Any]
#: (fan_in, fan_out): a column holds the weights into one unit, so that a batch passes through as ``x @ W``.
Weights = NDArray[Any]
#: (fan_out,): one number a unit.
Bias = NDArray[Any]
#: (rows, width): one row a sample. Inputs, pre-activations, activations, logits, and the derivatives by them.
Batch = NDArray[Any]
#: (rows,): the class of each row, from 0 on, as NumPy's own index type.
Labels = NDArray[np.intp]


def class_labels(name: str, value: ArrayLike, rows: int, classes: int) -> Labels:
    """Return labels of so many rows, whatever their whole type, or refuse what is no class.

    >>> class_labels("y", np.array([2, 0], np.uint8), rows=2, classes=3).dtype == np.intp
    True
    """
    accepted = f"{name} must hold whole numbers, one label a row"
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{accepted}, got a masked array")
    try:
        labels = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise TypeError(f"{accepted}, got {shown(value)}") from error
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{accepted}, got dtype {labels.dtype}")
    if labels.shape != (rows,):
        raise ValueError(f"{name} must have shape ({rows},), one label a row, got {labels.shape}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"{name} must hold labels from 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    return labels.astype(np.intp, copy=False)


def mini_batches(rows: int, batch_size: int, rng: RNG) -> list[Labels]:
    """Return the places of the rows of each shuffled mini-batch; the last one holds what is left.

    >>> [len(batch) for batch in mini_batches(5, 2, 0)]
    [2, 2, 1]
    """
    size, order = whole("batch_size", batch_size), generator(rng).permutation(rows)
    return [order[start : start + size] for start in range(0, rows, size)]
