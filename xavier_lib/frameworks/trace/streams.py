"""Residual streams in a recorded pass: which sums carry a signal past a branch, and which arrays end the branches."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xavier_lib.frameworks.trace.nodes import ATTENTION, NORM, SCORES, SOFTMAX, SUM, USE, Node


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
    """Return all branches in the order of the pass; each sum that closes one is marked with the stream it takes.

    A branch without weights, as one that pools, closes too, and does not count.
    """
    found: list[Branch] = []
    streams: dict[Node, tuple[int, int]] = {}  # of each sum, its stream and how many branches that has so far
    for node in nodes:
        taken = (carried(node) or projected(node)) if node.kind is SUM else None
        if taken is None:
            continue
        stream, branch, weighted = taken
        earlier = next((before for before in upwards(stream) if before in streams), None)
        number, count = streams[earlier] if earlier is not None else (len({n for n, _ in streams.values()}), 0)
        streams[node] = (number, count + weighted)
        if weighted:
            found.append(Branch(*ends(branch), stream.square, node.square, count, number))
    return found


def carried(node: Node) -> tuple[Node, Node, bool] | None:
    """Return the operand of a sum that is carried past another one, that other one, and whether it has weights."""
    first, *others = node.parents
    for stream, branch in [pair for other in others for pair in ((first, other), (other, first))]:
        weighted = on_the_way(stream if stream.curved else stream.root, branch)
        if weighted is not None:
            node.of = stream
            return stream, branch, weighted
    return None


def projected(node: Node) -> tuple[Node, Node, bool] | None:
    """Return the same of a sum whose stream comes through one array of weights, as where the width changes.

    The branch is longer, and bends its signal on the way; two factors of low rank beside their layer do not.
    """
    first, *others = node.parents
    for stream, branch in [pair for other in others for pair in ((first, other), (other, first))]:
        (short, _), (long, _) = ends(stream), ends(branch)
        if len(short) != 1 or len(long) != 1 or not short[0].parents or not long[0].parents:
            continue
        before = long[0].parents[0]
        if on_the_way(short[0], before) is not None:  # a step of a recurrent layer
            continue
        bends = any(node.curved or node.kind in (NORM, SCORES, ATTENTION) for node in upwards(before))
        if bends and any(on_the_way(start, before) for start in upwards(short[0].parents[0])):
            return stream, branch, True
    return None


def on_the_way(start: Node, end: Node) -> bool | None:
    """Say whether there are weights on the way from an earlier signal to another one; None if there is no way."""
    left, seen, found = [(end, False)], set(), None
    while left:
        node, crossed = left.pop()
        if node is start or (node.root is start and not node.curved):
            found = found or crossed
        elif node.time >= start.time and (node, crossed) not in seen:
            seen.add((node, crossed))
            left += [(parent, crossed or node.kind is USE) for parent in node.parents]
    return found


def upwards(node: Node) -> Iterator[Node]:
    """Yield the signals that one comes from without weights, sums or products between, nearest first."""
    while True:
        yield node
        if node.kind in (SUM, USE) or not node.parents or (len(node.parents) > 1 and not node.within):
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
            if node in seen or ((node.curved or node.kind is SOFTMAX) and not bent):
                continue
            seen.add(node)
            vectors += node.vectors
            if node.kind is USE:
                found.append(node)
                continue
            left += [parent for parent in node.parents if not (node.kind is SUM and node.of is parent)]
        if found:
            return tuple(found), tuple(vectors)
    return (), ()
