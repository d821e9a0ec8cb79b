"""What follows each signal of a recorded pass: an activation, a normalization, and how much is kept."""

from collections.abc import Sequence

from xavier_lib.frameworks.trace.nodes import (
    ATTENTION,
    DIFFERENCE,
    JOIN,
    NORM,
    PRODUCT,
    SCORES,
    SOFTMAX,
    STATISTIC,
    SUM,
    UNKNOWN,
    USE,
    Node,
)

Exits = dict[str | None, Node]
LINEAR = "linear"


def exits(nodes: Sequence[Node]) -> dict[Node, Exits]:
    """Return for each signal the functions through which it reaches what mixes it, by name, each with where it ends.

    The nodes are in the order of the pass; what follows a node is known before it when they are read backwards.
    """
    found: dict[Node, Exits] = {}
    for node in reversed(nodes):
        own: Exits = {}
        if node.output:
            own[node.name if node.curved else LINEAR] = node
        for child in node.children:
            own.update(into(node, child, found[child]))
        found[node] = own
    return found


def into(node: Node, child: Node, further: Exits) -> Exits:
    """Return through which functions a signal leaves by one of its children."""
    if child.within and child.root is node.root:
        return further
    if node.curved:
        return {} if child.kind is STATISTIC and child.absorbed else {node.name: node}
    if child.kind is STATISTIC and child.absorbed:
        return {}
    if child.kind is SOFTMAX:
        return {"softmax": child}
    if child.kind is UNKNOWN:
        return {None: child}
    if child.kind is SCORES:
        return further if set(further) == {"softmax"} else {LINEAR: child}
    if child.kind is ATTENTION:
        return {LINEAR: child} if node is child.parents[-1] else {"softmax": child}
    return {LINEAR: child} if child.kind in (USE, SUM, DIFFERENCE, PRODUCT) else further


def normalized(nodes: Sequence[Node]) -> dict[Node, bool]:
    """Say of each signal whether a normalization comes before other weights, wherever it goes."""
    met: dict[Node, set[bool]] = {}
    for node in reversed(nodes):
        own: set[bool] = set()
        for child in node.children:
            if child.kind is NORM:
                own.add(True)
            elif child.kind is USE:
                own.add(False)
            elif not (child.kind is STATISTIC and child.absorbed) and not goes_round(node, child):
                own |= met[child]
        met[node] = own
    return {node: own == {True} for node, own in met.items()}


def goes_round(node: Node, child: Node) -> bool:
    """Say whether a signal is carried past a branch into the sum behind it."""
    return child.kind is SUM and child.of is node


def reaching(nodes: Sequence[Node]) -> set[Node]:
    """Return the signals behind which other weights come."""
    found: set[Node] = set()
    for node in reversed(nodes):
        if any(child.kind is USE or child in found for child in node.children):
            found.add(node)
    return found


def next_squares(nodes: Sequence[Node]) -> dict[Node, float | None]:
    """Return for each signal the mean square of what the next layers get of it.

    Where it is mixed with others the share of the sum counts as its own: what happens behind is a factor.
    """
    found: dict[Node, float | None] = {}
    for node in reversed(nodes):
        squares = [square for child in node.children if (square := arriving(node, child, found)) is not None]
        found[node] = sum(squares) / len(squares) if squares else None
    return found


def arriving(node: Node, child: Node, found: dict[Node, float | None]) -> float | None:
    """Return the mean square of what arrives behind one of a signal's children, or None where nothing does."""
    if child.kind is USE:
        return node.square
    further = found[child]
    if further is None or goes_round(node, child) or (child.kind is STATISTIC and child.absorbed):
        return None
    if child.kind in (SUM, DIFFERENCE, JOIN):
        return further * node.square / child.square if node.square and child.square else None
    if child.kind is SCORES and node.root.kind is SOFTMAX:
        return None
    if child.kind is ATTENTION and node is not child.parents[-1]:
        return None
    if child.kind is PRODUCT and node.numel < child.numel:  # a gate for whole channels
        return None
    return further
