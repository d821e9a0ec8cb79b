"""What is left of a signal behind many layers of one activation, and how far a draw may miss that."""

import math
from collections.abc import Sequence

from xavier_lib.frameworks.stored import Stored
from xavier_lib.frameworks.verdicts import start_of
from xavier_lib.names import Mode
from xavier_lib.nn.quadrature import kept

ENOUGH = 5  # layers of which a chain is spoken of
WITHIN = 2.0  # a size between a half and twice the one that came in needs no words
FAR = 10.0


def remarks_on(arrays: Sequence[Stored], mode: Mode | None = None) -> list[str]:
    """Return a sentence for each activation whose layers, one behind the other, do not keep a signal of size 1.

    Where there is a sum, a normalization, attention or something that is not known, the layers are no chain.
    """
    if any(array.activation is None or array.normalized or array.summed or array.parts > 1 for array in arrays):
        return []
    chains: dict[str, list[Stored]] = {}
    for array in arrays:
        if array.activation not in (None, "linear") and (array.chained or (array.last and array is arrays[-1])):
            chains.setdefault(array.activation, []).append(array)
    found = (remark(name, chain, mode) for name, chain in chains.items() if len(chain) >= ENOUGH)
    return [words for words in found if words]


def remark(name: str, chain: Sequence[Stored], mode: Mode | None) -> str:
    """Return what to know of as many layers of an activation as there are, or nothing."""
    start, layers = start_of(chain[0], mode), len(chain)
    if start is None or kept(name) is None:
        return ""
    left, varying = signal_left(name, start.scale, layers)
    if not 1 / WITHIN <= left <= WITHIN:
        why = f"no gain gives back a size of 1 there, and {start.rule}'s rule is one for small signals"
        return f"{name}: behind {layers} such layers about {left:.2g} is left of a signal of size 1; {why}"
    if varying < 1 / FAR:
        return f"{name}: behind {layers} such layers about {varying:.1g} is left of what tells two inputs apart"
    miss = scattered(name, start.scale, layers, min(array.fans.fan_in for array in chain))
    if miss > WITHIN:
        factor = f"{miss:.1f}" if miss < FAR else "10 and more"
        return (
            f"{name}: behind {layers} such layers one draw misses the size of 1 by a factor of about {factor}; "
            "initialize(model, x=batch) sets each layer by what it gives"
        )
    return ""


def signal_left(name: str, scale: float, layers: int) -> tuple[float, float]:
    """Return the size of a signal of size 1 behind equally wide layers, and that of a small difference over its own.

    By the means over infinitely many units, as in Poole et al. (2016), section 2.

    >>> [round(part, 2) for part in signal_left("tanh", 1.0, 30)]
    [0.13, 0.15]
    """
    square, difference = 1.0, 1.0
    for _ in range(layers):
        through = kept(name, round(math.sqrt(scale * square), 6))
        if through is None or not square:
            break
        difference *= through.slope / square
        square = through.square
    return math.sqrt(square), math.sqrt(difference)


def scattered(name: str, scale: float, layers: int, width: float) -> float:
    """Return the factor by which one draw of square layers misses its mean size, as one standard deviation.

    Each layer scatters by what the squares of its units do, and multiplies what came before by its power.

    >>> round(scattered("relu", 2.0, 30, 64), 1), round(scattered("relu", 2.0, 30, 1024), 1)
    (2.1, 1.2)
    """
    through = kept(name, round(math.sqrt(scale), 6))
    if through is None:
        return 1.0
    variance = through.scatter / width * math.fsum(through.power ** (2 * layer) for layer in range(layers))
    return math.exp(min(math.sqrt(variance) / 2, 50.0))
