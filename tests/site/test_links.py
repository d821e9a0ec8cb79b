"""The pages lead somewhere, to each other and to what runs them, and can be found and shared."""

import itertools
import json
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

from tests.site.built import CHAPTERS, CONFIG, IN_ORDER, ROOT, Tag, pages, tags

OWNER, NAME = CONFIG["repository"].split("/")
HOME = f"https://{OWNER}.github.io/{NAME}/"
NOT_FOUND = {"404"}
MADE_BY_SPHINX = {"genindex", "search"}


def head(site: Path, page: str) -> dict[str, list[str]]:
    """Return the meta and link elements of a page by their names."""
    found: dict[str, list[str]] = {}
    for tag in tags(site / f"{page}.html"):
        attributes = tag.attributes
        if tag.name in ("meta", "link"):
            name = attributes.get("name") or attributes.get("property") or attributes.get("rel", "")
            found.setdefault(name, []).append(attributes.get("content") or attributes.get("href", ""))
    return found


def targets(page_tags: list[Tag]) -> list[str]:
    """Return every address that a page names, its canonical one apart."""
    return [
        tag.attributes[key]
        for tag in page_tags
        for key in ("href", "src", "xlink:href", "poster", "action")
        if key in tag.attributes and tag.attributes.get("rel") != "canonical"
    ]


