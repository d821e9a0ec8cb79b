"""Promises of progress: it survives a restart, two notebooks, a bad folder and a damaged file, and costs no check."""

import json
import os
import subprocess
import sys

import pytest

from xavier_lib.exercises import catalog, check, progress, session
from xavier_lib.exercises.progress import FILE, VARIABLE, Kept, keep, kept

RIGHT = (
    "from xavier_lib.exercises import check, catalog\n"
    "check('glorot-limit', lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5)\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Let progress lie in a folder of its own, and this session have seen nothing."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    monkeypatch.setattr(session, "_seen", {})
    return tmp_path / "kept"


def status_of(name):
    """Return what the catalog says of an exercise."""
    return next(entry.status for entry in catalog() if entry.name == name)


def restarted(monkeypatch):
    """Forget the session, as a new kernel does."""
    monkeypatch.setattr(session, "_seen", {})


def test_a_right_and_a_wrong_answer_survive_a_restart(folder, monkeypatch):
    """With the slip; and a later failure does not take a pass away."""
    check("glorot-limit", lambda fan_in, fan_out: 6 / (fan_in + fan_out))
    restarted(monkeypatch)
    assert status_of("glorot-limit") == "failed"
    assert kept()[0]["glorot-limit"] == Kept("failed", "the missing root")

    check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5)
    check("glorot-limit", None)
    restarted(monkeypatch)
    assert status_of("glorot-limit") == "passed"


def test_another_process_sees_it(folder):
    """The file alone carries it."""
    script = f"{RIGHT}print(sum(entry.status == 'passed' for entry in catalog()))"
    for _ in range(2):
        out = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=os.getcwd()
        )
        assert out.stdout.strip() == "1"
    assert len([line for line in (folder / FILE).read_text().splitlines() if line]) == 1


def test_a_worked_answer_is_not_kept(folder):
    """It is the book's and not the reader's."""
    check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5, worked=True)
    assert not (folder / FILE).exists()


def test_two_notebooks_at_once_lose_nothing(folder):
    """Eight processes of twenty-five tries each: all two hundred lines are there and whole."""
    script = (
        "import sys\nfrom xavier_lib.exercises.progress import keep\n"
        "for n in range(25): keep(f'made-up-{sys.argv[1]}-{n}', 'failed', 'a slip ' * 20)"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(number)]) for number in range(8)]
    assert [process.wait() for process in running] == [0] * 8

    found, note = kept()
    assert len(found) == 200
    assert note == ""


def test_a_damaged_file_costs_a_note_and_what_was_damaged(folder):
    """A line that was cut short damages neither the line before nor the one after; none is thrown away."""
    keep("glorot-limit", "passed", None)
    file = folder / FILE
    cut = file.read_bytes() + b'\n["naive-scale", "pas'
    file.write_bytes(cut + b"\n\xff\xfe\n[1, 2]\n" + b'["he-start", "well done", null]')
    verdict = check("network-loss", 0.1)

    found, note = kept()
    assert set(found) == {"glorot-limit", "network-loss"}
    assert "4 line(s)" in note
    assert "4 line(s)" in verdict.message
    assert "4 line(s)" in repr(catalog())
    assert file.read_bytes().startswith(cut)


def test_a_folder_that_cannot_be_made_costs_a_note_and_no_check(tmp_path, monkeypatch):
    """A file stands where the folder should; the verdict is what it would have been."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "below"))
    monkeypatch.setattr(session, "_seen", {})
    verdict = check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5)

    assert verdict.passed
    assert "could not be kept" in verdict.message
    assert status_of("glorot-limit") == "passed"
    assert "could not be read" in catalog().note


def test_a_full_disk_and_a_home_that_is_not_known_cost_no_check(folder, monkeypatch):
    """Whatever the system says, the verdict comes."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress.os, "write", full)
    assert "No space left" in keep("glorot-limit", "passed", None)

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(progress, "path", homeless)
    assert "home directory" in keep("glorot-limit", "passed", None)
    assert kept()[0] == {}


def test_off_keeps_nothing(monkeypatch, tmp_path):
    """And says nothing."""
    monkeypatch.setenv(VARIABLE, "off")
    assert progress.path() is None
    assert keep("glorot-limit", "passed", None) == ""
    assert kept() == ({}, "")


def test_without_the_variable_it_is_the_data_folder_of_the_user(monkeypatch, tmp_path):
    """As platformdirs names it, or a folder in the home where that is not installed."""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if sys.platform == "linux":
        assert progress.path() == tmp_path / "data" / "xavier_lib" / FILE
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    assert progress.path().name == FILE
    assert progress.path().parent.name == ".xavier_lib"


def test_the_same_try_adds_nothing(folder):
    """So the file stays small."""
    for _ in range(5):
        check("glorot-limit", lambda fan_in, fan_out: 6 / (fan_in + fan_out))
    lines = [json.loads(line) for line in (folder / FILE).read_text().splitlines() if line]
    assert lines == [["glorot-limit", "failed", "the missing root"]]


def test_the_catalog_shows_a_bar(folder):
    """As text, and as a progress element with words."""
    check("glorot-limit", lambda fan_in, fan_out: (6 / (fan_in + fan_out)) ** 0.5)
    total = len(catalog())

    assert repr(catalog()).endswith(f"1 of {total} passed")
    assert f'<progress max="{total}" value="1" aria-label="1 of {total} passed">' in catalog()._repr_html_()
