"""Conditions and reports for the exercises of the chapter on silent bugs."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.exercises.variants import Variants
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.signals import rms

EVERY, FIRST, NONE, ALL = "those of every block", "those of the first block", "none", "all weights of the model"
WORDS, LAYERS, HEALTHY = (EVERY, FIRST, NONE, ALL), ("up", "gate", "down", "head"), "none of them"
THE = {"up": "up", "gate": "the gate", "down": "down"}
ENDING = "c_proj.weight"
WHOLE = "Between two texts, `==` asks for all of their letters."
PREFIX = "`startswith` asks for the first letters of a text and leaves open what comes after them."
SUFFIX = "`endswith` asks for the last letters of a text and leaves open what comes before them."
INSIDE = "Between two texts, `in` asks whether the first one stands anywhere in the second."
PARTS = '`split(".")` cuts a name at its dots, and `[-2:]` keeps the last two parts.'


class Condition(NamedTuple):
    """When it holds, what the way to compare asks for, why it reaches what it does, and how it misses all names."""

    holds: Callable[[str], bool]
    asks: str
    why: str
    misses: str = ""


CONDITIONS = {
    f'name == "{ENDING}"': Condition(
        lambda name: name == ENDING,
        WHOLE,
        "Full names begin with the path to the block, so an equality of the last two words never holds.",
        "No full name is equal to the last two words of it",
    ),
    f'"{ENDING}" in name': Condition(
        lambda name: ENDING in name,
        INSIDE,
        "These two words stand in the full name of each block's weight, whatever the number before them.",
    ),
    f'name == "h.0.{ENDING}"': Condition(
        lambda name: name == f"h.0.{ENDING}",
        WHOLE,
        "This is a full name, with the number of the first block in it, and all others differ from it.",
    ),
    'name.endswith("weight")': Condition(
        lambda name: name.endswith("weight"),
        SUFFIX,
        "The names of all weights end so, those of the other layers too.",
    ),
    f'name.startswith("{ENDING}")': Condition(
        lambda name: name.startswith(ENDING),
        PREFIX,
        "Full names begin with the path to the block, and so with other words than these two.",
        "No full name begins with the last two words of it",
    ),
    'name.split(".")[-2:] == ["c_proj", "weight"]': Condition(
        lambda name: name.split(".")[-2:] == ["c_proj", "weight"],
        PARTS,
        "These are the last two parts of the full name of each block's weight, whatever the number before them.",
    ),
    f'name.startswith("h.0.{ENDING}")': Condition(
        lambda name: name.startswith(f"h.0.{ENDING}"),
        PREFIX,
        "The full name of the first block's weight begins so, and no other name does.",
    ),
    f'name in "{ENDING}"': Condition(
        lambda name: name in ENDING,
        INSIDE,
        "It asks the other way round: a full name is longer than these two words and does not stand in them.",
        "No full name stands in the last two words of it",
    ),
    '"weight" in name': Condition(
        lambda name: "weight" in name,
        INSIDE,
        "The word stands in the names of all weights, those of the other layers too.",
    ),
}


def names(blocks: int) -> list[str]:
    """Return the full names of all weights and biases of a model."""
    inside = [f"{layer}.{kind}" for layer in ("norm", "c_fc", "c_proj") for kind in ("weight", "bias")]
    return ["words.weight", *[f"h.{block}.{name}" for block in range(blocks) for name in inside], "head.weight"]


def reached(blocks: int, condition: str) -> dict[str, Any]:
    """Return which weights a line reaches, and what that says of each answer."""
    asked = CONDITIONS[condition]
    hit = [name for name in names(blocks) if asked.holds(name)]
    ours = [name for name in hit if name.endswith(ENDING)]
    if not hit:
        options = {
            EVERY: f"{asked.misses}: {blocks} of {blocks} blocks are missed.",
            FIRST: "The first block's weight has a full name too, with the block's number in it.",
            ALL: "The comparison is false for each of them, so nothing is drawn again.",
        }
        target = NONE
    else:
        target = ALL if hit != ours else EVERY if len(ours) == blocks else FIRST
        others = f"The condition holds for them, and for others as well, such as `{hit[0]}`."
        options = {
            EVERY: others if target == ALL else f"{blocks - len(ours)} of {blocks} blocks are missed.",
            FIRST: f"The condition holds for `{ours[-1]}` too, and {len(ours)} of {blocks} blocks are reached.",
            NONE: f"The condition holds for `{ours[0]}`.",
            ALL: "The condition is false for the weights of all other layers.",
        }
    return {"target": target, "options": {word: options.get(word, "") for word in WORDS} | {target: asked.why}}


def reached_says(blocks: int, condition: str) -> list[str]:
    """Return the phrases that hold the blocks and the condition."""
    alike = condition.replace("c_proj", "fc").replace("h.0", "layers.0")
    own = condition == f'name == "{ENDING}"'
    return [
        f"A model is made of {blocks} blocks",
        f"if {condition}:",
        f"std=0.02 / {blocks}**0.5",
        CONDITIONS[condition].asks,
        'Is one of them equal to `"fc.weight"`, the first one perhaps?'
        if own
        else f"For which of them, and for which other names of the model, does `{alike}` hold?",
    ]


def branch(rectified: str, zeros: str) -> dict[str, tuple[float, float, float]]:
    """Return what each layer of a gated branch gets and gives, and the gradient at its weights, as sizes.

    The branch is added to what entered it, and the head reads the sum. One layer is followed by a ReLU.
    """
    rng, rows, width = np.random.default_rng(0), 400, 64
    x, by_head = rng.standard_normal((2, rows, width))
    w = {layer: rng.standard_normal((width, width)) / width**0.5 for layer in LAYERS}
    w[zeros][:] = 0
    kinds = {layer: ACTIVATIONS["relu" if layer == rectified else "linear"] for layer in LAYERS}
    f, df = {layer: kind.f for layer, kind in kinds.items()}, {layer: kind.df for layer, kind in kinds.items()}
    up, gate = x @ w["up"], x @ w["gate"]
    product = f["up"](up) * f["gate"](gate)
    down = product @ w["down"]
    total = x + f["down"](down)
    by_down = by_head @ w["head"].T * df["down"](down)
    by_product = by_down @ w["down"].T
    by_up, by_gate = by_product * f["gate"](gate) * df["up"](up), by_product * f["up"](up) * df["gate"](gate)
    arrays = ((x, up, by_up), (x, gate, by_gate), (product, down, by_down), (total, total @ w["head"], by_head))
    sizes = ((rms(gets), rms(gives), rms(gets.T @ by_z) / rows**0.5) for gets, gives, by_z in arrays)
    return dict(zip(LAYERS, sizes, strict=True))


def sick(rectified: str, zeros: str) -> dict[str, Any]:
    """Return which layer has to be drawn again: zeros whose gradient is not zero fill up by themselves."""
    passing = "It gives 1 for what it gets, as it should. It has no gradient because of what comes after it."
    drawn = {
        "up": passing,
        "gate": passing,
        "down": "It gets 0 and can give nothing else. Its own weights are drawn, and 1 would come out for 1.",
    }
    if branch(rectified, zeros)[zeros][2] > 0:
        own = "Its weights are zero, and their gradient is not: the first step fills them."
        none = (
            f"The first step fills the zeros of {THE[zeros]}, and from then on the other two have a gradient as well."
        )
        return {"target": HEALTHY, "options": {**drawn, zeros: own, HEALTHY: none}}
    own = (
        f"Its zeros {'let nothing through' if rectified == zeros else 'leave nothing for'} the ReLU after "
        f"{'it' if rectified == zeros else rectified}, whose slope at zero is 0: so no gradient reaches it, "
        f"and it stays as it is. The layers {'before' if zeros == 'down' else 'around'} it are its victims."
    )
    none = (
        "A last layer of zeros is harmless, as its gradient is not 0. Here the zeros have a gradient of 0, "
        "and two other layers with them."
    )
    return {"target": zeros, "options": {**drawn, zeros: own, HEALTHY: none}}


def sick_says(rectified: str, zeros: str) -> list[str]:
    """Return the phrases that hold the report, and what the last hint says of it."""
    report = branch(rectified, zeros)
    rows = [
        f"{layer:4}{gets:8.0f}{gives:8.0f}{gradient:26.0f}   {'all zero' if layer == zeros else 'drawn'}"
        for layer, (gets, gives, gradient) in report.items()
    ]
    cut = " and to ".join(THE[layer] for layer in ("up", "gate") if layer != zeros)
    return [
        *rows,
        f"{THE[rectified]} is followed by a ReLU",
        f"Nothing comes back to {cut}." if zeros == "down" else f"Down gets 0, and nothing comes back to {cut}.",
        "And what does the first step do to the third layer?"
        if report[zeros][2] > 0
        else "Ask the same of the third layer, and mind that the slope of a ReLU at 0 is 0.",
    ]


NAME = Variants(
    reached,
    says=reached_says,
    numbers={"blocks": (24, 12, 32, 48), "condition": tuple(CONDITIONS)},
)
LAYER = Variants(
    sick,
    says=sick_says,
    numbers={"rectified": ("gate", "down", "up"), "zeros": ("gate", "up", "down")},
)
