"""A scheduler that is none, does not answer or is lost: one message, within seconds, and no page of traceback."""

import json
import logging
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from tests.replay.toy_command import PATIENCE, replay, saved, until
from tests.replay.toy_experiments import begun
from xavier_lib.replay import executors
from xavier_lib.replay.executors import find_scheduler

pytestmark = pytest.mark.usefixtures("diary")


def message(address):
    """Return what is said of an address at which no scheduler answers."""
    return (
        "python -m xavier_lib.replay: scheduler must be the address of a running Dask scheduler, "
        f"got {str(address)!r}\n"
    )


@pytest.mark.parametrize("address", ["nonsense", "", "nonsense://x:1", "tcp://127.0.0.1:1", "tls://127.0.0.1:1"])
def test_an_address_without_a_scheduler_is_refused_in_one_line(tmp_path, started, address):
    """In a process of its own: nothing of Dask's comes after the message, and no file is left."""
    before = time.monotonic()
    process = started("product", "--out", tmp_path / "r.json", "--scheduler", address, stderr=subprocess.PIPE)
    _, said = process.communicate(timeout=PATIENCE)

    assert said == message(address)
    assert process.returncode == 1
    assert time.monotonic() - before < PATIENCE / 4  # patience of five seconds, and a start on a busy machine
    assert not (tmp_path / "r.json").exists()


def test_a_server_that_never_answers_is_given_up(tmp_path, capsys, monkeypatch):
    """It takes the connection and says nothing, as a web server or a stopped scheduler: one second here, five else."""
    assert executors.PATIENCE == 5
    monkeypatch.setattr(executors, "PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert replay("product", "--out", tmp_path / "r.json", "--scheduler", address) == 1

    assert capsys.readouterr().err == message(address)
    assert logging.root.manager.disable == 0  # what else this process logs is logged again


def test_a_worker_is_no_scheduler(cluster):
    """A Dask server of another kind would take the runs and never do them."""
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        worker = next(iter(client.scheduler_info()["workers"]))
    find_scheduler(cluster)
    with pytest.raises(ConnectionError, match="must be the address of a running Dask scheduler"):
        find_scheduler(worker)


@pytest.fixture
def processes(tmp_path):
    """Return a scheduler, its address and a worker, each a process of its own."""
    file, quiet = tmp_path / "scheduler.json", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with ExitStack() as ends:

        def start(name, *words):
            line = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words, "--no-dashboard"]
            process = ends.enter_context(subprocess.Popen(line, **quiet))
            ends.callback(process.kill)
            return process

        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        until(lambda: file.exists() and file.read_text().rstrip().endswith("}"))  # it is not written at once
        address = json.loads(file.read_text())["address"]
        start("worker", address, "--nthreads", "1", "--no-nanny")
        yield scheduler, address


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_scheduler_that_is_lost_in_the_middle_is_said_in_one_line(tmp_path, started, processes, number):
    """Killed or ended in good order: what had ended is saved, the exit code is 1, and Dask's pages are not shown."""
    scheduler, address = processes
    process = started("slow", "--quiet", "--out", tmp_path / "r.json", "--scheduler", address, stderr=subprocess.PIPE)
    until(lambda: saved(tmp_path / "r.json") == 2 and len(begun()) == 3)
    scheduler.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert [line for line in said.splitlines() if "no worker yet" not in line] == [
        "python -m xavier_lib.replay: the processes or the cluster that did the work are lost (out of memory?); "
        "2 of 3 runs are in r.json, and the same command goes on from there"
    ]
