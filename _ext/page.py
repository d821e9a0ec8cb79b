"""Small corrections to each built page: figures inline, so that they follow the theme; scripts once."""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def inline_pictures(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Put a notebook's SVG into the page itself: an image file could not take the color of the text."""
    if app.builder.format != "html":
        return
    for image in list(doctree.findall(nodes.image)):
        uri = str(image["uri"])
        path = Path(app.srcdir, uri)
        if uri.endswith(".svg") and path.is_file():
            html = f'<div class="picture-box">{path.read_text(encoding="utf-8")}</div>'
            image.replace_self(nodes.raw("", html, format="html"))


def scripts_once(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Drop the twin of each inline script, which Sphinx 7.4 writes a second time."""
    files = context.get("script_files", [])
    seen: set[tuple[str, str]] = set()
    kept = []
    for script in files:
        key = (str(script), str(getattr(script, "attributes", {}).get("body", "")))
        if key not in seen:
            seen.add(key)
            kept.append(script)
    context["script_files"] = kept


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect both corrections to the build."""
    app.connect("doctree-resolved", inline_pictures)
    app.connect("html-page-context", scripts_once, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
