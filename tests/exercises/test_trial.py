"""Any answer is survived: it runs in a process of its own, or in a thread, and the caller stays as it was."""

import contextlib
import itertools
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.exercises import test_exercises as tables
from xavier_lib.exercises import check, trial
from xavier_lib.exercises.attempt import bound_call
from xavier_lib.exercises.trial import directly, in_process, in_thread, run

ONE = [{"fan_in": 300, "fan_out": 20}]
SHORT = 0.5  # seconds of processor time


def stubborn(fan_in, fan_out):
    """Go on for ever, whatever is raised."""
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass


def loops_in_a_child(fan_in, fan_out):
    """Go on for ever in the original, and end in a forked copy."""
    while os.fork():
        while True:
            pass


@pytest.fixture
def patient(monkeypatch):
    """Wait for as long as a busy machine takes to give an answer its time."""
    monkeypatch.setattr(trial, "PATIENCE", 1000)


def children():
    """Return the processes that this one has started and not yet taken leave of."""
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()


def only(outcomes):
    """Return the one outcome."""
    assert len(outcomes) == 1
    return outcomes[0]


def here(answer, calls, seconds):
    """Try the calls directly, for which there is no limit."""
    return directly(answer, calls)


each_way = pytest.mark.parametrize("try_answer", [in_process, in_thread, here])


# What comes back


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda a, b: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda a, b: sys.exit(2), "raised SystemExit: 2"),
        (lambda a, b: "0.1", "returned '0.1', a str and no real number"),
        (lambda a, b: 1j, "returned 1j, a complex and no real number"),
        (lambda a, b: {1, 2}, "a set and no real number"),
        (lambda a, b: [[1], [1, 2]], "a list and no real number"),
        (lambda a, b: (n for n in [1]), "a generator and no real number"),
        (lambda a, b: float("nan"), "returned nan, where a finite number is wanted"),
        (lambda a, b: np.array([1, -np.inf]), "returned -inf in an array of shape (2,)"),
        (lambda a: 1, "raised TypeError"),
        (lambda a, b, c: 1, "raised TypeError"),
    ],
)
@each_way
def test_what_is_no_number_is_described(try_answer, answer, words):
    """The problem names what came back, or what was raised; there is no value to compare."""
    outcome = only(try_answer(answer, ONE, 5))

    assert words in outcome.problem
    assert outcome.value is None


class MuteError(Exception):
    """An error that cannot say what it is."""

    def __str__(self):
        raise KeyboardInterrupt


class Shouting(str):
    """A text whose type has a name as long as itself."""


Shouting.__name__ = "L" * 100_000


def shouts(a, b):
    raise type("E" * 100_000, (Exception,), {})("x" * 100_000)


@pytest.mark.parametrize(
    "answer",
    [
        lambda a, b: "x" * 100_000,
        lambda a, b: Shouting("x"),
        lambda a, b: np.array(["x" * 100_000]),
        lambda a, b: np.zeros(1, [(f"field{n}", float) for n in range(10_000)]),
        lambda a, b: [10**5000, 1],
        shouts,
    ],
    ids=["text", "type", "array", "dtype", "whole number", "error"],
)
@each_way
def test_what_came_back_is_described_in_few_words(try_answer, answer):
    """However long it is, a message shows its beginning."""
    outcome = only(try_answer(answer, ONE, 5))

    assert len(outcome.problem) < 500
    assert len(outcome.returned) < 250


@pytest.mark.parametrize(
    "value",
    [
        np.timedelta64(3, "D"),
        np.timedelta64("NaT"),
        np.datetime64("2026-01-01"),
        [np.timedelta64(3, "s")],
    ],
)
@each_way
def test_times_and_dates_are_no_numbers(try_answer, value):
    """They are described like all that is no number, though NumPy counts a span of time among the integers."""
    assert "and no real number or array of them" in only(try_answer(lambda a, b: value, ONE, 5)).problem


@each_way
def test_an_error_that_cannot_speak_is_named_by_its_type(try_answer):
    """A __str__ that raises does not reach the reader."""

    def fails(a, b):
        raise MuteError

    assert only(try_answer(fails, ONE, 5)).problem == "raised MuteError"


def test_an_object_that_cannot_show_itself_is_described_by_its_type():
    """A __repr__ that raises does not reach the reader."""

    class Shy:
        def __repr__(self):
            raise RuntimeError

    assert "a Shy" in only(run(lambda a, b: Shy(), ONE)).problem


