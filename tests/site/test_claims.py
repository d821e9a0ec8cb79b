"""The page of claims: its links open the very cells, and its verdicts narrow it, without a script and on a phone."""

import re
from collections import Counter

import pytest
from playwright.sync_api import Page

from tests.claims.test_claims import ROWS, TABLES, VERDICTS

CELLS = sorted({(row["chapter"], row["anchor"]) for row in ROWS})
NEAR = 120  # pixels below the upper edge of the window, as in test_layout
CELL = """id => { const cell = document.getElementById(id), box = cell.getBoundingClientRect()
    const seen = [...cell.querySelectorAll('.cell_output')].every(e => e.checkVisibility() && e.innerHTML)
    return [Math.round(box.top), cell.classList.contains('cell'), seen] }"""


def test_each_row_leads_to_its_cell(scriptless: Page, address: str) -> None:
    """The links of the tables, in their order, are those of the file."""
    scriptless.goto(f"{address}claims.html")
    links = scriptless.locator("table.claims tbody td a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == [f"chapters/{row['chapter']}.html#{row['anchor']}" for row in ROWS]


@pytest.mark.parametrize("chapter", sorted({chapter for chapter, _ in CELLS}))
def test_a_link_opens_the_very_cell(tab: Page, address: str, chapter: str) -> None:
    """The cell stands at the head of the window and shows its output, even where that waits for a prediction."""
    for anchor in (anchor for place, anchor in CELLS if place == chapter):
        tab.goto("about:blank")
        tab.goto(f"{address}chapters/{chapter}.html#{anchor}")
        tab.wait_for_function(f"id => Math.abs(({CELL})(id)[0]) <= {NEAR}", arg=anchor)
        assert tab.evaluate(CELL, anchor)[1:] == [True, True], anchor


@pytest.mark.parametrize("width", [320, 1280])
def test_a_verdict_narrows_the_table_without_a_script(scriptless: Page, address: str, width: int) -> None:
    """Each link says how many rows it shows, and shows them; no row is wider than the window."""
    scriptless.set_viewport_size({"width": width, "height": 800})
    scriptless.goto(f"{address}claims.html")
    shown = scriptless.locator("tr[id^=claim-] >> visible=true")
    counts = Counter(claim["verdict"] for claim in TABLES["claim"])
    told = scriptless.locator("article p", has_text="statements").filter(has_text="are right").inner_text()
    assert [int(n) for n in re.findall(r"\d+", told)] == [len(TABLES["claim"]), *(counts[name] for name in VERDICTS)]
    for name, count in [(name, counts[name]) for name in VERDICTS] + [("all", len(TABLES["claim"]))]:
        link = scriptless.get_by_role("navigation", name="Claims by verdict").get_by_role("link", name=re.compile(name))
        assert str(count) in (link.text_content() or "")
        link.click()
        assert shown.count() == count
        wide = "document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('.table-wrapper')]"
        assert not scriptless.evaluate(f"{wide}.some(box => box.scrollWidth > box.clientWidth + 1)")
    scriptless.goto(f"{address}claims.html#claim-39")
    assert shown.count() == len(TABLES["claim"])
