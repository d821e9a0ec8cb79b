"""Promises of xavier_lib.explore: sliders that move with a kernel and without one."""

import gc
import html
import itertools
import re
import sys
import tracemalloc
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote

import numpy as np
import pytest
from matplotlib.figure import Figure

from xavier_lib import explore as module
from xavier_lib.explore import explore, stored, values
from xavier_lib.figures import lines

WIDTHS, NAMES = [20, 64, 0.123456], ["tanh", "relu <1>"]


def curve(slope, power=1):
    """Draw a line whose numbers depend on both parameters."""
    x = np.linspace(0, 1, 9)
    return lines(
        {"a": (x, slope * x**power), "b": (x, x, x, x + 1)}, x_label="x", y_label="y", y_limits=(0, 100), markers=True
    )


def plain(**values):
    """Draw next to nothing: the values as text."""
    text = ", ".join(f"{name} is {value}" for name, value in values.items())
    return SimpleNamespace(svg=f'<svg role="img" aria-label="{html.escape(text)}"></svg>', alt=text)


def refusing(width, name="any"):
    """Draw, or fail at one value with a message that holds signs of HTML."""
    if width == 64:
        raise ValueError("width <64> is & stays refused")
    return plain(width=width, name=name)


class Page(HTMLParser):
    """Every start tag of a piece of HTML in order, each with its attributes and the text that follows."""

    def __init__(self, explorer):
        super().__init__()
        self.html = explorer._repr_html_()
        # As the first move leaves the figure: the frames out of their scripts, the still picture gone.
        unfolded = re.sub(r'<style>.*?</style>|<div class="still">.*?</div>', "", self.html, flags=re.DOTALL)
        unfolded = unfolded.replace('<script type="image/svg+xml">', '<div class="frame">')
        self.tags = []
        self.feed(unfolded.replace("</script>", "</div>"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), []))

    def handle_data(self, data):
        self.tags[-1][2].append(data)

    def all(self, tag, **wanted):
        """Return the attributes of all tags of one name that have these attributes."""
        return [found for name, found, _ in self.tags if name == tag and wanted.items() <= found.items()]

    def text(self, tag):
        return ["".join(words) for name, _, words in self.tags if name == tag]

    def shown(self, positions):
        """Do the arithmetic of the figure's handler: return the number of the frame for these positions."""
        assert "n=n*r.dataset.of+ +r.value" in self.all("figure")[0]["oninput"]
        number = 0
        controls = [found for found in self.all("input") if found["type"] == "range" or "checked" in found]
        for control, position in zip(controls, positions, strict=True):
            number = number * int(control["data-of"]) + position
        return number


def drawn_in(widget):
    """Return what a live picture holds, without the box that keeps its size."""
    return re.fullmatch(r'<div style="max-width:480px;aspect-ratio:[\d./]+">(.*)</div>', widget.value, re.DOTALL)[1]


@pytest.fixture
def live(monkeypatch):
    """Ask for the live face, with ipywidgets."""
    pytest.importorskip("ipywidgets")
    monkeypatch.setenv(module.FACE, "live")


# The static face


def test_the_static_face_is_one_figure_with_a_slider_a_parameter():
    """One <figure class="explorer">; numbers have a native range input, names a native radio button each."""
    page = Page(explore(plain, hidden_width=WIDTHS, name=NAMES))

    assert [found["class"] for found in page.all("figure")] == ["explorer"]
    assert page.html.startswith("<figure")
    assert page.html.endswith("</figure>")
    sliders = page.all("input", type="range")
    assert [(s["min"], s["max"], s["value"]) for s in sliders] == [("0", "2", "0")]
    buttons = page.all("input", type="radio")
    assert [(b["value"], "checked" in b) for b in buttons] == [("0", True), ("1", False)]
    assert len({b["name"] for b in buttons}) == 1


def test_each_slider_says_what_it_is_and_where_it_stands():
    """A label of its own in words, and an <output> that reads the first value; the values are short, and escaped."""
    page = Page(explore(plain, hidden_width=WIDTHS, name=NAMES))

    assert page.text("span") == ["hidden width"]
    assert page.text("legend") == ["name"]
    assert page.text("output") == ["20"]
    assert [tag for tag, *_ in page.tags[1:5]] == ["label", "span", "input", "output"]
    assert [tag for tag, *_ in page.tags[5:11]] == ["fieldset", "legend", "label", "input", "label", "input"]
    slider = page.all("input", type="range")[0]
    assert (slider["data-values"], slider["aria-valuetext"]) == ("20|64|0.1235", "20")
    assert [words.strip() for words in page.text("input")[1:]] == NAMES
    assert "relu <1>" not in page.html


