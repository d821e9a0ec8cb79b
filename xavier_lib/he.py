"""He initialization: what a rectifier takes away, the weights give back."""

import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, finite, fitting, generator, numbers, positive, whole
from xavier_lib.names import ActivationName, Mode
from xavier_lib.nn.activations import Activation, activation_named
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.quadrature import panels
from xavier_lib.nn.signals import activation_rms, gradient_rms
from xavier_lib.nn.start import Initializer
from xavier_lib.weights.drawing import limit_of
from xavier_lib.weights.scaling import normal_kind, std_of, variance_scaling
from xavier_lib.wording import explained, shown


def rectifier_scale(negative_slope: float) -> float:
    r"""Return the scale that makes up for what a rectifier takes away: 2 over (1 + a²); see :doc:`/chapters/he`.

    Raises:
        TypeError: if the slope is no number.
        ValueError: if the slope is not finite, or its square does not fit float64.

    >>> rectifier_scale(0.0), rectifier_scale(1.0)
    (2.0, 1.0)
    """
    slope = finite("negative_slope", negative_slope)
    if slope * slope > sys.float_info.max / 16:
        raise ValueError(f"negative_slope must be a number whose square fits float64, got {shown(negative_slope)}")
    return 2 / (1 + slope * slope)


@explained
def he_std(fan: float, negative_slope: float = 0.0) -> float:
    r"""Standard deviation of He weights.

    .. math:: \sigma = \sqrt{\frac{2}{(1 + a^2)\, n}}

    He et al. (2015), equations 10, 14 and 15; derived in :doc:`/chapters/he`.

    Args:
        fan: the fan :math:`n`, fan-in for the forward pass or fan-out for the backward pass, or their mean.
        negative_slope: the slope :math:`a` of the rectifier left of zero; 0 for ReLU.

    Raises:
        TypeError: if the fan or the slope is no number.
        ValueError: if the fan is below 1 or the slope is not finite.

    >>> round(he_std(200), 4)
    0.1
    """
    if positive("fan", fan) < 1:
        raise ValueError(f"fan must be a number of at least 1, got {shown(fan)}")
    return std_of(rectifier_scale(negative_slope), fan)


@explained
def he_limit(fan: float, negative_slope: float = 0.0) -> float:
    r"""Limit of uniform He weights.

    .. math:: \ell = \sqrt{\frac{6}{(1 + a^2)\, n}} = \sqrt{3}\,\sigma

    He et al. (2015), equations 10, 14 and 15, with the variance of a uniform; derived in
    :doc:`/chapters/he`. Arguments and errors are those of :func:`he_std`.

    >>> round(he_limit(600), 4)
    0.1
    """
    return limit_of(he_std(fan, negative_slope))


