"""One pass backwards through a JAX function, step by step: a gradient is measured as it comes, and let go."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.frameworks.trace.jax_sizes import is_float
from xavier_lib.frameworks.trace.jax_values import Signal, Value


class Step(NamedTuple):
    """A function that was called, with what sends gradients back through it."""

    taken: tuple[int, ...]
    given: tuple[int | None, ...]
    shapes: tuple[tuple[tuple[int, ...], Any], ...]
    back: Callable[[Any], Sequence[Any]]


class Tape:
    """Calls functions, and remembers how to go back.

    Args:
        wanted: whether gradients are wanted at all.
    """

    def __init__(self, wanted: bool) -> None:
        self.on = wanted
        self.steps: list[Step] = []
        self.slots = count()
        self.first: dict[int, int] = {}
        self.leaves: set[int] = set()
        self.watchers: dict[int, Callable[[Any], None]] = {}

    def leaf(self, array: Any, node: Signal | None) -> Value:
        """Return a value that gradients are wanted for."""
        value = Value(array, node, next(self.slots) if self.on and is_float(array) else None)
        if value.slot is not None:
            self.leaves.add(value.slot)
        return value

    def watch(self, value: Value, measure: Callable[[Any], None]) -> None:
        """Measure the gradient of a value when it comes."""
        if value.slot is not None:
            self.watchers[value.slot] = measure

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Call functions without a way back."""
        before, self.on = self.on, False
        try:
            yield
        finally:
            self.on = before

    def apply(self, function: Callable[..., Sequence[Any]], values: Sequence[Value]) -> list[Value]:
        """Call a function that returns several arrays."""
        import jax

        arrays = [value.array for value in values]
        active = [place for place, value in enumerate(values) if value.slot is not None]
        if not (self.on and active):
            return [Value(array) for array in function(*arrays)]

        def of_active(*chosen: Any) -> Sequence[Any]:
            whole = list(arrays)
            for place, array in zip(active, chosen, strict=True):
                whole[place] = array
            return tuple(function(*whole))

        given, back = jax.vjp(of_active, *[arrays[place] for place in active])
        slots = tuple(next(self.slots) if is_float(array) else None for array in given)
        if any(slot is not None for slot in slots):
            taken = tuple(values[place].slot or 0 for place in active)
            for slot in taken:
                self.first.setdefault(slot, len(self.steps))
            self.steps.append(Step(taken, slots, tuple((array.shape, array.dtype) for array in given), back))
        return [Value(array, None, slot) for array, slot in zip(given, slots, strict=True)]

    def backwards(self, starts: Sequence[tuple[int | None, Any]]) -> None:
        """Send gradients back from some slots."""
        gradients: dict[int, Any] = {}
        for slot, gradient in starts:
            self.add(gradients, slot, gradient)
        while self.steps:
            step = self.steps.pop()
            given = [None if slot is None else self.come(gradients, slot) for slot in step.given]
            if any(gradient is not None for gradient in given):
                filled = [zeros(*shape) if g is None else g for g, shape in zip(given, step.shapes, strict=True)]
                for slot, gradient in zip(step.taken, step.back(tuple(filled)), strict=True):
                    self.add(gradients, slot, gradient)
            for slot in step.taken:
                if slot in self.leaves and self.first[slot] == len(self.steps):
                    self.come(gradients, slot)

    def come(self, gradients: dict[int, Any], slot: int) -> Any:
        """Return the gradient of a slot that is complete, once it was measured."""
        gradient, measure = gradients.pop(slot, None), self.watchers.pop(slot, None)
        if gradient is not None and measure is not None:
            measure(gradient)
        return gradient

    @staticmethod
    def add(gradients: dict[int, Any], slot: int | None, gradient: Any) -> None:
        """Add a gradient to what has come to a slot."""
        if slot is not None and gradient is not None:
            gradients[slot] = gradients[slot] + gradient if slot in gradients else gradient


def zeros(shape: tuple[int, ...], dtype: Any) -> Any:
    """Return no gradient, as JAX wants it: of whole numbers it has a dtype of its own."""
    import jax

    if not jax.dtypes.issubdtype(dtype, np.inexact):
        return np.zeros(shape, jax.dtypes.float0)
    return jax.numpy.zeros(shape, dtype)
