"""The questions people ask: each entry of ``questions.toml`` as a heading, an answer, and what stands behind it."""

import tomllib
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from plain import to_myst
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from xavier_lib.replay.findings import FINDINGS
from xavier_lib.replay.findings.how_sure import Row, row, stored

FRAMEWORKS = {"pytorch": "PyTorch", "keras": "Keras", "jax": "Flax on JAX"}


class Questions(SphinxDirective):
    """Show all questions of the file that lies beside the page, under the headings of their subjects."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each subject, and in it one for each question."""
        path = Path(self.env.srcdir, "questions.toml")
        self.env.note_dependency(str(path))
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self.shares = stored()
        sections = [self.before(data["imports"])]
        for subject, entries in groupby(data["questions"], key=lambda entry: entry["subject"]):
            sections.append(section("-".join(subject.lower().replace(",", "").split()), subject))
            sections[-1] += [self.question(entry) for entry in entries]
        return sections

    def before(self, imports: dict[str, str]) -> nodes.Element:
        """Return the lines that the code of a framework starts with, closed until a reader opens them."""
        return folded("Imports of the frameworks’ code", self.named_code(imports))

    def question(self, entry: dict[str, Any]) -> nodes.section:
        """Return a question with its answer, what it stands on, the code of the frameworks and the way on."""
        found = section(entry["id"], entry["question"])
        found["classes"].append("question")
        found += self.parsed(entry["answer"])
        if "code" in entry:
            found += cell(entry["code"], entry["shows"])
        if "finding" in entry:
            name = entry["finding"]
            words = counted(row(name, self.shares[name]), in_words=FINDINGS[name].is_share)
            found += self.parsed(words)
            found[-1]["classes"].append("counted")
        names = [FRAMEWORKS[name] for name in FRAMEWORKS if name in entry]
        if names:
            found += folded(
                f"In {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}", self.named_code(entry)
            )
        found += self.parsed(f"Shown in: [](<{entry['link']}>)")
        return found

    def named_code(self, entry: dict[str, Any]) -> list[nodes.Node]:
        """Return the code of each framework under its name."""
        named = [(name, entry[key]) for key, name in FRAMEWORKS.items() if key in entry]
        heads = {name: [nodes.paragraph("", name)] if len(named) > 1 else [] for name, _ in named}
        return [node for name, code in named for node in (*heads[name], literal(code, "python"))]

    def parsed(self, text: str) -> list[nodes.Node]:
        """Return a text in the Markdown of the chapters."""
        holder = nodes.container()
        self.state.nested_parse(StringList(to_myst(text).splitlines()), self.content_offset, holder)
        return holder.children


def section(name: str, title: str) -> nodes.section:
    """Return a section with an anchor of its own; what stands between backticks is code."""
    found, heading = nodes.section(ids=[name], names=[name]), nodes.title(title, "")
    heading += [
        (nodes.literal if number % 2 else nodes.Text)(*[part, part][: 1 + number % 2])
        for number, part in enumerate(title.split("`"))
        if part
    ]
    found += heading
    return found


def cell(code: str, shows: str) -> nodes.container:
    """Return code and what it prints, as a chapter shows them."""
    found = nodes.container(classes=["cell", "docutils"])
    for kind, text, language in (("cell_input", code, "python"), ("cell_output", shows, "none")):
        found += nodes.container("", literal(text, language), classes=[kind, "docutils"])
    return found


def literal(text: str, language: str) -> nodes.literal_block:
    """Return a block of code."""
    return nodes.literal_block(text.strip("\n"), text.strip("\n"), language=language)


def folded(summary: str, inner: list[nodes.Node]) -> nodes.container:
    """Return nodes that are closed until a reader opens them, without a script."""
    opening = nodes.raw("", f'<details class="hint"><summary>{escape(summary)}</summary>', format="html")
    return nodes.container("", opening, *inner, nodes.raw("", "</details>", format="html"))


def counted(found: Row, *, in_words: bool) -> str:
    """Return a finding with its count, unless its own words say it, and the settings in which it holds or does not."""
    held = "" if in_words else f" It held in {found.page} runs."
    also = f" Also with: {found.also}." if found.also else ""
    otherwise = f" Not, or not always: {found.otherwise}." if found.otherwise else ""
    return f"**Counted.** {found.sentence}{held}{also}{otherwise}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive."""
    app.add_directive("questions", Questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
