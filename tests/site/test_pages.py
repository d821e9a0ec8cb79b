"""The chapters on the site: sliders that move with no kernel; nothing is lost without scripts or on paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.site.built import CHAPTERS, pages, shown

# What a reader gets of a page: its words, answers included, and how many formulas and pictures are to be seen. The
# laboratory takes the place of a stored picture, and has tests of its own.
CONTENT = """() => {
    document.querySelectorAll('.laboratory, .run').forEach(place => place.remove())
    document.querySelectorAll('details').forEach(answer => answer.open = true)
    // innerText leaves out what waits below the window
    document.querySelectorAll('article section').forEach(section => section.style.contentVisibility = 'visible')
    const shown = kind => [...document.querySelectorAll(kind)].filter(
        e => e.checkVisibility({visibilityProperty: true, opacityProperty: true})
            && e.getBoundingClientRect().width > 0).length
    const words = document.querySelector('[role=main], main').innerText.split(/\\s+/).join(' ')
    return [words, shown('math'), shown('svg.picture'), shown('.frame')]
}"""


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_slider_changes_what_is_visible_from_the_keyboard(tab: Page, address: str, page: str) -> None:
    """Each slider has a name; each arrow key shows another frame, alone, and the spoken and the printed value follow.

    A screen reader says which quantity a slider moves, and its value as it is printed, not its position.
    """
    tab.goto(f"{address}{page}.html")
    sliders = tab.locator("input[type=range]")
    assert sliders.count() >= 1
    assert tab.get_by_role("slider", name=re.compile(r"[a-z]{2}")).count() == sliders.count()
    for index in range(sliders.count()):
        slider = sliders.nth(index)
        frames = slider.locator("xpath=ancestor::figure").locator(".frame")
        slider.press("End")
        slider.press("Home")
        before = frames.locator("visible=true").screenshot()
        words = slider.get_attribute("data-values").split("|")
        assert len(set(words)) > 1
        for step in range(1, int(slider.get_attribute("max") or 0) + 1):
            slider.press("ArrowRight")
            shown = frames.locator("visible=true")
            assert shown.count() == 1
            after = shown.screenshot()
            assert after != before, f"slider {index}, step {step} changes nothing"
            before = after
            assert slider.get_attribute("aria-valuetext") == words[step]
            assert slider.locator("xpath=following-sibling::output").inner_text() == words[step]
        for key, spoken in (("End", words[-1]), ("ArrowLeft", words[-2]), ("Home", words[0])):
            slider.press(key)
            assert slider.get_attribute("aria-valuetext") == spoken
            assert slider.locator("xpath=following-sibling::output").inner_text() == spoken
    every_name_shows_another_frame(tab)


def every_name_shows_another_frame(tab: Page) -> None:
    """Names are radio buttons in a group that bears a name; each arrow key chooses another and shows its frame."""
    for group in tab.locator(".explorer fieldset").all():
        assert group.locator("legend").text_content()
        frames = group.locator("xpath=ancestor::figure").locator(".frame")
        buttons = group.locator("input[type=radio]")
        buttons.first.press("Space")
        seen = {frames.locator("visible=true").screenshot()}
        for number in range(1, buttons.count()):
            tab.keyboard.press("ArrowDown")
            assert buttons.nth(number).is_checked()
            assert frames.locator("visible=true").count() == 1
            seen.add(frames.locator("visible=true").screenshot())
        assert len(seen) == buttons.count()


def test_no_page_loses_anything_without_javascript(tab: Page, scriptless: Page, site: Path, address: str) -> None:
    """All words, formulas, pictures and first frames are there, but no search and no button that needs a script."""
    for page in set(pages(site)) - {"search"}:
        with_scripts, without = (
            [visit.goto(f"{address}{page}.html"), visit.evaluate(CONTENT)][1] for visit in (tab, scriptless)
        )
        assert without == with_scripts, page
        words, formulas, pictures, frames = without
        assert len(words) > 100, page
        if page in CHAPTERS:
            assert min(formulas, pictures, frames) >= 1, page


@pytest.mark.parametrize("page", CHAPTERS)
def test_frames_answers_hints_and_self_tests_need_no_javascript(scriptless: Page, address: str, page: str) -> None:
    """Each slider shows its first frame; answers and hints open, and self-tests explain a choice, at a key."""
    scriptless.goto(f"{address}{page}.html")
    the_first_frame_shows(scriptless)
    answers_and_hints_open(scriptless)
    the_self_test_explains_each_choice(scriptless)


def the_first_frame_shows(scriptless: Page) -> None:
    """A reader without scripts sees one frame a slider, the one it opens on."""
    explorers = scriptless.locator(".explorer")
    assert explorers.count() >= 1
    for explorer in explorers.all():
        assert explorer.locator(".frame >> visible=true").count() == 1
        assert explorer.locator(".frame.opening").is_visible()


def answers_and_hints_open(scriptless: Page) -> None:
    """Both are closed at first; a key on the line opens them."""
    answers, hints = scriptless.locator("details.solution"), scriptless.locator("details.hint")
    assert 3 * answers.count() == hints.count() >= 15  # a hint lies in the one before it
    for answer in answers.all() + hints.all():
        inside = answer.locator("> summary + *")
        assert not inside.is_visible()
        answer.locator("> summary").press("Enter")
        assert inside.is_visible()


def the_self_test_explains_each_choice(scriptless: Page) -> None:
    """Nothing is explained at first; Space and the arrow keys choose, and the explanation of the choice appears."""
    assert 3 <= scriptless.locator(".self-test:not(.prediction) fieldset").count() <= 5
    for question in scriptless.locator(".self-test fieldset").all():
        options, reasons = question.locator("li input"), question.locator("[role=status] li")
        assert options.count() == reasons.count() >= 2
        assert shown(reasons) == [False] * reasons.count()
        options.first.press("Space")
        assert shown(reasons)[:2] == [True, False]
        options.first.press("ArrowDown")
        assert shown(reasons)[:2] == [False, True]


def test_two_frames_of_a_page_share_no_id(tab: Page, address: str) -> None:
    """No frame borrows another's clip path or marker: an id stands for the same thing wherever it stands."""
    for page in CHAPTERS:
        tab.goto(f"{address}{page}.html")
        twins = tab.evaluate(
            """() => { const seen = {}; return [...document.querySelectorAll('svg [id]')].filter(e => {
                 const html = e.outerHTML, twin = e.id in seen && seen[e.id] !== html; seen[e.id] = html; return twin })
               .map(e => e.id) }"""
        )
        assert twins == []


def test_a_slider_prints_its_first_frame_and_a_line_on_the_rest(tab: Page, address: str) -> None:
    """Also after it was moved: paper shows the first frame alone, no slider, and where the other frames are."""
    for page in CHAPTERS:
        tab.emulate_media(media="screen")
        tab.goto(f"{address}{page}.html")
        for slider in tab.locator(".explorer input[type=range]").all():
            slider.press("End")
        for names in tab.locator(".explorer fieldset").all():
            names.locator("input").last.check()
        tab.emulate_media(media="print")
        assert tab.locator("input >> visible=true").count() == 0, page
        for explorer in tab.locator(".explorer").all():
            assert explorer.locator(".frame.opening").is_visible(), page
            assert explorer.locator(".frame >> visible=true").count() == 1, page
            line = explorer.evaluate("explorer => getComputedStyle(explorer, '::after').content")
            assert "on the page" in line, (page, line)
            assert (explorer.get_attribute("data-frames") or "") == str(explorer.locator(".frame").count())
            for first in explorer.locator("[data-first]").all():
                printed = first.evaluate("control => getComputedStyle(control, '::after').content")
                assert printed == f'"{first.get_attribute("data-first")}"', page
