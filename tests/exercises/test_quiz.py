"""The self-tests: fair questions, each option explained, and a form that works wherever it is shown."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page

from tests.site.built import CHAPTERS, ROOT
from xavier_lib.exercises import quiz
from xavier_lib.exercises.quiz import Option, Question, SelfTest, self_test

NAMES = [page.removeprefix("chapters/") for page in CHAPTERS]
DECIMAL = re.compile(r"(?<![\w.,])\d+\.\d+(?![\w.])|(?<![\w.,])\d+(?:\.\d+)?(?=\s?%)|\d+e[-+]\d+")
VOID = {"input"}
LIGHT = 8_000  # characters, a tenth of a percent of what a notebook may weigh
WIDTH = 88  # columns of a terminal
AXE = "() => axe.run(document).then(found => found.violations.map(rule => rule.id))"

each_chapter = pytest.mark.parametrize("name", NAMES)


def texts(test: SelfTest) -> list[str]:
    """Return every text of a self-test."""
    options = [option for question in test.questions for option in question.options]
    return [*(q.ask for q in test.questions), *(o.text for o in options), *(o.why for o in options)]


def html(test: SelfTest) -> str:
    return test._repr_html_()


def soup(test: SelfTest) -> BeautifulSoup:
    return BeautifulSoup(html(test), "html.parser")


class Nesting(HTMLParser):
    """Follows the elements of a text and stops where one is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# The questions


def test_each_chapter_has_a_self_test() -> None:
    """The questions are those of the table of contents, and a new chapter cannot be forgotten."""
    assert quiz.chapters() == sorted(NAMES)


@each_chapter
def test_a_self_test_is_short_and_each_question_has_one_right_option(name: str) -> None:
    """Three to five questions with three or four options; a second right one would make a reader wrong."""
    test = self_test(name)

    assert 3 <= len(test.questions) <= 5
    for question in test.questions:
        assert 3 <= len(question.options) <= len(quiz.LETTERS), question.ask
        assert [option.right for option in question.options].count(True) == 1, question.ask
        assert len({option.text for option in question.options}) == len(question.options), question.ask


@each_chapter
def test_every_option_has_an_explanation_of_its_own(name: str) -> None:
    """A reader who chose wrongly learns what that choice overlooks: one to four sentences, none used twice."""
    reasons = [option.why for question in self_test(name).questions for option in question.options]

    assert len(set(reasons)) == len(reasons)
    for why in reasons:
        assert why[0].isupper() or why[0] == "`", why
        assert why.endswith("."), why
        assert 5 <= len(why.split()) <= 60, why


def test_the_right_option_stands_anywhere() -> None:
    """No place is right in half of the questions, and no chapter has one place for all of its questions."""
    places = {
        name: [[option.right for option in question.options].index(True) for question in self_test(name).questions]
        for name in NAMES
    }
    counts = Counter(place for found in places.values() for place in found)

    assert set(counts) == set(range(len(quiz.LETTERS)))
    assert max(counts.values()) < counts.total() / 2
    assert min(len(set(found)) for found in places.values()) >= 3


def test_the_longest_option_is_not_the_right_one() -> None:
    """Who chooses the longest option without reading is right in less than half of the questions."""
    questions = [question for name in NAMES for question in self_test(name).questions]
    longest = [max(question.options, key=lambda option: len(option.text)) for question in questions]

    assert sum(option.right for option in longest) < len(questions) / 2


@each_chapter
def test_every_decimal_and_percentage_stands_in_the_chapter(name: str) -> None:
    """A reader can look up each number: the chapter printed it, or its code was given it."""
    cells = nbformat.read(ROOT / "chapters" / f"{name}.ipynb", as_version=4).cells
    shown = [cell.source for cell in cells]
    for cell in cells:
        for output in cell.get("outputs", []):
            shown += [output.text] if output.output_type == "stream" else [output.data.get("text/plain", "")]
    # The stored self-test is no source of its own numbers.
    known = " ".join(text for text in shown if not text.startswith("Self-test of"))
    numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", known)}
    told = [number for text in texts(self_test(name)) for number in DECIMAL.findall(text)]

    assert not [number for number in told if float(number) not in numbers and float(number) / 100 not in numbers]


