"""What the chapters and the page say of the states of the laboratory that they link, tried with the library."""

import html
import re
from collections.abc import Callable

import nbformat
import numpy as np
import pytest

from tests.laboratory.engine import FOLDER
from tests.laboratory.states import DIGITS, State, state
from xavier_lib.exercises.classroom.links import LINK

CHAPTERS = FOLDER.parents[1] / "chapters"
TARGET = "../laboratory.md#"
CORE = (
    "network",
    "symmetry",
    "naive",
    "sigmoid",
    "glorot",
    "fans",
    "he",
    "replay",
    "rectifiers",
    "table",
    "gain",
    "orthogonal",
    "calibration",
)
SEEDS = 5
CHANCE = 0.2  # above it a network has begun to learn; one digit in ten is right by guessing


def prose(chapter: str) -> str:
    """Return all Markdown of a chapter."""
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def linked(chapter: str) -> list[str]:
    """Return the states that a chapter links, in its order."""
    return [target.removeprefix(TARGET) for _, target in LINK.findall(prose(chapter)) if target.startswith(TARGET)]


def test_every_core_and_evidence_chapter_links_a_state():
    """No link is malformed or asks for what the controls do not give: `state` refuses it."""
    for path in CHAPTERS.glob("*.ipynb"):
        assert bool(linked(path.stem)) == (path.stem in CORE), path.stem
        for address in linked(path.stem):
            state(address)


@pytest.mark.parametrize("chapter", CORE)
def test_every_sentence_on_a_state_begins_in_one_way(chapter: str):
    """A reader finds it by its first words."""
    begun = re.findall(r"In the laboratory: open \[[^\]]+\]\(\.\./laboratory\.md#", prose(chapter))
    assert len(begun) == len(linked(chapter))


def passes(state: State, share: float, *, within: int, epoch: int | None = None) -> bool:
    """Say whether a share of the test images is right within so many epochs, first in a given one for seed 0."""
    right = state.accuracies(within) >= share
    return bool(right.any()) and (epoch is None or state.seed > 0 or int(right.argmax()) == epoch)


def best(state: State, epochs: int) -> float:
    """Return the best accuracy after an epoch."""
    return float(state.accuracies(epochs)[1:].max())


def network(naive: State) -> None:
    """Nine in ten in the fourteenth epoch; with Glorot's start in the second."""
    assert passes(naive, 0.9, within=20, epoch=14)
    assert passes(naive._replace(start="glorot_uniform"), 0.9, within=5, epoch=2)


def symmetry(tied: State) -> None:
    """Below three in ten for twelve epochs; with Glorot's start past eight in ten after two."""
    assert best(tied, 12) < 0.3
    assert tied._replace(start="glorot_uniform").accuracies(2)[2] > 0.8


def naive(narrow: State) -> None:
    """At chance for twenty epochs; 128 units pass nine in ten in the fourth."""
    assert best(narrow, 20) < CHANCE
    assert passes(narrow._replace(width=128), 0.9, within=8, epoch=4)


def hiding(sigmoid: State) -> None:
    """The fourth layer's mean falls from one half within six epochs and is back by the fourteenth; half are right."""
    means = [
        float(network.forward(DIGITS.x_train[:100]).activations[4].mean())
        for _, network in zip(range(15), sigmoid.training(), strict=False)
    ]
    assert means[0] > 0.45
    assert means[6] < 0.15
    assert means[14] > 0.25
    assert sigmoid.accuracies(14)[14] > 0.5 or sigmoid.seed


def repaired(sigmoid: State) -> None:
    """At chance for ten epochs; half are right within three with a gain of 4, and within one with tanh."""
    assert best(sigmoid, 10) < CHANCE
    assert passes(sigmoid._replace(gain=4), 0.5, within=3)
    assert passes(sigmoid._replace(activation="tanh"), 0.5, within=1)


def dragged(glorot: State) -> None:
    """At a gain of a half two powers of ten are lost both ways, and ten epochs end at chance; at 1 three are enough."""
    small = glorot._replace(gain=0.5)
    signal, gradient = small.signals()
    assert signal[10] / signal[0] < 0.01
    assert gradient[0] / gradient[9] < 0.01
    assert best(small, 10) < CHANCE
    assert passes(glorot, 0.9, within=3)


def sinking(glorot: State) -> None:
    """The signal of the thirtieth layer is about an eighth; nine in ten within ten epochs."""
    signal, _ = glorot.signals()
    assert 0.1 < signal[30] / signal[0] < 0.15
    assert passes(glorot, 0.9, within=10)


