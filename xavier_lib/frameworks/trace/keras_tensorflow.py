"""Runs a Keras model on TensorFlow, forward and back, while each function is seen, and leaves it as it was."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.frameworks.trace.keras_gradients import backwards
from xavier_lib.frameworks.trace.keras_inputs import batch_of, called_with
from xavier_lib.frameworks.trace.keras_loss import NO_LOSS, Loss, loss_of, main_output, tensors_in
from xavier_lib.frameworks.trace.keras_outputs import end_of, losses_added, not_followed, size_of
from xavier_lib.frameworks.trace.keras_places import Places
from xavier_lib.frameworks.trace.keras_recorder import Recorder
from xavier_lib.frameworks.trace.keras_records import records
from xavier_lib.frameworks.trace.keras_state import unchanged
from xavier_lib.frameworks.trace.keras_variables import held_by, layers_of
from xavier_lib.frameworks.trace.keras_watching import layers_followed, recording


def measured(
    model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool, weights: bool
) -> Measured:
    """Measure a model of Keras on TensorFlow; ``weights`` says whether the numbers of its arrays are read too.

    Raises:
        TypeError, ValueError: as :func:`xavier_lib.frameworks.trace.keras.measured`.
    """
    import tensorflow as tf

    held = held_by(model)
    batch, samples = batch_of(x)
    inputs, start, unseen = tensors_in(batch), Loss(None, None, []), list[str]()
    with unchanged(model):
        tape = tf.GradientTape() if backward else None
        places = Places(held, model.variables)
        recorder = Recorder(places, samples, None if tape is None else tape.watch, weights=weights)
        recorder.given(inputs)
        with tape or nullcontext():
            with recording(recorder, eager=not (backward and grouped(model))), layers_followed(recorder, held):
                outputs = forward(model, batch, recorder)
            recorder.outputs(tensors_in(outputs))
            logits = size_of(main_output(outputs), recorder)
            if backward or y is not None or loss is not None:
                start = loss_of(model, outputs, y, loss, lambda tensor: end_of(places.at(tensor)))
        value = None if start.value is None else float(start.value)
        unseen += [NO_LOSS] if backward and value is None else []
        unseen += not_followed(recorder, tensors_in(outputs), inputs)
        del outputs  # what nobody needs is not kept during the pass backwards
        unseen += backwards(tape, start, recorder, held, samples) if tape is not None else []
        found = records(held, recorder.uses, recorder.nodes, recorder.facts if weights else None)
        unseen += losses_added(model)
    return Measured(
        layers=tuple(found),
        loss=value,
        classes=start.classes,
        samples=samples,
        logits=logits,
        unseen=tuple(unseen),
    )


def forward(model: Any, batch: Any, recorder: Recorder) -> Any:
    """Return what a model makes of a batch.

    Raises:
        ValueError: if it fails, or if it reaches a layer that has not been built.
    """
    try:
        return called_with(model, batch)
    except ValueError:
        if recorder.refused is None:
            raise
    raise ValueError(f"{recorder.refused} is not built and has no weights yet: call the model on x first")


def grouped(model: Any) -> bool:
    """Say whether a model has convolutions whose gradients TensorFlow has in compiled functions only."""
    import tensorflow as tf

    groups = (getattr(layer, "groups", 1) for layer in layers_of(model) if hasattr(layer, "kernel_size"))
    return any(isinstance(count, int) and count > 1 for count in groups) and not tf.config.list_physical_devices("GPU")
