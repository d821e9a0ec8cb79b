"""Where a chapter runs: a bar under its title and another at the head of its exercises."""

import re
from html import escape
from typing import Any

from sphinx.application import Sphinx

BRANCH = "gh-pages"  # where the workflow puts the built site, the notebooks for Colab included
TITLE = re.compile(r"</h1>")
EXERCISES = re.compile(r'<section id="exercises">\s*<h2>.*?</h2>', re.DOTALL)
PRINTING = '<label><input type="checkbox" id="print-answers" autocomplete="off"> Print hints and answers too</label>'


def places(repository: str, page: str) -> dict[str, str]:
    """Return the addresses at which a chapter runs, or can be fetched to run, by the names that readers know."""
    return {
        "Binder": f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath={page}.ipynb",
        "Colab": f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}/colab/{page}.ipynb",
        "the notebook": f"https://github.com/{repository}/blob/HEAD/{page}.ipynb",
    }


def bar(what: str, addresses: dict[str, str], extra: str = "") -> str:
    """Return the links as one line of navigation, which says what it runs."""
    links = "".join(f' <a href="{escape(address)}">{name}</a>' for name, address in addresses.items())
    return f'<div class="launch"><nav aria-label="{what}">{what}:{links}</nav>{extra}</div>'


def add_bars(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Put both bars into a chapter; the first also asks whether the answers are to be printed."""
    if not page.startswith("chapters/"):
        return
    addresses = places(app.config.repository, page)
    first, second = bar("Run this chapter", addresses, PRINTING), bar("Run the exercises", addresses)
    body = TITLE.sub(lambda end: end[0] + first, context["body"], count=1)
    context["body"] = EXERCISES.sub(lambda head: head[0] + second, body)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the bars to each page."""
    app.connect("html-page-context", add_bars, priority=910)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
