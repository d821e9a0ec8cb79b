"""The gallery: every figure and slider of the chapters as a small picture by subject, which is loaded late."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from illustrations import FILE, Illustration, by_subject, illustrations
from questions import section
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FOLDER = "_static/gallery"
#: A file takes no color from its page. It has its own, by the scheme that the style sheet sets for the image.
STYLE = (
    "<style>svg{background:#fff;color:#000}"
    "@media(prefers-color-scheme:dark){svg{background:#131416;color:#cfd0d0}}</style>"
)


class Gallery(SphinxDirective):
    """Show the pictures of all chapters, under the headings of their subjects."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each subject."""
        source = Path(self.env.srcdir)
        for path in [source / FILE, *source.glob("chapters/*.ipynb")]:
            self.env.note_dependency(str(path))
        return [subject(title, its) for title, its in by_subject(source).items()]


def subject(title: str, its: list[Illustration]) -> nodes.section:
    """Return a section with the pictures of a subject."""
    found = section(nodes.make_id(title), title)
    found += nodes.raw("", f'<ul class="gallery">{"".join(map(item, its))}</ul>', format="html")
    return found


def item(one: Illustration) -> str:
    """Return a picture as a link to its place; there its whole alternative is read, and here what is drawn."""
    place = f"chapters/{one.chapter}.html#{one.output.anchor or nodes.make_id(one.heading)}"
    moves = ' <span class="moves">moves</span>' if one.output.moves else ""
    width, height = one.size
    image = f'src="{file(one)}" alt="{escape(one.kind)}" width="{width}" height="{height}" loading="lazy"'
    says = "" if one.output.says.removesuffix(".") == one.name else f"{escape(one.output.says)} "
    return (
        f'<li><a href="{place}"><span>{escape(one.name)}</span>{moves} <img {image}></a>'
        f"<p>{says}<i>{escape(one.title)}</i></p></li>"
    )


def file(one: Illustration) -> str:
    """Return where the site keeps a picture."""
    return f"{FOLDER}/{one.chapter}-{one.number}.svg"


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the pictures beside the pages."""
    if error or app.builder.format != "html":
        return
    Path(app.outdir, FOLDER).mkdir(parents=True, exist_ok=True)
    for one in illustrations(Path(app.srcdir)):
        svg = re.sub(' style="background:[^"]*"', "", one.output.svg, count=1)
        Path(app.outdir, file(one)).write_text(svg.replace(">", f">{STYLE}", 1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive, and connect the pictures to the end of the build."""
    app.add_directive("gallery", Gallery)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
