"""What the outputs of a recorded pass show, and what could not be seen on the way to them."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.keras_curves import name_of
from xavier_lib.frameworks.trace.keras_recorder import Recorder
from xavier_lib.frameworks.trace.keras_sizes import mean_square, numbers, root
from xavier_lib.frameworks.trace.nodes import Node


def size_of(output: Any, recorder: Recorder) -> float | None:
    """Return the size of the output that a loss is taken of; of what a softmax got, where one comes last."""
    if output is None:
        return None
    node = recorder.places.at(output)
    if node is not None and node.root.kind is kinds.SOFTMAX:
        before = node.root.parents[0].root
        return None if before.square is None else root(before.square)
    return root(mean_square(numbers(output)))


def end_of(node: Node | None) -> str | None:
    """Return the name of the activation that an output comes from."""
    if node is None:
        return None
    return "softmax" if node.root.kind is kinds.SOFTMAX else name_of(node)


def not_followed(recorder: Recorder, outputs: Sequence[Any], inputs: Sequence[Any]) -> list[str]:
    """Return a sentence for the functions that are not known, and for outputs whose origin was not seen."""
    given = {id(tensor) for tensor in inputs}
    lost = [tensor for tensor in outputs if recorder.places.at(tensor) is None and id(tensor) not in given]
    found = []
    if recorder.strangers:
        found.append(f"what these functions of TensorFlow do with a signal: {', '.join(sorted(recorder.strangers))}")
    if recorder.places.loose:
        shapes = ", ".join(str(shape) for shape in sorted(recorder.places.loose))
        found.append(f"weights in variables that Keras does not know of: {shapes}")
    if lost:
        found.append(f"where {len(lost)} of the {len(outputs)} outputs come from: the signal leaves TensorFlow")
    return found


def losses_added(model: Any) -> list[str]:
    """Return a sentence for the losses that layers add by themselves."""
    added = model.losses
    return [f"the losses that layers add by themselves, such as penalties on weights: {len(added)}"] if added else []
