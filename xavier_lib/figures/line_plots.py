"""Line plots whose series carry their names at the end of the line."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from xavier_lib.arguments import flag, interval, looked_up, named, sequence
from xavier_lib.figures.picture import SERIES, drawable, drawn, margins, name_log_ticks, short_names
from xavier_lib.wording import shown, text

SCALES = {"linear": "", "log": ", logarithmic scale"}
LABEL_GAP = 0.075  # of the height of the axes: one line of text


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
    reading: str = "",
) -> str:
    """Draw one line a series, told apart by color, dash and a name at its end.

    Used in every chapter; first in :doc:`/chapters/network`.

    Args:
        series: for each name the pair (x, y), or (x, y, low, high) for a line with a band.
        x_label: what lies on the x axis, with its unit.
        y_label: what lies on the y axis, with its unit.
        x_scale: ``"linear"`` or ``"log"``.
        y_scale: ``"linear"`` or ``"log"``.
        y_limits: the range of the y axis; chosen from the data if None.
        markers: whether to mark each point.
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
    marked, limits = flag("markers", markers), None if y_limits is None else interval("y_limits", y_limits)
    if limits and y_scale == "log" and limits[0] <= 0:
        raise ValueError(f"y_limits must be above zero on a logarithmic axis, got {shown(y_limits)}")
    axes = figure.add_subplot()
    for (color, dash, marker), (x, y, *band) in zip(SERIES * len(curves), curves.values(), strict=False):
        axes.plot(x, y, color=color, linestyle=dash, marker=marker if marked else "", clip_on=limits is not None)
        if band:
            axes.fill_between(x, band[0], band[1], color=color, alpha=0.2, linewidth=0)
    for which, scale in (("x", x_scale), ("y", y_scale)):
        if scale == "log":
            if not any((curve["xy".index(which)] > 0).any() for curve in curves.values()):
                raise ValueError(f"{which}_scale must be 'linear' where no {which} is above zero, got 'log'")
            name_log_ticks(axes, which)
    axes.set(xlabel=x_label, ylabel=y_label, ylim=limits)
    axes.grid(axis="y")
    margins(figure, left=50, right=28 + 5.2 * short_names("series", curves) if len(curves) > 1 else 12)
    if len(curves) > 1:
        label_ends(axes, {name: curve[1][-1] for name, curve in curves.items()})
    first, last = (f(curve[0][i] for curve in curves.values()) for f, i in ((min, 0), (max, -1)))
    heading = f"Line plot of {y_label}{notes[1]} against {x_label}{notes[0]} from {first:.4g} to {last:.4g}."
    on_logs = [part for part, scale in enumerate((x_scale, y_scale)) if scale == "log"]
    words = [described(name, curve[1], hidden(curve, on_logs)) for name, curve in curves.items()]
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
    first, last, highest, lowest = (f"{value:.2g}" for value in (y[0], y[-1], y.max(), y.min()))
    words = f"{name}: from {first} to {last}"
    if highest not in (first, last):
        words += f", highest {highest}"
    if lowest not in (first, last):
        words += f", lowest {lowest}"
    if hidden_points:
        words += f", not drawn at {hidden_points} of {len(y)} points (zero or below)"
    return words + "."


def label_ends(axes: Axes, ends: Mapping[str, float]) -> None:
    """Write each series' name beside the end of its line, pushed apart where they would touch."""
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = {name: float(to_axes.transform((axes.get_xlim()[1], end))[1]) for name, end in ends.items()}
    placed = spread_out({name: min(max(height, 0), 1) for name, height in heights.items()})
    for (color, dash, _), name in zip(SERIES * len(ends), ends, strict=False):
        style = {"color": color, "linestyle": dash, "transform": axes.transAxes, "clip_on": False}
        axes.plot([1.01, 1.06], [placed[name]] * 2, **style)  # type: ignore[arg-type]
        axes.text(1.075, placed[name], name, va="center", transform=axes.transAxes)


def spread_out(heights: Mapping[str, float]) -> dict[str, float]:
    """Move heights apart to at least one line of text, keeping their order and staying below the top."""
    placed: dict[str, float] = {}
    lowest = 0.0
    for name in sorted(heights, key=lambda name: heights[name]):
        placed[name] = max(heights[name], lowest)
        lowest = placed[name] + LABEL_GAP
    ceiling = 1.0
    for name in reversed(placed):
        placed[name] = min(placed[name], ceiling)
        ceiling = placed[name] - LABEL_GAP
    return placed
