"""What readers search for: entries of the index, and so of the search, that lead to the section with the answer."""

import tomllib
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


def add_entries(app: Sphinx, doctree: nodes.document) -> None:
    """Put the entries of ``found.toml`` at the heads of their sections, and refuse one whose section is gone."""
    for place in places(app.srcdir):
        if place["page"] == app.env.docname:
            section = section_of(doctree, place.get("section", ""))
            if section is None:
                raise ExtensionError(f"found.toml: no section of {place['page']} begins with {place['section']!r}")
            name = section["ids"][0]
            entries = [("single", word, name, "main", None) for word in place["words"]]
            section.insert(1, addnodes.index("", entries=entries, inline=False))
            app.env.get_domain("index").entries.setdefault(app.env.docname, []).extend(entries)


def places(folder: str | Path) -> list[dict[str, str | list[str]]]:
    """Return the places of the file."""
    return list(tomllib.loads(Path(folder, "found.toml").read_text(encoding="utf-8"))["places"])


def section_of(doctree: nodes.document, begins: str) -> nodes.section | None:
    """Return the first section whose heading begins so."""
    heads = ((node, node[0].astext().replace("’", "'")) for node in doctree.findall(nodes.section))
    return next((node for node, head in heads if head.startswith(begins)), None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the reading of pages."""
    app.connect("doctree-read", add_entries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
