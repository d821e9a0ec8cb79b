"""Sliders with two faces: live widgets in a notebook, and every frame stored for a page without a kernel."""

import itertools
import os
import re
from collections.abc import Callable, Mapping, Sequence, Set
from hashlib import sha256
from html import escape, unescape
from numbers import Integral, Real
from typing import Any, Protocol

from xavier_lib.arguments import finite, function
from xavier_lib.wording import number, shown, text

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
    "for(const r of this.querySelectorAll('[type=range],:checked')){"
    "const v=r.dataset.values?.split('|')[r.value];"
    "if(v){r.setAttribute('aria-valuetext',v);"
    "r.nextElementSibling.value=v}"
    "n=n*r.dataset.of+ +r.value}"
    "[...this.querySelectorAll('.frame')].forEach((f,i)=>f.hidden=i!=n)"
)
# What a notebook does not trust it sanitizes: this rule goes, and with it the handler and the frames. So sliders wait
# for the rule, and the line that says how to get them makes way for it.
STYLE = (
    ".explorer{margin:1em 0}"
    ".explorer :is(label,fieldset){display:flex;flex-wrap:wrap;gap:0 .75em;align-items:center}"
    ".explorer legend{float:left}"
    ".explorer fieldset{border:0;margin:0;padding:0}"
    ".explorer .asleep{display:none}"
    ".explorer svg{max-width:100%;height:auto}"
)


# A slider of ipywidgets speaks the place of its value. Its own readout has the value, so the handle takes that.
# Its radio buttons are no group, and their label is none of theirs.
SPEAK = (
    "const go=()=>{const b=this.closest('.widget-vbox');"
    "if(!b)return setTimeout(go,50);"
    "const say=()=>b.querySelectorAll('.widget-hslider').forEach(s=>{"
    "const h=s.querySelector('[role=slider]'),v=s.querySelector('.widget-readout')?.textContent;"
    "if(h&&v&&h.getAttribute('aria-valuetext')!=v){"
    "h.setAttribute('aria-valuetext',v);"
    "h.setAttribute('aria-label',s.querySelector('label').textContent)}});"
    "b.querySelectorAll('.widget-radio').forEach(r=>{"
    "r.setAttribute('role','radiogroup');"
    "r.setAttribute('aria-label',r.querySelector('label').textContent)});"
    "new MutationObserver(say).observe(b,{subtree:true,childList:true,characterData:true,"
    "attributeFilter:['aria-valuetext']});say()};go()"
)


class Drawing(Protocol):
    """What ``draw`` returns: an SVG and its text alternative, as :class:`xavier_lib.figures.Picture` has."""

    svg: str
    alt: str


class StaticExplorer:
    """The stored face of a slider: all frames as one piece of HTML."""

    def __init__(
        self,
        draw: Callable[..., Drawing],
        parameters: Mapping[str, Sequence[Any]],
        at: Mapping[str, int],
        look_for: str,
    ) -> None:
        self.parameters, self.at, self.look_for = parameters, at, look_for
        choices = itertools.product(*parameters.values())
        self.frames = distinct([frame(draw, dict(zip(parameters, values, strict=True))) for values in choices])
        self.opens = 0
        for name, values in parameters.items():
            self.opens = self.opens * len(values) + at[name]

    def __repr__(self) -> str:
        """Return one line on the sliders and their ranges."""
        sliders = "; ".join(f"{label(name)}, {len(values)} values" for name, values in self.parameters.items())
        return f"Explorer: {sliders}"

    def _repr_html_(self) -> str:
        group = "g" + sha256("".join(self.frames).encode()).hexdigest()[:10]
        controls = "".join(
            (choice if is_choice(values) else slider)(f"{group}-{name}", name, values, self.at[name])
            for name, values in self.parameters.items()
        )
        frames = "".join(f'<script type="image/svg+xml">{html}</script>' for html in self.frames)
        # The last attribute keeps the arrow keys for the sliders, where JupyterLab would take them.
        count = f'data-frames="{len(self.frames)}" data-opens="{self.opens}" onkeydown="event.stopPropagation()"'
        return (
            f'<figure class="explorer" {count} oninput="{escape(SHOW_FRAME)}"><style>{STYLE}</style>'
            f"{hint(self.look_for)}{controls}"
            f'<div class="frames" style="{room(largest(self.frames))}">'
            f'<div class="still">{self.still()}</div>{frames}</div></figure>'
        )

    def still(self) -> str:
        """Return the frame it opens on as an image, with a line on how to move on from it."""
        from xavier_lib.figures.svg import still

        places = ", ".join(
            f"{label(name)} = {escape(spoken(values[self.at[name]]))}" for name, values in self.parameters.items()
        )
        line = f"One of {len(self.frames)} pictures: {places}. To choose another, run this section."
        frame = self.frames[self.opens]
        alt = unescape(found[1]) if (found := re.search(r'aria-label="([^"]*)"', frame)) else ""
        return f'{still(frame, alt) if found else frame}<p class="asleep">{line}</p>'


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


