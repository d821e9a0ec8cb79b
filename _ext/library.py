"""The reference: for each module or folder of the library a table of its names, and what stands behind each."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from numpy.typing import ArrayLike, DTypeLike
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.ext.autosummary import extract_summary
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import stringify_annotation

PACKAGE = "xavier_lib"
PUBLIC = ":doc:`/chapters/"  # the docstring of each public name links the chapter that explains it
ARRAY = re.compile(r"~numpy\.ndarray\[tuple\[~typing\.Any, \.\.\.\], ~numpy\.dtype\[([^\[\]]+)\]\]")
SPELLED_OUT = {
    stringify_annotation(spelled, "smart"): f"~numpy.typing.{name}"
    for spelled, name in ((DTypeLike, "DTypeLike"), (ArrayLike, "ArrayLike"))
}


class Library(SphinxDirective):
    """Document a part of the library, ``.. library:: nn``; ``:also:`` names what else of it a reader meets."""

    required_arguments = 1
    option_spec = {"also": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the table of names and, module by module, their entries."""
        also = self.options.get("also", "").replace(",", " ").split()
        found = contents(f"{PACKAGE}.{self.arguments[0]}", also)
        rows = [(module, name, self.sentence(module, name)) for module, names in found.items() for name in names]
        container = nodes.container()
        self.state.nested_parse(StringList([*opening(found), *table(rows), *entries(found)]), 0, container)
        for module, names in found.items():
            for name in names:
                self.note_home(module, name)
        return container.children

    def note_home(self, module: ModuleType, name: str) -> None:
        """Let links to the module that defines a name lead to its entry too, as autodoc does for classes only."""
        thing, domain = getattr(module, name), self.env.get_domain("py")
        home = f"{getattr(thing, '__module__', module.__name__)}.{name}"
        if home not in domain.objects:
            entry = domain.objects[f"{module.__name__}.{name}"]
            domain.note_object(home, entry.objtype, entry.node_id, aliased=True)

    def sentence(self, module: ModuleType, name: str) -> str:
        """Return the first sentence on a name: of its docstring, or of the comment above a constant."""
        thing = getattr(module, name)
        comments = ModuleAnalyzer.for_module(module.__name__).find_attr_docs().get(("", name), [])
        lines = comments or inspect.getdoc(thing).splitlines()
        return extract_summary(lines, self.state.document)


def contents(room: str, also: list[str]) -> dict[ModuleType, list[str]]:
    """Return the modules of a room that hold public names, with these; a name stands where it is imported from."""
    root = importlib.import_module(room)
    inner = [name for _, name, _ in pkgutil.walk_packages(getattr(root, "__path__", []), f"{room}.")]
    modules = [root, *(importlib.import_module(name) for name in inner if not name.endswith("__main__"))]
    found, seen = {}, []
    for module in modules:
        names = [*getattr(module, "__all__", []), *(name for name in vars(module) if public(module, name, also))]
        found[module] = []
        for name in names:
            thing = getattr(module, name)
            if not any(thing is one for one in seen):  # glorot_uniform is xavier_uniform too
                seen.append(thing)
                found[module].append(name)
    return {module: names for module, names in found.items() if names or module is root}


def public(module: ModuleType, name: str, also: list[str]) -> bool:
    """Say whether a module defines a name that is meant for readers."""
    thing = getattr(module, name)
    home = getattr(thing, "__module__", module.__name__)
    return home == module.__name__ and (name in also or (callable(thing) and PUBLIC in (thing.__doc__ or "")))


def opening(found: dict[ModuleType, list[str]]) -> Iterator[str]:
    """Yield the line that writes what the first module says of itself."""
    yield from (f".. automodule:: {next(iter(found)).__name__}", "")


def table(rows: list[tuple[ModuleType, str, str]]) -> Iterator[str]:
    """Yield the lines of a table of names, each with a link to its entry and its first sentence."""
    yield from (".. list-table::", "   :header-rows: 1", "   :class: names", "", "   * - name", "     - what it is")
    for module, name, sentence in rows:
        yield from (f"   * - :py:obj:`~{module.__name__}.{name}`", f"     - {sentence}")
    yield ""


def entries(found: dict[ModuleType, list[str]]) -> Iterator[str]:
    """Yield the lines that document what the first module holds, and then the others."""
    first, *others = found
    for name in found[first]:
        thing = getattr(first, name)
        kind = "class" if inspect.isclass(thing) else "function" if inspect.isroutine(thing) else "data"
        yield from (f".. auto{kind}:: {first.__name__}.{name}", *(["   :members:"] if kind == "class" else []), "")
    for module in others:
        yield from (f".. automodule:: {module.__name__}", f"   :members: {', '.join(found[module])}", "")


def shorten(*event: Any) -> tuple[str, str | None]:
    """Write NumPy's types by their names, which autodoc spells out to half a page."""
    given, returned = event[-2:]
    for text, name in SPELLED_OUT.items():
        given, returned = ((side or "").replace(text, name) for side in (given, returned))
    return ARRAY.sub(r"~numpy.typing.NDArray[\1]", given), ARRAY.sub(r"~numpy.typing.NDArray[\1]", returned) or None


def set_source(_app: Sphinx, config: Config) -> None:
    """Let each entry lead to its lines in the repository."""
    base = f"https://github.com/{config.repository}/blob/HEAD/"

    def source(_domain: str, entry: dict[str, str]) -> str | None:
        module, name = entry["module"], entry["fullname"]
        home = getattr(getattr(importlib.import_module(module), name.split(".")[0]), "__module__", module)
        _, first, last = ModuleAnalyzer.for_module(home).find_tags().get(name, ("", 0, 0))
        path = home.replace(".", "/") + ("/__init__" if hasattr(importlib.import_module(home), "__path__") else "")
        return f"{base}{path}.py#L{first}-L{last}" if first else None  # a constant has no entry

    config.linkcode_resolve = source


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive, and connect the links to the source."""
    app.add_directive("library", Library)
    app.connect("config-inited", set_source)
    app.connect("autodoc-process-signature", shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
