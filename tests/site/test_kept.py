"""Promises of what is kept on the device: it comes back, is shown, is forgotten, goes nowhere, and nothing needs it."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.site.built import CHAPTERS
from tests.site.test_reach import VIOLATIONS
from tests.site.test_requests import complaints
from xavier_lib.exercises import self_test
from xavier_lib.exercises.prediction import predictions

PAGE = "chapters/glorot"
TESTS = len(self_test("glorot").questions)
FORGET = "Forget what is kept on this device"
KEPT = "Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith('first-weights ')))"
CHECKED = "[...document.querySelectorAll('.self-test :checked')].map(option => `${option.name} ${option.value}`)"
SPOKEN = "[...document.querySelectorAll('.self-test [role=status]')].filter(region => region.ariaLive !== 'off').length"
REASONS = ".self-test [role=status] li >> visible=true"
REDEFINED = "Object.defineProperty(window, 'localStorage', { configurable: true,"
PAPER = "getComputedStyle(document.body).backgroundColor"
LEAVE = "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))"
COME_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
BLOCKED = {
    "no access": f"{REDEFINED} get() {{ throw new DOMException('no', 'SecurityError') }} }})",
    "none": f"{REDEFINED} value: null }})",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
}


def choose(tab: Page, name: str, value: str = "1") -> None:
    """Choose an option by keyboard."""
    tab.locator(f"input[name='{name}'][value='{value}']").press("Space")


def come_to_the_summary(tab: Page) -> None:
    """Read on until the summary is on the screen, and the page has noted it."""
    tab.locator("#summary").scroll_into_view_if_needed()
    tab.wait_for_function("Object.keys(localStorage).some(name => name.endsWith(' read'))")


def notes(tab: Page, words: str, page: str = PAGE) -> None:
    """Demand what the landing page says of a chapter, as soon as the entries of the page before have come over."""
    note = tab.locator(f"td:has(a[href^='{page}.']) .noted")
    expect(note).to_have_text([words] if words else [])


@pytest.fixture
def used(tab: Page, address: str) -> Page:
    """A reader has made a prediction, come to the summary, and answered two questions, the second one twice."""
    tab.goto(f"{address}{PAGE}.html")
    choose(tab, "predict-glorot-sum", "0")
    come_to_the_summary(tab)
    choose(tab, "quiz-glorot-1", "3")
    choose(tab, "quiz-glorot-2", "1")
    tab.keyboard.press("ArrowDown")
    return tab


CHOSEN = ["predict-glorot-sum 0", "quiz-glorot-1 3", "quiz-glorot-2 2"]
NOTED = f"✓ read, 2 of {TESTS} answered"


def test_choices_are_there_again(used: Page, address: str) -> None:
    """After a reload and in another tab: the option, its explanation, and the result below the prediction."""
    result = ".cell:has(input[name='predict-glorot-sum']) + .cell .cell_output"
    for page in (used, used.context.new_page()):
        page.goto(f"{address}{PAGE}.html")
        assert page.evaluate(CHECKED) == CHOSEN
        page.locator("#self-test").scroll_into_view_if_needed()
        assert page.locator(REASONS).count() == 2
        page.locator("input[name='predict-glorot-sum']").first.scroll_into_view_if_needed()
        assert page.locator(result).first.is_visible()


def test_no_other_chapter_takes_them_for_its_own(used: Page, address: str) -> None:
    """What was chosen on one page shows on that page alone."""
    used.goto(f"{address}chapters/he.html")
    assert used.evaluate(CHECKED) == []


def test_an_old_answer_is_not_read_aloud_and_a_new_one_is(used: Page) -> None:
    """The region of a restored answer is silent, until its reader chooses again."""
    everything = used.locator(".self-test [role=status]").count()
    assert used.evaluate(SPOKEN) == everything
    used.reload()
    assert used.evaluate(SPOKEN) == everything - len(CHOSEN)
    choose(used, "quiz-glorot-1", "2")
    assert used.evaluate(SPOKEN) == everything - len(CHOSEN) + 1


def test_the_landing_page_shows_what_was_answered_and_read(used: Page, address: str) -> None:
    """Predictions are not counted; read is what the page says it is, a summary that was on the screen."""
    used.goto(f"{address}index.html")
    notes(used, NOTED)
    assert used.locator(".noted").count() == 1
    assert "their summary has been on the screen" in used.locator("article").inner_text()
    used.evaluate("localStorage.removeItem('first-weights /book/ chapters/glorot read')")
    used.reload()
    notes(used, f"2 of {TESTS} answered")


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_is_read_when_its_summary_is_reached_and_not_before(tab: Page, address: str, page: str) -> None:
    """Whoever opens a page has not read it; whoever comes to its summary finds it marked."""
    tab.goto(f"{address}{page}.html")
    tab.locator("article > section > section").first.scroll_into_view_if_needed()
    assert tab.evaluate(KEPT) == {}
    come_to_the_summary(tab)
    tab.goto(f"{address}index.html")
    notes(tab, "✓ read", page)


def test_one_button_forgets_all_of_it_and_says_so(used: Page, address: str) -> None:
    """By keyboard: marks and entries are gone, what is others' stays, and the focus is where it was."""
    used.evaluate("localStorage.setItem('first-weights /other/ chapters/glorot read', 'yes')")
    used.evaluate("localStorage.setItem('theme', 'dark')")
    used.goto(f"{address}index.html")
    button = used.get_by_role("button", name=FORGET)
    button.press("Enter")
    assert used.locator(".kept").get_by_role("status").inner_text().startswith("Forgotten")
    assert button.evaluate("button => button === document.activeElement")
    notes(used, "")
    assert used.evaluate(KEPT) == {"first-weights /other/ chapters/glorot read": "yes"}
    assert used.evaluate("localStorage.getItem('theme')") == "dark"
    used.reload()
    assert not button.is_visible()
    used.goto(f"{address}{PAGE}.html")
    assert used.evaluate(CHECKED) == []


