"""Exercises whose answer is a test: it must pass what is right and fail what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xavier_lib.exercises.attempt import Outcome
from xavier_lib.exercises.exercise import FunctionExercise, name_of
from xavier_lib.exercises.verdict import Verdict

REFUSED = "AssertionError"
SAYS_NO = ("False", "np.False_")
CANNOT_FAIL = "a test that cannot fail"
REFUSES = "a test that refuses correct weights"
LETS_PASS = "a test that lets something wrong pass"


@dataclass(frozen=True, kw_only=True)
class Repair(FunctionExercise):
    """Write a test that can fail.

    Attributes:
        parameter: the name of the test's argument.
        right: what the test must let pass, by a description.
        wrong: what it must refuse, by a description that is not the solution.
    """

    parameter: str
    right: Mapping[str, Any]
    wrong: Mapping[str, Any]

    def calls(self) -> Sequence[Mapping[str, Any]]:
        """Return one call for each thing that is tested, the right ones first."""
        return [{self.parameter: thing} for thing in (*self.right.values(), *self.wrong.values())]

    def wanted(self) -> str:
        """Return in words how a test speaks."""
        return "nothing, and raise an AssertionError where it refuses"

    def broken(self, answer: Any, calls: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome]) -> Verdict | None:
        """Take an AssertionError, None, True and False as what a test says; all else is broken."""
        code = getattr(answer, "__code__", None)
        if code is not None and not code.co_names and set(code.co_consts) <= {None, answer.__doc__}:
            return self.open(f"{name_of(answer)} is still empty: it looks at nothing. Fill in the stub.")
        words = (outcome.raised == REFUSED or outcome.empty for outcome in outcomes)
        said = [
            replace(outcome, problem="", empty=False) if word else outcome
            for word, outcome in zip(words, outcomes, strict=True)
        ]
        names = (*self.right, *self.wrong)
        described = [dict.fromkeys(call, name) for call, name in zip(calls, names, strict=True)]
        return super().broken(answer, described, said)

    def compared(self, answer: Any, outcomes: Sequence[Outcome]) -> Verdict:
        """Find what the test refuses though it is right, and what it lets pass though it is wrong."""
        refuses = [outcome.raised == REFUSED or outcome.returned in SAYS_NO for outcome in outcomes]
        unfair = [name for name, refused in zip(self.right, refuses, strict=False) if refused]
        blind = [name for name, refused in zip(self.wrong, refuses[len(self.right) :], strict=True) if not refused]
        test = name_of(answer, "The test")
        if not any(refuses):
            return self.failed(f"{test} lets everything pass, even what is wrong: {listed(blind)}.", CANNOT_FAIL)
        if unfair:
            return self.failed(f"{test} refuses what is right: {listed(unfair)}.", REFUSES)
        if blind:
            return self.failed(f"{test} lets pass what is wrong: {listed(blind)}.", LETS_PASS)
        return self.passed(f"It lets {len(self.right)} right ones pass and refuses {len(self.wrong)} wrong ones.")

    def recognizes(self) -> list[str]:
        """Return the slips that a verdict may name."""
        return [CANNOT_FAIL, REFUSES, LETS_PASS]


def listed(names: Sequence[str]) -> str:
    """Return the first few descriptions in one line."""
    return "; ".join(names[:2]) + (f"; and {len(names) - 2} more" if len(names) > 2 else "")
