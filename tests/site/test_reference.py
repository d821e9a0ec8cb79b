"""The reference: a page for each part of the library, with a table of its names, their types and their source."""

import pkgutil
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

import xavier_lib
from tests.site.built import CONFIG, ROOT, tags

GROUND = ("arguments", "names", "wording")  # checks, types and words of messages, which no reader calls
PARTS = sorted(module.name for module in pkgutil.iter_modules(xavier_lib.__path__) if module.name not in GROUND)
SOURCE = f"https://github.com/{CONFIG['repository']}/blob/HEAD/"


def page(site: Path, part: str) -> str:
    """Return the page of a part as it is written."""
    return (site / "api" / f"{part}.html").read_text(encoding="utf-8")


def entries(text: str) -> list[str]:
    """Return the ids of all entries of a page, modules left out."""
    return re.findall(r'<dt class="sig[^>]*? id="([\w.]+)"', text, re.DOTALL)


def test_every_part_of_the_library_has_a_page(site: Path) -> None:
    """Each module and folder at the root of the package but the ground, and no other."""
    assert sorted(path.stem for path in (site / "api").glob("*.html")) == PARTS
    overview = [tag.attributes.get("href", "") for tag in tags(site / "api.html")]
    for part in PARTS:
        assert f"api/{part}.html#module-xavier_lib.{part}" in overview


@pytest.mark.parametrize("part", PARTS)
def test_a_table_lists_what_a_page_holds(site: Path, part: str) -> None:
    """Each name of the table leads to an entry below it, each entry but for members of classes is in the table."""
    text = page(site, part)
    table = re.search(r'<table class="names.*?</table>', text, re.DOTALL)
    assert table
    listed = re.findall(r'<tr[^>]*><td><p><a [^>]*?href="#([\w.]+)"', table[0])
    top = [name for name in entries(text) if name.rpartition(".")[0] not in entries(text)]
    assert listed == top
    assert len(re.findall(r"<td><p>[^<]*\w", table[0])) >= len(listed), "each name has a sentence"


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """All of the names that ``import xavier_lib`` gives have an entry on one of the pages."""
    shown = {name.rpartition(".")[2] for part in PARTS for name in entries(page(site, part))}
    assert set(xavier_lib.__all__) - {"xavier_normal", "xavier_uniform"} <= shown


@pytest.mark.parametrize(
    ("part", "name", "words"),
    [
        ("glorot", "glorot_limit", "fan_in: int fan_out: int gain: float = 1.0) → float"),
        ("weights", "variance_scaling", "dtype: DTypeLike = float"),
        ("nn", "rms", "→ float"),
    ],
)
def test_a_signature_shows_its_types(site: Path, part: str, name: str, words: str) -> None:
    """What is taken and returned is said in the types of the source, NumPy's by their own names."""
    entry = re.search(rf'<dt class="sig[^>]*? id="[\w.]+\.{name}">(.*?)</dt>', page(site, part), re.DOTALL)
    assert entry
    text = " ".join(re.sub(r"<[^>]+>", "", unescape(entry[1])).replace(",", " ").split())
    assert words in text.replace(" )", ""), text


@pytest.mark.parametrize("part", PARTS)
def test_every_function_leads_to_its_lines(site: Path, part: str) -> None:
    """The link names a file of the repository and lines that define what the entry describes."""
    text = page(site, part)
    found = re.findall(
        r'<dt class="sig[^>]*? id="([\w.]+)">(?:(?!</dt>).)*?href="(https://github[^"]+)"', text, re.DOTALL
    )
    assert found
    for name, link in found:
        assert link.startswith(SOURCE)
        match = re.fullmatch(r"([\w/]+\.py)#L(\d+)-L(\d+)", unquote(link.removeprefix(SOURCE)))
        assert match, link
        lines = (ROOT / match[1]).read_text(encoding="utf-8").splitlines()[int(match[2]) - 1 : int(match[3])]
        assert re.search(rf"(?m)^ *(def|class) {name.rpartition('.')[2]}\b", "\n".join(lines)), link


def test_the_index_is_in_the_menu(site: Path) -> None:
    """From any page one click leads to all names from A to Z."""
    for name, way in (("index", ""), ("api", ""), ("chapters/he", "../"), ("api/nn", "../")):
        assert f"{way}genindex.html" in [tag.attributes.get("href") for tag in tags(site / f"{name}.html")]
    assert "glorot_limit" in (site / "genindex.html").read_text(encoding="utf-8")
