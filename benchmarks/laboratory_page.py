"""The laboratory under the hand: a drag of the gain, and keys while a network trains.

Run ``python -m benchmarks.laboratory_page`` after the book is built. A drag: the time from an input event of the gain's
slider to the new pictures in the page, through the worker, for 10 x 64 and 100 images. Keys: the time from a key's own
time stamp to the first task after the next frame, while 30 x 64 and 30 x 128 train.
"""

import argparse
import shutil
import statistics
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.serving import served

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SITE = Path(__file__).parent.parent / "_build" / "html"
SETTLE = 1000  # milliseconds until what a state asks for is computed, its judgement included
FRAME, ANSWER = 16.7, 50  # milliseconds: the goals
DRAG = """async times => {
    const slider = document.querySelector('[name=gain]'), pictures = document.querySelector('.layers .place')
    const found = []
    for (let time = 0; time < times; time++) {
        slider.value = 0.003 * time + (time % 2 ? 0.1 : -0.1)
        const start = performance.now()
        const drawn = new Promise(done => new MutationObserver(done).observe(pictures, {childList: true}))
        slider.dispatchEvent(new Event('input', {bubbles: true}))
        await drawn
        found.push(performance.now() - start)
        await new Promise(done => setTimeout(done, 30))
    }
    return found
}"""
KEYS = """() => {
    window.answers = []
    addEventListener('keydown', event => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel()
        port1.onmessage = () => answers.push(performance.now() - event.timeStamp)
        port2.postMessage(0)
    }), true)
}"""


def line(what: str, times: list[float]) -> str:
    """Return median and 95th percentile as a row."""
    return f"| {what} | {statistics.median(times):.1f} ms | {statistics.quantiles(times, n=20)[-1]:.1f} ms |"


def opened(page: Page, address: str, state: str) -> None:
    """Open a state, and let it come to rest."""
    page.goto("about:blank")
    page.goto(f"{address}/laboratory.html#{state}")
    page.wait_for_timeout(SETTLE)


def keys(page: Page, presses: int) -> list[float]:
    """Press a key many times while a network trains; return the milliseconds to each answer."""
    page.get_by_role("button", name="Play").click()
    page.evaluate(KEYS)
    for _ in range(presses):
        page.keyboard.press("Shift")
        page.wait_for_timeout(23)
    return [float(time) for time in page.evaluate("answers")]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=SITE, help="the built site (default: _build/html)")
    parser.add_argument("--times", type=int, default=100, help="of each action (default: 100)")
    given = parser.parse_args()
    with served(given.site) as address, sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        print(f"| action (goals: {FRAME} ms at the median, {ANSWER} ms at 95 %) | median | 95 % |\n|---|---|---|")
        for activation in ("tanh", "relu", "sigmoid"):
            opened(page, address, f"depth=10&width=64&activation={activation}")
            print(line(f"drag, {activation}", page.evaluate(DRAG, given.times)), flush=True)
        for width in (64, 128):
            opened(page, address, f"depth=30&width={width}&rate=0.01")
            print(line(f"key while 30 x {width} trains", keys(page, given.times)), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
