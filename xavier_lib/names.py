"""The names that arguments accept, as types: an editor offers them, a type checker knows them."""

from typing import Literal

Mode = Literal["fan_in", "fan_out", "fan_avg"]
Distribution = Literal["uniform", "normal", "truncated_normal"]
StartDistribution = Distribution | Literal["orthogonal", "delta_orthogonal"]
Layout = Literal["IO", "OI"]
ActivationName = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "softsign"]
StartName = Literal[
    "glorot_uniform",
    "glorot_normal",
    "xavier_uniform",
    "xavier_normal",
    "he_uniform",
    "he_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "delta_orthogonal",
]
