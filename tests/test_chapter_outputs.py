"""The notebook checks can fail: each kind of falsified output is caught, and rounding is not mistaken for one."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.chapter_outputs import ChapterCell, ChapterFile, cells_in_order, same_output
from tools.store import store

ROOT = Path(__file__).parent.parent
SOURCES = {
    "number": "print(f'limit {(6 / 400) ** 0.5:.4f}')",
    "word": "print('the signal fades')",
    "last bits": "0.1 + 0.2",
    "coordinate": (
        "from xavier_lib.figures import lines\nlines({'y': ([0, 1, 2], [0, 1, 4])}, x_label='x', y_label='y')"
    ),
    "alt": "lines({'y': ([0, 1, 2], [0, 1, 5])}, x_label='x', y_label='y')",
    "frame": (
        "from xavier_lib.explore import explore\n"
        "def draw(slope):\n    return lines({'y': ([0, 1], [0, slope])}, x_label='x', y_label='y')\n"
        "explore(draw, slope=[1, 2, 3])"
    ),
    "frame's words": "explore(draw, slope=[4, 5, 6])",
    "hidden picture": "from IPython.display import Image\nImage(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(40), format='png')",
}


def change(cell: nbformat.NotebookNode, kind: str, old: str, new: str) -> None:
    """Replace one text in one stored output, and make sure that it was there."""
    data = cell.outputs[0] if kind == "text" else cell.outputs[0]["data"]
    assert data[kind].count(old) >= 1
    data[kind] = data[kind].replace(old, new, 1)


def move_a_point(cell: nbformat.NotebookNode, kind: str, which: int) -> None:
    """Move one coordinate of one line by one unit of the view box."""
    data = cell.outputs[0]["data"]
    start = [match.start() for match in re.finditer(r"<path d=", data[kind])][which]
    head, tail = data[kind][:start], data[kind][start:]
    data[kind] = head + re.sub(r"L (\d+)", lambda match: f"L {int(match[1]) + 1}", tail, count=1)


FALSIFIED: dict[str, Callable[[nbformat.NotebookNode], None]] = {
    "number": lambda cell: change(cell, "text", "0.1225", "0.1226"),
    "word": lambda cell: change(cell, "text", "fades", "fade"),
    "coordinate": lambda cell: move_a_point(cell, "image/svg+xml", -1),
    "alt": lambda cell: change(cell, "text/plain", "5", "6"),
    "frame": lambda cell: move_a_point(cell, "text/html", -1),
    "frame's words": lambda cell: change(cell, "text/html", "to 6", "to 7"),
    "hidden picture": lambda cell: change(cell, "image/png", "AAAA", "AAAB"),
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small chapter that the storing command executed."""
    path = tmp_path_factory.mktemp("chapters") / "small.ipynb"
    cells = [new_markdown_cell("# Small"), *(new_code_cell(source) for source in SOURCES.values())]
    nbformat.write(new_notebook(cells=cells), path)
    store(path)
    return path


def outcomes(path: Path) -> dict[str, str]:
    """Run the notebook checks on a file and return each cell's outcome."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [*command, "-p", "conftest", "-p", "no:xdist", str(path)], cwd=ROOT, capture_output=True, text=True
    )
    lines = re.findall(r"(?m)^(PASSED|FAILED) .*::Cell (\d+)", run.stdout)
    found = {list(SOURCES)[int(number)]: outcome for outcome, number in lines}
    assert len(found) == len(SOURCES), run.stdout + run.stderr
    return found


def test_storing_twice_gives_identical_bytes(stored: Path) -> None:
    """Nothing in a stored notebook depends on the time, the run or chance."""
    before = stored.read_bytes()

    store(stored)

    assert stored.read_bytes() == before


def test_a_stored_chapter_passes_and_carries_its_computed_alt_text(stored: Path) -> None:
    """What the command stored is what the check computes; the figure's alternative stands where the page takes it."""
    assert set(outcomes(stored).values()) == {"PASSED"}
    cell = nbformat.read(stored, as_version=4).cells[list(SOURCES).index("coordinate") + 1]
    assert cell.metadata.mystnb.image.alt == "Line plot of y against x from 0 to 2. y: from 0 to 4."


def test_each_falsified_output_is_caught_and_a_difference_in_the_last_bits_is_not(stored: Path, tmp_path: Path) -> None:
    """A number, a word, a point, an alternative, a frame's point and words, a bitmap: each is noticed, in its cell."""
    notebook = nbformat.read(stored, as_version=4)
    code = dict(zip(SOURCES, notebook.cells[1:], strict=True))
    for name, falsify in FALSIFIED.items():
        falsify(code[name])
    change(code["last bits"], "text/plain", "0.30000000000000004", "0.3")
    path = tmp_path / "false.ipynb"
    nbformat.write(notebook, path)

    found = outcomes(path)

    assert {name for name, outcome in found.items() if outcome == "FAILED"} == set(FALSIFIED)
    assert found["last bits"] == "PASSED"


@pytest.mark.parametrize(
    ("stored", "computed", "same"),
    [
        ("rms 0.31", "rms 0.31", True),
        ("rms 0.3100000000001", "rms 0.31", True),
        ("rms 0.3101", "rms 0.31", False),
        ("rms 0.31", "std 0.31", False),
        ("14 epochs", "15 epochs", False),
        ("1e-10", "2e-10", False),
        ("-1", "1", False),
        ("1 2", "1 2 3", False),
        ('<path d="M 1.1 2"/>', '<path d="M 1.6 2"/>', True),
        ('<path d="M 1.1 2"/>', '<path d="M 1.8 2"/>', False),
        ('<path d="M 1 2"/>', '<path d="M 1 2 L 3 4"/>', False),
        ('<svg aria-label="rms 0.3"/>', '<svg aria-label="rms 0.4"/>', False),
        ('<path style="stroke:#0072b2"/>', '<path style="stroke:#0072b3"/>', False),
    ],
)
def test_words_are_exact_and_numbers_have_their_tolerance(stored: str, computed: str, same: bool) -> None:
    """A reader's number may differ in its last bits, a coordinate in its last stored digit, a word not at all."""
    assert same_output(stored, computed) is same


def test_cells_keep_their_order_and_their_company_however_tests_are_shuffled(request: pytest.FixtureRequest) -> None:
    """A cell needs what those before it have made, in the same kernel; other tests stay where they were shuffled to."""
    first, second = (
        [ChapterCell.from_parent(file, name=f"Cell {n}", cell_num=n, cell=None, options={}) for n in range(12)]
        for file in (ChapterFile.from_parent(request.session, path=ROOT / f"{name}.ipynb") for name in "ab")
    )
    others = ["x", "y", "z"]
    shuffled = [others[2], *first[::-2], others[0], *second[::-1], *first[::2], others[1]]

    assert cells_in_order(shuffled) == [others[2], *first, others[0], *second, others[1]]
