"""What is laid out when, and where it stands: sections that wait, anchors that hold, run buttons, contents, paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.site.built import CHAPTERS, CONFIG, pages, shown

NEAR = 120  # pixels below the upper edge of the window: the margin of a section, and on a phone the bar of the theme
TOP = "id => Math.round(document.getElementById(id).getBoundingClientRect().top)"
ANSWERS = "details.solution, details.hint, .self-test [role=status]"
SKIPPED = """() => [...document.querySelectorAll('article > section > section')].map(
    section => !section.querySelector('h2').checkVisibility({contentVisibilityAuto: true}))"""
CUT = """() => [...document.querySelectorAll('article > section > section')].filter(
    section => section.scrollWidth > section.clientWidth + 1).map(section => section.id)"""


@pytest.mark.parametrize("page", CHAPTERS)
def test_most_sections_of_a_chapter_wait_until_they_come_near(tab: Page, address: str, page: str) -> None:
    """At least half are not laid out when the page opens, the last among them, and that one is when it is reached."""
    tab.goto(f"{address}{page}.html")
    skipped = tab.evaluate(SKIPPED)
    assert sum(skipped) >= len(skipped) / 2
    assert skipped[-1]
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    tab.wait_for_function(f"() => !({SKIPPED})().at(-1)")


@pytest.mark.parametrize("width", [360, 1280])
def test_an_anchor_leads_to_its_place(tab: Page, address: str, width: int) -> None:
    """Each section and exercise stands at the head of the window, from another page and by a jump on this one."""
    tab.set_viewport_size({"width": width, "height": 800})
    page = f"{address}chapters/glorot.html"
    tab.goto(page)
    names = tab.evaluate("[...document.querySelectorAll('article > section > section, div.exercise')].map(e => e.id)")
    for name in (names[1], "exercises", "glorot-limit", "self-test"):
        assert name in names
        for way in ("about:blank", page):
            tab.goto(way)
            tab.goto(f"{page}#{name}")
            tab.wait_for_function(f"id => Math.abs(({TOP})(id)) <= {NEAR}", arg=name)


def test_text_that_waits_is_found_and_read_aloud(tab: Page, address: str) -> None:
    """Search in the page reaches the last section before it was seen, and it is in the tree of screen readers."""
    tab.goto(f"{address}chapters/he.html")
    assert tab.evaluate(SKIPPED)[-1]
    assert tab.get_by_role("heading", name="Further reading").count() == 1
    assert tab.evaluate("find('Further reading', true, true)")


def test_a_section_cuts_nothing_off(tab: Page, site: Path, address: str) -> None:
    """A section that waits is a box that paints nothing outside: all it holds fits its width, on every page."""
    wide = {}
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        tab.evaluate("document.querySelectorAll('details').forEach(answer => answer.open = true)")
        for width in (320, 768, 1280):
            tab.set_viewport_size({"width": width, "height": 800})
            wide[page, width] = tab.evaluate(CUT)
    assert not {place: ids for place, ids in wide.items() if ids}


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_can_be_run_from_its_head_and_from_its_exercises(scriptless: Page, address: str, page: str) -> None:
    """Two bars, each with Binder, Colab and the notebook: one in the first window, one under the word Exercises."""
    scriptless.goto(f"{address}{page}.html")
    first, second = (
        scriptless.get_by_role("navigation", name=name) for name in ("Run this chapter", "Run the exercises")
    )
    assert (first.bounding_box() or {"y": 1e9})["y"] < 400
    assert (second.locator("xpath=../preceding-sibling::*[1]").text_content() or "").startswith("Exercises")
    for bar in (first, second):
        assert bar.get_by_role("link").all_text_contents() == ["Binder", "Colab", "the notebook"]
        for link in bar.get_by_role("link").all():
            assert f"{CONFIG['repository']}/" in (link.get_attribute("href") or "")


def test_a_laptop_shows_the_contents_of_the_page(tab: Page, address: str) -> None:
    """At 1280 px they stand beside the text without a click; from 1100 px down a button for them is always in view."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(f"{address}chapters/glorot.html")
    box = tab.locator(".toc-drawer").bounding_box()
    assert tab.locator(".toc-drawer a[href='#exercises']").is_visible()
    assert box
    assert box["x"] + box["width"] <= 1280
    for width in (1200, 1100, 360):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.evaluate("scrollTo(0, 3000)")
        button = tab.get_by_role("button", name="On this page").bounding_box()
        assert button, width
        assert 0 <= button["y"] < 100, width


