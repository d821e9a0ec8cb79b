"""The cell of a chapter that a link leads to, and the number that stands in its stored output."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

CHAPTERS = Path(__file__).parent.parent / "chapters"
NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
HOLE = "{}"


class Printed(NamedTuple):
    """A number as a cell prints it: its words, its value, and how far rounding may have moved it."""

    words: str
    value: float
    within: float


def anchored(chapter: str, anchor: str) -> dict[str, Any]:
    """Return the one code cell of a chapter that bears this anchor."""
    cells = json.loads((CHAPTERS / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    found = [cell for cell in cells if cell["metadata"].get("anchor") == anchor and cell["cell_type"] == "code"]
    if len(found) != 1:
        raise ValueError(f"{chapter} must have one code cell with the anchor {anchor!r}, got {len(found)}")
    return found[0]


def output(cell: dict[str, Any]) -> str:
    """Return what a cell has printed, and the words of its figures."""
    texts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell["outputs"]]
    return "\n".join("".join(text) for text in texts)


def printed(text: str, template: str) -> Printed:
    """Return the number that a text has where the template has a hole; without a hole, the template's own words.

    Half a unit of the last digit is what rounding may take; a number before a percent sign is a share.

    >>> printed("exactly 31.7%", "exactly {}%")
    Printed(words='31.7%', value=0.317, within=0.0005)
    """
    before, hole, after = template.partition(HOLE)
    pattern = re.escape(before) + (f"({NUMBER})" + re.escape(after) if hole else "")
    match = re.search(pattern, text)
    if not match:
        raise ValueError(f"no stored output says {template!r}")
    if not hole:
        return Printed(" ".join(template.split()), float("nan"), float("nan"))
    number = Decimal(match[1])
    unit = Decimal(1).scaleb(int(number.as_tuple().exponent))
    percent = "%" if after.startswith("%") else ""
    scale = 100 if percent else 1
    return Printed(match[1] + percent, float(number / scale), float(unit / 2 / scale))
