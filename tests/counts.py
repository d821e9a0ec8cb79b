"""Numbers written as words: each counted phrase of a chapter stands on numbers of its section's code or outputs.

`tests/counts/NAME.toml` holds for each phrase the texts that stated its number when somebody last read the sentence. If
one of them changes, the phrase is to be read again, and then `python -m tests.counts --write NAME` makes the file anew;
without `--write` the command lists what does not hold.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from tools.plain import HINT

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))
SMALL = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS = {word: value for value, word in enumerate(SMALL, 2)} | {"fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50}
SCALES = {"hundred": 100, "thousand": 1000}
NOUNS = (
    "seeds|networks|nets|epochs|runs|layers|units|inputs|outputs|images|starts|steps|widths|depths|scales|rows|draws"
    "|columns|batches|samples|weights|sizes|rates|classes|times|convolutions|activations|curves|lines|examples|points"
)
COUNT = rf"(?:(?:{'|'.join(WORDS)}) )?(?:hundred|thousand)|{'|'.join(WORDS)}|\d{{1,3}}(?:[ ,]\d{{3}})+|\d+"
NOT_ADJECTIVES = (
    "the|a|an|of|and|or|in|on|at|to|for|by|with|after|before|from|as|than|is|are|was|were|has|times|its|their"
)
ADJECTIVE = rf"(?!(?:{NOT_ADJECTIVES}|{NOUNS}) )[A-Za-z-]+ "
PHRASE = re.compile(rf"(?<![\w.-])(?<!\d )({COUNT}) (?:{ADJECTIVE}){{0,2}}?({NOUNS})\b", re.I)
HINTS = {  # what code calls a thing, where it is not the noun itself
    "units": "width|size|MLP|\\* ", "inputs": "size|shape|fan_in", "layers": "depth|layer|MLP|\\* ",
    "networks": "seed|net", "nets": "seed|net", "runs": "seed|run", "images": "x_|images|size|shapeset",
    "starts": "start|init|rule",
    "draws": "seed|rng|draw", "times": "/|\\*|factor|ratio", "epochs": "epoch", "classes": "class|10",
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """A number that code or an output states, and the text that states it."""

    value: int
    text: str
    line: str = ""


@dataclass
class Section:
    """The prose, the code cells and the outputs under one heading; `borrowed` defines names the code takes."""

    title: str
    prose: str = ""
    code: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    borrowed: list[str] = field(default_factory=list)


def flat(text: str) -> str:
    """Text with single spaces."""
    return " ".join(text.split())


def segment(source: str, node: ast.AST) -> str:
    """The text of a part of the code."""
    return flat(ast.get_source_segment(source, node) or "")


def stands(text: str, scope: str) -> int:
    """How often a text stands in another, but not as a part of a longer number."""
    return len(re.findall(rf"(?<!\d){re.escape(text)}(?![\d_])", scope)) if text else 0


def number(words: str) -> int:
    """The value of "three", "two hundred" or "1,000"."""
    value = 1
    for word in re.sub(r"(?<=\d)[ ,](?=\d)", "", words.lower()).split():
        value *= WORDS.get(word) or SCALES.get(word) or int(word)
    return value


ELSEWHERE = re.compile(r"In the laboratory: open \[[^\]]*\]\([^)]*\)[^.]*\.")  # their counts: tests/laboratory


def phrases(section: Section) -> dict[str, int]:
    """The counted phrases of a section, with their numbers."""
    here = HINT.sub("", ELSEWHERE.sub("", section.prose))  # a hint speaks of the reader's way, in other numbers
    prose = re.sub(r"\]\([^)]*\)|[*\[\]]", "", here)
    return {match[0].lower(): number(match[1]) for match in PHRASE.finditer(flat(prose))}


def code_facts(source: str, scope: str) -> Iterator[tuple[Fact, ast.AST]]:
    """Integers, lengths of literals and lengths of ranges, each with the smallest text that names it."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        value = None
        if isinstance(node, ast.Constant) and type(node.value) is int:
            value = node.value
        elif isinstance(node, ast.Tuple | ast.List | ast.Set) and isinstance(getattr(node, "ctx", None), ast.Load):
            value = None if isinstance(parents.get(node), ast.Subscript) else len(node.elts)
        elif isinstance(node, ast.Dict):
            value = len(node.keys)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            try:
                value = len(range(*map(ast.literal_eval, node.args))) if len(node.args) > 1 else None
            except ValueError:
                continue
        if value is None or value < 2:
            continue
        named = node
        while isinstance(named, ast.Constant) or stands(segment(source, named), scope) != 1:
            if isinstance(parents[named], ast.Module):
                break
            named = parents[named]
        yield Fact(value, segment(source, named), source.splitlines()[node.lineno - 1]), node


