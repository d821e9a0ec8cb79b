"""Notebooks as the JSON that they are: cells with their sources as text, read and made."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Cell = dict[str, Any]
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def read(path: Path) -> list[Cell]:
    """Return the cells of a notebook, each source as one text.

    Raises:
        ValueError: if the file holds no notebook of the format 4.
    """
    cells: list[Cell] = whole(path)["cells"]
    return cells


def whole(path: Path) -> dict[str, Any]:
    """Return a notebook with all that it holds, the source of each cell as one text.

    Raises:
        ValueError: if the file holds no notebook of the format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("it has no list of cells, as a notebook of the format 4 has")
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or not {"cell_type", "source"} <= cell.keys():
            raise ValueError("one of its cells has no type or no source")
        cell["source"] = joined(cell["source"])
    return notebook


def joined(text: Any) -> str:
    """Return a text that a notebook stores as one or as its lines.

    >>> joined(["one\\n", "two"])
    'one\\ntwo'
    """
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def markdown(source: str, metadata: Mapping[str, Any] | None = None) -> Cell:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": dict(metadata or {}), "source": source}


def raw(source: str) -> Cell:
    """Return a cell that is neither run nor shown as Markdown."""
    return {"cell_type": "raw", "metadata": {}, "source": source}


def code(
    source: str,
    metadata: Mapping[str, Any] | None = None,
    outputs: Sequence[Any] = (),
    execution_count: int | None = None,
) -> Cell:
    """Return a cell of code, with what it put out."""
    fixed = {"cell_type": "code", "metadata": dict(metadata or {}), "source": source}
    return {**fixed, "outputs": list(outputs), "execution_count": execution_count}


def written(cells: Sequence[Cell], name: str) -> str:
    """Return a notebook as the text of its file, its cells numbered after its name."""
    numbered = [{**cell, "id": f"{name}-{number:02d}"} for number, cell in enumerate(cells)]
    return filed({"cells": numbered, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})


def filed(notebook: Mapping[str, Any]) -> str:
    """Return a notebook whose sources are texts as the text of its file, which has their lines."""
    lines = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": lines}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
