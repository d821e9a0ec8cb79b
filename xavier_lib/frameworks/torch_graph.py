"""Finds in a trace of a PyTorch model which activation follows each layer."""

import contextlib
import copy
import io
from typing import Any

from xavier_lib.frameworks.rules import known, simple

# What a signal passes on its way from a layer to the activation, by the name of a module, function or method.
PASSED = (
    *("batchnorm", "instancenorm", "groupnorm", "layernorm", "rmsnorm", "dropout", "pool", "flatten", "reshape"),
    *("view", "pad", "permute", "transpose", "squeeze", "contiguous", "upsample", "identity", "mean", "interpolate"),
)
SAME = (
    "to",
    "float",
    "double",
    "half",
    "bfloat16",
    "type",
    "clone",
    "cat",
    "concat",
    "stack",
    "pixelshuffle",
    "channelshuffle",
    "pixel_shuffle",
)
LINEAR = ("add", "sub", "mul", "matmul", "bmm", "linear", "einsum")
ASKED = ("size", "dim", "numel", "shape", "device", "dtype", "getattr", "is_floating_point")  # of a signal, not sent on


def activations(model: Any) -> dict[str, str]:
    """Return which activation follows each submodule, as a symbolic trace of the forward pass shows it.

    The trace runs on a copy that shares the parameters, so that the model keeps its state. A forward pass that
    depends on its inputs' values cannot be traced: then nothing is known.
    """
    from torch import fx

    for wrapper in ("_orig_mod", "module"):  # of torch.compile and DataParallel
        inner = model._modules.get(wrapper)
        if inner is not None and len(model._modules) == 1:
            return {f"{wrapper}.{name}": found for name, found in activations(inner).items()}
    shared = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            graph = fx.symbolic_trace(copy.deepcopy(model, shared)).graph
    except Exception:  # whatever a forward pass raises when it is called with symbols
        return {}
    modules, seen = dict(model.named_modules()), dict[str, set[str | None]]()
    for node in graph.nodes:
        if node.op == "call_module":
            seen.setdefault(str(node.target), set()).add(after(node, modules))
    only = {name: found.pop() for name, found in seen.items() if len(found) == 1}
    return {name: found for name, found in only.items() if found is not None}


def after(node: Any, modules: dict[str, Any]) -> str | None:
    """Return the first activation behind a node, ``"linear"`` where weights, a sum or the end come first, or None."""
    found = {what(user, modules) for user in node.users if getattr(user.target, "__name__", user.target) not in ASKED}
    return found.pop() if len(found) == 1 else None


def what(user: Any, modules: dict[str, Any]) -> str | None:
    """Return what a node of the graph is, what follows it if it lets the signal pass, or None if that is not known."""
    module = modules.get(user.target) if user.op == "call_module" else None
    name = type(module).__name__ if module is not None else getattr(user.target, "__name__", str(user.target))
    name = name.rstrip("_")
    if known(name):
        return described(name.lower(), module, user)
    if any(word in simple(name) for word in PASSED) or simple(name) in SAME:
        return after(user, modules)
    weights = module is not None and any(p.ndim > 1 for p in module.parameters())
    return "linear" if weights or user.op == "output" or simple(name).lstrip("i") in LINEAR else None


def described(name: str, module: Any, node: Any) -> str:
    """Return the name of an activation, with the slope of a leaky one."""
    if name == "prelu" and module is not None:
        return f"prelu({float(module.weight.detach().float().mean()):g})"
    if module is not None and hasattr(module, "negative_slope"):
        return f"leaky_relu({module.negative_slope:.9g})"
    if name.startswith("leaky"):
        slope = node.kwargs.get("negative_slope", node.args[1] if len(node.args) > 1 else 0.01)
        return f"leaky_relu({slope:.9g})"
    return name
