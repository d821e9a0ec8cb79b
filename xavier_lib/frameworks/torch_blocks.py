"""What follows the layers inside PyTorch's own blocks, which keep their activation in an attribute."""

from collections.abc import Iterator
from typing import Any

from xavier_lib.frameworks.by_hand import GRID, recognized
from xavier_lib.frameworks.following import UNKNOWN, After
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.stored import dotted

SUMMED = After("linear", summed=True)


def within(module: Any, after: After) -> Iterator[tuple[str, After]]:
    """Yield the names of the layers inside a block of PyTorch with what follows each of them.

    Args:
        module: the module.
        after: what follows the whole module.
    """
    from torch import nn

    for name, inner in module.named_modules():
        if isinstance(inner, nn.MultiheadAttention) and inner is module:
            yield "out_proj", after
        for kind in (nn.TransformerEncoderLayer, nn.TransformerDecoderLayer):
            if isinstance(inner, kind) and type(inner).forward is kind.forward:
                yield dotted(name, "linear1"), After(activation_kept(inner)) if activation_kept(inner) else UNKNOWN
                yield from ((dotted(name, part), SUMMED) for part in ends(inner))


def ends(block: Any) -> list[str]:
    """Return the names of the layers of an encoder or decoder layer whose outputs are added to its stream."""
    attentions = [name for name in ("self_attn", "multihead_attn") if hasattr(block, name)]
    return ["linear2", *(f"{name}.out_proj" for name in attentions)]


def activation_kept(block: Any) -> str | None:
    """Return the name of the activation that a block keeps in an attribute, read off its values where need be."""
    import torch

    activation = block.activation
    name = getattr(activation, "__name__", type(activation).__name__)
    if known(name):
        return str(name).lower()
    try:
        with torch.no_grad():
            return recognized(activation(torch.from_numpy(GRID.copy())).numpy())
    except Exception:  # whatever a function raises for a grid in the place of its inputs
        return None
