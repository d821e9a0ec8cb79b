"""The built site and a browser, for the tests of its pages: built once, served as it will be, visited offline."""

import functools
import gzip
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
ENTRIES = [entry for part in TOC["parts"] for entry in part["chapters"]]
IN_ORDER = [TOC["root"], *(inner["file"] for entry in ENTRIES for inner in (entry, *entry.get("sections", [])))]
CHAPTERS = [page for page in IN_ORDER if page.startswith("chapters/")]
BROWSERS = (
    "chromium-headless-shell",  # draws no window of its own, and takes half the time for a key
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "msedge",
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no test leaves the machine, whatever a page asks
PATIENCE = 120_000  # milliseconds until a test gives up on what is there at once, where nothing else runs
SHOWN = """all => all.map(e => e.checkVisibility({visibilityProperty: true})
    && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height > 0)"""
GIVEN = "FIRST_WEIGHTS_SITE"  # a built site to test in place of a fresh one, to see a test fail on a falsified copy


def pages(site: Path) -> list[str]:
    """Return the name of every page of the site, without its ending."""
    return sorted(path.relative_to(site).as_posix().removesuffix(".html") for path in site.rglob("*.html"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book as the README does, every warning an error; processes that run at once share one build."""
    if os.environ.get(GIVEN):
        return Path(os.environ[GIVEN])
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    target, log = shared / "book", shared / "book.log"
    try:
        target.mkdir()
    except FileExistsError:
        while not log.exists():
            time.sleep(0.1)
    else:
        tool = str(Path(sys.executable).parent / "jupyter-book")
        command = [tool, "build", ".", "-W", "-n", "--keep-going", "--path-output", str(target)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        failure = "" if run.returncode == 0 else run.stdout[-4000:] + run.stderr[-4000:]
        written = shared / "book.log.part"
        written.write_text(failure, encoding="utf-8")
        written.rename(log)
    failure = log.read_text(encoding="utf-8")
    assert not failure, failure
    return target / "_build" / "html"


def shown(found: Locator) -> list[bool]:
    """Say of each element whether it is visible, as `is_visible` does for one, but in one message for all."""
    answer: list[bool] = found.evaluate_all(SHOWN)
    return answer


class Tag(NamedTuple):
    """An element of a page as it is written: its name and its attributes."""

    name: str
    attributes: dict[str, str]


class Reader(HTMLParser):
    """Collects the elements of a page in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))


@functools.cache
def tags(file: Path) -> list[Tag]:
    """Return every element of a page."""
    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return reader.tags


@functools.cache
def compressed(file: Path) -> bytes:
    """Return what goes over the wire for a file."""
    return gzip.compress(file.read_bytes(), mtime=0)


class PlainHandler(http.server.SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class PagesHandler(PlainHandler):
    """Serves as GitHub Pages does: below a sub-path, texts compressed, each file fresh for ten minutes."""

    protocol_version = "HTTP/1.1"
    prefix = "/book/"
    texts = (".html", ".css", ".js", ".svg", ".xml", ".txt", ".json")

    def do_GET(self) -> None:
        """Answer with the file, with the page for missing ones, or with the word that the reader's copy is fresh."""
        path = unquote(urlsplit(self.path).path)
        name = path.removeprefix(self.prefix)
        file = Path(self.directory, name + "index.html" if name == "" or name.endswith("/") else name)
        found = path.startswith(self.prefix) and file.is_file()
        file = file if found else Path(self.directory, "404.html")
        squeezed = file.suffix in self.texts
        body = compressed(file) if squeezed else file.read_bytes()
        mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        fresh = found and self.headers.get("If-None-Match") == mark
        self.send_response(304 if fresh else 200 if found else 404)
        self.send_header("ETag", mark)
        self.send_header("Cache-Control", "max-age=600")
        if not fresh:
            self.send_header("Content-Type", self.guess_type(str(file)))
            self.send_header("Content-Length", str(len(body)))
            if squeezed:
                self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if not fresh:
            self.wfile.write(body)


def served(site: Path, handler: type[PlainHandler], prefix: str) -> Iterator[str]:
    """Serve the site on loopback and yield its address, which ends in a slash."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
        server.shutdown()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site as GitHub Pages does."""
    yield from served(site, PagesHandler, PagesHandler.prefix)


@pytest.fixture(scope="module")
def plain_address(site: Path) -> Iterator[str]:
    """Serve the site from a plain file server, at its root."""
    yield from served(site, PlainHandler, "/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start an installed Chromium; without one the test is skipped, but never on CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        if os.environ.get("CI"):
            pytest.fail("no Chromium is installed, and CI is set: .ci/run should have installed it")
        pytest.skip("no Chromium is installed: the browser tests need one")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, OFFLINE], timeout=PATIENCE)
        yield started
        started.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """Open an empty tab with a cache of its own; the window is a laptop's."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """Open an empty tab that runs no script."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
