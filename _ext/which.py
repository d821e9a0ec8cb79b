"""The pages that choose for a reader in a hurry: which start for which network, and where to look; from one file."""

import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from xavier_lib.replay.findings import FINDINGS
from xavier_lib.replay.findings.how_sure import stored

CODE = {"numpy": "NumPy", "pytorch": "PyTorch", "keras": "Keras", "jax": "JAX"}
KINDS = {"plain": "plain", "normalized": "normalization", "skips": "skips"}
NAMES = {"relu": "ReLU", "silu": "SiLU", "gelu": "GELU", "elu": "ELU", "mish": "Mish"}
HEADS = ("Network", "Optimizer, rate", "Start", "Where it fails, or what else does", "Counted")
REGION = 'role="group" tabindex="0" class="scrolled"'


class Which(SphinxDirective):
    """Show a table of ``which.toml``: ``.. which:: starts`` or ``.. which:: symptoms``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, with its controls, as it is to be shown."""
        path = Path(self.env.srcdir) / "which.toml"
        self.env.note_dependency(str(path))
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        html = {"starts": starts, "symptoms": symptoms}[self.arguments[0]](found)
        return [nodes.raw("", html, format="html")]


def starts(found: dict[str, Any]) -> str:
    """Return the table of starts, and the controls that hide what is not asked for."""
    rows = found["rows"]
    activations = list(dict.fromkeys(name for row in rows for name in row["activation"]))
    asked = {"activation": {"any": "any", **{name: NAMES.get(name, name) for name in activations}}}
    asked["network"] = {"any": "any", **KINDS}
    controls = "".join(choice(name, options) for name, options in asked.items()) + choice("code", CODE)
    hiding = [
        f'.which:has(#{name}-{value}:checked) tr[data-{name}]:not([data-{name}~="{value}"]){{display:none}}'
        for name, options in asked.items()
        for value in list(options)[1:]
    ]
    hiding += [f".which:has(#code-{value}:checked) .code:not(.{value}){{display:none}}" for value in CODE]
    head = "".join(f'<th scope="col">{text}</th>' for text in HEADS)
    body = "".join(start_row(row, found["starts"][row["start"]]) for row in rows)
    table = f'<table class="claims"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    style = f"<style>{''.join(hiding)}</style>"
    scrolled = f'<div {REGION} aria-label="Which start for which network">{table}</div>'
    return f'<div class="which">{style}<form autocomplete="off">{controls}</form>{scrolled}</div>'


def choice(name: str, options: dict[str, str]) -> str:
    """Return a group of radio buttons, the first of which is chosen."""
    labels = "".join(
        f'<label><input type="radio" name="{name}" id="{name}-{value}"{" checked" * (not place)}> {text}</label> '
        for place, (value, text) in enumerate(options.items())
    )
    return f"<fieldset><legend>{name.capitalize()}</legend>{labels}</fieldset>"


def start_row(row: dict[str, Any], start: dict[str, str]) -> str:
    """Return a row: the network, how it is trained, the start with its line of code, where it fails, the runs."""
    kinds = " ".join(kind for kind, word in KINDS.items() if word in row["kind"] or kind in row["kind"])
    names = ", ".join(NAMES.get(name, name) for name in row["activation"])
    layers = f"{names}; hidden layers: {row['depth']}; {row['kind']}"
    lines = "".join(
        f'<span class="code {value}">{text}: <code>{escape(start[value])}</code></span>'
        if value in start
        else f'<span class="code {value}">{text}: in NumPy alone</span>' * ("numpy" in start)
        for value, text in CODE.items()
    )
    cells = [f"<b>{start['name']}</b>{lines}", escape(row["fails"]), "".join(counted(row.get("found", []))) or "–"]
    tags = f'data-activation="{" ".join(row["activation"])}" data-network="{kinds}"'
    texts = "".join(f"<td>{cell}</td>" for cell in [escape(row["optimizer"]), *cells])
    return f'<tr {tags}><th scope="row">{escape(layers)}</th>{texts}</tr>'


def counted(names: list[str]) -> Iterator[str]:
    """Yield a link for each finding, with the runs in which it held."""
    for name in names:
        page = f"chapters/{FINDINGS[name].chapter}.html#finding-{name}"
        yield f'<a href="{page}">{FINDINGS[name].chapter}: {stored()[name]["page"]} runs</a> '


def symptoms(found: dict[str, Any]) -> str:
    """Return the table from a symptom to where to look."""
    head = "".join(f'<th scope="col">{text}</th>' for text in ("What you see", "What it may be", "Ask", "Read"))
    body = "".join(
        f'<tr><th scope="row">{escape(row["sign"])}</th><td>{escape(row["means"])}</td>'
        f"<td><code>{escape(row['first'])}</code></td>"
        f'<td><a href="chapters/{row["chapter"]}.html{"#" * bool(row["anchor"])}{row["anchor"]}">{row["chapter"]}</a>'
        "</td></tr>"
        for row in found["symptoms"]
    )
    table = f'<table class="claims"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div {REGION} aria-label="From symptom to section">{table}</div>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("which", Which)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
