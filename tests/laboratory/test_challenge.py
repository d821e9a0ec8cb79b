"""The laboratory's challenge: states that do not learn, and the one change with which each of them does."""

import json

import pytest

from tests.laboratory.engine import FOLDER
from tests.laboratory.states import State, state

CHALLENGE = json.loads((FOLDER / "challenge.json").read_text(encoding="utf-8"))
SEEDS = 3  # the link's own and the next ones; twenty-one were tried
EPOCHS = 10


def changed(given: State, change: State) -> set[str]:
    """Return the controls in which two states differ."""
    return {name for name, old, new in zip(State._fields, given, change, strict=True) if old != new}


def test_each_of_five_illnesses_is_mended_by_another_control():
    """One control a change, never the seed, and each control once, so that none can be guessed from the others."""
    changes = [changed(state(entry["state"]), state(entry["change"])) for entry in CHALLENGE]
    assert sorted(map(sorted, changes)) == [["activation"], ["gain"], ["rate"], ["start"], ["width"]]


def test_every_entry_has_its_words():
    """A symptom before, a reason after, and what else helps, each in whole sentences."""
    for entry in CHALLENGE:
        assert list(entry) == ["state", "symptom", "change", "why", "also"]
        assert all(entry[name].endswith(".") for name in ("symptom", "why", "also"))


@pytest.mark.parametrize("entry", CHALLENGE, ids=lambda entry: entry["state"])
def test_a_state_does_not_learn_and_its_change_does(entry: dict[str, str]):
    """In ten epochs the state stays below 0.3 throughout, and the change reaches 0.9, for each seed.

    Over twenty-one seeds the best of a state was 0.19, and the least of a change's best epochs 0.94.
    """
    ill, mended = state(entry["state"]), state(entry["change"])
    for seed in range(ill.seed, ill.seed + SEEDS):
        assert ill._replace(seed=seed).accuracies(EPOCHS).max() < 0.3, seed
        assert mended._replace(seed=seed).accuracies(EPOCHS).max() >= 0.9, seed
