"""Runs a Keras model on TensorFlow, forward and back, while each function is seen, and leaves it as it was."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_curves import name_of
from xavier_lib.frameworks.trace.keras_gradients import backwards
from xavier_lib.frameworks.trace.keras_inputs import batch_of, called_with
from xavier_lib.frameworks.trace.keras_loss import NO_LOSS, Loss, loss_of, main_output, tensors_in
from xavier_lib.frameworks.trace.keras_recorder import Recorder
from xavier_lib.frameworks.trace.keras_records import records
from xavier_lib.frameworks.trace.keras_sizes import mean_square, numbers
from xavier_lib.frameworks.trace.keras_state import unchanged
from xavier_lib.frameworks.trace.keras_variables import Held, held_by, layers_of
from xavier_lib.frameworks.trace.nodes import Node


def measured(model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool) -> Measured:
    """Measure a model of Keras on TensorFlow; arguments and errors are those of ``trace.keras.measured``."""
    return run(model, x, y, loss, backward=backward, eager=not (backward and grouped(model)))


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


def run(model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool, eager: bool) -> Measured:
    """Run both passes; ``eager`` says whether functions that would be compiled are run one by one."""
    import tensorflow as tf

    held = held_by(model)
    batch, samples = batch_of(x)
    inputs = tensors_in(batch)
    start, value, unseen = Loss(None, None, []), None, []
    with unchanged(model):
        tape = tf.GradientTape() if backward else None
        recorder = Recorder(held, model.variables, None if tape is None else tape.watch)
        recorder.given(inputs)
        with tape or nullcontext():
            with recording(recorder, eager), layers_followed(recorder, held):
                outputs = forward(model, batch, recorder)
            recorder.outputs(tensors_in(outputs))
            logits = size_of(main_output(outputs), recorder)
            if backward or y is not None or loss is not None:
                start = loss_of(model, outputs, y, loss, lambda tensor: end_of(recorder.node_of(tensor)))
        value = None if start.value is None else float(start.value)
        unseen += not_followed(recorder, tensors_in(outputs), inputs)
        del outputs
        if tape is not None:
            unseen = [*([NO_LOSS] if value is None else []), *unseen, *backwards(tape, start, recorder, held, samples)]
        found = records(held, recorder.uses, recorder.nodes, recorder.facts)
        unseen += losses_added(model)
    return Measured(
        layers=tuple(found),
        loss=value,
        classes=start.classes,
        samples=samples,
        logits=logits,
        unseen=tuple(unseen),
    )


@contextmanager
def recording(recorder: Recorder, eager: bool) -> Iterator[None]:
    """Let a recorder see each function that reaches the hardware, also within those that would be compiled."""
    import tensorflow as tf
    from tensorflow.python.framework import op_callbacks  # TensorFlow's own debugger sees functions by it

    before, logger = tf.config.functions_run_eagerly(), tf.get_logger()
    level = logger.level
    tf.config.run_functions_eagerly(eager)
    logger.setLevel("ERROR")  # it warns of how often Keras compiles grouped convolutions
    op_callbacks.add_op_callback(recorder.called)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(recorder.called)
        tf.config.run_functions_eagerly(before)
        logger.setLevel(level)


@contextmanager
def layers_followed(recorder: Recorder, held: Sequence[Held]) -> Iterator[None]:
    """Let a recorder take the layers that count as one function as a whole."""
    import keras

    by_variable = {id(entry.variable): entry for entry in held}
    original = keras.Layer.__call__

    def call(layer: Any, *args: Any, **settings: Any) -> Any:
        if not layer.built and type(layer).build is not keras.Layer.build:
            recorder.refused = recorder.refused or layer.name
            raise ValueError("not built")
        names = {base.__name__ for base in type(layer).__mro__}
        whole = bool(names & (ops.NORMALIZING | ops.DROPPING)) and not recorder.muted
        recorder.running.append(layer)
        recorder.muted += whole
        try:
            outputs = original(layer, *args, **settings)
        finally:
            recorder.muted -= whole
            recorder.running.pop()
        if not whole:
            return outputs
        own = [by_variable[id(one)] for one in layer.weights if id(one) in by_variable]
        recorder.passed(layer, tensors_in((args, settings)), tensors_in(outputs), own)
        return outputs

    keras.Layer.__call__ = call
    try:
        yield
    finally:
        keras.Layer.__call__ = original


def size_of(output: Any, recorder: Recorder) -> float | None:
    """Return the size of the output that a loss is taken of; of what a softmax got, where one comes last."""
    if output is None:
        return None
    node = recorder.node_of(output)
    if node is not None and node.root.kind is kinds.SOFTMAX:
        before = node.root.parents[0].root
        return None if before.square is None else float(before.square**0.5)
    return float(mean_square(numbers(output)) ** 0.5)


def end_of(node: Node | None) -> str | None:
    """Return the name of the activation that an output comes from."""
    if node is None:
        return None
    return "softmax" if node.root.kind is kinds.SOFTMAX else name_of(node)


def not_followed(recorder: Recorder, outputs: Sequence[Any], inputs: Sequence[Any]) -> list[str]:
    """Return a sentence for the functions that are not known, and for outputs whose origin was not seen."""
    given = {id(tensor) for tensor in inputs}
    lost = [tensor for tensor in outputs if recorder.node_of(tensor) is None and id(tensor) not in given]
    found = []
    if recorder.strangers:
        found.append(f"what these functions of TensorFlow do with a signal: {', '.join(sorted(recorder.strangers))}")
    if recorder.loose:
        shapes = ", ".join(str(shape) for shape in sorted(recorder.loose))
        found.append(f"weights in variables that Keras does not know of: {shapes}")
    if lost:
        found.append(f"where {len(lost)} of the {len(outputs)} outputs come from: the signal leaves TensorFlow")
    return found


def losses_added(model: Any) -> list[str]:
    """Return a sentence for the losses that layers add by themselves."""
    added = model.losses
    return [f"the losses that layers add by themselves, such as penalties on weights: {len(added)}"] if added else []
