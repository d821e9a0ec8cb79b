"""Questions before a result: fair, explained, and in the form of the self-test."""

import re

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

from tests.exercises.test_quiz import shown
from xavier_lib.exercises.prediction import SKIP, predict, predictions

NAMES = sorted(predictions())
each_prediction = pytest.mark.parametrize("name", NAMES)
CHAPTER = "chapters/network.html"


@each_prediction
def test_a_prediction_has_two_to_four_answers_of_which_one_is_right(name: str) -> None:
    """Each with an explanation of its own; a second right answer would make a reader wrong."""
    question = predict(name).question
    reasons = [option.why for option in question.options]

    assert 2 <= len(question.options) <= 4
    assert [option.right for option in question.options].count(True) == 1
    assert len({option.text for option in question.options}) == len(set(reasons)) == len(reasons)
    assert all(why.endswith(".") and 5 <= len(why.split()) <= 60 for why in reasons)
    for text in (question.ask, *reasons, *(option.text for option in question.options)):
        assert text.count("`") % 2 == 0
        assert not re.search(r"[$*<>\\{}]|\]\(|\b_", re.sub("`[^`]*`", "", text)), text


@each_prediction
def test_no_explanation_shows_before_a_choice(name: str) -> None:
    """Neither in the form nor in the plain text; the form has one group, and a way on without a guess."""
    asked = predict(name)
    page = BeautifulSoup(asked._repr_html_(), "html.parser")
    words = " ".join(repr(asked).split())

    assert shown(page) == []
    assert len(page.select("fieldset")) == 1
    assert {button["name"] for button in page.select("input")} == {f"predict-{name}"}
    assert page.select_one("label.skip").get_text(strip=True) == SKIP
    assert asked.question.ask in words
    assert not any(option.why in words for option in asked.question.options)
    assert all(option.why in " ".join(asked.answer().split()) for option in asked.question.options)


def test_the_right_answer_stands_anywhere() -> None:
    """No place is right in two thirds of the questions."""
    places = [[option.right for option in predict(name).question.options].index(True) for name in NAMES]

    assert max(places.count(place) for place in range(4)) < len(places) * 2 / 3


@pytest.mark.parametrize(("name", "kind"), [("network-noises", ValueError), ("", ValueError), (3, TypeError)])
def test_an_unknown_prediction_is_refused_by_name(name: object, kind: type[Exception]) -> None:
    """The message says what came and what there is."""
    with pytest.raises(kind, match=re.escape(f"got {name!r}")) as refused:
        predict(name)
    assert "network-noise" in str(refused.value)


@pytest.mark.parametrize("visitor", ["tab", "scriptless"])
@pytest.mark.parametrize("value", ["1", "0"])
def test_on_the_site_the_result_opens_with_a_choice(
    value: str, visitor: str, address: str, request: pytest.FixtureRequest
) -> None:
    """With scripts and without: the next cell's output is closed, opens with any answer, and prints in any case."""
    page: Page = request.getfixturevalue(visitor)
    page.goto(f"{address}{CHAPTER}")
    cell = page.locator(".cell:has(.prediction)").first
    result = page.locator(".cell:has(.prediction) + .cell .cell_output").first
    cell.scroll_into_view_if_needed()
    assert not result.is_visible()
    page.emulate_media(media="print")
    assert result.is_visible()
    page.emulate_media(media="screen")
    cell.locator(f"input[value='{value}']").focus()
    page.keyboard.press("Space")
    assert result.is_visible()
