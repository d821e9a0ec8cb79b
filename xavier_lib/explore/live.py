"""The live face: widgets that compute the picture again at each move."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from xavier_lib.explore.frames import Drawing, frame, largest, room
from xavier_lib.explore.stored import hint
from xavier_lib.explore.values import is_choice, label, spoken, width

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
