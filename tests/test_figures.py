"""Promises of xavier_lib.figures: lean SVG, told apart by more than color, with numbers in its text alternative."""

import itertools
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from xavier_lib import figures
from xavier_lib.figures import (
    Picture,
    densities,
    histograms,
    images,
    inputs_on_curve,
    lines,
    network_diagram,
    ratio_map,
)
from xavier_lib.figures.line_plots import LABEL_GAP
from xavier_lib.figures.looks import SERIES, THINGS, looks
from xavier_lib.figures.picture import GRAY
from xavier_lib.wording import number

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parent.parent
X = np.linspace(-1, 1, 21)
HEIGHT = 3.4 * 72 - 42 - 10  # points of the axes: the figure less its margins


def example_lines(**rest):
    series = {"first": (X, X**2), "second": (X, X + 0.25, X, X + 0.5)}
    return lines(series, x_label="width (units)", y_label="size (1)", **rest)


def example_histograms(**rest):
    return histograms({"layer 1": X, "layer 2": X / 2}, x_label="activation", **rest)


def example_densities(**rest):
    sample = np.random.default_rng(0).uniform(-1, 1, 400)
    return densities({"U(-1, 1)": (X, np.full(21, 0.5), sample - sample.mean() - 0.25)}, x_label="weight", **rest)


def example_inputs_on_curve(**rest):
    return inputs_on_curve(np.tanh, 2 * X, name="tanh", **rest)


def example_ratio_map(**rest):
    names = {"row_label": "depth", "column_label": "width", "value_label": "Signal"}
    return ratio_map([[1, 0.5], [20, 0.003]], rows=[4, 8], columns=[16, 64], **names, **rest)


def example_network_diagram(**rest):
    return network_diagram([[[0.5, -1.25]], [[2], [3]]], names=[["x1"], ["h1", "h2"], ["y1"]], **rest)


def example_images(**rest):
    return images([[[0, 1], [2, 4]], [[4, 0], [0, 0]]], **rest)


#: For each public function an example, words of its picture, and numbers that its text alternative must hold.
EXAMPLES = {
    "lines": (example_lines, ["width (units)", "size (1)", "first", "second"], ["-1 to 1", "1 to 1, lowest 0", "1.2"]),
    "histograms": (example_histograms, ["activation", "layer 1", "rms 0.61", "rms 0.3"], ["-1 to 1", "0.61", "0.3"]),
    "densities": (example_densities, ["weight", "density", "U(-1, 1)"], ["sample of 400", "mean -0.2", "0.59"]),
    "inputs_on_curve": (example_inputs_on_curve, ["input z", "tanh(z)", "inputs", "outputs"], ["1.2", "-0.96 to 0.96"]),
    "ratio_map": (example_ratio_map, ["depth", "width", "20", "0.003"], ["depth 8: 20 at width 16, 0.003 at width 64"]),
    "images": (example_images, [], ["2 pictures of 2 × 2 pixels"]),
    "network_diagram": (example_network_diagram, ["x1", "y1", "-1.2", "2"], ["h1: 0.5; h2: -1.2", "y1: 2, 3"]),
}
each_drawing = pytest.mark.parametrize("draw", [entry[0] for entry in EXAMPLES.values()], ids=EXAMPLES.keys())


def parsed(picture):
    return ElementTree.fromstring(picture.svg)


def texts(picture):
    return [element.text for element in parsed(picture).iter(f"{SVG}text")]


def curves(picture, color):
    """Return the paths that are stroked in a color, each as its points and its dash."""
    found = []
    for path in parsed(picture).iter(f"{SVG}path"):
        style = dict(part.split(":") for part in path.get("style", "").split(";") if part)
        if style.get("stroke") == color and "fill" in style:
            points = np.array(re.findall(r"[-\d.]+", path.get("d")), float).reshape(-1, 2)
            found.append((points, style.get("stroke-dasharray")))
    return found


# What every picture promises


def test_every_public_figure_has_an_example():
    """A new kind of figure cannot be published without the promises below."""
    assert set(figures.__all__) == {*EXAMPLES, "Picture"}


@pytest.mark.parametrize(("draw", "words"), [entry[:2] for entry in EXAMPLES.values()], ids=EXAMPLES.keys())
def test_a_picture_is_svg_with_its_words_as_text(draw, words):
    """The SVG parses, is an image, and its words are real text: they can be searched, read aloud and scaled."""
    picture = draw()

    assert isinstance(picture, Picture)
    assert parsed(picture).tag == f"{SVG}svg"
    assert parsed(picture).get("role") == "img"
    assert set(words) <= set(texts(picture))
    assert "DejaVu" not in picture.svg  # neither a glyph drawn as a path nor a font that readers lack


