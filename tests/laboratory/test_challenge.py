"""The laboratory's challenge: states that do not learn, and the one change with which each of them does."""

import html
import re

import pytest

from tests.laboratory.states import STARTS, State, state
from tests.site.built import ROOT

PAGE = (ROOT / "laboratory.md").read_text(encoding="utf-8").split('<ol class="challenge">')[1]
STATES, CHANGES = (
    [html.unescape(found) for found in re.findall(before + r'<a href="#([^"]+)">', PAGE)] for before in ("<li>", "<p>")
)
SEEDS = 3  # the link's own and the next ones; twenty-one were tried
EPOCHS = 10


def changed(given: State, change: State) -> set[str]:
    """Return the controls in which two states differ."""
    return {name for name, old, new in zip(State._fields, given, change, strict=True) if old != new}


def test_each_of_five_illnesses_is_mended_by_another_control():
    """One control a change, never the seed, and each control once, so that none can be guessed from the others."""
    changes = [changed(state(ill), state(mended)) for ill, mended in zip(STATES, CHANGES, strict=True)]
    assert sorted(map(sorted, changes)) == [["activation"], ["gain"], ["rate"], ["start"], ["width"]]


@pytest.mark.parametrize(("address", "change"), list(zip(STATES, CHANGES, strict=True)))
def test_a_state_does_not_learn_and_its_change_does(address: str, change: str):
    """In ten epochs the state stays below 0.3 throughout, and the change reaches 0.9, for each seed.

    Over twenty-one seeds the best of a state was 0.19, and the least of a change's best epochs 0.94.
    """
    ill, mended = state(address), state(change)
    for seed in range(ill.seed, ill.seed + SEEDS):
        assert ill._replace(seed=seed).accuracies(EPOCHS).max() < 0.3, seed
        assert mended._replace(seed=seed).accuracies(EPOCHS).max() >= 0.9, seed


def test_each_random_start_mends_the_first_setting():
    """Nine in ten within ten epochs from all nine, the link's own seed; the page says how many they are."""
    ill = state(STATES[0])
    random = [start for start in STARTS if start != "constant"]
    assert len(random) == 9
    assert "Each of the nine random starts does it" in PAGE
    for start in random:
        assert ill._replace(start=start).accuracies(EPOCHS).max() >= 0.9, start


@pytest.mark.parametrize("address", [STATES[1], STATES[3]])
def test_orthogonal_weights_mend_what_is_too_narrow_and_what_grows(address: str):
    """Nine in ten within ten epochs for each seed; over twenty-one the least best epoch was 0.919."""
    ill = state(address)
    for seed in range(ill.seed, ill.seed + SEEDS):
        assert ill._replace(start="orthogonal", seed=seed).accuracies(EPOCHS).max() >= 0.9, seed
