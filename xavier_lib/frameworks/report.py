"""What an inspection says of a model: a line a layer, as text, as a table and as data."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from xavier_lib.frameworks.depth import remarks_on
from xavier_lib.frameworks.draws import distribution_of, numbers_of
from xavier_lib.frameworks.stored import Contents, Stored
from xavier_lib.frameworks.verdicts import verdict_on
from xavier_lib.frameworks.verdicts import wanted_start as wanted_start  # for those who measure
from xavier_lib.names import Mode
from xavier_lib.wording import html_table

PACKED = "fans of each part are a convention: each is right for its own layer, and one input feeds all parts at once"
BORDERS = "fans of a transposed convolution are those inside: at a border, or on a map of 1 × 1, an output sums fewer"
HEADS = ("layer", "kind", "shape", "fans", "before", "spread", "wanted", "verdict")


class Layer(NamedTuple):
    """A line of a report: one array of weights. See :doc:`/chapters/shapes`.

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
        parts: how many layers are packed into the array; the fans are those of each.
        normalized: whether a normalization follows before the activation.
        summed: whether its outputs are added to something, as at the end of a residual branch.
        before: what follows, in words.
        note: what else there is to know, such as that it is frozen.

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
    parts: int = 1
    normalized: bool = False
    summed: bool = False
    before: str = "?"
    note: str = ""


class Report(tuple[Layer, ...]):
    """What :func:`~xavier_lib.frameworks.models.inspect` found: a tuple of layers that prints as a table.

    See :doc:`/chapters/shapes`.

    Attributes:
        left_out: arrays with two axes or more whose fans are not known, each with the reason.
        remarks: what holds of several layers, and where the forward pass could not be followed, a sentence each.

    >>> from xavier_lib import MLP, he_normal
    >>> from xavier_lib.frameworks import inspect
    >>> report = inspect(MLP((64, 50, 10), he_normal, activation="relu", rng=0))
    >>> report.data()[0]["fan_in"], report.left_out
    (64, ())
    """

    left_out: tuple[str, ...]
    remarks: tuple[str, ...]

    def __new__(cls, layers: Sequence[Layer], left_out: Sequence[str] = (), remarks: Sequence[str] = ()) -> "Report":
        """Return a report of these layers."""
        report = super().__new__(cls, layers)
        report.left_out, report.remarks = tuple(left_out), tuple(remarks)
        return report

    def data(self) -> list[dict[str, Any]]:
        """Return a dictionary a layer, for a data frame or a file."""
        return [layer._asdict() for layer in self]

    def rows(self) -> Iterator[list[str]]:
        """Return the cells of each line as text."""
        for layer in self:
            spreads = [f"{layer.measured:.4g}", "?" if layer.wanted is None else f"{layer.wanted:.4g}"]
            words = "; ".join(part for part in (layer.verdict, layer.note) if part)
            yield [layer.name, layer.kind, times(layer.shape), fans_of(layer), layer.before, *spreads, words]

    def __repr__(self) -> str:
        """Return two lines a layer: what it is, and how its spread compares with the one it should have."""
        blocks = [
            f"{name}: {kind}, {sizes}\n  fans {fans}, before {after}; spread {spread} against {wanted}: {verdict}"
            for name, kind, sizes, fans, after, spread, wanted, verdict in self.rows()
        ]
        lines = [*blocks, *(f"left out: {name}" for name in self.left_out), *self.remarks]
        return "\n".join(lines) or "no weights with two axes or more"

    def _repr_html_(self) -> str:
        lines = [*(f"left out: {name}" for name in self.left_out), *self.remarks]
        notes = "".join(f"<p>{escape(line[0].upper() + line[1:])}.</p>" for line in lines)
        return html_table(HEADS, self.rows()) + notes


def times(shape: Sequence[int]) -> str:
    """Return a shape as a reader would write it."""
    return " × ".join(map(str, shape))


def fans_of(layer: Layer) -> str:
    """Return the fans of a layer as text; those of packed layers with both counts."""
    fans = f"{layer.fan_in:g} and {layer.fan_out:g}"
    whole = f"{layer.fan_in:g} and {layer.fan_out * layer.parts:g}"
    return f"{fans} of each part, {whole} of the whole" if layer.parts > 1 else fans


def judged(contents: Contents, mode: Mode | None = None) -> Report:
    """Return the report on the arrays of a model."""
    layers = [judge(array, mode) for array in contents.arrays]
    measured = any(array.output is not None for array in contents.arrays)
    unknown = any(array.activation is None for array in contents.arrays)
    remarks = [
        *(contents.unseen if unknown or measured else ()),
        *([] if measured else remarks_on(contents.arrays, mode)),
    ]
    remarks += [PACKED] if any(array.parts > 1 for array in contents.arrays) else []
    remarks += [BORDERS] if any(array.transposed and array.output is None for array in contents.arrays) else []
    return Report(tied(contents.arrays, layers), [*contents.left_out, *contents.kept], remarks)


def judge(array: Stored, mode: Mode | None = None) -> Layer:
    """Compare the spread of an array with the one that its rule asks for.

    Raises:
        ValueError: if a weight is not finite.
    """
    weights = array.weights.read()
    numbers = numbers_of(array.name, weights)
    kind = distribution_of(weights, numbers)
    start, wanted, words = verdict_on(array, numbers, kind, mode)
    return Layer(
        name=array.name,
        kind=array.kind,
        shape=array.shape,
        fan_in=array.fans.fan_in,
        fan_out=array.fans.fan_out,
        activation=array.activation or "?",
        rule="?" if start is None else start.rule,
        distribution=kind,
        measured=numbers.std,
        wanted=wanted,
        ratio=None if wanted is None else numbers.std / wanted,
        verdict=words,
        parts=array.parts,
        normalized=array.normalized,
        summed=array.summed,
        before=before(array),
        note=note_on(array),
    )


def note_on(array: Stored) -> str:
    """Return what else there is to know of an array."""
    counted = "" if array.sums is None else "fan-in counted on the batch, borders included"
    return "; ".join(note for note in ("" if array.trainable else "frozen", counted) if note)


def before(array: Stored) -> str:
    """Return in words what follows an array."""
    name = array.activation or "?"
    if array.branch:
        name = f"a sum, as last of a residual branch, {array.branch[0] + 1} of {array.branch[1]}"
    elif array.summed:
        name = f"a sum and {array.beyond}" if array.beyond not in (None, "linear") else "a sum"
    elif array.gates:
        name = "gates of sigmoid and tanh"
    return f"a normalization and {name}" if array.normalized and not array.summed else name


def tied(arrays: Sequence[Stored], layers: Sequence[Layer]) -> list[Layer]:
    """Say of an array that serves twice which other layer it is shared with."""
    first: dict[int, str] = {}
    found = []
    for array, layer in zip(arrays, layers, strict=True):
        other = first.setdefault(array.key, array.name)
        found.append(layer if other == array.name else layer._replace(verdict=f"{layer.verdict}; tied to {other}"))
    return found
