"""Activation functions by the names that frameworks use, beyond those that the book's own networks take."""

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from xavier_lib.nn.activations import ACTIVATIONS, leaky_relu
from xavier_lib.nn.arrays import Array

Function = Callable[[Array], Array]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. (2017), equations 14 and 15
NAME_AND_NUMBER = re.compile(r"([a-z]\w*)\((-?[\d.]+(?:e[-+]?\d+)?)\)")


def _erf(z: Array) -> Array:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(z), dtype=float)


def _sigmoid(z: Array) -> Array:
    return ACTIVATIONS["sigmoid"].f(z)


def _softplus(z: Array) -> Array:
    return np.asarray(np.logaddexp(0, z))


def _elu(z: Array, alpha: float = 1.0) -> Array:
    return np.asarray(np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))))


def _hard_sigmoid(z: Array) -> Array:
    return np.asarray(np.clip(z / 6 + 0.5, 0, 1))


def _gelu(z: Array) -> Array:
    return np.asarray(z * (1 + _erf(z / math.sqrt(2))) / 2)


def _gelu_tanh(z: Array) -> Array:
    return np.asarray(z * (1 + np.tanh((2 / math.pi) ** 0.5 * (z + 0.044715 * z**3))) / 2)


def _silu(z: Array) -> Array:
    return z * _sigmoid(z)


#: Functions of the pre-activation by their lower-case names without underscores.
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{name.replace("_", ""): activation.f for name, activation in ACTIVATIONS.items()},
        **dict.fromkeys(("silu", "swish"), _silu),
        "gelu": _gelu,
        **dict.fromkeys(("gelutanh", "gelunew", "gelupytorchtanh", "newgelu", "fastgelu"), _gelu_tanh),
        "quickgelu": lambda z: z * _sigmoid(1.702 * z),
        "mish": lambda z: z * np.tanh(_softplus(z)),
        **dict.fromkeys(("elu", "celu"), _elu),
        "selu": lambda z: SELU_SCALE * _elu(z, SELU_ALPHA),
        "softplus": _softplus,
        "logsigmoid": lambda z: -_softplus(-z),
        **dict.fromkeys(("hardswish", "hardsilu"), lambda z: z * _hard_sigmoid(z)),
        "hardsigmoid": _hard_sigmoid,
        "hardtanh": lambda z: np.clip(z, -1, 1),
        "relu6": lambda z: np.clip(z, 0, 6),
        **dict.fromkeys(("relusquared", "squaredrelu", "relu2"), lambda z: np.maximum(z, 0) ** 2),
        "softshrink": lambda z: z - np.clip(z, -0.5, 0.5),
        "hardshrink": lambda z: np.where(np.abs(z) > 0.5, z, 0),
        "tanhshrink": lambda z: z - np.tanh(z),
    }
)

#: Functions that take a number, written behind the name as in ``"elu(0.5)"``.
FAMILIES: Mapping[str, Callable[[float], Function]] = MappingProxyType(
    {
        **dict.fromkeys(("leakyrelu", "prelu"), lambda slope: leaky_relu(slope).f),
        "elu": lambda alpha: lambda z: _elu(z, alpha),
        "celu": lambda alpha: lambda z: _elu(z / alpha) * alpha,
        "softplus": lambda beta: lambda z: _softplus(beta * z) / beta,
    }
)


def simple(name: str) -> str:
    """Return the name of an activation without case and underscores, as frameworks differ in both.

    >>> simple("LeakyReLU"), simple("log_softmax")
    ('leakyrelu', 'logsoftmax')
    """
    return name.lower().replace("_", "")


def function_named(name: str) -> Function | None:
    """Return the function of a name, which may bring a number as in ``"elu(0.5)"``; None if there is none.

    >>> function_named("GELU")(np.array([1.0])).round(4), function_named("dropout")
    (array([0.8413]), None)
    """
    found = NAME_AND_NUMBER.fullmatch(simple(name))
    if found is None:
        return FUNCTIONS.get(simple(name))
    number = float(found[2])
    family = FAMILIES.get(found[1])
    return None if family is None or (not number and found[1] in ("celu", "softplus")) else family(number)
