"""How a network starts: every layer's weights and biases, drawn by initializers and checked."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from xavier_lib.arguments import function, numbers
from xavier_lib.fans import Fans
from xavier_lib.nn.arrays import Array, Bias, Weights

Initializer = Callable[..., Array]


def started(
    shapes: Iterable[tuple[int, int]],
    initializer: Initializer,
    bias_initializer: Initializer | None,
    rng: np.random.Generator,
    dtype: np.dtype[Any],
) -> tuple[list[Weights], list[Bias]]:
    """Draw layer by layer, the weights before the biases; biases without an initializer are zeros and draw nothing."""
    weights, biases = [], []
    for shape in shapes:
        weights.append(_drawn("initializer", "weights", initializer, shape, rng=rng, dtype=dtype))
        row = np.zeros((1, shape[1]), dtype)
        if bias_initializer is not None:
            fans = Fans(*shape)
            row = _drawn("bias_initializer", "biases", bias_initializer, row.shape, fans=fans, rng=rng, dtype=dtype)
        biases.append(row[0])
    return weights, biases


def _drawn(name: str, drawn: str, initializer: Initializer, shape: tuple[int, ...], **options: Any) -> Array:
    function(name, initializer, "glorot_uniform")
    values = numbers(f"{name}'s {drawn}", initializer(shape, **options), options["dtype"])
    if values.shape != shape:
        raise ValueError(f"{name} must return an array of shape {shape}, got {values.shape}")
    return values.copy()
