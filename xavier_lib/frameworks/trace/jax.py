"""Measures a JAX model on one batch: a module of Flax, or a function with its tree of arrays; it stays as it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.frameworks.trace.jax_calls import Runner, array_of
from xavier_lib.frameworks.trace.jax_loss import NO_LOSS, Loss, arrays_in, loss_of, main_place
from xavier_lib.frameworks.trace.jax_readings import Reading, reading_of
from xavier_lib.frameworks.trace.jax_recorder import Recorder
from xavier_lib.frameworks.trace.jax_records import records
from xavier_lib.frameworks.trace.jax_sizes import mean_square
from xavier_lib.frameworks.trace.jax_stacks import whole_stacks
from xavier_lib.frameworks.trace.jax_tape import Tape
from xavier_lib.wording import shown


def measured(
    model: Any, x: Any, y: Any = None, loss: Callable[[Any, Any], Any] | None = None, *, backward: bool = True
) -> Measured:
    """Measure a JAX model on one batch, in the mode that it is in.

    The model is traced, and what was traced runs primitive by primitive; a module of Flax does so as a copy.

    Args:
        model: a ``flax.nnx.Module``; a pair ``(function, tree)`` with ``function(tree, x)``, or
            ``functools.partial(function, tree)``; a bound ``flax.linen`` module, or a pair ``(module, variables)``.
        x: an array, a tuple or list of arguments, or a mapping of arguments by name.
        y: the targets.
        loss: called with the outputs and the targets; by default cross-entropy for targets that are whole numbers, and
            mean squares for others.
        backward: whether gradients are measured; if not, nothing is kept for them.

    Raises:
        TypeError: if the model is of no known kind, or ``x`` holds no array.
        ValueError: if the forward pass fails, the model has no numbers yet, or the loss does not fit.
    """
    return passed(model, x, y, loss, backward=backward, weights=True)


def followed(model: Any, x: Any) -> Measured:
    """Measure what follows each array and what is kept of its signal, by a forward pass; weights are not read.

    A stack of layers has one record, by the name of its array.

    Raises:
        TypeError, ValueError: as in :func:`measured`.
    """
    found = passed(model, x, None, None, backward=False, weights=False)
    return replace(found, layers=tuple(whole_stacks(found.layers)))


def passed(
    model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool, weights: bool
) -> Measured:
    """Send a batch through a model, and its gradient back if that is wanted; return what both showed."""
    import jax

    reading = reading_of(model)
    traced, structure, batch = trace(reading, x)
    samples = next((int(array.shape[0]) for array in batch if array.ndim), 1)
    tape = Tape(backward)
    recorder = Recorder(tape, samples, weights=weights)
    found = Runner(recorder).run(traced, [*map(recorder.weights, reading.leaves), *map(recorder.given, batch)])
    for value in found:
        if value.node is not None:
            value.node.output = True
    outputs = jax.tree_util.tree_unflatten(structure, [value.array for value in found])
    wanted, main = backward or y is not None or loss is not None, main_place(outputs)
    start = loss_of(outputs, y, loss, samples) if wanted else Loss(None, None, [])
    size = None if main is None else mean_square(arrays_in(outputs)[main]) ** 0.5
    starts = list(zip([value.slot for value in found], start.gradients, strict=True)) if backward else []
    del outputs, found  # what nobody needs is not kept during the pass backwards
    tape.backwards(starts)
    layers = tuple(records(reading.leaves, recorder.uses.found, recorder.nodes, weights=weights))
    notes = [NO_LOSS] if backward and start.value is None else []
    unseen = (*notes, *recorder.unseen, *not_followed(layers))
    return Measured(layers=layers, loss=start.value, classes=start.classes, samples=samples, logits=size, unseen=unseen)


def is_array(value: Any) -> bool:
    """Say whether a value is an array of JAX or NumPy."""
    import jax

    return isinstance(value, (jax.Array, np.ndarray, np.generic))


def arguments(x: Any, reading: Reading) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments that a batch stands for, positional and by name."""
    if isinstance(x, Mapping) and reading.by_name(x):
        return (), dict(x)
    return (tuple(x) if isinstance(x, (tuple, list)) else (x,)), {}


def trace(reading: Reading, x: Any) -> tuple[Any, Any, list[Any]]:
    """Return a model as JAX traces it on a batch, the structure of its outputs, and the arrays of the batch.

    Raises:
        TypeError: if the batch holds no array.
        ValueError: if the model fails.
    """
    import jax

    inputs, structure = jax.tree_util.tree_flatten(arguments(x, reading))
    places = [place for place, leaf in enumerate(inputs) if is_array(leaf)]
    if not places:
        raise TypeError(f"x must be an array, or hold at least one array, got {shown(x)}")
    batch = [array_of(inputs[place]) for place in places]

    def call(arrays: Any, given: Any) -> Any:
        filled = list(inputs)
        for place, array in zip(places, given, strict=True):
            filled[place] = array
        args, named = jax.tree_util.tree_unflatten(structure, filled)
        return reading.run(arrays, *args, **named)

    try:
        traced, shape = jax.make_jaxpr(call, return_shape=True)([leaf.array for leaf in reading.leaves], batch)
    except Exception as error:  # whatever a model raises
        reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        hint = reading.hint if "rng" in reason.lower() else ""
        raise ValueError(f"model must take x, and its forward pass failed with {reason}{hint}") from error
    return traced, jax.tree_util.tree_structure(shape), batch


def not_followed(layers: Sequence[LayerRecord]) -> list[str]:
    """Return a sentence for the arrays that were not used, or in ways that were not followed."""
    unused = [layer.name for layer in layers if not layer.used]
    return [f"these arrays, which the pass did not reach: {', '.join(unused)}"] if unused else []
