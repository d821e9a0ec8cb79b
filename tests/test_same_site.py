"""Promises of the comparison of two built sites: what a reader would miss is named, what no reader sees is not."""

import re
from pathlib import Path

import pytest

from tools.same_site import compare

PAGE = """<html><head><link href="site.css?v=ab12"></head><body><!-- made with one Sphinx -->
<h1 id="title">Weights<a href="#title">#</a></h1><p>In <span class="n">numbers</span>, see <a href="he.html">He</a>:
0.0824 <math><mi>σ</mi></math></p>
<div class="exercise admonition" id="draw">Draw</div><img alt="Two lines" src="one.svg">
<svg><path d="M0 1"/></svg><input type="range" max="3"><script>kernelName = 'python3'</script></body></html>"""
SEEN = {
    "a number": ("0.0824", "0.0825"),
    "a heading's level": ("<h1", "<h2"),
    "a word": ("In <span", "Im <span"),
    "a link": ("he.html", "glorot.html"),
    "a picture's file": ("one.svg", "two.svg"),
    "a picture's alternative": ("Two lines", "One line"),
    "a curve": ("M0 1", "M0 2"),
    "a formula": ("<mi>σ</mi>", "<mn>σ</mn>"),
    "a slider": ('<input type="range" max="3">', ""),
    "an exercise": ('class="exercise admonition"', 'class="admonition"'),
    "an id that links lead to": (' id="title"', ""),
}
UNSEEN = {
    "the builder": ("made with one Sphinx", "made with another"),
    "the mark of a file": ("?v=ab12", "?v=cd34"),
    "a span": ('<span class="n">numbers</span>', "<span>num</span><span>bers</span>"),
    "one more id": ("<h1", '<span id="weights"></span><h1'),
    "Thebe": ("<script>kernelName = 'python3'</script>", ""),
    "spaces": ("Weights", "\n  Weights "),
}


def two_sites(folder: Path, old: str = "", new: str = "") -> tuple[Path, Path]:
    """Write a small site twice, the second with one text in place of another."""
    for name, page in (("one", PAGE), ("two", PAGE.replace(old, new) if old else PAGE)):
        (folder / name / "chapters").mkdir(parents=True)
        (folder / name / "chapters" / "he.html").write_text(page, encoding="utf-8")
        (folder / name / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    return folder / "one", folder / "two"


@pytest.mark.parametrize("kind", SEEN)
def test_a_falsified_page_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """One change that a reader would see makes the page differ, and the change is printed."""
    assert SEEN[kind][0] in PAGE

    assert compare(*two_sites(tmp_path, *SEEN[kind])) == 1
    assert re.search(r"\nchapters/he.html:\n  (@@|no id title)", capsys.readouterr().out)


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_no_reader_sees_may_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Another version of the builder does not make another page."""
    assert UNSEEN[kind][0] in PAGE

    assert compare(*two_sites(tmp_path, *UNSEEN[kind])) == 0, capsys.readouterr().out


def test_what_a_page_holds_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A heading, two links, an image and a drawing, a formula, a slider, an exercise and nine words."""
    compare(*two_sites(tmp_path))

    assert "| chapters/he.html | 1 | 2 | 2 | 1 | 1 | 1 | 9 | 0 |" in capsys.readouterr().out


def test_a_lost_page_and_a_changed_file_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sites must have the same files, those that are no pages with the same bytes."""
    one, two = two_sites(tmp_path)
    (two / "chapters" / "he.html").unlink()
    (two / "sitemap.xml").write_text("<urlset></urlset>", encoding="utf-8")

    assert compare(one, two) == 2
    assert "1 pages and 1 other files compared, 2 differ." in capsys.readouterr().out


def test_an_empty_folder_is_no_site(tmp_path: Path) -> None:
    """Two folders with nothing in them do not pass for equal sites."""
    with pytest.raises(FileNotFoundError, match="must hold a built site, found no page"):
        compare(tmp_path, tmp_path)
