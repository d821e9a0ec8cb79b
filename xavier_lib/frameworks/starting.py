"""Which arrays of a model are drawn anew, how widely, and which are left as they are."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from xavier_lib.frameworks.directions import drawn, refuse_misfit
from xavier_lib.frameworks.draws import orthogonal
from xavier_lib.frameworks.rules import LECUN, ORTHOGONAL, Start
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored
from xavier_lib.frameworks.verdicts import start_of, wanted_std
from xavier_lib.names import Mode, StartDistribution
from xavier_lib.weights.drawing import fitting_std


@dataclass
class Plan:
    """Which arrays are drawn, and how widely.

    Attributes:
        arrays: those that are drawn, each once.
        spreads: the standard deviation of each, by its key.
        left: the names of those that are left although they are known, each with the reason.
    """

    arrays: list[Stored]
    spreads: dict[int, float]
    left: list[str] = field(default_factory=list)

    def places(self) -> list[Place]:
        """Return where all lies that is written."""
        return [place for array in self.arrays for place in (array.weights, array.bias) if place is not None]

    def saved(self) -> list[Array]:
        """Return a copy of all that is written."""
        return [np.array(place.read(), copy=True) for place in self.places()]

    def restore(self, values: Sequence[Array]) -> None:
        """Write back what was saved, if it was."""
        for place, array in zip(self.places(), values, strict=False):
            place.write(array)

    def draw(self, distribution: StartDistribution, factor: float, source: np.random.Generator) -> None:
        """Draw all arrays, and set the biases to zero; what does not fit is refused before."""
        for array in self.arrays:
            fixed = array.weights.fixed or (array.bias.fixed if array.bias is not None else "")
            if fixed:
                raise ValueError(f"{array.name} must be one that can be written, got one that {fixed}")
            weights = array.weights.read()
            refuse_misfit(array.name, weights.shape, distribution)
            limits = np.finfo(weights.dtype)
            fitting_std(factor * self.spreads[array.key], str(limits.dtype), float(limits.tiny), float(limits.max))
        for array in self.arrays:
            weights = array.weights.read()
            std = factor * self.spreads[array.key]
            kind = "normal" if array.lookup and distribution in ORTHOGONAL else distribution
            array.weights.write(drawn(weights.shape, std, kind, source, weights.dtype))
            if array.bias is not None:
                array.bias.write(np.zeros_like(array.bias.read()))

    def warn(self) -> None:
        """Say which arrays were left as they were."""
        if self.left:
            more = f" and {len(self.left) - 3} more" if len(self.left) > 3 else ""
            names = f"{', '.join(self.left[:3])}{more}"
            warnings.warn(f"initialize left {names} as they were; overwrite=True draws them too", stacklevel=3)


def planned(contents: Contents, named: Start | None, mode: Mode | None, overwrite: bool) -> Plan:
    """Return which arrays of a model are drawn and how widely, or refuse where that is not known.

    Raises:
        ValueError: if nothing is left to draw, or it is not known what follows some array.
    """
    if not contents.arrays:
        raise ValueError("model must hold at least one array of weights that is known here, got none")
    reasons = {} if overwrite else {array.key: why_left(array) for array in contents.arrays if why_left(array)}
    drawn = [array for array in contents.arrays if array.key not in reasons]
    if not drawn:
        kinds = " or ".join(dict.fromkeys(reasons.values()))
        raise ValueError(f"model must hold weights to draw, got only {kinds} ones; overwrite=True draws them")
    starts = [named or start_of(array, mode) or first_guess(array) for array in drawn]
    unknown = [array.name for array, start in zip(drawn, starts, strict=True) if start is None]
    if unknown:
        names = f"{', '.join(unknown[:3])}{f' and {len(unknown) - 3} more' if len(unknown) > 3 else ''}"
        raise ValueError(
            f"activation must say what follows {names}, which the model does not show, got None; a batch x shows it"
        )
    spreads: dict[int, float] = {}
    for array, start in zip(drawn, starts, strict=True):
        std = wanted_std(array, start) if start is not None else math.inf
        spreads[array.key] = min(std, spreads.get(array.key, std))  # a tied array: wide for one use is too wide
    said = [
        f"{array.name} ({reasons[array.key]})"
        for array in contents.arrays
        if reasons.get(array.key, "orthogonal") != "orthogonal"
    ]
    return Plan(list({array.key: array for array in reversed(drawn)}.values())[::-1], spreads, said)


def first_guess(array: Stored) -> Start | None:
    """Return where to begin with an array that a batch reached without showing what is kept, as a signal may die."""
    return None if array.output is None else LECUN


def why_left(array: Stored) -> str:
    """Return why an array is not drawn unless one asks for it, or nothing."""
    if not array.trainable:
        return "frozen"
    if array.factor:
        return "low-rank"
    return "orthogonal" if array.recurrent and orthogonal(array.weights.read()) else ""
