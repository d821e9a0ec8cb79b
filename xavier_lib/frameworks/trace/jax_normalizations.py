"""Normalizations and softmax as JAX traces them: a signal and the statistics that it is centred and divided by."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_values import Signal, Value
from xavier_lib.frameworks.trace.nodes import Node


def by_statistic(name: str, left: Signal, right: Signal, time: int) -> Signal | None:
    """Return the node of a signal that is centred or divided by a statistic of itself, or None."""
    if name not in ops.SUMS | ops.FACTORS or not (left.statistic or right.statistic):
        return None
    degree = together(name, left.degree, right.degree)
    if left.statistic and right.statistic:
        same = left.source is right.source and degree is not None
        base = left.source
        return Signal(kinds.STATISTIC, time, (left, right), degree=degree, of=base, base=base) if same else None
    value, statistic = (left, right) if right.statistic else (right, left)
    if name in ops.SUMS:
        return centred(value, statistic, time)
    if statistic.source is not value.source or degree != 0:
        return None
    absorb(statistic.root)
    for leaf in gains(statistic):
        leaf.gain = True
    if value.source.made == "exp" and name == "div":
        return softmax(value, time)
    return Signal(kinds.NORM, time, (value,), vectors=gains(statistic))


def centred(value: Signal, statistic: Signal, time: int) -> Signal | None:
    """Return the node of a signal less its mean, its maximum or the logarithm of the sum of its exponentials."""
    taken = statistic.root.of
    if taken is None or taken.root is not value.root:
        return None
    absorb(statistic.root)
    found = Signal(kinds.PASS, time, (value, statistic), root=value.root, curved=value.curved, plain=value.plain)
    found.name, found.degree, found.base = value.name, value.degree, value.source
    return found


def softmax(value: Signal, time: int) -> Signal:
    """Return the node of exponentials over their sum; what entered the exponential is what it is a softmax of."""
    before: Node = value
    while before.within and before.curved and before.parents:
        before = before.parents[0]
    return Signal(kinds.SOFTMAX, time, (before,))


def absorb(statistic: Node) -> None:
    """Mark a statistic as one that serves to center or normalize, and those that it was made of."""
    statistic.absorbed = True
    for parent in statistic.parents:
        if parent.root.kind is kinds.STATISTIC and not parent.root.absorbed:
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


def by_running_statistic(name: str, values: Sequence[Value]) -> bool:
    """Say whether a signal is divided by a running deviation, as batch normalization does when it is not training."""
    degrees = {"mul": -0.5, "div": 0.5}
    for value in values:
        if value.node is not None and value.weight and value.node.array.statistic and name in degrees:
            return value.node.degree == degrees[name]
    return False
