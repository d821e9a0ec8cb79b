"""The long runs: the same result wherever they are done, and nothing lost when they are stopped."""

import importlib.util
import json
import os
import platform
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.replay.toy_command import PATIENCE, ROOT, replay, saved, until
from tests.replay.toy_experiments import ENDLESS, EXPERIMENTS, begun
from xavier_lib.replay import executors
from xavier_lib.replay.__main__ import main
from xavier_lib.replay.executors import here
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.results import Results, read
from xavier_lib.replay.results_file import ResultsFile
from xavier_lib.replay.runner import attempt, run_all

pytestmark = pytest.mark.usefixtures("diary")
ORIGIN = {"command": "a", "machine": "b"}


def without_origin(path):
    """Return the text of a file of results, apart from what tells where, when and how fast it was made."""
    text = re.sub(r'(?s)"made": \{.*?\n\},\n', "", path.read_text(encoding="utf-8"))
    return re.sub(r'"(made|seconds)": [^,}]+(, )?', "", text)


def alive_in_group(group):
    """Say whether a process runs in the group that a command has begun, among them the one that clears up after it."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return any(alive(pid) for pid in numbers if group_of(pid) == group)


def group_of(pid):
    """Return the group of a process, none if it has ended."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def alive(pid):
    """Say whether a process runs; one that has ended and was not asked for its exit code does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# The same everywhere


def test_the_result_is_the_same_in_one_process_in_two_and_on_a_cluster(tmp_path, cluster):
    """Byte for byte, apart from what tells where it was made: a matrix product has other last digits on two threads."""
    files = [tmp_path / name for name in ("here.json", "pool.json", "dask.json")]
    for path, where in zip(files, ([], ["--workers", 2], ["--scheduler", cluster]), strict=True):
        assert replay("product", "--seeds", 2, "--out", path, *where) == 0

    assert saved(files[0]) == 6
    assert len({without_origin(path) for path in files}) == 1
    assert len({name for path in files for name in read(path).made}) == 3  # three commands


@pytest.mark.parametrize("where", [[], ["--workers", 1]])
def test_each_run_has_one_blas_thread(tmp_path, monkeypatch, where):
    """Everywhere, so that the results are the same everywhere; this process has its threads back afterwards."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")  # what a new process would take
    with threadpool_limits(2):
        assert replay("threads", "--out", tmp_path / "r.json", *where) == 0
        assert attempt_here()["threads"] == [1]
        assert EXPERIMENTS["threads"].perform(Run.of("threads", 0, size=1))["threads"] == [2]

    assert [record["result"]["threads"] for record in read(tmp_path / "r.json").runs.values()] == [[1]] * 3


def attempt_here():
    """Return the result of a run in this process."""
    with here() as executor:
        return executor.submit(attempt, EXPERIMENTS["threads"].perform, Run.of("threads", 0, size=1)).result().result


def test_all_runs_every_experiment_once(tmp_path):
    """The word all stands for each of them; one of the toys fails, and one is no number."""
    some = {name: EXPERIMENTS[name] for name in ("product", "threads")}
    assert main(["all", "--seeds", "2", "--out", str(tmp_path / "r.json")], some) == 0

    assert sorted(record["experiment"] for record in read(tmp_path / "r.json").runs.values()) == [
        *["product"] * 6,
        *["threads"] * 6,
    ]


# Stopped and started again


