"""Promises of the exercises: right answers pass, every slip is named, and no verdict tells the solution."""

import math
import re
from importlib import import_module
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml

from tests.exercises.public import PUBLIC
from tools import plain
from xavier_lib.exercises import catalog, check
from xavier_lib.exercises.exercise import KINDS
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.session import CHAPTERS, exercises
from xavier_lib.exercises.slips import BOTH, SLIPS
from xavier_lib.exercises.start import Start
from xavier_lib.weights.drawing import draw

ROOT = Path(__file__).parents[2]
EXERCISES = exercises()
ROWS = {chapter: import_module(f"tests.exercises.chapters.{chapter}") for chapter in CHAPTERS}
RIGHT = {name: answers for rows in ROWS.values() for name, answers in rows.RIGHT.items()}
WRONG = {name: slips for rows in ROWS.values() for name, slips in rows.WRONG.items()}
CLASSIC = (
    *(
        "the missing root",
        "variance in place of standard deviation",
        "swapped fans",
        "one fan only",
        "the forgotten √3",
    ),
    *("the gain squared", "the receptive field forgotten", "He where Xavier was asked", "the slope not squared"),
    *("weights drawn but transposed", "a new seed at every call", "an unseeded draw", "the global generator"),
    *("a constant", "zeros"),
)


def drawn(exercise, change=lambda draw, rng: draw(rng)):
    """Return an answer to an exercise on starts that draws rightly, but for a change."""

    def answer(*, rng, **case):
        shape, std = exercise.shape(**case), exercise.std(**case)
        uniform = "normal" not in exercise.distributions

        def draw(source):
            wide = std * math.sqrt(3)
            return source.uniform(-wide, wide, shape) if uniform else source.normal(0, std, shape)

        return change(draw, rng)

    return answer


GENERIC = {
    "zeros": lambda draw, rng: 0 * draw(rng),
    "a constant": lambda draw, rng: np.full_like(draw(rng), 0.07),
    "weights drawn but transposed": lambda draw, rng: draw(rng).T,
    "a new seed at every call": lambda draw, rng: draw(np.random.default_rng(42)),
    "an unseeded draw": lambda draw, rng: draw(np.random.default_rng()),
    "the global generator": lambda draw, rng: draw(np.random),
    "weights that are copies": lambda draw, rng: np.repeat(draw(rng)[..., :1], draw(rng).shape[-1], axis=-1),
    "a mean that is not zero": lambda draw, rng: np.abs(draw(rng)),
}


def other_distribution(exercise):
    """Return an answer with the right spread and a distribution that was not asked for."""

    def answer(*, rng, **case):
        wide = exercise.std(**case) * (1 if "uniform" in exercise.distributions else math.sqrt(3))
        shape = exercise.shape(**case)
        return rng.normal(0, wide, shape) if "uniform" in exercise.distributions else rng.uniform(-wide, wide, shape)

    return answer


def cut(exercise):
    """Return an answer that redraws what is beyond two standard deviations and leaves it at that."""

    def answer(*, rng, **case):
        weights = rng.standard_normal(exercise.shape(**case))
        while (outside := np.abs(weights) > 2).any():
            weights[outside] = rng.standard_normal(int(outside.sum()))
        return weights * exercise.std(**case)

    return answer


def computed(exercise, change):
    """Return an answer to an exercise on formulas that computes rightly, but for a change."""
    return lambda **case: change(np.asarray(exercise.reference(**case), dtype=float), case)


def overwritten(value, case):
    """Change the first array or list among the arguments."""
    first = next(thing for thing in case.values() if isinstance(thing, (np.ndarray, list)))
    first[0] = first[-1] * 0 + 7
    return value


def general(exercise):
    """Return the answers whose slips all exercises of a kind recognize."""
    if isinstance(exercise, Start):
        answers = {slip: [drawn(exercise, change)] for slip, change in GENERIC.items()}
        answers["the truncation not corrected"] = [cut(exercise)]
        answers["the other distribution"] = [other_distribution(exercise)]
        return answers
    if isinstance(exercise, Formula):
        changes = {
            "zeros": lambda value, case: 0 * value,
            "a constant": lambda value, case: 0 * value + 0.37,
            "weights drawn but transposed": lambda value, case: value.T,
            "an argument changed in place": overwritten,
        }
        return {slip: [computed(exercise, change)] for slip, change in changes.items()}
    return {}


