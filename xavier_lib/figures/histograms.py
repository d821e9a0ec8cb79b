"""Histograms: one row a layer, a distribution beside its density, inputs laid on a curve."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from xavier_lib.arguments import numbers, whole
from xavier_lib.figures.picture import GRAY, SERIES, drawn, margins


@drawn
def histograms(
    figure: Figure,
    groups: Mapping[str, ArrayLike],
    *,
    x_label: str,
    limits: tuple[float, float] | None = None,
    bins: int = 41,
    reading: str = "",
) -> str:
    """Draw one histogram a row, each to its own peak, with its root mean square beside it.

    The diagnostic of Glorot and Bengio (2010), figures 6 and 7; used first in :doc:`/chapters/glorot`.

    Args:
        groups: for each row's name the values to count, of any shape.
        x_label: what the values are, with their unit.
        limits: the range shown; from the smallest to the largest value if None. Values beyond it are
            counted in the outermost bins.
        bins: the number of bins.
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if there is no group, or one is empty or not finite.

    >>> histograms({"layer 1": [-1, 0, 1], "layer 2": [0, 0, 0]}, x_label="activation")
    Histograms of activation from -1 to 1, one row each. layer 1: rms 0.82. layer 2: rms 0.
    """
    rows = {name: numbers(f"group {name!r}", values).ravel() for name, values in groups.items()}
    if not rows:
        raise ValueError("groups must hold at least one row, got none")
    whole("bins", bins)
    low, high = limits or (min(v.min() for v in rows.values()), max(v.max() for v in rows.values()))
    figure.set_size_inches(5, 0.75 + 0.42 * len(rows))
    longest = max(map(len, rows))
    margins(figure, left=12 + 5.2 * longest, right=66, bottom=34, top=6)
    panels = figure.subplots(len(rows), sharex=True, squeeze=False)[:, 0]
    edges = np.linspace(low, high, bins + 1)
    sizes = {name: float(np.sqrt((values**2).mean())) for name, values in rows.items()}
    for axes, (name, values) in zip(panels, rows.items(), strict=True):
        counts = np.histogram(np.clip(values, low, high), edges)[0]
        axes.stairs(counts / counts.max(), edges, fill=True, color=SERIES[0][0], clip_on=False)
        axes.set(ylim=(0, 1), yticks=[], xlim=(low, high))
        axes.spines["left"].set_visible(False)
        axes.text(-0.02, 0.4, name, ha="right", va="center", transform=axes.transAxes)
        axes.text(1.02, 0.4, f"rms {sizes[name]:.2g}", va="center", transform=axes.transAxes)
    panels[-1].set_xlabel(x_label)
    readings = [f"{name}: rms {size:.2g}." for name, size in sizes.items()]
    return " ".join(
        [f"Histograms of {x_label} from {low:.3g} to {high:.3g}, one row each.", *readings, reading]
    ).strip()


@drawn
def densities(
    figure: Figure,
    curves: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]],
    *,
    x_label: str,
    reading: str = "",
) -> str:
    """Draw densities as lines over the histograms of samples drawn from them.

    Used in :doc:`/chapters/naive`.

    Args:
        curves: for each name the triple (x, density at x, sample).
        x_label: what the values are, with their unit.
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if there is no curve, or one is empty or not finite.

    >>> densities({"U(-1, 1)": ([-1, 1], [0.5, 0.5], [-0.5, 0.5])}, x_label="weight")
    Densities of weight with histograms of samples. U(-1, 1): sample of 2, mean 0, standard deviation 0.5.
    """
    if not curves:
        raise ValueError("curves must hold at least one density, got none")
    panels = figure.subplots(len(curves), sharex=True, squeeze=False)[:, 0]
    figure.set_size_inches(5, 0.6 + 1.2 * len(curves))
    margins(figure, left=46, right=12)
    readings = []
    for axes, (color, *_), (name, parts) in zip(panels, SERIES * len(curves), curves.items(), strict=False):
        x, density, sample = (numbers(f"curve {name!r}", part).ravel() for part in parts)
        heights, edges = np.histogram(sample, bins=41, range=(x.min(), x.max()), density=True)
        axes.stairs(heights, edges, fill=True, color=color, alpha=0.3)
        axes.plot(x, density, color=color)
        axes.text(0.01, 0.95, name, va="top", transform=axes.transAxes)
        axes.set(ylabel="density", ylim=(0, None))
        readings.append(
            f"{name}: sample of {sample.size}, mean {abs(sample.mean()):.1g}, standard deviation {sample.std():.2g}."
        )
    panels[-1].set_xlabel(x_label)
    return " ".join([f"Densities of {x_label} with histograms of samples.", *readings, reading]).strip()


@drawn
def inputs_on_curve(
    figure: Figure,
    f: Callable[[ArrayLike], ArrayLike],
    pre_activations: ArrayLike,
    *,
    name: str,
    z_limits: tuple[float, float] = (-8, 8),
    reading: str = "",
) -> str:
    """Draw an activation function with the histogram of its inputs below and of its outputs beside.

    Used in :doc:`/chapters/sigmoid`.

    Args:
        f: the activation function.
        pre_activations: the inputs to lay on the curve, of any shape.
        name: the function's name.
        z_limits: the range of inputs shown; inputs beyond it are counted in the outermost bins.
        reading: a sentence to end the text alternative with.

    Raises:
        TypeError, ValueError: if the pre-activations are empty or not finite.

    >>> inputs_on_curve(np.tanh, [-1.0, 0.0, 1.0], name="tanh")
    Curve of tanh. Histogram of its inputs: standard deviation 0.82. Histogram of its outputs: from -0.76 to 0.76.
    """
    z = numbers("pre_activations", pre_activations).ravel()
    grid = np.linspace(*z_limits, 81)
    outputs, curve = np.asarray(f(z)), np.asarray(f(grid))
    panels = figure.subplots(
        2, 2, sharex="col", sharey="row", width_ratios=[3, 1], height_ratios=[2, 1], gridspec_kw={"wspace": 0.08}
    )
    margins(figure)
    (on_curve, beside), (below, corner) = panels
    on_curve.plot(grid, curve, color=GRAY, linewidth=1)
    low, high = np.clip(np.quantile(z, [0.05, 0.95]), *z_limits)
    inner = np.linspace(low, high, 41)
    on_curve.plot(inner, np.asarray(f(inner)), color=SERIES[1][0], linewidth=4, solid_capstyle="butt")
    on_curve.set(ylabel=f"{name}(z)")
    counts, edges = np.histogram(np.clip(z, *z_limits), bins=41, range=z_limits)
    below.stairs(counts / z.size, edges, fill=True, color=SERIES[0][0])
    below.set(xlabel="input z", ylabel="share")
    shares, levels = np.histogram(outputs, bins=41, range=(curve.min(), curve.max()))
    beside.stairs(shares / z.size, levels, fill=True, color=SERIES[0][0], orientation="horizontal")
    beside.set(xlabel="share of outputs")
    corner.remove()
    beside.tick_params(labelbottom=True)
    return (
        f"Curve of {name}. Histogram of its inputs: standard deviation {z.std():.2g}. "
        f"Histogram of its outputs: from {outputs.min():.2g} to {outputs.max():.2g}. {reading}"
    ).strip()
