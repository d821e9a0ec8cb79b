"""Every test and kernel sees the static face of a slider; each chapter is a test of its stored outputs.

What needs TensorFlow, PyTorch and JAX is skipped where they are not installed.
"""

import os
from pathlib import Path

import pytest

from tests.chapter_outputs import ChapterFile
from xavier_lib.frameworks.packages import INSTALL, missing

NEED_FRAMEWORKS = ("frameworks.ipynb", "initializers.py", "stack.py")  # the tests of these skip themselves
pytest_plugins = ["tests.site.built"]
os.environ["XAVIER_LIB_FACE"] = "static"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a notebook as a strict chapter, unless nbval itself was asked to."""
    asked = parent.config.getoption("--nbval") or parent.config.getoption("--nbval-lax")
    if file_path.suffix == ".ipynb" and not asked:
        return ChapterFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the chapter on frameworks, its tests and its examples where a framework is missing, and say why."""
    absent = missing()
    if absent:
        skip = pytest.mark.skip(reason=f"{', '.join(absent)} not installed: {INSTALL}")
        for item in items:
            if item.path.name in NEED_FRAMEWORKS:
                item.add_marker(skip)
