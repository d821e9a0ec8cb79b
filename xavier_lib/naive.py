"""The naive random starts: a spread of one's own choice, whatever the width, and what becomes of the signal."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.arguments import RNG, fitting, generator, numbers, positive, whole, whole_shape
from xavier_lib.fans import given_fans
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import activation_rms, rms
from xavier_lib.nn.start import Initializer
from xavier_lib.weights.drawing import array_shape, draw
from xavier_lib.wording import explained

ROWS = 200  # of every batch, and units of the layer in pre_activations


@explained
def naive_uniform(
    shape: Sequence[int],
    limit: float = 0.1,
    *,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from one fixed interval, whatever the fans.

    .. math:: w \sim U[-\ell, \ell], \qquad \operatorname{Var} w = \ell^2 / 3

    The first start of many tutorials; judged in :doc:`/chapters/naive`.

    Args:
        shape: the shape of the weights, two axes or more.
        limit: the limit :math:`\ell`.
        fans: taken and left unused, so that a fixed spread can stand wherever a start by fans can.
        rng: a Generator, an int seed or None.
        dtype: float32 or float64.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind, or the limit is not positive and finite.

    >>> round(float(naive_uniform((400, 100), rng=0).std()), 3)
    0.058
    """
    given_fans(fans, shape)
    return draw(shape, positive("limit", limit) / math.sqrt(3), "uniform", rng, dtype)


