"""Small gray pictures, such as those of the digits."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

from xavier_lib.figures.picture import GRAY, drawable, drawn, margins

SHADES = 4
IN_A_ROW = 8
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
ROUND = (Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY)


@drawn
def images(figure: Figure, pictures: ArrayLike, *, reading: str = "") -> str:
    """Draw small pictures, eight in a row, in shades that stand out more the larger a pixel is.

    Used in :doc:`/chapters/network`.

    Args:
        pictures: the pixels, an array (pictures, rows, columns).
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if the pixels are not finite, all alike, or no array of that shape.

    >>> images([[[0, 1], [1, 0]], [[1, 0], [0, 1]]], reading="Two diagonals.")
    2 pictures of 2 × 2 pixels, standing out more where a pixel is larger. Two diagonals.
    """
    pixels = drawable("pictures", pictures)
    if pixels.ndim != 3 or not pixels.size or pixels.min() == pixels.max():
        raise ValueError(f"pictures must be pixels that differ, shape (pictures, rows, columns), got {pixels.shape}")
    count, rows, columns = pixels.shape
    shades = np.rint((pixels - pixels.min()) / (pixels.max() - pixels.min()) * SHADES)
    wide, high = min(count, IN_A_ROW), -(-count // IN_A_ROW)
    figure.set_size_inches(5, 0.08 + 5 * high * (rows + 1) / (IN_A_ROW * (columns + 1)))
    axes = figure.add_subplot()
    margins(figure, left=4, right=4, bottom=4, top=4)
    for shade in range(1, SHADES + 1):
        picture, row, column = np.nonzero(shades == shade)
        x = picture % IN_A_ROW * (columns + 1) + column
        y = picture // IN_A_ROW * (rows + 1) + row
        corners = SQUARE + np.stack([x, y], axis=1)[:, None]
        outlines = Path(corners.reshape(-1, 2), ROUND * len(x)) if len(x) else Path(np.empty((0, 2)))
        axes.add_patch(PathPatch(outlines, facecolor=GRAY, edgecolor="none", alpha=shade / SHADES))
    axes.set(xlim=(0, wide * (columns + 1) - 1), ylim=(high * (rows + 1) - 1, 0), aspect="equal")
    axes.axis("off")
    return (
        f"{count} pictures of {rows} × {columns} pixels, standing out more where a pixel is larger. {reading}".strip()
    )
