"""Runs a PyTorch model function by function, and knows which of its modules are running."""

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from xavier_lib.frameworks.trace.torch_gradients import first_line
from xavier_lib.frameworks.trace.torch_recorder import Recorder
from xavier_lib.frameworks.trace.torch_state import mode
from xavier_lib.frameworks.trace.torch_weights import Running


def forward(model: Any, x: Any, recorder: Recorder) -> Any:
    """Return what a model makes of a batch, while each function is recorded.

    Raises:
        ValueError: if the model fails.
    """
    args, settings = ((), x) if isinstance(x, Mapping) else (tuple(x) if isinstance(x, (tuple, list)) else (x,), {})
    with mode(recorder.called):
        try:
            return model(*args, **settings)
        except Exception as error:  # whatever a model raises
            raise ValueError(f"model must take x, and its forward pass failed with {first_line(error)}") from error


@contextmanager
def plainly(model: Any) -> Iterator[None]:
    """Run layers function by function: not compiled, and not as one packed function of the hardware's library."""
    import torch

    fast = torch.backends.mha.get_fastpath_enabled()
    packed = any(isinstance(module, (torch.nn.LSTM, torch.nn.LSTMCell)) for module in model.modules())
    with ExitStack() as stack:
        if "torch._dynamo" in sys.modules and hasattr(torch.compiler, "set_stance"):  # it is slow to load
            stack.enter_context(torch.compiler.set_stance("force_eager"))
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "Using `torch.compile.module.` when there are global hooks")
        if packed:
            stack.callback(torch.backends.mkldnn.set_flags, *torch.backends.mkldnn.set_flags(False)[:1])
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fast)


@contextmanager
def following_modules(model: Any) -> Iterator[Running]:
    """Know at each time which modules of a model are running."""
    from torch.nn.modules import module as modules

    running = Running()
    own = {id(module) for module in model.modules()}

    def enter(module: Any, _: Any) -> None:
        if id(module) in own:
            running.stack.append(module)

    def leave(module: Any, *_: Any) -> None:
        if running.stack and running.stack[-1] is module:
            running.stack.pop()

    handles = [
        modules.register_module_forward_pre_hook(enter),
        modules.register_module_forward_hook(leave, always_call=True),
    ]
    try:
        yield running
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def hooked() -> Iterator[list[Any]]:
    """Collect hooks, and remove them all in the end."""
    handles: list[Any] = []
    try:
        yield handles
    finally:
        for handle in handles:
            handle.remove()
