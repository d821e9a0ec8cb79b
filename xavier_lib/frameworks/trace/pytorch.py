"""Measures a ``torch.nn.Module`` on one batch: a forward and a backward pass that leave it as it was."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.frameworks.pytorch import refuse_empty
from xavier_lib.frameworks.trace.torch_gradients import Table, backwards, tables, watched
from xavier_lib.frameworks.trace.torch_loss import Loss, loss_of, main_output, tensors_in
from xavier_lib.frameworks.trace.torch_recorder import Recorder
from xavier_lib.frameworks.trace.torch_records import records
from xavier_lib.frameworks.trace.torch_running import following_modules, forward, hooked, plainly
from xavier_lib.frameworks.trace.torch_sizes import mean_square
from xavier_lib.frameworks.trace.torch_state import mode, unchanged
from xavier_lib.frameworks.trace.torch_weights import Held, parameters_of
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
    return passed(model, x, y, loss, backward=backward, weights=True)


def followed(model: Any, x: Any) -> Measured:
    """Measure what follows each array and what is kept of its signal, by a forward pass; weights are not read.

    Raises:
        TypeError, ValueError: as in :func:`measured`.
    """
    return passed(model, x, None, None, backward=False, weights=False)


def passed(
    model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool, weights: bool
) -> Measured:
    """Send a batch through a module, and its gradient back if that is wanted; return what both showed."""
    import torch

    held = parameters_of(model)
    for entry in held:
        refuse_empty(entry.names[0], entry.parameter)
    inputs, samples = batch_of(x)
    targets = y if y is None or loss is not None else torch.as_tensor(y)
    unseen: list[str] = []
    if backward and any(tensor.is_inference() for tensor in (*inputs, *(entry.parameter for entry in held))):
        backward, unseen = False, ["the gradients: the weights or the batch were made in inference mode"]
    large: dict[int, Table] = {}
    with ExitStack() as stack:
        guard = stack.enter_context(unchanged(model, [*inputs, *tensors_in(targets)]))
        stack.enter_context(plainly(model))
        stack.enter_context(torch.set_grad_enabled(backward))
        hooks = stack.enter_context(hooked())
        running = stack.enter_context(following_modules(model))
        recorder = Recorder(
            held,
            running,
            lambda use, tensor: hooks.append(watched(use, tensor, samples, large)),
            guard.called,
            samples,
            backward=backward,
        )
        recorder.given(iter(inputs))
        outputs = forward(model, x, recorder)
        stack.enter_context(mode(guard.called))
        recorder.outputs(tensors_in(outputs))
        logits = main_output(outputs)
        size = None if logits is None else mean_square(logits.detach()) ** 0.5
        start = Loss(None, None, [])
        if backward or targets is not None or loss is not None:
            start = loss_of(outputs, targets, loss, samples)
        del outputs, logits  # what nobody needs is not kept during the pass backwards
        if backward:
            large |= tables(held, recorder.uses)
            failed = backwards(start.starts, held, large, hooks)
            unseen += failed
            for use in recorder.uses if failed else ():
                use.gradient = None
    found = tuple(records(model, held, recorder.uses, recorder.nodes, weights=weights))
    unseen += not_followed(model, held)
    return Measured(
        layers=found, loss=start.value, classes=start.classes, samples=samples, logits=size, unseen=tuple(unseen)
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
        raise TypeError(f"x must hold at least one tensor of PyTorch, got {shown(x)}")
    first = next(iter(x.values() if isinstance(x, Mapping) else x)) if isinstance(x, (tuple, list, Mapping)) else x
    if isinstance(first, (tuple, list)):  # of pictures that differ in size
        return found, len(first)
    return found, next((int(tensor.shape[0]) for tensor in found if tensor.ndim), 1)


def not_followed(model: Any, held: list[Held]) -> list[str]:
    """Return a sentence for what was used by a function that was not followed, and for what has no numbers to read."""
    names = [entry.names[0] for entry in held if entry.strange]
    packed = [name for name, module in model.named_modules() if hasattr(module, "_packed_params")]
    sentences = (("what these arrays give", names), ("these quantized layers", packed))
    return [f"{what}: {', '.join(them)}" for what, them in sentences if them]
