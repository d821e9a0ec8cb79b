"""Each core chapter run whole in the page: no error, and what is stored, but for what is listed here with its cause."""

import json

import nbformat
import pytest
from playwright.sync_api import Page

from tests.chapter_outputs import Tolerant
from tests.site.built import ROOT, TOC
from tests.site.python_in_page import LOADING, answered, press

CORE = [entry["file"] for entry in TOC["parts"][0]["chapters"]]
LISTEN = """() => { window.outputs = {}
    document.addEventListener('ran', event => window.outputs[event.detail.place] = event.detail.outputs) }"""
HAVE_RUN = "document.querySelector('.run-bar .stop').disabled && Object.keys(window.outputs).length"
#: Cells whose outputs differ from the stored ones, each with the reason.
KNOWN: dict[str, str] = {}


def forms(outputs: list[dict[str, object]]) -> list[dict[str, str]]:
    """Return what each output is in each of its forms, whether it is stored as lines or as text."""
    found = []
    for output in outputs:
        data = output.get("data") or {"text": output.get("text", output.get("traceback"))}
        found.append({kind: Tolerant("".join(text)) for kind, text in data.items()})
    return found


@pytest.mark.parametrize("chapter", CORE)
def test_a_core_chapter_gives_what_is_stored(tab: Page, address: str, chapter: str):
    """As strict validation compares: words exactly, numbers to the last bits, pictures to a point."""
    answered(tab)
    tab.goto(f"{address}{chapter}.html")
    tab.evaluate(LISTEN)
    press(tab, -1)
    tab.locator(".run-ask [value=load]").click()
    tab.wait_for_function(HAVE_RUN, timeout=4 * LOADING)
    assert "All cells have run." in tab.locator(".run-bar p").inner_text()

    computed = tab.evaluate("window.outputs")
    notebook = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4)
    stored = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    differ = {
        f"{chapter.split('/')[1]} {place}"
        for place, outputs in enumerate(stored)
        if forms(json.loads(json.dumps(outputs))) != forms(computed[str(place)])
    }
    assert differ == {name for name in KNOWN if name.split()[0] == chapter.split("/")[1]}
