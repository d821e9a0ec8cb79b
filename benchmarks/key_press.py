"""From key press to the new frame on screen: a stored slider beside the same slider with a kernel.

Run ``python benchmarks/key_press.py`` after the book is built; ``--help`` lists the options. The page with the most
bytes of sliders is opened in Chromium and an arrow key moves its first slider to and fro. The same is done in a
JupyterLab on this machine, with the chapter's own code: once with xavier_lib's live sliders, once with ``interact``.

Measured is the time from the key event's own time stamp to the moment Chromium reports that the first frame after the
change of the picture was presented (Chromium's trace: the frame's ``Commit`` comes after the change, its
``SwapEndToPresentation`` ends the measurement). A picture that is loaded as an image has changed once it is loaded. A
screen shows a frame each 16.7 ms, so even a change that costs nothing waits 8 ms at the median and up to 16.7. The page
is given some seconds to settle first: right after it is loaded the first presses take longer.
"""

import argparse
import itertools
import json
import math
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from serving import pages, served

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CATEGORIES = ["-*", "blink.user_timing", "cc", "benchmark"]
MARK = """figure => {
    const changed = () => performance.mark('changed')
    const isPicture = node => node.matches?.('svg, :has(svg)')
    const isNew = record => record.type == 'attributes' || [...record.addedNodes].some(isPicture)
    addEventListener('keydown', event => performance.mark('key', {startTime: event.timeStamp}), true)
    new MutationObserver(records => { if (records.some(isNew)) changed() })
        .observe(figure, {subtree: true, childList: true, attributeFilter: ['hidden']})
    figure.addEventListener('load', changed, true)
}"""
INTERACT = """
import ipywidgets
def explore(draw, **parameters):
    sliders = {name: ipywidgets.SelectionSlider(options=values) for name, values in parameters.items()}
    ipywidgets.interact(draw, **sliders)
"""
SETTLE = 4000  # milliseconds in which a page comes to rest before its slider is moved
LIVE = {"xavier_lib in JupyterLab": "", "interact in JupyterLab": INTERACT}


def explorer_bytes(page: Path) -> int:
    """Return how many bytes of a page are sliders and their frames."""
    text = page.read_text(encoding="utf-8")
    return sum(len(figure.encode()) for figure in re.findall(r'<figure class="explorer".*?</figure>', text, re.S))


