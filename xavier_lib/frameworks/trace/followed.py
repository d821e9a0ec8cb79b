"""What follows each signal of a recorded pass, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xavier_lib.frameworks.trace import following, streams
from xavier_lib.frameworks.trace.nodes import Node


@dataclass
class Followed:
    """What follows each signal of a pass."""

    exits: dict[Node, following.Exits]
    normalized: dict[Node, bool]
    arriving: dict[Node, float | None]
    reaching: set[Node]
    branches: dict[Any, streams.Branch]
    totals: dict[int, int]


def followed(nodes: Sequence[Node]) -> Followed:
    """Return what follows each signal of a recorded pass."""
    found = streams.branches(nodes)
    ends = {end: branch for branch in found for end in (*branch.ends, *branch.vectors)}
    totals: dict[int, int] = {}
    for branch in found:
        totals[branch.stream] = totals.get(branch.stream, 0) + 1
    return Followed(
        following.exits(nodes),
        following.normalized(nodes),
        following.next_squares(nodes),
        following.reaching(nodes),
        ends,
        totals,
    )
