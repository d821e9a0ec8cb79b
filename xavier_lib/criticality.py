"""The edge of chaos: what becomes, in wide layers, of a size and of the likeness of two inputs."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xavier_lib.arguments import finite, positive
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation, activation_named
from xavier_lib.wording import shown

ROUNDS = 10_000  # layers after which a size that has not settled is said not to settle
NEAR = 1e-12


class Phase(NamedTuple):
    """Where a pair of spreads lies, and how far two signals stay apart; see :doc:`/chapters/criticality`.

    Attributes:
        size: the variance q* at which pre-activations settle.
        chi: what multiplies a small difference, squared, at each layer: below 1 ordered, above 1 chaotic.
        scale: the depth at which the likeness of two inputs has gone e-fold nearer to where it settles.
    """

    size: float
    chi: float
    scale: float


def points() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return nodes and weights for means over a standard normal, with a kink allowed at zero."""
    nodes, weights = np.polynomial.legendre.leggauss(100)
    z = 6 * (nodes + 1)
    half = 6 * weights * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return np.concatenate([-z[::-1], z]), np.concatenate([half[::-1], half])


def size_next(activation: ActivationName | Activation, size: float, *, sigma_w: float, sigma_b: float = 0.0) -> float:
    r"""Variance of the pre-activations of the next wide layer.

    .. math:: q_{l+1} = \sigma_w^2\, E\big[f(\sqrt{q_l}\, z)^2\big] + \sigma_b^2, \qquad z \sim N(0, 1)

    with weights of variance :math:`\sigma_w^2 / n_\text{in}` and biases of variance :math:`\sigma_b^2`. Poole et al.
    (2016), equation 3; see :doc:`/chapters/criticality`.

    >>> size_next("relu", 1.0, sigma_w=2**0.5)
    1.0
    """
    z, weights = points()
    f = activation_named(activation).f(math.sqrt(size) * z)
    return float(positive("sigma_w", sigma_w) ** 2 * (weights @ f**2) + finite("sigma_b", sigma_b) ** 2)


def settled(activation: ActivationName | Activation, *, sigma_w: float, sigma_b: float = 0.0) -> float:
    """Return the variance at which the pre-activations of wide layers settle, from 1 on.

    Raises:
        ValueError: if it does not settle.

    >>> round(settled("tanh", sigma_w=2.0), 4)
    2.0
    """
    size = 1.0
    for _ in range(ROUNDS):
        after = size_next(activation, size, sigma_w=sigma_w, sigma_b=sigma_b)
        if abs(after - size) <= NEAR * max(size, 1e-3):
            return after
        size = after
        if not 1e-300 < size < 1e300:
            break
    raise ValueError(f"sigma_w must let the size settle, got {shown(sigma_w)}")


def phase(activation: ActivationName | Activation, *, sigma_w: float, sigma_b: float = 0.0) -> Phase:
    r"""Say where a pair of spreads lies between order and chaos.

    .. math:: \chi = \sigma_w^2\, E\big[f'(\sqrt{q^*} z)^2\big], \qquad \xi = -1 / \log \lambda
    """
    chosen = activation_named(activation)
    size = settled(chosen, sigma_w=sigma_w, sigma_b=sigma_b)
    z, weights = points()
    chi = float(sigma_w**2 * (weights @ chosen.df(math.sqrt(size) * z) ** 2))
    return Phase(size, chi, depth_scale(chosen, size, sigma_w, sigma_b, chi))


def likeness_next(
    activation: ActivationName | Activation, likeness: float, *, size: float, sigma_w: float, sigma_b: float = 0.0
) -> float:
    r"""Correlation of the pre-activations of two inputs at the next wide layer, where their size has settled.

    .. math:: c' = \frac{\sigma_w^2\, E[f(u) f(v)] + \sigma_b^2}{q^*}
    """
    z, weights = points()
    f = activation_named(activation).f
    root = math.sqrt(size)
    other = f(root * (likeness * z[:, None] + math.sqrt(max(0.0, 1 - likeness**2)) * z))
    return float((sigma_w**2 * ((weights * f(root * z)) @ other @ weights) + sigma_b**2) / size)


def depth_scale(
    activation: ActivationName | Activation, size: float, sigma_w: float, sigma_b: float, chi: float
) -> float:
    """Return the depth scale of the likeness, by its slope where it settles."""
    likeness = 0.5
    if chi <= 1:
        slope = chi
    else:
        for _ in range(ROUNDS):
            after = likeness_next(activation, likeness, size=size, sigma_w=sigma_w, sigma_b=sigma_b)
            if abs(after - likeness) < NEAR:
                break
            likeness = after
        z, weights = points()
        df, root = activation_named(activation).df, math.sqrt(size)
        other = df(root * (likeness * z[:, None] + math.sqrt(max(0.0, 1 - likeness**2)) * z))
        slope = float(sigma_w**2 * ((weights * df(root * z)) @ other @ weights))
    return math.inf if slope >= 1 else -1 / math.log(slope)
