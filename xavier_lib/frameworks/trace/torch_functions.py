"""What a function of PyTorch makes of the signals that it is given, as a node."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace import torch_ops as ops
from xavier_lib.frameworks.trace.nodes import Node, is_signal

BY_NAME = (
    (ops.NORMS, kinds.NORM),
    (ops.SOFTMAXES, kinds.SOFTMAX),
    (ops.ATTENTIONS, kinds.ATTENTION),
    (ops.JOINS, kinds.JOIN),
)
Given = Sequence[tuple[Any, Node]]  # the tensors among the arguments that are known, each with its node


def described(func: Any, name: str, given: Given, args: Sequence[Any], kwargs: dict[str, Any], time: int) -> Node:
    """Return the node of what a function made of one signal or several."""
    entries = [node for _, node in given if is_signal(node)]
    signals = list(dict.fromkeys(entries))
    parents, first = tuple(signals), signals[0]
    kind = next((kind for names, kind in BY_NAME if name in names), None)
    if kind is not None:
        return Node(kind, time, (first,) if kind in (kinds.NORM, kinds.SOFTMAX) else parents)
    if name in ops.PRODUCTS or name in ops.WEIGHTED:
        mixed = kinds.SCORES if name in ops.PRODUCTS else kinds.PRODUCT
        return Node(mixed if len(entries) > 1 else kinds.PASS, time, parents)
    if name in ops.STATISTICS and len(signals) == 1:
        degree = 2 * first.degree if name == "var" and first.degree else first.degree
        return Node(kinds.STATISTIC, time, parents, degree=degree, of=first.root.of or first.root)
    if name in ops.SAME and len(signals) == 1:
        return within(kinds.PASS, time, parents, first, curved=first.curved, plain=first.plain, name=first.name)
    if name in ops.MOVED or func.is_view:
        return Node(kinds.PASS if len(signals) == 1 else kinds.JOIN, time, parents)
    if pointwise(func, name):
        roots = list(dict.fromkeys(node.root for node in signals))
        if len(roots) == 1:
            return curve(name, entries, given, args, kwargs, time)
        return mixed_roots(name, signals, roots, time)
    return Node(kinds.UNKNOWN, time, parents)


def pointwise(func: Any, name: str) -> bool:
    """Say whether a function treats each number by itself."""
    from torch import Tag

    return bool(Tag.pointwise in func.tags or name in ops.STRAIGHT or name in ops.ACTIVATIONS)


def within(kind: str, time: int, parents: tuple[Node, ...], first: Node, **facts: Any) -> Node:
    """Return a node that is a function, number by number, of the root of the first of its parents."""
    facts.setdefault("degree", first.degree)
    return Node(kind, time, parents, root=first.root, **facts)


def curve(name: str, entries: list[Node], given: Given, args: Sequence[Any], kwargs: dict[str, Any], time: int) -> Node:
    """Return the node of a function of each number of one signal, be it given once or as several functions of it."""
    first, parents = entries[0], tuple(dict.fromkeys(entries))
    together = len(entries) > 1 and name in ops.FACTORS | ops.TRIPLES
    curved = name not in ops.STRAIGHT or together or any(node.curved for node in entries)
    by_number = len(given) == 1 and len(entries) == 1 and not by_mask(args)
    known = None
    if name in ops.ACTIVATIONS and len(entries) == 1 and first.plain and not first.curved:
        known = ops.activation_name(name, args, kwargs)
    elif len(entries) == 1 and name in ops.STRAIGHT and not by_number:
        known = first.name
    plain = first.plain and not (by_number and name in ops.STRAIGHT)
    facts = {"curved": curved, "plain": plain, "name": known, "degree": power(name, entries, args)}
    return within(kinds.CURVE, time, parents, first, **facts)


def by_mask(args: Sequence[Any]) -> bool:
    """Say whether another tensor than the signal is among the arguments, with more numbers than one."""
    tensors = [one for one in args if hasattr(one, "untyped_storage")]
    return sum(int(one.numel()) > 1 for one in tensors) > 1


def power(name: str, entries: Sequence[Node], args: Sequence[Any]) -> float | None:
    """Return how the result of a function grows with the signal, as a power; None if as no power."""
    degrees = [node.degree for node in entries]
    if any(degree is None for degree in degrees):
        return None
    first, *others = (degree for degree in degrees if degree is not None)
    if name == "pow":
        exponent = args[1] if len(args) > 1 else None
        return first * float(exponent) if isinstance(exponent, (int, float)) else None
    if name in ops.POWERS:
        return first * ops.POWERS[name]
    if name == "div" and others:
        return first - sum(others)
    if name == "mul":
        return first + sum(others)
    if name == "div" and not hasattr(args[0], "shape"):
        return -first
    if name in ops.STRAIGHT or name in ops.BOUNDED:
        return first if all(other == first for other in others) else None
    return None


def mixed_roots(name: str, signals: Sequence[Node], roots: Sequence[Node], time: int) -> Node:
    """Return the node of a function of several signals, one of which may be a statistic of the other."""
    parents = tuple(signals)
    if len(roots) == 2 and len(signals) == 2:
        found = by_statistic(name, signals[0], signals[1], time)
        if found is not None:
            return found
    if name in ops.SUMS:
        return Node(kinds.SUM if name == "add" else kinds.DIFFERENCE, time, parents)
    if name in ops.FACTORS:
        return Node(kinds.PRODUCT, time, parents)
    return Node(kinds.JOIN if name == "where" else kinds.UNKNOWN, time, parents)


def by_statistic(name: str, left: Node, right: Node, time: int) -> Node | None:
    """Return the node of a signal that is centred or divided by a statistic of itself, or None."""
    if left.degree is None or right.degree is None or name not in ops.SUMS | ops.FACTORS:
        return None
    degree = left.degree - right.degree if name == "div" else left.degree + right.degree
    if left.root.of is not None and left.root.of is right.root.of:
        return Node(kinds.STATISTIC, time, (left, right), degree=degree, of=left.root.of)
    value, statistic = (left, right) if right.root.of is left.root else (right, left)
    if statistic.root.kind is not kinds.STATISTIC or statistic.root.of is not value.root:
        return None
    if name in ops.FACTORS and (degree or value.curved):
        return None
    statistic.root.absorbed = True
    if name in ops.FACTORS:
        return Node(kinds.NORM, time, (value,))
    return within(kinds.CURVE, time, (value, statistic), value, curved=value.curved, plain=value.plain)
