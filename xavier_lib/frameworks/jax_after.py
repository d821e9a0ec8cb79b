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
    normalized, following = False, modules[path[:-2]].layers[int(path[-1]) + 1 :]
    for place, after in enumerate(following):
        name = getattr(after, "__name__", type(after).__name__)
        activates = known(name) and name != "Linear"
        if activates or not isinstance(after, nnx.Module):
            further = following[place + 1 : place + 2]
            chained = bool(further) and hasattr(further[0], "kernel")
            return After(
                name.lower() if activates else by_values(after),
                normalized=normalized,
                chained=chained,
                last=not further and len(path) == 2,
            )
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
