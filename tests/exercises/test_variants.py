"""Promises of variants: each student gets other numbers in the same text, and check, hints and slips hold for all."""

import itertools
import os
import re
from pathlib import Path

import numpy as np
import pytest

from xavier_lib.exercises import check, climbing, hint, variant
from xavier_lib.exercises.classroom.chapter import chapter
from xavier_lib.exercises.classroom.copies import right
from xavier_lib.exercises.climbing import hints
from xavier_lib.exercises.session import CHAPTERS, exercises
from xavier_lib.exercises.slips import SLIPS
from xavier_lib.exercises.value import Choice
from xavier_lib.exercises.variants import VARIABLE, Student, current

ROOT = Path(__file__).parents[2]
VARIED = {name: exercise for name, exercise in exercises().items() if exercise.variants}
ASKED = {asked.name: asked for name in CHAPTERS for asked in chapter(ROOT / "chapters" / f"{name}.ipynb").exercises}
NUMBERED = [name for name, exercise in VARIED.items() if not isinstance(exercise, Choice)]
CHOSEN = [name for name in VARIED if name not in NUMBERED]
CLASS = [Student(seed, name) for seed in range(40) for name in ("Ada", "Emmy", "Sofja", "Maryam", "Hypatia")]


@pytest.fixture
def of(monkeypatch):
    """Return a function by which this session takes a student's numbers, and forget them afterwards."""
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr(climbing, "_given", {})
    return lambda student: variant(student.seed, student.name)


def of_all(name):
    """Return an exercise with all the numbers that it may have."""
    exercise = VARIED[name]
    return [exercise.with_numbers(setting) for setting in exercise.variants.settings]


def written(name):
    """Return all that a student reads of an exercise: its text, its stub and its hints."""
    asked = ASKED[name]
    return "\n".join([asked.text, asked.stub, *hints(VARIED[name].chapter)[name]])


def targets(name):
    """Return the right answers to an exercise that has all numbers, as a key writes them."""
    return [right(exercise) for exercise in of_all(name)]


@pytest.mark.parametrize("name", VARIED)
def test_the_right_answer_passes_with_all_numbers(name):
    """As it is, and as the key writes it."""
    for exercise in of_all(name):
        key = right(exercise)
        typed = key.strip('"') if isinstance(exercise, Choice) else [float(number) for number in key.split(", ")]
        assert exercise.judge(exercise.target).passed
        assert exercise.judge(typed).passed, (typed, exercise.target)


@pytest.mark.parametrize("name", VARIED)
def test_slips_are_named_with_all_numbers(name):
    """Each wrong answer that shows a slip fails by its name, and no other one lies beside it."""
    for exercise in of_all(name):
        for slip, shown in exercise.slips.items():
            for wrong in [slip] if isinstance(exercise, Choice) else shown:
                verdict = exercise.judge(wrong)
                named = exercise.slips[slip] if isinstance(exercise, Choice) else slip
                assert (verdict.status, verdict.slip) == ("failed", named), (wrong, verdict)
                assert SLIPS[named] in verdict.message


@pytest.mark.parametrize("name", NUMBERED)
def test_a_verdict_on_a_wrong_number_does_not_tell_the_right_one(name):
    """Whatever the numbers are."""
    for exercise in of_all(name):
        wrong = np.asarray(exercise.target, dtype=float) * 1.37 + 0.0123
        words = exercise.judge(wrong).message.replace(",", " ").split()
        assert not exercise.judge(wrong).passed
        assert not {part for part in right(exercise).split(", ") if "." in part} & set(words)


@pytest.mark.parametrize("name", NUMBERED)
def test_there_are_many_right_numbers(name):
    """At least ten, and none of them with more than three settings, or one fifth of all."""
    found = targets(name)

    assert len(set(found)) >= 10
    assert max(map(found.count, found)) <= min(3, len(found) / 5)


@pytest.mark.parametrize("name", NUMBERED)
def test_the_answer_of_the_book_is_right_for_no_other_numbers(name):
    """Since it stands in the book, with its way."""
    own, *others = of_all(name)

    assert not any(other.judge(own.target).passed or own.judge(other.target).passed for other in others)


