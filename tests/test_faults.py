"""The tests of the formulas and of the learning can fail: each known fault is caught by one of them."""

import pytest

from tests import faults
from tests.faults import FAULTS, Fault

#: The faults that every version of the library's tests must catch.
KINDS = """
    root missing; limit without √3; fans swapped; fan-in only; fan-out only; sum instead of average; receptive field
    ignored; gain ignored; gain squared; transposed; zeros; truncation factor dropped; He with 1 instead of 2; slope not
    squared; bias gradient not summed; derivative taken at the activation; learning rate ignored
"""


def test_each_fault_is_caught(capsys):
    """Put into a copy of the library, each fault makes a test fail; without a fault all of them pass."""
    assert {name.split(" (")[0] for name, *_ in FAULTS} >= set(" ".join(KINDS.split()).split("; "))

    outcome = faults.main()
    assert outcome == 0, capsys.readouterr().out


def test_a_fault_that_changes_nothing_is_reported(capsys):
    """The script itself can fail: a fault that survives is named, and the exit code says so."""
    harmless = Fault("harmless", "fans.py", '"""How many inputs', '"""How few inputs', ["test_fans.py"])

    assert faults.main([harmless]) == 1
    assert "| harmless | - | NO |" in capsys.readouterr().out


def test_a_fault_that_finds_no_place_is_refused():
    """Where the library has changed, the fault must be written anew, and does not pass for caught or survived."""
    with pytest.raises(ValueError, match=r"fans.py must hold 'fan_sideways' exactly once, found it 0 times"):
        faults.main([Fault("lost", "fans.py", "fan_sideways", "fan_in", ["test_fans.py"])])