def test_a_killed_command_goes_on_and_loses_the_run_in_progress_only(tmp_path, started):
    """Killed at some moment: what was saved is not done again, and the end is as if nothing had been."""
    path, words = tmp_path / "killed.json", ("product", "--scale", "paper", "--out", tmp_path / "killed.json")
    process = started(*words, env={**os.environ, ENDLESS: "573"})  # the last size, so it cannot have ended
    until(lambda: saved(path) >= 3)
    process.kill()
    process.wait()
    first, there = begun(), read(path).runs

    assert 3 <= len(there) < 40
    assert len(first) - len(there) <= 1
    assert replay(*words) == 0
    assert not there.keys() & set(begun()[len(first) :])
    assert replay(*words[:3], "--out", tmp_path / "whole.json") == 0
    assert without_origin(path) == without_origin(tmp_path / "whole.json")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_processes_of_a_stopped_command_end_too(tmp_path, diary, started, number):
    """No orphan goes on computing or waits for ever, however the command was stopped; here one has a long run to do."""
    process = started("slow", "--workers", 2, "--out", tmp_path / "r.json", stderr=subprocess.DEVNULL)
    until(lambda: saved(tmp_path / "r.json") == 2 and len(begun()) == 3)
    process.send_signal(number)
    process.wait(PATIENCE)
    workers = {int(line.split()[0]) for line in diary.read_text().splitlines()}

    assert workers
    assert process.pid not in workers
    until(lambda: not any(map(alive, workers)))
    assert saved(tmp_path / "r.json") == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_killed_beside_its_workers_warns_of_nothing(tmp_path, started, number):
    """What a pool leaves in the system is removed after it, as ever, but without a page about leaks."""
    with (tmp_path / "said").open("w+") as said:
        words = ("slow", "--quiet", "--workers", 2, "--out", tmp_path / "r.json")
        process = started(*words, options=(), stderr=said)
        until(lambda: saved(tmp_path / "r.json") == 2 and len(begun()) == 3)
        process.send_signal(number)
        process.wait(PATIENCE)
        until(lambda: not alive_in_group(process.pid))
        assert (tmp_path / "said").read_text() == ""


@pytest.mark.parametrize("before", [None, "error::ResourceWarning"])
def test_the_runs_have_the_warnings_that_the_reader_has_chosen(monkeypatch, before):
    """What the pool asks of the process that clears up after it is asked of no other."""
    if before is None:
        monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    else:
        monkeypatch.setenv("PYTHONWARNINGS", before)
    executors.clear_up_in_silence()

    assert os.environ.get("PYTHONWARNINGS") == before


@pytest.mark.parametrize("where", [[], ["--workers", 2]], ids=["here", "pool"])
def test_ctrl_c_ends_a_long_run_at_once_and_says_what_is_saved(tmp_path, started, where):
    """The usual exit code, one line and no traceback; whoever waited for the end of the run would wait for ever."""
    process = started("slow", "--quiet", "--out", tmp_path / "r.json", *where, stderr=subprocess.PIPE)
    until(lambda: saved(tmp_path / "r.json") == 2 and len(begun()) == 3)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the processes of a pool get it too
    _, errors = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert errors == (
        "python -m xavier_lib.replay: stopped; 2 of 3 runs are in r.json, and the same command goes on from there\n"
    )


@pytest.mark.parametrize(("where", "code"), [([], -signal.SIGKILL), (["--workers", 2], 1)], ids=["here", "pool"])
def test_a_process_killed_in_the_middle_of_a_run_costs_that_run_only(tmp_path, started, where, code):
    """As if out of memory: the second start does the rest, and what had been saved is not done again."""
    words = ("deadly", "--scale", "book", "--out", tmp_path / "r.json", *where)
    assert started(*words, stderr=subprocess.DEVNULL).wait(PATIENCE) == code
    first, there = len(begun()), read(tmp_path / "r.json").runs

    assert replay(*words) == 0
    assert saved(tmp_path / "r.json") == 10
    assert not there.keys() & set(begun()[first:])


def test_a_worker_of_a_cluster_killed_in_the_middle_of_a_run_costs_nothing(tmp_path, diary, cluster):
    """The scheduler gives the lost run to another worker: one command, no error, the result of an undisturbed run."""
    assert replay("deadly", "--scale", "book", "--out", tmp_path / "killed.json", "--scheduler", cluster) == 0
    lost = Run.of("deadly", 0, size=307).key
    assert begun().count(lost) == 2
    assert len({line.split()[0] for line in diary.read_text().splitlines() if lost in line}) == 2  # processes

    assert replay("deadly", "--scale", "book", "--out", tmp_path / "whole.json") == 0
    assert saved(tmp_path / "killed.json") == 10
    assert without_origin(tmp_path / "killed.json") == without_origin(tmp_path / "whole.json")


