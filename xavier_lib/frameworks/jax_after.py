"""What follows a layer of Flax, so far as its modules show it without a call."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from xavier_lib.frameworks.by_hand import GRID, recognized
from xavier_lib.frameworks.following import END, LINEAR, UNKNOWN, After
from xavier_lib.frameworks.rules import known

PASSED = ("dropout", "identity")


def activation_of(path: tuple[Any, ...], modules: Mapping[Any, Any]) -> After:
    """Return what follows a layer in a Sequential; only the forward pass knows elsewhere."""
    from flax import nnx

    above = modules.get(path[:-1]) if path else None
    if isinstance(above, nnx.MultiHeadAttention) and path[-1] in ("query", "key", "value"):
        return LINEAR
    if len(path) < 2 or not isinstance(modules.get(path[:-2]), nnx.Sequential):
        return UNKNOWN
    normalized = False
    for after in modules[path[:-2]].layers[int(path[-1]) + 1 :]:
        name = getattr(after, "__name__", type(after).__name__)
        if known(name) or not isinstance(after, nnx.Module):
            return After(name if known(name) else by_values(after), normalized=normalized)
        normalized = normalized or "norm" in name.lower()
        if "norm" not in name.lower() and not any(word in name.lower() for word in PASSED):
            return LINEAR._replace(normalized=normalized)
    return END if len(path) == 2 else UNKNOWN


def by_values(function: Any) -> str | None:
    """Return the name of a function by its values, or None."""
    try:
        return recognized(np.asarray(function(GRID), dtype=float))
    except Exception:  # whatever a function raises for a grid in the place of its inputs
        return None