def places(opens: Mapping[str, Any], parameters: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    """Return for each parameter the place of the value that is shown first."""
    if not isinstance(opens, Mapping):
        raise TypeError(f"opens must be a mapping from parameters to values, got {shown(opens)}")
    for name, value in opens.items():
        if name not in parameters:
            raise ValueError(f"opens must name parameters among {sorted(parameters)}, got {shown(name)}")
        if not any(value is given or value == given for given in parameters[name]):
            raise ValueError(f"opens[{name!r}] must be one of {shown(parameters[name])}, got {shown(value)}")
    return {name: list(values).index(opens[name]) if name in opens else 0 for name, values in parameters.items()}


def is_choice(values: Sequence[Any]) -> bool:
    """Tell names, of which one is chosen, from numbers, along which one slides."""
    return any(isinstance(value, str) for value in values)


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
    return str(int(value)) if isinstance(value, Integral) else number(float(value), 4)


def slider(_: str, name: str, values: Sequence[Any], at: int) -> str:
    """Return one native slider with its label and the value it stands at, for whose longest there is room."""
    words = [escape(spoken(value)) for value in values]
    return (
        f'<label hidden="hidden" data-first="{words[at]}"><span>{escape(label(name))}</span>'
        f'<input type="range" min="0" max="{len(words) - 1}" value="{at}" autocomplete="off" '
        f'data-of="{len(words)}" data-values="{"|".join(words)}" aria-valuetext="{words[at]}">'
        f'<output style="min-width:{width(values)}ch">{words[at]}</output></label>'
    )


def choice(group: str, name: str, values: Sequence[Any], at: int) -> str:
    """Return native radio buttons in a group that bears the parameter's name."""
    words = [escape(spoken(value)) for value in values]
    buttons = "".join(
        f'<label><input type="radio" name="{escape(group)}" value="{place}" data-of="{len(words)}" autocomplete="off"'
        f"{' checked' if place == at else ''}> {word}</label>"
        for place, word in enumerate(words)
    )
    first = f'hidden="hidden" data-first="{words[at]}"'
    return f"<fieldset {first}><legend>{escape(label(name))}</legend>{buttons}</fieldset>"


def width(values: Sequence[Any]) -> int:
    """Return how many figures wide the longest value is, in bold."""
    return 1 + max(len(spoken(value)) for value in values)


def hint(look_for: str) -> str:
    """Return the line on what to look for, if there is one."""
    return f'<p class="look-for">{escape(look_for)}</p>' if look_for else ""


def room(size: tuple[float, float]) -> str:
    """Return the style of a box that keeps the size of the largest frame, whichever it holds."""
    return f"max-width:480px;aspect-ratio:{size[0]:g}/{size[1]:g}"


def largest(frames: Sequence[str]) -> tuple[float, float]:
    """Return width and height of the frame that is highest for its width; that of the book's figures if none tells."""
    found = [re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', html) for html in frames]
    sizes = [(float(match[1]), float(match[2])) for match in found if match]
    return max(sizes, key=lambda size: size[1] / size[0], default=(360, 244.8))


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


def live_explorer(
    draw: Callable[..., Drawing], parameters: Mapping[str, Sequence[Any]], at: Mapping[str, int], look_for: str
) -> Any:
    """Return widgets that compute the picture again at each move."""
    import ipywidgets

    controls = {
        name: (ipywidgets.RadioButtons if is_choice(values) else ipywidgets.SelectionSlider)(
            options=[(spoken(value), value) for value in values],
            index=at[name],
            description=label(name),
            style={"description_width": "initial"},
        )
        for name, values in parameters.items()
    }
    state, shown = ipywidgets.HTML(), ipywidgets.HTML()
    widest = max(width(values) for values in parameters.values())
    kept = f"<style>.explorer-{widest} .widget-readout{{min-width:max(72px,{widest}ch)}}</style>"
    voice = ipywidgets.HTML(f'{kept}<img alt="" hidden src="data:," onerror="{escape(SPEAK)}">')
    size = 360.0, 244.8

    def redraw(_: object = None) -> None:
        nonlocal size
        values = {name: widget.value for name, widget in controls.items()}
        place = ", ".join(f"{label(name)} = {spoken(value)}" for name, value in values.items())
        state.value = f"<em>{escape(place)}: computing …</em>"
        picture = frame(draw, values)
        size = max(size, largest([picture]), key=lambda one: one[1] / one[0])
        shown.value = f'<div style="{room(size)}">{picture}</div>'
        state.value = escape(place)

    for widget in controls.values():
        widget.observe(redraw, names="value")
    redraw()
    before = [ipywidgets.HTML(hint(look_for))] if look_for else []
    box = ipywidgets.VBox([*before, *controls.values(), state, shown, voice])
    box.add_class(f"explorer-{widest}")
    return box
