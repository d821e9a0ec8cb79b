"""One look for all figures, and a picture with its text alternative."""

import io
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import numbers
from xavier_lib.figures.svg import FONT_SIZE, lean_svg, still
from xavier_lib.wording import number, shown, text

GRAY = "#767676"
STYLE = {
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.edgecolor": GRAY,
    "axes.unicode_minus": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "font.size": FONT_SIZE,
    "grid.alpha": 0.3,
    "grid.color": GRAY,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar is a dollar
    "svg.hashsalt": "xavier_lib",
    "xtick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.major.size": 0,
    "ytick.minor.size": 0,
}
Arguments = ParamSpec("Arguments")
TEXTS = ("x_label", "y_label", "row_label", "column_label", "value_label", "name", "reading")
LONGEST_LABEL = 200  # characters
LONGEST_NAME = 34  # characters, for which the figure has room beside its axes
SIZE = 5, 3.4  # inches of 72: one size for all figures whose rows fit
LARGEST = 1e150  # of what is drawn: beyond it matplotlib's own sums do not fit


@dataclass(frozen=True)
class Picture:
    """A figure as SVG text, with a text alternative made from the numbers that it shows.

    A notebook shows the SVG, as an image where it trusts no stored SVG; the representation is the text alternative.
    See :doc:`/chapters/network`.

    >>> from xavier_lib.figures import lines
    >>> picture = lines({"square": ([0, 1, 2], [0, 1, 4])}, x_label="x", y_label="y")
    >>> picture
    Line plot of y against x from 0 to 2. square: from 0 to 4.
    """

    svg: str
    alt: str

    def __repr__(self) -> str:
        """Return the text alternative."""
        return self.alt

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return still(self.svg, self.alt)


def drawn(draw: Callable[Concatenate[Figure, Arguments], str]) -> Callable[Arguments, Picture]:
    """Turn a function that draws on a Figure and returns the text alternative into one that returns a Picture.

    The style holds only while the function runs; ``rcParams`` are left as they were.
    """

    @wraps(draw)
    def picture(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Picture:
        for name, value in kwargs.items():
            if name in TEXTS and len(text(name, value)) > LONGEST_LABEL and name != "reading":  # type: ignore[arg-type]
                raise ValueError(f"{name} must have at most {LONGEST_LABEL} characters, got {shown(value)}")
        with matplotlib.style.context(["default", STYLE]), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")  # the reader's page brings the font
            figure = Figure(figsize=SIZE)
            alt = draw(figure, *args, **kwargs)
            stream = io.StringIO()
            figure.savefig(stream, format="svg", metadata={"Date": None})
        return Picture(lean_svg(stream.getvalue(), alt), alt)

    del picture.__wrapped__  # the signature a reader sees has no Figure
    return picture


def short_names(argument: str, names: Iterable[str]) -> int:
    """Return the length of the longest name, or refuse one that is no text or for which there is no room."""
    for name in names:
        if len(text(f"each name of {argument}", name)) > LONGEST_NAME:
            raise ValueError(f"{argument} must have names of at most {LONGEST_NAME} characters, got {shown(name)}")
    return max(map(len, names))


def drawable(name: str, value: ArrayLike) -> NDArray[Any]:
    """Return numbers as an array, or refuse those too large to be drawn."""
    array = numbers(name, value)
    if np.abs(array).max() > LARGEST:
        raise ValueError(f"{name} must hold numbers up to {LARGEST:g} to be drawn, got {np.abs(array).max():g}")
    return array


def margins(figure: Figure, *, left: float = 62, right: float = 12, bottom: float = 42, top: float = 10) -> None:
    """Set the margins around all axes, in points."""
    width, height = figure.get_size_inches() * 72
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)


def name_log_ticks(axes: Axes, which: str) -> None:
    """Make one axis logarithmic, its ticks plain text such as 10⁻⁴."""
    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_formatter(lambda value, _: number(value))
    axis.set_minor_formatter(lambda *_: "")
