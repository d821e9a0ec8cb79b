"""The gallery on the site: its pictures load late, can be seen in the dark, and lead to what they show."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.site.built import ROOT
from tests.site.test_layout import NEAR
from tools.illustrations import by_subject, illustrations

SUBJECTS = by_subject(ROOT)
IN_ORDER = [one for its in SUBJECTS.values() for one in its]
LOADED = "image => image.complete && image.naturalWidth > 0"
PLACE = """id => { const place = document.getElementById(id), box = place.getBoundingClientRect()
    return [Math.round(box.top), box.height > 0 && place.checkVisibility()] }"""


def test_each_subject_shows_its_pictures(scriptless: Page, address: str) -> None:
    """Without a script too: each with its name, and whether it moves; the file's order is the page's."""
    scriptless.goto(f"{address}gallery.html")
    for title, its in SUBJECTS.items():
        items = scriptless.locator("section", has=scriptless.get_by_role("heading", name=title)).last.locator("li")
        assert items.locator("a > span:first-child").all_text_contents() == [one.name for one in its]
        assert [item.locator(".moves").count() for item in items.all()] == [one.output.moves for one in its]


def test_a_screen_reader_hears_a_short_name(tab: Page, address: str) -> None:
    """A link is named by its heading and what is drawn, once each, and by nothing of the long alternative."""
    tab.goto(f"{address}gallery.html")
    for one, item in zip(IN_ORDER, tab.locator(".gallery li").all(), strict=True):
        name = " ".join([one.name, *["moves"] * one.output.moves, one.kind])
        assert item.get_by_role("link", name=name, exact=True).count() == 1, name
        assert len(name.split()) <= 40


def test_pictures_come_late_and_keep_their_place(tab: Page, address: str) -> None:
    """The last ones are not asked for before they come near, all of them come, and nothing moves when they do."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}gallery.html", wait_until="load")
    assert not any(url.endswith(f"/{IN_ORDER[-1].chapter}-{IN_ORDER[-1].number}.svg") for url in asked)
    tab.add_style_tag(content="section { content-visibility: visible !important }")
    images = tab.locator(".gallery img")
    before = images.evaluate_all("all => all.map(image => image.getBoundingClientRect().height)")
    for image in images.all():
        image.scroll_into_view_if_needed()
        tab.wait_for_function(LOADED, arg=image.element_handle())
    assert images.evaluate_all("all => all.map(image => image.getBoundingClientRect().height)") == before
    assert len([url for url in asked if "/gallery/" in url]) == len(IN_ORDER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_has_the_colors_of_the_page(tab: Page, address: str, scheme: str) -> None:
    """By the reader's setting and by the button of the page: the edge is as dark as the page, and the ink is not."""
    for setting in ("light", "dark"):
        tab.emulate_media(color_scheme=setting)
        tab.goto(f"{address}gallery.html")
        tab.evaluate("scheme => { document.body.dataset.theme = scheme }", scheme if scheme != setting else "auto")
        image = tab.locator(".gallery img").nth(1)
        tab.wait_for_function(LOADED, arg=image.element_handle())
        low, high = Image.open(io.BytesIO(image.screenshot())).convert("L").crop((3, 3, 100, 80)).getextrema()
        paper = Image.open(io.BytesIO(image.screenshot())).convert("L").getpixel((6, 6))
        assert paper == (high if scheme == "light" else low)
        assert high - low > 120


@pytest.mark.parametrize("chapter", sorted({one.chapter for one in illustrations(ROOT)}))
def test_a_picture_leads_to_what_it_shows(tab: Page, address: str, chapter: str) -> None:
    """Its place stands at the head of the window and is visible, even where it waits for a prediction."""
    tab.goto(f"{address}gallery.html")
    links = tab.locator(f".gallery a[href^='chapters/{chapter}.html#']").evaluate_all("all => all.map(a => a.href)")
    assert len(links) == sum(one.chapter == chapter for one in IN_ORDER)
    for link in links:
        name = link.partition("#")[2]
        tab.goto("about:blank")
        tab.goto(link)
        tab.wait_for_function(f"id => {{ const top = ({PLACE})(id)[0]; return top > -5 && top <= {NEAR} }}", arg=name)
        assert tab.evaluate(PLACE, name)[1], link
