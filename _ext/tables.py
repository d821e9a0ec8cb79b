"""Tables as nodes of a document, for the directives that write them from data."""

from collections.abc import Sequence

from docutils import nodes


def table(heads: Sequence[str], rows: Sequence[nodes.row], widths: Sequence[int], classes: list[str]) -> nodes.table:
    """Return a table whose first column names its rows."""
    columns = [nodes.colspec(colwidth=width, stub=place == 0) for place, width in enumerate(widths)]
    head = nodes.row("", *(nodes.entry("", nodes.paragraph(text=text)) for text in heads))
    group = nodes.tgroup("", *columns, nodes.thead("", head), nodes.tbody("", *rows), cols=len(heads))
    return nodes.table("", group, classes=classes)
