"""Reports on a gated branch, one of whose layers is zero, for the chapter on silent bugs."""

from typing import Any

import numpy as np

from xavier_lib.exercises.variants import Variants
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.signals import rms

LAYERS, HEALTHY = ("up", "gate", "down", "head"), "none of them"
THE = {"up": "up", "gate": "the gate", "down": "down"}


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


LAYER = Variants(
    sick,
    says=sick_says,
    numbers={"rectified": ("gate", "down", "up"), "zeros": ("gate", "up", "down")},
)