@pytest.mark.parametrize("name", [name for name in NUMBERED if VARIED[name].whole])
def test_whole_numbers_are_exact(name):
    """As an integer, as a float or measured; what is a little beside them is refused in words."""
    for exercise in of_all(name):
        target = np.asarray(exercise.target, dtype=float)
        for index in exercise.whole:
            beside = np.eye(target.size)[index].reshape(target.shape)
            assert exercise.judge(target * (1 - 1e-8 * beside)).passed
            for off in (0.1, 1):
                assert not exercise.judge(target - off * beside).passed
            assert re.search("(?i)whole (number|one)", exercise.judge(target - 0.1 * beside).message)
        if len(exercise.whole) == target.size:
            assert exercise.judge(np.rint(target).astype(np.int64)).passed


@pytest.mark.parametrize("name", [name for name in NUMBERED if VARIED[name].within])
def test_what_is_asked_for_to_two_decimals_passes_with_two(name):
    """And fails with a second decimal that is another one."""
    for exercise in of_all(name):
        rounded = np.round(np.asarray(exercise.target, dtype=float), 2)
        assert exercise.judge(rounded).passed
        for index in set(range(rounded.size)) - set(exercise.whole):
            for off in (0.011, -0.011):
                assert not exercise.judge(rounded + off * np.eye(rounded.size)[index]).passed


@pytest.mark.parametrize("name", CHOSEN)
def test_the_word_of_the_book_is_not_that_of_most(name):
    """Of the settings that students get."""
    own, *others = targets(name)

    assert others.count(own) <= 2 / 3 * len(others)


@pytest.mark.parametrize("name", CHOSEN)
def test_there_are_several_right_choices(name):
    """At least two words, none of them that of more than three quarters, and each has a reason of its own."""
    found = targets(name)

    assert len(set(found)) >= 2
    assert max(map(found.count, found)) <= 0.75 * len(found)
    for exercise in of_all(name):
        assert exercise.options[exercise.target] not in [
            why for word, why in exercise.options.items() if word != exercise.target
        ]


@pytest.mark.parametrize("name", VARIED)
def test_the_text_says_the_numbers(name):
    """Each phrase that holds a number of the book stands in text, stub or hints, and another takes its place."""
    variants, text = VARIED[name].variants, written(name)
    own = variants.settings[0]

    for phrase in variants.says(**own):
        assert phrase in text, phrase
    assert variants.reworded(text, own) == text
    for setting in variants.settings:
        new = variants.reworded(text, setting)
        assert all(phrase in new for phrase in variants.says(**setting)), setting
        assert (new == text) is (setting == own), setting


@pytest.mark.parametrize("name", VARIED)
def test_text_and_answer_have_the_same_numbers(name):
    """Two settings with the same text have the same answer."""
    variants, text = VARIED[name].variants, written(name)
    found = {}
    for setting, answer in zip(variants.settings, targets(name), strict=True):
        assert found.setdefault(variants.reworded(ASKED[name].text, setting), answer) == answer
    assert variants.reworded(text, variants.settings[-1]) != text


@pytest.mark.parametrize("name", VARIED)
def test_no_hint_tells_the_right_answer(name):
    """Nor does one with a student's numbers; whole numbers below a hundred may stand there for another thing."""
    variants = VARIED[name].variants
    for setting, exercise in zip(variants.settings, of_all(name), strict=True):
        told = " ".join(variants.reworded(text, setting) for text in hints(exercise.chapter)[name])
        for number in () if isinstance(exercise, Choice) else right(exercise).split(", "):
            assert ("." not in number and float(number) < 100) or number not in told, (setting, number)


@pytest.mark.parametrize("name", NUMBERED)
def test_two_seeds_have_two_right_answers(name):
    """The next seed gives a student other numbers each time, and another answer nine times in ten at least."""
    exercise = VARIED[name]
    pairs = [(Student(seed, one), Student(seed + 1, one)) for seed, one in CLASS]
    other = [right(exercise.of(a)) != right(exercise.of(b)) for a, b in pairs]

    assert all(exercise.variants.drawn(name, a) != exercise.variants.drawn(name, b) for a, b in pairs)
    assert np.mean(other) >= 0.9


