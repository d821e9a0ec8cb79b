"""What is uploaded to a package index: its description, its addresses, and archives that hold what they must."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
OWNER, NAME = SETTINGS["repository"].split("/")
FOLDERS = ("chapters", "tests", "xavier_lib", "_ext", "api", "results", "tools", "benchmarks")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str], str]:
    """Build both archives from a copy of the sources; return what they hold and what was said meanwhile."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        hidden = {part for part in inside.parts if part.startswith((".", "_build", "build")) or part == "__pycache__"}
        if path.is_file() and not hidden - {".ci", ".github", ".gitignore"} and ".egg-info" not in str(inside):
            (source / inside).parent.mkdir(parents=True, exist_ok=True)
            (source / inside).write_bytes(path.read_bytes())
    code = f"from setuptools import build_meta as b; b.build_sdist(r'{target}'); b.build_wheel(r'{target}')"
    command = [sys.executable, "-W", "error::DeprecationWarning", "-c", code]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    with tarfile.open(next(target.glob("*.tar.gz"))) as archive:
        tar = [name.partition("/")[2] for name in archive.getnames()]
    with zipfile.ZipFile(next(target.glob("*.whl"))) as archive:
        return tar, archive.namelist(), run.stdout + run.stderr


def test_the_build_says_no_warning(built: tuple[list[str], list[str], str]) -> None:
    """Nothing that the tool would rather have otherwise, deprecations included."""
    assert re.findall(r"(?i).*(?:warning|deprecat).*", built[2]) == []


def test_the_archive_of_sources_holds_what_the_tests_read(built: tuple[list[str], list[str], str]) -> None:
    """Each file of the folders that the tests read, and the files at the root; nothing that was computed."""
    files = {path.relative_to(ROOT).as_posix() for name in FOLDERS for path in (ROOT / name).rglob("*.*")}
    files |= {path.name for path in ROOT.glob("*.*") if path.suffix in (".md", ".txt", ".yml", ".py", ".toml", ".bib")}
    assert {name for name in files if not re.search(r"__pycache__|\.ipynb_checkpoints|cache", name)} <= set(built[0])
    assert not [name for name in built[0] if "__pycache__" in name or name.startswith("_build")]


def test_the_wheel_holds_the_library_with_its_data_and_nothing_else(built: tuple[list[str], list[str], str]) -> None:
    """Every module, the mark that it is typed, questions and numbers; no test, page or tool."""
    inside = {name for name in built[1] if not name.startswith(f"{PROJECT['name']}-")}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "xavier_lib").rglob("*.*")}
    assert inside == {name for name in wanted if "__pycache__" not in name}
    assert "xavier_lib/py.typed" in inside


def test_the_addresses_follow_from_the_repository() -> None:
    """Home, documentation, source and changelog are those of the one line of configuration."""
    site, source = f"https://{OWNER}.github.io/{NAME}/", f"https://github.com/{OWNER}/{NAME}"
    urls = PROJECT["urls"]
    assert {"Homepage", "Documentation", "Source", "Changelog"} <= urls.keys()
    assert urls["Homepage"] == site
    assert all(address.startswith((site, source)) for address in urls.values())
    assert (ROOT / urls["Changelog"].rpartition("/")[2]).is_file()
    assert (ROOT / urls["Documentation"].removeprefix(site).replace(".html", ".md")).is_file()


def test_the_description_leads_somewhere_on_a_package_index() -> None:
    """It is the README, whose links are whole addresses, since no file lies beside it there."""
    assert PROJECT["readme"] == "README.md"
    links = re.findall(r"\]\(([^)]+)\)|^\[[^\]]+\]: (\S+)", README, re.MULTILINE)
    assert links
    for link in ("".join(pair) for pair in links):
        assert link.startswith("https://"), link
        file = link.removeprefix(f"https://github.com/{OWNER}/{NAME}/blob/HEAD/")
        assert file == link or (ROOT / file).is_file(), link


def test_a_package_index_can_sort_it() -> None:
    """Authors, keywords, and classifiers for the Python versions from the least one on, and for the types."""
    assert PROJECT["authors"]
    assert len(PROJECT["keywords"]) >= 5
    assert "Typing :: Typed" in PROJECT["classifiers"]
    least = PROJECT["requires-python"].removeprefix(">=")
    assert f"Programming Language :: Python :: {least}" in PROJECT["classifiers"]
