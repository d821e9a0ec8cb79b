"""Vocabularies, seeds and reports for the exercises of the chapter on diagnosis."""

import math
from functools import partial
from typing import Any, NamedTuple

from xavier_lib.diagnosis.patients import mystery
from xavier_lib.exercises.variants import Variants
from xavier_lib.he import he_std

SEEDS = {
    8: (7, 1, 3, 5, 9, 11, 14),
    10: (7, 1, 3, 9, 12, 14, 21, 23),
    12: (7, 1, 3, 5, 11, 13, 21),
    15: (7, 3, 5, 13, 14, 17, 19, 21, 23),
}  # by depth, so that no layer is the sick one of many
DEPTHS = {8: "eight", 10: "ten", 12: "twelve", 15: "fifteen"}


def guess_among(tokens: int) -> dict[str, Any]:
    """Return what a guess among so many tokens costs, and what slips make of it."""
    return {
        "target": math.log(tokens),
        "slips": {
            "another base of the logarithm": [math.log2(tokens), math.log10(tokens)],
            "the sign": [-math.log(tokens)],
            "the probability in place of its logarithm": [1 / tokens],
        },
    }


def sick_layer(seed: int, depth: int) -> dict[str, Any]:
    """Return which layer of a mystery is sick, and its neighbors."""
    sick = mystery(seed, depth=depth)[1]
    return {
        "target": sick,
        "slips": {"one layer too many or too few": [sick - 1, sick + 1]},
        "shows": partial(drawn_by_rule, depth=depth),
    }


def drawn_by_rule(value: float, depth: int) -> str:
    """Say of a wrong layer what it is."""
    if value not in range(depth + 1):
        return f"The arrays of weights are counted from 0 to {depth}, and {value:.4g} is none of them."
    return f"Layer {value:.0f} is drawn by its rule: compare its spread with √(2/64) = {he_std(64):.3g}."


def layer_says(seed: int, depth: int) -> list[str]:
    """Return the phrase that holds a mystery's seed and depth."""
    called = f"mystery({seed})" if depth == 8 else f"mystery({seed}, depth={depth})"
    return [f"`network, _ = {called}` makes a network of {DEPTHS[depth]} hidden layers"]


class Report(NamedTuple):
    """A report with one number out of place; measured with three hidden layers of 64 units, on a hundred digits."""

    remedy: str
    loss: str
    rms: str = "1.0"
    spread: int = 1
    bias: int = 0
    rate: int = 0
    after: int = 0


def remedy(report: Report) -> dict[str, Any]:
    """Return which remedy a report asks for, and what it says against each of the others."""
    options = {
        "smaller weights": "The weights have He's spread, as they should.",
        "a smaller rate": "The loss is in the hundreds before any step was taken.",
        "scale the inputs": f"The input has rms {report.rms}, as it should.",
        "other biases": "The biases are zero, as they should be.",
    }
    reasons = {
        "smaller weights": f"Weights of {report.spread} times He's spread give {report.spread} times as much, "
        "and every layer passes that on, so that the logits are as much too large.",
        "a smaller rate": f"All is as it should be until the first step makes {report.after} of {report.loss}.",
        "scale the inputs": f"The input has rms {report.rms} and every layer passes on what it gets, so that the "
        "logits are as much too large.",
        "other biases": f"The biases add {report.bias} to what every unit of layer 0 gives, whatever the image, "
        "and every layer passes on what it gets.",
    }
    if report.remedy == "scale the inputs":
        options["smaller weights"] = (
            "He's spread passes on what it gets. Smaller first weights would lower the loss, and "
            "leave their gradient as large as the inputs make it."
        )
    return {"target": report.remedy, "options": {**options, report.remedy: reasons[report.remedy]}}


def remedy_says(report: Report) -> list[str]:
    """Return the phrases that hold a report's numbers, and what the last hint says of them."""
    spread = "He's spread" if report.spread == 1 else f"{report.spread} times He's spread"
    biases = f"all {report.bias}" if report.bias else "zero"
    step = f" After one step at the rate {report.rate} it is {report.after}." if report.rate else ""
    return [
        f"layer 0 gets a signal of rms {report.rms}, its weights have {spread}, its biases are {biases}, "
        f"and the first loss is {report.loss} where a guess would cost 2.3.{step}",
        "at any depth, an input" if not report.bias else "at any depth and without biases, an input",
        "A rate plays no part before the first step. Where does the size of these logits come from?"
        if not report.rate
        else "The first loss is that of a healthy network. What comes between it and the second?",
    ]


GUESS = Variants(
    guess_among,
    says=lambda tokens: [f"of {tokens // 1000} {tokens % 1000:03d} tokens"],
    numbers={
        "tokens": (
            *(50257, 12000, 14000, 16384, 20000, 24000, 28000),
            *(32000, 36000, 40478, 58101, 65024, 72000, 80000, 90000),
        )
    },
)
LAYER = Variants(
    sick_layer,
    says=layer_says,
    numbers={"depth": (8, 10, 12, 15), "seed": (7, 1, 3, 5, 9, 11, 12, 13, 14, 17, 19, 21, 23)},
    fits=lambda depth, seed: seed in SEEDS[depth],
)
REMEDY = Variants(
    remedy,
    says=remedy_says,
    numbers={
        "report": (
            Report("scale the inputs", "330", rms="148"),
            Report("smaller weights", "340", spread=100),
            Report("other biases", "290", bias=100),
            Report("a smaller rate", "2.7", rate=8, after=380),
            Report("scale the inputs", "260", rms="111"),
            Report("smaller weights", "260", spread=120),
            Report("other biases", "310", bias=150),
            Report("a smaller rate", "2.7", rate=5, after=240),
            Report("scale the inputs", "410", rms="185"),
            Report("smaller weights", "380", spread=150),
            Report("other biases", "410", bias=200),
            Report("a smaller rate", "2.7", rate=6, after=410),
            Report("scale the inputs", "390", rms="222"),
            Report("smaller weights", "320", spread=200),
            Report("other biases", "230", bias=80),
            Report("a smaller rate", "2.7", rate=10, after=780),
        )
    },
)