@pytest.mark.parametrize("value", [3, 3.5, np.float32(3.5), [1, 2], (1.0, 2.0), np.arange(6).reshape(2, 3), True])
def test_numbers_come_back_as_arrays(value):
    """Ints, floats, lists, tuples and arrays, unchanged."""
    outcome = only(run(lambda a, b: value, ONE))

    assert not outcome.problem
    assert np.array_equal(outcome.value, value)


@pytest.mark.parametrize("nothing", [None, ...])
def test_an_empty_answer_is_told_from_a_wrong_one(nothing):
    """A stub returns None or an ellipsis."""
    outcome = only(run(lambda a, b: nothing, ONE))

    assert outcome.empty
    assert outcome.returned == str(nothing)


def test_a_giant_array_is_not_carried_over():
    """What is far larger than anything asked for is described by its shape."""
    outcome = only(run(lambda a, b: np.broadcast_to(0.0, (10_000, 10_000)), ONE))

    assert "(10000, 10000), far larger" in outcome.problem


# What never ends, or ends everything


@pytest.mark.parametrize(
    "answer",
    [
        lambda a, b: [None for _ in iter(int, 1)],
        lambda a, b: sum(itertools.repeat(0)),  # in C, where no other thread gets a turn
        stubborn,
        loops_in_a_child,
    ],
    ids=["a loop", "a loop in C", "a loop that catches everything", "a loop and a child of its own"],
)
@pytest.mark.usefixtures("patient")
def test_an_answer_that_never_ends_is_stopped(answer):
    """The verdict comes after the time limit, and no process is left behind."""
    before = children()
    outcome = only(in_process(answer, ONE, SHORT))

    assert outcome.problem == f"did not end within {SHORT} seconds of processor time"
    assert children() == before


@pytest.mark.usefixtures("patient")
def test_a_thread_that_never_ends_is_interrupted():
    """Where no process can be forked, a loop in Python is ended by an exception, and tells so by its last act."""
    left = threading.Event()

    def loops(fan_in, fan_out):
        try:
            while True:
                pass
        finally:
            left.set()

    assert only(in_thread(loops, ONE, SHORT)).problem == f"did not end within {SHORT} seconds of processor time"
    assert left.wait(600)


@pytest.mark.parametrize("try_answer", [in_process, in_thread])
@pytest.mark.usefixtures("patient")
def test_time_that_an_answer_does_not_use_is_not_held_against_it(try_answer):
    """The limit is of processor time: a wait that is twice as long by the clock still leaves the answer all of it."""
    assert only(try_answer(lambda a, b: [time.sleep(0.4), 3][1], ONE, 0.2)).value == 3


@pytest.mark.parametrize(
    ("try_answer", "waits"),
    [
        (in_process, lambda a, b: os.kill(os.getpid(), signal.SIGSTOP)),
        (in_process, lambda a, b: time.sleep(60)),
        (in_thread, lambda a, b: [time.sleep(0.01) for _ in range(1000)]),
    ],
    ids=["a machine that gives nothing", "a sleep", "a sleep in a thread"],
)
def test_an_answer_that_gets_or_takes_no_time_is_ended_and_not_called_wrong(try_answer, waits):
    """Twelve times the limit by the clock end it; how long that was and what it got of it is told, and no problem."""
    outcome = only(try_answer(waits, ONE, 0.05))

    assert re.fullmatch(
        r"was not finished after [\d.]+ seconds, in which the machine gave it [\d.e-]+ seconds of processor time",
        outcome.unfinished,
    )
    assert not outcome.problem


def test_the_verdict_on_an_unfinished_answer_is_open(monkeypatch):
    """It says what to do, and neither that the answer is wrong nor what would be right."""
    monkeypatch.setattr(trial.run, "__defaults__", (0.05,))
    verdict = check("glorot-limit", lambda fan_in, fan_out: time.sleep(60))

    assert verdict.status == "open"
    assert "gave it" in verdict.message
    assert "That does not make it wrong. Unless it waits for something, check it again" in verdict.message


@pytest.mark.usefixtures("patient")
def test_what_was_found_before_the_end_is_kept():
    """The first call counts, though the second one never ends."""
    calls = [{"n": 1}, {"n": 2}]
    outcomes = in_process(lambda n: n if n == 1 else stubborn(n, n), calls, SHORT)

    assert outcomes[0].value == 1
    assert "did not end" in outcomes[1].problem


@pytest.mark.parametrize(
    ("answer", "code"), [(lambda a, b: os._exit(3), "3"), (lambda a, b: os.kill(os.getpid(), signal.SIGKILL), "-9")]
)
def test_an_answer_that_ends_the_process_ends_only_its_own(answer, code):
    """The exit code is told; the caller goes on."""
    assert only(in_process(answer, ONE, 5)).problem == f"ended the Python process, with exit code {code}"


