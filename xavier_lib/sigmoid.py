"""The sigmoid: straight near zero, flat far out, its slope at most a quarter and its output around one half."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import fitting, numbers, of_kind, positive
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import ACTIVATIONS, Activation, activation_named
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.wording import shown

Array = NDArray[Any]


def tangent_distance(z: ArrayLike) -> Array:
    r"""Distance of the sigmoid from its tangent at zero.

    .. math:: \left|\sigma(z) - \left(\tfrac12 + \tfrac z4\right)\right|

    Glorot and Bengio (2010), section 3, look for this linear regime; drawn in :doc:`/chapters/sigmoid`.

    Args:
        z: pre-activations of any shape.

    Raises:
        TypeError, ValueError: if ``z`` is empty or holds anything but finite numbers.

    >>> tangent_distance([0.5, 1.0, 2.0]).round(4)
    array([0.0025, 0.0189, 0.1192])
    """
    array = numbers("z", z)
    return np.abs(ACTIVATIONS["sigmoid"].f(array) - (0.5 + array / 4))


def share_linear(z: ArrayLike, *, tolerance: float = 0.01) -> float:
    r"""Share of the inputs at which the sigmoid lies closer to its tangent than the tolerance.

    .. math:: \frac1N \sum_i \left[\left|\sigma(z_i) - \tfrac12 - \tfrac{z_i}4\right| < \epsilon\right]

    Counted in :doc:`/chapters/sigmoid`.

    Args:
        z: pre-activations of any shape.
        tolerance: the distance :math:`\epsilon`; by default a hundredth of the sigmoid's range.

    Raises:
        TypeError, ValueError: if ``z`` is empty or not finite, or the tolerance is not positive and finite.

    >>> share_linear([-5.0, 0.0, 0.5, 2.0])
    0.5
    """
    return float((tangent_distance(z) < positive("tolerance", tolerance)).mean())


def share_saturated(
    z: ArrayLike, *, activation: ActivationName | Activation = "sigmoid", threshold: float = 0.05
) -> float:
    r"""Share of the inputs at which the activation is flat.

    .. math:: \frac1N \sum_i \left[f'(z_i) < t \max f'\right]

    An input counts as saturated where the slope is below 5 % of the steepest slope on :math:`|z| \le 8`.
    Glorot and Bengio (2010), section 3, watch such units; counted in :doc:`/chapters/sigmoid`.

    Args:
        z: pre-activations of any shape.
        activation: a name from ``ACTIVATIONS`` or an ``Activation``.
        threshold: the share :math:`t` of the steepest slope, above 0 and at most 1.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if ``z`` is empty or not finite, the name is unknown, or the threshold is out of range.

    >>> share_saturated([-5.0, 0.0, 0.5, 2.0])
    0.25
    """
    slope = activation_named(activation).df
    share = positive("threshold", threshold)
    if share > 1:
        raise ValueError(f"threshold must be a number above 0 and at most 1, got {shown(threshold)}")
    steepest = slope(np.linspace(-8, 8, 161)).max()
    return float((slope(numbers("z", z)) < share * steepest).mean())


def tangent_map(network: MLP) -> tuple[Array, Array]:
    r"""Replace the activation of a network by its tangent at zero, and multiply the layers out.

    .. math:: a_l = f(0) + f'(0)\, z_l \quad\Rightarrow\quad z_L = x A + c, \qquad A = f'(0)^{L-1}\, W_1 \cdots W_L

    Linear layers collapse exactly: a product of matrices is a matrix. A sigmoid network of small weights
    nearly does; both in :doc:`/chapters/sigmoid`. Saxe et al. (2014) study how such networks learn.

    Args:
        network: a network whose activation is smooth at zero.

    Returns:
        The matrix :math:`A`, shape (inputs, outputs), and the offset :math:`c`, shape (outputs,).

    Raises:
        TypeError: if the network is no MLP.
        ValueError: if its activation has a kink at zero, like ReLU.

    >>> from xavier_lib import glorot_uniform
    >>> matrix, offset = tangent_map(MLP((2, 9, 9, 3), glorot_uniform, activation="linear", rng=0))
    >>> matrix.shape, offset.shape
    ((2, 3), (3,))
    """
    left, slope, right = of_kind("network", network, MLP).activation.df([-1e-12, 0.0, 1e-12])
    if not np.allclose([left, right], slope):
        raise ValueError(f"network must have an activation smooth at zero, got {network.activation.name!r}")
    height = network.activation.f([0.0])[0]
    matrix, offset = network.weights[0].copy(), network.biases[0].copy()
    with np.errstate(over="ignore", invalid="ignore"):
        for weights, biases in zip(network.weights[1:], network.biases[1:], strict=True):
            matrix, offset = slope * matrix @ weights, (height + slope * offset) @ weights + biases
    return fitting("network", matrix), fitting("network", offset)


def tangent_gap(network: MLP, x: ArrayLike) -> float:
    r"""How far a network is from its tangents at zero, measured on what tells the rows apart.

    .. math:: \frac{\operatorname{rms}\left(\tilde z_L - \tilde x A\right)}{\operatorname{rms}(\tilde z_L)}

    with :math:`A` of :func:`tangent_map`, and a tilde where the mean over the rows is taken off: 0.01 means
    that the tangents miss by one per cent of the variation; another linear map may be nearer. Measured in
    :doc:`/chapters/sigmoid`.

    Args:
        network: a network whose activation is smooth at zero.
        x: rows of inputs that are not all alike.

    Raises:
        TypeError, ValueError: as in :func:`tangent_map` and :meth:`xavier_lib.nn.mlp.MLP.forward`; also if all
            rows have the same logits.

    >>> from xavier_lib import glorot_uniform
    >>> tangent_gap(MLP((2, 9, 9, 3), glorot_uniform, activation="linear", rng=0), np.eye(2)) < 1e-12
    True
    """
    matrix, _ = tangent_map(network)
    record = network.forward(x)
    logits = record.logits
    with np.errstate(over="ignore", invalid="ignore"):
        straight = record.activations[0] @ matrix
        variation = fitting("x", logits - logits.mean(axis=0))
        if rms(variation) <= 1e-12 * rms(logits):
            raise ValueError(f"x must hold rows that differ in their logits, got {len(logits)} rows that do not")
        return rms(fitting("x", variation - (straight - straight.mean(axis=0)))) / rms(variation)


def derivative_products(network: MLP, x: ArrayLike) -> Array:
    r"""Mean product of the activation's derivatives along the paths through the first layers.

    .. math:: P_l = \operatorname{E}_x \prod_{k=1}^{l} \frac{1}{n_k} \sum_j f'(z_{k,j})

    A path takes one unit a layer, so the mean over all paths is the product of the layers' means. For the
    sigmoid :math:`P_l \le 4^{-l}`. Glorot and Bengio (2010), section 4.2, set each factor to 1 instead;
    measured in :doc:`/chapters/sigmoid`.

    Returns:
        One product a depth, shape (hidden layers,).

    Raises:
        TypeError, ValueError: as in :func:`~xavier_lib.nn.signals.activation_rms`; also if there is no hidden layer.

    >>> from functools import partial
    >>> from xavier_lib import constant
    >>> derivative_products(MLP((4, 3, 3, 2), partial(constant, value=0.0), activation="sigmoid"), np.ones((5, 4)))
    array([0.25  , 0.0625])
    """
    hidden = of_kind("network", network, MLP).forward(x).pre_activations[:-1]
    if not hidden:
        raise ValueError(f"network must have at least one hidden layer, got sizes {network.sizes}")
    means = np.array([network.activation.df(z).mean(axis=1) for z in hidden])
    return np.asarray(np.cumprod(means, axis=0).mean(axis=1))


def offset_and_variation(network: MLP, x: ArrayLike) -> tuple[Array, Array]:
    r"""Split each layer's pre-activations into what all rows share and what tells them apart.

    .. math:: \operatorname{E}[z_l^2] = \operatorname{rms}(\bar z_l)^2 + \operatorname{rms}(z_l - \bar z_l)^2

    with :math:`\bar z_l` the mean over the rows, one number a unit. LeCun et al. (1998), section 4.4, want
    activations around zero; the reason is measured in :doc:`/chapters/sigmoid`.

    Returns:
        The two sizes, offset and variation, each of shape (layers,); the logits are the last layer.

    Raises:
        TypeError, ValueError: as in :func:`derivative_products`, but no hidden layer is needed.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((2, 5, 3), glorot_uniform, activation="linear", rng=0)
    >>> offset_and_variation(network, [[1.0, 2.0], [-1.0, -2.0]])[0].round(6)
    array([0., 0.])
    """
    layers = of_kind("network", network, MLP).forward(x).pre_activations
    with np.errstate(over="ignore", invalid="ignore"):
        means = [z.mean(axis=0) for z in layers]
        variation = [rms(fitting("x", z - mean)) for z, mean in zip(layers, means, strict=True)]
    return np.array([rms(mean) for mean in means]), np.array(variation)


def centered(activation: ActivationName | Activation) -> Activation:
    r"""Shift an activation so that it gives zero at zero.

    .. math:: g(z) = f(z) - f(0), \qquad g'(z) = f'(z)

    LeCun et al. (1998), section 4.4, prefer such functions; tried in :doc:`/chapters/sigmoid`.

    Raises:
        TypeError, ValueError: if it is neither a name in ``ACTIVATIONS`` nor an ``Activation``.

    >>> centered("sigmoid").f([-30.0, 0.0, 30.0]).round(6)
    array([-0.5,  0. ,  0.5])
    """
    given = activation_named(activation)
    height = float(given.f([0.0])[0])
    return Activation(f"centered {given.name}", lambda z: given.f(z) - height, given.df)
