"""What a function of TensorFlow makes of the signals that it is given, as a node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xavier_lib.frameworks.trace import keras_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.nodes import Node, is_signal

BY_NAME = (
    (ops.NORMS, kinds.NORM),
    (ops.SOFTMAXES, kinds.SOFTMAX),
    (ops.JOINS, kinds.JOIN),
    (ops.MOVED, kinds.PASS),
)


@dataclass
class Call:
    """One call of a function.

    Attributes:
        op: its name.
        settings: its settings.
        given: the inputs that are known, each with its node.
        others: the inputs that are not, such as numbers.
        leading: whether its first input is a signal.
        time: its place in the order of the pass.
    """

    op: str
    settings: Mapping[str, Any]
    given: Sequence[tuple[Any, Node]]
    others: Sequence[Any]
    leading: bool
    time: int

    @property
    def entries(self) -> list[Node]:
        """Return the nodes of its signals, one for each input."""
        return [node for _, node in self.given if is_signal(node)]

    @property
    def by_number(self) -> bool:
        """Say whether the signal meets nothing but single numbers."""
        return len(self.given) == 1 and all(int(other.shape.num_elements() or 1) == 1 for other in self.others)

    def constants(self) -> list[float]:
        """Return the single numbers among its inputs."""
        return [float(other.numpy()) for other in self.others if other.dtype.is_floating and not other.shape.rank]


def described(call: Call) -> Node:
    """Return the node of what a function made of one signal or several."""
    op, time, entries = call.op, call.time, call.entries
    signals = list(dict.fromkeys(entries))
    parents, first = tuple(signals), signals[0]
    if op in ops.PRODUCTS or op in ops.WEIGHTED:
        mixed = kinds.SCORES if op in ops.PRODUCTS else kinds.PRODUCT
        return Node(mixed if len(entries) > 1 else kinds.PASS, time, parents)
    kind = next((kind for names, kind in BY_NAME if op in names), None)
    if kind is not None:
        alone = kind in (kinds.NORM, kinds.SOFTMAX)
        several = kind is kinds.PASS and len(signals) > 1
        return Node(kinds.JOIN if several else kind, time, (first,) if alone else parents)
    if op in ops.STATISTICS and len(signals) == 1:
        return Node(kinds.STATISTIC, time, parents, degree=first.degree, of=first.root.of or first.root)
    if op in ops.SAME and len(signals) == 1:
        return handed_on(first, time)
    if op in ops.POINTWISE:
        roots = list(dict.fromkeys(node.root for node in signals))
        return curve(call) if len(roots) == 1 else mixed_roots(call, signals, roots)
    return Node(kinds.UNKNOWN, time, parents)


def handed_on(first: Node, time: int) -> Node:
    """Return the node of the same numbers once more."""
    return within(kinds.PASS, time, (first,), first, curved=first.curved, plain=first.plain, name=first.name)


def within(kind: str, time: int, parents: tuple[Node, ...], first: Node, **facts: Any) -> Node:
    """Return a node that is a function, number by number, of the root of the first of its parents."""
    facts.setdefault("degree", first.degree)
    return Node(kind, time, parents, root=first.root, **facts)


def curve(call: Call) -> Node:
    """Return the node of a function of each number of one signal, be it given once or as several functions of it."""
    op, entries = call.op, call.entries
    first, parents = entries[0], tuple(dict.fromkeys(entries))
    together = len(entries) > 1 and op in ops.FACTORS
    chosen = any(node.kind is kinds.IDS and node.root is first.root for _, node in call.given)  # by its own sign
    curved = op not in ops.STRAIGHT or together or chosen or any(node.curved for node in entries)
    straight = op in ops.STRAIGHT and not chosen
    known = None
    if len(entries) == 1 and first.plain and not first.curved and not straight:
        known = ops.activation_name(op, call.settings, call.constants) if len(call.given) == 1 else None
    elif len(entries) == 1 and straight and not call.by_number:
        known = first.name
    plain = first.plain and not (call.by_number and straight)
    return within(
        kinds.CURVE, call.time, parents, first, curved=curved, plain=plain, name=known, degree=power(call, entries)
    )


def power(call: Call, entries: Sequence[Node]) -> float | None:
    """Return how the result of a function grows with the signal, as a power; None if as no power."""
    degrees = [node.degree for node in entries]
    known = [degree for degree in degrees if degree is not None]
    if len(known) < len(degrees):
        return None
    first, others, op = known[0], known[1:], call.op
    if op == "Pow":
        constants = call.constants()
        return first * constants[0] if len(constants) == 1 else None
    if op in ops.POWERS:
        return first * ops.POWERS[op]
    if op in ops.QUOTIENTS and not others:
        return first if call.leading else -first
    if op in ops.QUOTIENTS:
        return first - sum(others)
    if op in ops.FACTORS:
        return first + sum(others)
    if op in ops.STRAIGHT or op in ops.BOUNDED:
        return first if all(other == first for other in others) else None
    return None


def mixed_roots(call: Call, signals: Sequence[Node], roots: Sequence[Node]) -> Node:
    """Return the node of a function of several signals, one of which may be a statistic of the other."""
    parents = tuple(signals)
    if len(roots) == 2 and len(signals) == 2:
        found = by_statistic(call.op, signals[0], signals[1], call.time)
        if found is not None:
            return found
    if call.op in ops.SUMS:
        return Node(kinds.DIFFERENCE if call.op == "Sub" else kinds.SUM, call.time, parents)
    if call.op in ops.FACTORS:
        return Node(kinds.PRODUCT, call.time, parents)
    return Node(kinds.JOIN if call.op in ("SelectV2", "Select") else kinds.UNKNOWN, call.time, parents)


def by_statistic(op: str, left: Node, right: Node, time: int) -> Node | None:
    """Return the node of a signal that is centred or divided by a statistic of itself, or None."""
    difference = op == "SquaredDifference"
    if left.degree is None or right.degree is None or not (difference or op in ops.SUMS or op in ops.FACTORS):
        return None
    degree = left.degree - right.degree if op in ops.QUOTIENTS else left.degree + right.degree
    if left.root.of is not None and left.root.of is right.root.of:
        if kinds.NORM in (left.root.kind, right.root.kind):  # what was divided, and what centres it afterwards
            value = left if left.root.kind is kinds.NORM else right
            return within(kinds.CURVE, time, (left, right), value, curved=value.curved, plain=value.plain)
        return Node(kinds.STATISTIC, time, (left, right), degree=degree, of=left.root.of)
    value, statistic = (left, right) if right.root.of is left.root else (right, left)
    if statistic.root.kind is not kinds.STATISTIC or statistic.root.of is not value.root:
        return None
    if op in ops.FACTORS and (degree or value.curved):
        return None
    statistic.root.absorbed = True
    if op in ops.FACTORS:
        return Node(kinds.NORM, time, (value,), of=value.root)
    curved = value.curved or difference
    power = 2 * value.degree if difference and value.degree is not None else value.degree
    return within(kinds.CURVE, time, (value, statistic), value, curved=curved, plain=value.plain, degree=power)


def still(call: Call, weights: Sequence[Node]) -> Node:
    """Return the node of what was made of weights or of indices alone."""
    if not weights:
        root = next((node.root for _, node in call.given), None)
        return Node(kinds.IDS, 0, root=root)  # type: ignore[arg-type]
    source = max(weights, key=lambda node: int(node.array.variable.shape.num_elements() or 0))
    same = call.op in ops.SAME or call.op == "Transpose"
    return Node(kinds.WEIGHT, 0, array=source.array, plain=source.plain and same and len(weights) == 1)