def answers_showing(name, slip):
    """Return the wrong answers for an exercise and a slip: the chapter's own, general or published ones."""
    published = [answer for exercise, shown, answer in PUBLIC if (exercise, shown) == (name, slip)]
    return WRONG.get(name, {}).get(slip) or general(EXERCISES[name]).get(slip) or published


TABLE = [(name, slip) for name, exercise in EXERCISES.items() for slip in exercise.recognizes()]


@pytest.mark.parametrize("name", EXERCISES)
def test_right_answers_pass_however_they_are_written(name):
    """By keyword in another order, as float32, as a list, truncated where that is allowed: no false accusation."""
    assert len(RIGHT[name]) >= 2
    for answer in RIGHT[name]:
        verdict = check(name, answer)
        assert verdict.passed, verdict
        assert verdict.slip is None


@pytest.mark.parametrize(("name", "slip"), TABLE, ids=[f"{name}: {slip}" for name, slip in TABLE])
def test_every_slip_that_an_exercise_recognizes_is_named(name, slip):
    """The table exercise × slip: each cell holds at least one wrong answer, which fails by that name."""
    answers = answers_showing(name, slip)

    assert answers
    for answer in answers:
        verdict = check(name, answer)
        assert not verdict.passed
        assert verdict.slip == slip, verdict
        assert SLIPS[slip] in verdict.message


def test_no_row_of_the_table_is_left_over():
    """The rows are of exercises that there are, and show slips that these say they recognize."""
    assert RIGHT.keys() == EXERCISES.keys()
    assert WRONG.keys() <= EXERCISES.keys()
    assert {(name, slip) for name, slips in WRONG.items() for slip in slips if slip} <= set(TABLE)


@pytest.mark.parametrize("name", [name for name, slips in WRONG.items() if None in slips])
def test_a_wrong_answer_that_no_slip_explains_fails_without_a_name(name):
    """A name that does not fit would be worse than none."""
    for answer in WRONG[name][None]:
        verdict = check(name, answer)
        assert not verdict.passed
        assert verdict.slip is None, verdict


@pytest.mark.parametrize("slip", SLIPS)
def test_each_slip_is_recognized_by_at_least_two_exercises(slip):
    """A slip that only one exercise knew would be a trick of that exercise."""
    assert len([name for name, known in TABLE if known == slip]) >= 2


def test_the_classic_slips_are_all_there():
    """The fifteen that every teacher has met."""
    assert len(CLASSIC) == 15
    assert set(CLASSIC) <= SLIPS.keys()


@pytest.mark.parametrize("name", [name for name, e in EXERCISES.items() if isinstance(e, (Formula, Start))])
def test_wrong_formulas_cannot_hide_in_the_inputs(name):
    """At least two inputs; no width of 100; two fans that are always equal would hide half of the slips."""
    exercise = EXERCISES[name]
    numbers = [
        n for case in exercise.cases for value in case.values() for n in np.atleast_1d(np.asarray(value, dtype=object))
    ]

    assert len(exercise.cases) >= 2
    assert 100 not in [n for n in numbers if isinstance(n, int)]
    if isinstance(exercise, Start):
        assert all(exercise.shape(**case)[0] != exercise.shape(**case)[1] for case in exercise.cases)


@pytest.mark.parametrize("name", [name for name, e in EXERCISES.items() if isinstance(e, Formula)])
def test_a_counter_example_has_numbers_and_not_the_right_one(name):
    """It says for which input what came back; the right value for that input is not in it."""
    exercise = EXERCISES[name]
    reference = np.asarray(exercise.reference(**exercise.cases[0]), dtype=float)
    verdict = check(name, lambda **case: np.asarray(exercise.reference(**case), dtype=float) * 1.37 + 0.0123)

    assert not verdict.passed
    assert verdict.slip is None
    if reference.ndim == 0 and not float(reference).is_integer():
        assert f"{float(reference):.4g}" not in verdict.message
        assert any(character.isdigit() for character in verdict.message)


def test_there_are_five_exercises_a_chapter_of_all_kinds_and_stars():
    """At least five a chapter and thirty-five in all, one to three stars, six kinds, no name twice."""
    listed = catalog()

    assert len(listed) >= 35
    assert len({entry.name for entry in listed}) == len(listed)
    for chapter in CHAPTERS:
        mine = [entry for entry in listed if entry.chapter == chapter]
        assert len(mine) >= 5, chapter
        assert {entry.stars for entry in mine} == {1, 2, 3}, chapter
        assert len({entry.kind for entry in mine}) >= 3, chapter
    assert {entry.kind for entry in listed} == set(KINDS)