def title(page: str) -> str:
    """Return a chapter's title as its notebook has it."""
    cells = json.loads((ROOT / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    return "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")


def test_every_internal_link_and_anchor_resolves(site: Path) -> None:
    """Each address of each page leads to a file of the site and, where it names one, to an element of it.

    What stands after the # of a link to the laboratory is a state, which its page reads.
    """
    base, broken = "http://site/book/", []
    for page in pages(site):
        for target in targets(tags(site / f"{page}.html")):
            whole = urlsplit(urljoin(f"{base}{page}.html", target))
            if whole.scheme != "http" or whole.netloc != "site":
                continue
            name = unquote(whole.path).removeprefix("/book/") or "index.html"
            file = site / name
            named = unquote(whole.fragment)
            there = whole.path.startswith("/book/") and file.is_file()
            if whole.path == "/book/laboratory.html" and named.startswith("start="):
                named = ""
            if not there or (named and named not in {tag.attributes.get("id") for tag in tags(file)}):
                broken.append((page, target))
    assert broken == []


def test_no_link_depends_on_the_place_of_the_site(site: Path) -> None:
    """No address starts at the server's root or names the book's own server, so any folder will do."""
    for page in set(pages(site)) - NOT_FOUND:
        found = [target for target in targets(tags(site / f"{page}.html")) if target.startswith(("/", HOME))]
        assert found == [], page


def test_ids_are_unique_on_a_page(site: Path) -> None:
    """An anchor leads to one place."""
    for page in pages(site):
        ids = [
            tag.attributes["id"]
            for tag in tags(site / f"{page}.html")
            if "id" in tag.attributes and tag.name not in ("clippath", "marker", "path", "g", "use", "symbol")
        ]
        assert sorted({name for name in ids if ids.count(name) > 1}) == [], page


def test_every_page_can_be_found_and_shared(site: Path) -> None:
    """Canonical address, a description of its own, a title and a picture for cards, an icon; all files are there."""
    descriptions: dict[str, str] = {}
    for page in set(pages(site)) - NOT_FOUND:
        found = head(site, page)
        assert found["canonical"] == [f"{HOME}{page}.html"], page
        icon = urlsplit(urljoin(f"http://site/{page}.html", found["shortcut icon"][0])).path
        assert (site / icon.removeprefix("/")).is_file(), page
        if page in MADE_BY_SPHINX:
            continue
        assert len(found["description"]) == 1, page
        assert len(found["description"][0]) >= 50, (page, found["description"])
        assert found["description"][0] not in descriptions, (page, descriptions.get(found["description"][0]))
        descriptions[found["description"][0]] = page
        assert found["og:title"][0], page
        assert found["og:url"] == [f"{HOME}{page}.html"], page
        assert found["og:image"][0].startswith(HOME), page
        assert (site / found["og:image"][0].removeprefix(HOME)).is_file(), page
    assert set(descriptions.values()) == set(IN_ORDER)


def test_the_sitemap_lists_every_page_of_the_book(site: Path) -> None:
    """All pages that were written, and none that a search engine should not show."""
    places = [place.text for place in ElementTree.parse(site / "sitemap.xml").iterfind(".//{*}loc")]
    assert sorted(places) == sorted(f"{HOME}{page}.html" for page in IN_ORDER)
    assert set(pages(site)) == {*IN_ORDER, *MADE_BY_SPHINX, *NOT_FOUND}


def test_the_page_for_missing_addresses_asks_for_nothing(tab: Page, address: str) -> None:
    """However deep the address was, the page needs no file that could be missing too, and leads home."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    answer = tab.goto(f"{address}no/such/page.html", wait_until="networkidle")
    assert answer
    assert answer.status == 404
    assert asked == [f"{address}no/such/page.html"]
    assert tab.locator("a").get_attribute("href") == HOME


@pytest.mark.parametrize("page", CHAPTERS)
def test_chapter_and_module_lead_to_each_other(site: Path, page: str) -> None:
    """The chapter links its module's entry in the library; that entry links the chapter."""
    module = f"xavier_lib.{Path(page).name}"
    entry = f"api/{Path(page).name}.html"
    assert f"../{entry}#module-{module}" in targets(tags(site / f"{page}.html"))
    assert f"../{page}.html" in targets(tags(site / entry))


def test_previous_and_next_lead_through_the_whole_book(site: Path) -> None:
    """From the first page to the last in the order of the table of contents, and back."""
    for before, after in itertools.pairwise(IN_ORDER):
        steps = {
            tag.attributes.get("class", ""): urljoin(f"/{page}.html", tag.attributes["href"])
            for page, kind in ((before, "next-page"), (after, "prev-page"))
            for tag in tags(site / f"{page}.html")
            if tag.attributes.get("class") == kind
        }
        assert steps == {"next-page": f"/{after}.html", "prev-page": f"/{before}.html"}


def found_by_search(tab: Page, address: str, words: str) -> list[str]:
    """Search as a reader does, from the first page, and return the addresses that are found."""
    tab.goto(f"{address}index.html")
    box = tab.get_by_role("textbox", name="Search")
    box.fill(words)
    box.press("Enter")
    tab.locator("#search-results p.search-summary, #search-results ul.search").last.wait_for()
    tab.wait_for_function("() => /found|did not match/.test(document.querySelector('.search-summary').textContent)")
    return [unquote(urlsplit(link.get_attribute("href") or "").path) for link in tab.locator(".search li > a").all()]


@pytest.mark.parametrize(("words", "page"), [("fan_in", "chapters/fans"), ("√6", "glossary")])
def test_search_finds_a_symbol_by_name(tab: Page, address: str, words: str, page: str) -> None:
    """The names and the number that a reader meets in code elsewhere lead to the chapter that explains them."""
    assert any(place.endswith(f"{page}.html") for place in found_by_search(tab, address, words))


@pytest.mark.parametrize("page", CHAPTERS)
def test_search_finds_every_chapter_by_its_title(tab: Page, address: str, page: str) -> None:
    """Who remembers a title finds its chapter first."""
    assert found_by_search(tab, address, title(page))[0].endswith(f"{page}.html")


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_can_be_launched(site: Path, page: str) -> None:
    """The addresses of Binder and Colab follow from one line of configuration, the repository."""
    links = targets(tags(site / f"{page}.html"))
    repository = CONFIG["repository"]
    assert f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath={page}.ipynb" in links
    colab = list({link for link in links if link.startswith("https://colab.research.google.com/")})
    assert len(colab) == 1
    match = re.fullmatch(rf".*/github/{re.escape(repository)}/blob/[\w-]+/(colab/{page}\.ipynb)", colab[0])
    assert match
    assert (site / match[1]).is_file()


@pytest.mark.parametrize("page", CHAPTERS)
def test_only_the_copy_for_colab_installs_the_package(site: Path, page: str) -> None:
    """The copy has one cell more, and links to the site; the chapter itself, which Binder runs, installs nothing."""
    copy, chapter = (
        json.loads(file.read_text(encoding="utf-8"))["cells"]
        for file in (site / "colab" / f"{page}.ipynb", ROOT / f"{page}.ipynb")
    )
    assert copy[0]["cell_type"] == "code"
    assert "".join(copy[0]["source"]).startswith("%pip install")
    assert f"github.com/{CONFIG['repository']}" in "".join(copy[0]["source"])
    assert [cell for cell in copy[1:] if cell["cell_type"] == "code"] == [
        cell for cell in chapter if cell["cell_type"] == "code"
    ]
    prose = "".join("".join(cell["source"]) for cell in copy if cell["cell_type"] == "markdown")
    assert prose.count("](https://") == prose.count("](") > 5
    assert "pip install" not in "".join(line for cell in chapter for line in cell["source"])