def notebook(chapter: str, more: str) -> str:
    """Return a notebook with the chapter's code up to its first slider, which is alone in the second cell.

    The first cell prints nothing: JupyterLab draws only those cells that are near the window.
    """
    stored = json.loads((ROOT / "chapters" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in stored["cells"] if cell["cell_type"] == "code"]
    first = next(index for index, source in enumerate(sources) if re.search(r"^explore\(", source, re.M))
    code = ["\n".join(["%%capture", *sources[:first], more]), sources[first]]
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"cell-{index}", "source": source} for index, source in enumerate(code)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@contextmanager
def jupyter_lab(folder: Path) -> Iterator[str]:
    """Start a JupyterLab on loopback that serves the folder; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "XAVIER_LIB_FACE"}
    environment |= {"PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(folder / ".config")}
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}", "--allow-root"]
    lab = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address + "/api")
        yield address
    finally:
        lab.terminate()
        lab.wait()


def wait_for(address: str) -> None:
    """Wait until a server answers, at most a minute."""
    for _ in range(120):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit(f"nothing answers at {address}")


def press(browser: Browser, page: Page, slider: str, picture: str, presses: int, pause: float) -> list[float]:
    """Move the first slider to and fro with the arrow keys; return the milliseconds to each new frame."""
    page.locator(picture).first.evaluate(MARK)
    page.locator(slider).first.focus()
    rng = random.Random(0)
    browser.start_tracing(page=page, categories=CATEGORIES)
    for index in range(presses):
        page.keyboard.press("ArrowLeft" if index % 2 else "ArrowRight")
        page.wait_for_timeout(pause * 1000 + rng.uniform(0, 50))
    return latencies(json.loads(browser.stop_tracing())["traceEvents"])


def latencies(trace: list[dict[str, Any]]) -> list[float]:
    """Return the milliseconds from each key to the frame presented after the last change before the next key."""
    marks = [event for event in trace if event["cat"] == "blink.user_timing"]
    keys = sorted(event["ts"] for event in marks if event["name"] == "key")
    changes = [event["ts"] for event in marks if event["name"] == "changed"]
    frames = presented(trace, marks[0]["pid"])
    found = []
    for key, following in itertools.pairwise([*keys, math.inf]):
        change = max((moment for moment in changes if key < moment < following), default=math.inf)
        shown = min((shown for commit, shown in frames if commit > change), default=math.inf)
        if shown < following:
            found.append((shown - key) / 1000)
    return found


def presented(trace: list[dict[str, Any]], process: int) -> list[tuple[float, float]]:
    """Return for each frame of a process when it was committed and when it was on screen."""
    commits, shown = {}, []
    for event in sorted((event for event in trace if event["pid"] == process), key=lambda event: event["ts"]):
        frame = event.get("id2", {}).get("local")
        if event["name"] == "Commit" and event["ph"] == "b":
            commits[frame] = event["ts"]
        if event["name"] == "SwapEndToPresentationCompositorFrame" and event["ph"] == "e" and frame in commits:
            shown.append((commits.pop(frame), event["ts"]))
    return shown


def stored(browser: Browser, site: Path, page: str, presses: int) -> list[float]:
    """Measure the slider of the built page."""
    with served(site) as address:
        tab = browser.new_page(viewport={"width": 1400, "height": 1000})
        tab.goto(f"{address}/{page}")
        tab.wait_for_timeout(SETTLE)
        return press(browser, tab, ".explorer input", ".explorer", presses, 0.15)


def live(browser: Browser, chapter: str, more: str, presses: int) -> list[float]:
    """Measure the same slider in a JupyterLab."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "slider.ipynb").write_text(notebook(chapter, more), encoding="utf-8")
        with jupyter_lab(Path(folder)) as address:
            tab = browser.new_page(viewport={"width": 1400, "height": 1000})
            tab.goto(f"{address}/lab/tree/slider.ipynb")
            tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=120_000)
            tab.wait_for_timeout(SETTLE)
            tab.get_by_role("menuitem", name="Run", exact=True).click()
            tab.get_by_text("Run All Cells", exact=True).click()
            tab.locator(".noUi-handle").first.wait_for(timeout=300_000)
            tab.wait_for_timeout(SETTLE)
            return press(browser, tab, ".noUi-handle", ".jp-Cell-outputArea:has(.noUi-handle)", presses, 1.5)


def line(name: str, times: list[float], presses: int) -> str:
    """Return one line of the table."""
    if len(times) < 2:
        return f"{name:34}{'no new frame was seen':>24}"
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return f"{name:34}{statistics.median(times):10.1f}{p95:10.1f}{len(times):8d} of {presses}"


def main() -> None:
    """Print one line for each way to make the slider."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", type=Path, default=Path("_build/html"), help="the folder of the built site")
    parser.add_argument("--presses", type=int, default=60, help="how often an arrow key is pressed")
    parser.add_argument("--page", help="this page in place of the heaviest one, such as chapters/he.html")
    parser.add_argument("--stored-only", action="store_true", help="leave JupyterLab out")
    options = parser.parse_args()
    page = options.page or max(pages(options.site), key=lambda name: explorer_bytes(options.site / name))
    print(f"{page}, {explorer_bytes(options.site / page):,} bytes of sliders")
    print(f"{'milliseconds from key to frame':34}{'median':>10}{'p95':>10}{'frames':>14}")
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        print(line("stored page", stored(browser, options.site, page, options.presses), options.presses), flush=True)
        for name, more in ({} if options.stored_only else LIVE).items():
            print(line(name, live(browser, Path(page).stem, more, options.presses), options.presses), flush=True)
        print(f"{'goal for the stored page':34}{16.7:10}{33.4:10}")
        browser.close()


if __name__ == "__main__":
    main()
