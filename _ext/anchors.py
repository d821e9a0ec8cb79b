"""A code cell that bears an ``anchor`` in its metadata gets it as its id, so that a link leads to the very cell."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging


def label(page: str, anchor: str) -> str:
    """Return the label by which ``{ref}`` finds a cell: ``chapters/glorot#limit-of-784-100``."""
    return f"{page}#{anchor}"


def set_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give each cell its id, and note it among the labels; a name that the page has already is a warning."""
    page, domain = app.env.docname, app.env.get_domain("std")
    for cell in doctree.findall(nodes.container):
        anchor = cell.get("cell_metadata", {}).get("anchor")
        if not anchor:
            continue
        if anchor in doctree.ids:
            logging.getLogger(__name__).warning("the anchor %s of a cell is taken", anchor, location=cell)
        doctree.ids[anchor] = cell
        cell["ids"].append(anchor)
        domain.anonlabels[label(page, anchor)] = page, anchor


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the anchors to the reading of each page."""
    app.connect("doctree-read", set_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
