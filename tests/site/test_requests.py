"""What the pages ask for: nothing from a third party, nothing that fails, and little."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request

from tests.site.built import CHAPTERS, pages

FIRST_VISIT, NEXT_VISIT = 300_000, 150_000  # bytes over the wire, as the issue sets them
LATE = 10_000  # milliseconds that a page has to ask for more after it is loaded, by a clock that the test moves


def complaints(tab: Page, origin: str) -> list[str]:
    """Listen to a tab from now on: requests elsewhere or in vain, words in the console, errors of scripts."""
    heard: list[str] = []

    def asked(url: str) -> None:
        if not url.startswith((origin, "data:")):
            heard.append(f"asked for {url}")

    tab.on("request", lambda request: asked(request.url))

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # which only says that the next page came first
            heard.append(f"failed: {request.url}")

    tab.on("requestfailed", failed)
    tab.on("response", lambda answer: heard.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None)
    tab.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.mark.parametrize("server", ["address", "plain_address"])
def test_no_page_asks_a_third_party_or_in_vain_or_complains(
    tab: Page, site: Path, server: str, request: pytest.FixtureRequest
) -> None:
    """From a sub-path and from the root: own origin only, no failure, no error or warning, at use of the page too."""
    home = request.getfixturevalue(server)
    heard = complaints(tab, home)
    tab.clock.install()
    found = {}
    for page in [*pages(site), "search.html?q=weights"]:
        heard.clear()
        tab.goto(home + (page if "?" in page else f"{page}.html"), wait_until="load")
        tab.evaluate(
            """() => { document.querySelectorAll('details').forEach(answer => answer.open = true);
                document.querySelector('.theme-toggle')?.click();
                document.querySelectorAll('input[type=range]').forEach(slider => {
                    slider.value = slider.max;
                    slider.dispatchEvent(new Event('input', {bubbles: true})) });
                document.querySelectorAll('[loading=lazy]').forEach(late => late.scrollIntoView()) }"""
        )
        tab.clock.run_for(LATE)
        found[page] = list(heard)
    assert not {page: words for page, words in found.items() if words}


def test_no_page_prepares_a_way_to_another_origin(site: Path) -> None:
    """No hint to connect elsewhere, which the browser would follow without a request that a test could see."""
    hints = ("preconnect", "dns-prefetch", "prefetch", "prerender")
    for page in pages(site):
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        assert not [hint for hint in hints if f'rel="{hint}"' in text], page


class Scale:
    """A tab that weighs what comes over the wire, headers included.

    Of a worker's files nothing is heard here: the laboratory's own test weighs them.
    """

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.tab.clock.install()
        self.wire = tab.context.new_cdp_session(tab)
        self.wire.send("Network.enable")
        self.asked: set[str] = set()
        self.sizes: dict[str, float] = {}
        self.wire.on("Network.requestWillBeSent", self.went)
        self.wire.on("Network.loadingFinished", lambda event: self.came(event, event["encodedDataLength"]))
        self.wire.on("Network.loadingFailed", lambda event: self.came(event, 0))

    def went(self, event: dict[str, Any]) -> None:
        """Note that an answer is awaited."""
        if not event["request"]["url"].endswith("/worker.js"):
            self.asked.add(event["requestId"])

    def came(self, event: dict[str, Any], size: float) -> None:
        """Note that an answer is there."""
        self.sizes[event["requestId"]] = size

    def weigh(self, url: str, *, first: bool) -> int:
        """Visit a page, with an empty cache or with what it holds, and return its bytes."""
        if first:
            self.tab.goto("about:blank")
            self.wire.send("Network.clearBrowserCache")
        self.asked.clear()
        self.sizes.clear()
        self.tab.goto(url, wait_until="load")
        self.tab.clock.run_for(LATE)
        while self.asked - self.sizes.keys():
            self.tab.evaluate("0")  # lets the news of the wire in
        assert self.sizes
        return int(sum(self.sizes.values()))


def test_a_first_visit_is_light_and_the_next_chapter_is_lighter(tab: Page, address: str, site: Path) -> None:
    """With an empty cache no page moves more than 300 kB, sliders included; the next chapter at most 150 kB."""
    scale, next_chapter = Scale(tab), dict(itertools.pairwise([*CHAPTERS, CHAPTERS[0]]))
    first, following = {}, {}
    for page in pages(site):
        first[page] = scale.weigh(f"{address}{page}.html", first=True)
        if page in next_chapter:
            after = next_chapter[page]
            following[after] = scale.weigh(f"{address}{after}.html", first=False)
    assert max(first.values()) <= FIRST_VISIT, first
    assert following.keys() == set(CHAPTERS)
    assert max(following.values()) <= NEXT_VISIT, following
