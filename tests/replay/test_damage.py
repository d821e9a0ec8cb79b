"""A damaged or senseless result is refused by its key, and run again on request."""

import json

import pytest

from tests.replay.toy_command import ROOT, replay, saved
from tests.replay.toy_experiments import begun
from xavier_lib.replay.experiments import EXPERIMENTS
from xavier_lib.replay.records import check_result
from xavier_lib.replay.results import Results, read

pytestmark = pytest.mark.usefixtures("diary")
KEY = "product(size=307, seed=0)"
SOUND = {"error": 0.5, "errors": {"tanh": [0, 1.0, None]}, "accuracies": None, "flag": True, "loss": [[31.5]]}
RESULTS = [
    ({"error": float("nan")}, "result.error must be a finite number, got nan"),
    ({"loss": float("inf")}, "result.loss must be a finite number, got inf"),
    ({"loss": 10**400}, "result.loss must be a finite number, got"),
    ({"error": "abc"}, "result.error must be a finite number, got 'abc' (str)"),
    ({"deep": {"list": [[0.1, "x"]]}}, "result.deep.list must be a finite number, got 'x' (str)"),
    ({"error": 1.01}, "result.error must lie between 0 and 1, got 1.01"),
    ({"error": -0.01}, "result.error must lie between 0 and 1, got -0.01"),
    ({"error": True}, "result.error must be a finite number, got True (bool)"),
    ({"errors": {"tanh": [0.5, 80.1]}}, "result.errors.tanh must lie between 0 and 1, got 80.1"),
    ({"accuracies": [0.5, 2]}, "result.accuracies must lie between 0 and 1, got 2"),
    ({"accuracy": 2}, "result.accuracy must lie between 0 and 1, got 2"),
    ({"shares": [[0.5], [1.5]]}, "result.shares must lie between 0 and 1, got 1.5"),
    ({}, "result must not be empty, got {}"),
    ({"errors": []}, "result.errors must not be empty, got []"),
    ([1.0], "result must be numbers under names, got [1.0]"),
    (None, "result must be numbers under names, got None"),
]
RECORDS = [
    ("seconds", float("nan"), "seconds must be a finite number, got nan"),
    ("seconds", -1, "seconds must be at least 0, got -1"),
    ("seconds", True, "seconds must be a finite number, got True (bool)"),
    ("seconds", "long", "seconds must be a finite number, got 'long' (str)"),
    ("seed", -1, "seed must be a whole number of at least 0, got -1"),
    ("seed", 1, "its parameters and seed are those of product(size=307, seed=1)"),
    ("parameters", {"size": float("nan")}, "parameters must be finite"),
    ("parameters", 3, "parameters must be values under names, got 3"),
    ("made", "nowhere", "made must be the name of an origin in the file, got 'nowhere'"),
    ("made", ["a"], "made must be the name of an origin in the file, got ['a']"),
]


def damaged(path, change):
    """Change the record under KEY in a file, and return the file's bytes."""
    data = json.loads(path.read_bytes())
    data["runs"][KEY] = change(data["runs"][KEY])
    path.write_text(json.dumps(data))
    return path.read_bytes()


@pytest.mark.parametrize(("result", "says"), RESULTS)
def test_a_senseless_result_is_refused_by_its_key(three, capsys, result, says):
    """File, key and what is wrong; no byte is changed, and nothing is run."""
    path, _, words = three
    bad = damaged(path, lambda record: {**record, "result": result})

    assert replay(*words) == 1
    assert f"three.json must be a file of results made by xavier_lib.replay; it is damaged at {KEY}: {says}" in (
        capsys.readouterr().err
    )
    assert path.read_bytes() == bad
    assert begun() == []


@pytest.mark.parametrize(("name", "value", "says"), RECORDS)
def test_a_damaged_record_is_refused_by_its_key(three, capsys, name, value, says):
    """So is one that says something impossible about its run."""
    path, _, words = three
    bad = damaged(path, lambda record: {**record, name: value})

    assert replay(*words) == 1
    assert f"it is damaged at {KEY}: {says}" in capsys.readouterr().err
    assert path.read_bytes() == bad


@pytest.mark.parametrize("record", [3, None, [], {}, {"experiment": "product"}])
def test_what_is_no_record_is_refused_by_its_key(three, capsys, record):
    """A record has six names."""
    path, _, words = three
    damaged(path, lambda _: record)

    assert replay(*words) == 1
    assert f"it is damaged at {KEY}: a run must have experiment, parameters, seed" in capsys.readouterr().err


