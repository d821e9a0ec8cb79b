"""Residual streams in a recorded pass: which sums carry a signal past a branch, and which arrays end the branches."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xavier_lib.frameworks.trace.nodes import NORM, SUM, USE, Node


class Branch(NamedTuple):
    """What a branch adds to a residual stream.

    Attributes:
        ends: the uses of arrays whose outputs are added.
        vectors: what scales them on their way there, as a gain does.
        before: the mean square of the stream that they are added to.
        after: the mean square of the sum.
        number: its number in the stream, from 0.
        stream: the number of the stream.
    """

    ends: tuple[Node, ...]
    vectors: tuple[Any, ...]
    before: float | None
    after: float | None
    number: int
    stream: int


def branches(nodes: Sequence[Node]) -> list[Branch]:
    """Return all branches in the order of the pass; each sum that closes one is marked with the stream it takes."""
    found: list[Branch] = []
    streams: dict[Node, tuple[int, int]] = {}  # of each sum, its stream and how many branches that had before it
    for node in nodes:
        pair = carried(node) if node.kind is SUM else None
        if pair is None:
            continue
        stream, branch = pair
        node.of = stream
        earlier = next((sum_ for sum_ in upwards(stream) if sum_ in streams), None)
        number, count = streams[earlier] if earlier is not None else (len({n for n, _ in streams.values()}), 0)
        streams[node] = (number, count + 1)
        found.append(Branch(*ends(branch), stream.square, node.square, count, number))
    return found


def carried(node: Node) -> tuple[Node, Node] | None:
    """Return the operand of a sum that is carried past the other one, and that other one; None if neither is."""
    first, *others = node.parents
    for stream, branch in [(first, other) for other in others] + [(other, first) for other in others]:
        if past_weights(unscaled(stream), branch):
            return stream, branch
    return None


def unscaled(node: Node) -> Node:
    """Return the signal that a node hands on, at most scaled."""
    return node if node.curved else node.root


def past_weights(start: Node, end: Node) -> bool:
    """Say whether a signal comes from an earlier one through weights."""
    left, seen = [(end, False)], set()
    while left:
        node, crossed = left.pop()
        if node is start or (node.root is start and not node.curved):
            if crossed:
                return True
            continue
        if node.time < start.time or (node, crossed) in seen:
            continue
        seen.add((node, crossed))
        left += [(parent, crossed or node.kind is USE) for parent in node.parents]
    return False


def upwards(node: Node) -> Iterator[Node]:
    """Yield the signals that one comes from without weights, sums or products between, nearest first."""
    while True:
        yield node
        if node.kind in (SUM, USE) or len(node.parents) != 1 and not (node.within or node.kind is NORM):
            return
        if not node.parents:
            return
        node = node.parents[0]


def ends(branch: Node) -> tuple[tuple[Node, ...], tuple[Any, ...]]:
    """Return the uses of weights that a branch ends with, and the gains on the way.

    Those that reach it bent by nothing, if there are any; behind an inner stream only what is added last.
    """
    for bent in (False, True):
        found, vectors, left, seen = list[Node](), list[Any](), [branch], set[Node]()
        while left:
            node = left.pop()
            if node in seen or (node.curved and not bent):
                continue
            seen.add(node)
            if node.kind is USE:
                found.append(node)
                continue
            vectors += node.vectors
            left += [parent for parent in node.parents if not (node.kind is SUM and node.of is parent)]
        if found:
            return tuple(found), tuple(vectors)
    return (), ()
