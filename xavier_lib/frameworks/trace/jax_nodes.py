"""What a primitive of JAX makes of the signals that it is given, as a node."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_normalizations import by_statistic
from xavier_lib.frameworks.trace.jax_values import Signal, Value

Signals = tuple[Signal, ...]


def described(name: str, params: dict[str, Any], values: Sequence[Value], time: int) -> Signal:
    """Return the node of what a primitive made of one signal or several."""
    entries = [value.node for value in values if value.node is not None and value.signal]
    found = of_signals(name, params, entries, values, time)
    found.made = name
    return found


def of_signals(name: str, params: dict[str, Any], entries: list[Signal], values: Sequence[Value], time: int) -> Signal:
    """Return the node of what a primitive made of its signals, by what kind of primitive it is."""
    signals = tuple(dict.fromkeys(entries))
    first, alone = signals[0], len(entries) == 1
    if name in ops.PRODUCTS:
        return product(params, entries, values, time)
    if name in ops.STATISTICS and alone:
        return Signal(kinds.STATISTIC, time, signals, degree=first.degree, of=first.source, base=first.source)
    if (name in ops.SAME or (name in ops.MOVED and first.statistic)) and alone:
        return handed_on(first, time, signals)
    if name == "concatenate" or name in ops.MOVED:
        return Signal(kinds.PASS if alone else kinds.JOIN, time, signals)
    if name not in ops.POINTWISE:
        return Signal(kinds.UNKNOWN, time, signals)
    if len({node.root for node in signals}) == 1:
        return dropped(name, values, time) or curve(name, params, entries, values, time)
    return mixed(name, signals, time)


def handed_on(first: Signal, time: int, parents: Signals) -> Signal:
    """Return the node of a signal whose numbers are the same."""
    found = Signal(kinds.PASS, time, parents, root=first.root, curved=first.curved, plain=first.plain)
    found.name, found.degree, found.base = first.name, first.degree, first.source
    return found


def product(params: dict[str, Any], entries: list[Signal], values: Sequence[Value], time: int) -> Signal:
    """Return the node of a product without weights: of two signals, of one with itself, or with a constant."""
    signals = tuple(dict.fromkeys(entries))
    numbers, sides = params["dimension_numbers"], values[0].array.ndim
    if len(entries) == 1:
        return Signal(kinds.PASS, time, signals)
    if len(signals) == 1 and isinstance(numbers, tuple) and len(numbers[0][0]) + len(numbers[1][0]) == sides:
        first, degree = signals[0], signals[0].degree
        doubled = None if degree is None else 2 * degree
        return Signal(kinds.STATISTIC, time, signals, degree=doubled, of=first.source, base=first.source)
    return Signal(kinds.SCORES, time, signals)


def dropped(name: str, values: Sequence[Value], time: int) -> Signal | None:
    """Return the node of a signal of which a part was set to zero by chance and the rest divided by its share."""
    if name != "select_n" or len(values) != 3 or values[0].signal:
        return None
    kept = [value.node for value in values[1:] if value.node is not None and value.signal]
    other = next((value for value in values[1:] if value.node is None), None)
    if len(kept) != 1 or other is None or np.any(np.asarray(other.array)):
        return None
    scaled = kept[0].kind is kinds.CURVE and len(kept[0].parents) == 1 and not kept[0].plain
    before = kept[0].parents[0] if scaled else None
    if not isinstance(before, Signal) or before.root is not kept[0].root or not before.plain:
        return None
    return handed_on(before, time, (before,))


def curve(name: str, params: dict[str, Any], entries: list[Signal], values: Sequence[Value], time: int) -> Signal:
    """Return the node of a function of each number of one signal, be it given once or as several functions of it."""
    first, alone = entries[0], len(entries) == 1
    turned = name == "div" and not values[0].signal  # a number over the signal
    bent = name not in ops.STRAIGHT or (not alone and name in ops.FACTORS) or turned
    others = [value for value in values if not value.signal]
    by_number = alone and not any(value.weight or value.array.size > 1 for value in others)
    found = Signal(kinds.CURVE, time, tuple(dict.fromkeys(entries)), root=first.root)
    found.curved = bent or any(node.curved for node in entries)
    found.plain = first.plain and not (by_number and name in ops.STRAIGHT)
    if alone and first.plain and not first.curved and name in ops.ACTIVATIONS:
        found.name = ops.ACTIVATIONS[name]
    elif alone and name in ops.STRAIGHT and not by_number:
        found.name = first.name
    degree = power(name, params, entries, values)
    found.degree = 1.0 if degree is None else degree
    found.base = None if degree is None else first.source
    return found


def power(name: str, params: dict[str, Any], entries: Sequence[Signal], values: Sequence[Value]) -> float | None:
    """Return how the result of a function grows with the base of a signal, as a power; None if as no power."""
    degrees = [node.degree for node in entries if node.degree is not None]
    if len(degrees) < len(entries) or len({node.source for node in entries}) > 1:
        return None
    first, *others = degrees
    if name == "integer_pow":
        return first * float(params["y"])
    if name == "pow":
        exponent = values[1].array
        return first * float(exponent) if len(entries) == 1 and exponent.size == 1 else None
    if name in ops.POWERS:
        return first * ops.POWERS[name]
    if name == "div" and not values[0].signal:
        return -first
    if name in ops.FACTORS:
        return first - sum(others) if name == "div" else first + sum(others)
    kept = name in ops.STRAIGHT or (name in ops.BOUNDED and entries[0].statistic)
    return first if kept and all(other == first for other in others) else None


def mixed(name: str, signals: Signals, time: int) -> Signal:
    """Return the node of a function of several signals, one of which may be a statistic of the other."""
    found = by_statistic(name, *signals, time) if len(signals) == 2 else None
    if found is not None:
        return found
    if name in ops.SUMS:
        return Signal(kinds.DIFFERENCE if name == "sub" else kinds.SUM, time, signals)
    if name in ops.FACTORS:
        return Signal(kinds.PRODUCT, time, signals)
    return Signal(kinds.JOIN if name == "select_n" else kinds.UNKNOWN, time, signals)


def still(name: str, params: dict[str, Any], values: Sequence[Value], shape: Sequence[int]) -> Signal | None:
    """Return the node of what was made of weights, of indices or of constants alone."""
    weights = [value.node for value in values if value.node is not None and value.weight]
    if not weights:
        return Signal(kinds.IDS, 0) if any(value.node is not None for value in values) else None
    marked = [node for node in weights if node.array.statistic and node.degree in (-0.5, 0.5)]
    source = max(marked or weights, key=lambda node: int(node.array.array.size))
    same = name in ops.SAME and len(weights) == 1 and math.prod(shape) == values[0].array.size
    found = Signal(kinds.WEIGHT, 0, array=source.array, plain=source.plain and same, degree=source.degree)
    if name == "concatenate" and len(weights) == len(values) and all(node.plain for node in weights):
        axis = int(params["dimension"])
        parts = tuple((value.node.array, int(value.array.shape[axis])) for value in values if value.node is not None)
        found.joined, found.plain = (axis, parts), True
    elif same and tuple(shape) == values[0].array.shape and name != "transpose":
        found.joined = source.joined
    if source.array.statistic and source.degree is not None:
        found.degree = source.degree * ops.POWERS.get(name, 1.0)
    return found