def test_a_copy_of_the_process_that_the_answer_forks_says_nothing():
    """Each call has one outcome, that of the original."""
    outcomes = in_process(lambda n: n if os.fork() else -n, [{"n": n} for n in range(1, 6)], 5)

    assert [int(outcome.value) for outcome in outcomes] == [1, 2, 3, 4, 5]


def test_deep_recursion_is_an_error_like_others():
    """An answer that calls itself for ever runs out of stack, not of time."""

    def deeper(fan_in, fan_out):
        return deeper(fan_in, fan_out)

    assert "raised RecursionError" in only(run(deeper, ONE)).problem


def test_the_time_limit_holds_in_a_script_without_a_main_guard(tmp_path):
    """A plain script, run as readers run it, gets its verdict and ends by itself."""
    script = tmp_path / "answer.py"
    script.write_text(
        textwrap.dedent(f"""\
            import xavier_lib.exercises.trial as trial
            from xavier_lib.exercises import check
            from functools import partial
            trial.run.__defaults__, trial.PATIENCE = ({SHORT},), 1000
            def my_limit(fan_in, fan_out):
                while True: pass
            print(check("glorot-limit", my_limit))
        """)
    )
    run_ = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)

    assert "did not end within 0.5 seconds" in " ".join(run_.stdout.split())
    assert run_.stdout.count("glorot-limit") == 1
    assert not run_.stderr


# What it leaves behind


def test_what_an_answer_prints_is_kept_for_the_verdict(capfd):
    """Prints of an answer reach the message, not the page, however often it is called."""
    verdict = check("glorot-limit", lambda fan_in, fan_out: print("fans", fan_in))

    assert "It also printed 'fans 300'." in verdict.message
    assert capfd.readouterr() == ("", "")


@each_way
def test_only_the_beginning_of_what_an_answer_prints_is_kept(try_answer, capfd):
    """Two hundred characters of a million, on either stream, though the answer closes it."""

    def prints(a, b):
        for _ in range(1000):
            print("n" * 1000)
        print("error", file=sys.stderr)
        sys.stdout.close()
        return 1

    assert only(try_answer(prints, ONE, 5)).printed == 200 * "n"
    assert capfd.readouterr() == ("", "")


@each_way
def test_warnings_of_an_answer_stay_with_it(try_answer):
    """A division by zero in NumPy is judged by what it returns, and warns nobody else."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcome = only(try_answer(lambda a, b: np.float64(1) / 0, ONE, 5))

    assert "returned inf" in outcome.problem
    assert not caught


@each_way
def test_what_an_answer_sets_for_the_whole_program_is_put_back(try_answer):
    """Streams, filters of warnings and NumPy's treatment of errors are afterwards what they were."""

    def sets(a, b):
        sys.stdin = sys.stdout = sys.stderr = None
        warnings.simplefilter("error")
        np.seterr(all="raise")
        return 1

    before = sys.stdin, sys.stdout, sys.stderr, list(warnings.filters), np.geterr()
    assert only(try_answer(sets, ONE, 5)).value == 1
    assert (sys.stdin, sys.stdout, sys.stderr, list(warnings.filters), np.geterr()) == before


@each_way
def test_an_argument_changed_in_place_is_named_and_the_caller_keeps_his(try_answer):
    """The answer works on a copy; the outcome names the argument that it overwrote."""
    x = np.ones(3)

    def doubles(x):
        x *= 2
        return x

    outcome = only(try_answer(doubles, [{"x": x}], 5))
    assert outcome.changed == "x"
    assert np.array_equal(x, np.ones(3))


@pytest.mark.parametrize("source", ["numpy", "random"])
@each_way
def test_a_draw_from_the_global_generator_is_seen_and_undone(try_answer, source):
    """Seeding or drawing from the shared generators is noticed; here they stand where they stood."""
    import random

    draw = {"numpy": np.random.normal, "random": random.gauss}[source]
    before = repr(np.random.get_state()), random.getstate()

    assert only(try_answer(lambda a, b: draw(0, 1), ONE, 5)).used_global_generator
    assert (repr(np.random.get_state()), random.getstate()) == before
    assert not only(run(lambda a, b: np.random.default_rng(0).normal(), ONE)).used_global_generator


@each_way
def test_reading_from_the_keyboard_is_an_error_not_a_wait(try_answer):
    """There is nobody to type."""
    assert "raised EOFError" in only(try_answer(lambda a, b: input(), ONE, 5)).problem


# How it is called


ARGUMENTS = {"shape": (3, 2), "gain": 2.0, "rng": "the generator"}