@pytest.mark.parametrize("name", VARIED)
def test_students_do_not_get_the_numbers_of_the_book(name):
    """Whose answer is in the book; and all others are drawn."""
    variants = VARIED[name].variants
    drawn = [variants.drawn(name, Student(seed, "Ada")) for seed in range(len(variants.settings) - 1)]

    assert sorted(map(str, drawn)) == sorted(map(str, variants.settings[1:]))


def test_numbers_of_two_exercises_are_drawn_apart():
    """Who shares one exercise's numbers with a friend does not share all: no two of two hundred students do."""
    drawn = [str([exercise.variants.drawn(name, one) for name, exercise in VARIED.items()]) for one in CLASS]

    assert len(set(drawn)) == len(CLASS)


@pytest.mark.parametrize("student", CLASS[::20], ids=str)
def test_a_session_asks_for_the_numbers_of_its_student(of, student):
    """The student's right answers pass, the verdict says whose numbers they are, and hints have them too."""
    of(student)
    for name, exercise in VARIED.items():
        verdict = check(name, exercise.of(student).target)
        assert verdict.passed, verdict
        assert verdict.message.endswith(f"\n{student}.")
        assert hint(name).text == exercise.worded(hints(exercise.chapter)[name][0], student)


def test_the_last_line_of_a_verdict_says_whose_numbers_it_goes_by(of):
    """Below the hint that is offered after two failed tries, too."""
    of(Student(7, "Ada"))
    for _ in range(3):
        lines = check("residual-growth", 1e6).message.splitlines()
    assert lines[-2:] == ['hint("residual-growth") gives the next hint.', "Numbers of Ada (seed 7)."]


def test_the_answer_of_another_student_fails(of):
    """Where it is another one; the book's own answers stay right for the worked answers."""
    of(Student(7, "Ada"))
    for name, exercise in VARIED.items():
        mine, book, theirs = exercise.of(Student(7, "Ada")), exercise, exercise.of(Student(7, "Emmy"))
        for other in (book, theirs):
            assert check(name, other.target).passed is (right(other) == right(mine)), name
        assert check(name, book.target, worked=True).passed


def test_an_exercise_without_variants_is_the_same_for_all(of):
    """And its verdict names nobody."""
    before = check("glorot-limit", lambda a, b: 6 / (a + b))
    of(Student(7, "Ada"))

    assert check("glorot-limit", lambda a, b: 6 / (a + b)).slip == before.slip == "the missing root"
    assert "Ada" not in check("glorot-limit", lambda a, b: 6 / (a + b)).message


def test_student_and_seed_are_refused_by_name_if_they_are_none(of):
    """And leave what was set."""
    of(Student(7, "Ada"))
    for seed, name, error, words in (
        (1.5, "Ada", TypeError, "seed must be"),
        (-1, "Ada", ValueError, "seed must be"),
        (7, 3, TypeError, r"student must be a name, got 3 \(int\)"),
        (7, "", ValueError, "student must be a name in one line"),
        (7, "Ada\nEmmy", ValueError, "student must be a name in one line"),
    ):
        with pytest.raises(error, match=words):
            variant(seed, name)
    assert current() == Student(7, "Ada")


@pytest.mark.parametrize("value", ["Ada", "7/", "x/Ada", "-1/Ada"])
def test_a_variable_that_holds_something_else_is_named(monkeypatch, value):
    """With what it should hold."""
    monkeypatch.setenv(VARIABLE, value)

    with pytest.raises(ValueError, match=f"{VARIABLE} must be a seed and a student, such as 7/Ada, got '{value}'"):
        check("glorot-lecun", [1, 1, 1])


def test_the_variable_alone_is_enough(monkeypatch):
    """As a hub may set it for each of its users."""
    monkeypatch.setenv(VARIABLE, "7/Ada Lovelace")

    assert current() == Student(7, "Ada Lovelace")
    assert os.environ[VARIABLE] == "7/Ada Lovelace"
    assert not any(check(name, exercise.target).passed for name, exercise in itertools.islice(VARIED.items(), 1))
