"""Compare two built sites page by page: ``python -m tools.same_site SITE OTHER``; every difference is listed.

What may differ, and is left out: comments, files of style and script, the search index and Sphinx's own leavings, the
marks ``?v=`` of files, the configuration of Thebe that Jupyter Book writes into each page, and ids that the other site
has besides (Sphinx 9 gives a heading a second one). Of what only colors code or explains a signature (spans, ``em`` of
a property, ``abbr`` of a separator) the text counts.
"""

import re
import sys
from collections import Counter
from difflib import unified_diff
from html.parser import HTMLParser
from pathlib import Path

LEAVINGS = ("_static", "_sources", ".doctrees", ".buildinfo", "searchindex.js")
COUNTED = ("headings", "links", "pictures", "formulas", "sliders", "exercises", "words")
LEFT_OUT = re.compile(
    r"<(span|em class='property'|abbr title='[\w-]+ parameters? separator|script>|script type='text/x-thebe)"
)
THEBE = ("kernelName", "{\n        requestKernel")


class Page(HTMLParser):
    """A page as a list of lines: an element with its attributes, or the text up to the next element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.ids: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.text = ""
        self.feed(html)
        self.close()
        self.end_text()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element; of a span only its id."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        shown = [f"{name}={re.sub(r'[?]v=[0-9a-f]+$', '', value)!r}" for name, value in sorted(given.items())]
        element = " ".join([f"<{tag}", *shown]) + ">"
        if not LEFT_OUT.match(element):
            self.end_text()
            self.lines.append(element)
            self.count(tag, given)

    def handle_data(self, data: str) -> None:
        """Gather text."""
        if not data.strip().startswith(THEBE):
            self.text += data

    def end_text(self) -> None:
        """Keep the text gathered so far, with single spaces."""
        if words := self.text.split():
            self.lines.append(" ".join(words))
            self.counts["words"] += len(words)
        self.text = ""

    def count(self, tag: str, given: dict[str, str]) -> None:
        """Count what a reader would miss."""
        self.counts["headings"] += re.fullmatch("h[1-6]", tag) is not None
        self.counts["links"] += tag == "a" and "href" in given
        self.counts["pictures"] += tag in ("svg", "img")
        self.counts["formulas"] += tag == "math"
        self.counts["sliders"] += given.get("type") == "range"
        self.counts["exercises"] += given.get("class", "").startswith("exercise ")


def files(site: Path) -> set[str]:
    """Return the names of a site's files, without those that Sphinx needs for itself."""
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return {name for name in names if name.partition("/")[0] not in LEAVINGS}


def differences(site: Path, other: Path, name: str) -> list[str]:
    """Return what another site has otherwise in one file, a line each."""
    if not name.endswith(".html"):
        return [] if (site / name).read_bytes() == (other / name).read_bytes() else ["other bytes"]
    here, there = (Page((folder / name).read_text(encoding="utf-8")) for folder in (site, other))
    changed = list(unified_diff(here.lines, there.lines, n=0, lineterm=""))[2:]
    return [*changed, *(f"no id {lost}" for lost in sorted(here.ids - there.ids))]


def compare(site: Path, other: Path) -> int:
    """Print a row for each page and then each difference; return the number of files that differ.

    Raises:
        FileNotFoundError: if there is no page to compare.
    """
    here, there = files(site), files(other)
    pages = sorted(name for name in here if name.endswith(".html"))
    if not pages:
        raise FileNotFoundError(f"{site} must hold a built site, found no page")
    found = {name: differences(site, other, name) for name in sorted(here & there)}
    found |= {name: ["only in one of the sites"] for name in sorted(here ^ there)}
    print(f"| page | {' | '.join(COUNTED)} | differences |", "|---" * (len(COUNTED) + 2) + "|", sep="\n")
    for name in pages:
        counts = Page((site / name).read_text(encoding="utf-8")).counts
        print(f"| {name} | {' | '.join(str(counts[kind]) for kind in COUNTED)} | {len(found[name])} |")
    different = {name: lines for name, lines in found.items() if lines}
    for name, lines in different.items():
        print(f"\n{name}:", *(line[:300] for line in lines[:20]), sep="\n  ")
    print(f"\n{len(pages)} pages and {len(here) - len(pages)} other files compared, {len(different)} differ.")
    return len(different)


if __name__ == "__main__":
    sys.exit(compare(*map(Path, sys.argv[1:])) > 0)