@pytest.mark.parametrize("error", [BrokenExecutor, CancelledError], ids=["pool", "cluster"])
def test_what_ends_in_the_moment_of_a_loss_is_saved(tmp_path, error):
    """A pool or cluster that breaks gives back broken and finished runs in any order: no finished one is dropped."""

    class Breaking(Executor):
        def submit(self, fn, /, *args):
            future = Future()
            if args[1].parameters["size"] == 307:
                future.set_exception(error("gone"))
            else:
                future.set_result(fn(*args))
            return future

    runs = EXPERIMENTS["threads"].plan("book", 1)
    lost = pytest.raises(RuntimeError, match="the processes or the cluster that did the work are lost")
    with threadpool_limits(2), ResultsFile(tmp_path / "r.json") as file, lost:
        run_all(EXPERIMENTS, runs, Breaking(), file, command="")

    assert saved(tmp_path / "r.json") == 9


def test_a_run_that_raises_stops_no_other_and_is_tried_again(tmp_path, capsys):
    """Its key and its error are written at the end, the exit code is 1, and the next start does it alone."""
    words = ("stumbling", "--workers", 2, "--out", tmp_path / "r.json")
    assert replay(*words) == 1
    out, errors = capsys.readouterr()
    assert "stumbling: 3 runs, 0 were there, 2 added, 1 failed; r.json holds 2" in out
    assert "stumbling(size=307, seed=0) failed and is tried again next time: ArithmeticError: a first step" in errors
    assert "Traceback" in errors

    assert replay(*words) == 0
    assert begun().count("stumbling(size=307, seed=0)") == 2
    assert len(begun()) == 4
    assert capsys.readouterr() == ("stumbling: 3 runs, 2 were there, 1 added, 0 failed; r.json holds 3\n", "")


def test_a_result_that_is_no_number_is_refused(tmp_path, capsys):
    """JSON has no NaN: the error names the run and shows what it gave."""
    assert replay("endless", "--out", tmp_path / "r.json") == 1

    assert "endless(size=300, seed=0) failed" in (errors := capsys.readouterr().err)
    assert "result must be finite numbers, texts, lists and mappings, got {'loss': nan}" in errors
    assert read(tmp_path / "r.json") == Results()


# The file


def test_a_finished_file_is_left_as_it_is(three):
    """The same command again performs nothing and changes no byte."""
    path, content, words = three
    assert replay(*words) == 0

    assert begun() == []
    assert path.read_bytes() == content


def test_the_file_says_how_it_was_made_and_nothing_about_whose_machine(three):
    """Seed and parameters with each run; command, versions and machine once; no folder, user or host."""
    path, content, _ = three
    data = json.loads(content)

    ((name, origin),) = data["made"].items()
    assert origin == {
        "command": "python -m xavier_lib.replay product --scale quick --seeds 1 --out three.json",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "blas": origin["blas"],
        "numpy": np.__version__,
        "python": platform.python_version(),
        "xavier_lib": origin["xavier_lib"],
    }
    assert re.fullmatch(r"\w+ [\d.]+[\w ., ]*", origin["blas"])  # several libraries, where others brought their own
    assert str(path.parent) not in content.decode()
    assert list(data["runs"]) == [f"product(size={size}, seed=0)" for size in (300, 307, 314)]
    record = data["runs"]["product(size=300, seed=0)"]
    assert (record["experiment"], record["parameters"], record["seed"]) == ("product", {"size": 300}, 0)
    assert record["made"] == name
    assert record["seconds"] > 0


def test_the_command_in_the_file_names_no_address(tmp_path, monkeypatch):
    """Where a cluster stands is nobody's business."""
    from xavier_lib.replay import __main__ as command

    monkeypatch.setattr(command.executors, "cluster", lambda address: here())  # noqa: ARG005
    assert replay("threads", "--out", tmp_path / "r.json", "--scheduler", "tcp://10.0.0.1:8786", "--quiet") == 0

    assert "10.0.0.1" not in (text := (tmp_path / "r.json").read_text())
    assert "--out r.json --scheduler ADDRESS" in text


