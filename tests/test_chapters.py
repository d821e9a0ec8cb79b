"""What nbval passes in silence is refused here: unexecuted cells, empty alt texts, numbers nobody computed."""

import ast
import builtins
import itertools
import re
import statistics
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from tools import plain
from xavier_lib.exercises.prediction import predictions

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
ENDING = ["Where it breaks", "Exercises", "Summary", "Self-test", "Further reading"]
BEFORE_EXERCISES = ["How sure is this?", "Sentences you will meet"]
MARKERS = re.compile(r"NBVAL|PYTEST_VALIDATE|allow_errors|^\s*[%!]", re.MULTILINE)
DECIMAL = re.compile(r"(?<![\w.,])\d+\.\d+(?![\w.])|(?<![\w.,])\d+(?:\.\d+)?(?=\s?%)")


def cells(path: Path, kind: str) -> list[Any]:
    """Return a chapter's cells of one kind."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def prose(path: Path) -> str:
    """Return all Markdown of a chapter."""
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def output_texts(cell: Any) -> list[str]:
    """Return every text that a cell put out."""
    return [
        text
        for output in cell.outputs
        for text in ([output.text] if output.output_type == "stream" else output.get("data", {}).values())
    ]


def shows_something(source: str) -> bool:
    """Say whether a cell must have an output: it prints, or ends in an expression that is no plain call for effect."""
    tree = ast.parse(source)
    prints = any(isinstance(node, ast.Name) and node.id == "print" for node in ast.walk(tree))
    return prints or (bool(tree.body) and isinstance(tree.body[-1], ast.Expr))


chapters = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def test_every_chapter_in_the_table_of_contents_has_its_module_and_its_tests() -> None:
    """The table of contents lists exactly the notebooks there are; the three names agree."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    listed = [entry["file"] for part in parts for entry in part["chapters"] if entry["file"].startswith("chapters/")]

    assert sorted(listed) == [f"chapters/{path.stem}" for path in CHAPTERS]
    for path in CHAPTERS:
        module = ROOT / "xavier_lib" / path.stem
        assert module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()
        tests = ROOT / "tests"
        assert (tests / f"test_{path.stem}.py").is_file() or (tests / path.stem).is_dir()
        assert f"xavier_lib.{path.stem}" in prose(path)


@chapters
def test_every_cell_was_executed_in_order_and_nothing_is_ignored(path: Path) -> None:
    """Counts run 1, 2, 3, …; no tag or comment switches a check off. Imports may fold, questions show no code."""
    code = cells(path, "code")

    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        allowed = ["remove-input"] if cell.source.startswith("predict(") else ["hide-input"]
        assert cell.metadata.get("tags", []) in ([], allowed), cell.id
        assert not MARKERS.search(cell.source), cell.id


@chapters
def test_every_cell_that_shows_something_has_its_output_stored_and_no_error(path: Path) -> None:
    """A cell that prints or ends in an expression has an output; none is an error, a warning or a broken frame."""
    for cell in cells(path, "code"):
        assert bool(cell.outputs) == shows_something(cell.source), cell.id
        for output in cell.outputs:
            assert output.output_type in ("stream", "execute_result", "display_data"), cell.id
            assert output.get("name") != "stderr", cell.id
        assert not any("explorer-error" in text for text in output_texts(cell)), cell.id


@chapters
def test_every_figure_is_an_svg_with_a_caption_and_an_alt_text_of_computed_numbers(path: Path) -> None:
    """The alt text in the metadata is the one that the figure computed, and says more than a label."""
    figures = 0
    for cell in cells(path, "code"):
        for output in cell.outputs:
            data = output.get("data", {})
            assert not [kind for kind in data if kind.startswith("image/") and kind != "image/svg+xml"], cell.id
            if "image/svg+xml" in data:
                figures += 1
                settings = cell.metadata["mystnb"]
                assert settings["image"]["alt"] == data["text/plain"], cell.id
                assert len(settings["image"]["alt"]) > 60, cell.id
                assert re.search(r"\d", settings["image"]["alt"]), cell.id
                assert settings["figure"]["name"].startswith(f"fig-{path.stem}-"), cell.id
                assert len(settings["figure"]["caption"]) > 30, cell.id
    assert figures


@chapters
def test_every_chapter_has_a_slider_stored_in_its_static_face(path: Path) -> None:
    """At least one explorer, whose first frame shows and whose others wait."""
    explorers = [text for cell in cells(path, "code") for text in output_texts(cell) if 'class="explorer"' in text]

    assert explorers
    for html in explorers:
        assert html.count('<script type="image/svg+xml"><svg ') == int(re.search(r'data-frames="(\d+)"', html)[1]) > 2
        assert html.count("<img ") == 1


@chapters
def test_the_markdown_is_plain_and_its_links_lead_somewhere(path: Path) -> None:
    """No role and no directive, which most notebook programs show raw; a link names a file or entry that is there."""
    text = prose(path)

    assert not re.search(r"\{[a-z:-]+\}`|^[`:]{3,}|^:\w+:", text, flags=re.MULTILINE)
    for _, target in plain.LINK.findall(text):
        file, _, name = target.partition("#")
        if not file.startswith("https://"):
            assert (path.parent / file).is_file(), target
        if name and file == "../glossary.md":
            assert name in plain.terms(), target
        if name and file == "../references.bib":
            assert f"{{{name}," in (ROOT / "references.bib").read_text(encoding="utf-8"), target