def test_names_of_the_librarys_own_stay_as_they_are():
    """The reader has met fan_in in the code, and reads it on the slider."""
    assert Page(explore(plain, fan_in=[1, 2], fan_out=[1, 2])).text("span") == ["fan_in", "fan_out"]


def test_every_combination_is_a_frame_and_only_the_first_is_shown():
    """The frames wait as inert text; the first is there as an image, whose address holds the same SVG."""
    explorer = explore(plain, width=WIDTHS, name=NAMES)
    page = Page(explorer)

    assert len(page.all("div", **{"class": "frame"})) == 6
    outside = re.sub(r"<script.*?</script>", "", page.html, flags=re.DOTALL)
    assert "<svg" not in outside
    (source,) = re.findall(r'<img [^>]*src="data:image/svg\+xml,([^"]*)"', outside)
    assert unquote(source) == explorer.frames[0]


def sanitized(text):
    """Drop what the sanitizer of JupyterLab drops: scripts and styles whole, handlers, empty attributes, data."""
    text = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r' (oninput|data-[\w-]+|aria-\w+|role)="[^"]*"| hidden(?!=)', "", text)


def test_a_notebook_that_is_not_trusted_shows_one_frame_no_dead_slider_and_how_to_move_on():
    """Sliders are hidden by an attribute with a value, which a sanitizer keeps, and shown by a rule, which it drops."""
    left = sanitized(explore(plain, width=WIDTHS, name=NAMES)._repr_html_())

    assert left.count("<img") == 1
    assert 'alt="width is 20, name is tanh"' in left
    assert left.count('<label hidden="hidden"') == left.count('<fieldset hidden="hidden"') == 1
    assert left.count("<input") == 3
    assert "One of 6 pictures: width = 20, name = tanh. To choose another, run this section." in left
    for rule in (".explorer :is(label,fieldset){display:flex", ".explorer .asleep{display:none}"):
        assert rule in stored.STYLE


def test_frames_stand_where_the_handler_looks_for_them():
    """For every place of both sliders the handler's arithmetic finds the frame that was drawn for those values.

    With three values against two, an order with the first parameter fastest misses four frames of six.
    """
    page = Page(explore(plain, width=WIDTHS, name=NAMES))
    labels = [found["aria-label"] for found in page.all("svg")]

    for positions in itertools.product(range(3), range(2)):
        width, name = WIDTHS[positions[0]], NAMES[positions[1]]
        assert labels[page.shown(positions)] == f"width is {width}, name is {name}"


def test_each_frame_has_an_alternative_of_its_own_numbers():
    """Readers who do not see the frames hear the numbers that were computed for them."""
    page = Page(explore(curve, slope=[2, 30, 100], power=[1, 2]))
    labels = [found["aria-label"] for found in page.all("svg", role="img")]

    for label, slope in zip(labels, [2, 2, 30, 30, 100, 100], strict=True):
        assert f"a: from 0 to {slope}." in label


def test_the_static_face_needs_nothing_else():
    """Nothing that runs but the handler, no address but the SVG namespace's: no network and no kernel is needed."""
    page = Page(explore(curve, slope=[2, 30], power=[1, 2]))

    assert not {tag for tag, *_ in page.tags} & {"script", "link", "style", "img", "iframe"}
    assert set(re.findall(r"<script[^>]*>", page.html)) == {'<script type="image/svg+xml">'}
    assert set(re.findall(r"https?://[^\"\s<]+", unquote(page.html))) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("steepest", [100, 2], ids=["different", "equal"])