def test_a_run_is_timed_from_its_beginning_to_its_end(monkeypatch):
    """In seconds, by a clock that nobody sets."""
    monkeypatch.setattr(time, "perf_counter", iter([10.0, 12.5]).__next__)

    assert attempt(lambda _: {"x": 1}, Run.of("any", 0)).seconds == 2.5


def test_numbers_come_back_exactly(tmp_path):
    """Every bit of a float, and NumPy's numbers as plain ones."""
    run = Run.of("any", 0)
    given = {"third": 1 / 3, "tiny": 5e-324, "list": np.array([0.1, 0.2]) * 3, "int": np.int64(3), "none": None}
    with ResultsFile(tmp_path / "r.json") as file:
        file.results.add(run, attempt(lambda _: given, run).result, 1.0, ORIGIN)
        file.save()

    expected = {**given, "list": [0.1 * 3, 0.2 * 3], "int": 3}
    assert read(tmp_path / "r.json")[run] == expected


def test_a_failed_write_leaves_the_old_file(three, monkeypatch):
    """A full disk, say: what was there is there, and the file is free for the next start."""
    path, content, words = three

    def full(_):
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert replay(*words, "--seeds", 2) == 1
    assert path.read_bytes() == content
    assert replay(*words, "--seeds", 2) == 0
    assert saved(path) == 6
    assert sorted(os.listdir(path.parent)) == ["diary", "three.json"]


