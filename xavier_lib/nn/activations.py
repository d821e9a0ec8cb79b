"""Activation functions and their derivatives, both as functions of the pre-activation z."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.arguments import finite, function, looked_up
from xavier_lib.names import ActivationName
from xavier_lib.nn.arrays import Array
from xavier_lib.wording import shown, text

InPlace = tuple[Callable[[Array], Array], Callable[[Array], Array]]


@dataclass(frozen=True)
class Activation:
    r"""An activation function :math:`f` and its derivative :math:`f'`.

    Both take pre-activations of any shape and return an array of that shape. Those of ``ACTIVATIONS`` keep float32,
    read other numbers as float64, and refuse what holds none. The chapter :doc:`/chapters/sigmoid` draws them.

    Attributes:
        name: the usual lower-case name.
        f: the function, applied to each pre-activation.
        df: the derivative, a function of the *pre-activation* too, not of the activation.
        in_place: the same for training, without a new array, or None: the first function turns z into f(z) where
            it stands, the second one f(z) into f'(z); both return what they were given.

    Raises:
        TypeError: if the name is no text, or a function none.

    >>> relu = ACTIVATIONS["relu"]
    >>> relu.f([-2.0, 3.0]), relu.df([-2.0, 3.0])
    (array([0., 3.]), array([0., 1.]))
    """

    name: str
    f: Callable[[ArrayLike], Array]
    df: Callable[[ArrayLike], Array]
    in_place: InPlace | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be called, before a network is built with it."""
        text("name", self.name)
        function("f", self.f, "numpy.tanh")
        function("df", self.df, "numpy.cos")


def checked(activation: Activation) -> InPlace:
    """Return ``f`` and ``df`` of an activation that may be a reader's own, as functions that refuse what they break.

    Raises:
        TypeError: if no numbers are returned.
        ValueError: if another shape is, or NaN for a number.
        FloatingPointError: if an infinity is returned for a number.

    >>> f, df = checked(Activation("steps", np.log, np.ones_like))
    >>> f(np.array([-1.0]))
    Traceback (most recent call last):
    ValueError: activation 'steps' must return numbers, got nan for -1.0
    """
    return partial(_applied, activation.name, activation.f), partial(_applied, activation.name, activation.df)


def _applied(name: str, function: Callable[[ArrayLike], Array], z: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        values = np.asarray(function(z))
    if values.dtype.kind not in "biuf":
        raise TypeError(f"activation {name!r} must return numbers, got dtype {values.dtype}")
    if values.shape != z.shape:
        raise ValueError(f"activation {name!r} must return an array of shape {z.shape}, got {values.shape}")
    if not np.isfinite(values).all():
        broken = np.isfinite(z) & ~np.isfinite(values)  # elsewhere the signal was broken before
        if np.isnan(values[broken]).any():
            raise ValueError(f"activation {name!r} must return numbers, got nan for {z[broken & np.isnan(values)][0]}")
        if broken.any():
            raise FloatingPointError(f"activation {name!r} outgrew {z.dtype} for {z[broken][0]}")
    return values.astype(z.dtype, copy=False)


def _floats(z: ArrayLike) -> Array:
    array: Array = np.asarray(z)
    if array.dtype.kind not in "biuf" or isinstance(z, np.ma.MaskedArray):
        raise TypeError(f"z must be an array of numbers, got {shown(z)}")
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def _ones_in_place(a: Array) -> Array:
    a.fill(1)
    return a


def _sigmoid(z: ArrayLike) -> Array:
    array = _floats(z)
    decay = np.exp(-np.abs(array))  # never overflows, and keeps its precision far from zero
    return np.asarray(np.where(array < 0, decay, 1) / (1 + decay))


def _sigmoid_in_place(z: Array) -> Array:
    z *= 0.5
    np.tanh(z, out=z)
    z += 1
    z *= 0.5
    return z


def _sigmoid_derivative(z: ArrayLike) -> Array:
    decay = np.exp(-np.abs(_floats(z)))
    return np.asarray(decay / (1 + decay) ** 2)


def _sigmoid_slope_in_place(a: Array) -> Array:
    a -= 0.5
    np.multiply(a, a, out=a)
    return np.subtract(0.25, a, out=a)


def _tanh_derivative(z: ArrayLike) -> Array:
    return 4 * _sigmoid_derivative(np.clip(_floats(z), -1e3, 1e3) * 2)


def _tanh_slope_in_place(a: Array) -> Array:
    np.multiply(a, a, out=a)
    return np.subtract(1, a, out=a)


def _softsign(z: ArrayLike) -> Array:
    array = _floats(z)
    largest = np.finfo(array.dtype).max
    bounded = np.clip(array, -largest, largest)  # infinity over infinity is no number
    return np.asarray(bounded / (1 + np.abs(bounded)))


def _softsign_in_place(z: Array) -> Array:
    size = np.abs(z)
    size += 1
    z /= size
    return z


def _softsign_slope_in_place(a: Array) -> Array:
    np.abs(a, out=a)
    np.subtract(1, a, out=a)
    return np.multiply(a, a, out=a)


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
        return np.where(np.isnan(array), array, np.where(array > 0, 1, slope)).astype(array.dtype)

    return Activation("leaky_relu", f, df)


#: A mapping from names to activations, with linear, sigmoid, tanh, relu, leaky_relu (slope 0.01) and softsign.
ACTIVATIONS: Mapping[ActivationName, Activation] = MappingProxyType(
    {
        cast(ActivationName, activation.name): activation
        for activation in (
            Activation(
                *("linear", _floats, lambda z: np.ones_like(_floats(z))),
                in_place=(lambda z: z, _ones_in_place),
            ),
            Activation(
                *("sigmoid", _sigmoid, _sigmoid_derivative), in_place=(_sigmoid_in_place, _sigmoid_slope_in_place)
            ),
            Activation(
                *("tanh", lambda z: np.tanh(_floats(z)), _tanh_derivative),
                in_place=(lambda z: np.tanh(z, out=z), _tanh_slope_in_place),
            ),
            Activation(
                *("relu", lambda z: np.maximum(_floats(z), 0), lambda z: np.heaviside(_floats(z), 0)),
                in_place=(lambda z: np.maximum(z, 0, out=z), lambda a: np.sign(a, out=a)),
            ),
            leaky_relu(),
            Activation(
                *("softsign", _softsign, lambda z: (1 / (1 + np.abs(_floats(z)))) ** 2),
                in_place=(_softsign_in_place, _softsign_slope_in_place),
            ),
        )
    }
)


def activation_named(activation: ActivationName | Activation) -> Activation:
    """Return an activation by name; an :class:`Activation` is returned as it is.

    Raises:
        TypeError: if it is neither a name nor an :class:`Activation`.
        ValueError: if the name is unknown.

    >>> activation_named("tanh").name
    'tanh'
    """
    if isinstance(activation, Activation):
        return activation
    if callable(activation):
        hint = "an Activation holds a function with its derivative"
        raise TypeError(f"activation must be one of {sorted(ACTIVATIONS)}, got {shown(activation)}; {hint}")
    return looked_up("activation", activation, ACTIVATIONS)
