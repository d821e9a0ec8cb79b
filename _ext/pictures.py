"""Figures inside the page, so that they take the color of its text."""

import json
import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx


class PictureOf(Directive):
    """Show a chapter's stored figure on another page: ``{picture-of} network fig-network-four-starts``."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Return the figure's SVG as the chapter stores it."""
        chapter, name = self.arguments
        environment = self.state.document.settings.env
        source = Path(environment.srcdir, "chapters", f"{chapter}.ipynb")
        environment.note_dependency(str(source))
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
            if cell["metadata"].get("mystnb", {}).get("figure", {}).get("name") == name:
                return [picture("".join(cell["outputs"][0]["data"]["image/svg+xml"]))]
        raise self.error(f"{source.name} has no figure named {name!r}")


def picture(svg: str) -> nodes.raw:
    """Return a node that writes an SVG into the page."""
    return nodes.raw("", f'<div class="picture-box">{svg}</div>', format="html")


def awake(output: str) -> str:
    """Return a stored slider or self-test without what it shows where a notebook is not trusted."""
    html = re.sub(
        '<div class="still">.*?</div>|<p class="asleep">.*?</p>| hidden="hidden"| onkeydown="[^"]*"',
        "",
        output,
        flags=re.DOTALL,
    )
    return unfolded(html) if 'class="explorer"' in html else html


def unfolded(explorer: str) -> str:
    """Return a stored slider with its frames in the page, which has a style for them."""
    html = re.sub("<style>.*?</style>", "", explorer)
    before, *frames = html.replace("</script>", "</div>").split('<script type="image/svg+xml">')
    opening = re.search(r'data-opens="(\d+)"', before)
    for number, frame in enumerate(frames):
        first = opening is not None and number == int(opening[1])
        before += f'<div class="frame{" opening" if first else ""}"{"" if first else " hidden"}>{frame}'
    return before


def inline_pictures(app: Sphinx, doctree: nodes.document, _page: str) -> None:
    """Put a notebook's SVG into the page itself: an image file could not take the color of the text."""
    if app.builder.format != "html":
        return
    for output in list(doctree.findall(nodes.raw)):
        if 'class="asleep"' in output.astext():
            output.replace_self(nodes.raw("", awake(output.astext()), format="html"))
    for image in list(doctree.findall(nodes.image)):
        path = Path(app.srcdir, image["uri"])
        if path.suffix == ".svg" and path.is_file():
            image.replace_self(picture(path.read_text(encoding="utf-8")))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect figures to the build."""
    app.add_directive("picture-of", PictureOf)
    app.connect("doctree-resolved", inline_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
