"""What an inspection says of a model: a line a layer, as text, as a table and as data."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.fans import MeanFans
from xavier_lib.frameworks.draws import distribution_of
from xavier_lib.frameworks.rules import GLOROT, HE, LOOKUP, Start, start_for
from xavier_lib.frameworks.stored import Array, Contents, Stored
from xavier_lib.weights.scaling import fan_of, std_of
from xavier_lib.wording import html_table

NEAR = 0.03  # a spread that far from the rule's counts as the rule's, besides the error of a sample
STANDARD_ERRORS = 4.5
FEW = 0.2  # an uncertainty of the spread from which on a fit says nothing
COLUMNS = ("layer", "shape", "drawn from", "std", "Glorot", "ratio", "He", "ratio")
HEADS = ("layer", "kind", "shape", "fans", "before", "spread", "wanted", "verdict")


class Layer(NamedTuple):
    """A line of a report: one array of weights. See :doc:`/chapters/frameworks`.

    Attributes:
        name: the array's name in the model.
        kind: the kind of layer, and how many parts are packed into the array.
        shape: the shape as stored.
        fan_in: how many inputs one output sums, on average.
        fan_out: how many outputs one input feeds, on average.
        activation: what follows, or ``"?"`` where that could not be seen; then there is no verdict on the spread.
        rule: whose rule says what the spread should be, or ``"?"``.
        distribution: what the weights look drawn from, by their numbers alone.
        measured: the standard deviation of the weights.
        wanted: what it should be, or None where that is not known.
        ratio: measured over wanted, or None.
        verdict: what that means, in words.

    >>> from xavier_lib import MLP, he_normal
    >>> from xavier_lib.frameworks import inspect
    >>> inspect(MLP((64, 50, 10), he_normal, activation="relu", rng=0))[0].rule
    'He'
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    fan_in: float
    fan_out: float
    activation: str
    rule: str
    distribution: str
    measured: float
    wanted: float | None
    ratio: float | None
    verdict: str


class Report(tuple[Layer, ...]):
    """What :func:`~xavier_lib.frameworks.models.inspect` found: a tuple of layers that prints as a table.

    See :doc:`/chapters/frameworks`.

    Attributes:
        left_out: arrays with two axes or more whose fans are not known, each with the reason.

    >>> from xavier_lib import MLP, he_normal
    >>> from xavier_lib.frameworks import inspect
    >>> report = inspect(MLP((64, 50, 10), he_normal, activation="relu", rng=0))
    >>> report.data()[0]["fan_in"], report.left_out
    (64, ())
    """

    left_out: tuple[str, ...]

    def __new__(cls, layers: Sequence[Layer], left_out: Sequence[str] = ()) -> "Report":
        """Return a report of these layers."""
        report = super().__new__(cls, layers)
        report.left_out = tuple(left_out)
        return report

    def data(self) -> list[dict[str, Any]]:
        """Return a dictionary a layer, for a data frame or a file."""
        return [layer._asdict() for layer in self]

    def rows(self) -> Iterator[list[str]]:
        """Return the cells of each line as text."""
        for layer in self:
            sizes, fans = times(layer.shape), f"{layer.fan_in:g} and {layer.fan_out:g}"
            spreads = [f"{layer.measured:.4g}", "?" if layer.wanted is None else f"{layer.wanted:.4g}"]
            yield [layer.name, layer.kind, sizes, fans, layer.activation, *spreads, layer.verdict]

    def __repr__(self) -> str:
        """Return two lines a layer: what it is, and how its spread compares with the one it should have."""
        blocks = [
            f"{name}: {kind}, {sizes}\n  fans {fans}, before {after}; spread {spread} against {wanted}: {verdict}"
            for name, kind, sizes, fans, after, spread, wanted, verdict in self.rows()
        ]
        lines = [*blocks, *(f"left out: {name}" for name in self.left_out)]
        return "\n".join(lines) or "no weights with two axes or more"

    def _repr_html_(self) -> str:
        note = "".join(f"<p>Left out: {escape(name)}.</p>" for name in self.left_out)
        return html_table(HEADS, self.rows()) + note


