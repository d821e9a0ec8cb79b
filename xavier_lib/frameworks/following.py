"""What follows a layer in the graph of a model, whichever framework drew the graph."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class After(NamedTuple):
    """What the outputs of a layer meet next.

    Attributes:
        activation: the activation by name, ``"linear"`` where weights, a sum or the end come first, None if not known.
        normalized: whether a normalization comes before it.
        summed: whether the outputs are added to something.
        beyond: which activation follows the sum, if one does.
        last: whether the outputs are the model's.
        chained: whether other weights get what the activation gives, and nothing else comes between.
    """

    activation: str | None = None
    normalized: bool = False
    summed: bool = False
    beyond: str | None = None
    last: bool = False
    chained: bool = False


UNKNOWN, LINEAR, END = After(), After("linear"), After("linear", last=True)


def merged(found: Iterable[After]) -> After:
    """Return what follows in all of several places: only what they agree on.

    >>> merged([LINEAR, After("linear", summed=True)]).summed, merged([LINEAR, After("relu")]).activation
    (True, None)
    """
    several = set(found)
    if len(several) == 1:
        return several.pop()
    names = {one.activation for one in several}
    if len(names) != 1:
        return UNKNOWN
    beyond = {one.beyond for one in several if one.summed}
    return After(
        names.pop(),
        normalized=all(one.normalized for one in several),
        summed=any(one.summed for one in several),
        beyond=beyond.pop() if len(beyond) == 1 else None,
        last=any(one.last for one in several),
        chained=all(one.chained for one in several),
    )


def settings_of(after: After | None) -> dict[str, Any]:
    """Return what follows as fields of :class:`~xavier_lib.frameworks.stored.Stored`.

    >>> settings_of(None)["activation"] is None, settings_of(END)["last"]
    (True, True)
    """
    return (after or UNKNOWN)._asdict()
