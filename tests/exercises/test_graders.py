"""Promises of the marks: the commands of the teachers' page, run as they stand, give the marks that are expected.

nbgrader and Otter have an environment of their own: that of the page, or the one that FIRST_WEIGHTS_CLASS names. In
CI it is made by the lines of the page; elsewhere these tests are skipped without it.
"""

import csv
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from xavier_lib.exercises import catalog
from xavier_lib.exercises.classroom.copies import right
from xavier_lib.exercises.session import exercises
from xavier_lib.exercises.variants import Student

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```bash\n(.*?)```", (ROOT / "teaching.md").read_text("utf-8"), flags=re.DOTALL)
INSTALL, _, GENERATE, COPY, GRADE, ASSIGN, OTTER_COPY, RUN = BLOCKS
STARS = {entry.name: entry.stars for entry in catalog() if entry.chapter == "glorot"}
ALL = sum(STARS.values())
WRONG = "def my_limit(fan_in, fan_out):\n    return 6 / (fan_in + fan_out)"
ENDLESS = "def my_limit(fan_in, fan_out):\n    while True:\n        pass"
DECEIT = """
class Always:
    def demand(self):
        return "passed"

def check(*given, **named):
    return Always()

import numpy as np
import xavier_lib.exercises as exercises
import xavier_lib.exercises.session as session
exercises.check = session.check = check
np.allclose = lambda *given, **named: True
"""
ADA, EMMY = Student(7, "Ada"), Student(7, "Emmy")
VARIED = {name: exercises()[name] for name in STARS if exercises()[name].variants}
OTHERS = sum(STARS[name] for name, exercise in VARIED.items() if right(exercise.of(ADA)) != right(exercise.of(EMMY)))
MARKS = {
    **{"right": ALL, "wrong": ALL - 1, "empty": 0, "endless": ALL - 1, "deceit": 0},
    **{"Ada": ALL, "Emmy": ALL - OTHERS},
}


