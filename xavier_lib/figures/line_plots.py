"""Line plots whose series carry their names at the end of the line."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from xavier_lib.arguments import flag, interval, looked_up, named, sequence
from xavier_lib.figures.looks import Look, looks, shared
from xavier_lib.figures.picture import drawable, drawn, margins, name_log_ticks, short_names
from xavier_lib.wording import number, shown, text

SCALES = {"linear": "", "log": ", logarithmic scale"}
LABEL_GAP = 0.085  # of the height of the axes: one line of text
LINE = 14  # characters of a name before it goes on in another line
SWATCH = 26  # points: the longest dash, once and a bit
LETTER = 6.8  # points


@drawn
def lines(
    figure: Figure,
    series: Mapping[str, Sequence[ArrayLike]],
    *,
    x_label: str,
    y_label: str,
    x_scale: str = "linear",
    y_scale: str = "linear",
    y_limits: tuple[float, float] | None = None,
    markers: bool = False,
    joined: bool = True,
    reading: str = "",
) -> str:
    """Draw one line a series, told apart by color, dash and a name at its end.

    What the book names often has one look everywhere: ``"Xavier"``, ``"He"``, ``"naive"``, ``"old"``, ``"forward"``,
    ``"backward"``. A comma adds to it: ``"He, backward"`` is drawn as ``"He"``, with the marker of the direction.

    Used in every chapter; first in :doc:`/chapters/network`.

    Args:
        series: for each name the pair (x, y), or (x, y, low, high) for a line with a band.
        x_label: what lies on the x axis, with its unit.
        y_label: what lies on the y axis, with its unit.
        x_scale: ``"linear"`` or ``"log"``.
        y_scale: ``"linear"`` or ``"log"``.
        y_limits: the range of the y axis; chosen from the data if None.
        markers: whether to mark each point.
        joined: whether lines join the points; without them each is marked, as suits an x without order.
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if a series is empty, not finite, or x and y differ in length, if a name is too long,
            if the limits do not run from low to high, or if a logarithmic axis has nothing above zero to show. Points
            at zero or below have no place on one; the text alternative says how many.

    >>> lines({"double": ([1, 2], [2, 4])}, x_label="n", y_label="2n")
    Line plot of 2n against n from 1 to 2. double: from 2 to 4.
    """
    notes = [looked_up("x_scale", x_scale, SCALES), looked_up("y_scale", y_scale, SCALES)]
    curves = {name: checked(name, data) for name, data in named("series", series).items()}
    marked, limits = (
        flag("markers", markers) or not flag("joined", joined),
        None if y_limits is None else interval("y_limits", y_limits),
    )
    if limits and y_scale == "log" and limits[0] <= 0:
        raise ValueError(f"y_limits must be above zero on a logarithmic axis, got {shown(y_limits)}")
    axes = figure.add_subplot()
    drawn_as = looks(curves)
    told_by_marker = set(curves) if marked else shared(curves)
    for name, (x, y, *band) in curves.items():
        color, dash, marker = drawn_as[name]
        if name not in told_by_marker:
            marker = ""
        drawn_as[name] = Look(color, dash if joined else "", marker)
        every = 1 if marked else max(1, len(x) // 6)
        axes.plot(x, y, **style(drawn_as[name]), markevery=every, clip_on=limits is not None)
        if band:
            axes.fill_between(x, band[0], band[1], color=color, alpha=0.2, linewidth=0)
    for which, scale in (("x", x_scale), ("y", y_scale)):
        if scale == "log":
            if not any((curve["xy".index(which)] > 0).any() for curve in curves.values()):
                raise ValueError(f"{which}_scale must be 'linear' where no {which} is above zero, got 'log'")
            name_log_ticks(axes, which)
    axes.set(xlabel=x_label, ylabel=y_label, ylim=limits)
    axes.grid(axis="y")
    short_names("series", curves)
    longest = max(len(line) for name in curves for line in in_lines(name).split("\n"))
    margins(figure, right=SWATCH + 16 + LETTER * longest if len(curves) > 1 else 14)
    if len(curves) > 1:
        label_ends(axes, {name: curve[1][-1] for name, curve in curves.items()}, drawn_as)
    first, last = (f(curve[0][i] for curve in curves.values()) for f, i in ((min, 0), (max, -1)))
    kind = "Line plot" if joined else "Dots"
    heading = f"{kind} of {y_label}{notes[1]} against {x_label}{notes[0]} from {number(first, 4)} to {number(last, 4)}."
    on_logs = [part for part, scale in enumerate((x_scale, y_scale)) if scale == "log"]
    describe = described if joined else between
    words = [describe(name, curve[1], hidden(curve, on_logs)) for name, curve in curves.items()]
    return " ".join([heading, *words, reading]).strip()


def checked(name: str, data: Sequence[ArrayLike]) -> list[np.ndarray]:
    """Return x, y and the band of a series as arrays of one length, or refuse them."""
    argument, accepted = f"series {shown(text('each name of series', name))}", "(x, y) or (x, y, low, high)"
    if len(sequence(argument, data, accepted)) not in (2, 4):
        raise ValueError(f"{argument} must be {accepted}, got {len(data)} parts")
    parts = [drawable(argument, part) for part in data]
    if len({part.shape for part in parts}) > 1 or parts[0].ndim != 1:
        raise ValueError(f"{argument} must have parts of one length, got {[part.shape for part in parts]}")
    return parts


def hidden(curve: Sequence[np.ndarray], on_logs: Sequence[int]) -> int:
    """Return how many points of a line have no place on its logarithmic axes."""
    return sum(any(curve[part][point] <= 0 for part in on_logs) for point in range(len(curve[0])))


def described(name: str, y: np.ndarray, hidden_points: int) -> str:
    """Say in words and numbers how a line runs: its ends, a peak or a dip between them, and what is not drawn."""
    first, last, highest, lowest = (number(value) for value in (y[0], y[-1], y.max(), y.min()))
    words = f"{name}: from {first} to {last}"
    if highest not in (first, last):
        words += f", highest {highest}"
    if lowest not in (first, last):
        words += f", lowest {lowest}"
    return f"{words}{left_out(hidden_points, y)}."


def between(name: str, y: np.ndarray, hidden_points: int) -> str:
    """Say in words and numbers between which values dots lie."""
    return f"{name}: between {number(y.min())} and {number(y.max())}{left_out(hidden_points, y)}."


def left_out(points: int, y: np.ndarray) -> str:
    """Say how many points have no place on a logarithmic axis, if there are some."""
    return f", not drawn at {points} of {len(y)} points (zero or below)" if points else ""


def style(look: Look) -> dict[str, Any]:
    """Return a look as matplotlib calls its parts."""
    return {"color": look.color, "linestyle": look.dash, "marker": look.marker}


def in_lines(name: str) -> str:
    """Break a long name between its words."""
    return fill(name, LINE, break_long_words=False, break_on_hyphens=False) if len(name) > LINE else name


def label_ends(axes: Axes, ends: Mapping[str, float], drawn_as: Mapping[str, Look]) -> None:
    """Write each series' name beside the end of its line, with a piece of it, pushed apart where they would touch."""
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = {name: float(to_axes.transform((axes.get_xlim()[1], end))[1]) for name, end in ends.items()}
    placed = spread_out({name: min(max(height, 0), 1) for name, height in heights.items()})
    point = 1 / axes.bbox.width * axes.figure.dpi / 72
    for name in ends:
        start, end = 1 + 4 * point, 1 + (4 + SWATCH) * point
        places = [start, (start + end) / 2, end]
        beside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
        axes.plot(places, [placed[name]] * 3, **style(drawn_as[name]), markevery=[1], **beside)
        axes.text(
            end + 4 * point,
            placed[name],
            in_lines(name),
            va="center_baseline",
            transform=axes.transAxes,
            linespacing=1.0,
        )


def spread_out(heights: Mapping[str, float]) -> dict[str, float]:
    """Move heights apart until no line of text touches another, keeping their order and staying below the top."""
    placed: dict[str, float] = {}
    halves = {name: LABEL_GAP * (in_lines(name).count("\n") + 1) / 2 for name in heights}
    floor = -LABEL_GAP / 2
    for name in sorted(heights, key=lambda name: round(heights[name], 3)):
        placed[name] = max(heights[name], floor + halves[name])
        floor = placed[name] + halves[name]
    ceiling = 1 + LABEL_GAP / 2
    for name in reversed(placed):
        placed[name] = min(placed[name], ceiling - halves[name])
        ceiling = placed[name] - halves[name]
    return placed
