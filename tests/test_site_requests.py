"""What the pages ask for: nothing from a third party, nothing that fails, and little."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site import CHAPTERS, pages

FIRST_VISIT, NEXT_VISIT = 300_000, 150_000  # bytes over the wire, as the issue sets them


def complaints(tab: Page, origin: str) -> list[str]:
    """Listen to a tab from now on: requests elsewhere or in vain, words in the console, errors of scripts."""
    heard: list[str] = []

    def asked(url: str) -> None:
        if not url.startswith((origin, "data:")):
            heard.append(f"asked for {url}")

    tab.on("request", lambda request: asked(request.url))
    tab.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
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
        tab.wait_for_load_state("networkidle")
        found[page] = list(heard)
    assert not {page: words for page, words in found.items() if words}


def test_no_page_prepares_a_way_to_another_origin(site: Path) -> None:
    """No hint to connect elsewhere, which the browser would follow without a request that a test could see."""
    hints = ("preconnect", "dns-prefetch", "prefetch", "prerender")
    for page in pages(site):
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        assert not [hint for hint in hints if f'rel="{hint}"' in text], page


def weigh(context: BrowserContext, url: str) -> int:
    """Visit a page in a new tab and return the bytes that came over the wire for it, headers included."""
    tab = context.new_page()
    wire = context.new_cdp_session(tab)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    tab.goto(url, wait_until="networkidle")
    tab.close()
    assert sizes
    return int(sum(sizes))


def test_a_first_visit_is_light(browser: Browser, address: str, site: Path) -> None:
    """With an empty cache no page moves more than 300 kB, sliders included."""
    weights = {}
    for page in pages(site):
        context = browser.new_context()
        weights[page] = weigh(context, f"{address}{page}.html")
        context.close()
    assert max(weights.values()) <= FIRST_VISIT, weights


@pytest.mark.parametrize("first", CHAPTERS[:1])
def test_a_second_chapter_is_lighter(browser: Browser, address: str, first: str) -> None:
    """What all chapters share is kept: after one chapter another moves at most 150 kB."""
    weights = {}
    for page in CHAPTERS:
        context = browser.new_context()
        weigh(context, f"{address}{first}.html")
        weights[page] = weigh(context, f"{address}{page}.html")
        context.close()
    assert max(weights.values()) <= NEXT_VISIT, weights