def test_two_commands_do_not_write_one_file(three, capsys):
    """The second is refused at once, also when the first has replaced the file; the lock ends with the first."""
    path, _, words = three
    with ResultsFile(path) as file:
        for _ in range(2):
            assert replay(*words, "--seeds", 2) == 1
            assert (
                "three.json is in use by another process: wait for it, or name another file" in capsys.readouterr().err
            )
            file.save()

    assert replay(*words, "--seeds", 2) == 0
    assert saved(path) == 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-50], "it is damaged, or none: "),
        (lambda _: "my novel", "it is damaged, or none: "),
        (lambda _: "\xff", "must be a file of results"),
        (lambda _: "[1, 2]", "it holds something else"),
        (lambda _: '{"cells": []}', "it holds something else"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "in format 1, got format 2"),
        (lambda text: text.replace('"seed": 0', '"seed": 1', 1), "it is damaged at product(size=300, seed=0)"),
        (lambda text: text.replace('"size": 307', '"size": 1'), "it is damaged at product(size=307, seed=0)"),
        (lambda text: re.sub(r'"made": "\w+"', '"made": "0"', text), "it is damaged at product(size=300, seed=0)"),
        (lambda text: re.sub(r'"result": \{.*?\}', '"result": 3', text), "it is damaged at product(size=300, seed=0)"),
        (lambda text: text.replace('"seed": 0', '"seed": -1'), "it is damaged at product(size=300, seed=0): seed must"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_and_kept(three, capsys, change, words):
    """As the file to go on with and as the file to merge: its name, what is wrong, and no byte of it changed."""
    path, content, command = three
    path.write_text(change(content.decode()), encoding="latin-1")
    bad, other = path.read_bytes(), path.with_name("other.json")

    assert replay(*command) == 1
    assert "three.json must be a file of results made by xavier_lib.replay" in (errors := capsys.readouterr().err)
    assert words in errors
    assert "Traceback" not in errors
    assert replay("product", "--out", other, "--merge", path) == 1
    assert words in capsys.readouterr().err
    assert path.read_bytes() == bad
    assert saved(other) == 0
    assert begun() == []


# Merging


def test_results_of_another_machine_are_taken_over_with_their_origin(three, tmp_path, capsys):
    """Only what neither has is performed, and each run keeps the machine that it was made on."""
    theirs, content, _ = three
    theirs.write_bytes(content.replace(platform.system().encode(), b"Elsewhere"))
    mine = tmp_path / "mine.json"
    assert replay("product", "--seeds", 2, "--out", mine, "--merge", theirs) == 0

    assert capsys.readouterr().out.startswith(
        "3 runs taken over from three.json\nproduct: 6 runs, 3 were there, 3 added"
    )
    assert sorted(begun()) == [f"product(size={size}, seed=1)" for size in (300, 307, 314)]
    results = read(mine)
    places = {key: results.made[record["made"]]["machine"].split()[0] for key, record in results.runs.items()}
    assert all((place == "Elsewhere") == ("seed=0" in key) for key, place in places.items())
    assert theirs.read_bytes() == content.replace(platform.system().encode(), b"Elsewhere")


def test_merging_alone_needs_no_run(three, tmp_path):
    """No seeds, no runs; merging twice, or a file with itself, changes nothing more."""
    path, content, _ = three
    for _ in range(2):
        assert replay("stumbling", "--seeds", 0, "--out", tmp_path / "mine.json", "--merge", path, path) == 0

    assert (tmp_path / "mine.json").read_bytes() == content
    assert begun() == []


def test_a_run_with_two_results_is_refused_unless_one_is_preferred(three, tmp_path, capsys):
    """The last digit counts: another processor rounds differently, and whoever merges must know."""
    path, content, _ = three
    result = read(path)[Run.of("product", 0, size=307)]["mean"]
    changed = content.replace(repr(result).encode(), repr(np.nextafter(result, 1).item()).encode())
    other = tmp_path / "other.json"
    other.write_bytes(changed)
    words = ("product", "--seeds", 0, "--out", path, "--merge", other)

    assert changed != content
    assert replay(*words) == 1
    assert "runs with another result there: 1, the first is product(size=307, seed=0); prefer mine or theirs" in (
        capsys.readouterr().err
    )
    assert path.read_bytes() == content
    assert replay(*words, "--prefer", "mine") == 0
    assert path.read_bytes() == content
    assert replay(*words, "--prefer", "theirs") == 0
    assert path.read_bytes() == changed


def test_a_merge_keeps_no_origin_without_a_run():
    """What was replaced takes its origin with it, so a file names only the machines that its results come from."""
    run, one, other = Run.of("any", 0), Results(), Results()
    one.add(run, {"x": 1}, 1.0, ORIGIN)
    other.add(run, {"x": 2}, 1.0, {**ORIGIN, "machine": "c"})
    one.merge(other, prefer="theirs")

    assert [origin["machine"] for origin in one.made.values()] == ["c"]


# Runs


def test_a_run_has_one_key_whatever_the_order_of_its_parameters():
    """The key is what results are found by: equal for equal runs, different for a text and a number."""
    one, other = Run.of("e", 1, depth=4, name="tanh"), Run.of("e", 1, name="tanh", depth=4)

    assert one == other
    assert {one: 3}[other] == 3
    assert one.key == other.key == "e(depth=4, name='tanh', seed=1)"
    assert len({Run.of("e", 1, depth=value).key for value in (4, "4", 4.5, [4], None, True)}) == 6


@pytest.mark.parametrize(
    ("seed", "parameters", "error", "words"),
    [
        (-1, {}, ValueError, "seed must be a whole number of at least 0, got -1"),
        (0.5, {}, TypeError, "seed must be a whole number, got 0.5"),
        (0, {"rate": float("inf")}, ValueError, "parameters must be finite numbers, .* got {'rate': inf}"),
        (0, {"f": print}, TypeError, "a value must be a number, .* got <built-in function print>"),
    ],
)
def test_a_run_refuses_what_a_file_cannot_hold(seed, parameters, error, words):
    """Before anything is computed."""
    with pytest.raises(error, match=words):
        Run.of("e", seed, **parameters)


# The command


def test_a_terminal_sees_how_far_it_is_and_the_time_left(tmp_path, started):
    """A terminal gets a bar with the count and the time left, which counts what was there before as done."""
    words = ("product", "--out", tmp_path / "r.json")
    assert replay(*words) == 0
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    process = started(*words, "--seeds", 3, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    while piece := read_piece(ours):
        seen += piece
    os.close(ours)

    assert process.wait(PATIENCE) == 0
    assert re.search(rb"product:  33%\|.*\| 3/9 \[", seen)
    assert re.search(rb"product: 100%\|.*\| 9/9 \[\d\d:\d\d<00:00", seen)


def read_piece(terminal):
    """Return what a terminal shows next, nothing at its end."""
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux's way to say that the other side has gone
        return b""


def test_a_quiet_command_says_nothing(tmp_path, capfd):
    """Nor does a bar reach a file that standard error goes to."""
    assert replay("product", "--out", tmp_path / "r.json", "--quiet", "--workers", 1) == 0
    assert capfd.readouterr() == ("", "")

    assert replay("product", "--out", tmp_path / "r.json", "--seeds", 2) == 0
    assert capfd.readouterr() == ("product: 6 runs, 3 were there, 3 added, 0 failed; r.json holds 6\n", "")


def test_the_list_says_what_there_is_and_how_many_runs(capsys):
    """A line an experiment, and no file is made."""
    assert replay("--list") == 0

    assert "product: Products of random matrices. Runs a seed: 3 (quick), 10 (book), 40 (paper).\n" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "the experiment must be one of ['product', "),
        (["table7"], "invalid choice: 'table7'"),
        (["product", "--seeds", "-1"], "--seeds: must be a whole number of at least 0, got '-1'"),
        (["product", "--workers", "0"], "--workers: must be a whole number of at least 1, got '0'"),
        (["product", "--workers", "two"], "--workers: must be a whole number of at least 1, got 'two'"),
        (["product", "--workers", "2", "--scheduler", "x"], "not allowed with argument"),
    ],
)
def test_a_wrong_word_is_named_with_what_is_accepted(words, says, capsys):
    """The usual exit code 2 of a command that was not understood."""
    with pytest.raises(SystemExit) as stopped:
        replay(*words)

    assert stopped.value.code == 2
    assert says in capsys.readouterr().err