def test_a_page_that_the_browser_held_follows(used: Page, address: str) -> None:
    """Back from another page without a load: the list shows what is new, a chapter no more than is kept."""
    used.evaluate(LEAVE)
    home = used.context.new_page()
    home.goto(f"{address}index.html")
    home.evaluate(f"() => {{ document.querySelector('.noted').remove(); {COME_BACK} }}")
    notes(home, NOTED)
    used.evaluate(COME_BACK)
    assert used.evaluate(CHECKED) == CHOSEN
    home.get_by_role("button", name=FORGET).click()
    used.evaluate(COME_BACK)
    assert used.evaluate(CHECKED) == []


def test_two_tabs_lose_nothing_of_each_other(used: Page, address: str) -> None:
    """Both were open before either was used: all choices are kept, and an open list follows."""
    home, other = used.context.new_page(), used.context.new_page()
    home.goto(f"{address}index.html")
    other.goto(f"{address}{PAGE}.html")
    choose(used, "quiz-glorot-3")
    choose(other, "quiz-glorot-4")
    choose(used, "quiz-glorot-5")
    home.locator("td .noted", has_text=f"5 of {TESTS}").wait_for()
    other.reload()
    assert other.evaluate(CHECKED) == [*CHOSEN, *(f"quiz-glorot-{number} 1" for number in (3, 4, 5))]


def test_the_first_choice_of_all_shows_in_an_open_list(tab: Page, address: str) -> None:
    """Nothing is offered to be forgotten as long as nothing is kept."""
    tab.goto(f"{address}index.html")
    button = tab.get_by_role("button", name=FORGET)
    assert not button.is_visible()
    other = tab.context.new_page()
    other.goto(f"{address}{PAGE}.html")
    choose(other, "predict-glorot-sum")
    button.wait_for()
    notes(tab, "")
    assert button.evaluate("button => button !== document.activeElement")


