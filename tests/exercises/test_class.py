"""Promises of what a class needs besides marks: tests that say why, and a report on the slips in what was handed in."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from xavier_lib.exercises import Verdict, catalog, check, progress
from xavier_lib.exercises.classroom import cells_run, verdicts
from xavier_lib.exercises.classroom.chapter import Asked
from xavier_lib.exercises.classroom.limit import CellLimit
from xavier_lib.exercises.classroom.marking import hidden, visible
from xavier_lib.exercises.classroom.report import report
from xavier_lib.exercises.classroom.verdicts import rerun, said, stored
from xavier_lib.exercises.slips import SLIPS

ROOT = Path(__file__).parents[2]
LIMIT = Asked("glorot-limit", "my_limit", "", "", "", "", [])
IMPORTS = "from xavier_lib.exercises import check"
DEEP = b"[" * 100_000
ROOTLESS = "def my_limit(fan_in, fan_out):\n    return 6 / (fan_in + fan_out)"


def limit(fan_in, fan_out):
    return (6 / (fan_in + fan_out)) ** 0.5


def rootless(fan_in, fan_out):
    return 6 / (fan_in + fan_out)


def unwritten(fan_in, fan_out):
    raise NotImplementedError


def command(*arguments):
    """Run a command of the package."""
    line = [sys.executable, "-m", "xavier_lib.exercises", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


def handed_in(path, *cells):
    """Write a notebook of code cells, each a source with the texts of its outputs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_code_cell(source, outputs=list(shown)) for source, *shown in cells]), path)


def returned(verdict):
    """Return a verdict as a notebook stores it where a cell ends in it."""
    return new_output("execute_result", {"text/plain": repr(verdict), "text/html": verdict._repr_html_()})


def raised(verdict):
    """Return a verdict as a notebook stores it where a test demanded it."""
    return new_output("error", ename="AssertionError", evalue=repr(verdict), traceback=[f"\x1b[31m{verdict!r}\x1b[0m"])


# A test for an autograder


def test_what_is_demanded_raises_in_the_words_of_the_verdict():
    """The slip is not lost, as it is in an assertion without a message; what is right comes back."""
    with pytest.raises(AssertionError, match=r"(?s)Not yet: glorot-limit.*Recognized: the missing root\."):
        check("glorot-limit", rootless).demand()
    verdict = check("glorot-limit", limit)
    assert verdict.demand() is verdict


@pytest.mark.parametrize("exercise", ["glorot-limit", "glorot-test"])
def test_a_stub_of_nbgrader_is_open_and_no_mistake(exercise):
    """It raises NotImplementedError, which no answer is to be blamed for, a test neither."""
    verdict = check(exercise, unwritten if exercise == "glorot-limit" else lambda initializer: unwritten(1, 1))

    assert verdict.status == "open"
    assert "is not written yet" in verdict.message


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry.name)
def test_the_hidden_test_knows_an_answer_that_every_check_must_refuse(entry):
    """The wrong answer in the hidden test does not pass: the assertion holds on an honest check."""
    lines = hidden(Asked(entry.name, "answer", "", "", "", "", [])).splitlines()
    refused = next(line for line in lines if line.startswith("assert not "))

    exec(f"{IMPORTS}\n{refused}", {})


@pytest.mark.parametrize(
    "deceit",
    [
        "check = lambda *given: Always()",
        "import xavier_lib.exercises as e; e.check = lambda *given, **named: Always()",
        "import xavier_lib.exercises.session as s; s.named = lambda name: Always()",
        "import xavier_lib.exercises.verdict as v; v.Verdict.demand = lambda self: self",
        "import numpy as np; np.allclose = lambda *given, **named: True",
    ],
)
def test_a_changed_check_earns_nothing(deceit):
    """In a process of its own: some get past the visible test, none past the hidden one."""
    always = "class Always:\n  demand = judge = lambda self, *given: self\n  status, slip, message = 'passed', '', ''"
    code = "\n".join(
        [IMPORTS, ROOTLESS, always, deceit, "try:", "    exec(HIDDEN)", "except AssertionError: print('refused')"]
    )
    program = f"HIDDEN = {hidden(LIMIT)!r}\n{code}"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout == "refused\n"