def cells(chapter):
    """Return the cells of a chapter from its exercises to its summary."""
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells
    first = next(i for i, cell in enumerate(notebook) if cell.source.startswith("## Exercises"))
    last = next(i for i, cell in enumerate(notebook) if cell.source.startswith("## Summary"))
    return notebook[first:last]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_shows_its_exercises_as_the_catalog_lists_them(chapter):
    """Names, titles and stars agree, in order of stars; each has a target and a hint."""
    found = [number for number, cell in enumerate(cells(chapter)) if cell.source.startswith("### ★")]
    texts = [cells(chapter)[number].source for number in found]
    names = [plain.label_of(cells(chapter)[number:]) for number in found]
    shown = [(*re.match(r"### (★{1,3}) (.+)\n", text).groups(), name) for text, name in zip(texts, names, strict=True)]
    listed = [(e.stars, e.title, e.name) for e in catalog() if e.chapter == chapter]

    assert [(len(stars), title, name) for stars, title, name in shown] == listed
    assert [stars for stars, _, _ in listed] == sorted(stars for stars, _, _ in listed)
    for text in texts:
        assert "**Target:**" in text
        assert "<summary>Hint</summary>" in text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_in_a_chapter_the_stub_does_not_pass_and_the_worked_answer_does(chapter):
    """The stored verdicts: the stub's check says what is missing, the answer's last check says Passed."""
    for entry in catalog():
        if entry.chapter == chapter:
            checks = [c for c in cells(chapter) if c.cell_type == "code" and f'check("{entry.name}"' in c.source]
            said = [cell.outputs[-1].data["text/plain"].splitlines()[0] for cell in checks]
            assert said[0] in (f"Open: {entry.name}", f"Not yet: {entry.name}")
            assert said[-1] == f"Passed: {entry.name}"
            assert len(said) == 2


def test_the_chapters_are_those_of_the_book_in_its_order():
    """The catalog follows the table of contents."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    listed = [entry["file"] for part in parts for entry in part["chapters"]]

    assert [file.removeprefix("chapters/") for file in listed if file.startswith("chapters/")] == list(CHAPTERS)


TWO = {
    "glorot-limit": {
        "the missing root, and the factor 2 forgotten": lambda i, o: 3 / (i + o),
        "the missing root, and He where Xavier was asked": lambda i, o: 6 / i,
        "the missing root, and one fan only": lambda i, o: 3 / o,
    },
    "glorot-gain": {
        "one fan only, and the gain forgotten": lambda s, gain, rng: rng.normal(0, s[0] ** -0.5, s),
        "variance in place of standard deviation, and the gain forgotten": lambda s, gain, rng: rng.normal(
            0, 2 / sum(s), s
        ),
        "limit in place of standard deviation, and the gain squared": lambda s, gain, rng: rng.normal(
            0, gain**2 * (6 / sum(s)) ** 0.5, s
        ),
    },
    "he-start": {
        "the slope forgotten, and swapped fans": lambda s, a, rng: rng.normal(0, (2 / s[1]) ** 0.5, s),
        "the slope not squared, and the factor 2 forgotten": lambda s, a, rng: rng.normal(
            0, (1 / (1 + a) / s[0]) ** 0.5, s
        ),
    },
    "naive-scale": {
        "swapped fans, and limit in place of standard deviation": lambda s, rng: rng.normal(0, (3 / s[1]) ** 0.5, s),
    },
}


@pytest.mark.parametrize("name", TWO)
def test_two_slips_together_are_named_as_two(name):
    """Both names and both meanings."""
    for slips, answer in TWO[name].items():
        verdict = check(name, answer)
        assert verdict.slip == slips, verdict
        for slip in slips.split(BOTH):
            assert SLIPS[slip] in verdict.message


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if isinstance(exercise, Start)])
@pytest.mark.parametrize("rounded", ["four decimals", "half precision"])
def test_a_right_draw_that_is_rounded_passes(name, rounded):
    """Rounded weights are many alike, and no copies."""
    exercise = EXERCISES[name]

    def answer(*args, **case):
        case = {**dict(zip([*exercise.cases[0], "rng"], args, strict=False)), **case}
        rng = case.pop("rng")
        shape, std = exercise.shape(**case), exercise.std(**case)
        weights = draw(shape, std, exercise.distributions[0], rng, float)
        return weights.round(4) if rounded == "four decimals" else weights.astype(np.float16)

    verdict = check(name, answer)
    assert verdict.passed, verdict
