"""From one line of configuration, the repository: canonical addresses and the notebooks for Colab."""

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

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
    """Write each chapter once more with a first cell that installs the package: Colab needs it, Binder does not."""
    if error or app.builder.format != "html":
        return
    for source in sorted(Path(app.srcdir, "chapters").glob("*.ipynb")):
        notebook = json.loads(source.read_text(encoding="utf-8"))
        command = f'%pip install -q "xavier_lib[book] @ git+https://github.com/{app.config.repository}"'
        cell = {"cell_type": "code", "id": "colab", "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"].insert(0, {**cell, "source": [command]})
        target = Path(app.outdir, "colab", "chapters", source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the addresses to the build."""
    app.add_config_value("repository", "", "html")
    app.connect("config-inited", set_addresses, priority=10)
    app.connect("html-page-context", add_links, priority=900)
    app.connect("build-finished", write_colab_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
