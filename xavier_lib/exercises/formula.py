"""Exercises whose answer is a function of numbers or arrays, compared with a reference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.attempt import Outcome
from xavier_lib.exercises.exercise import CLOSE, FunctionExercise, agree, called, first_difference, how_far
from xavier_lib.exercises.together import pairs
from xavier_lib.exercises.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Formula(FunctionExercise):
    """Write a function that computes what the reference computes.

    Attributes:
        reference: the right function.
        cases: the arguments of each call, by name, in the order of the stub.
        slips: for each slip the wrong functions that show it; an answer that agrees with one of them in every
            case is recognized.
        tolerance: relative; what an answer may differ by.
    """

    reference: Callable[..., Any]
    cases: Sequence[Mapping[str, Any]]
    slips: Mapping[str, Sequence[Callable[..., Any]]] = field(default_factory=dict)
    tolerance: float = CLOSE

    def calls(self) -> Sequence[Mapping[str, Any]]:
        """Return the cases."""
        return self.cases

    def wanted(self) -> str:
        """Return in words what the reference returns."""
        examples = [np.asarray(self.reference(**case)) for case in self.cases]
        shapes = {example.shape for example in examples}
        if shapes == {()}:
            return "True or False" if examples[0].dtype == bool else "a number"
        alike = len(shapes) == 1 and examples[0].ndim == 1
        return f"{examples[0].size} numbers" if alike else "an array of numbers"

    def compared(self, answer: Any, outcomes: Sequence[Outcome]) -> Verdict:
        """Compare with the reference, then with every slip."""
        values = [outcome.value for outcome in outcomes if outcome.value is not None]
        expected = [np.asarray(self.reference(**case)) for case in self.cases]
        wrong = [index for index, value in enumerate(values) if not agree(value, expected[index], self.tolerance)]
        if not wrong:
            return self.passed(f"Right for all {len(values)} inputs that were tried.")
        index = next((i for i in wrong if values[i].shape != expected[i].shape), wrong[0])
        found = self.counter_example(answer, index, values[index], expected[index])
        return self.failed(found, self.recognized(values, expected))

    def counter_example(self, answer: Any, index: int, value: NDArray[Any], expected: NDArray[Any]) -> str:
        """Return one input, what came back for it, and how that differs from what should have."""
        call = called(answer, self.cases[index])
        if value.shape != expected.shape and not value.size == expected.size == 1:
            found, wanted = (f"an array of shape {a.shape}" if a.ndim else "one number" for a in (value, expected))
            return f"{call} returned {found}, where {wanted} is asked for."
        if expected.dtype == bool:
            return f"{call} returned {value}."
        if not expected.ndim:
            number = float(value.reshape(()))
            return f"{call} returned {number:.4g}, which is {how_far(number, float(expected))}."
        value = value.reshape(expected.shape)
        place = first_difference(value, expected, self.tolerance)
        where = place[0] if len(place) == 1 else place
        far = how_far(float(value[place]), float(expected[place]))
        return f"{call} returned {float(value[place]):.4g} at index {where}, which is {far}."

    def recognized(self, values: Sequence[NDArray[Any]], expected: Sequence[NDArray[Any]]) -> str | None:
        """Return the slip that explains every value, or None."""
        for slip, functions in self.slips.items():
            for function in functions:
                if all(agree(v, function(**c), self.tolerance) for v, c in zip(values, self.cases, strict=True)):
                    return slip
        numbers = np.concatenate([value.reshape(-1).astype(float) for value in values])
        if numbers.size and not numbers.any():
            return "zeros"
        if numbers.size and np.ptp(numbers) == 0:
            return "a constant"
        for slip, together in pairs(self.reference, self.slips, self.cases):
            if numbers.shape == together.shape and agree(numbers, together, self.tolerance):
                return slip
        turned = [v.ndim == 2 and agree(v.T, e, self.tolerance) for v, e in zip(values, expected, strict=True)]
        return "weights drawn but transposed" if all(turned) else None

    def recognizes(self) -> list[str]:
        """Return the slips that a verdict may name."""
        expected = [np.asarray(self.reference(**case)) for case in self.cases]
        found = [*self.slips, "zeros", "a constant"]
        if all(array.ndim == 2 for array in expected):
            found.append("weights drawn but transposed")
        if any(isinstance(value, (np.ndarray, list)) for value in self.cases[0].values()):
            found.append("an argument changed in place")
        return list(dict.fromkeys(found))
