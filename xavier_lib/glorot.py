"""Xavier (Glorot) initialization: one variance for the forward and the backward pass."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.arguments import RNG, fitting, of_kind, positive, whole
from xavier_lib.fans import given_fans
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import near_one, rms
from xavier_lib.weights.drawing import limit_of
from xavier_lib.weights.scaling import fan_of, normal_kind, scale_of, std_of, variance_scaling
from xavier_lib.wording import explained


@explained
def glorot_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    r"""Standard deviation of Xavier (Glorot) weights.

    .. math:: \sigma = g \sqrt{\frac{2}{n_\text{in} + n_\text{out}}}

    Glorot and Bengio (2010), equation 12; derived in :doc:`/chapters/glorot`.

    The fans are those that :func:`~xavier_lib.fans.fan_in_fan_out` counts; the gain :math:`g` is 1 in the paper.

    Raises:
        TypeError: if a fan is no whole number or the gain no number.
        ValueError: if a fan is below 1, or the gain is not positive or its square does not fit float64.

    >>> round(glorot_std(300, 100), 4)
    0.0707
    """
    return std_of(scale_of(gain), fan_of("fan_avg", given_fans((fan_in, fan_out), ())))


@explained
def glorot_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    r"""Limit of uniform Xavier (Glorot) weights.

    .. math:: \ell = g \sqrt{\frac{6}{n_\text{in} + n_\text{out}}} = \sqrt{3}\,\sigma

    The 6 is 3 × 2: a uniform variable on :math:`[-\ell, \ell]` has variance :math:`\ell^2 / 3`. Glorot and
    Bengio (2010), equation 16; derived in :doc:`/chapters/glorot`. Arguments and errors are those of
    :func:`glorot_std`.

    >>> round(glorot_limit(300, 100), 4)
    0.1225
    """
    return limit_of(glorot_std(fan_in, fan_out, gain))


@explained
def glorot_uniform(
    shape: Sequence[int],
    *,
    gain: float = 1.0,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from the uniform Xavier (Glorot) distribution.

    .. math:: w \sim U[-\ell, \ell], \qquad \ell = g \sqrt{\frac{6}{n_\text{in} + n_\text{out}}}

    Glorot and Bengio (2010), equation 16; derived in :doc:`/chapters/glorot`. Arguments, errors and result
    are those of :func:`~xavier_lib.weights.scaling.lecun_uniform`.

    >>> glorot_uniform((2, 3), rng=0).round(3)
    array([[ 0.3  , -0.504, -1.006],
           [-1.059,  0.686,  0.904]])
    """
    return variance_scaling(
        shape, scale=scale_of(gain), mode="fan_avg", distribution="uniform", fans=fans, rng=rng, dtype=dtype
    )


@explained
def glorot_normal(
    shape: Sequence[int],
    *,
    gain: float = 1.0,
    truncated: bool = False,
    fans: tuple[int, int] | None = None,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> NDArray[Any]:
    r"""Draw weights from the normal Xavier (Glorot) distribution.

    .. math:: w \sim N(0, \sigma^2), \qquad \sigma = g \sqrt{\frac{2}{n_\text{in} + n_\text{out}}}

    Glorot and Bengio (2010), equation 12; derived in :doc:`/chapters/glorot`. Arguments, errors and result
    are those of :func:`~xavier_lib.weights.scaling.lecun_normal`.

    >>> round(float(glorot_normal((400, 100), rng=0).std()), 3)
    0.063
    """
    return variance_scaling(
        shape, scale=scale_of(gain), mode="fan_avg", distribution=normal_kind(truncated),
        fans=fans, rng=rng, dtype=dtype,
    )  # fmt: skip


xavier_uniform = glorot_uniform
xavier_normal = glorot_normal


def forward_ratio(network: MLP, x: ArrayLike) -> NDArray[Any]:
    r"""Mean square of each layer's pre-activations, measured over what independence predicts.

    .. math:: \frac{\operatorname{E}[z_l^2]}{n_\text{in} \operatorname{Var}(w_l) \operatorname{E}[a_{l-1}^2]}

    On average over draws it is 1 as long as weights of mean zero are independent of their inputs. Glorot and
    Bengio (2010), equation 5, without its product; measured before and after training in :doc:`/chapters/glorot`.

    Args:
        network: the network, with weights that vary in every layer and zero biases at the start.
        x: the inputs, shape (rows, width).

    Returns:
        One ratio a layer, the output layer included, shape (layers,).

    Raises:
        TypeError, ValueError, FloatingPointError: as in :func:`~xavier_lib.nn.signals.activation_rms`.
        ValueError: if all weights of a layer are equal, all its inputs zero, or a ratio does not fit float64.

    >>> network = MLP((400, 400, 400), glorot_normal, rng=0)
    >>> forward_ratio(network, np.random.default_rng(0).standard_normal((50, 400))).round(1)
    array([1., 1.])
    """
    record = of_kind("network", network, MLP).forward(x)
    ratios: list[float] = []
    for weights, inputs, z in zip(network.weights, record.activations, record.pre_activations, strict=True):
        scaled, power = near_one(weights.astype(float))
        if np.ptp(scaled) == 0 or not inputs.any():
            dead = f"got none in layer {len(ratios)}"
            raise ValueError(f"network must have weights that vary and inputs other than zero, {dead}")
        with np.errstate(over="ignore"):
            root = np.divide(rms(z.astype(float)), rms(inputs.astype(float))) / power / scaled.std()
            ratios.append(root**2 / len(weights))
    return np.array(fitting("network", ratios))


def wide_tanh_variance(depth: int, gain: float = 1.0) -> NDArray[Any]:
    r"""Variance of the activations of a wide tanh network with Xavier weights, layer by layer.

    .. math:: q_l = \operatorname{E} \tanh^2(g \sqrt{q_{l-1}}\, z), \qquad z \sim N(0, 1), \qquad q_0 = 1

    Layers of one width, that width without bound, zero biases: no weight is drawn, each layer is one
    integral. With gain 1 it sinks like :math:`1 / (2l)`. Poole et al. (2016), section 2; compared with
    networks of finite width in :doc:`/chapters/glorot`.

    Returns:
        The variance of the input, 1, then that of each of ``depth`` layers, shape (depth + 1,).

    Raises:
        TypeError, ValueError: if the depth is no whole number from 1 on, or the gain not as in :func:`glorot_std`.

    >>> wide_tanh_variance(10)[[0, 1, 10]].round(4)
    array([1.    , 0.3943, 0.0522])
    """
    factor, variances = positive("gain", gain), [1.0]
    z = np.linspace(-9, 9, 1800)
    density = np.exp(-(z**2) / 2)
    for _ in range(whole("depth", depth)):
        with np.errstate(over="ignore"):  # tanh of infinity is one
            activations = np.tanh(factor * math.sqrt(variances[-1]) * z)
        variances.append(float(np.average(activations**2, weights=density)))
    return np.array(variances)
