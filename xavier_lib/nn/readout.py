"""What a straight line still reads from a signal, whatever its size: labels by least squares."""

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.arguments import numbers
from xavier_lib.nn.arrays import Array, class_labels
from xavier_lib.nn.signals import rms

FAINT = 1e-12  # of the largest singular value: what is fainter is rounding


def read_out(signal: ArrayLike, labels: ArrayLike, other: ArrayLike) -> Array:
    r"""Return the labels that the best linear map from one signal to its labels gives to another signal.

    .. math:: \min_{V, b} \lVert S V + b - Y \rVert^2

    with one column of Y a class. Mean and size of the signal are taken away first, so that only what differs from row
    to row counts, however small it is; neither loss nor gradient has a part in it. Used in
    :doc:`/chapters/criticality`.

    Args:
        signal: what the map is fitted to, (rows, units).
        labels: the labels of its rows.
        other: the signal that is judged, (rows, units).

    Raises:
        TypeError: if a signal holds no numbers, or the labels no whole numbers.
        ValueError: if the shapes do not fit, or all rows of the signal are alike.

    >>> read_out([[1.0], [1.1], [1.2]], [0, 0, 1], [[1.0], [1.3]])
    array([0, 1])
    """
    rows, judged = numbers("signal", signal), numbers("other", other)
    if rows.ndim != 2 or judged.ndim != 2 or rows.shape[1] != judged.shape[1]:
        raise ValueError(f"other must have the width of signal, {rows.shape}, got {judged.shape}")
    known = class_labels("labels", labels, len(rows), int(np.max(labels)) + 1)
    mean = rows.mean(axis=0)
    size = rms(rows - mean)
    if not size:
        raise ValueError("signal must differ from row to row, got rows that are alike")
    seen, new = (np.column_stack([(part - mean) / size, np.ones(len(part))]) for part in (rows, judged))
    weights = np.linalg.lstsq(seen, np.eye(known.max() + 1)[known], rcond=FAINT)[0]
    return np.asarray((new @ weights).argmax(axis=1))