def test_what_must_be_installed_is_named(tmp_path, capsys, monkeypatch):
    """A bare installation has NumPy only: the message says what brings the rest."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("tqdm", "distributed") else shutil)
    words = ("product", "--out", tmp_path / "r.json")

    assert replay(*words) == 1
    assert "tqdm must be installed: pip install 'xavier_lib[replay]'" in capsys.readouterr().err
    assert replay(*words, "--scheduler", "x") == 1
    assert "tqdm and distributed must be installed" in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()


def test_importing_the_runner_loads_numpy_alone():
    """Progress bar, cluster and thread control are loaded on use."""
    code = "import sys, xavier_lib.replay.__main__ as m; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "numpy" in loaded.split()
    assert not {"tqdm", "distributed", "dask", "threadpoolctl"} & set(loaded.split())


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
@pytest.mark.parametrize("option", ["--out", "--merge"])
def test_what_is_no_regular_file_is_refused_before_it_is_read(tmp_path, capsys, kind, option):
    """A device may have no end, and would be replaced; nothing is read, and it stays what it was."""
    place = tmp_path / "place"
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/full")
    before = os.stat(place)

    code = replay("product", *(["--out", place] if option == "--out" else ["--out", tmp_path / "r", option, place]))
    assert code == 1
    said = capsys.readouterr().err
    assert re.search("(place|full) must be a regular file, got a folder, a pipe or a device", said)
    assert os.stat(place)[:2] == before[:2]


def test_brackets_without_end_are_damage_and_no_traceback(tmp_path, capsys):
    """The reader of JSON gives up on them in its own way."""
    path = tmp_path / "r.json"
    path.write_text("[" * 200_000, encoding="utf-8")

    assert replay("product", "--out", path) == 1
    assert "r.json must be a file of results made by xavier_lib.replay; it is damaged" in capsys.readouterr().err


def test_a_call_that_fails_leaves_no_file_behind_and_says_nothing_of_what_it_did_not_keep(tmp_path, capsys):
    """All files to be merged are read first; an empty file of results that this call has made goes again."""
    good, out = tmp_path / "good.json", tmp_path / "out.json"
    assert replay("product", "--out", good) == 0
    capsys.readouterr()

    assert replay("product", "--out", out, "--merge", good, tmp_path / "nosuch.json") == 1
    said = capsys.readouterr()
    assert "nosuch.json" in said.err
    assert "taken over" not in said.out
    assert not out.exists()