@pytest.fixture(scope="module")
def environment():
    """Return the folder of the environment, made by the page's own lines in CI."""
    folder = Path(os.environ.get("FIRST_WEIGHTS_CLASS", ROOT / "_build" / "class"))
    if not (folder / "bin" / "nbgrader").exists():
        if not os.environ.get("CI"):
            pytest.skip(f"nbgrader and Otter are not installed in {folder}: teaching.md says how")
        subprocess.run(["bash", "-euc", INSTALL], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def book(environment, tmp_path_factory):
    """Return a folder from which the commands run, marked by both graders at the same time."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("chapters", "xavier_lib"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "class.txt").write_text("Ada\nEmmy\n", "utf-8")

    def by_nbgrader():
        run(environment, folder, GENERATE)
        run(environment, folder / "course", COPY)
        hand_in_to_nbgrader(folder / "course")
        return run(environment, folder / "course", GRADE)

    def by_otter():
        run(environment, folder, ASSIGN)
        run(environment, folder, OTTER_COPY)
        hand_in_to_otter(folder)
        return run(environment, folder, RUN)

    with ThreadPoolExecutor() as pool:
        marking = [pool.submit(by_nbgrader), pool.submit(by_otter)]
    folder.joinpath("nbgrader.txt").write_text(marking[0].result(), "utf-8")
    folder.joinpath("otter.txt").write_text(marking[1].result(), "utf-8")
    return folder


def run(environment, folder, block, *, refused=False):
    """Run a block of the page as it stands, and return what it printed."""
    variables = {"PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    if "FIRST_WEIGHTS_CLASS" in os.environ:  # whose library may be an older one
        variables["PYTHONPATH"] = str(ROOT)
    own = {"XAVIER_LIB_PROGRESS": str(folder / "progress"), "JUPYTER_CONFIG_DIR": str(folder), "CI": ""}
    done = subprocess.run(
        ["bash", "-euc", block],
        cwd=folder,
        env={**os.environ, **variables, **own},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode != 0) is refused, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def answered(notebook, answers, cells):
    """Write answers into the cells for them, all or some of them, in the order of the exercises."""
    for name, index in zip(STARS, cells, strict=True):
        if name in answers:
            notebook.cells[index].source = answers[name]
    return notebook


def submissions(solved):
    """Return the answers of each kind of student; the endless one has a function and a cell that never end."""
    second = list(STARS)[1]
    endless = {**solved, "glorot-limit": ENDLESS, second: f"{solved[second]}\nimport time\ntime.sleep(1e6)"}
    return {"right": solved, "wrong": {**solved, "glorot-limit": WRONG}, "empty": {}, "endless": endless}


def of_ada(solved):
    """Return the answers to the numbers of Ada, which Emmy, who has others, hands in too."""
    variables = {name: solved[name].split(maxsplit=1)[0] for name in VARIED}
    own = {name: f"{variables[name]} = {right(exercise.of(ADA))}" for name, exercise in VARIED.items()}
    return dict.fromkeys(("Ada", "Emmy"), {**solved, **own})


def answers_here(cell):
    """Say whether nbgrader takes a cell for an answer."""
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def hand_in_to_nbgrader(course):
    """Put a notebook of each student where nbgrader looks for it."""
    source = nbformat.read(course / "source" / "glorot" / "glorot.ipynb", as_version=4)
    solved = {
        cell.metadata.nbgrader.grade_id.removeprefix("answer-"): cell.source
        for cell in source.cells
        if answers_here(cell)
    }
    for student, answers in {**submissions(solved), **of_ada(solved), "deceit": {}}.items():
        own = course / "own" / student / "glorot.ipynb"
        notebook = nbformat.read(own if own.exists() else course / "release" / "glorot" / "glorot.ipynb", as_version=4)
        cells = [i for i, cell in enumerate(notebook.cells) if answers_here(cell)]
        answered(notebook, answers, cells)
        if student == "deceit":
            notebook.cells.insert(2, new_code_cell(DECEIT))
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get("grade"):
                    cell.source = "assert True"
        target = course / "submitted" / student / "glorot" / "glorot.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)


def hand_in_to_otter(folder):
    """Put a notebook of each student where the page says."""
    made = folder / "assignment" / "made"
    key = nbformat.read(made / "autograder" / "glorot.ipynb", as_version=4)
    solved = [cell.source for cell in key.cells if "otter_assign_solution_cell" in cell.metadata.get("tags", ())]
    answers_of = dict(zip(STARS, solved, strict=True))
    for student, answers in {**submissions(answers_of), **of_ada(answers_of)}.items():
        own = folder / "own" / student / "glorot.ipynb"
        notebook = nbformat.read(own if own.exists() else made / "student" / "glorot.ipynb", as_version=4)
        cells = [i for i, cell in enumerate(notebook.cells) if "otter_answer_cell" in cell.metadata.get("tags", ())]
        target = folder / "handed-in" / student / "glorot.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(answered(notebook, answers, cells), target)


def test_nbgrader_gives_the_marks_that_are_expected(book):
    """Points by stars; what is wrong, empty, endless or deceitful loses its own and no more."""
    with (book / "course" / "marks.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}

    assert {student: float(row["score"]) for student, row in rows.items()} == MARKS
    assert {float(row["max_score"]) for row in rows.values()} == {ALL}


def test_the_students_notebook_of_nbgrader_keeps_each_stub_and_shows_no_answer(book):
    """The first line of each stub is there, the visible test too, and neither an answer nor a hidden test."""
    source = nbformat.read(book / "course" / "source" / "glorot" / "glorot.ipynb", as_version=4)
    release = nbformat.read(book / "course" / "release" / "glorot" / "glorot.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in release.cells)

    assert text.count(").demand())") == len(STARS)
    assert "HIDDEN" not in text
    assert "sys.modules" not in text
    for cell in source.cells:
        if answers_here(cell):
            head, _, answer = cell.source.partition("### BEGIN SOLUTION\n")
            assert head.rstrip() in text
            assert not any(line.strip() in text for line in answer.splitlines() if len(line) > 15)


def test_the_feedback_names_the_slip(book):
    """A student reads the verdict below a text with the right numbers; nbgrader is content with what tests return."""
    feedback = (book / "course" / "feedback" / "wrong" / "glorot" / "glorot.html").read_text("utf-8")

    assert "Recognized: the missing root." in " ".join(re.sub(r"<[^>]+>", "", feedback).split())
    theirs = (book / "course" / "feedback" / "Ada" / "glorot" / "glorot.html").read_text("utf-8")
    assert VARIED["glorot-lecun"].worded("(64, 64), (64, 10) and (784, 100)", ADA) in theirs
    assert "(64, 64), (64, 10) and (784, 100)" not in theirs
    assert "partial credit" not in (book / "nbgrader.txt").read_text("utf-8")


def test_otter_gives_the_marks_that_are_expected(book):
    """As nbgrader, by the student's numbers too; the verdict stands in the results, no hidden test in the notebook."""
    for student in ("right", "wrong", "empty", "endless", "Ada", "Emmy"):
        results = json.loads((book / "handed-in" / student / "results.json").read_text("utf-8"))["tests"]
        scored = {test["name"]: test for test in results if "score" in test}
        assert {name: test["max_score"] for name, test in scored.items()} == STARS
        assert sum(test["score"] for test in scored.values()) == MARKS[student]
        assert ("Recognized: the missing root." in scored["glorot-limit"]["output"]) is (student == "wrong")
    notebook = (book / "assignment" / "made" / "student" / "glorot.ipynb").read_text("utf-8")
    assert "sys.modules" not in notebook
    assert "def my_limit(fan_in, fan_out):\\n" in notebook


def test_the_report_counts_what_was_marked(book):
    """The slip of the one who made it, and all who passed."""
    text = (book / "nbgrader.txt").read_text("utf-8")

    assert "7 notebooks read, 0 skipped" in text
    assert re.search(r"glorot-limit +3 +\d +\d +\d\n +1 × the missing root\n", text)
    assert re.search(r"glorot-test +5 +0 +\d +\d\n", text)


def test_marking_leaves_no_progress_of_the_students_with_the_teacher(book):
    """Neither grader writes the file in which a reader's own tries are kept."""
    assert not list(book.rglob("progress.jsonl"))


def test_a_key_is_refused_as_a_source(environment, tmp_path):
    """Both say so and release nothing."""
    for name in ("chapters", "xavier_lib"):
        (tmp_path / name).symlink_to(ROOT / name)
    run(environment, tmp_path, "python -m xavier_lib.exercises export glorot --out handout")
    run(environment, tmp_path, "mkdir -p c/source/glorot && cp handout/glorot-key.ipynb c/source/glorot/glorot.ipynb")
    said = run(environment, tmp_path, "cd c && nbgrader generate_assignment glorot", refused=True)
    run(environment, tmp_path, "otter assign handout/glorot-key.ipynb made", refused=True)

    assert "no end solution statement found" in said
    assert not list(tmp_path.glob("c/release/**/*.ipynb"))
    assert not list(tmp_path.glob("made/**/*.ipynb"))
