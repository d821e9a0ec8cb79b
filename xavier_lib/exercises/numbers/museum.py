"""Conditions on names for the exercises of the chapter on silent bugs."""

from collections.abc import Callable
from typing import Any, NamedTuple

from xavier_lib.exercises.variants import Variants

EVERY, FIRST, NONE, ALL = "those of every block", "those of the first block", "none", "all weights of the model"
WORDS = (EVERY, FIRST, NONE, ALL)
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


NAME = Variants(
    reached,
    says=reached_says,
    numbers={"blocks": (24, 12, 32, 48), "condition": tuple(CONDITIONS)},
)