@pytest.mark.parametrize(("draw", "numbers"), [entry[::2] for entry in EXAMPLES.values()], ids=EXAMPLES.keys())
def test_the_text_alternative_holds_the_numbers(draw, numbers):
    """The alternative is made of what is drawn; the SVG carries it, and the picture's representation is it."""
    picture = draw(reading="So it goes.")

    for written in numbers:
        assert written in picture.alt
    assert picture.alt.endswith(" So it goes.")
    assert parsed(picture).get("aria-label") == repr(picture) == picture.alt
    assert picture._repr_svg_() == picture.svg


@each_drawing
def test_nothing_in_a_picture_changes_from_run_to_run(draw):
    """The same numbers give the same bytes: no date, no metadata, no random id."""
    picture = draw()

    assert draw().svg == picture.svg
    assert draw().alt == picture.alt
    assert "metadata" not in picture.svg
    assert not re.search(r"\b20\d\d-\d\d", picture.svg)


@each_drawing
def test_a_picture_is_lean(draw):
    """A few kB: coordinates have one decimal at most, and matplotlib's groups, fonts and style sheet are gone."""
    picture = draw()

    for element in parsed(picture).iter():
        for name in ("d", "x", "y", "width", "height", "points"):
            assert not re.search(r"\.\d\d", element.get(name, ""))
    assert "<style" not in picture.svg
    assert "matplotlib" not in picture.svg
    assert len(picture.svg) < 9000


