"""Promises of the museum: each kind of silent bug is found in models that the chapter does not show."""

import pytest

from xavier_lib.frameworks.packages import INSTALL, missing

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)

import torch

from tests.frameworks.museum import BATCHES, ROOMS
from xavier_lib.frameworks import diagnose

SEEDS = range(4)


def findings(kind, repaired, seed):
    """Return what is found in one model of a kind, its weights and its batch drawn from a seed."""
    room = ROOMS[kind]
    torch.manual_seed(seed)
    return diagnose(room.model(repaired), *BATCHES[room.batch]()).findings


@pytest.mark.parametrize("kind", ROOMS)
def test_a_bug_is_found_where_it_begins_and_its_remedy_named(kind):
    """The first finding stands at the layer that is to blame, for each seed; no sampling is left to a tolerance."""
    for seed in SEEDS:
        first = findings(kind, False, seed)[0]
        assert first.layer in ROOMS[kind].layers, (seed, first)
        assert ROOMS[kind].remedy in first.remedy, (seed, first)


@pytest.mark.parametrize("kind", ROOMS)
def test_the_repaired_model_gets_no_finding(kind):
    """One line is changed, and nothing is left to say."""
    for seed in SEEDS:
        assert findings(kind, True, seed) == (), seed
