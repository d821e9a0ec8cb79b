"""A number in the prose changes with the code: all chapters keep it, and changed code is noticed before it is run."""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.counts import CHAPTERS, HINTS, Section, bindings, chapter, code_facts, number, phrases, scope, unbound


@pytest.mark.parametrize("name", CHAPTERS)
def test_counted_phrases_stand_on_code(name: str) -> None:
    for section in chapter(name):
        assert unbound(section, bindings(name).get(section.title, {})) == {}, section.title


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_binding_is_left_over(name: str) -> None:
    spoken = {section.title: phrases(section) for section in chapter(name)}
    for title, bound in bindings(name).items():
        assert bound.keys() <= spoken[title].keys()


@pytest.mark.parametrize(
    ("words", "value"), [("three", 3), ("two hundred", 200), ("thousand", 1000), ("1,000", 1000), ("200 000", 200000)]
)
def test_number_words(words: str, value: int) -> None:
    assert number(words) == value


def changed(source: str, node: ast.AST) -> str:
    """The code with one integer raised by one, one range longer by one or the last element dropped from a literal."""
    lines = source.splitlines(keepends=True)
    starts = [len("".join(lines[:row]).encode()) for row in range(len(lines))]
    begin, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
    if isinstance(node, ast.Constant):
        new = ast.Constant(node.value + 1)
    elif isinstance(node, ast.Dict):
        new = ast.Dict(node.keys[:-1], node.values[:-1])
    elif isinstance(node, ast.Call):
        new = ast.Call(
            node.func, [node.args[0], ast.BinOp(node.args[1], ast.Add(), ast.Constant(1)), *node.args[2:]], []
        )
    else:
        new = type(node)(node.elts[:-1])
    return (source.encode()[:begin] + ast.unparse(new).encode() + source.encode()[end:]).decode()


def counted(section: Section) -> Iterator[tuple[int, ast.AST, str]]:
    """Parts of the code whose number and whose line's words are those of a counted phrase."""
    for index, source in enumerate(section.code):
        for fact, node in code_facts(source, scope(section)):
            for phrase, value in phrases(section).items():
                noun = phrase.split()[-1]
                if value == fact.value and re.search(HINTS.get(noun, noun[:-1]), fact.line, re.I):
                    yield index, node, phrase
                    break


def mutants(name: str) -> list[tuple[Section, Section, str]]:
    """Sections of a chapter with one changed count each."""
    made = []
    for section in chapter(name):
        for index, node, phrase in counted(section):
            code = [changed(old, node) if at == index else old for at, old in enumerate(section.code)]
            made.append((section, replace(section, code=code), phrase))
    return made


def test_changed_counts_are_noticed() -> None:
    pool = [(name, *mutant) for name in CHAPTERS for mutant in mutants(name)]
    drawn = random.Random(12).sample(pool, min(len(pool), 120))
    missed = [
        (name, old.title, phrase)
        for name, old, new, phrase in drawn
        if not unbound(new, bindings(name).get(old.title, {}))
    ]
    assert len(drawn) >= 60
    assert len(missed) <= 0.05 * len(drawn), missed