@each_drawing
def test_a_picture_asks_for_nothing_from_elsewhere(draw):
    """No address but the SVG namespace's, no script: a page that shows it needs no network."""
    svg = draw().svg

    assert set(re.findall(r"https?://[^\"\s<]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in svg


def ids_of(picture):
    return [element.get("id") for element in parsed(picture).iter() if element.get("id")]


@each_drawing
def test_ids_are_defined_once_and_every_reference_is_met(draw):
    """A clip path or a marker that is used is in the same picture, under an id that only it bears."""
    picture = draw()
    ids = ids_of(picture)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', picture.svg)) <= set(ids)


def test_pictures_of_different_content_share_no_id():
    """All examples on one page, and one of them twice with another reading: no picture borrows from another."""
    pictures = [entry[0](reading=reading) for entry in EXAMPLES.values() for reading in ("", "Again.")]

    assert sum(len(ids_of(picture)) for picture in pictures) > 10
    for one, other in itertools.combinations(pictures, 2):
        assert not set(ids_of(one)) & set(ids_of(other))


def settings():
    """Return all of rcParams; reading them one by one would choose a window system."""
    return dict(dict.items(mpl.rcParams))


@each_drawing
def test_the_readers_style_is_neither_changed_nor_used(draw):
    """The look holds while a picture is made: rcParams are as before, and a reader's own do not show in it."""
    plain = draw().svg
    with mpl.rc_context({"lines.linewidth": 9, "axes.grid": True, "svg.fonttype": "path", "font.size": 30}):
        before = settings()
        assert draw().svg == plain
        assert settings() == before


def test_a_figure_that_fails_leaves_the_style_as_it_was():
    """An error in the middle of drawing restores rcParams too."""
    before = settings()
    with pytest.raises(ValueError, match="y_scale"):
        lines({"a": ([1], [2])}, x_label="x", y_label="y", y_scale="cubic")
    assert settings() == before


def test_no_figure_needs_pyplot():
    """Pyplot keeps figures open and chooses a window system; a fresh interpreter draws every example without it."""
    code = (
        "import sys, tests.test_figures as t\n"
        "for draw, *_ in t.EXAMPLES.values(): draw()\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_picture_cannot_be_changed():
    """The SVG and its alternative belong together."""
    with pytest.raises(AttributeError, match="cannot assign"):
        example_lines().alt = "other"


@each_drawing
def test_signs_in_words_are_escaped(draw):
    """A name or a reading may hold < & and quotes, and comes out as it went in."""
    picture = draw(reading='a < b & "c"')

    assert parsed(picture).get("aria-label").endswith('a < b & "c"')


# Lines


def six_series(**rest):
    return lines({f"series {n}": (X, X + n) for n in range(len(SERIES))}, x_label="x", y_label="y", **rest)


def test_series_differ_by_color_dash_and_marker():
    """Six series have six colors, six dashes and six markers: none is told by its color alone."""
    for parts in zip(*SERIES, strict=True):
        assert len(set(parts)) == 6
    picture = six_series()

    looks = [(color, dash) for color, *_ in SERIES for points, dash in curves(picture, color) if len(points) == len(X)]
    assert len(looks) == 6
    assert len({color for color, _ in looks}) == len({dash for _, dash in looks}) == 6


def test_one_thing_looks_the_same_in_every_figure():
    """Xavier has its color and dash whatever it is drawn beside, and under its other name; the swatch has them too."""
    color, dash, _ = THINGS["Xavier"]
    assert dash == "-"
    for name, *others in (["Xavier"], ["other", "Xavier"], ["He", "Glorot", "old"], ["one", "Xavier, n = 3"]):
        series = dict.fromkeys((name, *others), GOOD)
        assert [dash for _, dash in curves(lines(series, x_label="x", y_label="y"), color)][:1] == [None]
    used = [look[:2] for look in (*THINGS.values(), *SERIES)]
    assert len(set(used)) == len(used)
    assert not {look.color for look in THINGS.values()} & {look.color for look in SERIES}


def test_a_direction_is_told_by_its_marker():
    """Forward and backward of one start share color and dash; arrow heads that point along tell them apart."""
    forward, back = looks(["He, forward", "He, back"]).values()

    assert forward[:2] == back[:2] == THINGS["He"][:2]
    assert (forward.marker, back.marker) == (THINGS["forward"].marker, THINGS["backward"].marker) == (">", "<")
    assert "<use" in lines({"He, forward": GOOD, "He, back": GOOD}, x_label="x", y_label="y").svg


def test_a_swatch_shows_its_dash():
    """The piece of line beside a name is longer than the longest dash with its gaps, and is dashed alike."""
    picture = lines({f"s {n}": (X, X + n) for n in range(6)}, x_label="x", y_label="y")
    for color, dash, _ in SERIES:
        line, swatch = curves(picture, color)
        assert line[1] == swatch[1]
        assert np.ptp(swatch[0][:, 0]) >= 1.8 * sum(dash[1] if dash != "-" else [0])


def test_dots_are_not_joined():
    """Where x has no order no line runs, each point is marked, and the words tell between which values they lie."""
    picture = lines({"a": ([0, 1, 2], [5, 3, 4])}, x_label="seed", y_label="y", joined=False)

    assert curves(picture, SERIES[0].color) == []
    assert picture.svg.count("<use") == 3
    assert picture.alt == "Dots of y against seed from 0 to 2. a: between 3 and 5."


def test_figures_of_one_explorer_have_one_size():
    """Lines, curves with inputs, and histograms of up to eight rows: none moves the page in place of another."""
    rows = [histograms({f"layer {n}": X for n in range(count)}, x_label="x") for count in (1, 5, 8)]
    boxes = {parsed(picture).get("viewBox") for picture in (*rows, example_lines(), example_inputs_on_curve())}

    assert boxes == {"0 0 360 244.8"}


def test_markers_are_drawn_on_request():
    """With markers each of the six series has a shape of its own, without none is there."""
    shapes = {path.get("d") for path in parsed(six_series(markers=True)).iter(f"{SVG}path") if path.get("id")}

    assert len(shapes) == 6
    assert "<use" in six_series(markers=True).svg
    assert "<use" not in six_series().svg


@pytest.mark.parametrize(
    "ends",
    [{"c": 1, "a": 1.001, "b": 1.002, "d": 0}, {"a": 0.001, "c": 0, "b": 1, "d": -0.001}],
    ids=["at the top", "at the bottom"],
)
def test_each_line_bears_its_name_at_its_end(ends):
    """Names of lines that end together are pushed a line of text apart, in the order of the ends, beside the axes."""
    series = {name: ([0, 1], [0, end]) for name, end in ends.items()}
    picture = lines(series, x_label="x", y_label="y")
    heights = {e.text: float(e.get("y")) for e in parsed(picture).iter(f"{SVG}text") if e.text in series}

    assert heights["d"] > heights["c"] > heights["a"] > heights["b"]  # y grows downwards in an SVG
    gaps = -np.diff([heights[name] for name in "dcab"])
    assert gaps.min() >= LABEL_GAP * HEIGHT - 1  # the height of the axes; letters differ by up to a point
    assert 8 <= min(heights.values()) < max(heights.values()) < 10 + HEIGHT + 8  # beside the axes, half a line of text


def test_a_single_line_needs_no_name_beside_it():
    """The y axis says what it is."""
    assert "only" not in texts(lines({"only": ([0, 1], [0, 1])}, x_label="x", y_label="y"))


def test_a_line_runs_through_its_points():
    """On linear axes the drawn points are an affine map of the data, within the rounding to 0.1 points."""
    x, y = np.array([0, 1, 2, 4.0]), np.array([3, -1, 2, 5.0])
    points = curves(lines({"a": (x, y)}, x_label="x", y_label="y"), SERIES[0][0])[0][0]

    for drawn, data in zip(points.T, (x, y), strict=True):
        slope, offset = np.polyfit(data, drawn, 1)
        assert drawn == pytest.approx(slope * data + offset, abs=0.1)
        assert abs(slope) > 10
    assert points[0, 0] < points[-1, 0]
    assert points[1, 1] > points[-1, 1]  # y grows downwards in an SVG


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_logarithmic_axis_takes_ratios_for_distances(axis):
    """Powers of ten are evenly spaced within rounding, its ticks are plain text, and the alternative says so."""
    powers, steps = [1e-6, 1e-4, 1e-2, 1], [0, 1, 2, 3]
    data = (powers, steps) if axis == "x" else (steps, powers)
    picture = lines({"a": data}, x_label="x", y_label="y", **{f"{axis}_scale": "log"})

    points = curves(picture, SERIES[0][0])[0][0]
    gaps = np.diff(points[:, 0 if axis == "x" else 1])
    assert gaps == pytest.approx(np.full(3, gaps[0]), abs=0.2)
    assert {"10⁻⁶", "0.01", "1"} <= set(texts(picture))
    assert f"{axis}, logarithmic scale" in picture.alt


def test_powers_of_ten_are_written_as_one_would():
    """Near 1 as a number, further out as a power."""
    written = [number(value, 1) for value in (1e-12, 1e-3, 0.01, 0.1, 1, 10, 1000, 1e4, 1e10)]

    assert written == ["10⁻¹²", "10⁻³", "0.01", "0.1", "1", "10", "1000", "10⁴", "10¹⁰"]


def test_a_band_lies_between_its_bounds():
    """A series of four parts has a filled band that reaches from the lowest bound to the highest."""
    picture = lines({"a": ([0, 1, 2], [1, 2, 3], [0, 1, 2], [2, 3, 6])}, x_label="x", y_label="y", y_limits=(0, 6))
    band = next(path for path in parsed(picture).iter(f"{SVG}path") if path.get("id", "").count("m"))
    heights = np.array(re.findall(r"[-\d.]+", band.get("d")), float)[1::2]

    assert np.ptp(heights) == pytest.approx(HEIGHT, abs=0.2)
    assert "fill-opacity:0.2" in picture.svg


def test_limits_of_the_axis_are_kept():
    """The highest tick is that of the limits, not that of the data."""
    picture = lines({"a": ([0, 1], [0.2, 0.3])}, x_label="x", y_label="y", y_limits=(0, 1))

    assert {"0.0", "1.0"} <= set(texts(picture))


@pytest.mark.parametrize(
    ("y", "described"),
    [
        ([2, 3, 4], "a: from 2 to 4."),
        ([2, 9, 4], "a: from 2 to 4, highest 9."),
        ([2, 0.125, 4], "a: from 2 to 4, lowest 0.12."),
        ([2, 9, -7, 4], "a: from 2 to 4, highest 9, lowest -7."),
        ([3, 3, 3], "a: from 3 to 3."),
        ([1, 1.001, 0, 1], "a: from 1 to 1, lowest 0."),
        ([0.5, 0.52, 0.51], "a: from 0.5 to 0.51, highest 0.52."),
    ],
)
def test_the_alternative_tells_ends_peaks_and_dips(y, described):
    """A peak or a dip is told where its number is neither of the ends', at the two digits that are written."""
    assert lines({"a": (range(len(y)), y)}, x_label="x", y_label="y").alt.endswith(described)


GOOD = ([1, 2], [3, 4])


@pytest.mark.parametrize(
    ("series", "rest", "error", "message"),
    [
        ({}, {}, ValueError, "series must hold at least one entry, got none"),
        ([GOOD], {}, TypeError, "series must be a mapping from names, got"),
        ({1: GOOD}, {}, TypeError, "series must be a mapping from names, got"),
        ({"a": ([1, 2],)}, {}, ValueError, r"series 'a' must be \(x, y\) or \(x, y, low, high\), got 1 parts"),
        ({"a": (*GOOD, [1, 2])}, {}, ValueError, r"series 'a' must be \(x, y\) or .* got 3 parts"),
        ({"a": (*GOOD, *GOOD, [1, 2])}, {}, ValueError, r"series 'a' must be \(x, y\) or .* got 5 parts"),
        ({"a": 5}, {}, TypeError, r"series 'a' must be \(x, y\) or \(x, y, low, high\), got 5"),
        ({"a": ([1, 2], [3])}, {}, ValueError, r"series 'a' must have parts of one length, got \[\(2,\), \(1,\)\]"),
        ({"a": ([[1]], [[3]])}, {}, ValueError, r"series 'a' must have parts of one length, got \[\(1, 1\), \(1, 1\)"),
        ({"a": ([], [])}, {}, ValueError, "series 'a' must be a non-empty array of finite numbers"),
        ({"a": ([1], [np.nan])}, {}, ValueError, r"series 'a' must be .* finite numbers, got nan at index \(0,\)"),
        ({"a": ([1], ["2"])}, {}, TypeError, r"series 'a' must be .* finite numbers, got \['2'\]"),
        ({"a": GOOD}, {"x_scale": "root"}, ValueError, r"x_scale must be one of \['linear', 'log'\], got 'root'"),
        ({"a": GOOD}, {"y_scale": None}, TypeError, r"y_scale must be one of \['linear', 'log'\], got None"),
        ({"a": GOOD}, {"y_limits": (2, 1)}, ValueError, r"y_limits must be a pair \(low, high\)"),
        ({"a": GOOD}, {"y_limits": 3}, TypeError, r"y_limits must be a pair \(low, high\)"),
        ({"a": ([1, 2], [0, -1])}, {"y_scale": "log"}, ValueError, "y_scale must be 'linear' where no y is above zero"),
        ({"a": ([0, -2], [1, 1])}, {"x_scale": "log"}, ValueError, "x_scale must be 'linear' where no x is above zero"),
    ],
)
def test_lines_that_cannot_be_drawn_are_refused(series, rest, error, message):
    """The error names the series and what is wrong with it."""
    with pytest.raises(error, match=message):
        lines(series, x_label="x", y_label="y", **rest)


# Histograms


def test_values_beyond_the_limits_are_counted_at_the_edge():
    """What lies outside is shown in the outermost bins, as if it lay on the limit; its rms is its own."""
    outside = histograms({"a": [-5, 0, 0, 9]}, x_label="x", limits=(-1, 1))
    inside = histograms({"a": [-1, 0, 0, 1]}, x_label="x", limits=(-1, 1))

    shapes = [[path.get("d") for path in parsed(picture).iter(f"{SVG}path")] for picture in (outside, inside)]
    assert shapes[0] == shapes[1]
    assert ("rms 5.1" in texts(outside), "rms 0.71" in texts(inside)) == (True, True)


def test_each_row_reaches_its_own_peak():
    """A row of a thousand values is as tall as a row of ten: shapes are compared, not counts."""
    picture = histograms({"few": [0, 0, 1], "many": [0] * 400 + [1] * 200}, x_label="x", bins=2)
    bars = filled(picture, SERIES[0][0])

    assert len(bars) == 2
    assert np.ptp(bars[0][:, 1]) == pytest.approx(np.ptp(bars[1][:, 1]), abs=0.2)  # rounded to 0.1 points
    steps = np.unique(bars[0][:, 1])
    assert np.diff(steps)[0] == pytest.approx(np.ptp(steps) / 2, abs=0.2)  # one value against two


def filled(picture, color):
    """Return the points of the paths that are filled with a color."""
    return [
        np.array(re.findall(r"[-\d.]+", path.get("d")), float).reshape(-1, 2)
        for path in parsed(picture).iter(f"{SVG}path")
        if f"fill:{color}" in path.get("style", "")
    ]


def test_equal_values_are_one_bar_in_the_middle():
    """A constant layer, as the book has many, is drawn without a warning."""
    picture = histograms({"a": [2, 2, 2]}, x_label="x")

    assert picture.alt == "Histograms of x from 1.5 to 2.5, one row each. a: rms 2."


@pytest.mark.parametrize(
    ("groups", "rest", "error", "message"),
    [
        ({}, {}, ValueError, "groups must hold at least one entry, got none"),
        ([[1, 2]], {}, TypeError, "groups must be a mapping from names, got"),
        ({"a": []}, {}, ValueError, "group 'a' must be a non-empty array of finite numbers"),
        ({"a": [1, np.inf]}, {}, ValueError, r"group 'a' must be .* got inf at index \(1,\)"),
        ({"a": "text"}, {}, TypeError, "group 'a' must be .* got 'text'"),
        ({"a": [1]}, {"bins": 0}, ValueError, "bins must be a whole number of at least 1, got 0"),
        ({"a": [1]}, {"bins": 2.5}, TypeError, "bins must be a whole number, got 2.5"),
        ({"a": [1]}, {"limits": (1, -1)}, ValueError, r"limits must be a pair \(low, high\)"),
        ({"a": [1]}, {"limits": (0, np.nan)}, ValueError, r"limits\[1\] must be a finite number, got nan"),
    ],
)
def test_histograms_that_cannot_be_drawn_are_refused(groups, rest, error, message):
    """The error names the group and what is wrong with it."""
    with pytest.raises(error, match=message):
        histograms(groups, x_label="x", **rest)


def test_densities_tell_the_moments_of_their_samples():
    """The mean with its sign, and the standard deviation, each by name; one panel a curve."""
    picture = densities(
        {"a": ([-1, 1], [0.5, 0.5], [-0.5, -0.75]), "b": ([-1, 1], [0.5, 0.5], [0.5, -0.5])}, x_label="w"
    )

    assert "a: sample of 2, mean -0.6, standard deviation 0.12. b: sample of 2, mean 0, standard" in picture.alt
    assert texts(picture).count("density") == 2


@pytest.mark.parametrize(
    ("curve", "error", "message"),
    [
        (([0, 1], [1, 1]), ValueError, r"curve 'a' must be \(x, density, sample\), got 2 parts"),
        (([0, 1], [1, 1, 1], [0.5]), ValueError, "curve 'a' must have one density for each x, got 3 for 2"),
        (([0, 1], [1, 1], [2, 3]), ValueError, "curve 'a' must have some of its sample between 0 and 1"),
        (([0, 1], [1, 1], []), ValueError, "curve 'a' must be a non-empty array of finite numbers"),
        (([0, 1], [1, np.nan], [0.5]), ValueError, "curve 'a' must be .* got nan"),
        (([0, 1], [1, 1], ["a"]), TypeError, "curve 'a' must be .* finite numbers"),
    ],
)
def test_densities_that_cannot_be_drawn_are_refused(curve, error, message):
    """The error names the curve and what is wrong with it."""
    with pytest.raises(error, match=message):
        densities({"a": curve}, x_label="x")


@pytest.mark.parametrize(("curves", "error"), [({}, ValueError), ([GOOD], TypeError), (None, TypeError)])
def test_densities_without_a_name_are_refused(curves, error):
    """The error names the argument."""
    with pytest.raises(error, match="curves must "):
        densities(curves, x_label="x")


def test_inputs_and_outputs_beyond_the_limits_are_counted_at_the_edge():
    """Both histograms show every number: a relu of 20 counts with those at the upper end of the curve, 8."""
    far = inputs_on_curve(lambda z: np.maximum(z, 0), [-20.0, 1.0, 20.0], name="relu")
    near = inputs_on_curve(lambda z: np.maximum(z, 0), [-8.0, 1.0, 8.0], name="relu")

    blue = SERIES[0][0]
    assert [shape.tolist() for shape in filled(far, blue)] == [shape.tolist() for shape in filled(near, blue)]
    assert far.alt.endswith("Histogram of its outputs: from 0 to 20.")


def test_the_curve_is_the_function():
    """The thin line runs through f over the limits: for the identity it is straight, from corner to corner."""
    points = curves(inputs_on_curve(lambda z: z, [-1.0, 1.0], name="linear", z_limits=(-2, 2)), GRAY)
    line = max((found for found, _ in points), key=len)
    slope, offset = np.polyfit(line[:, 0], line[:, 1], 1)

    assert len(line) >= 2
    assert slope < -0.1
    assert line[:, 1] == pytest.approx(slope * line[:, 0] + offset, abs=0.2)


@pytest.mark.parametrize(
    ("f", "z", "rest", "error", "message"),
    [
        ("tanh", [1.0], {}, TypeError, "f must be a function, got 'tanh'"),
        (np.tanh, [], {}, ValueError, "pre_activations must be a non-empty array of finite numbers"),
        (np.tanh, [np.nan], {}, ValueError, "pre_activations must be .* got nan"),
        (np.tanh, ["1"], {}, TypeError, "pre_activations must be .* finite numbers"),
        (np.tanh, [1.0], {"z_limits": (3, 1)}, ValueError, r"z_limits must be a pair \(low, high\)"),
        (np.tanh, [1.0], {"z_limits": None}, TypeError, r"z_limits must be a pair \(low, high\)"),
    ],
)
def test_curves_that_cannot_be_drawn_are_refused(f, z, rest, error, message):
    """The error names the argument."""
    with pytest.raises(error, match=message):
        inputs_on_curve(f, z, name="f", **rest)


# Maps and diagrams


def test_a_map_writes_each_number_and_shades_it():
    """Every cell has its number as text; 1 is nearly white, and less and more are of different hue."""
    names = {"row_label": "r", "column_label": "c", "value_label": "v"}
    picture = ratio_map([[0.001, 1, 1000]], rows=[7], columns=[1, 2, 3], **names)
    fills = re.findall(r"fill:#([0-9a-f]{6})", picture.svg)
    low, one, high = ([int(fill[n : n + 2], 16) for n in (0, 2, 4)] for fill in fills[:3])

    assert {"10⁻³", "1", "1000", "7"} <= set(texts(picture))
    assert min(one) > 240
    assert low[2] > low[0] + 20  # blue
    assert high[0] > high[2] + 20  # orange


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"values": [[1, 2]]}, ValueError, r"values must have shape \(1, 1\), \(rows, columns\), got \(1, 2\)"),
        ({"values": [1]}, ValueError, r"values must have shape \(1, 1\), \(rows, columns\), got \(1,\)"),
        ({"values": [[-1]]}, ValueError, "values must be zero or above, got -1"),
        ({"values": [[np.nan]]}, ValueError, "values must be .* finite numbers, got nan"),
        ({"values": [["1"]]}, TypeError, "values must be .* finite numbers"),
        ({"rows": ["a"]}, TypeError, "rows must be .* finite numbers"),
        ({"columns": []}, ValueError, "columns must be a non-empty array"),
    ],
)
def test_maps_that_cannot_be_drawn_are_refused(change, error, message):
    """The error names the argument and the shape that fits."""
    arguments = {"values": [[1]], "rows": [1], "columns": [2]} | change
    with pytest.raises(error, match=message):
        ratio_map(**arguments, row_label="r", column_label="c", value_label="v")