@each_chapter
def test_backticks_are_the_only_markup_of_a_question(name: str) -> None:
    """They come in pairs; TeX, emphasis or a link would be shown as it is typed."""
    for text in texts(self_test(name)):
        assert text.count("`") % 2 == 0, text
        assert not re.search(r"[$*<>\\{}]|\]\(|\b_", re.sub("`[^`]*`", "", text)), text


# The form


@each_chapter
def test_the_form_is_well_formed_and_its_ids_are_its_own(name: str) -> None:
    """Every element is closed; an id occurs once on a page and says of which chapter it is."""
    reader = Nesting()
    reader.feed(html(self_test(name)))
    ids = [element["id"] for element in soup(self_test(name)).select("[id]")]

    assert reader.open == []
    assert len(set(ids)) == len(ids)
    assert ids[0] == f"quiz-{name}-1-a"
    assert all(found.startswith(f"quiz-{name}-") for found in ids)


@each_chapter
def test_each_question_is_a_named_group_of_labeled_radio_buttons(name: str) -> None:
    """A screen reader says the question, then each option; one choice in a group takes back the other.

    Firefox would keep a choice over a reload, and its explanation with it, without ``autocomplete="off"``.
    """
    test = self_test(name)
    groups = soup(test).select("fieldset")
    names = [{button["name"] for button in group.select("input")} for group in groups]

    assert len(groups) == len(test.questions)
    assert len(set.union(*names)) == len(groups)
    for group, question in zip(groups, test.questions, strict=True):
        assert group.find(True).name == "legend"
        assert group.legend.get_text(strip=True)
        assert len({button["name"] for button in group.select("input")}) == 1
        buttons = group.select("label > input[type=radio][autocomplete=off]")
        assert len(buttons) == len(group.select("input")) == len(question.options)
        assert all(button.parent.get_text(strip=True) for button in buttons)


def shown(form: BeautifulSoup) -> list[str]:
    """Return the explanations that the form's own rule does not hide."""
    hidden = {id(item) for item in form.select(quiz.WAITING)}
    return [item.get_text() for item in form.select("[role=status] li") if id(item) not in hidden]


def choose(button: Tag) -> None:
    """Choose an option as a browser does, for good or ill of the others."""
    for other in button.find_parent("fieldset").select("input"):
        del other["checked"]
    button["checked"] = ""


@each_chapter
def test_an_explanation_waits_until_its_option_is_chosen(name: str) -> None:
    """At first none shows; then the one of each question's chosen option, which says first whether it was right."""
    test, form = self_test(name), soup(self_test(name))
    assert shown(form) == []

    for place in range(min(len(question.options) for question in test.questions)):
        for group in form.select("fieldset"):
            choose(group.select("input")[place])
        chosen = [question.options[place] for question in test.questions]
        plain = [re.sub("`", "", f"{'Right.' if option.right else 'Not quite.'} {option.why}") for option in chosen]
        assert shown(form) == plain


def test_the_explanations_stand_in_a_region_that_is_there_from_the_start() -> None:
    """A screen reader speaks what comes into a status region, not a region that comes with its words."""
    for group in soup(self_test("glorot")).select("fieldset"):
        assert len(group.select("[role=status]")) == 1
        assert not {id(item) for item in group.select("[role=status]")} & {id(i) for i in group.select(quiz.WAITING)}


def test_the_form_brings_the_rule_that_hides_and_nothing_that_runs_or_asks() -> None:
    """It works in a notebook without the site's style: no script, no handler, no address, a few kB, always the same."""
    for name in NAMES:
        text = html(self_test(name)).replace(' onkeydown="event.stopPropagation()"', "")  # which JupyterLab needs
        assert quiz.WAITING in text
        assert not re.search(r"<script|\son\w+=|https?:|src=|url\(|@import", text)
        assert len(text) <= LIGHT
        assert html(self_test(name)) == html(self_test(name))


def test_without_the_rule_every_explanation_stays_hidden() -> None:
    """A notebook that is not trusted drops the rule and kills the buttons: no answer stands open, a line says why."""
    for name in NAMES:
        text = re.sub("<style>.*?</style>", "", html(self_test(name)))
        form = BeautifulSoup(text, "html.parser")
        assert len(form.select("[role=status][hidden=hidden]")) == len(form.select("[role=status]")) > 2
        assert "run this cell" in form.select_one(".asleep").get_text()
    for rule in (".self-test [role=status]{display:block}", ".self-test .asleep{display:none}"):
        assert rule in quiz.STYLE


