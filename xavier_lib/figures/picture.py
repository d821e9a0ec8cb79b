"""One look for all figures, and the lean SVG they are stored as."""

import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec
from xml.etree import ElementTree

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INK = "#000000"  # becomes currentColor, so that a page in the dark may turn it white
GRAY = "#767676"
#: Colors that stand out on white and on black, also for color-blind readers; each has its dash and marker.
SERIES = (
    ("#0072b2", "-", "o"),
    ("#d55e00", (0, (5, 2)), "s"),
    ("#009e73", (0, (1.5, 1.5)), "^"),
    ("#b85c9e", (0, (6, 2, 1.5, 2)), "D"),
    ("#767676", (0, (3, 1)), "v"),
    ("#a6761d", (0, (8, 3)), "P"),
)
STYLE = {
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.edgecolor": GRAY,
    "axes.unicode_minus": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "font.size": 10,
    "grid.alpha": 0.3,
    "grid.color": GRAY,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "xavier_lib",
    "xtick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.major.size": 0,
    "ytick.minor.size": 0,
}
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True)
class Picture:
    """A figure as SVG text, with a text alternative made from the numbers that it shows.

    A notebook shows the SVG; the representation is the text alternative. See :doc:`/chapters/network`.

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


def drawn(draw: Callable[Concatenate[Figure, Arguments], str]) -> Callable[Arguments, Picture]:
    """Turn a function that draws on a Figure and returns the text alternative into one that returns a Picture.

    The style holds only while the function runs; ``rcParams`` are left as they were.
    """

    @wraps(draw)
    def picture(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Picture:
        with matplotlib.style.context(["default", STYLE]):
            figure = Figure(figsize=(5, 3))
            alt = draw(figure, *args, **kwargs)
            text = io.StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None})
        return Picture(lean_svg(text.getvalue(), alt), alt)

    del picture.__wrapped__  # the signature a reader sees has no Figure
    return picture


def margins(figure: Figure, *, left: float = 46, right: float = 10, bottom: float = 34, top: float = 8) -> None:
    """Set the margins around all axes, in points."""
    width, height = figure.get_size_inches() * 72
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)


def name_log_ticks(axes: Axes, which: str) -> None:
    """Make one axis logarithmic, its ticks plain text such as 10⁻³."""
    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_formatter(lambda value, _: power_of_ten(value))
    axis.set_minor_formatter(lambda *_: "")


def power_of_ten(value: float) -> str:
    """Write a power of ten as a reader would: 0.1, 1, 10, and 10⁻³ further out."""
    if 0.009 < value < 1001:
        return f"{value:g}"
    return "10" + f"{round(math.log10(value))}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def lean_svg(text: str, alt: str) -> str:
    """Return matplotlib's SVG without its wrapping, with coordinates rounded to what the eye can see."""
    root = ElementTree.fromstring(text)
    _prune(root)
    width, height = root.attrib["viewBox"].split()[2:]
    prefix = "p" + sha256((text + alt).encode()).hexdigest()[:10]
    root.attrib = {
        "class": "picture",
        "viewBox": f"0 0 {width} {height}",
        "width": f"{float(width) * 1.5:g}",
        "role": "img",
        "aria-label": alt,
        "font-family": "system-ui, sans-serif",
        "font-size": "10",
        "fill": "currentColor",
        "stroke-linejoin": "round",
        "style": "background:#fff",
    }
    ElementTree.register_namespace("", SVG)
    lean = ElementTree.tostring(root, encoding="unicode")
    lean = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", lean)
    return lean.replace(INK, "currentColor")


def _prune(parent: ElementTree.Element) -> None:
    kept: list[ElementTree.Element] = []
    for child in list(parent):
        _prune(child)
        child.tail = None
        if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style") or _is_invisible(child):
            continue
        if child.tag == f"{{{SVG}}}g":
            child.attrib.pop("id", None)
            if not child.attrib:
                kept.extend(child)
                continue
        _shorten(child)
        kept.append(child)
    parent[:] = kept
    if parent.text and not parent.text.strip():
        parent.text = None


def _is_invisible(element: ElementTree.Element) -> bool:
    style = element.get("style", "")
    unpainted = element.tag == f"{{{SVG}}}path" and style == "fill: none"
    return unpainted or (element.tag in (f"{{{SVG}}}g", f"{{{SVG}}}defs") and not len(element))


def _shorten(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        if name == f"{{{XLINK}}}href":
            element.set("href", element.attrib.pop(name))
        elif name == "style":
            style = re.sub(r"font-family: [^;]*;? ?|font-size: 10px;? ?|stroke-linejoin: miter;? ?", "", value)
            element.set("style", re.sub(r"([:;]) ", r"\1", style).rstrip("; "))
        elif name in ("d", "x", "y", "width", "height", "transform", "points"):
            element.set(name, " ".join(re.sub(r"-?\d+\.\d+(e-?\d+)?", _rounded, value).split()))
            if re.fullmatch(r"rotate\(-?0 .*\)", element.get(name, "")):
                del element.attrib[name]


def _rounded(match: re.Match[str]) -> str:
    return f"{round(float(match[0]), 1) + 0.0:g}"