def test_positive_weights_are_solid_and_negative_ones_dashed():
    """A connection's sign shows in its dash as well as in its color, and its number is written on it."""
    picture = network_diagram([[[0.5, -1.25], [2, -3]]], names=[["x1", "x2"], ["y1", "y2"]])

    assert [dash for _, dash in curves(picture, SERIES[0][0])] == [None, None]
    assert None not in [dash for _, dash in curves(picture, SERIES[1][0])]
    assert len(curves(picture, SERIES[1][0])) == 2
    assert {"0.5", "-1.2", "2", "-3", "x1", "x2", "y1", "y2"} == set(texts(picture))


@pytest.mark.parametrize(
    ("weights", "names", "error", "message"),
    [
        ([], [], ValueError, "weights must hold at least one layer, got none"),
        ([], [["x"]], ValueError, "weights must hold at least one layer, got none"),
        ([[[1, 2]]], [["x"], ["y"]], ValueError, r"weights must have shapes \[\(1, 1\)\], got \[\(1, 2\)\]"),
        ([[[1]]], [["x"], ["y"], ["z"]], ValueError, r"weights must have shapes \[\(1, 1\), \(1, 1\)\], got"),
        ([[[np.nan]]], [["x"], ["y"]], ValueError, r"weights\[0\] must be .* finite numbers, got nan"),
        ([[["1"]]], [["x"], ["y"]], TypeError, r"weights\[0\] must be .* finite numbers"),
    ],
)
def test_diagrams_that_cannot_be_drawn_are_refused(weights, names, error, message):
    """The error names the layer, or the shapes that would fit the names."""
    with pytest.raises(error, match=message):
        network_diagram(weights, names=names)


