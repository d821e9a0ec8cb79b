"""How layers start beside what Glorot and He would give them, as a table of text and of HTML."""

from xavier_lib.fans import MeanFans
from xavier_lib.frameworks.report import Layer, times
from xavier_lib.frameworks.rules import GLOROT, HE
from xavier_lib.weights.scaling import fan_of, std_of
from xavier_lib.wording import html_table

COLUMNS = ("layer", "shape", "drawn from", "std", "Glorot", "ratio", "He", "ratio")


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
