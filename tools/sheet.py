"""What stands on the cheat sheet, as Markdown: formulas of docstrings, numbers of the library and of stored outputs."""

import ast
import inspect
import math
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

from xavier_lib import gain, he_std
from xavier_lib.diagnosis.limits import EXPLODED, FADED, FIRST_LOSS, GROWN, VANISHED
from xavier_lib.frameworks.rules import start_for
from xavier_lib.he import second_moment_kept
from xavier_lib.weights.drawing import TRUNCATED_STD

FILE = Path(__file__).parent.parent / "cheatsheet.toml"
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
MATH = re.compile(r"\.\. math:: (.*?)(?:\n\n|\Z)", re.DOTALL)
WIDE = re.compile(r"(,?)\s*\\q?quad\s*")  # what stands apart may begin a line of its own
ROLE = re.compile(":math:`([^`]*)`")
ROW = re.compile(r'^``"(\w+)"``\s+(\S.*?)\s{2,}(\S.*)$', re.MULTILINE)  # of a table in a docstring
BY_FANS = ("dense", "convolution")
STATE = re.compile("recurrent|_hh|_h\\.")  # in the name of the weights on the state of an LSTM
MEASURED = re.compile(r"^(\w+), (\S.*?) +((?:\w+ )?\w+) +([\d.]+) +([\d.]+)$", re.MULTILINE)
#: Standard deviations in units of He's that tell a rule where the fans are those of the shape.
RULES = {"LeCun’s": 0.5**0.5, "He’s": 1.0, "He’s with $a^2 = 5$": he_std(1, 5**0.5) / he_std(1)}


def numbers() -> dict[str, float]:
    """Return the numbers that sentences of the file may name."""
    return {"truncated": TRUNCATED_STD, "relu_kept": second_moment_kept("relu").forward}


def formula(name: str) -> str:
    """Return what stands as a formula, or as a table of factors, in the docstring of a function below ``xavier_lib``.

    >>> formula("he.he_limit")
    '$\\\\ell = \\\\sqrt{\\\\frac{6}{(1 + a^2)\\\\, n}} = \\\\sqrt{3}\\\\,\\\\sigma$'
    """
    module, _, function = name.rpartition(".")
    text = inspect.getdoc(getattr(import_module(f"xavier_lib.{module}"), function)) or ""
    if found := MATH.search(text):
        return "$" + WIDE.sub(r"$\1 $", " ".join(found[1].split())) + "$"
    if rows := ROW.findall(text):
        return "; ".join(f"`{row}` {plain(before)}, {plain(last)}" for row, before, last in rows)
    raise ValueError(f"{name} must have a formula in its docstring, got none")


def plain(cell: str) -> str:
    """Return a cell of a docstring's table as Markdown."""
    return f"${ROLE.sub(lambda match: match[1], cell)}$"


def starts() -> list[list[str]]:
    """Return a row for each start: its name and names elsewhere, its formulas, what it is for, and where it fails."""
    return [
        [named(start), shown(start), asked(start) + start["takes"], start["fails"].format(**numbers())]
        for start in DATA["starts"]
    ]


def named(start: dict[str, Any]) -> str:
    """Return a start's name, and the names under which frameworks draw it."""
    words = [
        f"{', '.join(f'`{name}`' for name in start[key])} {place}"
        for key, place in (("starts", "here"), ("keras", "in Keras and JAX"), ("pytorch", "in PyTorch"))
        if start.get(key)
    ]
    if start["starts"] and start["starts"] == start.get("keras"):
        words = [words[0].replace(" here", " here, in Keras and JAX"), *words[2:]]
    return "\n\n".join([f"**{start['name']}**", "; ".join(words)]).strip()


def shown(start: dict[str, Any]) -> str:
    """Return the formulas of a start, one below the other."""
    return "\n\n".join(map(formula, start["formulas"]))


def asked(start: dict[str, Any]) -> str:
    """Return which activations of the file ask for the rule of a start."""
    names = [name for name in DATA["activations"] if start_for(name).rule == start.get("rule")]
    return f"{', '.join(names)}; " if names else ""


def activations() -> list[list[str]]:
    """Return a row for each activation: what it keeps forward and back, its gains, and what becomes of a wrong size."""
    rows = []
    for name in DATA["activations"]:
        found = gain(name)
        kept = [f"{1 / factor**2:.3f}" for factor in (found.forward, found.backward)]
        gains = [found.forward, found.backward, found.fixed and found.fixed.gain]
        power = found.fixed.power if found.fixed else found.power
        rows.append([name, *kept, *(f"{factor:.3f}" if factor else "none" for factor in gains), fate(power)])
    return rows


def fate(power: float) -> str:
    """Return what becomes of an error of the size, by the power with which the signal leaves an activation."""
    if abs(power - 1) < 1e-9:
        return "stays"
    return "fades" if power < 1 else "grows"


def defaults(printed: str) -> list[list[str]]:
    """Return heads, and for each layer what each framework was measured to draw if nobody says a word."""
    measured = MEASURED.findall(printed)
    table: dict[str, dict[str, str]] = {}
    for framework, layer, drawn, over_glorot, over_he in measured:
        word, _, weights = layer.partition(", ")
        rule = rule_of(float(over_glorot), float(over_he)) if word in BY_FANS else ""
        if weights:
            word += ", its state" if STATE.search(weights) else ", its input"
        table.setdefault(word, {})[framework] = f"{drawn}, {rule or f'{over_glorot} × Xavier’s'}"
    frameworks = list(dict.fromkeys(row[0] for row in measured))
    return [["layer", *frameworks], *([layer, *(its[name] for name in frameworks)] for layer, its in table.items())]


def rule_of(over_glorot: float, over_he: float) -> str:
    """Return whose rule gives a spread, by its ratio to Xavier's and to He's, or nothing.

    >>> rule_of(1.0, 0.87), rule_of(0.82, 0.71), rule_of(0.6, 0.6)
    ('Xavier’s', 'LeCun’s', '')
    """
    if over_glorot == 1:
        return "Xavier’s"
    return next((rule for rule, ratio in RULES.items() if abs(ratio - over_he) < 0.006), "")


def versions(printed: str) -> str:
    """Return the versions that were printed, in words.

    >>> versions("{'torch': '2.13.0', 'jax': '0.10.2'}")
    'torch 2.13.0, jax 0.10.2'
    """
    return ", ".join(f"{name} {version}" for name, version in ast.literal_eval(printed).items())


def checks() -> list[str]:
    """Return the three checks of a first step, with the limits from which on ``diagnose`` speaks."""
    guesses = ", ".join(f"{math.log(count):.2f} for {count}" for count in DATA["classes"])
    return [
        f"**The first loss** is near that of a guess, $\\ln c$ for $c$ classes: {guesses}. `diagnose` speaks from "
        f"{FIRST_LOSS:g} nats above it.",
        "**The signal** keeps its order of size from layer to layer, and so does the part of it that depends on the "
        f"input: without skips, `diagnose` speaks where it grows more than {GROWN:g}-fold or fades more than "
        f"{1 / FADED:g}-fold, "
        f"or {10 / FADED:g}-fold where the spreads fit their rules.",
        "**The gradient** comes through: |weights| × |gradient| of the first layer over that of the last lies between "
        f"{VANISHED:g} and {EXPLODED:g}, unless there are skips or normalizations.",
    ]
