"""Promises of pages that run: nothing before the click, a verdict in place after it, no answer that breaks them."""

import gzip
import json
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.site.built import CHAPTERS, CONFIG
from tests.site.python_in_page import ADDRESS, answered, press, pyodide, started, wait_for, written
from tests.site.test_reach import VIOLATIONS

EXTRA = 3_000  # bytes, as the issue sets them
PAGE = "chapters/glorot"
NOT_HERE = {"chapters/frameworks", "chapters/shapes", "chapters/museum"}  # they need the frameworks
RIGHT = "def my_limit(fan_in, fan_out):\n    return math.sqrt(6 / (fan_in + fan_out))"
SLIP = "def my_limit(fan_in, fan_out):\n    return 6 / (fan_in + fan_out)"
RIGHT_IN_WORDS, SLIP_IN_WORDS = "Passed", "root"


def sources(site: Path, page: str = PAGE) -> list[str]:
    """Return the cells of a chapter as the page gets them."""
    return json.loads((site / "_static" / "run" / f"{page}.json").read_text(encoding="utf-8"))


def check_of(site: Path) -> int:
    """Return the place of the first check of the chapter; its stub is the cell before."""
    return next(place for place, source in enumerate(sources(site)) if source.startswith("check("))


# Before the click


def test_a_page_that_runs_weighs_at_most_three_kilobytes_more(site: Path):
    """The button, its script and its style, compressed."""
    script = (site / "_static/run/start.js").read_bytes()
    style = (Path(__file__).parents[2] / "_assets/book.css").read_text(encoding="utf-8")
    rules = "\n".join(line for line in style.splitlines() if ".run" in line)
    for page in CHAPTERS:
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        lines = [part for part in text.split("<") if "run-page" in part or "run/start.js" in part]
        assert bool(lines) == (page not in NOT_HERE)
        assert sum(len(gzip.compress(part)) for part in (script, rules.encode(), "<".join(lines).encode())) <= EXTRA


