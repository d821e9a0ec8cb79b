"""What a primitive of JAX makes of the signals that it is given, as a node."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_tape import Value
from xavier_lib.frameworks.trace.jax_uses import is_signal, is_weight
from xavier_lib.frameworks.trace.nodes import Node


def described(name: str, params: dict[str, Any], values: Sequence[Value], time: int) -> Node:
    """Return the node of what a primitive made of one signal or several."""
    entries = [value.node for value in values if value.node is not None and is_signal(value.node)]
    signals = tuple(dict.fromkeys(entries))
    first, roots = signals[0], list(dict.fromkeys(node.root for node in signals))
    if name in ops.PRODUCTS:
        return product(params, entries, roots, signals, time)
    if name in ops.STATISTICS and len(entries) == 1:
        return Node(kinds.STATISTIC, time, signals, degree=first.degree, of=statistic_of(first) or first.root)
    if name in ops.SAME and len(entries) == 1:
        return handed_on(first, time, signals)
    if name == "concatenate" or name in ops.MOVED:
        if len(entries) == 1 and statistic_of(first) is not None:
            return handed_on(first, time, signals)
        return Node(kinds.PASS if len(entries) == 1 else kinds.JOIN, time, signals)
    if name in ops.POINTWISE:
        if len(roots) == 1:
            return dropped(name, values, time) or curve(name, params, entries, values, time)
        return mixed(name, signals, roots, time)
    return Node(kinds.UNKNOWN, time, signals)


def statistic_of(node: Node) -> Node | None:
    """Return the signal of which a node is a statistic, or None."""
    return node.root.of if node.root.kind is kinds.STATISTIC else None


def handed_on(first: Node, time: int, parents: tuple[Node, ...]) -> Node:
    """Return the node of a signal whose numbers are the same."""
    facts = {"curved": first.curved, "plain": first.plain, "name": first.name, "degree": first.degree}
    return Node(kinds.PASS, time, parents, root=first.root, **facts)


def product(
    params: dict[str, Any], entries: Sequence[Node], roots: Sequence[Node], signals: tuple[Node, ...], time: int
) -> Node:
    """Return the node of a product without weights: of two signals, of one with itself, or with a constant."""
    if len(entries) == 1:
        return Node(kinds.PASS, time, signals)
    numbers = params["dimension_numbers"]
    if len(roots) == 1 and isinstance(numbers, tuple) and all(node.degree == 1 for node in entries):
        summed, beside = numbers
        if len(summed[0]) + len(beside[0]) == params["axes"]:
            return Node(kinds.STATISTIC, time, signals, degree=2.0, of=roots[0])
    return Node(kinds.SCORES, time, signals)


def dropped(name: str, values: Sequence[Value], time: int) -> Node | None:
    """Return the node of a signal of which a part was set to zero by chance and the rest divided by its share."""
    if name != "select_n" or len(values) != 3 or is_signal(values[0].node):
        return None
    kept = [value for value in values[1:] if is_signal(value.node)]
    other = next((value for value in values[1:] if value.node is None), None)
    if len(kept) != 1 or other is None or np.any(np.asarray(other.array)):
        return None
    node = kept[0].node
    assert node is not None
    before = node.parents[0] if node.kind is kinds.CURVE and len(node.parents) == 1 and not node.plain else node
    if before is node or before.root is not node.root or not before.plain:
        return None
    return handed_on(before, time, (before,))


def curve(name: str, params: dict[str, Any], entries: Sequence[Node], values: Sequence[Value], time: int) -> Node:
    """Return the node of a function of each number of one signal, be it given once or as several functions of it."""
    first, alone = entries[0], len(entries) == 1
    turned = name == "div" and not is_signal(values[0].node)  # a number over the signal
    bent = name not in ops.STRAIGHT or (not alone and name in ops.FACTORS) or turned
    curved = bent or any(node.curved for node in entries)
    others = [value for value in values if not is_signal(value.node)]
    by_number = alone and not any(is_weight(value) or value.array.size > 1 for value in others)
    known = None
    if alone and first.plain and not first.curved and name in ops.ACTIVATIONS:
        known = ops.ACTIVATIONS[name]
    elif alone and name in ops.STRAIGHT and not by_number:
        known = first.name
    facts = {"curved": curved, "name": known, "degree": power(name, params, entries, values)}
    plain = first.plain and not (by_number and name in ops.STRAIGHT)
    parents = tuple(dict.fromkeys(entries))
    return Node(kinds.CURVE, time, parents, root=first.root, plain=plain, **facts)


def power(name: str, params: dict[str, Any], entries: Sequence[Node], values: Sequence[Value]) -> float | None:
    """Return how the result of a function grows with the signal, as a power; None if as no power."""
    degrees = [node.degree for node in entries]
    if any(degree is None for degree in degrees):
        return None
    first, *others = (degree for degree in degrees if degree is not None)
    if name == "integer_pow":
        return first * float(params["y"])
    if name == "pow":
        exponent = values[1].array
        return first * float(exponent) if len(entries) == 1 and exponent.size == 1 else None
    if name in ops.POWERS:
        return first * ops.POWERS[name]
    if name == "div" and not is_signal(values[0].node):
        return -first
    if name in ops.FACTORS:
        return first - sum(others) if name == "div" else first + sum(others)
    if name in ops.STRAIGHT or name in ops.BOUNDED:
        return first if all(other == first for other in others) else None
    return None


def mixed(name: str, signals: tuple[Node, ...], roots: Sequence[Node], time: int) -> Node:
    """Return the node of a function of several signals, one of which may be a statistic of the other."""
    found = by_statistic(name, *signals, time) if len(roots) == len(signals) == 2 else None
    if found is not None:
        return found
    if name in ops.SUMS:
        return Node(kinds.SUM, time, signals)
    if name in ops.FACTORS:
        return Node(kinds.PRODUCT, time, signals)
    return Node(kinds.JOIN if name == "select_n" else kinds.UNKNOWN, time, signals)


def by_statistic(name: str, left: Node, right: Node, time: int) -> Node | None:
    """Return the node of a signal that is centred or divided by a statistic of itself, or None."""
    if name not in ops.SUMS | ops.FACTORS:
        return None
    degree = together(name, left.degree, right.degree)
    if statistic_of(left) is not None and statistic_of(left) is statistic_of(right):
        return Node(kinds.STATISTIC, time, (left, right), degree=degree, of=statistic_of(left))
    value, statistic = (left, right) if statistic_of(right) is left.root else (right, left)
    if statistic_of(statistic) is not value.root:
        return None
    if name in ops.SUMS:
        absorb(statistic.root)
        facts = {"curved": value.curved, "plain": value.plain, "degree": degree}
        return Node(kinds.CURVE, time, (value, statistic), root=value.root, **facts)
    if degree is None and name == "div" and value in statistic.root.parents:  # exponentials over their sum
        absorb(statistic.root)
        while value.within and value.curved:
            value = value.parents[0]
        return Node(kinds.SOFTMAX, time, (value,))
    if degree != 0 or value.curved:
        return None
    absorb(statistic.root)
    return Node(kinds.NORM, time, (value,), vectors=gains(statistic))


def absorb(statistic: Node) -> None:
    """Mark a statistic as one that serves to center or normalize, and those that it was made of."""
    statistic.absorbed = True
    for parent in statistic.parents:
        if parent.root.kind is kinds.STATISTIC and parent.root.of is statistic.of:
            absorb(parent.root)


def together(name: str, left: float | None, right: float | None) -> float | None:
    """Return how the sum, product or ratio of two signals grows, as a power; None if as no power."""
    if left is None or right is None:
        return None
    if name in ops.SUMS:
        return left if left == right else None
    return left - right if name == "div" else left + right


def gains(statistic: Node) -> tuple[Any, ...]:
    """Return the arrays that a statistic was scaled by on its way to the signal."""
    found: list[Any] = []
    node = statistic
    while node.within:
        found += node.vectors
        node = node.parents[0]
    return tuple(found)


def still(name: str, values: Sequence[Value], size: int) -> Node | None:
    """Return the node of what was made of weights, of indices or of constants alone."""
    weights = [value.node for value in values if value.node is not None and value.node.kind is kinds.WEIGHT]
    if not weights:
        given = [value.node for value in values if value.node is not None]
        return Node(kinds.IDS, 0) if given else None
    marked = [node for node in weights if node.array.statistic and node.degree in (-0.5, 0.5)]
    source = max(marked or weights, key=lambda node: int(node.array.array.size))
    same = name in ops.SAME and len(weights) == 1 and size == int(source.array.array.size)
    degree = source.degree
    if source.array.statistic and degree is not None:
        degree *= ops.POWERS.get(name, 1.0)
    return Node(kinds.WEIGHT, 0, array=source.array, plain=source.plain and same, degree=degree)


def by_running_statistic(name: str, values: Sequence[Value]) -> bool:
    """Say whether a signal is divided by a running deviation, as batch normalization does when it is not training."""
    degrees = {"mul": -0.5, "div": 0.5}
    for value in values:
        node = value.node
        if node is not None and node.kind is kinds.WEIGHT and node.array.statistic and name in degrees:
            return node.degree == degrees[name]
    return False
