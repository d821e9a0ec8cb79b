"""Runs of two versions of xavier_lib never come together without a word."""

from concurrent.futures import Executor, Future

import pytest

from tests.replay.toy_command import replay, saved
from tests.replay.toy_experiments import EXPERIMENTS, begun
from xavier_lib.replay.executors import here
from xavier_lib.replay.experiment import Experiment, Run
from xavier_lib.replay.results import Results, read
from xavier_lib.replay.results_file import ResultsFile
from xavier_lib.replay.runner import attempt, run_all, version

pytestmark = pytest.mark.usefixtures("diary")


@pytest.fixture
def old(three):
    """Return a file with three results of an older version, its content and the words that made it."""
    path, content, words = three
    aged = content.replace(f'"xavier_lib": "{version()}"'.encode(), b'"xavier_lib": "0.0.9"')
    assert aged != content
    path.write_bytes(aged)
    return path, aged, words


def versions(path):
    """Return the version that made each run in a file."""
    results = read(path)
    return {key: results.version(record) for key, record in results.runs.items()}


def of(version, *, experiment="product", seed=0, x=1.0):
    """Return results that hold one run, made by a version."""
    results = Results()
    results.add(Run.of(experiment, seed), {"x": x}, 1.0, {"xavier_lib": version} if version else {})
    return results


def test_runs_of_another_version_are_refused(old, capsys):
    """How many, which version and what helps; also when other runs are missing, and no byte is changed."""
    path, content, words = old
    for more, asked in ((), 3), (("--seeds", 2), 6), (("--workers", 1, "--scale", "book"), 10):
        assert replay(*words, *more) == 1
        assert capsys.readouterr().err == (
            f"python -m xavier_lib.replay: 3 of {asked} runs in three.json were made by xavier_lib 0.0.9, this is "
            f"{version()}: name another file with --out, or let --again run them again\n"
        )

    assert path.read_bytes() == content
    assert begun() == []


def test_runs_of_another_version_are_run_again_on_request(old, capsys):
    """Each is replaced, the origin of the old ones goes, and the next time nothing is left to do."""
    path, _, _ = old
    words = ("product", "--out", path, "--again")
    assert replay(*words) == 0

    assert capsys.readouterr().out == "product: 3 runs, 0 were there, 3 added, 0 failed; three.json holds 3\n"
    assert set(versions(path).values()) == {version()}
    assert len(read(path).made) == 1
    assert len(begun()) == 3
    assert replay(*words) == 0
    assert len(begun()) == 3


def test_an_old_result_stays_until_the_new_one_is_there(old):
    """A run that fails costs nothing; those that were not asked for stay as they are."""
    path, _, _ = old

    def perform(run):
        if run.parameters["size"] == 307:
            raise ArithmeticError
        return {"size": 1}

    broken = {"product": Experiment("product", "", EXPERIMENTS["product"].plan, perform)}
    with here() as executor, ResultsFile(path) as file:
        errors = run_all(broken, broken["product"].plan("quick", 1)[:2], executor, file, command="")

    assert list(errors) == ["product(size=307, seed=0)"]
    assert versions(path) == {
        "product(size=300, seed=0)": version(),
        "product(size=307, seed=0)": "0.0.9",
        "product(size=314, seed=0)": "0.0.9",
    }


def test_runs_that_are_not_asked_for_may_be_of_another_version(old):
    """Another experiment in the same file is no mix."""
    path, _, _ = old

    assert replay("threads", "--out", path) == 0
    assert saved(path) == 6


def test_a_worker_of_another_version_adds_nothing(tmp_path):
    """A cluster may have another installation than we: its results are errors, which name both versions."""

    class Elsewhere(Executor):
        def submit(self, fn, /, *args):
            outcome, future = fn(*args), Future()
            future.set_result(outcome._replace(origin={**outcome.origin, "xavier_lib": "0.0.9"}))
            return future

    runs = EXPERIMENTS["threads"].plan("quick", 1)
    with here(), ResultsFile(tmp_path / "r.json") as file:
        errors = run_all(EXPERIMENTS, runs, Elsewhere(), file, command="")

    assert {str(error) for error in errors.values()} == {
        f"the worker has xavier_lib 0.0.9, this is {version()}: install the same version there"
    }
    assert len(errors) == 3
    assert saved(tmp_path / "r.json") == 0


def test_the_origin_of_a_run_has_the_version():
    """The one that the package bears."""
    assert attempt(lambda _: {"x": 1}, Run.of("any", 0)).origin["xavier_lib"] == version()


# Merging