def plain(data: dict[str, str]) -> str:
    """The plain text of a result; that of a picture is its alt text and counts nothing."""
    return data.get("text/plain", "") if data.keys() <= {"text/plain", "text/html"} else ""


def sections(notebook: nbformat.NotebookNode) -> list[Section]:
    """A chapter by its `##` headings and the `###` headings of its exercises."""
    found = [Section("opening")]
    exercises = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for part in re.split(r"(?m)^(?=#{2,3} )", cell.source):
                if part.startswith("## "):
                    exercises = part.startswith("## Exercises")
                if part.startswith("## ") or (exercises and part.startswith("### ")):
                    found.append(Section(part.splitlines()[0].lstrip("# ")))
                found[-1].prose += part + "\n\n"
            continue
        found[-1].code.append(cell.source)
        found[-1].prose += cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") + "\n\n"
        for output in cell.outputs:
            found[-1].outputs.append(output.get("text") or plain(output.get("data", {})))
    lend(found)
    return found


def definitions(found: list[Section]) -> dict[str, list[str]]:
    """The statements of a chapter that define each name."""
    defined: dict[str, list[str]] = {}
    for source in (source for section in found for source in section.code):
        for node in ast.parse(source).body:
            names = {
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
            if isinstance(node, ast.Assign | ast.FunctionDef):
                for name in {node.name} if isinstance(node, ast.FunctionDef) else names:
                    defined.setdefault(name, []).append(ast.get_source_segment(source, node) or "")
    return defined


def lend(found: list[Section]) -> None:
    """Give each section the definitions it takes; opening, summary and sections without code take the chapter."""
    defined = definitions(found)
    for section in found:
        if section.title in {"opening", "Summary"} or not section.code:
            section.borrowed = [source for other in found if other is not section for source in other.code]
            continue
        queue = list(section.code)
        while queue:
            for part in ast.walk(ast.parse(queue.pop())):
                for source in defined.get(part.id, []) if isinstance(part, ast.Name) else []:
                    if source not in section.borrowed and not any(source in own for own in section.code):
                        section.borrowed.append(source)
                        queue.append(source)


def scope(section: Section) -> str:
    """All code that a section runs or borrows, with single spaces."""
    return " ; ".join(map(flat, section.code + section.borrowed))


def facts(section: Section) -> list[Fact]:
    """All that the code and the outputs of a section state, in order."""
    found = [fact for source in section.code + section.borrowed for fact, _ in code_facts(source, scope(section))]
    lines = [flat(line) for output in section.outputs for line in output.splitlines()]
    found += [Fact(int(digits), line) for line in lines for digits in re.findall(r"(?<![\w.])\d+(?![\w.])", line)]
    return list(dict.fromkeys(found))


def bindings(name: str) -> dict[str, dict[str, list[str]]]:
    """The bindings of a chapter: section, phrase, texts that must stand there."""
    path = ROOT / "tests" / "counts" / f"{name}.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def unbound(section: Section, bound: dict[str, list[str]]) -> dict[str, list[str]]:
    """Phrases of a section without their number, each with proposals for a binding."""
    text = " ; ".join([scope(section), *map(flat, section.outputs)])
    stated = facts(section)
    missing = {}
    for phrase, value in phrases(section).items():
        fitting = [fact for fact in stated if fact.value == value]
        if phrase in bound:
            holds = all(stands(flat(wanted), text) >= 1 for wanted in bound[phrase])
        else:
            holds = len(fitting) == 1
        if not holds:
            noun = phrase.split()[-1]
            near = [fact for fact in fitting if re.search(HINTS.get(noun, noun[:-1]), fact.line, re.I)]
            missing[phrase] = list(dict.fromkeys(fact.text for fact in near or fitting))
    return missing


def chapter(name: str) -> list[Section]:
    """The sections of a stored chapter."""
    return sections(nbformat.read(ROOT / "chapters" / f"{name}.ipynb", as_version=4))


def listed(name: str, known: dict[str, dict[str, list[str]]]) -> str:
    """The open phrases of a chapter, as TOML."""
    lines = [f"# Made by: python -m tests.counts --write {name}"]
    for section in chapter(name):
        missing = unbound(section, known.get(section.title, {}))
        quote = '"' if "'" in section.title else "'"
        lines += ["", f"[{quote}{section.title}{quote}]"] if missing else []
        for phrase, texts in missing.items():
            lines.append(f'"{phrase}" = [{", ".join(chr(39) * 3 + text + chr(39) * 3 for text in texts)}]')
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """Print the open phrases of chapters, or write the files of these chapters anew."""
    write = "--write" in arguments
    for name in [argument for argument in arguments if argument != "--write"] or CHAPTERS:
        if write:
            (ROOT / "tests" / "counts" / f"{name}.toml").write_text(listed(name, {}), encoding="utf-8")
        else:
            print(listed(name, bindings(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
