"""Histograms: one row a layer, a distribution beside its density, inputs laid on a curve."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from xavier_lib.arguments import function, interval, named, sequence, whole
from xavier_lib.figures.looks import SERIES, looks
from xavier_lib.figures.picture import GRAY, SIZE, drawable, drawn, margins, short_names
from xavier_lib.figures.svg import FONT_SIZE
from xavier_lib.wording import number, shown, text

MOST_BINS = 10_000  # narrower ones than any screen shows


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
        TypeError, ValueError: if there is no group, one is empty or not finite, the limits do not run from
            low to high, or there is no bin.

    >>> histograms({"layer 1": [-1, 0, 1], "layer 2": [0, 0, 0]}, x_label="activation")
    Histograms of activation from -1 to 1, one row each. layer 1: rms 0.82. layer 2: rms 0.
    """
    rows = {name: drawable(f"group {shown(name)}", values).ravel() for name, values in named("groups", groups).items()}
    longest, count = short_names("groups", rows), whole("bins", bins)
    if count > MOST_BINS:
        raise ValueError(f"bins must be a whole number of at most {MOST_BINS}, got {shown(bins)}")
    low, high = interval("limits", limits) if limits is not None else ends(rows.values())
    figure.set_size_inches(SIZE[0], max(SIZE[1], 0.75 + 0.33 * len(rows)))
    margins(figure, left=14 + 6.8 * longest, right=92)
    panels = figure.subplots(len(rows), sharex=True, squeeze=False)[:, 0]
    edges = np.linspace(low, high, count + 1)
    sizes = {name: float(np.sqrt((values**2).mean())) for name, values in rows.items()}
    for axes, (name, values) in zip(panels, rows.items(), strict=True):
        counts = np.histogram(np.clip(values, low, high), edges)[0]
        axes.stairs(counts / counts.max(), edges, fill=True, color=SERIES[0][0], clip_on=False)
        axes.set(ylim=(0, 1), yticks=[], xlim=(low, high))
        axes.spines["left"].set_visible(False)
        axes.text(-0.02, 0.4, name, ha="right", va="center", transform=axes.transAxes)
        axes.text(1.02, 0.4, f"rms {number(sizes[name])}", va="center", transform=axes.transAxes)
    panels[-1].set_xlabel(x_label)
    panels[-1].locator_params(axis="x", nbins=6)
    readings = [f"{name}: rms {number(size)}." for name, size in sizes.items()]
    return " ".join(
        [f"Histograms of {x_label} from {number(low, 3)} to {number(high, 3)}, one row each.", *readings, reading]
    ).strip()


