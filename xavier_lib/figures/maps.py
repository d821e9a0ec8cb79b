"""Maps: a number over two axes, written in each cell as well as colored."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from xavier_lib.figures.picture import drawable, drawn, margins
from xavier_lib.wording import number


@drawn
def ratio_map(
    figure: Figure,
    values: ArrayLike,
    *,
    rows: Sequence[float],
    columns: Sequence[float],
    row_label: str,
    column_label: str,
    value_label: str,
    reading: str = "",
) -> str:
    """Draw positive numbers in a grid: white at 1, purple below, orange above, each cell with its number.

    Used in :doc:`/chapters/naive`.

    Args:
        values: the numbers, shape (rows, columns), zero or above.
        rows: the value of each row.
        columns: the value of each column.
        row_label: what the rows are.
        column_label: what the columns are.
        value_label: what the numbers are; it opens the text alternative.
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if a value is negative or not finite, or the shape does not fit.

    >>> ratio_map([[1.0, 0.5]], rows=[8], columns=[1, 2], row_label="depth", column_label="width", value_label="Size")
    Map of Size over depth (rows) and width (columns). depth 8: 1 at width 1, 0.5 at width 2.
    """
    grid, marks = drawable("values", values), {"rows": drawable("rows", rows), "columns": drawable("columns", columns)}
    for name, values_there in marks.items():
        if values_there.ndim != 1:
            raise ValueError(f"{name} must hold one number for each of the {name}, got shape {values_there.shape}")
    shape = tuple(map(len, marks.values()))
    if grid.shape != shape:
        raise ValueError(f"values must have shape {shape}, (rows, columns), got {grid.shape}")
    if grid.min() < 0:
        raise ValueError(f"values must be zero or above, got {grid.min()}")
    axes = figure.add_subplot()
    figure.set_size_inches(5, 0.75 + 0.4 * len(rows))
    margins(figure, left=48)
    shade = np.clip(np.log10(np.maximum(grid, 1e-3)), -3, 3)
    axes.pcolormesh(shade, cmap="PuOr_r", vmin=-6, vmax=6, edgecolor="#ffffff", linewidth=1, rasterized=False)
    for (row, column), value in np.ndenumerate(grid):
        axes.text(column + 0.5, row + 0.5, number(value, 1), ha="center", va="center", color="#111111")
    axes.set_xticks(np.arange(len(columns)) + 0.5, [number(value, 6) for value in columns])
    axes.set_yticks(np.arange(len(rows)) + 0.5, [number(value, 6) for value in rows])
    axes.set(xlabel=column_label, ylabel=row_label)
    axes.invert_yaxis()
    marks_there = [number(value, 6) for value in columns]
    readings = [
        f"{row_label} {number(row, 6)}: "
        + ", ".join(f"{number(cell)} at {column_label} {mark}" for mark, cell in zip(marks_there, line, strict=True))
        + "."
        for row, line in zip(rows, grid, strict=True)
    ]
    heading = f"Map of {value_label} over {row_label} (rows) and {column_label} (columns)."
    return " ".join([heading, *readings, reading]).strip()
