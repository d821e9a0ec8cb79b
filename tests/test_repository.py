"""The repository keeps its word: two commands, one toolchain, no trace of where it was made."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """Return the files under version control."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_the_first_screen_of_the_readme_has_the_two_commands_and_no_other() -> None:
    """One line builds the book, one runs the tests, each with its own set-up; the file to open is named."""
    first_screen = "\n".join(README.splitlines()[:20])
    commands = re.findall(r"^```\n(.*?)\n```$", first_screen, flags=re.DOTALL | re.MULTILINE)

    assert len(commands) == 2
    for command, does in zip(commands, ("jupyter-book build", "-m pytest"), strict=True):
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && ")
        assert does in command
    assert "_build/html/index.html" in first_screen


def test_ci_runs_the_test_line_of_the_readme() -> None:
    """The pattern that .ci/run looks for finds one line, the test command."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -E '(.*?)' README\.md", script)

    assert pattern
    assert len(re.findall(f"(?m){pattern[1]}", README)) == 1
    assert "--no-deps" not in README


def test_ci_skips_no_chapter() -> None:
    """The frameworks are installed before the test line runs, which by itself would skip their chapter."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert script.index("-r requirements-frameworks.txt") < script.index('eval "$line"')
    assert "frameworks" not in (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_style_and_formatting_hold_everywhere() -> None:
    """Ruff finds nothing to say, and nothing to move."""
    for arguments in (["check", "."], ["format", "--check", "--exclude", "*.ipynb", "."]):
        run = subprocess.run([sys.executable, "-m", "ruff", *arguments], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout


def test_nothing_names_the_machine_or_a_registry() -> None:
    """A reader's copy holds no absolute home path and no address of a package registry."""
    forbidden = re.compile(r"/(?:home|root|work|tmp)/\w|files\.pythonhosted|pypi\.org/simple|registry\.npmjs")
    for path in tracked():
        if path.name != Path(__file__).name and path.suffix not in (".png", ".ico", ".npz"):
            assert not forbidden.search(path.read_text(encoding="utf-8")), path


def test_everything_that_is_installed_is_pinned() -> None:
    """Each requirement of the book and of Binder has its exact version in constraints.txt."""
    pinned = re.findall(r"(?m)^([\w.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"))
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
    for file in ("requirements.txt", "requirements-frameworks.txt", "binder/requirements.txt"):
        wanted = re.findall(r"(?m)^([a-z][\w-]*)", (ROOT / file).read_text(encoding="utf-8"))
        assert wanted
        assert set(wanted) <= names, file


def test_the_plain_build_is_pinned_to_sphinx_9() -> None:
    """Each line names one version, so that a build that fails has not changed by itself."""
    lines = (ROOT / "requirements-sphinx.txt").read_text(encoding="utf-8").splitlines()[1:]

    assert all(re.fullmatch(r"[\w.-]+==[\d.]+", line) for line in lines)
    assert any(line.startswith("Sphinx==9.") for line in lines)


def test_what_marks_a_class_is_pinned_and_stays_out_of_the_book() -> None:
    """Each line names one version; neither the book nor its constraints know nbgrader or Otter."""
    lines = (ROOT / "requirements-class.txt").read_text(encoding="utf-8").splitlines()[1:]
    book = "".join((ROOT / f"{name}.txt").read_text(encoding="utf-8") for name in ("requirements", "constraints"))

    assert all(re.fullmatch(r"[\w.-]+==[\d.]+", line) for line in lines)
    assert {"nbgrader", "otter-grader"} <= {line.partition("=")[0] for line in lines}
    assert not re.search("(?m)^(nbgrader|otter)", book)


def test_each_week_the_plain_build_and_the_lowest_and_newest_versions_are_tried() -> None:
    """The scheduled jobs, which may also be started by hand, call commands that are there."""
    text = (ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    commands = re.findall(r"-m (tools\.\w+|tests\.\w+)|bash (\.ci/\w+)", text)

    assert set(workflow[True]) == {"schedule", "workflow_dispatch"}  # YAML reads the key "on" as true
    assert workflow["jobs"]["versions"]["strategy"]["matrix"]["resolution"] == ["lowest-direct", "highest"]
    assert {module or script for module, script in commands} == {"tools.plain_sphinx", ".ci/versions", "tests.mutants"}
    for module, script in commands:
        assert (ROOT / (script or f"{module.replace('.', '/')}.py")).is_file()


def test_no_lowest_version_is_typed_twice() -> None:
    """What is tested with the lowest versions takes them from pyproject.toml, where each extra has one."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    script = (ROOT / ".ci" / "versions").read_text(encoding="utf-8")

    assert all(re.fullmatch(r"[\w-]+>=[\d.]+", wanted) for extra in extras.values() for wanted in extra)
    assert '--resolution "$1"' in script
    assert not any(
        re.search(rf"\b{wanted.partition('>')[0]}\b.*\d", script) for wanted in extras["book"] + extras["replay"]
    )