def test_the_visible_test_returns_nothing_in_which_points_are_looked_for():
    """Its last line prints, and the check is imported in the cell itself."""
    assert visible(LIMIT) == f'{IMPORTS}\n\nprint(check("glorot-limit", my_limit).demand())'


def test_while_nbgrader_marks_nothing_is_kept(monkeypatch, tmp_path):
    """What students did is no progress of their teacher; while they work themselves it is kept."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path))
    monkeypatch.setenv(progress.GRADING, "autograde")
    check("glorot-limit", limit)
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv(progress.GRADING, "validate")
    check("glorot-limit", limit)
    assert (tmp_path / progress.FILE).exists()


def test_otter_puts_a_limit_before_all_cells(monkeypatch):
    """Of the seconds that the archive names; the submission's own cells follow as they were."""
    monkeypatch.setenv(progress.VARIABLE, "somewhere")
    notebook = new_notebook(cells=[new_code_cell("1 + 1")])
    changed = CellLimit("path", {}, {"seconds": 7}).before_execution(notebook)

    assert "alarm(7)" in changed.cells[0].source
    assert [cell.source for cell in changed.cells[1:]] == ["1 + 1"]
    assert progress.path() is None


# The report


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_is_read_from_the_words_of_a_verdict(slip):
    """Alone, and beside another one; wrapped as a notebook stores it."""
    other = "a mean that is not zero" if slip != "a mean that is not zero" else "zeros"
    message = f"my_start returned an array of shape (300, 20).\nRecognized: {slip}, and {other}. {SLIPS[slip]}"

    assert said(repr(Verdict("he-start", "failed", message))) == [("he-start", "failed", (slip, other))]


def test_a_class_is_counted_by_exercise_and_slip(tmp_path):
    """Returned or raised, printed, or passed by Otter; a slip once for each notebook, the best status for each."""
    wrong, right = check("glorot-limit", rootless), check("glorot-limit", limit)
    passed = "glorot-test results: All test cases passed!"
    handed_in(tmp_path / "a" / "one.ipynb", ("", returned(wrong)), ("", returned(right)), ("", returned(wrong)))
    handed_in(tmp_path / "b" / "one.ipynb", ("", raised(wrong)), ("", new_output("stream", text=passed)))
    handed_in(tmp_path / "c.ipynb", ("", new_output("stream", text=repr(check("glorot-limit", None)))))
    handed_in(tmp_path / "d.ipynb", ("1 + 1",))
    handed_in(tmp_path / ".ipynb_checkpoints" / "c.ipynb", ("", returned(wrong)))
    lines = str(report(tmp_path, stored)).splitlines()

    assert lines[:2] == ["4 notebooks read, 0 skipped", "no verdict in d.ipynb"]
    assert [line.split() for line in lines[3:5]] == [
        ["exercise", "passed", "not", "yet", "open", "untried"],
        ["glorot-limit", "1", "1", "1", "1"],
    ]
    assert lines[5].split(maxsplit=2) == ["2", "×", "the missing root"]
    assert lines[6].split() == ["glorot-test", "1", "0", "0", "3"]
    assert lines[-2:] == ["slips in all exercises", "       2 × the missing root"]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"cells": [1]}',
        b'{"worksheets": []}',
        b'{"cells": [{"source": 3}]}',
        b"[" * 10**5,
    ],
    ids=["empty", "cut", "list", "bytes", "cells", "format 3", "no type", "deep"],
)
def test_a_damaged_notebook_is_named_and_skipped(tmp_path, damage):
    """The others are counted all the same."""
    handed_in(tmp_path / "good.ipynb", ("", returned(check("glorot-limit", limit))))
    (tmp_path / "bad.ipynb").write_bytes(damage)
    run = command("report", tmp_path)

    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("1 notebooks read, 1 skipped\nskipped bad.ipynb: ")
    assert "glorot-limit" in run.stdout