@pytest.mark.parametrize("value", ["", "0", "9", "banana", "[object Object]", "null", "1.0", "<b>1</b>", "💥" * 1000])
def test_damaged_entries_count_for_nothing(used: Page, address: str, value: str) -> None:
    """An entry that is no option's is neither shown nor counted, nor is one of a question that has gone."""
    heard = complaints(used, address)
    used.evaluate(f"value => {{ for (const name in {KEPT}) localStorage[name] = value }}", value)
    used.evaluate("localStorage['first-weights /book/ chapters/glorot 00000000'] = '1'")
    used.evaluate("localStorage['first-weights /book/ chapters/gone 00000000'] = '1'")
    used.evaluate("localStorage['first-weights /book/ chapters/glorot read'] = 'perhaps'")
    used.goto(f"{address}index.html")
    notes(used, "")
    used.goto(f"{address}{PAGE}.html")
    assert used.evaluate(CHECKED) == (["predict-glorot-sum 0"] if value == "0" else [])
    choose(used, "quiz-glorot-1", "2")
    used.reload()
    assert "quiz-glorot-1 2" in used.evaluate(CHECKED)
    used.goto(f"{address}index.html")
    used.get_by_role("button", name=FORGET).click()
    assert used.evaluate(KEPT) == {}
    assert heard == []


@pytest.mark.parametrize("kind", BLOCKED)
def test_nothing_is_missing_where_nothing_can_be_kept(tab: Page, address: str, kind: str) -> None:
    """Storage that throws, is not there, or is full: a self-test works as ever, no error, no empty promise."""
    heard = complaints(tab, address)
    tab.add_init_script(BLOCKED[kind])
    tab.goto(f"{address}{PAGE}.html")
    choose(tab, "quiz-glorot-1", "3")
    assert tab.locator(REASONS).count() == 1
    tab.locator("#summary").scroll_into_view_if_needed()
    tab.evaluate(f"() => {{ {LEAVE}; {COME_BACK} }}")
    assert tab.evaluate(CHECKED) == ["quiz-glorot-1 3"]
    tab.goto(f"{address}index.html")
    notes(tab, "")
    assert not tab.get_by_role("button", name=FORGET).is_visible()
    assert heard == []


@pytest.mark.parametrize("kind", ["no access", "none"])
def test_the_theme_changes_where_nothing_can_be_kept(tab: Page, address: str, kind: str) -> None:
    """Its script asks for storage before it does anything, and would die of a refusal."""
    heard = complaints(tab, address)
    tab.add_init_script(BLOCKED[kind])
    tab.goto(f"{address}index.html")
    light = tab.evaluate(PAPER)
    tab.locator("button.theme-toggle:visible").press("Enter")
    assert tab.evaluate(PAPER) != light
    assert heard == []


def test_a_button_that_cannot_forget_says_so(used: Page, address: str) -> None:
    """It never says that something is gone which is there."""
    used.add_init_script("Storage.prototype.removeItem = () => { throw new DOMException('no', 'SecurityError') }")
    used.goto(f"{address}index.html")
    used.get_by_role("button", name=FORGET).click()
    assert "did not let" in used.locator(".kept").get_by_role("status").inner_text()
    notes(used, NOTED)


def test_without_a_script_there_is_no_button(scriptless: Page, address: str) -> None:
    """A button that does nothing is not shown."""
    scriptless.goto(f"{address}index.html")
    assert not scriptless.get_by_role("button", name=FORGET).is_visible()