def test_text_is_escaped_and_only_backticks_become_code() -> None:
    """A less-than sign in a question must not swallow what follows."""
    test = SelfTest("he", (Question("a < b & `c <d>`?", (Option("<b>no</b>", "x > 1"),)),))

    assert "a &lt; b &amp; <code>c &lt;d&gt;</code>?" in html(test)
    assert "<b>" not in html(test)
    assert "x &gt; 1" in html(test)


# Plain text


@each_chapter
def test_the_plain_text_lists_questions_and_options_but_no_answer(name: str) -> None:
    """A terminal shows what to think about; the answers have to be asked for."""
    test, words = self_test(name), " ".join(repr(self_test(name)).split())

    for number, question in enumerate(test.questions, start=1):
        assert f"{number}. {question.ask}" in words
        for letter, option in zip(quiz.LETTERS, question.options, strict=False):
            assert f" {letter}. {option.text}" in words
            assert option.why not in words
    assert "Right." not in words
    assert max(map(len, repr(test).splitlines())) <= WIDTH


@each_chapter
def test_a_terminal_can_ask_for_every_explanation(name: str) -> None:
    """``answers()`` explains each option of each question, the right one marked by words."""
    test, words = self_test(name), " ".join(self_test(name).answers().split())

    assert words.count(" Right. ") == len(test.questions)
    for question in test.questions:
        for letter, option in zip(quiz.LETTERS, question.options, strict=False):
            assert f" {letter}. {'Right.' if option.right else 'Not quite.'} {option.why}" in words


@pytest.mark.parametrize(("value", "kind"), [("xavier", ValueError), ("", ValueError), (3, TypeError)])
def test_an_unknown_chapter_is_refused_by_name(value: object, kind: type[Exception]) -> None:
    """The message says what came and what there is."""
    with pytest.raises(kind, match=re.escape(f"got {value!r}")) as refused:
        self_test(value)
    assert all(name in str(refused.value) for name in ("chapter", *NAMES))


# In a browser


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Write a page that holds one self-test and nothing of the site, as another viewer shows it."""
    file = tmp_path / "page.html"
    head = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Self-test</title>'
    file.write_text(f"{head}<main><h1>Self-test</h1>{html(self_test('glorot'))}</main>", encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("visitor", ["tab", "scriptless"])
def test_the_keyboard_answers_every_question(visitor: str, page: str, request: pytest.FixtureRequest) -> None:
    """Tab leads to a question, Space chooses its first option, an arrow the next; with scripts and without."""
    tab: Page = request.getfixturevalue(visitor)
    tab.goto(page)
    reasons = tab.locator("[role=status] li >> visible=true")
    assert reasons.count() == 0
    for number, question in enumerate(self_test("glorot").questions, start=1):
        tab.keyboard.press("Tab")
        for place, option in enumerate(question.options):
            tab.keyboard.press("ArrowDown" if place else "Space")
            assert tab.locator(f"#quiz-glorot-{number}-{quiz.LETTERS[place]}").is_checked()
            assert reasons.count() == number
            assert reasons.last.inner_text().startswith("Right." if option.right else "Not quite.")


def test_axe_finds_nothing_before_and_after_a_choice(tab: Page, page: str) -> None:
    """All rules of axe hold on the form by itself, at 320 px too, where nothing is cut off."""
    tab.set_viewport_size({"width": 320, "height": 800})
    tab.goto(page)
    tab.evaluate(AXE_SCRIPT)
    assert tab.evaluate(AXE) == []
    for group in tab.locator("fieldset").all():
        group.locator("input").first.check()
    assert tab.evaluate(AXE) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_lists_the_answers(tab: Page, page: str) -> None:
    """A print has nothing to choose with, so it shows every explanation and no button."""
    tab.goto(page)
    tab.emulate_media(media="print")
    reasons = sum(len(question.options) for question in self_test("glorot").questions)

    assert tab.locator("[role=status] li >> visible=true").count() == reasons
    assert tab.locator("input >> visible=true").count() == 0
