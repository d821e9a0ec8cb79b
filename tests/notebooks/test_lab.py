"""The first second in JupyterLab, on a fresh clone: untrusted, trusted and run, with jupyterlab-myst and without."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from tests.notebooks.lab import CLOSE, HAS_RUN, OPEN, RUN_ALL, SEEN, lab, trust, visit
from tests.site.built import CHAPTERS, ROOT
from tools import plain
from xavier_lib.exercises.classroom import nbgrader
from xavier_lib.exercises.classroom.cells import written
from xavier_lib.exercises.classroom.chapter import chapter

if not os.environ.get("CI"):
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: requirements.txt has it")
    pytest.importorskip("jupyterlab_myst", reason="jupyterlab-myst is not installed: requirements.txt has it")

NAMES = [page.removeprefix("chapters/") for page in CHAPTERS]
RUN = ("table", "fans")  # the quickest two


@pytest.fixture(scope="module")
def plain_lab(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[tuple[Page, Path]]:
    """Start JupyterLab as it comes."""
    home = tmp_path_factory.mktemp("lab")
    with lab(home, browser, extension=False) as tab:
        yield tab, home


def expected(name: str) -> dict[str, int]:
    """Return what a chapter holds: pictures and formulas outside worked answers, sliders, answers, exercises, links."""
    count = dict.fromkeys(("pictures", "sliders", "inputs", "choices", "answers", "exercises", "links", "formulas"), 0)
    closed = False
    for cell in nbformat.read(ROOT / "chapters" / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown":
            closed = cell.source == plain.ANSWER or closed and not cell.source.startswith("#")
            count["exercises"] += cell.source.startswith("### ★")
            count["links"] += 0 if closed else len(plain.LINK.findall(cell.source))
            count["formulas"] += 0 if closed else cell.source.count("$$") // 2
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            count["pictures"] += "<img" in html and not closed
            count["sliders"] += 'class="explorer"' in html
            count["inputs"] += html.count('type="range"')
            count["choices"] += html.count('type="radio"') if 'class="explorer"' in html else 0
        count["answers"] += "worked=True" in cell.source
    return count


def promise(seen: dict[str, Any], name: str, clone: Path, *, trusted: bool) -> None:
    """Demand pictures, one frame a slider, everything closed, no raw MyST and no dead link."""
    there = expected(name)
    assert seen["pictures"] == there["pictures"] > 0, name
    assert seen["frames"] == [1] * there["sliders"], name
    assert seen["controls"] == ([False] * (there["inputs"] + there["choices"]) if trusted else []), name
    assert seen["answers"] == there["answers"] == seen["exercises"] == there["exercises"] >= 5, name
    assert seen["open"] == seen["explained"] == 0, name
    assert seen["raw"] == [], name
    assert seen["formulas"] >= there["formulas"], name
    assert len(seen["links"]) >= there["links"] > 5, name
    assert dead(seen["links"], clone) == [], name


def dead(links: list[list[str]], clone: Path) -> list[str]:
    """Return the links that lead to no file of the clone; those into the page and into the net are left out."""
    paths = [unquote(urlsplit(href).path) for href, *_ in links if not href.startswith(("#", "https://"))]
    return [path for path in paths if not (clone / path.removeprefix("/files/")).is_file() or "/files/" not in path]


@pytest.mark.parametrize("extension", [False, True], ids=["plain", "with jupyterlab-myst"])
def test_the_first_second_is_whole(tmp_path: Path, browser: Browser, extension: bool) -> None:
    """On a fresh clone, which nobody trusts yet: every chapter keeps the promise before anything is run.

    jupyterlab-myst draws the Markdown itself, and there too is no raw text and no dead link.
    """
    with lab(tmp_path, browser, extension=extension) as tab:
        for name in NAMES:
            promise(visit(tab, name), name, tmp_path / "clone", trusted=False)


def test_the_first_second_of_a_trusted_clone_is_whole(plain_lab: tuple[Page, Path]) -> None:
    """After the README's line the sliders are there too, before anything is run."""
    tab, home = plain_lab
    trust(home)
    for name in NAMES:
        promise(visit(tab, name), name, home / "clone", trusted=True)


def test_a_link_to_a_term_opens_the_glossary(plain_lab: tuple[Page, Path]) -> None:
    """A click opens the page in JupyterLab, rendered and plain."""
    tab, _ = plain_lab
    tab.evaluate(OPEN, ["chapters/table.ipynb", False])
    tab.locator(".jp-MarkdownCell a[href*='glossary.md'] >> visible=true").first.click()
    tab.locator(".lm-TabBar-tabLabel", has_text="glossary.md").first.wait_for()
    tab.locator(".jp-MarkdownViewer h2").first.wait_for()
    assert "{" not in tab.locator(".jp-MarkdownViewer").inner_text().replace("\\{", "")
    tab.evaluate("() => jupyterapp.commands.execute('application:close-all')")


@pytest.mark.parametrize("name", RUN)
def test_after_run_all_sliders_are_live_and_answers_are_still_closed(plain_lab: tuple[Page, Path], name: str) -> None:
    """Every cell runs; the sliders say their value and not its place; nothing that was closed has opened."""
    tab, home = plain_lab
    trust(home)
    tab.evaluate(OPEN, [f"chapters/{name}.ipynb", True])
    there = expected(name)
    tab.evaluate(RUN_ALL)
    tab.wait_for_function(HAS_RUN, arg=there["inputs"])
    handles = tab.locator(".jp-OutputArea .noUi-handle")
    seen = tab.evaluate(SEEN)
    values = [handle.get_attribute("aria-valuetext") for handle in handles.all()]
    readouts = tab.locator(".widget-hslider .widget-readout").all_inner_texts()
    tab.evaluate(CLOSE)

    assert values == readouts
    assert len(values) == there["inputs"]
    assert seen["pictures"] == there["pictures"]
    assert seen["open"] == seen["explained"] == 0


def test_a_student_reads_the_slip_below_a_marked_exercise(plain_lab: tuple[Page, Path]) -> None:
    """In the notebook for nbgrader, without its hidden tests: a wrong answer is typed and run, the slip is named."""
    tab, home = plain_lab
    cells = nbgrader.source(chapter(ROOT / "chapters" / "glorot.ipynb"))[:5]
    cells[3]["source"] = "def my_limit(fan_in, fan_out):\n    "
    cells[4]["source"] = cells[4]["source"].partition("### BEGIN HIDDEN TESTS")[0].rstrip()
    (home / "clone" / "chapters" / "marked.ipynb").write_text(written(cells, "marked"), encoding="utf-8")
    tab.evaluate(OPEN, ["chapters/marked.ipynb", True])
    tab.evaluate("() => { opened.content.activeCellIndex = 3; opened.content.mode = 'edit' }")
    tab.keyboard.press("Control+End")
    tab.keyboard.type("return 6 / (fan_in + fan_out)")
    tab.evaluate(RUN_ALL)
    tab.wait_for_function("() => opened.content.widgets[4].outputArea?.model.length")
    shown = " ".join(tab.evaluate("() => opened.content.widgets[4].outputArea.node.innerText").split())
    tab.evaluate(CLOSE)

    assert "AssertionError: Not yet: glorot-limit" in shown
    assert "Recognized: the missing root." in shown