def test_nothing_is_loaded_before_a_reader_agrees(tab: Page, address: str):
    """The dialog names the host and the amount; cancelled, it leaves the page as it was, without a worker."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}{PAGE}.html")
    before = tab.locator("article").inner_html()
    press(tab, -1)
    dialog = tab.get_by_role("dialog", name="Run Python on this page?")
    plain, pictured = CONFIG["pyodide_megabytes"].split()
    for word in (ADDRESS.split("/")[2], f"{plain} MB", f"{pictured} MB"):
        assert word in dialog.inner_text()
    tab.keyboard.press("Escape")

    assert dialog.is_hidden()
    assert tab.locator("article").inner_html() == before
    assert not [url for url in asked if url.startswith(ADDRESS) or "worker" in url]


def test_without_a_script_there_is_no_button(scriptless: Page, address: str):
    """It could do nothing."""
    scriptless.goto(f"{address}{PAGE}.html")
    assert scriptless.locator("#run-page").is_hidden()


def test_a_blocked_load_leaves_the_page_as_it_was_and_says_so(tab: Page, address: str):
    """Here no name is resolved, as behind a wall."""
    tab.goto(f"{address}{PAGE}.html")
    before = tab.locator("article").inner_html()
    press(tab, -1)
    tab.locator(".run-ask [value=load]").click()
    said = wait_for(tab, "could not be loaded")

    assert "the page is as it was" in said
    assert tab.locator("article").inner_html() == before


# After the click


def test_a_first_verdict_in_place_and_what_follows(tab: Page, address: str, site: Path):
    """Open, a slip by its name, right; a hint; kept on the device, put back by Reset; axe finds nothing."""
    sizes, place = answered(tab), check_of(site)
    assert "has run" in started(tab, f"{address}{PAGE}.html", place)
    verdict = tab.locator("article .cell").nth(place).locator(".cell_output")
    assert "Open" in verdict.text_content()
    assert round(sum(sizes.values()) / 1e6) == int(CONFIG["pyodide_megabytes"].split()[0]), sizes

    for code, words in ((SLIP, SLIP_IN_WORDS), (RIGHT, RIGHT_IN_WORDS)):
        written(tab, place - 1, code)
        press(tab, place)
        wait_for(tab, f"Cell {place + 1} has run")
        assert words in verdict.text_content(), verdict.text_content()
    assert "Right for all" in verdict.text_content()
    assert "No time limit" not in verdict.text_content()

    written(tab, place, 'from xavier_lib.exercises import hint\n\nhint("glorot-limit")')
    tab.keyboard.press("Control+Enter")
    tab.wait_for_function("box => box.textContent.includes('variance')", arg=verdict.element_handle())

    tab.evaluate(AXE_SCRIPT)
    assert tab.evaluate(VIOLATIONS, {}) == []

    assert "has run" in started(tab, f"{address}{PAGE}.html", place - 1)
    assert "math.sqrt" in tab.locator("article .cell").nth(place - 1).text_content()
    with tab.expect_navigation():
        tab.get_by_role("button", name="Reset the page").click()
    assert "math.sqrt" not in tab.locator("article .cell").nth(place - 1).text_content()
    assert not [name for name in tab.evaluate("Object.keys(localStorage)") if "code" in name]


ENDINGS = {
    "endless": ("while True:\n    pass", "did not end within 5 seconds"),
    "crashing": ("import sys\n\nsys.setrecursionlimit(10**9)\nf = lambda: f()\nf()", "ended"),
    "ending Python": ("import os\n\nos._exit(3)", "has ended Python itself"),
    "leaving": ("raise SystemExit(3)", "ended in an error"),
    "wrong": ("nonsense(", "ended in an error"),
}


def test_no_answer_breaks_the_page(tab: Page, address: str, site: Path):
    """Endless, crashing, leaving, no Python at all, printing for ever: the next right answer passes all the same."""
    answered(tab)
    place = check_of(site)
    verdict = tab.locator("article .cell").nth(place).locator(".cell_output")
    started(tab, f"{address}{PAGE}.html", place)
    for code, words in ENDINGS.values():
        tab.evaluate("document.getElementById('run-page').dataset.seconds = 5")
        written(tab, place - 1, code)
        press(tab, place - 1)
        wait_for(tab, words)
        tab.evaluate("document.getElementById('run-page').dataset.seconds = 100")
        written(tab, place - 1, RIGHT)
        press(tab, place)
        wait_for(tab, f"Cell {place + 1} has run")
        assert RIGHT_IN_WORDS in verdict.text_content()
    written(tab, place - 1, "for _ in range(10**5):\n    print('on and on')")
    press(tab, place - 1)
    wait_for(tab, f"Cell {place} has run")
    assert len(tab.locator("article .cell").nth(place - 1).text_content()) < 110_000


def test_a_slider_is_made_anew(tab: Page, address: str, site: Path):
    """From what the cell computes now: with other values it has other frames, and it moves."""
    sizes = answered(tab)
    place = next(i for i, source in enumerate(sources(site)) if "explore(" in source)
    assert "has run" in started(tab, f"{address}{PAGE}.html", place)
    assert round(sum(sizes.values()) / 1e6) == int(CONFIG["pyodide_megabytes"].split()[1]), sizes
    slider = tab.locator("article .cell").nth(place).locator("input[type=range]")
    shown = tab.locator("article .cell").nth(place).locator(".frame:visible")
    first = shown.inner_html()
    slider.focus()
    tab.keyboard.press("End")

    assert shown.count() == 1
    assert shown.inner_html() != first


def test_the_folder_has_what_the_documentation_lists():
    """Who serves a folder of their own needs the files that `CONTRIBUTING.md` names."""
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = [name for name in text.split("`") if name.endswith((".whl", ".wasm", ".mjs", "lock.json", "stdlib.zip"))]
    assert len(listed) >= 10
    assert not [name for name in listed if not (pyodide() / name).is_file()]