@chapters
def test_no_link_stands_in_a_closed_block(path: Path) -> None:
    """There jupyterlab-myst leaves a link as it is written, and its click leads nowhere."""
    blocks = re.findall(r"(?s)<details>.*?</details>", prose(path))
    assert [target for block in blocks for _, target in plain.LINK.findall(block)] == []


@chapters
def test_every_worked_answer_is_closed_and_says_that_it_is_one(path: Path) -> None:
    """Its heading is stored folded, and its check is marked, so that the catalog does not count it as the reader's."""
    worked = False
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            worked = cell.source == plain.ANSWER
            assert cell.metadata.get("jp-MarkdownHeadingCollapsed", False) is worked, cell.id
        for call in re.findall(r"(?m)^check\(.*\)$", cell.source if cell.cell_type == "code" else ""):
            assert call.endswith(", worked=True)") is worked, cell.id


@chapters
def test_a_slider_needs_no_cell_outside_its_section(path: Path) -> None:
    """Who runs a slider's section alone gets a live slider: it imports or makes every name that its cells use."""
    section, sliders = "", 0
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and re.search("^## ", cell.source, re.MULTILINE):
            section = ""
        elif cell.cell_type == "code":
            section += f"{cell.source}\n"
            if "explore(" in cell.source:
                sliders += 1
                assert names_from_elsewhere(section) == set(), cell.id
    assert sliders


def names_from_elsewhere(source: str) -> set[str]:
    """Return the names that a program uses and neither assigns, imports, defines nor takes as arguments."""
    made, used = set(dir(builtins)), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.FunctionDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
    return used - made


@chapters
def test_the_page_has_the_anatomy_of_a_chapter(path: Path) -> None:
    """Title, a slider or not, abilities, needs and minutes first; breaking point, exercises, summary, reading last."""
    text = prose(path)
    headings = re.findall(r"(?m)^(#+) (.+)$", text)

    assert headings[0][0] == "#"
    assert [level for level, _ in headings].count("#") == 1
    sections = [title for level, title in headings if level == "##"]
    assert [title for title in sections if title not in BEFORE_EXERCISES][-5:] == ENDING
    extra = [title for title in sections if title in BEFORE_EXERCISES]
    assert extra == [title for title in BEFORE_EXERCISES if title in extra] == sections[-4 - len(extra) : -4]
    assert any(title.startswith("Try it") for title in sections)
    opening = "\n".join(text.split("\n## ")[: 2 if sections[0].startswith("Try it") else 1])
    assert opening.count("\n- ") == 3
    for part in ("**You will be able to**", "| You need |", "Reading time: "):
        assert part in opening
    assert text.split("## Summary")[1].split("\n## ")[0].count("\n- ") == 3
    exercises = re.findall(r"(?m)^### ★+ ", text)
    assert len(exercises) >= 5
    assert len(exercises) == len(re.findall(r"(?m)^#### Worked answer$", text)) == text.count("<summary>Hint</summary>")
    assert f'self_test("{path.stem}")' in [cell.source for cell in cells(path, "code")][-1]


@chapters
def test_a_prediction_comes_right_before_its_result_and_there_are_at_most_five(path: Path) -> None:
    """The page asks two to five times, each question of the chapter's file once, and the next cell shows something."""
    all_cells = nbformat.read(path, as_version=4).cells
    asked = {}
    for cell, after in itertools.pairwise(all_cells):
        if cell.source.startswith("predict("):
            asked[ast.literal_eval(cell.source.removeprefix("predict"))] = after
            assert cell.metadata.tags == ["remove-input"], cell.id

    assert asked.keys() == {name for name in predictions() if name.startswith(f"{path.stem}-")}
    assert 2 <= len(asked) <= 5
    assert all(after.cell_type == "code" and after.outputs for after in asked.values())
    assert "*Predict" not in prose(path)


@chapters
def test_code_cells_are_short(path: Path) -> None:
    """At most 15 lines of at most 80 characters, half of them six or fewer; at least as many words as code."""
    sources = [cell.source for cell in cells(path, "code")]

    assert max(len(source.splitlines()) for source in sources) <= 15
    assert statistics.median(len(source.splitlines()) for source in sources) <= 6
    assert max(len(line) for source in sources for line in source.splitlines()) <= 80
    assert len(prose(path).split()) >= len(" ".join(sources).split())


@chapters
def test_every_decimal_and_percentage_in_the_prose_stands_in_an_output_or_in_the_code(path: Path) -> None:
    """A number in a sentence was computed on the page, or is what a cell there is given; a link's target is none."""
    code = cells(path, "code")
    computed = " ".join(cell.source + " " + " ".join(output_texts(cell)) for cell in code)
    known = {float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", computed)}
    said = plain.LINK.sub(r"\1", prose(path))
    text = re.sub(r"\b(?:section|sections|equation|version|Python) \d+(?:\.\d+)*", "", said)
    unknown = [n for n in DECIMAL.findall(text) if float(n) not in known and round(float(n) / 100, 6) not in known]

    assert not unknown


def test_notebooks_are_light() -> None:
    """A notebook has at most 2 MB, the median at most 500 kB."""
    sizes = [path.stat().st_size for path in CHAPTERS]

    assert max(sizes) <= 2_000_000
    assert statistics.median(sizes) <= 500_000