def test_merging_does_not_bring_two_versions_of_an_experiment_together(old, tmp_path, capsys):
    """Neither with nor without a preference, which is about runs that both have; nothing is taken."""
    theirs, _, _ = old
    mine = tmp_path / "mine.json"
    assert replay("product", "--seeds", 2, "--out", mine, "--quiet") == 0
    less = mine.read_text().splitlines(keepends=True)
    mine.write_text("".join(line for line in less if "seed=0" not in line))
    before = mine.read_bytes()

    for prefer in (), ("--prefer", "mine"), ("--prefer", "theirs"):
        assert replay("product", "--seeds", 2, "--out", mine, "--merge", theirs, *prefer) == 1
        says = f"records must be made by one version of xavier_lib, got 0.0.9 and {version()}; keep the files apart"
        assert f"runs of product of two versions must not be merged: {says}" in capsys.readouterr().err
        assert mine.read_bytes() == before


def test_a_merge_takes_what_is_of_this_version_on_request(old, tmp_path, capsys):
    """The rest is left out with a word, and run again where it is asked for."""
    theirs, _, _ = old
    mine = tmp_path / "mine.json"

    assert replay("product", "--out", mine, "--merge", theirs, "--again") == 0
    assert capsys.readouterr().out == (
        "0 runs taken over from three.json, 3 of another version of xavier_lib left out\n"
        "product: 3 runs, 0 were there, 3 added, 0 failed; mine.json holds 3\n"
    )
    assert set(versions(mine).values()) == {version()}


def test_files_of_one_other_version_can_be_merged(old, tmp_path):
    """It is a mix that is refused, not age."""
    theirs, _, _ = old
    assert replay("product", "--seeds", 0, "--out", tmp_path / "mine.json", "--merge", theirs) == 0

    assert versions(tmp_path / "mine.json") == versions(theirs)
    assert set(versions(theirs).values()) == {"0.0.9"}


def test_an_edited_origin_is_not_taken_for_another_one(old, tmp_path):
    """Two files give one name to two origins, since a version was edited in one: each run keeps its own."""
    theirs, content, _ = old
    mine = tmp_path / "mine.json"
    mine.write_bytes(content.replace(b"0.0.9", version().encode()).replace(b"product", b"stumbling"))

    assert replay("slow", "--seeds", 0, "--out", mine, "--merge", theirs) == 0
    assert {(key.partition("(")[0], made) for key, made in versions(mine).items()} == {
        ("product", "0.0.9"),
        ("stumbling", version()),
    }


def test_experiments_of_two_versions_can_be_in_one_file():
    """A table is of one experiment."""
    mine = of("1", experiment="table1")

    assert mine.merge(of("2", experiment="figure6")) == 1
    assert len(mine.runs) == 2


def test_a_mix_that_is_there_hinders_no_merge_of_something_else():
    """As after a stop in the middle of --again; what is taken is not of that experiment."""
    mine = of("1")
    mine.merge(of("2", seed=1), version="2")

    assert mine.merge(of("2", experiment="figure6")) == 1
    with pytest.raises(ValueError, match="runs of product of two versions must not be merged"):
        mine.merge(of("2", seed=2))


@pytest.mark.parametrize(("prefer", "stays"), [("mine", "1"), ("theirs", "2")])
def test_a_preference_that_leaves_one_version_is_enough(prefer, stays):
    """Both hold the same run: whichever is preferred, there is no mix."""
    mine = of("1", x=1.0)
    mine.merge(of("2", x=2.0), prefer=prefer)

    assert mine.one_version(mine.runs.values()) == stays


def test_what_this_version_made_takes_the_place_of_the_older_without_a_preference():
    """Also if the results are equal; what the older version made there is not taken."""
    for x in (1.0, 2.0):
        mine, theirs = of("1"), of("2", x=x)
        theirs.merge(of("2", seed=1))

        assert mine.merge(theirs, version="2") == 2
        assert mine.one_version(mine.runs.values()) == "2"
        assert mine.merge(of("1", seed=5), version="2") == 0


# Tables


def test_a_table_is_built_from_runs_of_one_version():
    """The version is returned; two are named, and so is the lack of any record."""
    one = of("0.1.0")
    both = Results({**one.runs, **of("0.2.0", seed=1).runs}, {**one.made, **of("0.2.0").made})

    assert one.one_version(one.runs.values()) == "0.1.0"
    with pytest.raises(ValueError, match=r"by one version of xavier_lib, got 0\.1\.0 and 0\.2\.0$"):
        both.one_version(both.runs.values())
    with pytest.raises(ValueError, match="by one version of xavier_lib, got no record$"):
        both.one_version([])
    assert of(None).one_version(of(None).runs.values()) == "unknown"
