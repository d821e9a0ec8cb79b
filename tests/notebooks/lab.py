"""A real JupyterLab on a copy of the chapters, with an account of its own, that ends with the test."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.site.built import ROOT

PATIENCE = 120_000  # milliseconds; a cold start of JupyterLab on a busy machine
OPEN = """async ([path, kernel]) => {
    const kernelPreference = {shouldStart: kernel, canStart: kernel}  // what is there before a run needs none
    const panel = await jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook', kernelPreference})
    window.opened = panel  // on a busy machine the shell says late, or not at all, which one is in front
    await panel.context.ready
    await panel.revealed
    const settled = () => panel.content.widgets.every(cell => cell.isPlaceholder?.() !== true)
    for (let turn = 0; turn < 600 && !settled(); turn++) await new Promise(done => setTimeout(done, 50))
    await Promise.all(panel.content.widgets.map(cell => cell.ready))
    const drawn = () => [...panel.node.querySelectorAll('img')].every(img => img.complete)
        && panel.content.widgets.every(cell => cell.model.type !== 'markdown' || cell.isHidden
            || cell.rendered && cell.node.innerText.trim())
        && !panel.node.querySelector('.jp-MarkdownCell a[href^=".."]')  // not yet led to its file
    for (let turn = 0; turn < 600 && !drawn(); turn++) await new Promise(done => setTimeout(done, 50))
    return panel.content.widgets.length
}"""
CLOSE = """async () => {
    await opened.sessionContext.ready
    if (opened.sessionContext.session) await opened.sessionContext.shutdown()
    opened.dispose()
}"""
RUN_ALL = """async () => {
    await opened.sessionContext.ready
    jupyterapp.commands.execute('notebook:run-all-cells', {semanticWidget: opened.id})
}"""
HAS_RUN = """sliders => {
    const code = opened.content.widgets.filter(cell => cell.model.type === 'code')
    return code.every(cell => cell.model.executionCount !== null && cell.promptNode.innerText !== '[*]:')
        && document.querySelectorAll('.noUi-handle[aria-label]').length === sliders
}"""
# What a reader sees of the notebook that was opened.
SEEN = r"""() => {
    const {node, content} = opened
    const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height > 8
    const all = (css, root = node) => [...root.querySelectorAll(css)]
    const pictures = all('.jp-OutputArea img, .jp-OutputArea svg[role=img]').filter(seen)
        .filter(e => e.tagName !== 'IMG' || e.naturalWidth > 0)
    const prose = all('.jp-MarkdownCell').filter(seen).map(e => e.innerText).join('\n')
    const answers = content.widgets.filter(cell => cell.model.sharedModel.getSource().includes('worked=True'))
    const outputs = all('.jp-OutputArea-output').map(e => e.innerText).join('\n')
    return {
        pictures: pictures.length,
        frames: all('.explorer').map(e => all('img, svg[role=img]', e).filter(seen).length),
        controls: all('.explorer input').filter(seen).map(e => e.disabled),
        answers: answers.length,
        open: answers.filter(cell => seen(cell.node)).length,
        explained: (outputs.match(/\b(Right|Not quite)\. /g) || []).length,
        raw: prose.match(/\{[a-z][a-z:-]*\}|`{3,}|:{3,}|:(label|class):/g) || [],
        exercises: all('.jp-MarkdownCell :is(h3, h4)').filter(e => e.innerText.startsWith('★')).length,
        formulas: all('.jp-MarkdownCell :is(mjx-container, .katex)').length,
        links: all('.jp-MarkdownCell a[href]').map(e =>
            [e.getAttribute('href'), e.dataset.commandlinkerArgs || '', e.innerText]),
    }
}"""


@contextlib.contextmanager
def lab(home: Path, browser: Browser, *, extension: bool) -> Iterator[Page]:
    """Yield a tab with a fresh JupyterLab on a fresh clone's files in ``home``, with jupyterlab-myst or without."""
    clone = home / "clone"
    for name in ("chapters", "results", "xavier_lib"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("glossary.md", "laboratory.md", "references.bib"):
        shutil.copy(ROOT / name, clone / name)
    settings = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}
    settings["@jupyterlab/apputils-extension/notification"] = {"fetchNews": "false", "checkForUpdates": False}
    for plugin, chosen in settings.items():
        file = (home / "settings" / plugin).with_suffix(".jupyterlab-settings")
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(chosen), encoding="utf-8")
    page_config = home / "config" / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text(json.dumps({"disabledExtensions": {"jupyterlab-myst": not extension}}), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={clone}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=account(home), stdout=log, stderr=subprocess.STDOUT, cwd=clone)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        address = f"http://127.0.0.1:{port}"
        answer(f"{address}/api", server)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.goto(f"{address}/lab/workspaces/fresh?reset")
        tab.wait_for_function("() => window.jupyterapp")
        tab.evaluate("() => jupyterapp.restored")
        yield tab
    finally:
        context.close()
        server.terminate()
        server.wait(30)


def account(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's own Jupyter is read or written."""
    names = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    folders = {f"JUPYTER_{name}_DIR": str(home / folder) for name, folder in names.items()}
    more = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}
    folders |= {name: str(home / folder) for name, folder in more.items()}
    rest = {name: value for name, value in os.environ.items() if name != "XAVIER_LIB_FACE"}
    return rest | folders | {"JUPYTER_PREFER_ENV_PATH": "1", "PYTHONPATH": str(ROOT)}


def answer(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not answer at {address}")


def trust(home: Path) -> None:
    """Run the README's line for local use on the clone's chapters."""
    chapters = sorted((home / "clone" / "chapters").glob("*.ipynb"))
    command = [sys.executable, "-m", "jupyter", "trust", *map(str, chapters)]
    subprocess.run(command, env=account(home), check=True, capture_output=True)


def visit(tab: Page, chapter: str) -> dict[str, Any]:
    """Open a chapter, return what a reader sees, and close it."""
    tab.evaluate(OPEN, [f"chapters/{chapter}.ipynb", False])
    seen = tab.evaluate(SEEN)
    tab.evaluate(CLOSE)
    return seen
