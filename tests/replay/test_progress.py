"""Without a terminal a line tells now and then how far the runs are."""

import sys

import pytest

from tests.replay.toy_command import replay
from xavier_lib.replay import progress as module
from xavier_lib.replay.progress import EVERY, Lines, duration, progress

pytestmark = pytest.mark.usefixtures("diary")


def lines(capsys, times, *, there=0, total):
    """Return what is written where runs end at these times, by a clock that stands at 1000 when they begin."""
    clock = iter([1000.0, *(1000.0 + t for t in times)])
    shown = Lines("toy", there, total, clock=lambda: next(clock))
    for _ in times:
        shown.update()
    return capsys.readouterr().err.splitlines()


def test_a_line_says_how_many_are_done_and_how_long_the_rest_takes(capsys):
    """Three of fifteen in three minutes: twelve more in twelve."""
    assert lines(capsys, [60, 120, 180], total=15) == [
        "toy: 1 of 15 runs, about 14 min left",
        "toy: 2 of 15 runs, about 13 min left",
        "toy: 3 of 15 runs, about 12 min left",
    ]


def test_what_was_there_counts_as_done_and_not_for_the_time(capsys):
    """The speed is that of the runs that were made now."""
    assert lines(capsys, [60], there=10, total=15) == ["toy: 11 of 15 runs, about 4 min left"]


def test_lines_come_at_most_every_half_minute(capsys):
    """Many short runs write few lines, and a short command none; the first waits as long as the others."""
    assert EVERY == 30
    assert lines(capsys, [1, 2, 29.9, 30, 31, 59.9, 60], total=100) == [
        "toy: 4 of 100 runs, about 12 min left",
        "toy: 7 of 100 runs, about 13 min left",
    ]


def test_the_last_run_writes_none(capsys):
    """The summary follows."""
    assert lines(capsys, [100, 200], total=2) == ["toy: 1 of 2 runs, about 2 min left"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.2, "0 s"), (40, "40 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (5400, "2 h")),
        *((129_599, "36 h"), (129_600, "2 days"), (864_000, "10 days")),
    ],
)
def test_the_time_left_has_the_unit_that_fits(seconds, words):
    """One and a half of a unit are the least that is told in it."""
    assert duration(seconds) == words


def test_the_command_writes_lines_where_there_is_no_terminal(tmp_path, monkeypatch, capsys):
    """To standard error, after each run that ends late enough, and none if it is to be quiet."""
    monkeypatch.setattr(module, "EVERY", 0)

    assert replay("product", "--out", tmp_path / "r.json") == 0
    assert [line.split(", about")[0] for line in capsys.readouterr().err.splitlines()] == [
        "product: 1 of 3 runs",
        "product: 2 of 3 runs",
    ]
    assert replay("product", "--out", tmp_path / "r.json", "--seeds", 2, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_run_that_fails_counts_too(tmp_path, monkeypatch, capsys):
    """The time left is that of what is still to be tried."""
    monkeypatch.setattr(module, "EVERY", 0)

    assert replay("stumbling", "--out", tmp_path / "r.json") == 1
    assert "stumbling: 2 of 3 runs, about" in capsys.readouterr().err


@pytest.mark.parametrize("stream", [None, "closed"])
def test_nobody_there_to_read_stops_no_run(monkeypatch, stream):
    """Standard error may be closed, or a pipe that nobody reads: the runs go on."""

    class Gone:
        isatty = staticmethod(lambda: False)

        def write(self, _):
            raise BrokenPipeError

    monkeypatch.setattr(module, "EVERY", 0)
    monkeypatch.setattr(sys, "stderr", Gone() if stream else None)
    with progress("toy", 0, 3) as done:
        done()
