"""Sliders with two faces: live widgets in a notebook, and every frame stored for a page without a kernel."""

import itertools
import os
import re
from collections.abc import Callable, Mapping, Sequence, Set
from html import escape, unescape
from numbers import Integral, Real
from typing import Any, Protocol

from xavier_lib.arguments import finite, function
from xavier_lib.wording import shown, text

FACE = "XAVIER_LIB_FACE"
FACES = ("live", "static")
# The figure's own event handler: it needs no script file, so a stored page works wherever it is shown. The first move
# takes the frames out of their scripts, where they lie as inert text.
SHOW_FRAME = (
    "for(const s of this.querySelectorAll('script')){"
    "const f=document.createElement('div');"
    "f.className='frame';"
    "f.innerHTML=s.textContent;"
    "s.replaceWith(f)}"
    "this.querySelector('.still')?.remove();"
    "let n=0;"
    "for(const r of this.querySelectorAll('input')){"
    "const v=r.dataset.values.split('|')[r.value];"
    "r.setAttribute('aria-valuetext',v);"
    "r.nextElementSibling.value=v;"
    "n=n*(+r.max+1)+ +r.value}"
    "[...this.querySelectorAll('.frame')].forEach((f,i)=>f.hidden=i!=n)"
)
# What a notebook does not trust it sanitizes: this rule goes, and with it the handler and the frames. So sliders wait
# for the rule, and the line that says how to get them makes way for it.
STYLE = (
    ".explorer{margin:1em 0}"
    ".explorer label{display:flex;flex-wrap:wrap;gap:0 .75em;align-items:center}"
    ".explorer .asleep{display:none}"
    ".explorer svg{max-width:100%;height:auto}"
)


# A slider of ipywidgets speaks the place of its value. Its own readout has the value, so the handle takes that.
SPEAK = (
    "const go=()=>{const b=this.closest('.widget-vbox');"
    "if(!b)return setTimeout(go,50);"
    "const say=()=>b.querySelectorAll('.widget-hslider').forEach(s=>{"
    "const h=s.querySelector('[role=slider]'),v=s.querySelector('.widget-readout')?.textContent;"
    "if(h&&v&&h.getAttribute('aria-valuetext')!=v){"
    "h.setAttribute('aria-valuetext',v);"
    "h.setAttribute('aria-label',s.querySelector('label').textContent)}});"
    "new MutationObserver(say).observe(b,{subtree:true,childList:true,characterData:true,"
    "attributeFilter:['aria-valuetext']});say()};go()"
)


class Drawing(Protocol):
    """What ``draw`` returns: an SVG and its text alternative, as :class:`xavier_lib.figures.Picture` has."""

    svg: str
    alt: str


class StaticExplorer:
    """The stored face of a slider: all frames as one piece of HTML."""

    def __init__(self, draw: Callable[..., Drawing], parameters: Mapping[str, Sequence[Any]]) -> None:
        self.parameters = parameters
        choices = itertools.product(*parameters.values())
        self.frames = distinct([frame(draw, dict(zip(parameters, values, strict=True))) for values in choices])

    def __repr__(self) -> str:
        """Return one line on the sliders and their ranges."""
        sliders = "; ".join(f"{label(name)}, {len(values)} values" for name, values in self.parameters.items())
        return f"Explorer: {sliders}"

    def _repr_html_(self) -> str:
        sliders = "".join(slider(name, values) for name, values in self.parameters.items())
        frames = "".join(f'<script type="image/svg+xml">{html}</script>' for html in self.frames)
        # The second attribute keeps the arrow keys for the sliders, where JupyterLab would take them.
        count = f'data-frames="{len(self.frames)}" onkeydown="event.stopPropagation()"'
        return (
            f'<figure class="explorer" {count} oninput="{escape(SHOW_FRAME)}"><style>{STYLE}</style>'
            f'{sliders}<div class="still">{self.first()}</div>{frames}</figure>'
        )

    def first(self) -> str:
        """Return the first frame as an image, with a line on how to move on from it."""
        from xavier_lib.figures.svg import still

        places = ", ".join(f"{label(name)} = {escape(spoken(values[0]))}" for name, values in self.parameters.items())
        line = f"The first of {len(self.frames)} pictures: {places}. To move the slider, run this section."
        frame = self.frames[0]
        alt = unescape(found[1]) if (found := re.search(r'aria-label="([^"]*)"', frame)) else ""
        return f'{still(frame, alt) if found else frame}<p class="asleep">{line}</p>'


