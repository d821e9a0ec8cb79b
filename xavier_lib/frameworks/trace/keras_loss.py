"""From the outputs of a Keras model to a loss: the caller's, the model's own, or the usual one for the targets."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.frameworks.trace.guess import classes_at_guess
from xavier_lib.wording import shown

NO_LOSS = "the loss, as there are no targets: a random direction stands in for it"


class Loss(NamedTuple):
    """What the pass backwards starts from.

    Attributes:
        value: the loss as a tensor, or None where a direction stands in.
        classes: the number of classes where the loss is a cross-entropy.
        starts: the tensors that the pass starts from.
        gradients: the gradient at each of them, or None for one.
    """

    value: Any
    classes: int | None
    starts: list[Any]
    gradients: list[Any] | None = None


def tensors_in(outputs: Any) -> list[Any]:
    """Return the tensors in what a model returned."""
    import keras

    return [leaf for leaf in keras.tree.flatten(outputs) if hasattr(leaf, "dtype") and hasattr(leaf, "shape")]


def is_float(tensor: Any) -> bool:
    """Say whether a tensor holds numbers with a fraction."""
    import keras

    return "float" in keras.backend.standardize_dtype(tensor.dtype)


def main_output(outputs: Any) -> Any:
    """Return the output that a loss is taken of: the logits by name, or the first tensor of numbers with axes."""
    if isinstance(outputs, Mapping) and "logits" in outputs:
        return outputs["logits"]
    found = [tensor for tensor in tensors_in(outputs) if is_float(tensor)]
    return next((tensor for tensor in found if len(tensor.shape)), found[0] if found else None)


def loss_of(
    model: Any, outputs: Any, y: Any, loss: Callable[[Any, Any], Any] | None, ends: Callable[[Any], str | None]
) -> Loss:
    """Return the loss of a batch, or the direction that stands in for one.

    Args:
        model: the model, which may have a loss of its own.
        outputs: what it returned.
        y: the targets.
        loss: the caller's loss.
        ends: which activation an output ends in, by name.

    Raises:
        TypeError: if the loss cannot be called.
        ValueError: if the loss is no number, or the targets do not fit the outputs.
    """
    import keras

    if y is None and loss is None:
        found = [tensor for tensor in tensors_in(outputs) if is_float(tensor)]
        return Loss(None, None, found, [direction(tensor, place) for place, tensor in enumerate(found)])
    output, value = main_output(outputs), value_of(model, outputs, y, loss, ends)

    def at(level: float) -> float:
        def equal(leaf: Any) -> Any:
            return keras.ops.full(leaf.shape, level) if is_float(leaf) else leaf

        return float(value_of(model, keras.tree.map_structure(equal, outputs), y, loss, lambda _: ends(output)))

    return Loss(value, None if output is None else classes_at_guess(at, tuple(output.shape)), [value])


def value_of(
    model: Any, outputs: Any, y: Any, loss: Callable[[Any, Any], Any] | None, ends: Callable[[Any], str | None]
) -> Any:
    """Return the loss of a batch as a tensor: the caller's, else the model's own, else the usual one.

    Raises:
        TypeError, ValueError: as :func:`loss_of`.
    """
    if loss is not None:
        if not callable(loss):
            raise TypeError(f"loss must be a function of the outputs and the targets, got {shown(loss)}")
        return scalar(loss(outputs, y))
    own = getattr(model, "loss", None) if getattr(model, "compiled", False) else None
    return compiled(own, model, outputs, y) if own else usual(main_output(outputs), y, ends)


def direction(tensor: Any, seed: int) -> Any:
    """Return signs by chance in the shape of an output, from a source of their own, over the number of samples."""
    import keras

    signs = 2.0 * np.random.default_rng(seed).integers(0, 2, tuple(tensor.shape)) - 1
    return keras.ops.convert_to_tensor(signs / max(1, (*tensor.shape, 1)[0]), tensor.dtype)


def scalar(value: Any) -> Any:
    """Return a loss that is one number, or refuse another one."""
    import keras

    if not hasattr(value, "dtype") or int(np.prod(tuple(value.shape))) != 1:
        shape = f"shape {tuple(value.shape)}" if hasattr(value, "shape") else shown(value)
        raise ValueError(f"loss must return a tensor with one number, got {shape}")
    return keras.ops.reshape(value, ())


def compiled(own: Any, model: Any, outputs: Any, y: Any) -> Any:
    """Return the loss that a model was compiled with: one function, or one for each of its outputs.

    Raises:
        ValueError: if there are not as many targets as losses.
    """
    import keras

    several = isinstance(own, (dict, list, tuple))
    names = list(own) if isinstance(own, dict) else list(range(len(own))) if several else [None]
    total = None
    for name in names:
        output, target, one = (part(name, value, model) if several else value for value in (outputs, y, own))
        if one is None:
            continue
        function = keras.losses.get(one)
        output = output if several else main_output(output)
        value = mean(function, keras.ops.convert_to_tensor(target), output)
        total = value if total is None else total + value
    if total is None:
        raise ValueError("model must have a loss for one of its outputs, got none; pass loss")
    return total


def part(name: Any, values: Any, model: Any) -> Any:
    """Return what belongs to one output, of outputs, targets or losses by name or in order."""
    if isinstance(values, Mapping):
        return values.get(name, None)
    place = list(getattr(model, "output_names", ())).index(name) if isinstance(name, str) else name
    try:
        return values[place]
    except (IndexError, TypeError) as error:
        raise ValueError(f"y must hold targets for each of the model's losses, got none for {shown(name)}") from error


def mean(function: Any, y: Any, output: Any) -> Any:
    """Return the mean of a loss over the batch, be it a function or an object that takes the mean itself."""
    import keras

    try:
        return keras.ops.mean(function(y, output))
    except ValueError as error:
        raise ValueError(f"y must fit the model's own loss, which failed with {error}; or pass loss") from error


def usual(output: Any, y: Any, ends: Callable[[Any], str | None]) -> Any:
    """Return the usual loss for targets: cross-entropy for whole numbers, mean squares for others.

    Raises:
        ValueError: if the targets do not fit.
    """
    import keras

    if output is None:
        raise ValueError("model must return a tensor of numbers for a loss to be taken, got none; pass loss")
    targets = keras.ops.convert_to_tensor(y)
    shape, wanted = tuple(output.shape), tuple(targets.shape)
    values = keras.ops.cast(output, "float32")
    if is_float(targets):
        if squeezed(shape) != squeezed(wanted):
            raise ValueError(f"y must have the shape of the outputs, {shape}, got {wanted}; or pass loss")
        flat = keras.ops.reshape(values, (-1,)) - keras.ops.reshape(keras.ops.cast(targets, "float32"), (-1,))
        return keras.ops.mean(keras.ops.square(flat))
    if shape[-1] > 1 and squeezed(wanted) == squeezed(shape[:-1]):
        return entropy(values, targets, ends(output) == "softmax")
    if squeezed(shape) == squeezed(wanted):
        flat, hits = (keras.ops.reshape(part, (-1,)) for part in (values, keras.ops.cast(targets, "float32")))
        logits = ends(output) != "sigmoid"
        return keras.ops.mean(keras.ops.binary_crossentropy(hits, flat, from_logits=logits))
    raise ValueError(f"y must be classes for outputs of shape {shape}, got shape {wanted}; or pass loss")


def squeezed(shape: Sequence[int]) -> tuple[int, ...]:
    """Return a shape without its axes of one."""
    return tuple(side for side in shape if side != 1)


def entropy(output: Any, targets: Any, shares: bool) -> Any:
    """Return the cross-entropy of logits, or of shares that a softmax has made.

    Raises:
        ValueError: if a target is no class.
    """
    import keras

    classes = int(output.shape[-1])
    chosen = keras.ops.reshape(targets, (-1,))
    low, high = (int(keras.ops.convert_to_numpy(end(chosen))) for end in (keras.ops.min, keras.ops.max))
    if low < 0 or high >= classes:
        raise ValueError(
            f"y must hold classes from 0 to {classes - 1}, as many as the outputs have, got {low} to {high}"
        )
    rows = keras.ops.reshape(output, (-1, classes))
    return keras.ops.mean(keras.ops.sparse_categorical_crossentropy(chosen, rows, from_logits=not shares))
