"""The cheat sheet on the site and on paper: one sheet, with nothing cut off."""

import re

import pytest
from playwright.sync_api import Page

from tools import sheet

SIZES = {"A4": (210, 297), "Letter": (215.9, 279.4)}
MARGIN = (9, 8)  # millimetres beside the text and above it, as the style sheet has them
PIXELS = 96 / 25.4  # a millimetre
CUT = """() => [...document.querySelectorAll('table.sheet tbody :is(th, td)')].filter(cell => {
    const box = cell.getBoundingClientRect()
    return cell.scrollWidth > cell.clientWidth + 1
        || [...cell.querySelectorAll('math, code, p')].some(e => e.getBoundingClientRect().right > box.right + 1)
}).map(cell => cell.textContent)"""


@pytest.mark.parametrize("paper", SIZES)
def test_it_is_one_sheet_of_paper(tab: Page, address: str, paper: str) -> None:
    """One page of the printed file, whatever the page looked like before."""
    tab.goto(f"{address}cheatsheet.html")
    printed = tab.pdf(format=paper)

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


@pytest.mark.parametrize("paper", SIZES)
def test_paper_cuts_nothing_off(tab: Page, address: str, paper: str) -> None:
    """In a window of the size of that paper's text each formula is within its cell, and all is on the sheet."""
    width, height = SIZES[paper]
    inner = [round((side - 2 * margin) * PIXELS) for side, margin in zip((width, height), MARGIN, strict=True)]
    tab.set_viewport_size({"width": inner[0], "height": inner[1]})
    tab.emulate_media(media="print")
    tab.goto(f"{address}cheatsheet.html")

    assert tab.evaluate(CUT) == []
    assert tab.evaluate("document.querySelector('article').getBoundingClientRect().bottom") <= inner[1]
    assert tab.evaluate("document.documentElement.scrollWidth") <= inner[0]
    for part in ("h1", "table.starts", "table.gains", "table.defaults", "ol li:last-child"):
        assert tab.locator(f"article {part}").last.is_visible()


def test_the_page_holds_all_rows_and_formulas_without_a_script(scriptless: Page, address: str) -> None:
    """As many rows as the file has, each with a name, a formula and where it fails; as many gains as activations."""
    scriptless.goto(f"{address}cheatsheet.html")
    rows = scriptless.locator("table.starts tbody tr")

    assert rows.locator("th strong").all_text_contents() == [start["name"] for start in sheet.DATA["starts"]]
    for row in rows.all():
        assert row.locator("td math").count() >= 1
        assert row.locator("td").last.get_by_role("link").count() >= 1
    names = scriptless.locator("table.gains tbody th").all_text_contents()
    assert [name.strip() for name in names] == sheet.DATA["activations"]


@pytest.mark.parametrize("width", [320, 1280])
def test_a_screen_cuts_nothing_off(tab: Page, address: str, width: int) -> None:
    """On a phone each start is a card, and formulas stay within it."""
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(f"{address}cheatsheet.html")
    tab.add_style_tag(content="section { content-visibility: visible !important }")

    assert tab.evaluate(CUT) == []


def test_a_hurried_reader_finds_it_from_the_first_page(scriptless: Page, address: str) -> None:
    """Near the link to the first chapter stand those to what answers at once."""
    scriptless.goto(f"{address}index.html")
    line = scriptless.locator("article p", has_text="In a hurry")

    assert line.get_by_role("link").evaluate_all("all => all.map(a => a.getAttribute('href').split('#')[0])") == [
        f"{page}.html" for page in ("which", "cheatsheet", "questions", "claims", "gallery")
    ]
