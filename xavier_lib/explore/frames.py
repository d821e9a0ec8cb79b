"""Frames: what a slider shows for each choice of values, and the room that they take."""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Protocol

from xavier_lib.explore.values import label, spoken


class Drawing(Protocol):
    """What ``draw`` returns: an SVG and its text alternative, as :class:`xavier_lib.figures.Picture` has."""

    svg: str
    alt: str


def frame(draw: Callable[..., Drawing], values: dict[str, Any]) -> str:
    """Return the picture for these values, or a message in its place that says what went wrong."""
    try:
        return draw(**values).svg
    except Exception as error:
        place = ", ".join(f"{label(name)} = {spoken(value)}" for name, value in values.items())
        reason = escape(f"{type(error).__name__}: {error}")
        return f'<p class="explorer-error" role="note">No picture for {escape(place)}. {reason}</p>'


def distinct(frames: Sequence[str]) -> list[str]:
    """Return the frames with their own ids: of two equal pictures the second would borrow from a hidden one."""
    return [
        re.sub(r'(\bid="|href="#|url\(#)([^")]+)', rf"\g<0>_{index}", html) if html in frames[:index] else html
        for index, html in enumerate(frames)
    ]


def largest(frames: Sequence[str]) -> tuple[float, float]:
    """Return width and height of the frame that is highest for its width; that of the book's figures if none tells."""
    found = [re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', html) for html in frames]
    sizes = [(float(match[1]), float(match[2])) for match in found if match]
    return max(sizes, key=lambda size: size[1] / size[0], default=(360, 244.8))


def room(size: tuple[float, float]) -> str:
    """Return the style of a box that keeps the size of the largest frame, whichever it holds."""
    return f"max-width:480px;aspect-ratio:{size[0]:g}/{size[1]:g}"
