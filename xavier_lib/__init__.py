"""First weights: how a neural network begins. Initializers, true fans and a network that shows its layers."""

from xavier_lib.fans import Fans, fan_in_fan_out
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
from xavier_lib.symmetry import constant
from xavier_lib.weights.scaling import lecun_normal, lecun_uniform, variance_scaling

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Activation",
    "Fans",
    "constant",
    "fan_in_fan_out",
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
    "naive_normal",
    "naive_uniform",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
]
