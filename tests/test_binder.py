"""Binder builds the lean environment: the dry run of repo2docker says so without Docker."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_binder_takes_the_pinned_python_and_installs_the_lean_environment_after_the_sources() -> None:
    """The Dockerfile names Python 3.11, and its one pip step runs where the sources already lie, for ``-e .``."""
    command = [str(Path(sys.executable).parent / "jupyter-repo2docker"), "--no-build", "--debug", "."]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    plan = run.stdout + run.stderr

    assert "python=3.11" in plan
    steps = re.findall(r"^(?:COPY .* src/ .*|RUN .*pip install .*)$", plan, flags=re.MULTILINE)
    assert len(steps) == 2
    assert steps[0].startswith("COPY")
    assert steps[1].endswith('-r "binder/requirements.txt"')


def test_binder_brings_no_sphinx_and_no_test_tool() -> None:
    """A reader who runs a chapter waits for no package that only the site or the tests need."""
    wanted = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").lower()

    assert "jupyterlab" in wanted
    for heavy in ("sphinx", "jupyter-book", "pytest", "nbval", "playwright", "mypy", "scikit-learn"):
        assert f"\n{heavy}" not in wanted
