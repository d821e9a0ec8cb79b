"""Branches that add up: four starts of residual networks, the size of their stream, and the rates that they bear."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from xavier_lib.arguments import (
    RNG,
    flag,
    function,
    generator,
    looked_up,
    of_kind,
    positive,
    sequence,
    whole,
    whole_numbers,
)
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.parts import Linear, Nonlinear, Part, Residual, Scaled, Shifted
from xavier_lib.nn.signals import rms
from xavier_lib.nn.stack import Stack
from xavier_lib.weights.scaling import variance_scaling

Start = Literal["he", "scaled", "zero", "fixup"]


def factors(start: Start, blocks: int, layers: int = 2) -> tuple[float, float]:
    r"""Return what He's weights of a branch are multiplied by: those before its last layer, and those of the last.

    ============ ======================== =====================================
    start        before the last layer    the last layer
    ============ ======================== =====================================
    ``"he"``     1                        1
    ``"scaled"`` 1                        :math:`1/\sqrt L`
    ``"zero"``   1                        0
    ``"fixup"``  :math:`L^{-1/(2m - 2)}`  0
    ============ ======================== =====================================

    for :math:`L` branches of :math:`m` layers. The second row is the factor of GPT-2 (Radford et al. 2019), the third
    what Goyal et al. (2017) do with the gains that end a branch, the fourth Fixup (Zhang et al. 2019). Derived in
    :doc:`/chapters/residual`.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if the start is unknown, there is no block, or a branch has fewer than two layers.

    >>> factors("scaled", 16), factors("fixup", 16), factors("fixup", 16, layers=3)
    ((1.0, 0.25), (0.25, 0.0), (0.5, 0.0))
    """
    count, depth = whole("blocks", blocks), whole("layers", layers, minimum=2)
    table = {
        "he": (1.0, 1.0),
        "scaled": (1.0, count**-0.5),
        "zero": (1.0, 0.0),
        "fixup": (count ** (-1 / (2 * depth - 2)), 0.0),
    }
    return looked_up("start", start, table)


def residual_network(
    sizes: Sequence[int], blocks: int, start: Start, *, layers: int = 2, rng: RNG = None, dtype: DTypeLike = float
) -> Stack:
    r"""Return a network whose blocks add a branch of ReLU layers to a stream.

    .. math:: s_0 = x A + a, \qquad s_{l} = s_{l-1} + \max(0, \max(0, s_{l-1})\, V_l)\, W_l, \qquad
        \text{logits} = s_L B + b

    with two layers in a branch, :math:`A` and :math:`B` from He's start, and :math:`V_l` and :math:`W_l` He's times the
    :func:`factors` of the start. Fixup also starts :math:`B` at zero, and has numbers that are learned in each branch:
    one, at first 0, is added before each ReLU and before each product, and one, at first 1, multiplies the branch. The
    branches have no other biases. Used in :doc:`/chapters/residual`.

    Args:
        sizes: inputs, width of the stream, classes.
        blocks: how many branches, :math:`L`.
        start: ``"he"``, ``"scaled"``, ``"zero"`` or ``"fixup"``.
        layers: how many layers a branch has, :math:`m`.
        rng: a Generator, an int seed or None; equal seeds draw equal weights, but for the factors.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if there are not three sizes, or another argument is out of range.

    >>> network = residual_network((4, 8, 3), 16, "zero", rng=0)
    >>> network.forward([[1.0, 0.0, 0.0, 0.0]]).shape, len(network.parameters)
    ((1, 3), 36)
    """
    widths = whole_numbers("sizes", sizes)
    if len(widths) != 3:
        raise ValueError(f"sizes must be three numbers (inputs, width, classes), got {len(widths)}")
    inputs, width, classes = widths
    before, last = factors(start, blocks, layers)
    source, fixed = generator(rng), start == "fixup"

    def linear(shape: tuple[int, int], factor: float = 1.0, *, biased: bool = False) -> Linear:
        weights = variance_scaling(shape, scale=2.0, mode="fan_in", distribution="normal", rng=source, dtype=dtype)
        return Linear(weights * weights.dtype.type(factor), biased=biased)

    def branch() -> list[Part]:
        parts: list[Part] = []
        for factor in [before] * (layers - 1) + [last]:
            product = linear((width, width), factor)
            kind, relu = product.parameters[0].dtype, Nonlinear(ACTIVATIONS["relu"])
            parts += [Shifted(kind), relu, Shifted(kind), product] if fixed else [relu, product]
        return [*parts, Scaled(1.0, kind)] if fixed else parts

    first = linear((inputs, width), biased=True)
    return Stack(
        [first, *(Residual(branch()) for _ in range(blocks)), linear((width, classes), float(not fixed), biased=True)]
    )


def stream(network: Stack, x: ArrayLike) -> list[float]:
    """Return the rms of the stream of a :func:`residual_network` before its first block and after each one.

    See :doc:`/chapters/residual`.

    Raises:
        TypeError: if the network is no stack of parts.
        FloatingPointError: if a number outgrows the dtype.

    >>> sizes = stream(residual_network((4, 400, 3), 16, "he", rng=0), [[1.0, 2.0, 3.0, 4.0]])
    >>> 100 < sizes[-1] / sizes[0] < 600  # about 2 to the power of half the blocks
    True
    """
    return [rms(signal) for signal in of_kind("network", network, Stack).signals(x)[1:-1]]


def rates(network: Stack, rate: float, *, before: float = 1.0, last: float = 1.0) -> list[float]:
    """Return a rate for each array: another one before the last layer of a branch, and another one for that.

    See :doc:`/chapters/residual`.

    Args:
        network: a :func:`residual_network`.
        rate: the rate of all that stands outside the branches, and of Fixup's single numbers.
        before: by what it is multiplied for the weights of a branch before its last layer.
        last: by what it is multiplied for those of the last layer.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a number is not positive.

    >>> rates(residual_network((4, 8, 3), 1, "scaled", rng=0), 0.1, last=0.5)
    [0.1, 0.1, 0.1, 0.05, 0.1, 0.1]
    """
    eta = positive("rate", rate)
    inner, outer = eta * positive("before", before), eta * positive("last", last)
    found = []
    for part in of_kind("network", network, Stack).parts:
        matrices = [array for array in part.parameters if array.ndim == 2] if isinstance(part, Residual) else []
        for array in part.parameters:
            at = next((place for place, matrix in enumerate(matrices, 1) if matrix is array), 0)
            found.append(outer if 0 < at == len(matrices) else inner if at else eta)
    return found


def learn(
    network: Stack,
    x: ArrayLike,
    y: ArrayLike,
    *,
    epochs: int,
    learning_rate: float | Sequence[float],
    adam: bool = False,
    rng: RNG = 0,
) -> float:
    """Train in place in shuffled batches of 32; return the loss at the end, infinite after an overflow of the dtype.

    Used in :doc:`/chapters/residual`.

    Args:
        network: the network.
        x: the images, (rows, inputs).
        y: their labels.
        epochs: how many passes.
        learning_rate: one rate, or one for each array.
        adam: whether Adam takes the steps, and not plain descent.
        rng: a Generator, an int seed or None; it shuffles the rows.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind or out of range.

    >>> x, y = [[1.0, 0.0], [0.0, 1.0]], [0, 1]
    >>> networks = [residual_network((2, 8, 2), blocks, "he", rng=0) for blocks in (1, 99)]
    >>> [learn(network, x, y, epochs=9, learning_rate=0.1) < 1 for network in networks]
    [True, False]
    """
    source = generator(rng)
    taken = Adam(network, learning_rate=learning_rate) if flag("adam", adam) else None
    passes = whole("epochs", epochs)
    try:
        with np.errstate(over="raise", invalid="raise"):
            for _ in range(passes):
                if taken:
                    taken.train_epoch(x, y, rng=source)
                else:
                    network.train_epoch(x, y, learning_rate=learning_rate, rng=source)
            return network.loss(x, y)
    except FloatingPointError:
        return float("inf")


def largest_rate(train: Callable[[float], float], rates: Sequence[float], *, below: float = 1.0) -> float | None:
    """Return the largest of several rates at which a training ends below a loss, or None; the larger are tried first.

    See :doc:`/chapters/residual`.

    Args:
        train: a function of the rate that starts anew, trains and returns the loss.
        rates: the rates.
        below: the loss.

    Raises:
        TypeError: if ``train`` is no function, or a rate or the loss no number.
        ValueError: if one of these is not positive.

    >>> largest_rate(lambda rate: 4 * rate, [0.1, 0.2, 0.4])
    0.2
    """
    call, loss = function("train", train), positive("below", below)
    tried = sorted((positive("rates", rate) for rate in sequence("rates", rates, "a sequence of rates")), reverse=True)
    return next((rate for rate in tried if call(rate) < loss), None)
