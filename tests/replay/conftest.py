"""What the tests of the long runs need: a diary, a file of results, a command of its own, a cluster."""

import contextlib
import os
import subprocess
import sys
from unittest import mock

import pytest

from tests.replay.toy_command import COMMAND, ROOT, kill_all_of, replay
from tests.replay.toy_experiments import DIARY


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Give each test a file in which the runs of the toy experiments write a line when they begin."""
    path = tmp_path / "diary"
    path.touch()
    monkeypatch.setenv(DIARY, str(path))
    return path


@pytest.fixture
def started():
    """Give a function that starts the command with its words in a process of its own; what is left is killed."""
    with contextlib.ExitStack() as ends:

        def start(*words, options=("-W", "error"), **settings):
            line = [sys.executable, *options, "-c", COMMAND, *map(str, words)]
            process = subprocess.Popen(line, cwd=ROOT, text=True, start_new_session=True, **settings)
            ends.enter_context(process)
            ends.callback(kill_all_of, process)
            return process

        yield start


@pytest.fixture
def cluster():
    """Return the address of a Dask cluster of two worker processes, which write the same diary."""
    from distributed import LocalCluster

    settings = {
        "threads_per_worker": 1,
        "host": "127.0.0.1",
        "dashboard_address": "127.0.0.1:0",
        "silence_logs": "CRITICAL",
    }
    with (
        mock.patch.dict(os.environ),
        LocalCluster(n_workers=2, **settings) as two,
    ):  # Dask sets OMP_NUM_THREADS for good
        yield two.scheduler_address


@pytest.fixture
def three(tmp_path, diary):
    """Return a file with three results, its content and the words that made it; the diary is empty again."""
    path = tmp_path / "three.json"
    words = ("product", "--quiet", "--out", path)
    assert replay(*words) == 0
    diary.write_text("")
    return path, path.read_bytes(), words
