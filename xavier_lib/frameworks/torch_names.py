"""Names of what a PyTorch model calls, with the numbers that activations take."""

from typing import Any

from xavier_lib.frameworks.by_hand import GRID
from xavier_lib.frameworks.rules import known
from xavier_lib.nn.functions import simple


def activates(name: str) -> bool:
    """Say whether a name is that of an activation; a layer of PyTorch bears that of the straight one.

    >>> activates("ReLU"), activates("Linear")
    (True, False)
    """
    return known(name) and simple(name) != "linear"


def normalizes(module: Any) -> bool:
    """Say whether a module is a normalization, by its name and as it holds no matrix."""
    return "norm" in type(module).__name__.lower() and all(p.ndim < 2 for p in module.parameters())


def name_of(called: Any) -> str:
    """Return the name of a class, function or method, without underscores at its ends."""
    return str(getattr(called, "__name__", called)).strip("_")


def tensor_grid() -> Any:
    """Return the grid as a tensor."""
    import torch

    return torch.from_numpy(GRID.copy())


def described(node: Any, modules: dict[str, Any]) -> str:
    """Return the name of the activation that a node calls, with the number that it takes."""
    module = modules.get(node.target) if node.op == "call_module" else None
    called = name_of(node.target if module is None else type(module))
    name = simple(called)
    if name == "prelu" and module is not None:
        return f"prelu({float(module.weight.detach().float().mean()):g})"
    if name.startswith("leaky"):
        slope = setting(node, module, "negative_slope", 1, 0.01)
        return f"leaky_relu({slope:.9g})"
    if name in ("elu", "celu") and (alpha := setting(node, module, "alpha", 1, 1.0)) != 1:
        return f"{name}({alpha:.9g})"
    if name == "softplus" and (beta := setting(node, module, "beta", 1, 1.0)) != 1:
        return f"softplus({beta:.9g})"
    if name == "gelu" and setting(node, module, "approximate", 1, "none") == "tanh":
        return "gelu_tanh"
    return called.lower()


def setting(node: Any, module: Any, name: str, place: int, default: Any) -> Any:
    """Return a setting of an activation: an attribute of its module, or an argument of its function."""
    if module is not None:
        return getattr(module, name, default)
    return node.kwargs.get(name, node.args[place] if len(node.args) > place else default)
