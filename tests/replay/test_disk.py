"""A full disk, and files and folders that must not be written: said in words, and nothing is left behind."""

import contextlib
import errno
import os
import resource
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.replay.toy_command import PATIENCE, replay, saved
from tests.replay.toy_experiments import begun
from xavier_lib.replay.results_file import ResultsFile

pytestmark = pytest.mark.usefixtures("diary")
NOBODY = 65534
WORDS = {
    errno.ENOSPC: "No space left on device; make room there, and the same command goes on",
    errno.EFBIG: "File too large; make room there, and the same command goes on",
    errno.EDQUOT: "; make room there, and the same command goes on",
    errno.EACCES: "Permission denied; name another file, or ask for the right to write there",
    errno.EROFS: "Read-only file system; name another file, or ask for the right to write there",
    errno.EIO: "Input/output error\n",
}


@contextlib.contextmanager
def failing(monkeypatch, name, number):
    """Let a function of the system fail with an error number."""

    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, name, fail)
        yield


@pytest.fixture
def place():
    """Return a folder that this process must not write unless it has the right to, though it be the administrator's."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if root:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o700)


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("number", WORDS, ids=errno.errorcode.get)
def test_an_error_of_the_system_is_said_in_words(three, monkeypatch, capsys, number, name):
    """File, folder, what happened and what helps; the file is what it was, alone in its folder, and can go on."""
    path, content, words = three
    with failing(monkeypatch, name, number):
        assert replay(*words, "--seeds", 2) == 1

    said = capsys.readouterr().err
    assert said.startswith(f"python -m xavier_lib.replay: three.json in {path.parent} cannot be written: ")
    assert WORDS[number] in said
    assert "Errno" not in said
    assert path.read_bytes() == content
    assert sorted(os.listdir(path.parent)) == ["diary", "three.json"]
    assert replay(*words, "--seeds", 2) == 0
    assert saved(path) == 6


def test_a_file_that_cannot_be_written_is_found_before_the_first_run(three, monkeypatch):
    """Not after an hour of work."""
    _, _, words = three
    with failing(monkeypatch, "fsync", errno.ENOSPC):
        assert replay(*words, "--seeds", 2) == 1

    assert begun() == []


def test_a_new_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    """Neither an empty file nor half of one; a file that was there, empty, is not ours to remove."""
    path = tmp_path / "r.json"
    with failing(monkeypatch, "fsync", errno.ENOSPC):
        assert replay("product", "--out", path) == 1
        assert os.listdir(tmp_path) == ["diary"]
        path.touch()
        assert replay("product", "--out", path) == 1

    assert sorted(os.listdir(tmp_path)) == ["diary", "r.json"]
    assert path.read_bytes() == b""


def test_a_limit_on_the_size_of_files_stops_the_command_in_words(tmp_path, started):
    """The system's own limit, which the file passes after some runs: those are kept, and no traceback is shown."""
    path = tmp_path / "r.json"
    process = started(
        *("threads", "--quiet", "--scale", "paper", "--out", path),
        stderr=subprocess.PIPE,
    )
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (3000, 3000))
    _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert said == (
        f"python -m xavier_lib.replay: r.json in {tmp_path} cannot be written: File too large; make room there, and "
        "the same command goes on: what the file held it still holds\n"
    )
    assert 3 < saved(path) < 40
    assert sorted(os.listdir(tmp_path)) == ["diary", "r.json"]
    assert replay("threads", "--scale", "paper", "--out", path) == 0
    assert saved(path) == 40


def test_a_folder_that_must_not_be_written_is_named(place, capsys):
    """Whether the file would be new or is there already; nothing is run or left."""
    path = place / "r.json"
    assert replay("threads", "--out", path, "--quiet") == 0
    content = path.read_bytes()
    place.chmod(0o500)

    for name in ("new.json", "r.json"):
        assert replay("threads", "--seeds", 2, "--out", place / name) == 1
        assert capsys.readouterr().err == (
            f"python -m xavier_lib.replay: {name} in {place} cannot be written: Permission denied; name another file, "
            "or ask for the right to write there\n"
        )
    assert os.listdir(place) == ["r.json"]
    assert path.read_bytes() == content


def test_a_file_that_must_not_be_written_is_taken_if_it_is_complete(place, capsys):
    """With nothing to be done it is not refused; with a run to be done it is, before that."""
    path = place / "r.json"
    assert replay("threads", "--out", path) == 0
    content = path.read_bytes()
    path.chmod(0o400)
    capsys.readouterr()

    for more in ((), ("--merge", path), ("--again",)):
        assert replay("threads", "--out", path, *more) == 0
        assert "threads: 3 runs, 3 were there, 0 added, 0 failed; r.json holds 3\n" in capsys.readouterr().out
    assert replay("threads", "--seeds", 2, "--out", path) == 1
    assert "r.json in" in (said := capsys.readouterr().err)
    assert "cannot be written: Permission denied; name another file" in said
    assert path.read_bytes() == content
    assert os.listdir(place) == ["r.json"]


def test_a_file_for_reading_is_locked_too(place):
    """Nobody writes it meanwhile."""
    path = place / "r.json"
    assert replay("threads", "--out", path) == 0
    path.chmod(0o400)

    with ResultsFile(path), pytest.raises(BlockingIOError, match=r"r\.json is in use by another process"):
        ResultsFile(path)


@pytest.mark.parametrize("option", ["--out", "--merge"])
def test_a_file_that_must_not_be_read_is_named(place, capsys, option):
    """As the file to go on with and as the one to merge."""
    path = place / "r.json"
    path.touch(0o200)
    words = ("--out", path) if option == "--out" else ("--out", place / "mine.json", "--merge", path)

    assert replay("threads", *words) == 1
    assert f"r.json in {place} cannot be read: Permission denied\n" in capsys.readouterr().err
    assert os.listdir(place) == ["r.json"]


@pytest.mark.parametrize("option", ["--out", "--merge"])
def test_what_is_not_there_is_named(tmp_path, capsys, option):
    """The folder of a new file before an hour of work, not after it; a file to be merged."""
    out = tmp_path / "no" / "r.json" if option == "--out" else tmp_path / "mine.json"
    words = ("--out", out) if option == "--out" else ("--out", out, "--merge", tmp_path / "no" / "r.json")

    assert replay("product", *words) == 1
    assert f"r.json in {tmp_path / 'no'} cannot be " in (said := capsys.readouterr().err)
    assert "No such file or directory\n" in said
    assert os.listdir(tmp_path) == ["diary"]
