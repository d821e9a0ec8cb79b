"""Sliders with two faces: live widgets in a notebook, and every frame stored for a page without a kernel."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xavier_lib.arguments import function
from xavier_lib.explore.frames import Drawing
from xavier_lib.explore.live import live_explorer
from xavier_lib.explore.stored import StaticExplorer
from xavier_lib.explore.values import checked_values, places
from xavier_lib.wording import shown, text

__all__ = ["Drawing", "explore"]

FACE = "XAVIER_LIB_FACE"

FACES = ("live", "static")


def explore(
    draw: Callable[..., Drawing],
    *,
    opens: Mapping[str, Any] | None = None,
    look_for: str = "",
    **parameters: Sequence[Any],
) -> Any:
    """Let a reader move sliders and see what ``draw`` returns for their values; names are chosen from a list.

    Explained in :doc:`/chapters/network`. The environment variable ``XAVIER_LIB_FACE`` chooses the face:
    ``live`` (or unset) makes ipywidgets that compute at each move; ``static`` computes every frame now and
    returns HTML that needs no kernel. Without ipywidgets the static face is used.

    Args:
        draw: called with one value for each parameter; returns a picture.
        opens: for some parameters the value shown first; for the others it is their first one.
        look_for: a line that stands before the picture.
        parameters: for each name of an argument of ``draw`` the values to choose from, at least two.

    Returns:
        An object that a notebook displays.

    Raises:
        TypeError: if ``draw`` is no function, a parameter no sequence of numbers or names, ``opens`` no mapping or
            ``look_for`` no text.
        ValueError: if there are not one or two parameters, one has fewer than two values, some that are not finite
            or read alike, or a name with a ``|``, if ``opens`` names another parameter or value, or if the
            environment variable names no face.

    >>> from xavier_lib.figures import lines
    >>> def line(slope):
    ...     return lines({"y": ([0, 1], [0, slope])}, x_label="x", y_label="y")
    >>> explore(line, slope=[1, 2])  # with XAVIER_LIB_FACE=static
    Explorer: slope, 2 values
    """
    function("draw", draw)
    if not 1 <= len(parameters) <= 2:
        raise ValueError(f"explore takes one or two parameters, got {sorted(parameters)}")
    choices = {name: checked_values(name, values) for name, values in parameters.items()}
    at, words = places(opens or {}, choices), text("look_for", look_for)
    show = StaticExplorer if face() == "static" else live_explorer
    return show(draw, choices, at, words)


def face() -> str:
    """Return the face that the environment asks for, or the static one where ipywidgets is missing."""
    chosen = os.environ.get(FACE, "live")
    if chosen not in FACES:
        raise ValueError(f"{FACE} must be one of {list(FACES)}, got {shown(chosen)}")
    if chosen == "live":
        try:
            import ipywidgets  # noqa: F401
        except ImportError:
            return "static"
    return chosen