@explained
def naive_normal(
    shape: Sequence[int],
    std: float = 0.1,
    *,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from one fixed normal distribution, whatever the fans.

    .. math:: w \sim N(0, \sigma^2)

    The second start of many tutorials; judged in :doc:`/chapters/naive`. Arguments and errors are those of
    :func:`naive_uniform`, with the standard deviation ``std`` in place of the limit.

    >>> round(float(naive_normal((400, 100), rng=0).std()), 3)
    0.1
    """
    given_fans(fans, shape)
    return draw(shape, positive("std", std), "normal", rng, dtype)


def uniform_density(x: ArrayLike, limit: float = 0.1) -> NDArray[Any]:
    r"""Density of the weights that :func:`naive_uniform` draws.

    .. math:: p(x) = \frac{1}{2\ell} \text{ where } |x| \le \ell, \text{ and } 0 \text{ elsewhere}

    Drawn in :doc:`/chapters/naive`.

    Raises:
        TypeError: if an argument holds no numbers.
        ValueError: if ``x`` is empty or not finite, or the limit not positive and finite, or so small that the
            density is not.

    >>> uniform_density([0.0, 0.09, 0.11])
    array([5., 5., 0.])
    """
    end = positive("limit", limit)
    return np.where(np.abs(numbers("x", x)) <= end, fitting("limit", 0.5 / end), 0.0)


def normal_density(x: ArrayLike, std: float = 0.1) -> NDArray[Any]:
    r"""Density of the weights that :func:`naive_normal` draws.

    .. math:: p(x) = \frac{1}{\sigma\sqrt{2\pi}} \, e^{-x^2 / 2\sigma^2}

    Drawn in :doc:`/chapters/naive`. Arguments, errors and result are those of :func:`uniform_density`, with
    the standard deviation ``std`` in place of the limit.

    >>> normal_density([0.0, 0.2]).round(2)
    array([3.99, 0.54])
    """
    width = positive("std", std)
    with np.errstate(over="ignore"):  # far out the density is zero
        steps = numbers("x", x) / width
        return np.asarray(fitting("std", np.exp(-(steps**2) / 2) / (width * math.sqrt(2 * math.pi))))


def pre_activations(initializer: Initializer, fan_in: int, *, rng: RNG = None) -> NDArray[Any]:
    r"""Send 200 standard normal rows through one layer of 200 units.

    .. math:: z_j = \sum_{i=1}^{n} x_i w_{ij}, \qquad \operatorname{Var} z = n \operatorname{Var} w \, E[x^2]

    The variance is over the draw of the weights, so the inputs may depend on one another. Glorot and Bengio (2010),
    equation 5, for one layer; its square-root law is drawn in :doc:`/chapters/naive`.

    Arguments and errors are those of :func:`signal_by_layer`, with the fan-in :math:`n` in place of the width.

    >>> round(float(pre_activations(naive_normal, 2500, rng=0).std()), 1)
    5.0
    """
    source = generator(rng)
    x = source.standard_normal(array_shape((ROWS, whole("fan_in", fan_in)), "fan_in"))
    return MLP(x.shape[::-1], initializer, rng=source).forward(x).logits


def pre_activation_spread(initializer: Initializer, fan_ins: Sequence[int], *, rng: RNG = None) -> NDArray[Any]:
    r"""Return the rms of the pre-activations for each of several fan-ins.

    .. math:: \operatorname{rms}(z) \approx \sqrt{n \operatorname{Var} w}

    for inputs with E[x²] = 1. Drawn in :doc:`/chapters/naive`; arguments and errors are those of
    :func:`pre_activations`, with at least two fan-ins.

    >>> pre_activation_spread(naive_normal, [25, 2500], rng=0).round(1)
    array([0.5, 5. ])
    """
    source, fans = generator(rng), whole_shape("fan_ins", fan_ins)
    return np.array([rms(pre_activations(initializer, fan_in, rng=source)) for fan_in in fans])


def signal_by_layer(
    initializer: Initializer,
    *,
    width: int,
    depth: int,
    activation: ActivationName | Activation = "tanh",
    rng: RNG = None,
) -> NDArray[Any]:
    r"""Send 200 standard normal rows through hidden layers of one width and return the rms after each.

    .. math:: \operatorname{rms}(a_l) \approx \left(\sqrt{n \operatorname{Var} w}\right)^l

    for a linear network of width :math:`n`: Glorot and Bengio (2010), equation 5, in :doc:`/chapters/naive`.

    Args:
        initializer: called as ``initializer(shape, rng=..., dtype=...)`` for each layer in turn.
        width: the number of inputs and of units in each hidden layer.
        depth: the number of hidden layers.
        activation: a name from ``ACTIVATIONS`` or an ``Activation``.
        rng: a Generator, an int seed or None; it draws the rows, then the weights.

    Returns:
        The rms of the input first, then of each hidden layer's activations, shape (depth + 1,).

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if the width or depth is below 1, a name unknown, or the initializer returns another shape.
        FloatingPointError: if the signal outgrows float64.

    >>> signal_by_layer(naive_normal, width=400, depth=3, activation="linear", rng=0).round(1)
    array([1. , 2. , 4. , 8.1])
    """
    source = generator(rng)
    sizes = (*[whole("width", width)] * (whole("depth", depth) + 1), 1)
    x = source.standard_normal(array_shape((ROWS, sizes[0]), "width"))
    return activation_rms(MLP(sizes, initializer, activation=activation, rng=source), x)


def signal_map(
    initializer: Initializer,
    *,
    widths: Sequence[int],
    depths: Sequence[int],
    activation: ActivationName | Activation = "tanh",
    rng: RNG = None,
) -> NDArray[Any]:
    """Return the rms of the signal at several depths of networks of several widths.

    The input's rms is 1. Drawn in :doc:`/chapters/naive`; arguments and errors are those of
    :func:`signal_by_layer`, with at least two widths and two depths.

    Returns:
        One row a depth, one column a width, shape (depths, widths).

    >>> signal_map(naive_normal, widths=[25, 400], depths=[1, 3], activation="linear", rng=0).round(1)
    array([[0.5, 2. ],
           [0.1, 8.1]])
    """
    source, layers = generator(rng), whole_shape("depths", depths)
    columns = [
        signal_by_layer(initializer, width=width, depth=max(layers), activation=activation, rng=source)
        for width in whole_shape("widths", widths)
    ]
    return np.array(columns)[:, layers].T