def test_nothing_leaves_the_page(tab: Page, address: str) -> None:
    """Not one request by choosing, by reading to the end, by forgetting; no cookie, and no entry but those named."""
    asked: list[str] = []
    tab.goto(f"{address}{PAGE}.html", wait_until="load")
    tab.on("request", lambda request: asked.append(request.url))
    choose(tab, "quiz-glorot-1")
    come_to_the_summary(tab)
    assert asked == []
    assert all(name.startswith(f"first-weights /book/ {PAGE} ") for name in tab.evaluate(KEPT))
    assert sorted(tab.evaluate(KEPT).values()) == ["1", "yes"]
    tab.goto(f"{address}index.html", wait_until="load")
    asked.clear()
    tab.get_by_role("button", name=FORGET).click()
    assert asked == []
    assert tab.context.cookies() == []


def test_a_site_below_another_path_keeps_its_own(used: Page, address: str) -> None:
    """Two copies on one origin, as pages of one owner are: neither shows what the other keeps."""
    host = address.removesuffix("/book/")
    used.route("**/copy/**", lambda route: route.continue_(url=route.request.url.replace("/copy/", "/book/")))
    used.goto(f"{host}/copy/{PAGE}.html")
    assert used.evaluate(CHECKED) == []
    choose(used, "quiz-glorot-1", "1")
    used.goto(f"{address}{PAGE}.html")
    assert used.evaluate(CHECKED) == CHOSEN


def test_a_question_is_known_by_its_words(used: Page) -> None:
    """An answer follows its question to another place, and is not given to another question in the old one."""

    def reordered(route: Any) -> None:
        """Serve the page of a later edition: the first question has gone, and the second has taken its place."""
        answer = route.fetch()
        first, second = "quiz-glorot-1&quot;:&quot;", "quiz-glorot-2&quot;:&quot;"
        text = answer.text()
        marks = [text.partition(name)[2][:8] for name in (first, second)]
        text = text.replace(first + marks[0], first + marks[1]).replace(second + marks[1], second + "0" * 8)
        route.fulfill(response=answer, body=text)

    used.route(f"**/{PAGE}.html", reordered)
    used.reload()
    assert used.evaluate(CHECKED) == ["predict-glorot-sum 0", "quiz-glorot-1 2"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_question_has_a_mark_of_its_own(tab: Page, address: str, page: str) -> None:
    """Each self-test and each prediction of a chapter is kept: as many entries as groups, after a choice in each."""
    tab.goto(f"{address}{page}.html")
    groups = tab.evaluate("[...new Set([...document.querySelectorAll('.self-test input')].map(option => option.name))]")
    name = page.removeprefix("chapters/")
    assert len(groups) == len(self_test(name).questions) + sum(one.startswith(f"{name}-") for one in predictions())
    tab.evaluate("names => names.forEach(name => document.getElementsByName(name)[0].click())", groups)
    assert len(tab.evaluate(KEPT)) == len(groups)
    tab.reload()
    assert len(tab.evaluate(CHECKED)) == len(groups)
    tab.goto(f"{address}index.html")
    number = len(self_test(name).questions)
    notes(tab, f"{number} of {number} answered", page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_something_is_kept(used: Page, address: str, scheme: str) -> None:
    """The list with its marks, the button and its word, on a phone and on a laptop; no page grows wider by it."""
    used.emulate_media(color_scheme=scheme)
    come_to_the_summary(used)
    used.goto(f"{address}index.html")
    used.evaluate(AXE_SCRIPT)
    used.evaluate("document.querySelectorAll('svg').forEach(picture => picture.remove())")
    for width in (320, 1280):
        used.set_viewport_size({"width": width, "height": 800})
        assert used.evaluate(VIOLATIONS, {}) == []
        assert used.evaluate("document.documentElement.scrollWidth") <= width
    used.get_by_role("button", name=FORGET).click()
    assert used.evaluate(VIOLATIONS, {}) == []


def test_paper_has_no_button(used: Page, address: str) -> None:
    """The marks are printed with the list, the button is not."""
    used.goto(f"{address}index.html")
    used.emulate_media(media="print")
    assert used.locator("td .noted").is_visible()
    assert not used.locator(".kept").is_visible()
