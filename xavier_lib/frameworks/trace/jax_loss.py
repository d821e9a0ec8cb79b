"""From the outputs of a JAX function to a loss: the caller's, or the usual one for the targets."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.frameworks.trace.guess import classes_at_guess
from xavier_lib.frameworks.trace.jax_sizes import is_float
from xavier_lib.wording import shown

NO_LOSS = "the loss, as there are no targets: a random direction stands in for it"


class Loss(NamedTuple):
    """What the pass backwards starts from.

    Attributes:
        value: the loss, or None where a direction stands in.
        classes: the number of classes where the loss is a cross-entropy.
        gradients: the derivative by each array of the outputs, or None for those without one.
    """

    value: float | None
    classes: int | None
    gradients: list[Any]


def arrays_in(outputs: Any) -> list[Any]:
    """Return the arrays in what a function returned."""
    import jax

    return [leaf for leaf in jax.tree_util.tree_leaves(outputs) if hasattr(leaf, "dtype")]


def main_place(outputs: Any) -> int | None:
    """Return which of the arrays in the outputs a loss is taken of: the logits by name, or the first of numbers."""
    arrays = arrays_in(outputs)
    named = outputs.get("logits") if isinstance(outputs, Mapping) else getattr(outputs, "logits", None)
    found = [place for place, array in enumerate(arrays) if is_float(array) and array.size]
    for place in found:
        if named is not None and arrays[place] is named:
            return place
    return next((place for place in found if arrays[place].ndim), found[0] if found else None)


def loss_of(outputs: Any, y: Any, loss: Callable[[Any, Any], Any] | None, samples: int) -> Loss:
    """Return the loss of a batch and its derivatives by the outputs, or a direction that stands in for them.

    Raises:
        TypeError: if the loss cannot be called.
        ValueError: if the loss is no number, or the targets do not fit the outputs.
    """
    arrays, main = arrays_in(outputs), main_place(outputs)
    if loss is None and y is None:
        stand_in = [direction(array, place) / samples for place, array in enumerate(arrays)]
        return Loss(None, None, [d if is_float(a) else None for a, d in zip(arrays, stand_in, strict=True)])
    if loss is not None:
        if not callable(loss):
            raise TypeError(f"loss must be a function of the outputs and the targets, got {shown(loss)}")
        value, gradients = own_loss(outputs, arrays, y, loss)
        return Loss(value, classes_by(loss, outputs, y), gradients)
    if main is None:
        raise ValueError("model must return an array of numbers for a loss to be taken, got none; pass loss")
    value, gradient, classes = usual(arrays[main], y)
    return Loss(value, classes, [gradient if place == main else None for place in range(len(arrays))])


def direction(array: Any, seed: int) -> Any:
    """Return signs by chance in the shape of an output, from a source of their own."""
    import jax.numpy as jnp

    signs = np.random.default_rng(seed).integers(0, 2, array.shape, np.int8) * 2 - 1
    return jnp.asarray(signs, array.dtype)


def own_loss(outputs: Any, arrays: list[Any], y: Any, loss: Callable[[Any, Any], Any]) -> tuple[float, list[Any]]:
    """Return the caller's loss and its derivatives."""
    import jax

    leaves, structure = jax.tree_util.tree_flatten(outputs)
    places = [place for place, leaf in enumerate(leaves) if hasattr(leaf, "dtype") and is_float(leaf)]

    def value_of(*chosen: Any) -> Any:
        filled = list(leaves)
        for place, array in zip(places, chosen, strict=True):
            filled[place] = array
        value = loss(jax.tree_util.tree_unflatten(structure, filled), y)
        if getattr(value, "size", 0) != 1:
            shape = f"shape {tuple(value.shape)}" if hasattr(value, "shape") else shown(value)
            raise ValueError(f"loss must return an array with one number, got {shape}")
        return jax.numpy.reshape(value, ())

    value, back = jax.vjp(value_of, *[leaves[place] for place in places])
    found = iter(back(jax.numpy.ones((), value.dtype)))
    return float(value), [next(found) if is_float(array) else None for array in arrays]


def classes_by(loss: Callable[[Any, Any], Any], outputs: Any, y: Any) -> int | None:
    """Return the number of classes of a loss that is a cross-entropy, or None."""
    import jax

    def at(level: float) -> float:
        def equal(leaf: Any) -> Any:
            known = hasattr(leaf, "dtype") and is_float(leaf)
            return jax.numpy.full(leaf.shape, level, jax.numpy.float32) if known else leaf

        return float(loss(jax.tree_util.tree_map(equal, outputs), y))

    main = main_place(outputs)
    return None if main is None else classes_at_guess(at, arrays_in(outputs)[main].shape)


def usual(output: Any, y: Any) -> tuple[float, Any, int | None]:
    """Return the usual loss for targets and its derivative: cross-entropy for whole numbers, else mean squares."""
    import jax
    import jax.numpy as jnp

    targets, shape = jnp.asarray(y), tuple(output.shape)
    wanted = tuple(targets.shape)
    if is_float(targets):
        if squeezed(shape) != squeezed(wanted):
            raise ValueError(f"y must have the shape of the outputs, {shape}, got {wanted}; or pass loss")
        classes, value_of = None, partial(squares, targets.reshape(-1))
    elif wanted == shape[:-1] and shape[-1] > 1:
        classes, value_of = shape[-1], partial(entropy_of_shares if are_shares(output) else entropy, targets)
    elif squeezed(shape) == squeezed(wanted):
        classes, value_of = 2, partial(binary, targets.reshape(-1))
    else:
        raise ValueError(f"y must be classes for outputs of shape {shape}, got shape {wanted}; or pass loss")
    wide = output.astype(jnp.promote_types(output.dtype, jnp.float32))
    value, gradient = jax.value_and_grad(value_of)(wide)
    return float(value), gradient.astype(output.dtype), classes


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without its axes of one."""
    return tuple(side for side in shape if side != 1)


def squares(y: Any, outputs: Any) -> Any:
    """Return the mean of the squared differences."""
    return ((outputs.reshape(-1) - y) ** 2).mean()


def entropy(y: Any, logits: Any) -> Any:
    """Return the cross-entropy of logits."""
    import jax

    return -jax.numpy.take_along_axis(jax.nn.log_softmax(logits), y[..., None], -1).mean()


def entropy_of_shares(y: Any, shares: Any) -> Any:
    """Return the cross-entropy of shares that sum to one."""
    import jax.numpy as jnp

    return -jnp.log(jnp.maximum(jnp.take_along_axis(shares, y[..., None], -1), 1e-38)).mean()


def are_shares(outputs: Any) -> bool:
    """Say whether outputs are shares that sum to one."""
    return bool((outputs >= 0).all()) and bool((abs(outputs.sum(-1) - 1) < 1e-3).all())


def binary(y: Any, logits: Any) -> Any:
    """Return the cross-entropy of one logit for two classes."""
    import jax

    single = logits.reshape(-1)
    return (jax.nn.softplus(single) - single * y).mean()