def fans(lecun: State) -> None:
    """Glorot's start lowers the signal by nearly a fifth, and raises the gradient by more than a third."""
    (signal, gradient), (lower, higher) = lecun.signals(), lecun._replace(start="glorot_uniform").signals()
    assert (abs(signal - 1) < 0.15).all()
    np.testing.assert_allclose(lower[1:] / signal[1:], (2 / 3) ** 0.5, rtol=1e-9)
    np.testing.assert_allclose(higher[:-1] / gradient[:-1], 1.38, atol=0.05)


def he(xavier: State) -> None:
    """The signal loses four powers of ten, and ten epochs end at chance; with He's start three in ten within five."""
    signal, _ = xavier.signals()
    assert signal[30] / signal[0] < 1e-4
    assert best(xavier, 10) < CHANCE
    assert best(xavier._replace(start="he_uniform"), 5) > 0.3


def replay(old: State) -> None:
    """The fifth layer's gradient is more than ten times the first's, and smaller after five epochs."""
    (_, before), (_, after) = old.signals(), old.signals(5)
    assert before[4] > 10 * before[0]
    assert after[4] < after[0]


def rectifiers(xavier: State) -> None:
    """At chance for ten epochs; with He's start half are right within six."""
    assert best(xavier, 10) < CHANCE
    assert passes(xavier._replace(start="he_uniform"), 0.5, within=6)


def table(old: State) -> None:
    """After one epoch about half are right beside more than nine in ten, and two points apart after twenty."""
    one, other = (given.accuracies(20) for given in (old, old._replace(start="glorot_uniform", gain=1)))
    assert 0.4 < one[1] < 0.65
    assert other[1] > 0.9
    assert abs(one[20] - other[20]) <= 0.02


def orthogonal(xavier: State) -> None:
    """Half of the digits are right within four epochs."""
    assert passes(xavier, 0.5, within=4)


def calibration(small: State) -> None:
    """At chance for ten epochs; at the gain 1.75 more than eight in ten are right after ten, and lines lie level."""
    dragged = small._replace(gain=1.75)
    assert best(small, 10) < CHANCE
    assert best(dragged, 10) > 0.8
    signal = dragged.signals()[0]
    assert 0.2 < signal[-1] / signal[1] < 5


def gain(large: State) -> None:
    """More than one digit in five is wrong after four epochs; with the gain 1.34 about half as many, or fewer."""
    wrong, fewer = (1 - best(state, 4) for state in (large, large._replace(gain=1.34)))
    assert wrong > 1 / 5
    assert fewer < 0.6 * wrong


SAID: dict[str, list[Callable[[State], None]]] = {
    **{
        chapter.__name__: [chapter]
        for chapter in (network, symmetry, naive, fans, he, replay, rectifiers, table, gain, orthogonal, calibration)
    },
    "sigmoid": [hiding, repaired],
    "glorot": [dragged, sinking],
}


@pytest.mark.parametrize("chapter", CORE)
def test_what_a_chapter_says_of_its_states_holds(chapter: str):
    """What is learned or not holds for five seeds; which epoch it is, for the link's own."""
    for address, said in zip(linked(chapter), SAID[chapter], strict=True):
        given = state(address)
        for seed in range(SEEDS):
            said(given._replace(seed=given.seed + seed))


def leveled(sinking: State) -> None:
    """At the gain for tanh the signal holds within a third, where it sank to a third; the gradient grows fivefold."""
    signal, _ = sinking.signals()
    assert signal[30] / signal[1] < 1 / 3
    signal, gradient = sinking._replace(gain=1.593).signals()
    assert signal[1:].max() < 4 / 3 * signal[1:].min()
    assert gradient[0] > 5 * gradient[29]


def narrow(xavier: State) -> None:
    """In ten epochs orthogonal weights get more than a tenth of the test images further."""
    assert best(xavier._replace(start="orthogonal"), 10) > best(xavier, 10) + 0.1


@pytest.mark.parametrize(("chapter", "said"), [("gain", leveled), ("orthogonal", narrow)])
def test_what_the_page_lets_a_reader_see_after_xavier_is_seen(chapter: str, said: Callable[[State], None]):
    """For the link's own seed and the next ones; twenty-one were tried."""
    page = (CHAPTERS.parent / "laboratory.md").read_text(encoding="utf-8")
    found = re.search(rf'^\| <a href="#([^"]+)">.*\{{doc\}}`chapters/{chapter}`', page, re.MULTILINE)
    assert found is not None
    given = state(html.unescape(found[1]))
    for seed in range(SEEDS):
        said(given._replace(seed=given.seed + seed))