@pytest.mark.parametrize("page", CHAPTERS)
def test_answers_are_printed_only_if_the_reader_says_so(scriptless: Page, address: str, page: str) -> None:
    """No solution, hint or explanation on paper, also of those that are open; a box at the head prints all of them."""
    scriptless.goto(f"{address}{page}.html")
    scriptless.locator("details.solution summary").first.press("Enter")
    scriptless.emulate_media(media="print")
    answers = scriptless.locator(ANSWERS)
    assert answers.count() >= 10
    assert shown(answers) == [False] * answers.count()
    scriptless.emulate_media(media="screen")
    scriptless.get_by_role("checkbox", name="Print hints and answers too").check()
    scriptless.emulate_media(media="print")
    assert shown(answers.locator(":scope > :last-child")) == [True] * answers.count()


def test_paper_holds_the_whole_page(tab: Page, site: Path, address: str) -> None:
    """No section waits on paper, nothing scrolls there, and no figure may be cut by the end of a sheet."""
    tab.emulate_media(media="print")
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        assert not any(tab.evaluate(SKIPPED)), page
        scrolling = """() => [...document.querySelectorAll('article *')].filter(e => !e.closest('svg, math')
            && e.checkVisibility() && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(
                e => e.className)"""
        assert tab.evaluate(scrolling) == [], page
        whole = "() => [...document.querySelectorAll('svg.picture, figure')].map(e => getComputedStyle(e).breakInside)"
        assert set(tab.evaluate(whole)) <= {"avoid"}, page


TEXTS = """() => [...document.querySelectorAll('svg.picture')].filter(e => e.checkVisibility()).map(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll('text')].map(e => parseFloat(getComputedStyle(e).fontSize));
    return Math.min(...sizes) * scale })"""
BOXES = """figure => [...figure.querySelectorAll(':scope > .frames, input[type=range]')].map(
    e => { const box = e.getBoundingClientRect(); return [box.width, box.height].map(Math.round) })"""


@pytest.mark.parametrize("page", CHAPTERS)
def test_words_in_figures_can_be_read_on_a_phone(tab: Page, address: str, page: str) -> None:
    """At least 11 pixels high at a width of 360, in every figure and every frame."""
    tab.set_viewport_size({"width": 360, "height": 800})
    tab.goto(f"{address}{page}.html")
    tab.add_style_tag(content="section { content-visibility: visible !important } .frame { display: block !important }")
    heights = tab.evaluate(TEXTS)
    assert heights
    assert min(heights) >= 11


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("page", CHAPTERS)
def test_nothing_moves_under_the_hand(tab: Page, address: str, page: str, width: int) -> None:
    """Track and picture keep their size at every value of every slider and at every name."""
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(f"{address}{page}.html")
    for explorer in tab.locator(".explorer").all():
        explorer.scroll_into_view_if_needed()
        before = explorer.evaluate(BOXES)
        for control in explorer.locator("input").all():
            if control.get_attribute("type") == "radio":
                control.check()
                assert explorer.evaluate(BOXES) == before
                continue
            control.press("Home")
            for _ in range(int(control.get_attribute("max") or 0)):
                tab.keyboard.press("ArrowRight")
                assert explorer.evaluate(BOXES) == before
            assert control.input_value() == control.get_attribute("max")
        assert explorer.locator(".frame >> visible=true").count() == 1