class Comparison(tuple[tuple[str, ...], ...]):
    """What :func:`~xavier_lib.frameworks.models.compare` found: a tuple of rows that prints as a table.

    See :doc:`/chapters/frameworks`.

    >>> from xavier_lib import MLP, lecun_normal
    >>> from xavier_lib.frameworks import compare
    >>> print(compare({"LeCun": MLP((64, 50), lecun_normal, rng=0)}))
    layer  shape    drawn from     std  Glorot  ratio      He  ratio
    LeCun  64 × 50  normal      0.1252  0.1325   0.94  0.1768   0.71
    """

    def __repr__(self) -> str:
        """Return a table of plain text."""
        lines = [COLUMNS, *self]
        widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
        words = 3  # columns of text, on the left; the others hold numbers
        return "\n".join(
            "  ".join(
                f"{cell:<{width}}" if column < words else f"{cell:>{width}}"
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        )

    def _repr_html_(self) -> str:
        return html_table(COLUMNS, self)


def compared(name: str, layer: Layer) -> tuple[str, ...]:
    """Return a row of a comparison: what was drawn, and what Glorot and He would give by the true fans."""
    fans = MeanFans(layer.fan_in, layer.fan_out)
    cells = [f"{layer.measured:.4f}"]
    for start in (GLOROT, HE):
        std = std_of(start.scale, fan_of(start.mode, fans))
        cells += [f"{std:.4f}", f"{layer.measured / std:.2f}"]
    return (name, times(layer.shape), layer.distribution, *cells)


def times(shape: Sequence[int]) -> str:
    """Return a shape as a reader would write it."""
    return " × ".join(map(str, shape))


def judged(contents: Contents, following: Sequence[str | None]) -> Report:
    """Return the report on arrays and on what follows each of them."""
    layers = [judge(array, after) for array, after in zip(contents.arrays, following, strict=True)]
    return Report(tied(contents.arrays, layers), contents.left_out)


def judge(array: Stored, after: str | None) -> Layer:
    """Compare the spread of an array with the one that its rule asks for.

    Raises:
        ValueError: if a weight is not finite.
    """
    weights = array.weights.read()
    if not np.isfinite(weights).all():
        raise ValueError(f"{array.name} must hold finite numbers, got {weights[~np.isfinite(weights)][0]}")
    measured, kind = float(weights.std(dtype=np.float64)), distribution_of(weights)
    start = wanted_start(array, after)
    wanted = None if start is None else wanted_std(array, start)
    ratio = None if wanted is None else measured / wanted
    return Layer(
        name=array.name,
        kind=array.kind,
        shape=array.shape,
        fan_in=array.fans.fan_in,
        fan_out=array.fans.fan_out,
        activation=after or "?",
        rule="?" if start is None else start.rule,
        distribution=kind,
        measured=measured,
        wanted=wanted,
        ratio=ratio,
        verdict=in_words(weights, kind, ratio, start.rule if start else ""),
    )


def wanted_start(array: Stored, after: str | None) -> Start | None:
    """Return the start that an array should have, by what follows or as a table of embeddings; None if not known."""
    if array.lookup:
        return LOOKUP
    return None if after is None else start_for(after)


def wanted_std(array: Stored, start: Start) -> float:
    """Return the standard deviation that a start gives an array, by its true fans."""
    return std_of(start.scale, fan_of(start.mode, array.fans))


def in_words(weights: Array, kind: str, ratio: float | None, rule: str) -> str:
    """Say whether weights, drawn from what they look drawn from, fit their rule, or how they miss it."""
    if kind == "zeros":
        return "all zeros: nothing passes"
    if kind == "constant" and weights.size > 1:
        return "all weights equal: the units stay alike"
    mean, spread, root = weights.mean(dtype=np.float64), weights.std(dtype=np.float64), math.sqrt(weights.size)
    lean = f", with a mean of {mean:.2g}" if abs(mean) > STANDARD_ERRORS * spread / root else ""
    if ratio is None:
        return f"no verdict, as what follows is not known{lean}"
    peak = float(np.mean(((weights - mean) / spread) ** 4, dtype=np.float64)) if spread else 3.0
    band = STANDARD_ERRORS * math.sqrt(max(peak - 1, 0.2)) / 2 / root  # of a sample's deviation, by its fourth moment
    if abs(ratio - 1) <= max(NEAR, band):
        return f"too few weights to tell{lean}" if band > FEW else f"fits {rule}{lean}"
    return f"{max(ratio, 1 / ratio):.3g} × too {'wide' if ratio > 1 else 'narrow'} for {rule}{lean}"


def tied(arrays: Sequence[Stored], layers: Sequence[Layer]) -> list[Layer]:
    """Say of an array that serves twice which other layer it is shared with."""
    first: dict[int, str] = {}
    found = []
    for array, layer in zip(arrays, layers, strict=True):
        other = first.setdefault(array.key, array.name)
        found.append(layer if other == array.name else layer._replace(verdict=f"{layer.verdict}; tied to {other}"))
    return found
