"""Build the book without Jupyter Book, by plain Sphinx 9, and compare: ``python -m tools.plain_sphinx``.

Jupyter Book 1 has seen its last release; this shows that the book does not hang on it. Run it with the Python that has
``requirements.txt``: it builds the book as the README does, lets ``jupyter-book config sphinx`` write the settings,
drops the builder's own extensions from it, and builds again with ``requirements-sphinx.txt``, every warning an error.
"""

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tools.same_site import compare

ROOT = Path(__file__).parent.parent
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
# What Jupyter Book adds for its own theme and for live code, and LaTeX; the book uses none of it.
DROPPED = """
    jupyter_book sphinx_book_theme sphinx_comments sphinx_design sphinx_jupyterbook_latex sphinx_multitoc_numbering
    sphinx_thebe sphinx_togglebutton
"""
CONFIGURATION = f"""
import sys

sys.path[:0] = ["_ext", "."]
extensions = [name for name in extensions if name not in {DROPPED.split()}]
"""


def run(*command: str | Path, folder: Path = ROOT) -> None:
    """Run a command in a folder with no other path to packages than its own; fail if it does."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(list(map(str, command)), cwd=folder, env=environment, check=True)


def copy_source(target: Path) -> None:
    """Copy the book's files, those under version control and new ones, as another folder to build in."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shutil.rmtree(target, ignore_errors=True)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def python_with_sphinx(folder: Path) -> Path:
    """Return the Python of a new environment with what the plain build needs."""
    venv.create(folder, with_pip=True, clear=True)
    python = folder / SCRIPTS / "python"
    run(python, "-m", "pip", "install", "-q", "-r", "requirements-sphinx.txt")
    return python


def main() -> int:
    """Build both sites and return 0 if they are the same."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "plain", metavar="FOLDER", help="of all it makes")
    parser.add_argument("--python", type=Path, help="one that has requirements-sphinx.txt, in place of a new one")
    chosen = parser.parse_args()
    out, tool = chosen.out.resolve(), Path(sys.executable).with_name("jupyter-book")
    source, book, site = out / "source", out / "book", out / "html"
    copy_source(source)
    for old in (book, site):
        shutil.rmtree(old, ignore_errors=True)
    run(tool, "build", ".", "-W", "-n", "--keep-going", "-q", "--path-output", book, folder=source)
    run(tool, "config", "sphinx", ".", folder=source)
    with (source / "conf.py").open("a", encoding="utf-8") as configuration:
        configuration.write(CONFIGURATION)
    python = chosen.python.absolute() if chosen.python else python_with_sphinx(out / "venv")
    run(python, "-m", "sphinx", "-b", "html", "-W", "-n", "--keep-going", "-q", ".", site, folder=source)
    return int(compare(book / "_build" / "html", site) > 0)


if __name__ == "__main__":
    sys.exit(main())
