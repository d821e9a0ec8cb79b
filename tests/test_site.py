"""The built site: no warning, light pages, and sliders that move from the keyboard with no kernel and no network."""

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).parent.parent
PAGES = ["index", "api", "references", *(f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.ipynb"))]
WITH_SLIDERS = [page for page in PAGES if page.startswith("chapters/")]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book as the README does, every warning an error, and return the folder of its pages."""
    target = tmp_path_factory.mktemp("book")
    tool = str(Path(sys.executable).parent / "jupyter-book")
    command = [tool, "build", ".", "-W", "-n", "--keep-going", "--path-output", str(target)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    return target / "_build" / "html"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site on loopback while the tests of this module run."""
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start an installed Chromium; without one the test is skipped, but never on CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        if os.environ.get("CI"):
            pytest.fail("no Chromium is installed, and CI is set: .ci/run should have installed it")
        pytest.skip("no Chromium is installed: the browser tests need one")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


def opened(browser: Browser, address: str, page: str, *, javascript: bool = True) -> Page:
    """Open a page with every request refused that does not go to the local server."""

    def local_only(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            route.abort()

    tab = browser.new_context(java_script_enabled=javascript).new_page()
    tab.route("**/*", local_only)
    tab.goto(f"{address}/{page}.html", wait_until="load")
    return tab


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light(site: Path, page: str) -> None:
    """The HTML of a page has at most 400 kB once compressed."""
    assert len(gzip.compress((site / f"{page}.html").read_bytes())) <= 400_000


@pytest.mark.parametrize("page", WITH_SLIDERS)
def test_every_slider_changes_what_is_visible_from_the_keyboard(browser: Browser, address: str, page: str) -> None:
    """Each arrow key shows another frame, alone, and the spoken and the printed value follow."""
    tab = opened(browser, address, page)
    sliders = tab.locator(".explorer input")
    assert sliders.count() >= 1
    for index in range(sliders.count()):
        slider = sliders.nth(index)
        frames = slider.locator("xpath=ancestor::figure").locator(".frame")
        slider.focus()
        before = frames.locator("visible=true").screenshot()
        for step in range(1, int(slider.get_attribute("max") or 0) + 1):
            slider.press("ArrowRight")
            shown = frames.locator("visible=true")
            assert shown.count() == 1
            after = shown.screenshot()
            assert after != before, f"slider {index}, step {step} changes nothing"
            before = after
            words = slider.get_attribute("data-values").split("|")
            assert slider.get_attribute("aria-valuetext") == words[step]
            assert slider.locator("xpath=following-sibling::output").inner_text() == words[step]
        slider.press("Home")
    tab.context.close()


@pytest.mark.parametrize("page", WITH_SLIDERS)
def test_the_first_frame_of_each_slider_shows_without_javascript(browser: Browser, address: str, page: str) -> None:
    """A reader without scripts sees one frame a slider, the first, and every figure."""
    tab = opened(browser, address, page, javascript=False)
    for explorer in tab.locator(".explorer").all():
        assert explorer.locator(".frame >> visible=true").count() == 1
        assert explorer.locator(".frame").first.is_visible()
    tab.context.close()


def test_two_frames_of_a_page_share_no_id(browser: Browser, address: str) -> None:
    """No frame borrows another's clip path or marker: an id stands for the same thing wherever it stands."""
    for page in WITH_SLIDERS:
        tab = opened(browser, address, page)
        twins = tab.evaluate(
            """() => { const seen = {}; return [...document.querySelectorAll('svg [id]')].filter(e => {
                 const html = e.outerHTML, twin = e.id in seen && seen[e.id] !== html; seen[e.id] = html; return twin })
               .map(e => e.id) }"""
        )
        assert twins == []
        tab.context.close()
