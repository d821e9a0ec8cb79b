"""Mathematics as MathML, made by KaTeX while the book is built: native, spoken, no byte of style, script or font."""

from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

katex = MiniRacer()
katex.eval(Path(str(find_spec("sphinxcontrib.katex").origin)).with_name("katex.min.js").read_text(encoding="utf-8"))


def mathml(node: nodes.Element, *, display: bool) -> str:
    """Return a formula as MathML; a mistake in it stops the build."""
    options = {"output": "mathml", "displayMode": display, "throwOnError": True}
    html = str(katex.call("katex.renderToString", node.astext(), options))
    return html.removeprefix('<span class="katex">').removesuffix("</span>")


def visit_inline(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write an inline formula."""
    translator.body.append(mathml(node, display=False))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write a displayed formula in a box of its own, which scrolls where the screen is narrow."""
    translator.body.append(translator.starttag(node, "div", CLASS="math", tabindex="0"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})</span>')
    translator.body.append(mathml(node, display=True) + "</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer to Sphinx under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
