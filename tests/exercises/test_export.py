"""Promises of the export: made from the chapter, no answers for students, a key with all of them, nothing lost."""

import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import nbformat
import pytest
import yaml

from xavier_lib.exercises import catalog
from xavier_lib.exercises.__main__ import main
from xavier_lib.exercises.classroom.chapter import ANSWER
from xavier_lib.exercises.session import CHAPTERS, exercises

ROOT = Path(__file__).parents[2]
LEAN = """
import ast, json, sys
ALLOWED = {"numpy", "xavier_lib"}
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in ALLOWED | sys.stdlib_module_names and not name.startswith("_sysconfigdata"):
            raise ImportError(f"{name} is not installed here")
sys.meta_path.insert(0, Refuse())
space, verdicts = {}, []
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), space) if last else None
        if type(shown).__name__ == "Verdict":
            verdicts.append([shown.exercise, shown.passed])
print("VERDICTS" + json.dumps(verdicts))
"""


def export(folder, *arguments):
    """Run the command in this process: what it returns, prints and complains of."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = main(["export", *map(str, arguments), "--out", str(folder)])
    return subprocess.CompletedProcess(arguments, code, said.getvalue(), complained.getvalue())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Export all chapters once, by the command as a teacher types it."""
    target = tmp_path_factory.mktemp("handout")
    command = [sys.executable, "-m", "xavier_lib.exercises", "export", "--out", target]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    return target


def sources(path, kind=None):
    """Return the texts of a notebook's cells."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if kind in (None, cell.cell_type)]


def section(chapter):
    """Return the chapter's cells from its exercises to its summary."""
    cells = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells
    heads = [i for i, cell in enumerate(cells) if cell.source.startswith(("## Exercises", "## Summary"))]
    return cells[heads[0] : heads[1]]


def answers(chapter):
    """Return the cells between the start and the end of a worked answer."""
    found, inside = [], False
    for cell in section(chapter):
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            inside = cell.source == ANSWER
        elif inside:
            found.append(cell)
    return found


def ran(path):
    """Run a notebook top to bottom, with no other packages than NumPy and the library, and return its verdicts."""
    command = [sys.executable, "-W", "error", "-c", LEAN, path]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.rpartition("VERDICTS")[2])


each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


@each_chapter
def test_students_get_texts_stubs_and_checks_and_no_answer(folder, chapter):
    """Every exercise in its order, none of the lines or sentences of a worked answer, no output."""
    path = folder / f"{chapter}-exercises.ipynb"
    text = "\n".join(sources(path))
    names = [entry.name for entry in catalog() if entry.chapter == chapter]
    open_part = "\n".join(cell.source for cell in section(chapter) if cell not in answers(chapter))

    assert re.findall(r'check\("([\w-]+)"', text) == names
    assert text.count("<summary>Hint</summary>") == text.count("**Target:**") == len(names)
    for cell in answers(chapter):
        for line in cell.source.splitlines():
            if len(line) > 15 and line not in open_part:
                assert line not in text, line
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")


@each_chapter
def test_the_key_has_every_answer_with_what_it_put_out(folder, chapter):
    """Each code cell of a worked answer is there, with the outputs that the chapter stores."""
    key = [
        cell for cell in nbformat.read(folder / f"{chapter}-key.ipynb", as_version=4).cells if cell.cell_type == "code"
    ]
    for cell in answers(chapter):
        if cell.cell_type == "code":
            assert cell.outputs in [copy.outputs for copy in key if copy.source == cell.source]


@each_chapter
@pytest.mark.parametrize("kind", ["exercises", "key"])
def test_every_notebook_program_can_show_it(folder, chapter, kind):
    """No directive and no role of MyST is left; links lead to the site that the configuration names."""
    text = "\n".join(sources(folder / f"{chapter}-{kind}.ipynb", "markdown"))
    owner, name = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]["repository"].split("/")

    assert not re.search(r"\{[a-z:-]+\}`|^````|:label:|:class:|this page", text, flags=re.MULTILINE)
    assert all(target.startswith("https://") for target in re.findall(r"\]\(([^()\s]+)\)", text))
    assert f"https://{owner}.github.io/{name}/chapters/{chapter}.html" in text
    assert f"github.com/{owner}/{name}" in text


@each_chapter
def test_the_students_notebook_runs_with_numpy_alone(folder, chapter):
    """Top to bottom, every other package refused; no check passes yet, and none raises."""
    verdicts = ran(folder / f"{chapter}-exercises.ipynb")

    assert verdicts == [[entry.name, False] for entry in catalog() if entry.chapter == chapter]


@each_chapter
def test_the_key_runs_with_numpy_alone_and_every_answer_passes(folder, chapter):
    """Training on the digits included; each exercise's last check passes."""
    last = dict(ran(folder / f"{chapter}-key.ipynb"))

    assert last == {entry.name: True for entry in catalog() if entry.chapter == chapter}


