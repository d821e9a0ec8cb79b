"""Promises of the gallery: each picture of the chapters has one place in it, a name, and a word on what is drawn."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tools.illustrations import FILE, by_subject, first_sentence, illustrations

ROOT = Path(__file__).parent.parent
ALL = list(illustrations(ROOT))
pictures = pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.chapter}-{one.number}")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a folder with a copy of one chapter and of the file of subjects."""
    (tmp_path / "chapters").mkdir()
    shutil.copy(ROOT / "chapters" / "symmetry.ipynb", tmp_path / "chapters")
    return tmp_path


def of_symmetry(*sections: str) -> str:
    """Return a file with one subject, its sections those of the chapter on symmetry that begin so."""
    return f'[[subjects]]\ntitle = "Units"\nsections = {json.dumps([f"symmetry: {begins}" for begins in sections])}\n'


def test_every_figure_and_slider_is_counted() -> None:
    """As many as the notebooks store, by what only a figure and only a slider has in the file."""
    stored = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "chapters").glob("*.ipynb"))

    assert sum(one.output.moves for one in ALL) == stored.count('<figure class=\\"explorer\\"') >= 20
    assert sum(not one.output.moves for one in ALL) == stored.count('"image/svg+xml": ') >= 40


def test_each_picture_belongs_to_one_subject() -> None:
    """None is left and none stands twice; a subject has at least three and at most a dozen."""
    found = by_subject(ROOT)

    assert sorted(one for its in found.values() for one in its) == sorted(ALL)
    assert all(3 <= len(its) <= 12 for its in found.values())


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        (("Try it", "Three hidden", "Thousands"), "none for .*Training pulls"),
        (("Try it", "Try it", "Three hidden", "Thousands", "Training"), "one section with pictures, and that once"),
        (("T",), "one section with pictures"),
        (("Try it", "Summary"), "one section with pictures.*Summary"),
    ],
    ids=["left over", "twice", "several", "none"],
)
def test_a_wrong_file_is_refused(book: Path, sections: tuple[str, ...], problem: str) -> None:
    """A picture that is left, and a place that is no section, several, or one that was named before."""
    (book / FILE).write_text(of_symmetry("Try it", "Three hidden", "Thousands", "Training"), encoding="utf-8")
    assert len(by_subject(book)["Units"]) == 4

    (book / FILE).write_text(of_symmetry(*sections), encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        by_subject(book)


@pictures
def test_a_picture_says_what_is_drawn_in_the_first_words_of_its_alternative(one) -> None:
    """Short, as the rest is read where the picture stands large; nothing of it is the name or the caption."""
    assert f'aria-label="{one.kind[:20]}' in one.output.svg
    assert 2 <= len(one.kind.split()) <= 25
    assert one.kind not in (one.name, one.output.says)
    assert min(one.size) > 0


@pictures
def test_a_picture_has_a_name_of_its_own(one) -> None:
    """The name, the picture's own words and its chapter together stand for no other picture."""
    assert len(one.name.split()) >= 1
    assert one.name[0] == one.name[0].upper()
    assert sum((it.name, it.output.says, it.title) == (one.name, one.output.says, one.title) for it in ALL) == 1


def test_a_slider_shows_the_frame_that_it_opens_on() -> None:
    """The one whose image stands in the notebook where it is not trusted, by its alternative."""
    for one in (one for one in ALL if one.output.moves):
        text = (ROOT / "chapters" / f"{one.chapter}.ipynb").read_text(encoding="utf-8")
        stills = re.findall(r'<div class=\\"still\\"><img [^>]*?alt=\\"(.*?)\\"', text)
        assert any(json.loads(f'"{alt}"') in one.output.svg for alt in stills), one.chapter


def test_a_caption_is_cut_behind_a_sentence() -> None:
    """Numbers and signs inside it do not end it, and one of a word or two takes the next along."""
    assert first_sentence("Forward. Only one line stays. Which?") == "Forward. Only one line stays."
    assert first_sentence("The rms of U(−0.1, 0.1) falls. It does.") == "The rms of U(−0.1, 0.1) falls."