@explained
def he_uniform(
    shape: Sequence[int],
    *,
    negative_slope: float = 0.0,
    mode: Mode = "fan_in",
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from the uniform He distribution.

    .. math:: w \sim U[-\ell, \ell], \qquad \ell = \sqrt{\frac{6}{(1 + a^2)\, n}}

    He et al. (2015), equations 10, 14 and 15; derived in :doc:`/chapters/he`. Arguments, errors and result are
    those of :func:`~xavier_lib.weights.scaling.variance_scaling`, with the scale that :func:`rectifier_scale` gives.

    >>> round(float(abs(he_uniform((600, 50), rng=0)).max()), 3)
    0.1
    """
    return variance_scaling(
        shape, scale=rectifier_scale(negative_slope), mode=mode, distribution="uniform", fans=fans, rng=rng, dtype=dtype
    )


@explained
def he_normal(
    shape: Sequence[int],
    *,
    negative_slope: float = 0.0,
    mode: Mode = "fan_in",
    truncated: bool = False,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from the normal He distribution.

    .. math:: w \sim N(0, \sigma^2), \qquad \sigma = \sqrt{\frac{2}{(1 + a^2)\, n}}

    He et al. (2015), equations 10, 14 and 15; derived in :doc:`/chapters/he`. Arguments, errors and result
    are those of :func:`he_uniform`, with ``truncated`` as in :func:`~xavier_lib.weights.scaling.lecun_normal`.

    >>> round(float(he_normal((200, 400), rng=0).std()), 3)
    0.1
    """
    return variance_scaling(
        shape, scale=rectifier_scale(negative_slope), mode=mode, distribution=normal_kind(truncated),
        fans=fans, rng=rng, dtype=dtype,
    )  # fmt: skip


class BothPasses(NamedTuple):
    """One number for each of the two passes through a network; see :doc:`/chapters/he`.

    Attributes:
        forward: that of the activations.
        backward: that of the gradients.

    >>> BothPasses(0.5, 0.25).backward
    0.25
    """

    forward: float
    backward: float


def second_moment_kept(activation: ActivationName | Activation) -> BothPasses:
    r"""Share of the second moment that an activation keeps, for standard normal pre-activations.

    .. math:: E[f(z)^2] \quad\text{forward}, \qquad E[f'(z)^2] \quad\text{backward}, \qquad z \sim N(0, 1)

    One half each for ReLU and :math:`(1 + a^2)/2` for a leaky one: He et al. (2015), section 2.2; measured
    in :doc:`/chapters/he`. By Gauss-Legendre quadrature on panels that end where a kink may lie.

    Raises:
        TypeError: if the activation is neither a name nor an ``Activation``.
        ValueError: if the name is unknown, or the activation, its derivative or their squares are not finite.

    >>> kept = second_moment_kept("tanh")
    >>> round(kept.forward, 4), round(kept.backward, 4)
    (0.3943, 0.4644)
    """
    chosen = activation_named(activation)
    z, weights = panels(1.0)
    values = [numbers(f"{chosen.name} of z", chosen.f(z)), numbers(f"{chosen.name}' of z", chosen.df(z))]
    for value in values:
        if value.shape != z.shape:
            raise ValueError(f"activation must give one number for each z, got shape {value.shape} for {z.shape}")
    with np.errstate(over="ignore"):
        return BothPasses(*(float(fitting("activation", value**2 @ weights)) for value in values))


def forward_gain(activation: ActivationName | Activation) -> float:
    r"""Gain on weights of variance 1/fan-in that keeps pre-activations of variance one at one.

    .. math:: g = 1 \big/ \sqrt{E[f(z)^2]}, \qquad z \sim N(0, 1)

    Of that size alone, unless the activation is a rectifier, which takes the same share of any size.

    The rule of He et al. (2015), equation 10, for any activation; used in :doc:`/chapters/he`. Arguments and
    errors are those of :func:`second_moment_kept`; a ValueError too if the activation keeps nothing.

    >>> round(forward_gain("relu"), 4), round(forward_gain("tanh"), 4)
    (1.4142, 1.5925)
    """
    kept = second_moment_kept(activation).forward
    return 1 / math.sqrt(positive("the second moment that the activation keeps", kept))


def size_after(
    initializer: Initializer, activation: ActivationName | Activation, *, depth: int, width: int = 256, rng: RNG = None
) -> BothPasses:
    r"""Send normal noise of rms 1 through equally wide layers, forward and back, and measure what arrives.

    .. math:: \operatorname{rms}(a_L), \qquad \operatorname{rms}(\partial C / \partial z_1)

    The experiment behind He et al. (2015), section 2.2, for any start and activation, with a batch of 64;
    run in :doc:`/chapters/he`.

    Args:
        initializer: called as ``initializer(shape, rng=..., dtype=...)`` for each layer in turn.
        activation: a name from ``ACTIVATIONS`` or an ``Activation``.
        depth: the number :math:`L` of hidden layers.
        width: the number of units in every layer, input and output included.
        rng: a Generator, an int seed or None; it draws weights, inputs and gradients.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a number is below 1 or a name unknown.
        FloatingPointError: if the signal outgrows the dtype.

    >>> size = size_after(he_normal, "relu", depth=3, width=400, rng=0)
    >>> round(size.forward, 1), round(size.backward, 1)
    (1.0, 1.0)
    """
    source = generator(rng)
    sizes = (whole("width", width),) * (whole("depth", depth) + 2)
    network = MLP(sizes, initializer, activation=activation, rng=source)
    x = source.standard_normal((64, sizes[0]))
    return BothPasses(float(activation_rms(network, x)[-1]), float(gradient_rms(network, x, rng=source)[0]))
