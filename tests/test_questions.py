"""Every answer of the page of questions is tried: its code prints what it shows, its frameworks do what it says."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xavier_lib
from tools.outputs import FILE, printed, written
from xavier_lib.exercises.classroom.links import LINK
from xavier_lib.frameworks import require
from xavier_lib.frameworks.packages import INSTALL, missing
from xavier_lib.museum import cut_std
from xavier_lib.replay.findings import FINDINGS
from xavier_lib.replay.findings.how_sure import row, stored

ROOT = Path(__file__).parent.parent
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
QUESTIONS = DATA["questions"]
FRAMEWORKS = {"pytorch": ("torch",), "keras": ("keras", "tensorflow"), "jax": ("jax", "flax")}
WIDTH = 80  # columns of code that a laptop shows without a scroll bar
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])|(?<![\w.])\d+(?:\.\d+)?(?= %)")
SENTENCE = re.compile(r"[.?](?=\s|$)")
LIBRARY = ("gain", "glorot_limit", "glorot_std", "glorot_uniform", "he_std")
BACK = ("The same", "There ", "Within ", "Xavier's normal ones", "Orthogonal ones")
SNIPPETS = [(entry, name) for entry in QUESTIONS for name in FRAMEWORKS if name in entry]

questions = pytest.mark.parametrize("entry", QUESTIONS, ids=lambda entry: entry["id"])
with_code = pytest.mark.parametrize(
    "entry", [entry for entry in QUESTIONS if "code" in entry], ids=lambda entry: entry["id"]
)
with_finding = pytest.mark.parametrize(
    "entry", [entry for entry in QUESTIONS if "finding" in entry], ids=lambda entry: entry["id"]
)


def near(found: float, wanted: float, tolerance: float = 0.03) -> bool:
    """Say whether a measured spread is that of a rule; 30 000 draws have an error below 0.5 %, and 288 one of 4 %."""
    return bool(abs(float(found) / wanted - 1) < tolerance)


def anchors(page: str) -> set[str]:
    """Return the anchors of the headings of a chapter or a page, as MyST makes them."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if page.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    titles = re.findall(r"(?m)^#{1,3} (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", title.lower().replace("`", "")).strip().replace(" ", "-") for title in titles}


def same(found: str, stored_text: str) -> bool:
    """Say whether two outputs have the same words, and numbers that agree to one unit in the last printed place."""
    if NUMBER.split(found) != NUMBER.split(stored_text):
        return False
    pairs = zip(NUMBER.findall(found), NUMBER.findall(stored_text), strict=True)
    return all(abs(float(a) - float(b)) <= last_place(b) * 1.01 for a, b in pairs)


def last_place(number: str) -> float:
    """Return one unit in the last place of a decimal number; whole numbers are counts, exact if below five hundred."""
    digits, _, power = number.partition("e")
    decimals = len(digits.partition(".")[2])
    return 10.0 ** (int(power or 0) - decimals) if decimals or power else float(int(float(number)) // 500)


def refused(call: Callable[[], object]) -> bool:
    """Say whether a framework refuses a call."""
    try:
        call()
    except ValueError:
        return True
    return False


def test_there_are_many_questions_and_no_anchor_twice() -> None:
    """At least 34, each under a subject whose questions stand together."""
    names, subjects = [entry["id"] for entry in QUESTIONS], [entry["subject"] for entry in QUESTIONS]

    assert len(QUESTIONS) >= 34
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) for name in names)
    blocks = [one for one, before in zip(subjects, [None, *subjects], strict=False) if one != before]
    assert len(blocks) == len(set(subjects))


@questions
def test_an_answer_is_two_to_five_sentences_that_stand_on_something(entry: dict[str, Any]) -> None:
    """A question ends in a question mark; code, a finding or the code of a framework stands behind each answer."""
    assert entry["question"].endswith("?")
    assert 2 <= len(SENTENCE.findall(entry["answer"])) <= 5
    assert {"code", "finding", *FRAMEWORKS} & set(entry)
    assert ("code" in entry) == ("shows" in entry)
    unknown = set(entry) - {"id", "subject", "question", "answer", "code", "shows", "finding", "link", "given", "holds"}
    assert unknown <= set(FRAMEWORKS)