# Words and numbers that no picture can hold

NAMED = {"x_label": "x", "y_label": "y"}
LONG = "n" * 35


@pytest.mark.parametrize(
    "name", ["#000000", 'id="a"', "url(#a)", 'href="#b"', "$x^2$", "$\\frac", '<b> & "q"', "日本 σ²"]
)
def test_a_name_is_written_as_it_is(name):
    """A name that looks like a color, an id or mathematics stays what it is, in the picture and in its words."""
    picture = lines({name: GOOD, "other": GOOD}, x_label=name, y_label="y", reading=name)
    root = ElementTree.fromstring(picture.svg)

    assert [text.text for text in root.iter(f"{SVG}text")].count(name) == 2
    assert f"against {name} from 1 to 2. {name}: from" in picture.alt
    assert root.attrib["aria-label"] == picture.alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda bad: lines({"a": GOOD}, x_label=bad, y_label="y"), "x_label"),
        (lambda bad: lines({"a": GOOD}, **NAMED, reading=bad), "reading"),
        (lambda bad: lines({bad: GOOD}, **NAMED), "each name of series"),
        (lambda bad: histograms({bad: X}, x_label="x"), "each name of groups"),
        (lambda bad: histograms({"a": X}, x_label="x", reading=bad), "reading"),
        (lambda bad: densities({bad: (X, X, X)}, x_label="x"), "each name of curves"),
        (lambda bad: inputs_on_curve(np.tanh, X, name=bad), "name"),
        (lambda bad: network_diagram([[[1.0]]], names=[[bad], ["y"]]), r"names\[0\]\[0\]"),
        (lambda bad: example_ratio_map(reading=bad), "reading"),
    ],
)
@pytest.mark.parametrize("bad", ["a\x00b", "\x1b", "\ud800"], ids=ascii)
def test_text_that_is_no_xml_is_refused_by_name(draw, message, bad):
    """A control character would give an SVG that no browser shows, half a character one that cannot be stored."""
    with pytest.raises(ValueError, match=f"{message} must be text without control characters and surrogates"):
        draw(bad)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (
            lambda: lines({LONG: GOOD, "b": GOOD}, **NAMED),
            ValueError,
            "series must have names of at most 34",
        ),
        (lambda: histograms({LONG: X}, x_label="x"), ValueError, "groups must have names of at most 34 characters"),
        (lambda: lines({"a": GOOD}, **NAMED, markers=np.ones(2)), TypeError, "markers must be True or False"),
        (
            lambda: lines({"a": GOOD}, **NAMED, y_scale="log", y_limits=(-1, 2)),
            ValueError,
            "y_limits must be above zero",
        ),
        (lambda: lines({"a": GOOD}, **NAMED, reading=5), TypeError, "reading must be text, got 5"),
        (lambda: lines({"a": GOOD}, x_label=None, y_label="y"), TypeError, "x_label must be text, got None"),
        (lambda: lines({"a": GOOD}, x_label="x" * 201, y_label="y"), ValueError, "x_label must have at most 200"),
        (lambda: lines({"a": ([1, 2], [1e200, -1e200])}, **NAMED), ValueError, "series 'a' must hold numbers up to 1e"),
        (lambda: histograms({"a": [1e200, -1e200]}, x_label="x"), ValueError, "group 'a' must hold numbers up to 1e"),
        (lambda: histograms({"a": X}, x_label="x", limits=np.array(4)), TypeError, "limits must be a pair"),
        (
            lambda: histograms({"a": X}, x_label="x", bins=10**6),
            ValueError,
            "bins must be a whole number of at most",
        ),
        (lambda: densities({"a": 5}, x_label="x"), TypeError, r"curve 'a' must be \(x, density, sample\), got 5"),
        (lambda: inputs_on_curve(lambda _: 3, X, name="f"), ValueError, "f must return one number for each input"),
        (lambda: inputs_on_curve(lambda z: z * np.nan, X, name="f"), ValueError, r"f\(z\) must be .* finite numbers"),
        (lambda: network_diagram(5, names=[["x"], ["y"]]), TypeError, r"weights must be one array .* a layer, got 5"),
        (lambda: network_diagram([[[1]]], names=5), TypeError, "names must be one sequence of names .* got 5"),
        (
            lambda: network_diagram([[[1]]], names=[["x"], 5]),
            TypeError,
            r"names\[1\] must be a sequence of names",
        ),
        (lambda: network_diagram([[[1]]], names=[["x"], [5]]), TypeError, r"names\[1\]\[0\] must be text, got 5"),
        (
            lambda: ratio_map([[1]], rows=8, columns=[1], row_label="r", column_label="c", value_label="v"),
            ValueError,
            "rows must hold one number for each of the rows",
        ),
    ],
)
def test_an_error_of_a_figure_names_its_argument(draw, error, message):
    """And does not come from within matplotlib or Python."""
    with pytest.raises(error, match=message):
        draw()


