"""Each page asks for one style sheet and a few deferred scripts, not for all that the extensions bring."""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

STYLES = ("pygments.css", "styles/furo.css", "mystnb.*.css", "copybutton.css", "exercise.css", "proof.css", "book.css")
SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "furo.js",
    "clipboard.min.js",
    "copybutton.js",
    "drawers.js",
    "kept.js",
)
BUNDLE = "site.css"


def choose(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Leave one style sheet and the scripts that are used; let every scrolling box be reached by keyboard."""
    context["css_files"] = [f"_static/{BUNDLE}"]
    used = [script for script in context["script_files"] if str(script.filename or "").endswith(SCRIPTS)]
    for script in used:
        script.attributes.pop("async", None)
        script.attributes["defer"] = "defer"
    context["script_files"] = used
    if "body" in context:
        boxes = r'<(pre|div class="table-wrapper[^"]*")(?=>)'
        context["body"] = re.sub(boxes, r'<\1 tabindex="0"', context["body"])


def bundle(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheets that are used into one."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    parts = [path.read_text(encoding="utf-8") for name in STYLES for path in sorted(static.glob(name))]
    (static / BUNDLE).write_text("\n".join(parts), encoding="utf-8")


def set_dark_code(app: Sphinx) -> None:
    """Choose the colors of code in the dark, which the theme takes from a setting that it registers late."""
    app.config.pygments_dark_style = "a11y-high-contrast-dark"


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the choice to each page and the bundle to the end of the build."""
    app.connect("builder-inited", set_dark_code, priority=10)
    app.connect("html-page-context", choose, priority=950)
    app.connect("build-finished", bundle, priority=900)  # after the theme has written its own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