@pytest.mark.parametrize(
    "answer",
    [
        lambda shape, gain, rng: (shape, gain, rng),
        lambda rng, shape, gain: (shape, gain, rng),
        lambda a, b, c: (a, b, c),
        lambda size, *, rng, gain=1: (size, gain, rng),
        lambda *all_of_them: all_of_them,
        lambda **named: (named["shape"], named["gain"], named["rng"]),
        lambda a, b, c, /: (a, b, c),
        lambda shape, gain, rng, dtype=float: (shape, gain, rng),
    ],
)
def test_an_answer_may_have_its_arguments_in_any_order_and_under_its_own_names(answer):
    """By name where the names are known, else by position."""
    assert bound_call(answer, dict(ARGUMENTS)) == ((3, 2), 2.0, "the generator")


def test_an_answer_without_a_generator_is_called_without_one():
    """So that its verdict can say where its numbers come from, and not only that an argument is missing."""
    assert bound_call(lambda shape, gain: (shape, gain), dict(ARGUMENTS)) == ((3, 2), 2.0)


def test_a_worker_of_a_pool_checks_too():
    """Though multiprocessing lets it have no children."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_passes_in_a_worker)


def _passes_in_a_worker():
    return check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5).passed


FORKS_WITH_A_WARNING = """
import os, warnings
os.register_at_fork(before=lambda: warnings.warn("forked where there are threads", RuntimeWarning))
from xavier_lib.exercises import check
print(check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5).passed)
"""


def test_an_answer_is_checked_without_a_warning_where_jax_is_loaded():
    """JAX warns of every fork; the child runs NumPy only and is ended, and the reader sees the verdict alone."""
    command = [sys.executable, "-c", FORKS_WITH_A_WARNING]
    run = subprocess.run(command, capture_output=True, text=True, check=True)

    assert (run.stdout, run.stderr) == ("True\n", "")


# Without processes, without threads


def refuse(*_, **__):
    """Fail as the system does that has no more of it."""
    raise RuntimeError("can't start new thread")


@pytest.fixture(params=["os.fork raises", "there is no os.fork"])
def no_process(request, monkeypatch):
    """Let no process be forked."""
    if request.param == "os.fork raises":
        monkeypatch.setattr(os, "fork", refuse)
    else:
        monkeypatch.delattr(os, "fork")


@pytest.fixture
def no_thread(no_process, monkeypatch):
    """Let no process be forked and no thread be started."""
    monkeypatch.setattr(threading.Thread, "start", refuse)


def one_of_each_kind():
    """Return, for the first exercise of each class, its name, a right answer, and a wrong one with its slip."""
    first = {}
    for name, exercise in tables.EXERCISES.items():
        slip = exercise.recognizes()[0] if exercise.recognizes() else None
        if slip and tables.answers_showing(name, slip):
            first.setdefault(
                type(exercise).__name__, (name, tables.RIGHT[name][0], tables.answers_showing(name, slip)[0], slip)
            )
    return first


KINDS = one_of_each_kind()
CALLED = ("Formula", "Start", "Repair")
each_kind = pytest.mark.parametrize("kind", KINDS)


def test_there_are_five_kinds():
    """Three whose answer is called, and two whose answer is compared."""
    assert KINDS.keys() == {*CALLED, "Value", "Choice"}


@each_kind
@pytest.mark.usefixtures("no_process")
def test_where_no_process_can_be_forked_every_kind_is_checked_in_a_thread(kind):
    """The right answer passes, the wrong one is recognized, and a time limit holds."""
    name, right, wrong, slip = KINDS[kind]

    assert check(name, right)
    assert check(name, wrong).slip == slip
    assert "No time limit" not in check(name, right).message


@each_kind
@pytest.mark.usefixtures("no_thread")
def test_where_no_thread_can_be_started_either_every_kind_is_checked_and_says_so(kind):
    """The same verdicts, and where an answer is called, the words that nothing limits its time."""
    name, right, wrong, slip = KINDS[kind]

    assert check(name, right)
    assert check(name, wrong).slip == slip
    for answer in (right, wrong):
        assert ("No time limit holds here" in check(name, answer).message) == (kind in CALLED)


@pytest.mark.usefixtures("no_thread")
def test_the_reader_can_interrupt_an_answer_that_is_called_directly():
    """One interrupt ends all calls, and the verdict says what ended them."""
    calls = []

    def interrupted(fan_in, fan_out):
        calls.append(fan_in)
        raise KeyboardInterrupt

    assert "raised KeyboardInterrupt" in check("glorot-limit", interrupted).message
    assert len(calls) == 1
