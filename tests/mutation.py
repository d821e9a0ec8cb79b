"""Small mistakes that can be made in a module, each at one place: what ``tests/mutants.py`` puts into the library."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

BINARY = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.Pow: "*", ast.FloorDiv: "/", ast.Mod: "*"}
COMPARE = {
    **{ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="},
    **{ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is"},
}
SIGNS = {
    **{ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="},
    **{ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"},
}
#: Not mutated: texts, what an error says, and what only a type checker reads.
LEFT_OUT = (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)


class Mutant(NamedTuple):
    """A mistake: in one file, from one byte to another, a new text."""

    operator: str
    file: str
    line: int
    start: int
    stop: int
    old: str
    new: str
    text: str  # of the line

    def put_into(self, source: bytes) -> bytes:
        """Return the module's source with the mistake in it."""
        return source[: self.start] + self.new.encode() + source[self.stop :]

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file}:{self.line} {self.operator}: {old} → {new} | {self.text}"


def mutants(file: str, source: str) -> list[Mutant]:
    """Return every mutant of a module in the order of its source."""
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node in walked(ast.parse(source)):
        for operator, place, new in changes(node):
            start = starts[place.lineno - 1] + place.col_offset
            stop = starts[(place.end_lineno or 0) - 1] + (place.end_col_offset or 0)
            old, text = raw[start:stop].decode(), source.splitlines()[place.lineno - 1].strip()
            found.append(Mutant(operator, file, place.lineno, start, stop, old, new, text))
    return sorted(found, key=lambda mutant: (mutant.start, mutant.stop, mutant.operator, mutant.new))


def walked(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it that may be mutated."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list", "type_params"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, LEFT_OUT):
                    yield from walked(child)


def changes(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Yield each change at one node: its kind, the place that it replaces, the new text."""
    yield from operator_changes(node)
    match node:
        case ast.If(test) | ast.IfExp(test) | ast.While(test):
            yield "not", test, f"(not ({ast.unparse(test)}))"
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "return", value, "None"
        case ast.Expr(ast.Call()):
            yield "dropped statement", node, "pass"
        case ast.Call(args=arguments):
            yield from call_changes(node, arguments)
        case ast.Constant(bool() as value):
            yield "constant", node, str(not value)
        case ast.Constant(int() | float() as value):
            yield "constant", node, str(value + 1 if isinstance(value, int) else value * 2 or 1.0)


def operator_changes(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Yield what another operator makes of one node."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in BINARY:
            yield "arithmetic", node, f"(({ast.unparse(left)}) {BINARY[type(op)]} ({ast.unparse(right)}))"
        case ast.AugAssign(target, op, value):
            if type(op) in BINARY:
                yield "arithmetic", node, f"{ast.unparse(target)} {BINARY[type(op)]}= {ast.unparse(value)}"
            yield "dropped statement", node, "pass"
        case ast.Compare(left, ops, comparators):
            for i, op in enumerate(ops):
                names = [COMPARE[type(op)] if i == j else SIGNS[type(other)] for j, other in enumerate(ops)]
                parts = [f" {name} ({ast.unparse(value)})" for name, value in zip(names, comparators, strict=True)]
                yield "compare", node, f"({ast.unparse(left)})" + "".join(parts)
        case ast.BoolOp(op, values):
            yield (
                "and, or",
                node,
                (" or " if isinstance(op, ast.And) else " and ").join(f"({ast.unparse(value)})" for value in values),
            )
        case ast.UnaryOp(ast.Not(), operand):
            yield "not", node, f"({ast.unparse(operand)})"


def call_changes(node: ast.Call, arguments: list[ast.expr]) -> Iterator[tuple[str, ast.expr, str]]:
    """Yield a call with its first two arguments swapped, and with each keyword dropped."""
    plain = not any(isinstance(argument, ast.Starred) for argument in arguments[:2])
    if len(arguments) > 1 and plain and ast.dump(arguments[0]) != ast.dump(arguments[1]):
        swapped = [arguments[1], arguments[0], *arguments[2:]]
        yield "swapped arguments", node, ast.unparse(ast.Call(node.func, swapped, node.keywords))
    for keyword in node.keywords:
        if keyword.arg:
            rest = [other for other in node.keywords if other is not keyword]
            yield "dropped keyword", node, ast.unparse(ast.Call(node.func, arguments, rest))