@questions
def test_a_number_in_an_answer_is_printed_or_counted(entry: dict[str, Any]) -> None:
    """Each decimal number or share of an answer stands in what its code prints or says, or in its finding.

    Also where it is rounded further, or is what is missing to a whole.
    """
    finding = FINDINGS[entry["finding"]].sentence if "finding" in entry else ""
    shown = [entry.get(part, "") for part in ("code", "shows", "question", *FRAMEWORKS)]
    shown += list(entry.get("holds", {}).values())
    known = [float(number) for number in NUMBER.findall(" ".join([*shown, finding]))]
    for number in DECIMAL.findall(entry["answer"]):
        off = 0.5 * 10.0 ** -len(number.partition(".")[2]) + 1e-9
        values = [float(number), 100 - float(number)]
        assert any(abs(value - one) <= off for value in values for one in known), number


@with_code
def test_code_prints_what_stands_below_it(entry: dict[str, Any]) -> None:
    """The words exactly, the numbers to their last printed place, as processors round differently; lines are narrow."""
    assert entry["shows"].strip()
    assert max(map(len, (entry["code"] + entry["shows"]).splitlines())) <= WIDTH
    assert same(printed(entry["code"]), entry["shows"])


def test_writing_the_outputs_again_changes_nothing_else() -> None:
    """The tool replaces what is shown and leaves the words, the order and the comments alone."""
    text = "code = '''\nprint(1)\n'''\nshows = '''\n2\n'''\nlink = 'a'\n"

    assert written(text) == text.replace("2", "1")
    assert written(written(text)) == written(text)


@questions
def test_every_link_leads_to_a_heading_that_is_there(entry: dict[str, Any]) -> None:
    """The section that shows it, and each link inside of the answer."""
    for target in [entry["link"], *(match[2] for match in LINK.finditer(entry["answer"]))]:
        page, _, anchor = target.partition("#")
        assert (ROOT / page).is_file(), target
        assert anchor in anchors(page), target


@with_finding
def test_a_finding_holds_and_is_understood_by_itself(entry: dict[str, Any]) -> None:
    """In 19 of 20 runs or more, or it says in how many; it does not begin with a word that points back."""
    name = entry["finding"]
    found = stored()[name]["page"]

    assert FINDINGS[name].is_share or found.sure
    assert found.runs >= 20
    assert not row(name, stored()[name]).sentence.startswith(BACK)


@pytest.mark.parametrize(("entry", "name"), SNIPPETS, ids=[f"{entry['id']}-{name}" for entry, name in SNIPPETS])
def test_the_code_of_a_framework_gives_what_the_answer_says(entry: dict[str, Any], name: str) -> None:
    """After the imports that the page shows, and what the code takes as given; one to seven lines, narrow enough."""
    code = entry[name].strip("\n")
    assert 1 <= len(code.splitlines()) <= 7
    assert max(map(len, code.splitlines())) <= WIDTH
    if missing(*FRAMEWORKS[name]):
        pytest.skip(f"{name} is not installed: {INSTALL}")
    require(*FRAMEWORKS[name])
    names: dict[str, Any] = {"np": np, "near": near, "refused": refused, "cut_std": cut_std, "print": lambda *_: None}
    names |= {one: getattr(xavier_lib, one) for one in LIBRARY}
    seed_all(name)
    for part in (DATA["imports"][name], entry.get("given", {}).get(name, ""), entry[name]):
        exec(compile(part, entry["id"], "exec"), names)
    assert eval(" ".join(entry["holds"][name].split("\n")).strip(), names)


def seed_all(name: str) -> None:
    """Seed a framework, so that a measured spread is the same at each run."""
    if name == "pytorch":
        import torch

        torch.manual_seed(0)
    if name == "keras":
        import keras

        keras.utils.set_random_seed(0)


def test_each_snippet_is_tried() -> None:
    """Whoever adds code for a framework says what it must give."""
    for entry in QUESTIONS:
        assert set(entry.get("holds", {})) == set(FRAMEWORKS) & set(entry), entry["id"]
        assert set(entry.get("given", {})) <= set(FRAMEWORKS) & set(entry), entry["id"]
