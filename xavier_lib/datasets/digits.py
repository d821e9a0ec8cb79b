"""Real data: scikit-learn's handwritten digits, scaled for the experiments of the book."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, float_dtype, generator, positive


class Digits(NamedTuple):
    """Handwritten digits, split into a training and a test set.

    What :func:`digits` returns; learned in :doc:`/chapters/network`.

    Attributes:
        x_train: one image a row, 64 standardized pixels.
        y_train: the digit on each image, 0 to 9.
        x_test: test images, scaled like the training images.
        y_test: the digit on each test image.

    >>> data = digits()
    >>> data.y_train.shape, data.y_test.shape
    ((1437,), (360,))
    """

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]


def digits(*, test_share: float = 0.2, rng: RNG = 0, dtype: DTypeLike = float) -> Digits:
    r"""Load the 1797 images of 8 × 8 pixels that come with scikit-learn.

    .. math:: x = \frac{p - \bar p}{s}

    One mean :math:`\bar p` and one standard deviation :math:`s`, those of all training pixels, so that the
    inputs have mean 0 and E[x²] = 1 as the derivations of :doc:`/chapters/glorot` assume.

    Args:
        test_share: the share of the images kept for testing, between 0 and 1.
        rng: a Generator, an int seed or None; it decides which images are kept.
        dtype: float32 or float64.

    Raises:
        ImportError: if scikit-learn is not installed.
        TypeError: if an argument is of a wrong kind.
        ValueError: if one of the two sets would be empty.

    >>> x_train, y_train, x_test, y_test = digits()
    >>> x_train.shape, x_test.shape, round(float((x_train**2).mean()), 6)
    ((1437, 64), (360, 64), 1.0)
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError("the digits come with scikit-learn: run `pip install scikit-learn`") from error
    pixels, labels = load_digits(return_X_y=True)
    kept = len(labels) - math.ceil(len(labels) * positive("test_share", test_share))
    if not 0 < kept < len(labels):
        raise ValueError(f"test_share must leave images in both sets, got {test_share!r}")
    kind = float_dtype(dtype)
    order = generator(rng).permutation(len(labels))
    train, test = order[:kept], order[kept:]
    mean, std = pixels[train].mean(), pixels[train].std()
    x_train, x_test = (((pixels[rows] - mean) / std).astype(kind) for rows in (train, test))
    return Digits(x_train, labels[train].astype(np.int64), x_test, labels[test].astype(np.int64))
