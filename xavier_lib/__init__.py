"""First weights: how a neural network begins. Initializers, true fans and a network that shows its layers."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xavier_lib.calibration import lsuv
from xavier_lib.diagnosis import diagnose
from xavier_lib.fans import Fans, fan_in_fan_out
from xavier_lib.gain import gain
from xavier_lib.glorot import (
    glorot_limit,
    glorot_normal,
    glorot_std,
    glorot_uniform,
    xavier_normal,
    xavier_uniform,
)
from xavier_lib.he import he_limit, he_normal, he_std, he_uniform
from xavier_lib.naive import naive_normal, naive_uniform
from xavier_lib.nn.activations import ACTIVATIONS, Activation, leaky_relu
from xavier_lib.nn.mlp import MLP
from xavier_lib.orthogonal import delta_orthogonal, orthogonal
from xavier_lib.symmetry import constant
from xavier_lib.weights.scaling import lecun_normal, lecun_uniform, variance_scaling

if TYPE_CHECKING:  # modules that are loaded when they are first asked for
    from xavier_lib import datasets as datasets
    from xavier_lib import diagnosis as diagnosis
    from xavier_lib import exercises as exercises
    from xavier_lib import explore as explore
    from xavier_lib import figures as figures
    from xavier_lib import frameworks as frameworks
    from xavier_lib import museum as museum
    from xavier_lib import network as network
    from xavier_lib import rectifiers as rectifiers
    from xavier_lib import replay as replay
    from xavier_lib import shapes as shapes
    from xavier_lib import sigmoid as sigmoid
    from xavier_lib import table as table
    from xavier_lib import width as width

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Activation",
    "Fans",
    "constant",
    "delta_orthogonal",
    "diagnose",
    "fan_in_fan_out",
    "gain",
    "glorot_limit",
    "glorot_normal",
    "glorot_std",
    "glorot_uniform",
    "he_limit",
    "he_normal",
    "he_std",
    "he_uniform",
    "leaky_relu",
    "lecun_normal",
    "lecun_uniform",
    "lsuv",
    "naive_normal",
    "naive_uniform",
    "orthogonal",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
]

_LATER = {
    *("network", "normalization", "rectifiers", "replay", "residual", "shapes", "sigmoid", "table"),
    *("criticality", "datasets", "diagnosis", "exercises", "explore", "figures", "frameworks", "museum"),
    "width",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
