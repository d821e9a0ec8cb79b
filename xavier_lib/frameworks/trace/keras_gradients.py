"""The size of the gradients of a Keras model on TensorFlow, by its outputs layer by layer and by its variables."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace.keras_loss import Loss
from xavier_lib.frameworks.trace.keras_recorder import Recorder
from xavier_lib.frameworks.trace.keras_records import chosen_uses
from xavier_lib.frameworks.trace.keras_sizes import Sizes, mean_square, numbers, root, sizes
from xavier_lib.frameworks.trace.keras_variables import Held


def backwards(tape: Any, start: Loss, recorder: Recorder, held: Sequence[Held], samples: int) -> list[str]:
    """Send the gradient back, measure it where it was wanted, and return what was not seen."""
    wanted = [entry for entry in held if entry.variable.trainable]
    chosen = [use for use in chosen_uses(recorder.uses, recorder.nodes) if use.tensor is not None]
    sources = [*(use.tensor for use in chosen), *(entry.variable.value for entry in wanted)]
    for use in recorder.uses:
        use.tensor = None
    try:
        found = tape.gradient(start.starts, sources, start.gradients)
    except Exception as error:  # whatever a function's own backward pass raises
        first = str(error).split("\n", maxsplit=1)[0]
        return [f"the gradients: the backward pass failed with {type(error).__name__}: {first}"]
    finally:
        sources.clear()
    if all(gradient is None for gradient in found):
        return ["the gradients: no output depends on weights in a way that TensorFlow can differentiate"]
    found.reverse()
    for use in chosen:
        gradient = found.pop()
        if gradient is not None:
            measured = sizes(numbers(gradient), use.units, samples)
            varying = None if measured.varying is None else measured.varying * samples
            use.gradient = Sizes(measured.whole * samples, varying)
    for entry in wanted:
        gradient = found.pop()
        if gradient is not None:
            entry.gradient = size_of(gradient, entry)
    return []


def size_of(gradient: Any, entry: Held) -> float:
    """Return the size of a gradient by a variable, be it given whole or for the rows that were looked up."""
    import tensorflow as tf

    if not isinstance(gradient, tf.IndexedSlices):
        return root(mean_square(numbers(gradient)))
    rows, place = tf.unique(tf.reshape(gradient.indices, [-1]))
    flat = tf.reshape(gradient.values, [-1, gradient.values.shape[-1]])
    summed = numbers(tf.math.unsorted_segment_sum(flat, place, tf.size(rows)))
    return root(mean_square(summed) * summed.size / int(entry.variable.shape.num_elements()))
