"""Promises of what a reader sees: verdicts and the catalog, in a terminal, in a notebook, and for unknown names."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from xavier_lib.exercises import Verdict, catalog, check

GOOD = "(6 / (fan_in + fan_out)) ** 0.5"


def limit(fan_in, fan_out):
    return (6 / (fan_in + fan_out)) ** 0.5


def rootless(fan_in, fan_out):
    return 6 / (fan_in + fan_out)


def empty(initializer):
    """Return nothing, as the stub of a test does."""


# Verdicts


def test_a_verdict_says_whether_what_and_which_slip():
    """The three attributes of the contract, and truth for an assertion in class."""
    right, wrong = check("glorot-limit", limit), check("glorot-limit", rootless)

    assert right
    assert (right.passed, right.slip) == (True, None)
    assert not wrong
    assert (wrong.passed, wrong.slip) == (False, "the missing root")
    assert "rootless(fan_in=300, fan_out=20) returned 0.01875, which is about 7.3 times too small." in wrong.message


def test_a_verdict_in_a_terminal_has_a_head_and_short_lines():
    """Words first, no color, at most 80 characters a line."""
    lines = repr(check("glorot-limit", rootless)).splitlines()

    assert lines[0] == "Not yet: glorot-limit"
    assert all(line.startswith("  ") and len(line) <= 80 for line in lines[1:])
    assert any("Recognized: the missing root." in line for line in lines)


@pytest.mark.parametrize("answer", [limit, rootless, None, lambda fan_in, fan_out: "<b>&</b>"])
def test_a_verdict_in_a_notebook_is_sound_html_that_says_all_in_words(answer):
    """Well-formed, escaped, with the same words as in the terminal: a sign or a color never stands alone."""
    verdict = check("glorot-limit", answer)
    tree = ET.fromstring(verdict._repr_html_())
    words = " ".join("".join(tree.itertext()).split())

    assert tree.get("class") == f"verdict {verdict.status}"
    for word in " ".join(repr(verdict).split()).split():
        assert word in words
    assert all(sign.get("aria-hidden") == "true" for sign in tree.iter("span"))
    assert not [element.tag for element in tree.iter() if element.get("style")]


def test_status_has_three_values():
    """An empty stub is open, and open is not passed."""
    assert [Verdict("x", status, "").passed for status in ("passed", "failed", "open")] == [True, False, False]
    assert check("glorot-limit", ...).status == "open"
    assert check("glorot-limit", lambda fan_in, fan_out: None).status == "open"
    assert check("glorot-lecun", ...).status == "open"
    assert check("glorot-average", None).status == "open"
    assert check("glorot-test", empty).status == "open"


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("glorot-limit", 0.1, "A function is asked for, got 0.1 (float)"),
        ("glorot-limit", limit(3, 4), "Pass it without calling it"),
        ("glorot-lecun", limit, "3 numbers are asked for"),
        ("glorot-lecun", [1, 2], "3 numbers are asked for, got 2"),
        ("glorot-lecun", "one", "got 'one' (str)"),
        ("glorot-lecun", [1, np.nan, 2], "3 numbers are asked for"),
        ("glorot-three", [1, 2], "A number is asked for"),
        ("glorot-three", 1e60, "is too large"),
        ("glorot-three", True, "A number is asked for, got True (bool)"),
        ("glorot-three", {}, "A number is asked for, got {} (dict)"),
        ("network-slow", True, "A number is asked for, got True (bool)"),
        ("network-slow", np.True_, "A number is asked for, got "),
        ("network-slow", np.array([True]), "A number is asked for, got [ True] (ndarray)"),
        ("network-slow", np.timedelta64(1, "s"), "timedelta64(1,'s') (timedelta64)"),
        ("network-slow", np.datetime64("2026-01-01"), "datetime64('2026-01-01') (datetime64)"),
        ("glorot-average", 1, "One of 'both near 1'"),
        ("glorot-average", "neither", "got 'neither' (str)"),
        ("glorot-test", lambda initializer: 1 / 0, "(initializer='glorot_uniform') raised ZeroDivisionError"),
        ("glorot-test", "a test", "A function is asked for"),
        ("glorot-gain", lambda shape, gain, rng: rng.normal(size=shape[0]), "shape (512,)"),
        ("glorot-gain", lambda shape, gain, rng: rng.integers(-5, 5, shape), "dtype int64"),
        ("glorot-gain", lambda shape, gain, rng: np.ones(shape) * 1j, "of dtype complex128 and no real number"),
        ("symmetry-distance", lambda weights: weights, "where one number is asked for"),
        ("network-layer", lambda x, weights, bias: 0.5, "returned one number, where an array of shape"),
        ("glorot-gain", lambda shape, gain, rng: np.full(shape, np.nan), "returned nan"),
    ],
)
def test_an_answer_of_a_wrong_kind_is_told_what_is_asked_for(name, answer, words):
    """Kind and value that came, and what is accepted; no exception reaches the reader."""
    verdict = check(name, answer)

    assert verdict.status == "failed"
    assert words in verdict.message, verdict


@pytest.mark.parametrize("name", ["glorot-limit", "glorot-three", "glorot-average", "glorot-test"])
def test_a_verdict_is_short_however_long_the_answer(name):
    """A text of 100,000 characters, or a function of such a name, is shown by its beginning."""

    def long(*_, **__):
        return 0.5

    long.__name__ = "f" * 100_000
    for answer in ("x" * 100_000, ["x" * 100_000], np.array(["x" * 100_000]), long):
        assert len(check(name, answer).message) < 1000


# Names


@pytest.mark.parametrize(
    ("name", "near"), [("glorot-limt", "glorot-limit"), ("Glorot-Limit", "glorot-limit"), ("he start", "he-start")]
)
def test_an_unknown_name_lists_the_nearest(name, near):
    """The error names the argument, the value, and where to look."""
    with pytest.raises(ValueError, match="exercise must be a name that catalog") as error:
        check(name, limit)
    assert repr(name) in str(error.value)
    assert near in str(error.value)


def test_a_name_like_no_other_still_gets_some_names():
    """Names are listed even where none is near."""
    with pytest.raises(ValueError, match=r"near it: \w+-\w+, "):
        check("###", limit)


@pytest.mark.parametrize("name", ["x" * 100_000, ["x" * 100_000]])
def test_a_name_is_shown_by_its_beginning(name):
    """The error is short however long the name."""
    with pytest.raises((TypeError, ValueError), match="exercise must be") as error:
        check(name, limit)
    assert len(str(error.value)) < 300


def test_the_name_comes_first():
    """Arguments the wrong way round are a TypeError that says so."""
    with pytest.raises(TypeError, match="exercise must be the name of an exercise, got <function limit"):
        check(limit, "glorot-limit")


# The catalog


def test_the_catalog_lists_all_with_chapter_stars_and_status():
    """In the order of the book; the status is that of this session, and a pass is kept."""
    code = f"""
