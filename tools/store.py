"""Execute chapters and store their outputs: ``python tools/store.py [chapter ...]``; twice gives identical bytes."""

import asyncio
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CHAPTERS = Path(__file__).parent.parent / "chapters"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def store(path: Path) -> None:
    """Execute one notebook in the static face and write it back, without anything that changes from run to run."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(METADATA)
    settings = {"timeout": 120, "kernel_name": "python3", "record_timing": False, "coalesce_streams": True}
    NotebookClient(notebook, resources={"metadata": {"path": path.parent}}, **settings).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{path.stem}-{number:02d}"
        if cell.cell_type == "code":
            set_alt(cell)
        elif cell.source == "#### Worked answer":  # closed until a reader of the notebook opens it
            cell.metadata["jp-MarkdownHeadingCollapsed"] = True
    nbformat.write(notebook, path)


def set_alt(cell: nbformat.NotebookNode) -> None:
    """Copy the text alternative that a figure computed into the metadata, where the built page takes it from."""
    for output in cell.outputs:
        if "image/svg+xml" in output.get("data", {}):
            settings = cell.metadata.setdefault("mystnb", nbformat.NotebookNode())
            settings.setdefault("image", nbformat.NotebookNode()).alt = output.data["text/plain"]


def main(names: list[str]) -> None:
    """Store the chapters named, or all of them."""
    os.environ["XAVIER_LIB_FACE"] = "static"
    os.environ["XAVIER_LIB_PROGRESS"] = "off"
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    for path in [CHAPTERS / f"{name}.ipynb" for name in names] or sorted(CHAPTERS.glob("*.ipynb")):
        start = time.perf_counter()
        store(path)
        print(f"{path.stem}: {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
