"""From one line of configuration, the repository: canonical addresses and the notebooks for Colab."""

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from xavier_lib.exercises.classroom.chapter import ANSWER
from xavier_lib.exercises.classroom.links import travelling

DESCRIPTIONS = {
    "genindex": "First Weights, a book on how a neural network begins: all its terms and functions from A to Z.",
    "search": "Search First Weights, a book on how a neural network begins.",
}


def set_addresses(_app: Sphinx, config: Config) -> None:
    """Derive the site's address, and keep the options of Furo among those that Jupyter Book sets for its own theme."""
    owner, name = config.repository.split("/")
    config.html_baseurl = config.ogp_site_url = f"https://{owner}.github.io/{name}/"
    options = config.html_theme_options
    config.html_theme_options = {name: options[name] for name in ("light_css_variables", "dark_css_variables")}


def add_links(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Give the pages the book's address, and those that Sphinx makes a description."""
    context["home"] = app.config.html_baseurl
    if page in DESCRIPTIONS:
        context["metatags"] = f'<meta name="description" content="{DESCRIPTIONS[page]}">'


def write_colab_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Write each chapter once more for Colab: a first cell that installs the package, links that lead to the site."""
    if error or app.builder.format != "html":
        return
    for source in sorted(Path(app.srcdir, "chapters").glob("*.ipynb")):
        notebook = for_colab(
            json.loads(source.read_text(encoding="utf-8")), app.config.repository, app.config.html_baseurl
        )
        target = Path(app.outdir, "colab", "chapters", source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def for_colab(notebook: dict[str, Any], repository: str, site: str) -> dict[str, Any]:
    """Return a chapter as Colab needs it; it closes the sections that the metadata name, the worked answers."""
    command = f'%pip install -q "xavier_lib[book] @ git+https://github.com/{repository}"'
    cell = {"cell_type": "code", "id": "colab", "metadata": {}, "outputs": [], "execution_count": None}
    closed = []
    for chapter_cell in notebook["cells"]:
        if chapter_cell["cell_type"] == "markdown":
            chapter_cell["source"] = travelling("".join(chapter_cell["source"]), site)
            chapter_cell["metadata"] |= {"id": chapter_cell["id"]}
            closed += [chapter_cell["id"]] if chapter_cell["source"] == ANSWER else []
    notebook["cells"].insert(0, {**cell, "source": [command]})
    notebook["metadata"]["colab"] = {"collapsed_sections": closed}
    return notebook


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the addresses to the build."""
    app.add_config_value("repository", "", "html")
    app.connect("config-inited", set_addresses, priority=10)
    app.connect("html-page-context", add_links, priority=900)
    app.connect("build-finished", write_colab_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
