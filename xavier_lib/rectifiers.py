"""The replay of He et al. (2015): learning curves over seeds, and gradients through a stack of convolutions."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import (
    RNG,
    finite,
    fitting,
    float_dtype,
    function,
    generator,
    numbers,
    of_kind,
    positive,
    whole,
    whole_numbers,
)
from xavier_lib.datasets import Digits
from xavier_lib.nn.activations import activation_named
from xavier_lib.nn.convolution import convolved
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.nn.start import Initializer
from xavier_lib.weights.drawing import array_shape
from xavier_lib.weights.scaling import std_of


def accuracy_over_seeds(
    initializer: Initializer,
    digits: Digits,
    *,
    depth: int,
    epochs: int,
    learning_rate: float,
    width: int = 64,
    seeds: int = 5,
) -> NDArray[Any]:
    r"""Train one ReLU network for each seed and record its test accuracy after every epoch.

    .. math:: A_{s,t}, \qquad s = 0, \dots, \text{seeds} - 1, \qquad t = 0, \dots, \text{epochs}

    The replay of He et al. (2015), figures 2 and 3, in batches of 32 and in the dtype of the images; run in
    :doc:`/chapters/rectifiers`. The seed draws the weights and shuffles the images.

    Args:
        initializer: called as ``initializer(shape, rng=..., dtype=...)`` for each layer in turn.
        digits: the data, from :func:`xavier_lib.datasets.digits.digits`.
        depth: the number of hidden layers.
        epochs: how many passes over the training set.
        learning_rate: the size of a step.
        width: the units of each hidden layer.
        seeds: how many networks are trained.

    Returns:
        Shares of the test images, shape (seeds, epochs + 1). From the epoch on in which training outgrows
        the dtype they are 0: no network is left.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind or out of range.

    >>> from xavier_lib import he_uniform
    >>> from xavier_lib.datasets import digits
    >>> curves = accuracy_over_seeds(he_uniform, digits(), depth=1, epochs=2, learning_rate=0.1, seeds=3)
    >>> curves.shape, bool(curves[:, -1].min() > 0.8)
    ((3, 3), True)
    """
    x, y = (np.asarray(part) for part in of_kind("digits", digits, Digits)[:2])
    classes = int(numbers("y_train", y).max()) + 1
    sizes = (len(np.atleast_2d(x)[0]), *[whole("width", width)] * whole("depth", depth), classes)
    kind, passes = float_dtype(x.dtype), whole("epochs", epochs)
    accuracy = np.zeros(array_shape((whole("seeds", seeds), passes + 1), "seeds and epochs"))
    for seed, row in enumerate(accuracy):
        network, source = MLP(sizes, initializer, activation="relu", rng=seed, dtype=kind), generator(seed)
        try:
            row[0] = network.accuracy(digits.x_test, digits.y_test)
            for epoch in range(1, passes + 1):
                network.train_epoch(x, y, learning_rate=learning_rate, rng=source)
                row[epoch] = network.accuracy(digits.x_test, digits.y_test)
        except FloatingPointError:
            continue
    return accuracy


def epochs_to(curves: ArrayLike, level: float) -> NDArray[Any]:
    r"""Return for each curve the first epoch that reaches a level, infinity where none does.

    .. math:: t_s = \min \{\, t : A_{s,t} \ge \text{level} \,\}

    What "converges earlier" means in the replay of He et al. (2015), figure 2; used in
    :doc:`/chapters/rectifiers`.

    Args:
        curves: one curve a row, its first entry that of the untrained network.
        level: the accuracy to reach, as a share.

    Raises:
        TypeError, ValueError: if the curves are no rows of finite numbers, or the level is not finite.

    >>> epochs_to([[0.1, 0.5, 0.9], [0.1, 0.2, 0.3]], 0.5)
    array([ 1., inf])
    """
    rows = numbers("curves", curves)
    if rows.ndim != 2:
        raise ValueError(f"curves must have shape (curves, epochs + 1), got {rows.shape}")
    reached = rows >= finite("level", level)
    return np.where(reached.any(axis=1), reached.argmax(axis=1), np.inf)


def gradient_share(filters: Sequence[int], std: float, *, kernel: int = 3) -> float:
    r"""Share of a gradient's rms that convolutions with ReLU pass back if all their weights have one spread.

    .. math:: \prod_l \frac{\sigma}{\sigma_l}, \qquad \sigma_l = \sqrt{\frac{2}{k^2 d_l}}

    He et al. (2015), equation 14 and the example of VGG-B after it; computed in :doc:`/chapters/rectifiers`.

    Args:
        filters: the number :math:`d_l` of filters of each layer.
        std: the standard deviation :math:`\sigma` of all weights.
        kernel: the side :math:`k` of the kernels.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if there is no layer, a count is below 1, or the spread is not positive and finite.

    >>> round(1 / gradient_share([64, 128, 128, 256, 256, 512, 512, 512, 512], 0.01))
    16729
    """
    spread, side = positive("std", std), whole("kernel", kernel)
    return float(fitting("std", math.prod(spread / std_of(2.0, side**2 * count) for count in _counts(filters))))


def through_convolutions(
    initializer: Initializer, filters: Sequence[int], *, channels: int = 64, side: int = 4, rng: RNG = None
) -> tuple[float, float]:
    r"""Send normal noise through convolutions with ReLU, forward and back, and measure what arrives.

    .. math:: \operatorname{rms}(x_{L+1}) \quad\text{forward}, \qquad
        \operatorname{rms}(\Delta x_1) \big/ \operatorname{rms}(\Delta x_{L+1}) \quad\text{back}

    Kernels of 3 × 3 on square maps whose edges are joined, so that every position has the same fans; no
    pooling. The measurement behind He et al. (2015), section 2.2; made in :doc:`/chapters/rectifiers`.

    Args:
        initializer: called as ``initializer((3, 3, in, out), rng=..., dtype=...)`` for each layer in turn.
        filters: the number of filters of each layer.
        channels: the number of channels of the input.
        side: the positions along each side of a map, at least 3.
        rng: a Generator, an int seed or None; it draws weights, inputs and gradients.

    Returns:
        The pair of rms forward and share back.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a number is out of range, there is no layer, or the initializer returns another shape.

    >>> from xavier_lib import he_normal
    >>> forward, back = through_convolutions(he_normal, [64, 64], rng=0)
    >>> round(forward), round(back)
    (1, 1)
    """
    source, relu = generator(rng), activation_named("relu")
    size = whole("side", side, minimum=3)
    counts = (whole("channels", channels), *_counts(filters))
    function("initializer", initializer, "he_normal")
    x = source.standard_normal(array_shape((size, size, counts[0]), "side and channels"), dtype=np.float32)
    kernels, slopes = [], []
    for shape in zip(counts, counts[1:], strict=False):
        kernel = numbers("initializer's weights", initializer((3, 3, *shape), rng=source, dtype=x.dtype), x.dtype)
        if kernel.shape != (3, 3, *shape):
            raise ValueError(f"initializer must return an array of shape {(3, 3, *shape)}, got {kernel.shape}")
        y = convolved(x, kernel)
        kernels.append(kernel)
        slopes.append(relu.df(y))
        x = relu.f(y)
    delta = top = source.standard_normal(x.shape, dtype=x.dtype)
    for kernel, slope in zip(kernels[::-1], slopes[::-1], strict=True):
        delta = convolved(delta * slope, _turned(kernel))
    return rms(x), rms(delta) / rms(top)


def _counts(filters: Sequence[int]) -> tuple[int, ...]:
    counts = whole_numbers("filters", filters)
    if not counts:
        raise ValueError("filters must hold at least one layer, got none")
    return counts


def _turned(kernel: NDArray[Any]) -> NDArray[Any]:
    """Return the kernel that carries gradients back: turned by half a circle, inputs and outputs exchanged."""
    return kernel[::-1, ::-1].swapaxes(2, 3)