def test_names_of_34_characters_have_room():
    """The longest that left a line for the axes."""
    assert LONG[:34] in lines({LONG[:34]: GOOD, "b": GOOD}, **NAMED).svg
    assert LONG[:34] in histograms({LONG[:34]: X}, x_label="x").svg


@pytest.mark.parametrize(
    ("scales", "words"),
    [
        ({"y_scale": "log"}, "a: from 1 to 3, lowest -4, not drawn at 1 of 3 points (zero or below)."),
        ({"x_scale": "log"}, "a: from 1 to 3, lowest -4, not drawn at 1 of 3 points (zero or below)."),
        (
            {"x_scale": "log", "y_scale": "log"},
            "a: from 1 to 3, lowest -4, not drawn at 2 of 3 points (zero or below).",
        ),
        ({}, "a: from 1 to 3, lowest -4."),
    ],
)
def test_what_a_logarithmic_axis_leaves_out_is_said(scales, words):
    """The words tell of a number that the picture does not show."""
    assert words in lines({"a": ([0, 1, 2], [1, -4, 3])}, **NAMED, **scales).alt


def test_a_picture_shows_each_pixel_in_the_shade_of_its_size():
    """The smallest pixels are left blank, and each shade is one path of squares, in the place of their pixels."""
    svg = images([[[0, 1], [2, 4]], [[4, 0], [0, 0]]]).svg
    squares = [path.count("M") for path in re.findall(r'<path [^>]*?d="([^"]*)"', svg)]

    assert sum(squares) == 4
    assert len(svg) < 2_000


@pytest.mark.parametrize("pictures", [[[0, 1]], [[[1, 1], [1, 1]]], np.empty((0, 2, 2))])
def test_what_holds_no_picture_is_refused(pictures):
    """Pixels that are all alike have no shades, and two axes no pictures."""
    with pytest.raises(ValueError, match="pictures"):
        images(pictures)
