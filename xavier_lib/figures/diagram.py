"""Diagrams of small networks with a number on every connection."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from xavier_lib.arguments import sequence
from xavier_lib.figures.looks import SERIES
from xavier_lib.figures.picture import GRAY, drawable, drawn, margins
from xavier_lib.wording import number, text


@drawn
def network_diagram(
    figure: Figure, weights: Sequence[ArrayLike], *, names: Sequence[Sequence[str]], reading: str = ""
) -> str:
    """Draw a small network, each connection with its weight: positive solid, negative dashed.

    Used in :doc:`/chapters/symmetry`.

    Args:
        weights: one array (fan_in, fan_out) a layer.
        names: the units' names, one sequence a column of units.
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if the weights are not finite or do not fit the names.

    >>> network_diagram([[[0.5, -1.0]]], names=[["x1"], ["y1", "y2"]])
    Network diagram: x1 → y1, y2. Weights into y1: 0.5; y2: -1.
    """
    for column, units in enumerate(sequence("names", names, "one sequence of names for each column of units")):
        for place, unit in enumerate(sequence(f"names[{column}]", units, "a sequence of names")):
            text(f"names[{column}][{place}]", unit)
    arrays = sequence("weights", weights, "one array (fan_in, fan_out) a layer")
    layers = [drawable(f"weights[{layer}]", values) for layer, values in enumerate(arrays)]
    shapes = [(len(left), len(right)) for left, right in zip(names, names[1:], strict=False)]
    if [layer.shape for layer in layers] != shapes:
        raise ValueError(f"weights must have shapes {shapes}, got {[layer.shape for layer in layers]}")
    if not layers:
        raise ValueError("weights must hold at least one layer, got none")
    axes = figure.add_subplot()
    margins(figure, left=4, right=4, bottom=4, top=4)
    axes.set(xlim=(-0.2, len(layers) + 0.2), ylim=(-0.62, 0.62))
    axes.axis("off")
    places = [np.linspace(0.5, -0.5, len(column)) if len(column) > 1 else np.zeros(1) for column in names]
    for column, layer in enumerate(layers):
        for (i, j), value in np.ndenumerate(layer):
            ends = np.array([places[column][i], places[column + 1][j]])
            color, dash, _ = SERIES[0] if value >= 0 else SERIES[1]
            axes.plot([column, column + 1], ends, color=color, linestyle=dash, linewidth=1.2, zorder=1)
            along = 0.22 if column % 2 == 0 else 0.78
            axes.text(
                column + along, float(ends @ [1 - along, along]), number(value), ha="center", va="center",
                bbox={"boxstyle": "square,pad=0.1", "facecolor": "#ffffff", "edgecolor": "none"}, color="#111111",
            )  # fmt: skip
    for column, (units, heights) in enumerate(zip(names, places, strict=True)):
        for unit, height in zip(units, heights, strict=True):
            axes.plot(column, height, "o", markersize=30, markerfacecolor="#ffffff", markeredgecolor=GRAY)
            axes.text(column, height, unit, ha="center", va="center", color="#111111")
    return " ".join([*sentences(layers, names), reading]).strip()


def sentences(layers: Sequence[np.ndarray], names: Sequence[Sequence[str]]) -> list[str]:
    """Say in words which units there are and which weights lead into each."""
    chain = " → ".join(", ".join(column) for column in names)
    into = [
        "Weights into "
        + "; ".join(
            f"{unit}: {', '.join(number(w) for w in column)}" for unit, column in zip(units, layer.T, strict=True)
        )
        + "."
        for layer, units in zip(layers, names[1:], strict=True)
    ]
    return [f"Network diagram: {chain}.", *into]