def explore(draw: Callable[..., Drawing], **parameters: Sequence[Any]) -> Any:
    """Let a reader move sliders and see what ``draw`` returns for their values.

    Explained in :doc:`/chapters/network`. The environment variable ``XAVIER_LIB_FACE`` chooses the face:
    ``live`` (or unset) makes ipywidgets that compute at each move; ``static`` computes every frame now and
    returns HTML that needs no kernel. Without ipywidgets the static face is used.

    Args:
        draw: called with one value for each parameter; returns a picture.
        parameters: for each name of an argument of ``draw`` the values to choose from, at least two. The
            first ones are shown first.

    Returns:
        An object that a notebook displays.

    Raises:
        TypeError: if ``draw`` is no function or a parameter no sequence of numbers or names.
        ValueError: if there are not one or two parameters, one has fewer than two values, some that are not finite
            or read alike, or a name with a ``|``, or if the environment variable names no face.

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
    return StaticExplorer(draw, choices) if face() == "static" else live_explorer(draw, choices)


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


def checked_values(name: str, values: Sequence[Any]) -> list[Any]:
    """Return the values of a parameter as a list, or refuse fewer than two and what cannot be written out."""
    accepted = f"{name} must be a sequence of at least two values, got {shown(values)}"
    single = isinstance(values, (str, bytes, Mapping, Set)) or getattr(values, "ndim", 1) == 0
    if single or not hasattr(values, "__len__"):
        raise TypeError(accepted)
    if len(values) < 2:
        raise ValueError(accepted)
    words: dict[str, Any] = {}
    for value in values:
        if not isinstance(value, (str, Real)):
            raise TypeError(f"{name} must hold numbers or names, got {shown(value)}")
        if not isinstance(value, (str, bool)):
            finite(name, value)  # type: ignore[arg-type]
        word = text(name, spoken(value))
        if "|" in word:
            raise ValueError(f"{name} must hold no name with a |, got {shown(value)}")
        if word in words:
            raise ValueError(f"{name} must hold values that read apart, got {shown(words[word])} and {shown(value)}")
        words[word] = value
    return list(values)


def label(name: str) -> str:
    """Return the name of a parameter as a reader sees it; the code's own names fan_in and fan_out stay."""
    return name if name.startswith("fan_") else name.replace("_", " ")


def spoken(value: Any) -> str:
    """Return a value as a reader sees it: whole numbers and names as they are, other numbers short."""
    if isinstance(value, str):
        return value
    return str(int(value)) if isinstance(value, Integral) else f"{float(value):.4g}"


def slider(name: str, values: Sequence[Any]) -> str:
    """Return one native slider with its label and the value it stands at."""
    words = [escape(spoken(value)) for value in values]
    return (
        f'<label hidden="hidden" data-first="{words[0]}"><span>{escape(label(name))}</span>'
        f'<input type="range" min="0" max="{len(words) - 1}" value="0" '
        f'autocomplete="off" data-values="{"|".join(words)}" aria-valuetext="{words[0]}">'
        f"<output>{words[0]}</output></label>"
    )


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


def live_explorer(draw: Callable[..., Drawing], parameters: Mapping[str, Sequence[Any]]) -> Any:
    """Return widgets that compute the picture again at each move."""
    import ipywidgets

    sliders = {
        name: ipywidgets.SelectionSlider(
            options=[(spoken(value), value) for value in values],
            description=label(name),
            style={"description_width": "initial"},
        )
        for name, values in parameters.items()
    }
    state, shown = ipywidgets.HTML(), ipywidgets.HTML()
    voice = ipywidgets.HTML(f'<img alt="" hidden src="data:," onerror="{escape(SPEAK)}">')

    def redraw(_: object = None) -> None:
        values = {name: widget.value for name, widget in sliders.items()}
        place = ", ".join(f"{label(name)} = {spoken(value)}" for name, value in values.items())
        state.value = f"<em>{escape(place)}: computing …</em>"
        shown.value = frame(draw, values)
        state.value = escape(place)

    for widget in sliders.values():
        widget.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([*sliders.values(), state, shown, voice])
