"""Promises of the command that mutates the library: what it changes and leaves, and that it can say no."""

import pytest

from tests import mutants
from tests.faults import ROOT
from tests.mutants import LIBRARY, MODULES, candidates, outcome
from tests.mutation import Mutant
from tests.mutation import mutants as mutants_of

CHANGES = {
    "a = b - c": ["arithmetic: b - c → ((b) + (c))"],
    "a /= b": ["arithmetic: a /= b → a *= b", "dropped statement: a /= b → pass"],
    "a = b < c": ["compare: b < c → (b) <= (c)"],
    "a = b in c": ["compare: b in c → (b) not in (c)"],
    "a = 0 < b": ["constant: 0 → 1", "compare: 0 < b → (0) <= (b)"],
    "a = b and c": ["and, or: b and c → (b) or (c)"],
    "a = not b": ["not: not b → (b)"],
    "if a: b": ["not: a → (not (a))"],
    "a = True": ["constant: True → False"],
    "a = 0.0": ["constant: 0.0 → 1.0"],
    "a = 'text'": [],
    "f(a)": ["dropped statement: f(a) → pass"],
    "a = f(b, c)": ["swapped arguments: f(b, c) → f(c, b)"],
    "a = f(b, b)": [],
    "a = f(axis=b)": ["dropped keyword: f(axis=b) → f()"],
    "def f(a: 1 = b) -> 2: return a": ["return: a → None"],
    "raise E(a + 1)": [],
    "a = f'{b + 1}'": [],
    "'''Explain 1 + 1.'''": [],
    "a = 'σ'; b = 'σ' + c": ["arithmetic: 'σ' + c → (('σ') - (c))"],
}


def harmless(new: str = "two") -> Mutant:
    """Return a mutant that changes a word of a docstring only."""
    source = (LIBRARY / "nn" / "convolution.py").read_bytes()
    return Mutant("word", "nn/convolution.py", 1, 3, 6, source[3:6].decode(), new, "")


@pytest.mark.parametrize("source", CHANGES)
def test_each_kind_of_mistake_is_made_and_no_text_is_touched(source: str) -> None:
    """Operators, numbers, arguments, conditions and statements change one at a time; texts, errors and types do not."""
    found = [str(each) for each in mutants_of("a.py", source)]

    assert found == [f"a.py:1 {change} | {source}" for change in CHANGES[source]]


@pytest.mark.parametrize("module", MODULES)
def test_each_mutant_of_the_library_is_another_program(module: str) -> None:
    """Every tenth is Python that differs from its module in its one place, and its module has tests to run."""
    source = (LIBRARY / module).read_bytes()
    for mutant in mutants_of(module, source.decode())[::10]:
        changed = mutant.put_into(source)
        assert changed != source
        compile(changed, module, "exec")
    assert all((ROOT / file).is_file() for file in mutants.tests_of(module))


def test_what_survives_is_listed_and_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One mutant that breaks the module and one that changes nothing: half is killed, which is not enough."""
    broken = harmless()._replace(start=0, stop=0, old="", new="1 / 0\n")
    monkeypatch.setattr(mutants, "candidates", lambda _files: [broken, harmless()])

    assert mutants.main(["--sample", "2"]) == 1
    printed = capsys.readouterr().out
    assert f"survived {harmless()}\n" in printed
    assert "| nn/convolution.py | 1 | 0 | 1 |\n1 of 2 killed, 50.0%" in printed


def test_a_mutant_that_does_not_end_is_called_a_timeout() -> None:
    """It counts as killed, under its own name; no tests start within a hundredth of a second."""
    assert outcome(harmless(), seconds=0.01) == "timeout"


def test_the_sample_is_the_seeds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed draws the same mutants, another draws others."""
    monkeypatch.setattr(mutants, "outcome", lambda _mutant, _seconds: "survived")
    monkeypatch.setattr(mutants, "time_of", lambda _file: 0.0)
    printed = []
    for seed in ("1", "1", "2"):
        mutants.main(["--sample", "20", "--seed", seed])
        printed.append(capsys.readouterr().out)

    assert printed[0] == printed[1] != printed[2]


def test_an_argument_for_a_mutant_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row of the table names mutants that can still be made; a row that names none must go."""
    assert candidates(MODULES)

    monkeypatch.setattr(mutants, "EQUIVALENT", {"fan_sideways": "there was one"})
    with pytest.raises(ValueError, match="each row of EQUIVALENT must find a mutant, these find none: .*fan_sideways"):
        candidates(MODULES)
