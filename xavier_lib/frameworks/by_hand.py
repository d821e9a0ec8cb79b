"""Recognizes activations that a model computes by hand, such as x · sigmoid(x), by their values on a grid."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.frameworks.rules import known
from xavier_lib.nn.functions import FUNCTIONS, simple

#: Operations that act on each number alone, by their names without underscores.
EACH_ALONE = {
    *("mul", "add", "sub", "rsub", "div", "truediv", "neg", "pow", "square", "sqrt", "rsqrt", "reciprocal", "exp"),
    *("expm1", "log", "log1p", "erf", "abs", "sign", "sin", "cos", "clamp", "clip", "clampmin", "clampmax"),
    *("minimum", "maximum", "where", "gt", "ge", "lt", "le", "to", "float", "double", "type", "typeas"),
    *("multiply", "subtract", "divide", "truedivide", "negative", "power", "absolute", "cast", "greater", "less"),
}
SHAPED = {"softmax", "logsoftmax", "prelu", "rrelu", "linear"}  # that look at more numbers, at weights or at chance
REACH = 64  # nodes that are looked at behind a layer
GRID = np.linspace(-5, 5, 101)
NEAR = 1e-5


class Edges(NamedTuple):
    """How to walk through a graph, whichever framework drew it.

    Attributes:
        users: the nodes that take a node's value and send something on.
        sources: the nodes whose values a node takes, without plain numbers.
        name: what a node calls.
        compute: the value of a node, from those of its sources.
    """

    users: Callable[[Any], Iterable[Any]]
    sources: Callable[[Any], Iterable[Any]]
    name: Callable[[Any], str]
    compute: Callable[[Any, dict[Any, Any]], Any]


def each_alone(name: str) -> bool:
    """Say whether an operation acts on each number by itself.

    >>> each_alone("mul_"), each_alone("Sigmoid"), each_alone("softmax")
    (True, True, False)
    """
    plain = simple(name)
    return plain not in SHAPED and (plain in EACH_ALONE or plain.lstrip("i") in EACH_ALONE or known(name))


def regions_behind(start: Any, edges: Edges) -> Iterator[list[Any]]:
    """Yield sets of nodes through which all goes that leaves a node, from the smallest on, the last node last."""
    inside, waiting = [start], list(edges.users(start))
    while waiting and len(inside) < REACH:
        node = waiting.pop(0)
        if node in inside or not each_alone(edges.name(node)) or not set(edges.sources(node)) <= set(inside):
            continue  # one whose other sources come later is met again, behind the last of them
        inside.append(node)
        waiting.extend(edges.users(node))
        leaving = {one for one in inside if any(user not in inside for user in edges.users(one))}
        if leaving <= {node}:
            yield inside[1:]


def activation_behind(start: Any, edges: Edges, grid: Any) -> tuple[str, Any] | None:
    """Return the name of the activation that the nodes behind a node compute, and the last of them.

    ``"linear"`` for a line; None where no such nodes are, or what they compute has no name here.
    """
    values = {start: grid}
    for nodes in regions_behind(start, edges):
        try:
            for node in nodes:
                values[node] = values[node] if node in values else edges.compute(node, values)
            name = recognized(np.asarray(values[nodes[-1]], dtype=float))
        except Exception:  # whatever an operation raises for a grid in the place of its inputs
            return None
        if name is not None:
            return name, nodes[-1]
    return None


def recognized(numbers: Any) -> str | None:
    """Return the name of the activation that has these values on the grid, ``"linear"`` for a line, None for others.

    >>> recognized(GRID / (1 + np.exp(-GRID))), recognized(3 * GRID - 1), recognized(np.cos(GRID))
    ('silu', 'linear', None)
    """
    if numbers.shape != GRID.shape or not np.isfinite(numbers).all():
        return None
    line = np.interp(GRID, GRID[[0, -1]], numbers[[0, -1]])
    if np.allclose(numbers, line, atol=NEAR * max(1.0, float(np.abs(numbers).max()))):
        return "linear"
    names = (name for name, function in FUNCTIONS.items() if np.allclose(function(GRID), numbers, atol=NEAR))
    return next(names, None)
