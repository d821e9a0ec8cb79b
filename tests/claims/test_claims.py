"""Each claim's number is computed again, lies in its band, and is what the linked cell prints."""

import ast
import importlib
import inspect
import re
import textwrap
import tomllib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_chapters import DECIMAL
from tools import cells

ROOT = Path(__file__).parents[2]
TABLES = tomllib.loads((ROOT / "claims.toml").read_text(encoding="utf-8"))
CLAIMS = {claim["number"]: claim for claim in TABLES["claim"]}
ROWS = [row for rows in TABLES.values() for row in rows]
VERDICTS = ("right", "imprecise", "wrong")

claims = pytest.mark.parametrize("number", CLAIMS)
rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["said"][:40])


def check_of(claim: dict[str, Any]) -> Callable[[], float]:
    """Return the function that a claim names."""
    module, _, name = claim["check"].partition(".")
    return getattr(importlib.import_module(f"tests.claims.{module}"), name)


@cache
def computed(number: int) -> float:
    """Return the number that decides a claim."""
    return float(check_of(CLAIMS[number])())


def verify(claim: dict[str, Any], number: float) -> None:
    """Fail unless a number lies in a claim's band, and the linked cell prints it or uses what computes it."""
    low, high = claim["band"]
    assert low <= number <= high
    cell = cells.anchored(claim["chapter"], claim["anchor"])
    if claim.get("alone"):
        return
    found = cells.printed(cells.output(cell), claim["prints"])
    if cells.HOLE in claim["prints"]:
        assert abs(number - found.value) <= found.within * (1 + 1e-9)
    else:
        assert claim["calls"] in names("".join(cell["source"]))
        assert claim["calls"] in names(inspect.getsource(check_of(claim)))


def names(source: str) -> set[str]:
    """Return the functions and methods that a program names."""
    nodes = list(ast.walk(ast.parse(textwrap.dedent(source))))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def test_the_file_has_the_48_claims_in_their_order() -> None:
    """Each number once, each verdict one of three."""
    assert list(CLAIMS) == list(range(1, 49))
    assert len(TABLES["claim"]) == 48
    assert {claim["verdict"] for claim in CLAIMS.values()} == set(VERDICTS)
    assert len(TABLES["paper"]) >= 6
    assert len(TABLES["sentence"]) >= 10


@claims
def test_the_number_is_in_its_band_and_in_its_cell(number: int) -> None:
    """The check computes what the verdict says; the linked cell prints it to the last digit that it shows."""
    verify(CLAIMS[number], computed(number))


@claims
def test_a_number_that_would_turn_the_verdict_is_refused(number: int) -> None:
    """What the claim's opposite would give lies outside of the band, so that the check can fail."""
    with pytest.raises(AssertionError):
        verify(CLAIMS[number], float(CLAIMS[number]["otherwise"]))


@claims
def test_a_link_to_another_cell_is_refused(number: int) -> None:
    """With the anchor of any other claim's chapter the cell does not print the number, nor does one without it."""
    claim = CLAIMS[number]
    others = {(one["chapter"], one["anchor"]) for one in ROWS if one["chapter"] != claim["chapter"]}
    for chapter, anchor in () if claim.get("alone") else others:
        with pytest.raises((AssertionError, ValueError)):
            verify({**claim, "chapter": chapter, "anchor": anchor}, computed(number))
    with pytest.raises(ValueError, match="must have one code cell"):
        verify({**claim, "anchor": "nowhere"}, computed(number))


@rows
def test_the_cell_prints_what_the_row_says_it_prints(row: dict[str, Any]) -> None:
    """The words stand in the stored output, and each decimal or percentage of the row in the cell."""
    cell = cells.anchored(row["chapter"], row["anchor"])
    text = cells.output(cell)
    assert row.get("alone") or cells.printed(text, row["prints"])
    known = {float(n) for n in re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", text + "".join(cell["source"]))}
    said = DECIMAL.findall(f"{row['true']} {row['measured']}")
    assert [n for n in said if float(n) not in known and round(float(n) / 100, 6) not in known] == []


def test_every_check_is_used_and_no_number_stands_for_two_claims() -> None:
    """A check that no claim names would be dead."""
    used = Counter(claim["check"] for claim in CLAIMS.values())
    assert max(used.values()) == 1
    for module in {name.partition(".")[0] for name in used}:
        source = (ROOT / "tests" / "claims" / f"{module}.py").read_text(encoding="utf-8")
        made = {f"{module}.{node.name}" for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        assert made - used.keys() <= {"symmetry.three_units"}


@pytest.mark.parametrize(
    ("module", "name", "false", "numbers"),
    [
        ("glorot", "glorot_limit", lambda n, m, gain=1: gain * 6 / (n + m), (38, 39, 41, 44, 45)),
        ("glorot", "glorot_std", lambda n, m: (1 / n + 1 / m) ** 0.5, (23, 45)),
        ("he", "he_std", lambda n: n**-0.5, (32, 48)),
        ("fans", "glorot_limit", lambda n, _: (6 / n) ** 0.5, (42,)),
        ("naive", "naive_uniform", lambda shape, **_: np.full(shape, 0.05), (13, 14, 19)),
        ("symmetry", "in_order", lambda network: network.with_layer(0, weights=network.weights[0] * 1.5), (7,)),
        ("sigmoid", "share_linear", lambda z: (z < 0).mean(), (25, 30)),
    ],
)
def test_a_false_formula_is_noticed(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str, false: object, numbers: tuple[int, ...]
) -> None:
    """With the formula exchanged, each claim that stands on it is refused."""
    monkeypatch.setattr(f"tests.claims.{module}.{name}", false)
    for number in numbers:
        with pytest.raises(AssertionError):
            verify(CLAIMS[number], float(check_of(CLAIMS[number])()))