@pytest.mark.parametrize(
    "outputs", [None, 3, [3], [{"data": 3}], [{"text": {"a": 1}}], [{"data": {"text/plain": [1]}}]]
)
def test_strange_outputs_are_passed_over(tmp_path, outputs):
    """Whatever stands there is no verdict, and no error."""
    path = tmp_path / "odd.ipynb"
    handed_in(path, ("1",))
    text = path.read_text("utf-8").replace('"outputs": []', f'"outputs": {json.dumps(outputs)}')
    path.write_text(text, "utf-8")

    assert said(stored(path)) == []


def test_a_folder_without_notebooks_is_an_error(tmp_path):
    """It says which folder."""
    run = command("report", tmp_path)

    assert (run.returncode, run.stderr) == (1, f"no notebooks in {tmp_path}\n")


def test_cells_are_run_again_when_asked_for(tmp_path, monkeypatch):
    """Whatever a cell raises, the next one runs, an exit ends nothing, and magic lines are left out."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "kept"))
    path = tmp_path / "one.ipynb"
    cells = ["1 / 0", "import sys; sys.exit()", "def broken(:", f"%matplotlib inline\n!ls\n{IMPORTS}\n{ROOTLESS}"]
    handed_in(path, *((cell,) for cell in cells), (f"{visible(LIMIT)}",), ('check("glorot-lecun", None)',))

    assert said(rerun(path)) == [("glorot-limit", "failed", ("the missing root",)), ("glorot-lecun", "open", ())]
    assert not (tmp_path / "kept").exists()


def test_a_notebook_that_never_ends_is_ended_with_what_it_started(tmp_path):
    """The verdicts before the endless cell are kept; the limit counts for the whole notebook."""
    path = tmp_path / "one.ipynb"
    endless = "import signal, time\nsignal.alarm(0)\nprint(1, flush=True)\ntime.sleep(1e6)"
    handed_in(path, (f"{IMPORTS}\n{ROOTLESS}\ncheck('glorot-limit', my_limit)",), (endless,), ("print(2)",))

    assert said(rerun(path, seconds=15)) == [("glorot-limit", "failed", ("the missing root",))]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no alarm")
def test_a_cell_that_never_ends_is_stopped_and_the_next_one_runs(monkeypatch, tmp_path, capsys):
    """The verdict after it is there."""
    monkeypatch.setattr(cells_run, "SECONDS", 1)
    handed_in(tmp_path / "one.ipynb", ("while True:\n    pass",), (f"{IMPORTS}\ncheck('glorot-limit', None)",))
    cells_run.run(tmp_path / "one.ipynb")

    assert [one.status for one in verdicts.said(capsys.readouterr().out)] == ["open"]


def test_the_report_names_notebooks_that_have_one_students_numbers(tmp_path):
    """Whoever hands in a friend's copy is seen, and who has taken the line out; verdicts tell too whose it is."""
    ada, emmy = (new_output("stream", text=f"Numbers of {name} (seed 7)") for name in ("Ada L", "Emmy"))
    by_verdict = Verdict("residual-growth", "failed", "12 is too large.\nNumbers of Ada L (seed 7).")
    handed_in(tmp_path / "ada.ipynb", ("", ada))
    handed_in(tmp_path / "emmy.ipynb", ("", emmy))
    handed_in(tmp_path / "sofja.ipynb", ("", returned(by_verdict)), ("", emmy))
    handed_in(tmp_path / "without.ipynb", ("", returned(check("residual-growth", 3.0))))
    lines = str(report(tmp_path, stored)).splitlines()

    assert "the numbers of no student are in without.ipynb" in lines
    assert "the numbers of Ada L (seed 7) are in 2 notebooks: ada.ipynb, sofja.ipynb" in lines
    assert "the numbers of Emmy (seed 7) are in 2 notebooks: emmy.ipynb, sofja.ipynb" in lines
