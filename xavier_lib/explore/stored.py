"""The static face: all frames and native controls as one piece of HTML that needs no kernel."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from html import escape, unescape
from typing import Any

from xavier_lib.explore.frames import Drawing, distinct, frame, largest, room
from xavier_lib.explore.values import is_choice, label, spoken, width

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


def hint(look_for: str) -> str:
    """Return the line on what to look for, if there is one."""
    return f'<p class="look-for">{escape(look_for)}</p>' if look_for else ""
