"""Leaves a PyTorch model, its inputs and all random states as they were, whatever a pass did."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from xavier_lib.frameworks.trace.torch_places import flat, memory_of

CONTAINERS = (dict, list, set)


def mode(handle: Callable[[Any, Any, dict[str, Any]], Any]) -> Any:
    """Return a context in which each function of PyTorch goes through another one on its way to the hardware."""
    from torch.utils._python_dispatch import TorchDispatchMode

    whole: dict[Any, bool] = {}  # whether a function is called as it is, and not as the functions that it is made of

    class Mode(TorchDispatchMode):  # type: ignore[misc]  # torch is not typed here
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # else its compiler is loaded: a second or two, and 70 MB

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ARG002
            if func not in whole:
                whole[func] = func.is_view or not func._can_decompose()
            if whole[func]:
                return handle(func, args, kwargs or {})
            with self:
                result = func.decompose(*args, **(kwargs or {}))
            return handle(func, args, kwargs or {}) if result is NotImplemented else result

    return Mode()


class Guard:
    """Keeps the numbers of tensors that a function is about to write into, so that they can be put back."""

    def __init__(self, tensors: Iterator[Any]) -> None:
        self.guarded = {memory: tensor for tensor in tensors if (memory := memory_of(tensor)) is not None}
        self.kept: dict[int, Any] = {}

    def called(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Call a function, once what it may change is kept."""
        name = str(func._overloadpacket.__name__)
        if func._schema.is_mutable or "batch_norm" in name:
            for tensor in flat((*args, *kwargs.values())):
                self.keep(tensor)
        return func(*args, **kwargs)

    def keep(self, tensor: Any) -> None:
        """Keep the numbers of all that lies in the memory of a tensor, if that is guarded."""
        memory = memory_of(tensor)
        if memory in self.guarded and memory not in self.kept:
            self.kept[memory] = tensor.untyped_storage().clone()

    def restore(self) -> None:
        """Put the numbers back."""
        for memory, numbers in self.kept.items():
            self.guarded[memory].untyped_storage().copy_(numbers)


def tensors_of(model: Any) -> Iterator[Any]:
    """Yield all tensors that a model holds: parameters, buffers, and those among its attributes."""
    for module in model.modules():
        for value in vars(module).values():
            inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            yield from flat((value, *inside))


@contextmanager
def unchanged(model: Any, inputs: Any) -> Iterator["Guard"]:
    """Run passes of a model, and put back all that they changed, also when they fail.

    Yields:
        What guards the memory of the model and of the inputs, if all functions of PyTorch are called through it.
    """
    import torch

    guard = Guard(iter([*tensors_of(model), *inputs]))
    parameters = [(tensor, tensor.grad, tensor.requires_grad, tensor._backward_hooks) for tensor in leaves(model)]
    attributes = [(module, dict(vars(module)), contents(module)) for module in model.modules()]
    states = (random.getstate(), np.random.get_state())
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(range(torch.cuda.device_count())))
        try:
            yield guard
        finally:
            guard.restore()
            for module, values, inside in attributes:
                put_back(module, values, inside)
            for tensor, grad, wanted, hooks in parameters:
                if tensor.grad is not grad:
                    tensor.grad = grad
                if tensor.requires_grad != wanted:
                    tensor.requires_grad_(wanted)
                if hooks is None:
                    tensor._backward_hooks = None
            random.setstate(states[0])
            np.random.set_state(states[1])


def leaves(model: Any) -> list[Any]:
    """Return the parameters of a model, each once."""
    return list({id(parameter): parameter for parameter in model.parameters()}.values())


def contents(module: Any) -> list[tuple[Any, Any]]:
    """Return the dictionaries, lists and sets among a module's attributes, each with a copy of what it holds."""
    return [(value, value.copy()) for value in vars(module).values() if isinstance(value, CONTAINERS)]


def put_back(module: Any, values: dict[str, Any], inside: list[tuple[Any, Any]]) -> None:
    """Give a module its attributes back, and their contents to those that hold others."""
    own = vars(module)
    if own.keys() != values.keys() or any(own[name] is not value for name, value in values.items()):
        own.clear()
        own.update(values)
    for container, copied in inside:
        same = len(container) == len(copied) and (
            all(a is b for a, b in zip(container, copied, strict=True))
            and (not isinstance(container, dict) or all(container[name] is value for name, value in copied.items()))
        )
        if not same:
            container.clear()
            container.extend(copied) if isinstance(container, list) else container.update(copied)
