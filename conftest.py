"""Every test and kernel sees the static face of a slider; each chapter is a test of its stored outputs."""

import os
from pathlib import Path

import pytest

from tests.chapter_outputs import ChapterFile

pytest_plugins = ["tests.site"]
os.environ["XAVIER_LIB_FACE"] = "static"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a notebook as a strict chapter, unless nbval itself was asked to."""
    asked = parent.config.getoption("--nbval") or parent.config.getoption("--nbval-lax")
    if file_path.suffix == ".ipynb" and not asked:
        return ChapterFile.from_parent(parent, path=file_path)
    return None
