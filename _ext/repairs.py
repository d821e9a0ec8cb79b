"""What the theme and the extensions get wrong, mended in the written pages, one line a flaw."""

import re
from pathlib import Path

from sphinx.application import Sphinx

# The theme asks for the device's storage without a doubt, and where a browser refuses it, its button for the dark dies.
NOTHING = "{getItem: () => null, setItem() {}, removeItem() {}}"
STAND_IN = f"Object.defineProperty(window, 'localStorage', {{value: {NOTHING}}})"
SETTING = "document.body.dataset.theme = "
REPAIRS = {
    ' role="doc-biblioentry"': "",  # a role that is deprecated
    '<div role="list" class="citation-list">': '<div class="citation-list">',  # a list without items
    '<p class="caption" role="heading">': '<p class="caption">',  # a heading without a level
    ' id="exercise-content"': "",  # the same for each exercise of a page
    ' id="solution-content"': "",
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Chapters">',  # two asides, no names
    SETTING: f"try {{ localStorage.length }} catch {{ {STAND_IN} }} {SETTING}",
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
}


def repair(app: Sphinx, error: Exception | None) -> None:
    """Mend every page of the finished site."""
    if error or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for flaw, mended in REPAIRS.items():
            text = text.replace(flaw, mended)
        text = re.sub('<p class="admonition-title" id="[^"]*">', '<p class="admonition-title">', text)  # an id twice
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the repairs to the end of the build."""
    app.connect("build-finished", repair)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
