"""Findings, and the report that holds them: as text, as a table, as data and as a picture."""

from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.wording import html_table, number

HEADS = ("layer", "kind", "input", "output", "of it varying", "saturated", "dead", "gradient", "step over weight")


class Finding(NamedTuple):
    """One thing that is the case with a network, named where it begins. See :doc:`/chapters/diagnosis`.

    Attributes:
        layer: the name of the array at which it begins, or ``""`` where it is the network's as a whole.
        what: what is the case.
        evidence: the numbers that show it.
        remedy: what to do.
        chapter: the chapter of this book that explains it.

    >>> from xavier_lib import MLP, constant, diagnose
    >>> network = MLP((4, 3, 2), lambda shape, **_: constant(shape, 0.5), rng=0)
    >>> diagnose(network, [[0.1, 0.2, 0.3, 0.4], [1.0, -1.0, 0.5, 0.0]], [0, 1]).findings[0].layer
    'weights[0]'
    """

    layer: str
    what: str
    evidence: str
    remedy: str
    chapter: str


class Diagnosis:
    """What :func:`~xavier_lib.diagnosis.diagnose` found, as text and as a table. See :doc:`/chapters/diagnosis`.

    Attributes:
        layers: a record for each array of weights, in the order of use.
        findings: what is wrong, the causes before what they cause; empty where nothing was found.
        loss: the loss of the batch, or None.
        unseen: what was not looked at or could not be seen.

    >>> from xavier_lib import MLP, diagnose, glorot_uniform
    >>> network = MLP((4, 30, 3), glorot_uniform, rng=0)
    >>> diagnose(network, [[0.1, 0.2, -0.3, 0.4], [1.0, -1.0, 0.5, 0.0]], [0, 1])
    nothing found in 2 arrays of weights
      the loss of this batch is 1.22
    """

    def __init__(
        self, measured: Measured, findings: tuple[Finding, ...], *, learning_rate: float | None = None
    ) -> None:
        self.layers: tuple[LayerRecord, ...] = measured.layers
        self.findings = findings
        self.loss = measured.loss
        self.unseen = measured.unseen
        self.learning_rate = learning_rate

    def data(self) -> dict[str, Any]:
        """Return everything as dictionaries, for a data frame or a file."""
        return {
            "findings": [finding._asdict() for finding in self.findings],
            "layers": [vars(layer) for layer in self.layers],
            "loss": self.loss,
            "unseen": list(self.unseen),
        }

    def rows(self) -> Iterator[list[str]]:
        """Return the cells of the table, a line a layer."""
        for layer in self.layers:
            varying = None if layer.output_varying is None or not layer.output else layer.output_varying / layer.output
            step = None if layer.weight_gradient is None or not layer.weight else layer.weight_gradient / layer.weight
            shares = (layer.saturated, layer.dead)
            yield [
                *(layer.name, layer.kind),
                *(worded(value) for value in (layer.input, layer.output)),
                *("" if share is None else f"{share:.0%}" for share in (varying, *shares)),
                *(worded(value) for value in (layer.gradient, step)),
            ]

    def __repr__(self) -> str:
        """Return the findings, each with its numbers and its remedy, and what was not looked at."""
        count = len(self.layers)
        lines = [] if self.findings else [f"nothing found in {count} array{'s' * (count != 1)} of weights"]
        for finding in self.findings:
            lines.append(f"{finding.layer or 'the network'}: {finding.what}")
            lines += [f"  {finding.evidence}", f"  {finding.remedy}", f"  see the chapter {finding.chapter}"]
        if self.loss is not None:
            lines.append(f"  the loss of this batch is {self.loss:.3g}")
        return "\n".join([*lines, *(f"  not looked at: {what}" for what in self.unseen)])

    def _repr_html_(self) -> str:
        heads = ("layer", "what is the case", "the numbers", "what to do", "chapter")
        found = [[finding.layer or "the network", *finding[1:]] for finding in self.findings]
        words = html_table(heads, found, "Findings") if found else "<p>Nothing found.</p>"
        notes = "".join(f"<p>Not looked at: {escape(what)}.</p>" for what in self.unseen)
        return words + html_table(HEADS, self.rows(), "Table of layers") + notes

    def picture(self, *, y_limits: tuple[float, float] | None = None) -> Any:
        """Return a figure of the signal's and the gradient's size by layer; its text names the layers that are ill.

        Args:
            y_limits: the range of the axis, so that two pictures can be compared; chosen from the data if None.
        """
        from xavier_lib.diagnosis.picture import by_layer  # matplotlib is loaded when a picture is asked for

        return by_layer(self.layers, {finding.layer for finding in self.findings}, y_limits)


def worded(value: float | None) -> str:
    """Return a number for a table, or nothing where it was not measured."""
    return "" if value is None else number(value)
