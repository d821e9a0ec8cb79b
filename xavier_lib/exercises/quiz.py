"""Self-tests at the end of the chapters: every answer is explained, on a page that runs no code and no script."""

import re
import textwrap
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Any

from xavier_lib.arguments import one_of

QUESTIONS = resources.files("xavier_lib.exercises") / "questions"
LETTERS = "abcd"
# The test brings its own rule, for viewers that know no other: an explanation waits until its option is chosen.
# A notebook that is not trusted drops the rule, and its buttons are dead: the explanations stay hidden, and a line says
# how to get them. Paper has no options to choose, so it lists the answers.
WAITING = ",".join(
    f'.self-test fieldset:not(:has([value="{place}"]:checked)) li[value="{place}"]'
    for place in range(1, len(LETTERS) + 1)
)
STYLE = (
    ":where(.self-test) fieldset{min-width:0;margin:0 0 1.5em;padding:0;border:0}"
    ":where(.self-test) legend{padding:0;font-weight:600}"
    ".self-test ol{margin:.5em 0;padding-left:1.75em;list-style:lower-alpha}"
    ":where(.self-test) label{display:block;padding:.2em 0;cursor:pointer}"
    ".self-test [role=status]{display:block}"
    ".self-test .asleep{display:none}"
    "@media screen{" + WAITING + "{display:none}}"
    "@media print{.self-test input{display:none}}"
)


@dataclass(frozen=True)
class Option:
    """One answer to choose: what it says, why it is right or not; used by :doc:`/chapters/glorot`.

    Attributes:
        text: the answer.
        why: the explanation that follows the choice.
        right: whether it is the right one.

    >>> Option("it grows", "Each layer makes it smaller.").verdict
    'Not quite.'
    """

    text: str
    why: str
    right: bool = False

    @property
    def verdict(self) -> str:
        """The words before the explanation."""
        return "Right." if self.right else "Not quite."


@dataclass(frozen=True)
class Question:
    """A question and the options to choose from; the first ones end :doc:`/chapters/network`.

    Attributes:
        ask: the question.
        options: two to four options, one of them right.

    >>> Question("Which fan?", (Option("fan_in", "It sums."), Option("fan_out", "It feeds."))).options[0].text
    'fan_in'
    """

    ask: str
    options: tuple[Option, ...]


@dataclass(frozen=True, repr=False)
class SelfTest:
    """The questions of a chapter, which a notebook shows as a form; what :func:`self_test` returns.

    At the end of :doc:`/chapters/glorot` and of the other chapters.

    Attributes:
        chapter: the chapter's name.
        questions: its questions.

    >>> SelfTest("he", (Question("Which moment is kept?", (Option("the second", "It is."),)),))
    Self-test of the chapter he
    <BLANKLINE>
    1. Which moment is kept?
       a. the second
    """

    chapter: str
    questions: tuple[Question, ...]

    def __repr__(self) -> str:
        """Return the questions and their options as plain text, without the answers."""
        return listing(self, lambda option: option.text)

    def answers(self) -> str:
        """Return the questions with each option's explanation as plain text: ``print(test.answers())``."""
        return listing(self, lambda option: f"{option.verdict} {option.why}")

    def _repr_html_(self) -> str:
        numbered = enumerate(self.questions, start=1)
        return whole("self-test", (form(one, f"{n}.", f"quiz-{self.chapter}-{n}") for n, one in numbered))


def self_test(chapter: str) -> SelfTest:
    """Return the self-test of a chapter; the last line of a cell displays it.

    A notebook shows a form that works without a kernel, a script or a network: choose an option, and its
    explanation appears. A terminal shows the questions, and ``.answers()`` explains every option. Each chapter
    ends in one, as :doc:`/chapters/glorot` does.

    Args:
        chapter: the name of the chapter, as in ``"glorot"``.

    Raises:
        TypeError: if the chapter is no text.
        ValueError: if there is no chapter of that name.

    >>> test = self_test("glorot")
    >>> all(sum(option.right for option in question.options) == 1 for question in test.questions)
    True
    """
    return SelfTest(chapter, tuple(read(entry) for entry in entries(chapter)["questions"]))


def entries(chapter: str) -> dict[str, Any]:
    """Return what the file of a chapter holds."""
    text = (QUESTIONS / f"{one_of('chapter', chapter, chapters())}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def chapters() -> list[str]:
    """Return the names of the chapters that have questions."""
    names = (file.name for file in QUESTIONS.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read(entry: dict[str, Any]) -> Question:
    """Return a question as its file holds it."""
    return Question(entry["ask"], tuple(Option(**option) for option in entry["options"]))


def listing(test: SelfTest, told: Callable[[Option], str]) -> str:
    """Return the questions and what is told of each option, as lines that fit a terminal."""
    lines = [f"Self-test of the chapter {test.chapter}"]
    for number, question in enumerate(test.questions, start=1):
        lines += ["", *listed(question, f"{number}. ", told)]
    return "\n".join(lines)


def listed(question: Question, opening: str, told: Callable[[Option], str]) -> list[str]:
    """Return one question and what is told of each option."""
    options = zip(LETTERS, question.options, strict=False)
    return [wrapped(opening, question.ask), *(wrapped(f"   {letter}. ", told(option)) for letter, option in options)]


def wrapped(opening: str, text: str) -> str:
    """Return a text after its number or letter, the further lines indented below it."""
    return textwrap.fill(text, 88, initial_indent=opening, subsequent_indent=" " * len(opening))


def whole(kind: str, forms: Iterable[str]) -> str:
    """Return questions with the rule that hides their explanations."""
    asleep = '<p class="asleep">To choose an answer and read why, run this cell.</p>'
    opening = f'<div class="{kind}" onkeydown="event.stopPropagation()">'  # JupyterLab would take the arrow keys
    return f"{opening}<style>{STYLE}</style>{asleep}{''.join(forms)}</div>"


def form(question: Question, opening: str, name: str, last: str = "") -> str:
    """Return one question as a group of radio buttons, and below them the explanation of the chosen one."""
    options = (
        f'<li><label><input type="radio" name="{name}" id="{name}-{letter}" value="{place}" autocomplete="off"> '
        f"{marked(option.text)}</label></li>"
        for place, (letter, option) in enumerate(zip(LETTERS, question.options, strict=False), start=1)
    )
    # The region is there from the start, so that a screen reader says what comes into it.
    reasons = (
        f'<li value="{place}"><strong>{option.verdict}</strong> {marked(option.why)}</li>'
        for place, option in enumerate(question.options, start=1)
    )
    return (
        f"<fieldset><legend>{opening} {marked(question.ask)}</legend>{lettered(options)}{last}"
        f'<div role="status" hidden="hidden">{lettered(reasons)}</div></fieldset>'
    )


def lettered(items: Iterable[str]) -> str:
    """Return a list with letters."""
    return f'<ol type="a">{"".join(items)}</ol>'


def marked(text: str) -> str:
    """Return a text as HTML: what stands between backticks is code, nothing else is markup."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
