"""Activation functions and their derivatives, both as functions of the pre-activation z."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import finite, looked_up

Array = NDArray[Any]


@dataclass(frozen=True)
class Activation:
    r"""An activation function :math:`f` and its derivative :math:`f'`.

    Both take pre-activations of any shape and return an array of that shape; float32 stays float32, and
    whole numbers are read as float64. The chapter :doc:`/chapters/sigmoid` draws them.

    Attributes:
        name: the usual lower-case name.
        f: the function, applied to each pre-activation.
        df: the derivative, a function of the *pre-activation* too, not of the activation.

    >>> relu = ACTIVATIONS["relu"]
    >>> relu.f([-2.0, 3.0]), relu.df([-2.0, 3.0])
    (array([0., 3.]), array([0., 1.]))
    """

    name: str
    f: Callable[[ArrayLike], Array]
    df: Callable[[ArrayLike], Array]


def _floats(z: ArrayLike) -> Array:
    array: Array = np.asarray(z)
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def _sigmoid(z: ArrayLike) -> Array:
    array = _floats(z)
    decay = np.exp(-np.abs(array))  # never overflows, and keeps its precision far from zero
    return np.asarray(np.where(array < 0, decay, 1) / (1 + decay))


def _sigmoid_derivative(z: ArrayLike) -> Array:
    decay = np.exp(-np.abs(_floats(z)))
    return np.asarray(decay / (1 + decay) ** 2)


def _tanh_derivative(z: ArrayLike) -> Array:
    return 4 * _sigmoid_derivative(np.clip(_floats(z), -1e3, 1e3) * 2)


def _relu_derivative(z: ArrayLike) -> Array:
    array = _floats(z)
    return (array > 0).astype(array.dtype)


def _softsign(z: ArrayLike) -> Array:
    array = _floats(z)
    largest = np.finfo(array.dtype).max
    bounded = np.clip(array, -largest, largest)  # infinity over infinity is no number
    return np.asarray(bounded / (1 + np.abs(bounded)))


def leaky_relu(negative_slope: float = 0.01) -> Activation:
    r"""Leaky ReLU with a slope of your choice.

    .. math:: f(z) = \max(z, 0) + a \min(z, 0)

    The slope :math:`a` is He et al. (2015), equation 1; its start is derived in :doc:`/chapters/he`.

    Args:
        negative_slope: the slope :math:`a` left of zero, any finite number; 0 gives ReLU, 1 the identity.

    Raises:
        TypeError: if the slope is no number.
        ValueError: if the slope is not finite.

    >>> leaky_relu(0.2).f([-2.0, 3.0])
    array([-0.4,  3. ])
    """
    slope = finite("negative_slope", negative_slope)

    def f(z: ArrayLike) -> Array:
        array = _floats(z)
        rising = np.maximum(array, 0)
        return rising + slope * np.minimum(array, 0) if slope else rising  # zero times infinity is no number

    def df(z: ArrayLike) -> Array:
        array = _floats(z)
        return np.where(array > 0, 1, slope).astype(array.dtype)

    return Activation("leaky_relu", f, df)


#: A mapping from names to activations, with linear, sigmoid, tanh, relu, leaky_relu (slope 0.01) and softsign.
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        activation.name: activation
        for activation in (
            Activation("linear", _floats, lambda z: np.ones_like(_floats(z))),
            Activation("sigmoid", _sigmoid, _sigmoid_derivative),
            Activation("tanh", lambda z: np.tanh(_floats(z)), _tanh_derivative),
            Activation("relu", lambda z: np.maximum(_floats(z), 0), _relu_derivative),
            leaky_relu(),
            Activation("softsign", _softsign, lambda z: (1 / (1 + np.abs(_floats(z)))) ** 2),
        )
    }
)


def activation_named(activation: str | Activation) -> Activation:
    """Return an activation by name; an :class:`Activation` is returned as it is.

    Raises:
        TypeError: if it is neither a name nor an :class:`Activation`.
        ValueError: if the name is unknown.

    >>> activation_named("tanh").name
    'tanh'
    """
    return activation if isinstance(activation, Activation) else looked_up("activation", activation, ACTIVATIONS)
