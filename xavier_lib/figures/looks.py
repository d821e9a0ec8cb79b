"""One color, dash and marker for one thing, in every figure of the book."""

from collections import Counter
from collections.abc import Iterable
from itertools import cycle
from typing import Any, NamedTuple


class Look(NamedTuple):
    """How a series is drawn. All colors stand out on white and on black."""

    color: str
    dash: Any
    marker: str


#: What has a look of its own.
THINGS = {
    "Xavier": Look("#0072b2", "-", "o"),
    "He": Look("#d55e00", (0, (5, 2)), "s"),
    "naive": Look("#009e73", (0, (1.5, 1.5)), "^"),
    "old": Look("#b85c9e", (0, (6, 2, 1.5, 2)), "D"),
    "forward": Look("#a6761d", (0, (8, 3)), ">"),
    "backward": Look("#767676", (0, (3, 1)), "<"),
}
#: Other names of the same things.
ALIASES = {
    "Glorot": "Xavier", "normalized": "Xavier",
    "U(−0.1, 0.1)": "naive", "fixed": "naive",
    "standard": "old", "LeCun": "old", "norm": "old",
    "activations": "forward", "signal": "forward",
    "gradients": "backward", "gradient": "backward", "back": "backward",
}  # fmt: skip
#: What has none takes these in turn.
SERIES = (
    Look("#7b68c8", "-", "o"),
    Look("#00879c", (0, (5, 2)), "s"),
    Look("#c8415b", (0, (1.5, 1.5)), "^"),
    Look("#857a00", (0, (6, 2, 1.5, 2)), "D"),
    Look("#96684a", (0, (3, 1)), "v"),
    Look("#6d7f8f", (0, (8, 3)), "P"),
)
MARKERS = "os^DvP><"


def thing(name: str) -> str:
    """Return what a name stands for: all of it, or the part before its first comma.

    >>> thing("Glorot"), thing("He, backward"), thing("layer 1, tanh")
    ('Xavier', 'He', 'layer 1')
    """
    found = ALIASES.get(name, name)
    return found if found in THINGS else ALIASES.get(name.split(", ")[0], name.split(", ")[0])


def looks(names: Iterable[str]) -> dict[str, Look]:
    """Return the look of each series of a figure: of one thing the color and the dash, of its direction the marker.

    Further series of one thing differ in their markers.

    >>> both = looks(["He, forward", "He, backward"])
    >>> [look.color for look in both.values()], [look.marker for look in both.values()]
    (['#d55e00', '#d55e00'], ['>', '<'])
    """
    known, spare = dict(THINGS), cycle(SERIES)
    uses: Counter[str] = Counter()
    found = {}
    for name in names:
        what = thing(name)
        if what not in known:
            known[what] = next(spare)
        look = known[what]
        own = MARKERS.index(look.marker)
        found[name] = look._replace(marker=direction(name) or MARKERS[(own + uses[what]) % len(MARKERS)])
        uses[what] += 1
    return found


def direction(name: str) -> str:
    """Return the marker of the direction that a name gives after a comma, if it gives one."""
    ways = {ALIASES.get(part, part) for part in name.split(", ")[1:]}
    return next((THINGS[way].marker for way in ("forward", "backward") if way in ways), "")


def shared(names: Iterable[str]) -> set[str]:
    """Return the names of which several stand for one thing, so that their markers tell them apart."""
    things = {name: thing(name) for name in names}
    count = Counter(things.values())
    return {name for name, what in things.items() if count[what] > 1}
