"""A copy of a PyTorch model that shares its parameters, so that following the copy leaves the model as it was."""

import copy
from collections.abc import Iterator
from typing import Any


def twin(model: Any) -> Any:
    """Return a copy that shares its parameters with the model, and nothing that a forward pass may change.

    Weights that are computed from others, as under the older weight normalization and pruning, refuse to be copied;
    they are shared too. What cannot be copied at all, such as a lock or an open file, is shared.
    """
    shared = {id(tensor): tensor for tensor in model.parameters()}
    for module in model.modules():
        for tensor in tensors_in(vars(module)):
            shared.setdefault(id(tensor), tensor if tensor.grad_fn is not None else tensor.detach().clone())
    try:
        return copy.deepcopy(model, shared)
    except Exception:  # whatever an attribute raises when it is copied
        return rebuilt(model, shared, {})


def tensors_in(value: Any, depth: int = 3) -> Iterator[Any]:
    """Yield the tensors in a value and in the containers that it holds."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)) and depth:
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(part, depth - 1)


def rebuilt(module: Any, tensors: dict[int, Any], made: dict[int, Any]) -> Any:
    """Return a copy of a module and of those in it, with new containers, these tensors, and all else shared."""
    if id(module) not in made:
        made[id(module)] = twin_of_one = object.__new__(type(module))
        for name, value in vars(module).items():
            twin_of_one.__dict__[name] = own(value, tensors)
        for name, child in module._modules.items():
            if child is not None:
                twin_of_one._modules[name] = rebuilt(child, tensors, made)
    return made[id(module)]


def own(value: Any, tensors: dict[int, Any]) -> Any:
    """Return a value for a copy: a container with its tensors replaced, a tensor replaced, anything else as it is."""
    if isinstance(value, dict):
        filled = copy.copy(value)
        filled.update({name: tensors.get(id(part), part) for name, part in value.items()})
        return filled
    if isinstance(value, (list, set)):
        return type(value)(tensors.get(id(part), part) for part in value)
    return tensors.get(id(value), value)
