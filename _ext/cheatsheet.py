"""The cheat sheet: its tables, made of what ``tools/sheet.py`` reads from the library and the stored outputs."""

from pathlib import Path

import sheet
from cells import CHAPTERS, anchored, output
from docutils import nodes
from docutils.statemachine import StringList
from plain import to_myst
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table

HEADS = {
    "starts": ["Start", "Weights", "Take it for", "Where it fails"],
    "gains": ["f", "E f(z)²", "E f′(z)²", "forward", "back", "returns 1", "wrong size"],
}
WIDTHS = {"starts": [26, 28, 22, 24], "gains": [10] * 7, "defaults": [16, 28, 28, 28]}


class CheatSheet(SphinxDirective):
    """Write one part: ``starts``, ``fans``, ``gains``, ``defaults``, ``versions`` or ``checks``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the part."""
        part = self.arguments[0]
        for path in (sheet.FILE, Path(sheet.__file__), CHAPTERS / "frameworks.ipynb"):
            self.env.note_dependency(str(path))
        if part == "fans":
            return self.parsed(sheet.formula("fans.fan_in_fan_out") + ".")
        if part == "versions":
            return self.parsed(f"Measured with {sheet.versions(stored('versions'))}.")
        if part == "checks":
            return self.parsed("\n".join(f"1. {check}" for check in sheet.checks()))
        heads, *rows = {
            "starts": lambda: [HEADS["starts"], *sheet.starts()],
            "gains": lambda: [HEADS["gains"], *sheet.activations()],
            "defaults": lambda: sheet.defaults(stored("defaults-of-layers")),
        }[part]()
        body = [nodes.row("", *map(self.entry, row)) for row in rows]
        return [table(heads, body, WIDTHS[part], ["sheet", part])]

    def entry(self, text: str) -> nodes.entry:
        """Return a text of Markdown as a cell."""
        return nodes.entry("", *self.parsed(text))

    def parsed(self, text: str) -> list[nodes.Node]:
        """Return a text in the Markdown of the chapters."""
        holder = nodes.container()
        self.state.nested_parse(StringList(to_myst(text).splitlines()), 0, holder)
        return holder.children


def stored(anchor: str) -> str:
    """Return what a cell of the chapter on frameworks has printed."""
    return output(anchored("frameworks", anchor))


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive."""
    app.add_directive("cheatsheet", CheatSheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
