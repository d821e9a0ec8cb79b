"""Chapters that run in the page: a button, the sources of their cells, and the library as a wheel."""

import json
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FOLDER = "_static/run"
SECONDS = "60"  # that a cell of the exercises may take
NEED_MORE = ("frameworks", "shapes", "museum")  # PyTorch and its like do not run in a page
BAR = '<nav aria-label="Run this chapter">'
BUILD = "from setuptools import build_meta; print(build_meta.build_wheel({!r}))"


def add_button(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Put the button into the bar of a chapter that can run, invisible until its script is there."""
    if not runs(page):
        return
    up = context["pathto"](FOLDER, resource=True)
    python = app.config.pyodide if "://" in app.config.pyodide else context["pathto"](app.config.pyodide, resource=True)
    addresses = {"pyodide": python, "megabytes": app.config.pyodide_megabytes, "library": up}
    addresses |= {"chapter": page, "seconds": SECONDS}
    data = " ".join(f'data-{name}="{escape(value)}"' for name, value in addresses.items())
    button = f'<button id="run-page" class="run" style="visibility:hidden" {data}>Run this page</button>'
    context["body"] = context["body"].replace(BAR, f"{BAR}{button} ", 1)
    context["body"] += f'<script type="module" src="{up}/start.js"></script>'


def runs(page: str) -> bool:
    """Say whether a page is a chapter that needs nothing but the library."""
    folder, _, name = page.rpartition("/")
    return folder == "chapters" and name not in NEED_MORE


def write_sources(app: Sphinx, error: Exception | None) -> None:
    """Write the library, and the sources of each chapter's code cells in order."""
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir, FOLDER)
    (target / "chapters").mkdir(parents=True, exist_ok=True)
    for path in Path(app.srcdir, "chapters").glob("*.ipynb"):
        if runs(f"chapters/{path.stem}"):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
            (target / "chapters" / f"{path.stem}.json").write_text(json.dumps(sources), encoding="utf-8")
    write_wheel(Path(app.srcdir), target / "xavier_lib.whl")


def write_wheel(root: Path, target: Path) -> None:
    """Build the library's wheel from a copy, since a build leaves its traces where it works."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(root / name, folder)
        shutil.copytree(root / "xavier_lib", Path(folder, "xavier_lib"), ignore=shutil.ignore_patterns("__pycache__"))
        command = [sys.executable, "-c", BUILD.format(folder)]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"the library's wheel could not be built: {run.stderr}")
        shutil.copy(Path(folder, run.stdout.splitlines()[-1]), target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the button to each page, and the files to the end of the build."""
    app.add_config_value("pyodide", "", "html")
    app.add_config_value("pyodide_megabytes", "", "html")
    app.connect("html-page-context", add_button, priority=960)
    app.connect("build-finished", write_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
