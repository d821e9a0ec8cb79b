"""Real data: handwritten digits that come with the package, scaled for the experiments of the book.

Optical Recognition of Handwritten Digits, by E. Alpaydin and C. Kaynak (1998), of the UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, under CC BY 4.0. ``digits.npz`` holds the 1797 images of its test set as scikit-learn
gives them, made by ``tools/digits.py``.
"""

import math
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, float_dtype, generator, positive
from xavier_lib.wording import shown

IMAGES = resources.files("xavier_lib.datasets") / "digits.npz"


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
    y_train: NDArray[np.intp]
    x_test: NDArray[Any]
    y_test: NDArray[np.intp]


def digits(*, test_share: float = 0.2, rng: RNG = 0, dtype: DTypeLike = float) -> Digits:
    r"""Load the 1797 images of 8 × 8 pixels, in new arrays at each call.

    .. math:: x = \frac{p - \bar p}{s}

    One mean :math:`\bar p` and one standard deviation :math:`s`, those of all training pixels, so that the
    inputs have mean 0 and E[x²] = 1 as the derivations of :doc:`/chapters/glorot` assume.

    Args:
        test_share: the share of the images kept for testing, between 0 and 1.
        rng: a Generator, an int seed or None; it decides which images are kept.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if one of the two sets would be empty.

    >>> x_train, y_train, x_test, y_test = digits()
    >>> x_train.shape, x_test.shape, round(float((x_train**2).mean()), 6)
    ((1437, 64), (360, 64), 1.0)
    """
    kind = float_dtype(dtype)
    with IMAGES.open("rb") as file, np.load(file) as stored:
        pixels, labels = stored["pixels"].astype(float), stored["labels"].astype(np.intp)
    kept = len(labels) - math.ceil(len(labels) * min(positive("test_share", test_share), 1))
    if not 0 < kept < len(labels):
        raise ValueError(f"test_share must leave images in both sets, got {shown(test_share)}")
    order = generator(rng).permutation(len(labels))
    train, test = order[:kept], order[kept:]
    mean, std = pixels[train].mean(), pixels[train].std()
    x_train, x_test = (((pixels[rows] - mean) / std).astype(kind) for rows in (train, test))
    return Digits(x_train, labels[train], x_test, labels[test])
