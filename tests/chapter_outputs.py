"""Strict nbval that also compares images, and the numbers in text, SVG and HTML with a tolerance."""

import math
import re
from collections.abc import Sequence
from urllib.parse import unquote

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

NUMBER = re.compile(r"(?<![\w#.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
COORDINATES = re.compile(r'(?<=\s)(?:d|x|y|x1|x2|y1|y2|width|height|points|transform)="[^"]*"')
IDENTIFIER = re.compile(r"\b[gp][0-9a-f]{10}\w*")  # of an explorer or a picture, made from its content
LAST_BITS = 1e-9  # relative, for numbers that a reader sees
ONE_IMAGE = (
    0.6  # absolute, for coordinates: what one of 360 test images, which another processor may miss, moves a line
)
PATIENCE = 600  # seconds that a kernel has to start, or to send what it has put out, beside other work


class Tolerant(str):
    """Text that equals another if its words are the same and its numbers differ in the last bits at most."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and same_output(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


def same_output(stored: str, computed: str) -> bool:
    """Say whether two outputs agree: words exactly, numbers and coordinates each within its tolerance."""
    stored, computed = unquote(stored), unquote(computed)  # an image element holds its SVG in its address
    coordinates = [COORDINATES.findall(text) for text in (stored, computed)]
    rest = [IDENTIFIER.sub("p", COORDINATES.sub("coordinates", text)) for text in (stored, computed)]
    return close(*rest, rel=LAST_BITS, abs_=0) and close(*map("\n".join, coordinates), rel=0, abs_=ONE_IMAGE)


def close(stored: str, computed: str, *, rel: float, abs_: float) -> bool:
    """Say whether two texts have the same words, and numbers within a tolerance."""
    if NUMBER.split(stored) != NUMBER.split(computed):
        return False
    pairs = zip(NUMBER.findall(stored), NUMBER.findall(computed), strict=True)
    return all(a == b or math.isclose(float(a), float(b), rel_tol=rel, abs_tol=abs_) for a, b in pairs)


class ChapterCell(IPyNbCell):
    """A cell whose outputs are compared with a tolerance for numbers."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.output_timeout = PATIENCE

    def sanitize(self, s: object) -> object:
        return Tolerant(super().sanitize(s)) if isinstance(s, str) else s


class ChapterFile(IPyNbFile):
    """A notebook none of whose outputs is skipped, images included, and whose cells are all compared."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.compare_outputs = True
        self.config.option.nbval_kernel_startup_timeout = PATIENCE
        self.skip_compare = tuple(key for key in self.skip_compare if not key.startswith("image/"))

    def collect(self):  # noqa: ANN201
        for cell in super().collect():
            yield ChapterCell.from_parent(
                self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options
            )


def cells_in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the items in their order, but each notebook's cells together, from the first to the last.

    They share a kernel, whatever a plugin has shuffled.
    """
    cells: dict[pytest.Collector | None, list[ChapterCell]] = {}
    for item in items:
        if isinstance(item, ChapterCell):
            cells.setdefault(item.parent, []).append(item)
    ordered: list[pytest.Item] = []
    for item in items:
        if isinstance(item, ChapterCell):
            ordered += sorted(cells.pop(item.parent, ()), key=lambda cell: cell.cell_num)
        else:
            ordered.append(item)
    return ordered