def test_a_refusal_says_how_many_are_damaged_and_what_helps(three, capsys):
    """The first by its key, the others by their number."""
    path, _, words = three
    path.write_text(path.read_text().replace('"mean": ', '"mean": 1e999, "was": '))

    assert replay(*words) == 1
    assert "result.mean must be a finite number, got inf, and 2 more; --again runs that again" in (
        capsys.readouterr().err
    )


def test_damaged_results_are_run_again_on_request(three, capsys):
    """One line with their keys; only they are run again, and the file is what it was before the damage."""
    path, _, words = three
    whole = read(path)
    damaged(path, lambda record: {**record, "result": {"error": float("nan")}})

    assert replay("product", "--out", path, "--again") == 0
    assert capsys.readouterr().out == (
        f"dropped from three.json, as damaged: {KEY}\n"
        "product: 3 runs, 2 were there, 1 added, 0 failed; three.json holds 3\n"
    )
    assert begun() == [KEY]
    assert {key: run["result"] for key, run in read(path).runs.items()} == {
        key: run["result"] for key, run in whole.runs.items()
    }
    assert replay(*words) == 0


def test_a_damaged_result_that_is_not_asked_for_is_dropped_at_once(three):
    """Nothing is run, and the file can be read from then on."""
    path, _, _ = three
    damaged(path, lambda record: {**record, "result": {}})

    assert replay("stumbling", "--seeds", 0, "--out", path, "--again") == 0
    assert saved(path) == 2


def test_damaged_results_of_a_merged_file_are_not_taken_over_on_request(three, tmp_path, capsys):
    """They are refused without the request; with it the others are taken, and the merged file stays as it is."""
    path, _, _ = three
    bad = damaged(path, lambda record: {**record, "result": {}})
    words = ("product", "--out", tmp_path / "mine.json", "--merge", path)

    assert replay(*words) == 1
    assert f"it is damaged at {KEY}" in capsys.readouterr().err
    assert replay(*words, "--again") == 0
    assert capsys.readouterr().out == (
        f"2 runs taken over from three.json\nnot taken over from three.json, as damaged: {KEY}\n"
        "product: 3 runs, 2 were there, 1 added, 0 failed; mine.json holds 3\n"
    )
    assert path.read_bytes() == bad


def test_a_file_that_is_no_file_of_results_is_not_mended(three, capsys):
    """The request is about results; a torn file is refused as ever."""
    path, content, words = three
    path.write_bytes(content[:-50])

    assert replay(*words, "--again") == 1
    assert "it is damaged, or none" in capsys.readouterr().err
    assert path.read_bytes() == content[:-50]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"notes": "mine"}, "it holds something else, ['notes']"),
        ({"about": {"format": 1, "what": "", "note": "mine"}}, "it holds something else, ['note']"),
        ({"made": {"a": {"machine": 3}}}, "it holds something else under made"),
        ({"made": [1]}, "it holds something else"),
        ({"runs": []}, "it holds something else"),
    ],
)
def test_a_file_that_holds_more_than_results_is_refused(three, capsys, more, says):
    """What the next save would drop is somebody's: the name is said, and no byte is changed."""
    path, content, words = three
    changed = json.dumps({**json.loads(content), **more})
    path.write_text(changed)

    assert replay(*words, "--seeds", 2) == 1
    assert says in capsys.readouterr().err
    assert path.read_text() == changed


def test_a_run_that_gives_a_text_is_refused_before_it_is_saved(tmp_path, capsys):
    """What could not be read again must not be written."""
    assert replay("chatty", "--out", tmp_path / "r.json") == 1

    assert "chatty(size=300, seed=0) failed" in (errors := capsys.readouterr().err)
    assert "result.loss must be a finite number, got 'low' (str)" in errors
    assert read(tmp_path / "r.json") == Results()


def test_what_an_experiment_may_give_is_sound():
    """Shares from 0 to 1, whole numbers, truth values, and None for a number that there is not."""
    check_result(SOUND)


@pytest.mark.parametrize("path", sorted((ROOT / "results").glob("*.json")), ids=lambda path: path.name)
def test_the_stored_results_are_sound(path):
    """Each file of the book can be read, and each of its experiments is one of the command's."""
    results = read(path)

    assert results.runs
    assert {record["experiment"] for record in results.runs.values()} <= EXPERIMENTS.keys()
