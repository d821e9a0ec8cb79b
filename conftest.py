"""Every test and kernel sees the static face of a slider; each chapter is a test of its stored outputs.

What needs TensorFlow, PyTorch and JAX is skipped where they are not installed.
"""

import gc
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

if os.environ.get("PYTEST_XDIST_WORKER"):  # before NumPy and PyTorch: threads of several workers would spin
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from xavier_lib.frameworks.packages import INSTALL, missing  # noqa: E402

chapter_outputs = import_module("tests.chapter_outputs") if find_spec("nbval") else None
NEED_FRAMEWORKS = (
    *("frameworks.ipynb", "shapes.ipynb", "museum.ipynb"),
    *("initializers.py", "stack.py"),
)  # the tests of these skip themselves
LONGEST = (
    *("tests/site/test_running_chapters.py", "tests/test_faults.py", "tests/notebooks/", "tests/site/test_reach.py"),
    *("tests/exercises/test_graders.py", "tests/site/", "tests/frameworks/", "chapters/"),
)
pytest_plugins = ["tests.site.built"] if find_spec("playwright") else []  # the library is tested without a browser
os.environ["XAVIER_LIB_FACE"] = "static"
os.environ["XAVIER_LIB_PROGRESS"] = "off"  # a test neither reads nor writes what a reader has done
os.environ.pop("XAVIER_LIB_VARIANT", None)
if sys.__stdin__ is None:  # a shell may close it, and pytest's capture takes it for there
    sys.stdin = sys.__stdin__ = open(os.devnull)  # noqa: SIM115


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a notebook as a strict chapter, unless nbval itself was asked to."""
    asked = parent.config.getoption("--nbval", False) or parent.config.getoption("--nbval-lax", False)
    if file_path.suffix == ".ipynb" and chapter_outputs and not asked:
        return chapter_outputs.ChapterFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Begin with the longest files, and keep a notebook's cells in order, also where a plugin shuffles the tests."""
    items.sort(key=lambda item: place(item.nodeid))
    skip_without_frameworks(items)
    yield
    if chapter_outputs:
        items[:] = chapter_outputs.cells_in_order(items)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage all that stays to the end: the frameworks alone are millions of objects."""
    gc.collect()
    gc.freeze()


def place(name: str) -> int:
    """Return how late a test comes: with several workers a long file at the end would keep all but one waiting."""
    return next((number for number, longest in enumerate(LONGEST) if name.startswith(longest)), len(LONGEST))


def skip_without_frameworks(items: list[pytest.Item]) -> None:
    """Skip the chapters that run frameworks, their tests and its examples where a framework is missing, and say why."""
    absent = missing()
    if absent:
        skip = pytest.mark.skip(reason=f"{', '.join(absent)} not installed: {INSTALL}")
        for item in items:
            if item.path.name in NEED_FRAMEWORKS:
                item.add_marker(skip)
