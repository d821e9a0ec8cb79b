"""The tables of claims.toml, ``{claims} claim``: each sentence, what is true, and the cell that shows it."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import cells
from anchors import label
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table

FILE = "claims.toml"
VERDICTS = ("right", "imprecise", "wrong")


class Claims(SphinxDirective):
    """Write one table, ``claim``, ``paper`` or ``sentence``, or how many claims have each of the ``verdicts``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the links that narrow the table, if there are any, and the table."""
        source, kind = Path(self.env.srcdir, FILE), self.arguments[0]
        self.env.note_dependency(str(source))
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
        if kind == "verdicts":
            return [nodes.paragraph(text=counted(tables["claim"]))]
        rows = tables[kind]
        for chapter in {row["chapter"] for row in rows}:
            self.env.note_dependency(str(cells.CHAPTERS / f"{chapter}.ipynb"))
        heads = ["What is said", "Verdict", "What is true"]
        if "verdict" not in rows[0]:
            heads.remove("Verdict")
        widths = (30, 12, 58) if len(heads) == 3 else (35, 65)
        found = table(heads, [self.row(row) for row in rows], widths, ["claims"])
        return [nodes.raw("", filters(rows), format="html"), found] if kind == "claim" else [found]

    def row(self, row: dict[str, Any]) -> nodes.row:
        """Return a row; its class is the verdict, and a claim's name its number."""
        number = f"{row['number']}. " if "number" in row else ""
        texts = [number.replace(".", r"\.") + row["said"], row.get("verdict"), f"{row['true']}\n\n{shown(row)}"]
        found = nodes.row("", *(self.entry(text) for text in texts if text), classes=[row.get("verdict", "")])
        if number:
            found["ids"].append(f"claim-{row['number']}")
        return found

    def entry(self, text: str) -> nodes.entry:
        """Return a text of Markdown as a cell of the table."""
        found = nodes.entry()
        self.state.nested_parse(StringList(text.splitlines()), 0, found)
        return found


def shown(row: dict[str, Any]) -> str:
    """Return where it is seen, and the number, as Markdown: what the cell prints and where the tests want it."""
    link = f"{{ref}}`{row['measured']} <{label('chapters/' + row['chapter'], row['anchor'])}>`"
    if row.get("alone"):
        nearest = link.replace(row["measured"], "the nearest cell")
        return f"No cell computes it, the test alone does: {row['measured']}, {between(*row['band'])}; {nearest}."
    found = cells.printed(cells.output(cells.anchored(row["chapter"], row["anchor"])), row["prints"])
    said = found.words if cells.HOLE in row["prints"] else f"`{found.words}`"
    percent = "%" if said.endswith("%") else ""
    band = f"; the test wants {between(*row['band'], percent)}" if "band" in row else ""
    return f"Shown: {link}: {said}{band}."


def between(low: float, high: float, percent: str = "") -> str:
    """Return a band in words, in percent if asked."""
    ends = [f"{end * (100 if percent else 1):.6g}{percent}" for end in (low, high)]
    return ends[0] if low == high else " to ".join(ends)


def counted(rows: list[dict[str, Any]]) -> str:
    """Return how many claims have each verdict, in a sentence."""
    counts = Counter(row["verdict"] for row in rows)
    right, imprecise, wrong = (counts[name] for name in VERDICTS)
    return f"Of {len(rows)} statements {right} are right, {imprecise} imprecise and {wrong} wrong."


def filters(rows: list[dict[str, Any]]) -> str:
    """Return one link a verdict, with its count, which shows its rows alone while the address names it."""
    counts = Counter(row["verdict"] for row in rows)
    links = [f'<a id="all" href="#all">all {len(rows)}</a>']
    links += [f'<a id="only-{name}" href="#only-{name}">{name}: {counts[name]}</a>' for name in VERDICTS]
    return f'<nav class="verdicts" aria-label="Claims by verdict">Show {" ".join(links)}</nav>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive."""
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
