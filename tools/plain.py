"""Chapters are plain Markdown, which every notebook program shows. Here it is told to Sphinx.

A link to the glossary, the bibliography or a module becomes a term, a citation or a function, one to a state of the
laboratory becomes HTML; an exercise, a hint, a worked answer and a property become directives. For notebooks that
leave the repository, ``xavier_lib.exercises.classroom.links`` turns links into those to the site.
"""

import functools
import html
import json
import re
from pathlib import Path
from typing import Any

from xavier_lib.exercises.classroom.chapter import ANSWER, EXERCISE
from xavier_lib.exercises.classroom.links import LINK
from xavier_lib.exercises.climbing import hints

ROOT = Path(__file__).parent.parent
HINT = re.compile(r"<details>\n<summary>Hint</summary>\n\n(.*?)\n\n</details>", re.DOTALL)
CHECK = re.compile(r'^check\("([\w-]+)"', re.MULTILINE)
PROPERTY = re.compile(r"^> \*\*Property: (?P<title>.+)\*\*\n>\n(?P<text>(?:>.*\n?)+)", re.MULTILINE)
PROOF = re.compile(r"^> \*\*Proof\.\*\* (?P<text>.*\n?(?:>.*\n?)*)", re.MULTILINE)
TERM = re.compile(r"^## (?P<term>.+)\n\n(?:\*Also (?P<other>.+)\.\* )?(?P<text>(?:(?!## ).*\n?)+)", re.MULTILINE)


def to_myst(text: str) -> str:
    """Return plain Markdown as MyST: its links as roles, its hints and properties as directives."""
    text = HINT.sub(lambda match: climbing([match[1]]), text)
    text = PROPERTY.sub(a_property, text)
    text = PROOF.sub(lambda match: directive("prf:proof", "", quoted(match["text"])), text)
    return LINK.sub(lambda match: role(match[0], match[1], match[2]), text)


def climbing(texts: list[str]) -> str:
    """Return hints as directives, each inside the one before, so that a reader opens one after the other."""
    opened = ""
    for number, text in reversed(list(enumerate(texts))):
        fence = ":" * (3 + len(texts) - number)
        opened = f"{fence}{{hint}}\n:class: dropdown hint-{number + 1}\n{to_myst(text)}\n\n{opened}\n{fence}"
    return opened


def a_property(match: re.Match[str]) -> str:
    """Return a property as the directive, its label made from its title."""
    label = "property-" + re.sub(r"\W+", "-", match["title"].lower())  # a section may bear the same title
    return directive("prf:property", match["title"], quoted(match["text"]), f":label: {label}", ":nonumber:")


def directive(name: str, title: str, text: str, *options: str) -> str:
    """Return a directive. Where Sphinx would number, the options say no: a notebook shows no number."""
    lines = [f"````{{{name}}} {title}".rstrip(), *options, text.strip(), "````"]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return the text of a block quote."""
    return re.sub(r"^> ?", "", text, flags=re.MULTILINE)


def role(link: str, words: str, target: str) -> str:
    """Return a link as the role that Sphinx checks, as HTML if it leads to a state of the laboratory, or as it is."""
    path, _, name = target.removeprefix("../").partition("#")
    if path == "laboratory.md" and name:
        return f'<a class="reference internal" href="../laboratory.html#{html.escape(name)}">{words}</a>'
    if path in ("glossary.md", "") and name in terms():
        return f"{{term}}`{words} <{terms().get(name, name)}>`"
    if path == "references.bib":
        return f"{{cite:{'t' if words.endswith(')') else 'p'}}}`{name}`"
    if path.startswith("xavier_lib/") and path.endswith(".py"):
        return python_role(words.strip("`"), path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return link


@functools.cache
def terms() -> dict[str, str]:
    """Return the terms of the glossary by the anchors of their headings."""
    found = TERM.finditer((ROOT / "glossary.md").read_text(encoding="utf-8"))
    return {entry["term"].replace(" ", "-"): entry["term"] for entry in found}


def python_role(words: str, module: str) -> str:
    """Return a link to a module's file as a reference to the module, or to a function or class in it."""
    if words == module:
        return f"{{py:mod}}`{module}`"
    return f"{{py:{'class' if words[0].isupper() else 'func'}}}`~{module}.{words}`"


def chapter_to_myst(notebook: dict[str, Any]) -> None:
    """Turn the Markdown of a chapter into MyST, in place; an exercise takes its label from the check below it."""
    label, answer = "", None
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "markdown":
            continue
        if answer and source.startswith("##") and source != ANSWER:
            answer["source"] += "\n\n````{solution-end}\n````"
            answer = None
        if EXERCISE.fullmatch(source):
            label = label_of(notebook["cells"][number:])
            told = climbing(hints(label.partition("-")[0])[label])
            source = HINT.sub(lambda _, told=told: told, source)
        cell["source"] = to_myst(source)
        if match := EXERCISE.fullmatch(cell["source"]):
            cell["source"] = directive("exercise", match["title"], match["text"], f":label: {label}", ":nonumber:")
        elif source == ANSWER:
            cell["source"] = f"````{{solution-start}} {label}\n:class: dropdown\n````"
        if label:
            answer = cell if source == ANSWER or answer else None


def label_of(cells: list[dict[str, Any]]) -> str:
    """Return the name of the exercise that the first check tries."""
    return next(match[1] for cell in cells if (match := CHECK.search("".join(cell["source"]))))


def glossary_to_myst(text: str) -> str:
    """Return the glossary, whose terms are headings, as the directive that Sphinx knows."""
    head, _, _ = text.partition("\n## ")
    entries = (
        "\n".join(filter(None, [entry["term"], entry["other"], f"  {to_myst(entry['text']).strip()}\n"]))
        for entry in TERM.finditer(text)
    )
    return head + "\n```{glossary}\n" + "\n".join(entries) + "```\n"


def read_source(app: Any, page: str, source: list[str]) -> None:
    """Tell Sphinx what the plain Markdown of a chapter or of the glossary means."""
    if page == "glossary":
        source[0] = glossary_to_myst(source[0])
    elif Path(app.env.doc2path(page)).suffix == ".ipynb":
        notebook = json.loads(source[0])
        chapter_to_myst(notebook)
        source[0] = json.dumps(notebook)


def number_nothing(_app: Any, config: Any) -> None:
    """Take back the numbers of figures, which the extension for exercises asks for: a notebook shows none."""
    config.numfig = False


def setup(app: Any) -> dict[str, bool]:
    """Connect the reading of sources."""
    app.connect("source-read", read_source)
    app.connect("config-inited", number_nothing, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
