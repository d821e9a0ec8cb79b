"""Measures a Keras model on PyTorch, where its layers are PyTorch's modules too, by the reader of those."""

from collections.abc import Callable
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.frameworks.trace import pytorch
from xavier_lib.frameworks.trace.keras_inputs import batch_of, called_with
from xavier_lib.frameworks.trace.keras_loss import NO_LOSS
from xavier_lib.frameworks.trace.keras_outputs import losses_added
from xavier_lib.frameworks.trace.keras_renamed import own_loss, renamed
from xavier_lib.frameworks.trace.keras_state import unchanged
from xavier_lib.frameworks.trace.keras_variables import held_by


def measured(
    model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool, weights: bool
) -> Measured:
    """Measure a model of Keras on PyTorch; ``weights`` says whether the numbers of its arrays are read too.

    Raises:
        TypeError, ValueError: as :func:`xavier_lib.frameworks.trace.keras.measured`.
    """
    held = {id(entry.variable.value): entry for entry in held_by(model)}
    batch, _ = batch_of(x)
    with unchanged(model):
        module = in_training(model)
        if weights:
            wanted = own_loss(model, loss) if loss is not None or y is not None else None
            found = pytorch.measured(module, (batch,), y, wanted, backward=backward)
        else:
            found = pytorch.followed(module, (batch,))
        by_name = {name: held[id(one)] for name, one in module.named_parameters() if id(one) in held}
        notes = [*([NO_LOSS] if backward and found.loss is None else []), *losses_added(model)]
    return renamed(model, found, by_name, notes=notes)


def in_training(model: Any) -> Any:
    """Return a module that calls a model of Keras in training mode."""
    import torch

    class Training(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, batch: Any) -> Any:
            return called_with(self.model, batch)

    return Training()
