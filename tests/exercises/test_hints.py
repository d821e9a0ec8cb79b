"""Promises of hints: three for each exercise, one after the other, offered after two failed tries, never the answer."""

import json
import re
from pathlib import Path

import pytest

from xavier_lib.exercises import catalog, check, climbing, hint, session
from xavier_lib.exercises.climbing import hints

ROOT = Path(__file__).parent.parent.parent
ENTRIES = catalog()


def cells(chapter):
    """Return the cells of a chapter as texts."""
    notebook = json.loads((ROOT / "chapters" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"]]


@pytest.fixture
def fresh(monkeypatch):
    """Let this session have tried nothing and been told nothing."""
    monkeypatch.setattr(climbing, "_given", {})
    monkeypatch.setattr(session, "_failures", {})


@pytest.mark.parametrize("chapter", session.CHAPTERS)
def test_each_exercise_of_a_chapter_has_three_and_no_other_has(chapter):
    """Short ones, each another."""
    found = hints(chapter)

    assert list(found) == [entry.name for entry in ENTRIES if entry.chapter == chapter]
    for name, texts in found.items():
        assert len(set(texts)) == len(texts) == 3, name
        assert max(map(len, texts)) <= 400, name


@pytest.mark.parametrize("chapter", session.CHAPTERS)
def test_the_hint_in_the_chapter_is_the_first(chapter):
    """A notebook's reader asks for the others by name."""
    told = [m[1] for text in cells(chapter) for m in re.finditer(r"<summary>Hint</summary>\n\n(.*?)\n\n<", text, re.S)]

    assert told == [texts[0] for texts in hints(chapter).values()]


@pytest.mark.parametrize("chapter", session.CHAPTERS)
def test_no_hint_returns_what_the_worked_answer_returns(chapter):
    """Of ten characters or more, spaces aside."""
    texts = cells(chapter)
    for number, text in enumerate(texts):
        if text == "#### Worked answer":
            returned = re.findall(r"(?m)^\s*return (.+)$", texts[number + 1])
            lines = {re.sub(r"\s", "", line) for line in returned}
            name = next(m[1] for line in texts[number:] if (m := re.search(r'check\("([\w-]+)"', line)))
            for line in lines:
                if len(line) >= 10:
                    assert all(line not in re.sub(r"\s", "", told) for told in hints(chapter)[name]), (name, line)


def test_they_come_one_after_the_other_and_the_last_stays(fresh):
    """As words in a terminal, and as Markdown in a notebook; each exercise counts for itself."""
    given = [hint("glorot-limit") for _ in range(4)]

    assert [one.number for one in given] == [1, 2, 3, 3]
    assert repr(given[0]).startswith("Hint 1 of 3: ")
    assert repr(given[2]).startswith("Hint 3 of 3, the last one: ")
    assert given[1]._repr_markdown_() == f"**Hint 2 of 3.** {hints('glorot')['glorot-limit'][1]}"
    assert hint("glorot-gain").number == 1
    assert max(len(line) for line in repr(given[0]).splitlines()) <= 80


def test_links_become_words_in_a_terminal(fresh):
    """And stay links in a notebook."""
    told = climbing.Hint("glorot-limit", 1, 3, "The [rms](../glossary.md#rms) of `z`.")

    assert repr(told) == "Hint 1 of 3: The rms of `z`."
    assert "../glossary.md#rms" in told._repr_markdown_()


def test_a_verdict_offers_one_after_two_failed_tries(fresh):
    """Not after the first, not for a stub, and not with a right answer."""
    wrong = [check("glorot-limit", lambda fan_in, fan_out: 1.0).message for _ in range(3)]
    stub = check("glorot-limit", None).message
    right = check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5).message

    assert ['hint("glorot-limit")' in message for message in [*wrong, stub, right]] == [False, True, True, False, False]


def test_a_name_that_is_none_is_refused():
    """As check refuses it."""
    with pytest.raises(ValueError, match="near it: glorot-limit"):
        hint("glorot-limits")
    with pytest.raises(TypeError, match="exercise must be the name"):
        hint(3)