def ends(rows: Iterable[np.ndarray]) -> tuple[float, float]:
    """Return the smallest and the largest value of all rows, half a unit apart from them where they are equal."""
    low, high = (float(f(f(row) for row in rows)) for f in (min, max))
    return (low, high) if low < high else (low - 0.5, high + 0.5)


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
        TypeError, ValueError: if there is no curve, or one is no such triple, empty or not finite, or
            none of its sample lies within the range of x.

    >>> densities({"U(-1, 1)": ([-1, 1], [0.5, 0.5], [-0.5, 0.5])}, x_label="weight")
    Densities of weight with histograms of samples. U(-1, 1): sample of 2, mean 0, standard deviation 0.5.
    """
    named("curves", curves)
    checked = {name: checked_curve(name, parts) for name, parts in curves.items()}
    panels = figure.subplots(len(curves), sharex=True, squeeze=False)[:, 0]
    figure.set_size_inches(SIZE[0], 0.6 + 1.4 * len(curves))
    margins(figure)
    readings = []
    for axes, (color, dash, _), (name, (x, density, sample)) in zip(
        panels, looks(checked).values(), checked.items(), strict=True
    ):
        heights, edges = np.histogram(sample, bins=41, range=(x.min(), x.max()), density=True)
        axes.stairs(heights, edges, fill=True, color=color, alpha=0.3)
        axes.plot(x, density, color=color, linestyle=dash)
        axes.plot([0.01, 0.11], [0.88, 0.88], color=color, linestyle=dash, transform=axes.transAxes)
        axes.text(0.13, 0.88, name, va="center", transform=axes.transAxes)
        axes.set(ylabel="density", ylim=(0, 1.4 * max(density.max(), heights.max())))
        readings.append(
            f"{name}: sample of {sample.size}, mean {number(sample.mean(), 1)}, "
            f"standard deviation {number(sample.std())}."
        )
    panels[-1].set_xlabel(x_label)
    return " ".join([f"Densities of {x_label} with histograms of samples.", *readings, reading]).strip()


def checked_curve(name: str, parts: Sequence[ArrayLike]) -> list[np.ndarray]:
    """Return x, the density and the sample of a curve as flat arrays, or refuse them."""
    curve = f"curve {shown(text('each name of curves', name))}"
    if len(sequence(curve, parts, "(x, density, sample)")) != 3:
        raise ValueError(f"{curve} must be (x, density, sample), got {len(parts)} parts")
    x, density, sample = arrays = [drawable(curve, part).ravel() for part in parts]
    if x.size != density.size:
        raise ValueError(f"{curve} must have one density for each x, got {density.size} for {x.size}")
    if not ((sample >= x.min()) & (sample <= x.max())).any():
        raise ValueError(f"{curve} must have some of its sample between {x.min():.4g} and {x.max():.4g}")
    return arrays


def applied(f: Callable[[ArrayLike], ArrayLike], z: np.ndarray) -> np.ndarray:
    """Return the outputs of a function, or refuse it if it does not give one number for each input."""
    outputs = drawable("f(z)", function("f", f)(z))
    if outputs.shape != z.shape:
        raise ValueError(f"f must return one number for each input, got shape {outputs.shape} for {z.shape}")
    return outputs


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

    Each histogram is drawn to its own peak. Used in :doc:`/chapters/sigmoid`.

    Args:
        f: the activation function.
        pre_activations: the inputs to lay on the curve, of any shape.
        name: the function's name.
        z_limits: the range of inputs shown; inputs beyond it are counted in the outermost bins, and so are
            their outputs.
        reading: a sentence for the corner, which also ends the text alternative.

    Raises:
        TypeError, ValueError: if ``f`` is no function, the pre-activations are empty or not finite, or the
            limits do not run from low to high.

    >>> inputs_on_curve(np.tanh, [-1.0, 0.0, 1.0], name="tanh")
    Curve of tanh. Histogram of its inputs: standard deviation 0.82. Histogram of its outputs: from -0.76 to 0.76.
    """
    z, shown_range = drawable("pre_activations", pre_activations).ravel(), interval("z_limits", z_limits)
    grid = np.linspace(*shown_range, 81)
    outputs, curve = applied(f, z), applied(f, grid)
    panels = figure.subplots(
        2, 2, sharex="col", sharey="row", width_ratios=[3, 1], height_ratios=[2, 1], gridspec_kw={"wspace": 0.08}
    )
    margins(figure, top=26)
    (on_curve, beside), (below, corner) = panels
    on_curve.plot(grid, curve, color=GRAY, linewidth=1.2)
    low, high = np.clip(np.quantile(z, [0.05, 0.95]), *shown_range)
    inner = np.linspace(low, high, 41)
    on_curve.plot(inner, applied(f, inner), color=SERIES[1][0], linewidth=4, solid_capstyle="butt")
    on_curve.set(ylabel=f"{name}(z)")
    seen = curve.min(), curve.max()
    counts, edges = np.histogram(np.clip(z, *shown_range), bins=41, range=shown_range)
    below.stairs(counts / counts.max(), edges, fill=True, color=SERIES[0][0])
    below.set(xlabel="input z", ylabel="inputs", yticks=[])
    counts, edges = np.histogram(np.clip(outputs, *seen), bins=41, range=seen)
    beside.stairs(counts / counts.max(), edges, fill=True, color=SERIES[0][0], orientation="horizontal")
    beside.set_title("outputs", fontsize=FONT_SIZE)
    on_curve.set_title("thick: nine inputs in ten", loc="left", fontsize=FONT_SIZE)
    corner.axis("off")
    corner.text(-0.05, 0.9, fill(reading, 11), va="top", transform=corner.transAxes)
    return (
        f"Curve of {name}. Histogram of its inputs: standard deviation {number(z.std())}. "
        f"Histogram of its outputs: from {number(outputs.min())} to {number(outputs.max())}. {reading}"
    ).strip()
