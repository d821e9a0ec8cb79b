"""The figures and sliders that the chapters store, and the subjects to which ``gallery.toml`` gives them."""

import json
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

FILE = "gallery.toml"
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
SHARED = "Where it breaks"  # a heading that many chapters have


class Output(NamedTuple):
    """A picture as a cell stores it.

    Attributes:
        svg: the figure, or the frame that a slider opens on.
        says: the first sentence of the caption, or what a slider asks its reader to look for.
        anchor: that of the cell or of the figure; empty if the cell has none.
        moves: whether it is a slider.
    """

    svg: str
    says: str
    anchor: str
    moves: bool


class Illustration(NamedTuple):
    """A picture and its place in the book.

    Attributes:
        chapter: the name of its chapter.
        title: that chapter's title, up to its colon.
        heading: the heading above the picture.
        number: which picture of its chapter it is, from 1 on.
        output: what is stored.
    """

    chapter: str
    title: str
    heading: str
    number: int
    output: Output

    @property
    def name(self) -> str:
        """Return the heading as a name, or under a heading that says nothing of the picture what its caption says."""
        if self.heading == SHARED:
            return self.output.says.removesuffix(".")
        name = self.heading.removeprefix("Try it: ")
        return name[0].upper() + name[1:]

    @property
    def kind(self) -> str:
        """Return the first sentence of the text alternative: what is drawn, and against what."""
        words = re.search('aria-label="([^"]*)"', self.output.svg)
        return re.split(r"[.:](?: |$)", unescape(words[1]))[0] if words else ""

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in whole pixels."""
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.output.svg)
        return (round(float(box[1])), round(float(box[2]))) if box else (0, 0)


def by_subject(folder: Path) -> dict[str, list[Illustration]]:
    """Return the pictures of each subject in its order, and refuse one that belongs to no subject.

    Raises:
        ValueError: if a place is not one section that has pictures and was not named before, or a picture is left.
    """
    left, found = list(illustrations(folder)), {}
    for subject in tomllib.loads((folder / FILE).read_text(encoding="utf-8"))["subjects"]:
        its = found[subject["title"]] = []
        for place in subject["sections"]:
            chapter, begins = place.split(": ", 1)
            here = [one for one in left if one.chapter == chapter and one.heading.startswith(begins)]
            if len({one.heading for one in here}) != 1:
                raise ValueError(f"{FILE} must name one section with pictures, and that once, got {place!r}")
            its += here
            left = [one for one in left if one not in here]
    if left:
        raise ValueError(f"{FILE} must have a subject for each picture, got none for {sections(left)}")
    return found


def sections(pictures: list[Illustration]) -> list[str]:
    """Return where pictures stand, as the file names it."""
    return [f"{one.chapter}: {one.heading}" for one in pictures]


def illustrations(folder: Path) -> Iterator[Illustration]:
    """Yield the pictures of all chapters, in the order of each."""
    for path in sorted(folder.glob("chapters/*.ipynb")):
        title, heading, number = "", "", 0
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                headings = HEADING.findall(FENCED.sub("", "".join(cell["source"])))
                title = title or headings[0].partition(":")[0]
                heading = headings[-1] if headings else heading
                continue
            for stored in cell["outputs"]:
                if output := drawn(cell["metadata"], stored.get("data", {})):
                    number += 1
                    yield Illustration(path.stem, title, heading, number, output)


def drawn(metadata: dict[str, Any], data: dict[str, Any]) -> Output | None:
    """Return the picture that an output holds, or None."""
    html, anchor = "".join(data.get("text/html", "")), metadata.get("anchor", "")
    opening = re.search(r'<figure class="explorer" data-frames="\d+" data-opens="(\d+)"', html)
    if opening:
        frames = re.findall(r'<script type="image/svg\+xml">(.*?)</script>', html, re.DOTALL)
        question = re.search('<p class="look-for">(.*?)</p>', html)
        return Output(frames[int(opening[1])], unescape(question[1]) if question else "", anchor, moves=True)
    if "image/svg+xml" not in data:
        return None
    figure = metadata["mystnb"]["figure"]
    says = first_sentence(figure["caption"])
    return Output("".join(data["image/svg+xml"]), says, anchor or figure["name"], moves=False)


def first_sentence(caption: str) -> str:
    """Return the first sentence of a caption without its marks, or two where the first is no more than a word or two.

    >>> first_sentence("Forward. The arrows are what `z` adds up. Count them.")
    'Forward. The arrows are what z adds up.'
    """
    sentences = re.split(r"(?<=[.:?]) (?=[A-Z])", caption.replace("`", ""))
    return " ".join(sentences[: 1 if len(sentences[0].split()) > 2 else 2])