def test_the_export_is_made_from_the_chapter(tmp_path):
    """What is changed in the chapter changes in both notebooks; unchanged, the bytes are the same."""
    chapter = tmp_path / "chapters" / "glorot.ipynb"
    chapter.parent.mkdir()
    chapter.write_text((ROOT / "chapters" / "glorot.ipynb").read_text("utf-8"), "utf-8")
    for out in ("a", "b"):
        assert export(tmp_path / out, "--chapters", chapter.parent).returncode == 0
    chapter.write_text(chapter.read_text("utf-8").replace("def my_limit", "def another_name"), "utf-8")
    assert export(tmp_path / "c", "--chapters", chapter.parent).returncode == 0

    for kind in ("exercises", "key"):
        a, b, c = ((tmp_path / out / f"glorot-{kind}.ipynb").read_text("utf-8") for out in "abc")
        assert a == b
        assert "another_name" not in a
        assert "another_name" in c


def test_without_chapters_the_command_says_what_it_needs(tmp_path):
    """An installed package has none: the error names the repository and the option, and nothing is written."""
    run = export(tmp_path / "out", "--chapters", tmp_path)

    assert run.returncode == 1
    assert "which an installed package does not bring: get them by git clone https://github.com/" in run.stderr
    assert "by --chapters" in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["plain", "nbgrader", "otter"])
def test_every_notebook_is_as_the_format_demands(tmp_path, kind):
    """The validator of nbformat has nothing to say, and would write the same bytes."""
    assert export(tmp_path, "--for", kind).returncode == 0

    for path in tmp_path.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert path.read_text("utf-8") == nbformat.writes(notebook) + "\n"


@pytest.mark.parametrize("use", CHAPTERS)
def test_the_marked_answers_pass_the_tests_of_an_autograder(tmp_path, use):
    """The source runs top to bottom with NumPy alone: each test passes the answers; texts that vary are not locked."""
    assert export(tmp_path, use, "--for", "nbgrader").returncode == 0
    path = tmp_path / "source" / use / f"{use}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    marks = [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
    graded = [mark for mark in marks if mark.grade]
    ran(path)

    asked = {f"test-{entry.name}": entry.stars for entry in catalog() if entry.chapter == use}
    assert {mark.grade_id: mark.points for mark in graded} == asked
    assert all(mark.locked is not mark.solution for mark in marks)
    free = [cell.source for cell in cells if "nbgrader" not in cell.metadata]
    assert [re.match("## ★+ (.+)", text)[1] for text in free] == [
        exercise.title for exercise in exercises().values() if exercise.chapter == use and exercise.variants
    ]


def test_work_that_somebody_has_begun_is_not_overwritten(tmp_path):
    """A notebook that differs stays, and the error names it; --force replaces it."""
    assert export(tmp_path, "glorot").returncode == 0
    begun = tmp_path / "glorot-exercises.ipynb"
    original = begun.read_text("utf-8")
    begun.write_text(original.replace("    ...", "    return 1"), "utf-8")

    refused = export(tmp_path, "glorot")
    assert refused.returncode == 1
    assert "glorot-exercises.ipynb is there already and differs" in refused.stderr
    assert "return 1" in begun.read_text("utf-8")
    assert export(tmp_path, "glorot", "--force").returncode == 0
    assert begun.read_text("utf-8") == original


def test_an_unknown_chapter_is_named_with_those_that_there_are(tmp_path):
    """And nothing is written."""
    run = export(tmp_path / "out", "glorott")

    assert run.returncode == 1
    assert "CHAPTER must be one of calibration, criticality, diagnosis, fans" in run.stderr
    assert "got glorott" in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def my_limit(fan_in, fan_out):", "{term}", None),
        ('check(\\"glorot-limit\\", my_limit)', "pass", "must be the check of ★ The limit"),
        ("### ★ The limit", "### The limit", "must be the heading of an exercise with its stars"),
        ("#### Worked answer", "#### Answer", "must be the heading '#### Worked answer' of glorot-limit"),
        ("limit, worked=True)", "limit)", "with worked=True in its check"),
        ("import math", "mathematics = 3", "must be imports only"),
        ("## Summary", "## In short", "must have the sections"),
    ],
)
def test_a_chapter_that_breaks_the_conventions_is_refused(tmp_path, old, new, words):
    """The error says which cell, and what is expected; a brace in code is none of the export's business."""
    text = (ROOT / "chapters" / "glorot.ipynb").read_text("utf-8")
    assert old in text
    (tmp_path / "glorot.ipynb").write_text(text.replace(old, new, 1), "utf-8")
    run = export(tmp_path / "out", "--chapters", tmp_path)

    assert run.returncode == (0 if words is None else 1)
    assert words is None or words in run.stderr


def test_the_teachers_table_is_that_of_the_book():
    """Minutes as the chapters state them, the number of exercises by their stars, and of those with other numbers."""
    rows = re.findall(
        r"(?m)^\| \{doc\}`(\w+) <.*?>` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$",
        (ROOT / "teaching.md").read_text("utf-8"),
    )
    expected = []
    for chapter in CHAPTERS:
        text = (ROOT / "chapters" / f"{chapter}.ipynb").read_text("utf-8")
        stars = [entry.stars for entry in catalog() if entry.chapter == chapter]
        minutes = re.search(r"Reading time: (\d+) minutes", text)[1]
        vary = sum(exercise.variants is not None for exercise in exercises().values() if exercise.chapter == chapter)
        expected.append((chapter, minutes, *(str(stars.count(n)) for n in (1, 2, 3)), str(vary)))

    assert rows == expected