from xavier_lib.exercises import catalog, check
status = lambda: [e.status for e in catalog() if e.name == "glorot-limit"][0]
print(status())
check("glorot-limit", ...); print(status())
check("glorot-limit", lambda fan_in, fan_out: 6 / (fan_in + fan_out)); print(status())
check("glorot-limit", lambda fan_in, fan_out: {GOOD}); print(status())
check("glorot-limit", lambda fan_in, fan_out: 1.0); print(status())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.split("\n")[:5] == ["not tried", "open", "failed", "passed", "passed"]
    assert list(dict.fromkeys(entry.chapter for entry in catalog()))[:2] == ["network", "symmetry"]


def test_the_catalog_is_a_table_in_words():
    """A line each in a terminal and one for the bar, a table with headings in a notebook."""
    *lines, _ = repr(catalog()).splitlines()
    tree = ET.fromstring(catalog()._repr_html_())

    assert len(lines) == len(catalog()) == len(tree.findall("table/tbody/tr"))
    assert max(len(line) for line in lines) <= 100
    assert [cell.text for cell in tree.iter("th")] == ["Chapter", "Name", "Stars", "Title", "Status"]
    assert all(re.search(r"★{1,3}", line) for line in lines)


# In a real kernel


def test_a_notebook_survives_answers_that_print_raise_loop_and_exit():
    """The kernel goes on after each of them, nothing but verdicts is shown, and the right answer still passes."""
    answers = ["print('noise')", "1 / 0", "while True: pass", "import os; os._exit(1)", f"return {GOOD}"]
    cells = [
        nbformat.v4.new_code_cell(f"def f(fan_in, fan_out):\n    {answer}\ncheck('glorot-limit', f)")
        for answer in answers
    ]
    limited = "import xavier_lib.exercises.trial as trial\ntrial.run.__defaults__, trial.PATIENCE = (0.5,), 1000"
    start = nbformat.v4.new_code_cell(f"from xavier_lib.exercises import check\n{limited}")
    notebook = nbformat.v4.new_notebook(cells=[start, *cells])
    NotebookClient(notebook, timeout=60).execute()
    outputs = [cell.outputs for cell in notebook.cells[1:]]

    assert [len(output) for output in outputs] == [1] * len(answers)
    texts = [output[0].data["text/plain"] for output in outputs]
    for text, words in zip(
        texts, ["'noise'", "ZeroDivisionError", "did not end", "exit code 1", "Passed"], strict=True
    ):
        assert words in text
