"""Lets a recorder see what TensorFlow and Keras do while a model runs, and takes it away again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace.keras_loss import tensors_in
from xavier_lib.frameworks.trace.keras_recorder import Recorder
from xavier_lib.frameworks.trace.keras_variables import Held


@contextmanager
def recording(recorder: Recorder, *, eager: bool) -> Iterator[None]:
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
