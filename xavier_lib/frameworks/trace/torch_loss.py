"""From the outputs of a PyTorch model to a loss: the caller's, the model's own, or the usual one for the targets."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from xavier_lib.frameworks.trace.guess import classes_at_guess
from xavier_lib.wording import shown

OMITTED = -1  # a class below zero stands for what is left out


class Loss(NamedTuple):
    """What the pass backwards starts from.

    Attributes:
        value: the loss, or None where a direction stands in.
        classes: the number of classes where the loss is a cross-entropy.
        starts: the single numbers that the pass starts from.
    """

    value: float | None
    classes: int | None
    starts: list[Any]


def tensors_in(outputs: Any, seen: int = 0) -> Iterator[Any]:
    """Yield the tensors in what a model returned: itself, or in tuples, lists, mappings and records."""
    if hasattr(outputs, "untyped_storage"):
        yield outputs
    elif isinstance(outputs, Mapping) or hasattr(outputs, "items"):
        for value in outputs.values():
            yield from tensors_in(value, seen + 1)
    elif isinstance(outputs, (list, tuple)):
        for value in outputs:
            yield from tensors_in(value, seen + 1)
    elif hasattr(outputs, "__dict__") and seen < 4:
        yield from tensors_in(dict(vars(outputs)), seen + 1)


def numbers_in(outputs: Any) -> list[Any]:
    """Return the tensors of numbers among the outputs, each once."""
    found = {id(tensor): tensor for tensor in tensors_in(outputs) if tensor.is_floating_point() and tensor.numel()}
    return list(found.values())


def named_output(outputs: Any, *names: str) -> Any:
    """Return one of the outputs by its name, or None."""
    for name in names:
        value = outputs.get(name) if isinstance(outputs, Mapping) else getattr(outputs, name, None)
        if hasattr(value, "untyped_storage"):
            return value
    return None


def main_output(outputs: Any) -> Any:
    """Return the output that a loss is taken of: the logits by name, or the first tensor of numbers with axes."""
    named = named_output(outputs, "logits", "out", "prediction", "last_hidden_state")
    if named is not None:
        return named
    found = numbers_in(outputs)
    return next((tensor for tensor in found if tensor.ndim), found[0] if found else None)


def loss_of(outputs: Any, y: Any, loss: Callable[[Any, Any], Any] | None, samples: int) -> Loss:
    """Return the loss of a batch, or the direction that stands in for one.

    Raises:
        ValueError: if the loss is no number, or the targets do not fit the outputs.
    """
    if loss is not None:
        classes = classes_by(loss, outputs, y)
        return of_scalar(scalar(loss(outputs, y)), classes)
    own = named_output(outputs, "loss")
    if y is None and own is not None and own.numel() == 1:
        logits = named_output(outputs, "logits")
        classes = logits.shape[-1] if logits is not None and logits.shape[-1] > 1 else None
        return of_scalar(own.reshape(()), classes)
    if y is not None:
        return usual(main_output(outputs), y)
    found = [tensor for tensor in numbers_in(outputs) if tensor.requires_grad]
    if found and all(tensor.numel() == 1 for tensor in found):  # a model in training that returns its losses
        total = sum(tensor.reshape(()) for tensor in found)
        return of_scalar(total, None)
    return Loss(None, None, [rooted(tensor, direction(tensor, place, samples)) for place, tensor in enumerate(found)])


def rooted(output: Any, gradient: Any) -> Any:
    """Return a number whose derivative by an output is the given one; the output itself is not kept for it."""
    import torch

    class Root(torch.autograd.Function):  # type: ignore[misc]  # torch is not typed here
        @staticmethod
        def forward(ctx: Any, values: Any, given: Any) -> Any:
            ctx.given = given
            return values.new_zeros(())

        @staticmethod
        def backward(ctx: Any, _: Any) -> Any:
            given, ctx.given = ctx.given, None
            return given, None

    return Root.apply(output, gradient)


def direction(tensor: Any, seed: int, samples: int) -> Any:
    """Return signs by chance in the shape of an output, over the samples, from a source of their own."""
    import torch

    source = torch.Generator().manual_seed(seed)
    signs = torch.randint(0, 2, tensor.shape, generator=source, dtype=torch.int8).to(tensor.device)
    return (2 * signs - 1).to(tensor.dtype).div_(samples)


def scalar(value: Any) -> Any:
    """Return a loss that is one number, or refuse another one."""
    if not hasattr(value, "untyped_storage") or value.numel() != 1:
        shape = f"shape {tuple(value.shape)}" if hasattr(value, "shape") else shown(value)
        raise ValueError(f"loss must return a tensor with one number, got {shape}")
    return value.reshape(())


def classes_by(loss: Any, outputs: Any, y: Any) -> int | None:
    """Return the number of classes of a loss that is a cross-entropy, or None."""
    import torch
    from torch.utils import _pytree

    output = main_output(outputs)
    if output is None:
        return None

    def at(level: float) -> float:
        def equal(value: Any) -> Any:  # one number seen in a shape takes no memory
            known = hasattr(value, "untyped_storage") and value.is_floating_point()
            return value.new_full((), level, dtype=torch.float32).expand(value.shape) if known else value

        with torch.no_grad():
            return float(loss(_pytree.tree_map(equal, outputs), y))

    return classes_at_guess(at, tuple(output.shape))


def usual(output: Any, y: Any) -> Loss:
    """Return the usual loss for targets: cross-entropy for whole numbers, mean squares for others."""
    from torch.nn import functional

    if output is None:
        raise ValueError("model must return a tensor of numbers for a loss to be taken, got none; pass loss")
    shape, wanted = tuple(output.shape), tuple(y.shape)
    if y.is_floating_point():
        if output.squeeze().shape != y.squeeze().shape:
            raise ValueError(f"y must have the shape of the outputs, {shape}, got {wanted}; or pass loss")
        return of_scalar(functional.mse_loss(output.squeeze().float(), y.squeeze().float()), None)
    if wanted == shape or (wanted == shape[:-1] and shape[-1] == 1):
        return of_scalar(functional.binary_cross_entropy_with_logits(output.reshape(y.shape).float(), y.float()), 2)
    if wanted == shape[:-1]:
        return entropy(output, y, -1)
    if wanted == (*shape[:1], *shape[2:]):
        return entropy(output, y, 1)
    raise ValueError(f"y must be classes for outputs of shape {shape}, got shape {wanted}; or pass loss")


def of_scalar(value: Any, classes: int | None) -> Loss:
    """Return a loss that PyTorch has a graph of."""
    return Loss(float(value.detach()), classes, [value])


def entropy(output: Any, y: Any, axis: int) -> Loss:
    r"""Return the cross-entropy of logits, or of shares that sum to one, by the targets' classes along an axis.

    .. math:: -\log p_y, \qquad \partial / \partial z = p - 1_y

    averaged. The derivative of logits is written down, as large ones would be kept three times over for it.
    """
    import torch
    from torch.nn import functional

    classes = output.shape[axis]
    values, chosen = output.movedim(axis, -1).reshape(-1, classes), y.reshape(-1).long().clamp(min=OMITTED)
    if int(chosen.max()) >= classes:
        raise ValueError(f"y must hold classes below {classes}, as many as the outputs have, got {int(chosen.max())}")
    if bool(((values.detach().sum(-1) - 1).abs() < 1e-3).all()) and bool((values.detach().amin(-1) >= 0).all()):
        logs = values.float().clamp_min(1e-38).log()
        return of_scalar(functional.nll_loss(logs, chosen, ignore_index=OMITTED), classes)
    with torch.no_grad():
        logs = functional.log_softmax(values.float(), -1)
        value = float(functional.nll_loss(logs, chosen, ignore_index=OMITTED))
        counted = torch.nonzero(chosen >= 0).flatten()
        gradient = logs.exp_()
        gradient[counted, chosen[counted]] -= 1
        gradient[chosen < 0] = 0
        gradient /= max(1, len(counted))
    return Loss(value, classes, [rooted(values, gradient.to(values.dtype))])
