"""A stub with its worked answer between the marks of an autograder, so that what is cleared leaves the stub."""

import ast
import re
import textwrap

from xavier_lib.exercises.classroom.chapter import Asked


def solved(exercise: Asked, begin: str, end: str) -> str:
    """Return the stub's first line, and below it the answer between two marks.

    >>> exercise = Asked("a", "f", "", "", "def f(x):\\n    ...", "", [{"cell_type": "code", "source":
    ...     "def g(x):\\n    return 2 * x\\n\\n\\nprint(g(3))\\ncheck('a', g, worked=True)"}])
    >>> print(solved(exercise, "### BEGIN SOLUTION", "### END SOLUTION"))
    def f(x):
        ### BEGIN SOLUTION
        return 2 * x
        ### END SOLUTION
    """
    source = "\n".join(cell["source"] for cell in exercise.answer if cell["cell_type"] == "code")
    *lines, given = without_check(source)
    if exercise.stub.startswith("def "):
        indent, answer = "    ", body(source, given, exercise.variable)
        head = exercise.stub.splitlines()[0]
    else:
        needed = [] if isinstance(ast.parse(given, mode="eval").body, ast.Constant) else lines
        last = [] if given == exercise.variable else [f"{exercise.variable} = {given}"]
        indent, answer = "", "\n".join([*needed, *last])
        head = exercise.stub
    return "\n".join([head, indent + begin, textwrap.indent(answer, indent), indent + end])


def without_check(source: str) -> list[str]:
    """Return the lines of an answer that stand before its check, and what the check is given."""
    call = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check" and node.keywords
    )
    before = source.splitlines()[: call.lineno - 1]
    return [*before, ast.unparse(call.args[1])]


def body(source: str, function: str, name: str) -> str:
    """Return the body of a function of the answer, in which it calls itself by another name.

    Raises:
        ValueError: if the answer defines no such function.
    """
    found = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == function]
    if not found:
        raise ValueError(f"the worked answer must define the function {function} that its check is given")
    lines = source.splitlines()[found[0].lineno : found[0].end_lineno]
    return re.sub(rf"\b{function}\b", name, textwrap.dedent("\n".join(lines)))
