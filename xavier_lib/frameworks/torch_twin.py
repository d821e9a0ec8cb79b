"""A copy of a PyTorch model that shares its parameters, so that following the copy leaves the model as it was."""

import copy
from collections.abc import Iterator
from typing import Any


def twin(model: Any) -> Any:
    """Return a copy that shares all tensors with the model, whatever else it holds.

    Weights that are computed from others, as under the older weight normalization and pruning, refuse to be copied;
    they are shared too. What cannot be copied at all, such as a lock or an open file, is shared.
    """
    shared = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    for module in model.modules():
        shared |= {id(tensor): tensor for tensor in tensors_in(vars(module))}
    try:
        return copy.deepcopy(model, shared)
    except Exception:  # whatever an attribute raises when it is copied
        return rebuilt(model, {})


def tensors_in(value: Any, depth: int = 3) -> Iterator[Any]:
    """Yield the tensors in a value and in the containers that it holds."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)) and depth:
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(part, depth - 1)


def rebuilt(module: Any, made: dict[int, Any]) -> Any:
    """Return a copy of a module and of those in it, whose containers are new and whose other attributes are shared."""
    if id(module) not in made:
        made[id(module)] = twin_of_one = object.__new__(type(module))
        for name, value in vars(module).items():
            twin_of_one.__dict__[name] = copy.copy(value) if isinstance(value, (dict, list, set)) else value
        for name, child in module._modules.items():
            if child is not None:
                twin_of_one._modules[name] = rebuilt(child, made)
    return made[id(module)]
