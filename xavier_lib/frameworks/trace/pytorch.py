"""Measures a ``torch.nn.Module`` on one batch: a forward and a backward pass that leave it as it was."""

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.frameworks.pytorch import refuse_empty
from xavier_lib.frameworks.trace.torch_gradients import Table, backwards, tables, watched
from xavier_lib.frameworks.trace.torch_loss import Loss, loss_of, main_output, tensors_in
from xavier_lib.frameworks.trace.torch_recorder import Recorder
from xavier_lib.frameworks.trace.torch_records import records
from xavier_lib.frameworks.trace.torch_sizes import mean_square
from xavier_lib.frameworks.trace.torch_state import mode, unchanged
from xavier_lib.frameworks.trace.torch_weights import Running, parameters_of
from xavier_lib.wording import shown


def measured(
    model: Any, x: Any, y: Any = None, loss: Callable[[Any, Any], Any] | None = None, *, backward: bool = True
) -> Measured:
    """Measure a module on one batch, in the mode that it is in.

    Args:
        model: any module of PyTorch.
        x: a tensor, a tuple or list of arguments, or a mapping of arguments by name.
        y: the targets.
        loss: called with the outputs and the targets; by default the model's own loss if it returns one, else
            cross-entropy for targets that are whole numbers, and mean squares for others.
        backward: whether gradients are measured; if not, nothing is kept for them.

    Raises:
        TypeError: if ``x`` holds no tensor.
        ValueError: if the forward pass fails, the model has no numbers yet, or the loss does not fit.
    """
    import torch

    held = parameters_of(model)
    for entry in held:
        refuse_empty(entry.names[0], entry.parameter)
    inputs, samples = batch_of(x)
    unseen: list[str] = []
    if backward and any(tensor.is_inference() for tensor in (*inputs, *(entry.parameter for entry in held))):
        backward, unseen = False, ["the gradients: the weights or the batch were made in inference mode"]
    with ExitStack() as stack:
        guard = stack.enter_context(unchanged(model, [*inputs, *tensors_in(y)]))
        stack.enter_context(plainly(model))
        stack.enter_context(torch.set_grad_enabled(backward))
        running = Running()
        hooks = stack.enter_context(hooked())
        large: dict[int, Table] = {}
        recorder = Recorder(
            held,
            running,
            lambda use, tensor: hooks.append(watched(use, tensor, samples, large)),
            guard.called,
            backward=backward,
        )
        with following_modules(model, running):
            recorder.given(iter(inputs))
            outputs = forward(model, x, recorder)
        with mode(guard.called):
            recorder.outputs(tensors_in(outputs))
            logits = main_output(outputs)
            size = None if logits is None else mean_square(logits.detach()) ** 0.5
            start = loss_of(outputs, y, loss, samples) if backward or y is not None or loss else Loss(None, None, [])
            del outputs, logits  # what nobody needs is not kept during the pass backwards
            if backward:
                large |= tables(held, recorder.uses)
                unseen += backwards(start.starts, held, large, hooks)
        found = records(model, held, recorder.uses, recorder.nodes)
    unseen += not_followed(model, found)
    return Measured(
        layers=tuple(found),
        loss=start.value,
        classes=start.classes,
        samples=samples,
        logits=size,
        unseen=tuple(unseen),
    )


def batch_of(x: Any) -> tuple[list[Any], int]:
    """Return the tensors of a batch, and how many rows it has.

    Raises:
        TypeError: if there is no tensor.
    """
    if not hasattr(x, "untyped_storage") and not isinstance(x, (tuple, list, Mapping)):
        kinds = "a tensor, a tuple of arguments or a mapping of arguments by name"
        raise TypeError(f"x must be {kinds}, got {shown(x)} ({type(x).__name__})")
    found = list(tensors_in(x))
    if not found:
        raise TypeError(f"x must hold at least one tensor, got {shown(x)}")
    return found, next((int(tensor.shape[0]) for tensor in found if tensor.ndim), 1)


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
            reason = f"{type(error).__name__}: {error}"
            raise ValueError(f"model must take x, and its forward pass failed with {reason}") from error


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
def following_modules(model: Any, running: Running) -> Iterator[None]:
    """Know at each time which modules of a model are running."""
    from torch.nn.modules import module as modules

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
        yield
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


def not_followed(model: Any, found: Any) -> list[str]:
    """Return a sentence for what was used by a function that was not followed, and for what has no numbers to read."""
    names = [record.name for record in found if record.used and record.output is None and record.fan_in is not None]
    packed = [name for name, module in model.named_modules() if hasattr(module, "_packed_params")]
    sentences = (("what these arrays give", names), ("these quantized layers", packed))
    return [f"{what}: {', '.join(them)}" for what, them in sentences if them]