def test_no_frame_borrows_from_another(steepest):
    """Every id is defined once in the figure, and each frame refers to its own only, also where two frames are equal.

    A clip path in a hidden frame does not clip, so a frame that borrows it would be drawn wrongly.
    """
    frames = explore(lambda slope: curve(min(slope, steepest)), slope=[2, 30, 100]).frames
    ids = [re.findall(r'\bid="([^"]+)"', frame) for frame in frames]

    assert all(ids)
    assert len(set(sum(ids, []))) == len(sum(ids, []))
    for frame, own in zip(frames, ids, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', frame)) == set(own)


def test_the_static_face_is_the_same_each_time():
    """A stored slider is compared byte by byte: nothing in it is random."""
    assert explore(curve, slope=[2, 30])._repr_html_() == explore(curve, slope=[2, 30])._repr_html_()


def test_the_representation_names_the_sliders():
    """Where no HTML is shown, one line says what could be moved."""
    explorer = explore(plain, hidden_width=WIDTHS, name=NAMES)

    assert repr(explorer) == "Explorer: hidden width, 3 values; name, 2 values"


def test_a_frame_that_fails_says_so_in_its_place():
    """The other frames are there; in place of the picture stand the values and the error, escaped."""
    page = Page(explore(refusing, width=WIDTHS, name=NAMES))

    assert len(page.all("svg")) == 4
    assert len(page.all("div", **{"class": "frame"})) == 6
    failed = "No picture for width = 64, name = {}. ValueError: width <64> is & stays refused"
    assert page.text("p") == [failed.format("tanh"), failed.format("relu <1>")]
    assert "<64>" not in page.html
    assert "<1>" not in page.html


def test_a_draw_that_returns_no_picture_says_so_in_its_place():
    """A forgotten return is a message as well, and not a broken page."""
    words = Page(explore(lambda a: None, a=[1, 2])).text("p")  # noqa: ARG005

    assert words[0].startswith("No picture for a = 1. AttributeError: 'NoneType'")


# The live face


def test_the_live_face_is_a_slider_a_parameter_over_a_picture(live):  # noqa: ARG001
    """SelectionSliders with the labels and values of the static face, a line on where they stand, the picture."""
    import ipywidgets

    box = explore(plain, hidden_width=WIDTHS, name=NAMES)
    assert type(box) is ipywidgets.VBox
    assert [type(child) for child in box.children] == [
        ipywidgets.SelectionSlider,
        ipywidgets.RadioButtons,
        *[ipywidgets.HTML] * 3,
    ]
    assert [child.description for child in box.children[:2]] == ["hidden width", "name"]
    assert [name for name, _ in box.children[0].options] == ["20", "64", "0.1235"]
    assert box.children[2].value == "hidden width = 20, name = tanh"
    assert drawn_in(box.children[3]) == plain(hidden_width=20, name="tanh").svg


def test_moving_a_live_slider_computes_again_and_says_that_it_works(live):  # noqa: ARG001
    """One call of draw for each move, with the values that the sliders stand at; meanwhile the line says computing."""
    calls, said = [], []
    box = explore(lambda **values: calls.append(values) or plain(**values), width=WIDTHS, name=NAMES)
    first, second, state, picture, _ = box.children
    state.observe(lambda change: said.append((change.new, len(calls))), names="value")

    first.value = 64
    second.value = "relu <1>"
    assert calls == [
        {"width": 20, "name": "tanh"},
        {"width": 64, "name": "tanh"},
        {"width": 64, "name": "relu <1>"},
    ]
    assert said == [
        ("<em>width = 64, name = tanh: computing …</em>", 1),
        ("width = 64, name = tanh", 2),
        ("<em>width = 64, name = relu &lt;1&gt;: computing …</em>", 2),
        ("width = 64, name = relu &lt;1&gt;", 3),
    ]
    assert drawn_in(picture) == plain(width=64, name="relu <1>").svg


def test_both_faces_show_the_same_pictures(monkeypatch):
    """At every place of the sliders the live picture is the static frame, in all bytes."""
    pytest.importorskip("ipywidgets")
    page = Page(static := explore(curve, slope=[2, 30, 50], power=[1, 2]))
    monkeypatch.setenv(module.FACE, "live")
    first, second, _, picture, _ = explore(curve, slope=[2, 30, 50], power=[1, 2]).children

    for positions in itertools.product(range(3), range(2)):
        first.index, second.index = positions
        assert drawn_in(picture) == static.frames[page.shown(positions)]


def test_a_live_picture_that_fails_says_so_in_its_place(live):  # noqa: ARG001
    """The message is that of the static face, and the next move draws again."""
    slider, _, picture, _ = explore(refusing, width=WIDTHS).children

    slider.value = 64
    assert drawn_in(picture).startswith(
        '<p class="explorer-error" role="note">No picture for width = 64. ValueError: width '
    )
    assert "&lt;64&gt; is &amp; stays refused" in picture.value
    slider.value = 20
    assert drawn_in(picture) == refusing(20).svg


def move(slider, times):
    """Move a slider to and fro, each time to another value."""
    for turn in range(times):
        slider.index = (turn + 1) % 2


def test_a_thousand_moves_leave_memory_flat(live):  # noqa: ARG001
    """Neither objects nor bytes pile up: what a thousand moves leave is less than ten of their pictures.

    Each move makes another picture of 10 kB; all of them kept would be 10 MB, and the caches of ipywidgets take 40 kB.
    """
    moves = itertools.count()
    slider = explore(
        lambda width: SimpleNamespace(svg=f"{next(moves)} {width}".ljust(10_000)), width=[20, 64]
    ).children[0]
    tracemalloc.start()
    try:
        move(slider, 10)
        gc.collect()
        objects, size = len(gc.get_objects()), tracemalloc.get_traced_memory()[0]
        move(slider, 1000)
        gc.collect()
        assert len(gc.get_objects()) < objects + 100
        assert tracemalloc.get_traced_memory()[0] < size + 100_000
    finally:
        tracemalloc.stop()
    assert next(moves) == 1011


def test_no_figure_stays_open(live):  # noqa: ARG001
    """After twenty moves of a slider over real figures none of them is left, nor does pyplot hold one."""
    slider = explore(curve, slope=[2, 30]).children[0]
    gc.collect()
    figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
    move(slider, 20)
    gc.collect()

    assert sum(issubclass(type(thing), Figure) for thing in gc.get_objects()) == figures
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


# Where it opens, and its size


@pytest.mark.parametrize("opens", [{"width": 64}, {"name": "relu <1>"}, {"width": 0.123456, "name": "relu <1>"}])
def test_it_opens_on_the_values_that_are_asked_for(monkeypatch, opens):
    """Controls and picture of both faces stand there; the line on what to look for comes before them."""
    pytest.importorskip("ipywidgets")
    expected = {"width": 20, "name": "tanh"} | opens
    page = Page(static := explore(plain, opens=opens, look_for="Look <here>.", width=WIDTHS, name=NAMES))
    number = WIDTHS.index(expected["width"]) * 2 + NAMES.index(expected["name"])
    assert page.all("figure")[0]["data-opens"] == str(number)
    assert static.frames[number] == plain(**expected).svg
    assert f'alt="{html.escape(plain(**expected).alt)}"' in static._repr_html_()
    assert page.all("input", type="range")[0]["value"] == str(WIDTHS.index(expected["width"]))
    assert page.html.index("Look &lt;here&gt;.") < page.html.index("<label")

    monkeypatch.setenv(module.FACE, "live")
    look_for, *controls, _, picture, _ = explore(
        plain, opens=opens, look_for="Look <here>.", width=WIDTHS, name=NAMES
    ).children
    assert "Look &lt;here&gt;." in look_for.value
    assert [control.value for control in controls] == list(expected.values())
    assert drawn_in(picture) == plain(**expected).svg


@pytest.mark.parametrize(
    ("rest", "error", "message"),
    [
        ({"opens": {"b": 1}}, ValueError, r"opens must name parameters among \['a'\], got 'b'"),
        ({"opens": {"a": 3}}, ValueError, r"opens\['a'\] must be one of \[1, 2\], got 3"),
        ({"opens": 3}, TypeError, "opens must be a mapping from parameters to values, got 3"),
        ({"look_for": 3}, TypeError, "look_for must be text, got 3"),
    ],
)
def test_it_opens_nowhere_else(rest, error, message):
    """The error names the parameter and the values there are."""
    with pytest.raises(error, match=message):
        explore(plain, a=[1, 2], **rest)


def sized(height):
    """Draw a picture of some height, or fail at height zero."""
    return SimpleNamespace(svg=f'<svg viewBox="0 0 360 {360 // (1 if height else 0) and height}"></svg>', alt="")


def test_a_picture_of_another_height_moves_nothing(monkeypatch):
    """All frames of the stored face, an error among them, share the box of the highest; the live one never shrinks."""
    pytest.importorskip("ipywidgets")
    heights = [100, 300, 0, 200]
    assert "max-width:480px;aspect-ratio:360/300" in explore(sized, height=heights)._repr_html_()

    monkeypatch.setenv(module.FACE, "live")
    slider, _, picture, _ = explore(sized, opens={"height": 300}, height=heights).children
    for place in range(4):
        slider.index = place
        assert "aspect-ratio:360/300" in picture.value


def test_there_is_room_for_the_longest_value():
    """The value beside the track has a width of its own, so the track keeps its."""
    assert 'style="min-width:7ch"' in explore(plain, a=[1, 0.1234])._repr_html_()


# Which face, and what is refused


def test_live_is_the_face_where_nothing_else_is_asked_for(monkeypatch):
    """A reader in a notebook sets nothing, and gets widgets."""
    ipywidgets = pytest.importorskip("ipywidgets")
    monkeypatch.delenv(module.FACE)

    assert isinstance(explore(plain, a=[1, 2]), ipywidgets.VBox)


@pytest.mark.parametrize("asked", ["live", None])
def test_without_ipywidgets_the_static_face_is_used(monkeypatch, asked):
    """The sliders work in an environment without ipywidgets, too."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    if asked:
        monkeypatch.setenv(module.FACE, asked)
    else:
        monkeypatch.delenv(module.FACE)

    assert Page(explore(plain, a=[1, 2])).text("output") == ["1"]


@pytest.mark.parametrize("asked", ["Static", "html", ""])
def test_an_unknown_face_is_refused(monkeypatch, asked):
    """A typing error in the variable is an error with the faces there are, in place of another face."""
    monkeypatch.setenv(module.FACE, asked)
    with pytest.raises(ValueError, match=rf"XAVIER_LIB_FACE must be one of \['live', 'static'\], got '{asked}'"):
        explore(plain, a=[1, 2])


@pytest.mark.parametrize("face", module.FACES)
@pytest.mark.parametrize(
    ("draw", "parameters", "error", "message"),
    [
        ("plain", {"a": [1, 2]}, TypeError, "draw must be a function, got 'plain'"),
        (None, {"a": [1, 2]}, TypeError, "draw must be a function, got None"),
        (plain, {}, ValueError, r"explore takes one or two parameters, got \[\]"),
        (
            plain,
            dict.fromkeys("abc", [1, 2]),
            ValueError,
            r"explore takes one or two parameters, got \['a', 'b', 'c'\]",
        ),
        (plain, {"a": "12"}, TypeError, "a must be a sequence of at least two values, got '12'"),
        (plain, {"a": 3}, TypeError, "a must be a sequence of at least two values, got 3"),
        (plain, {"a": (n for n in (1, 2))}, TypeError, "a must be a sequence of at least two values, got <generator"),
        (plain, {"a": [1, 2], "b": [1]}, ValueError, r"b must be a sequence of at least two values, got \[1\]"),
        (plain, {"a": []}, ValueError, r"a must be a sequence of at least two values, got \[\]"),
        (plain, {"a": [1, None]}, TypeError, "a must hold numbers or names, got None"),
        (plain, {"a": [(1, 2), (3, 4)]}, TypeError, r"a must hold numbers or names, got \(1, 2\)"),
        (plain, {"a": ["x", "y|z"]}, ValueError, r"a must hold no name with a \|, got 'y\|z'"),
        (plain, {"a": ["x", "y\x07"]}, ValueError, "a must be text without control characters"),
        (plain, {"a": [1, np.nan]}, ValueError, "a must be a finite number, got nan"),
        (plain, {"a": [np.inf, 1]}, ValueError, "a must be a finite number, got inf"),
        (plain, {"a": [1, 2, 1]}, ValueError, "a must hold values that read apart, got 1 and 1"),
        (plain, {"a": [0.12341, 0.12342]}, ValueError, "a must hold values that read apart, got 0.12341 and 0.12342"),
        (plain, {"a": ["1", 1]}, ValueError, "a must hold values that read apart, got '1' and 1"),
        (plain, {"a": {1, 2}}, TypeError, "a must be a sequence of at least two values"),
        (plain, {"a": np.array(3)}, TypeError, r"a must be a sequence of at least two values, got array\(3\)"),
    ],
)
def test_bad_arguments_are_refused_in_both_faces(monkeypatch, face, draw, parameters, error, message):
    """The error names the parameter, its value and what is accepted, before anything is drawn."""
    monkeypatch.setenv(module.FACE, face)
    with pytest.raises(error, match=message):
        explore(draw, **parameters)


@pytest.mark.parametrize("values", [np.array([0.1, 0.5]), range(1, 3), (1, 2), np.float32([1, 2])])
def test_values_may_be_any_sequence(values):
    """A NumPy array, a range or a tuple will do; the numbers reach draw as they are."""
    page = Page(explore(plain, a=values))

    assert page.all("input")[0]["data-values"] == "|".join(f"{value:.4g}" for value in values)
    assert [found["aria-label"] for found in page.all("svg")] == [f"a is {value}" for value in values]


@pytest.mark.parametrize(
    ("value", "words"),
    [(100_000, "100000"), (np.int64(4000), "4000"), (0.012346, "0.01235"), (2.0, "2"), ("ReLU", "ReLU")],
)
def test_a_whole_number_is_written_out(value, words):
    """A slider says 100000, which a voice can read, and not 1e+05."""
    assert values.spoken(value) == words
