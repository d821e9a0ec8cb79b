"""Answers and hints that are closed until the reader opens them, without a script."""

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node

WORDS = {"hint-2": "A second hint", "hint-3": "The last hint"}


def visit_solution(translator: HTML5Translator, node: nodes.Element) -> None:
    """Open an answer, closed until the reader asks for it."""
    translator.body.append(translator.starttag(node, "details"))


def depart_solution(translator: HTML5Translator, _node: nodes.Element) -> None:
    """Close an answer."""
    translator.body.append("</details>")


def summarize_solutions(app: Sphinx, doctree: nodes.document, _page: str) -> None:
    """Turn an answer's title into the line that opens it; a link has no place there."""
    if app.builder.format == "html":
        for title in [solution.next_node(nodes.title) for solution in doctree.findall(solution_node)]:
            title.replace_self(nodes.raw("", f"<summary>{escape(title.astext())}</summary>", format="html"))


def visit_hint(translator: HTML5Translator, node: nodes.Element) -> None:
    """Open a hint; one of the class ``dropdown`` is closed until the reader asks for it."""
    if "dropdown" in node["classes"]:
        words = next((word for kind, word in WORDS.items() if kind in node["classes"]), "Hint")
        translator.body.append(f'<details class="hint"><summary>{words}</summary>')
    else:
        HTML5Translator.visit_hint(translator, node)


def depart_hint(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close a hint."""
    if "dropdown" in node["classes"]:
        translator.body.append("</details>")
    else:
        HTML5Translator.depart_hint(translator, node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect answers and hints to the build."""
    app.connect("doctree-resolved", summarize_solutions)
    app.add_node(solution_node, override=True, html=(visit_solution, depart_solution))
    app.add_node(nodes.hint, override=True, html=(visit_hint, depart_hint))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
