"""Exercises whose answer is an initializer: its draws are measured against the spread that is asked for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.exercises.attempt import Outcome
from xavier_lib.exercises.exercise import FunctionExercise, called, how_far
from xavier_lib.exercises.together import pairs
from xavier_lib.exercises.verdict import Verdict
from xavier_lib.weights.drawing import TRUNCATED_STD

KURTOSIS = {"uniform": 1.8, "truncated_normal": 2.37, "normal": 3.0}
STANDARD_ERRORS = 5.0
NORMAL_SPREAD_ERROR = math.sqrt(0.5)  # of a standard deviation, relative, times the root of the number of draws
DRAWN = (
    "weights drawn but transposed",
    "a new seed at every call",
    "an unseeded draw",
    "the global generator",
    "a constant",
    "zeros",
    "weights that are copies",
    "a mean that is not zero",
)


@dataclass(frozen=True, kw_only=True)
class Start(FunctionExercise):
    """Write a function that draws weights with a generator that it is given.

    Attributes:
        std: the standard deviation of the weights, from the arguments of a case.
        cases: the arguments of each call but ``rng``, which comes last.
        slips: for each slip the wrong standard deviations that show it.
        distributions: what the weights may follow, of ``"uniform"``, ``"normal"`` and ``"truncated_normal"``.
        shape: the shape of the weights, from the arguments of a case; its argument ``shape`` unless told.
    """

    std: Callable[..., float]
    cases: Sequence[Mapping[str, Any]]
    slips: Mapping[str, Sequence[Callable[..., float]]] = field(default_factory=dict)
    distributions: tuple[str, ...] = ("uniform", "normal", "truncated_normal")
    shape: Callable[..., tuple[int, ...]] = field(default=lambda shape, **_: tuple(shape))

    def calls(self) -> Sequence[Mapping[str, Any]]:
        """Return the cases, the first one again with an equal generator, and once more with another."""
        seeded = [(case, seed) for seed, case in enumerate(self.cases)]
        seeded += [(self.cases[0], 0), (self.cases[0], len(self.cases))]
        return [{**case, "rng": np.random.default_rng(seed)} for case, seed in seeded]

    def wanted(self) -> str:
        """Return in words what an initializer returns."""
        return "an array of weights"

    def compared(self, answer: Any, outcomes: Sequence[Outcome]) -> Verdict:
        """Judge shape and dtype first, then where the numbers come from, then their spread."""
        drawn = [outcome.value for outcome in outcomes if outcome.value is not None]
        verdict = self.misshapen(answer, drawn)
        if verdict is None:
            verdict = self.flat(answer, drawn)
        if verdict is None:
            verdict = self.ill_seeded(answer, drawn, any(outcome.used_global_generator for outcome in outcomes))
        return self.measured(answer, drawn[: len(self.cases)]) if verdict is None else verdict

    def misshapen(self, answer: Any, drawn: Sequence[NDArray[Any]]) -> Verdict | None:
        """Return the verdict on weights of a wrong shape or dtype."""
        for call, weights in zip(self.calls(), drawn, strict=True):
            asked = self.shape(**{name: value for name, value in call.items() if name != "rng"})
            found = f"{called(answer, call)} returned an array of shape {weights.shape} and dtype {weights.dtype}"
            if weights.shape != asked:
                slip = "weights drawn but transposed" if sorted(weights.shape) == sorted(asked) else None
                return self.failed(f"{found}, where shape {asked} is asked for.", slip)
            if weights.dtype.kind != "f":
                return self.failed(f"{found}, where weights are floating-point numbers.")
        return None

    def flat(self, answer: Any, drawn: Sequence[NDArray[Any]]) -> Verdict | None:
        """Return the verdict on weights that are all alike, or copies of each other."""
        call = called(answer, self.calls()[0])
        if all(np.ptp(weights) == 0 for weights in drawn):
            found = f"Every weight that {call} returned is {float(drawn[0].flat[0]):.4g}."
            return self.failed(found, "a constant" if drawn[0].any() else "zeros")
        different = np.unique(drawn[0]).size
        if different > drawn[0].size / 2 or (is_rounded(drawn[0]) and not has_copies(drawn[0])):
            return None
        found = f"{call} returned {drawn[0].size} weights, and only {different} different ones."
        return self.failed(found, "weights that are copies")

    def ill_seeded(self, answer: Any, drawn: Sequence[NDArray[Any]], used_global: bool) -> Verdict | None:
        """Return the verdict on weights that do not come from the generator that was given."""
        first, again, other = drawn[0], drawn[-2], drawn[-1]
        start = f"first weight {float(first.flat[0]):.4g}"
        if used_global:
            found = (
                f"{called(answer, self.calls()[0])} drew from the generator inside numpy.random or random ({start})."
            )
            return self.failed(found, "the global generator")
        if np.array_equal(first, other):
            found = (
                f"{called(answer, self.calls()[0])} returned the same weights for two different generators ({start})."
            )
            return self.failed(found, "a new seed at every call")
        if not np.array_equal(first, again):
            found = f"Two equal generators gave different weights ({start}, then {float(again.flat[0]):.4g})."
            return self.failed(found, "an unseeded draw")
        return None

    def measured(self, answer: Any, drawn: Sequence[NDArray[Any]]) -> Verdict:
        """Compare mean, spread and distribution with what is asked for, then the spread with every slip."""
        leans = [float(weights.mean() / weights.std()) for weights in drawn]
        if all(abs(lean) > STANDARD_ERRORS / math.sqrt(w.size) for lean, w in zip(leans, drawn, strict=True)):
            found = f"The weights that {called(answer, self.calls()[0])} returned have a mean of {drawn[0].mean():.2g}"
            found += f" at a standard deviation of {drawn[0].std():.2g}."
            return self.failed(found, "a mean that is not zero")
        wrong = [index for index in range(len(drawn)) if not self.fits(self.std, index, drawn[index])]
        if wrong:
            call, spread = self.calls()[wrong[0]], float(drawn[wrong[0]].std())
            far = how_far(spread, self.std(**self.cases[wrong[0]]))
            found = (
                f"{called(answer, call)} returned weights with a standard deviation of {spread:.3g}, which is {far}."
            )
            return self.failed(found, self.recognized(drawn))
        kinds = {distribution_of(weights) for weights in drawn}
        if not kinds <= set(self.distributions):
            reach = max(float(np.abs(weights).max() / weights.std()) for weights in drawn)
            found = f"The weights have the right spread, but reach {reach:.2f} standard deviations from zero;"
            found += f" the exercise asks for the distribution {' or '.join(self.distributions).replace('_', ' ')}."
            return self.failed(found, "the other distribution")
        return self.passed(f"Right for all {len(drawn)} shapes that were tried: spread, mean, shape and seed.")

    def fits(self, std: Callable[..., float], index: int, weights: NDArray[Any]) -> bool:
        """Say whether a draw has a standard deviation, up to the error of a sample."""
        error = STANDARD_ERRORS * NORMAL_SPREAD_ERROR / math.sqrt(weights.size)
        return abs(float(weights.std()) / std(**self.cases[index]) - 1) < error

    def recognizes(self) -> list[str]:
        """Return the slips that a verdict may name."""
        found = [*self.slips, *DRAWN]
        if "truncated_normal" in self.distributions:
            found.append("the truncation not corrected")
        if len(self.distributions) < len(KURTOSIS):
            found.append("the other distribution")
        return found

    def recognized(self, drawn: Sequence[NDArray[Any]]) -> str | None:
        """Return the slip that explains the spread of every draw, or None."""
        wrong = [(slip, std) for slip, others in self.slips.items() for std in others]
        if "truncated_normal" in self.distributions:
            wrong.append(("the truncation not corrected", lambda **case: TRUNCATED_STD * self.std(**case)))
        fitting = [slip for slip, std in wrong if all(self.fits(std, i, w) for i, w in enumerate(drawn))]
        for slip, stds in pairs(self.std, self.slips, self.cases):
            given = [lambda std=std, **_: std for std in stds]
            if all(self.fits(std, i, w) for i, (std, w) in enumerate(zip(given, drawn, strict=True))):
                fitting.append(slip)
        return next(iter(fitting), None)


def is_rounded(weights: NDArray[Any]) -> bool:
    """Say whether numbers are rounded, to a few decimals or to half precision.

    >>> draw = np.random.default_rng(0).normal(size=(40, 30))
    >>> is_rounded(draw.round(3)), is_rounded(draw.astype(np.float16)), is_rounded(draw)
    (True, True, False)
    """
    exact = weights.astype(float)
    half = exact.astype(np.float16).astype(float)
    return bool((half == exact).all()) or any(np.allclose(exact, exact.round(d), rtol=0, atol=1e-8) for d in range(7))


def has_copies(weights: NDArray[Any]) -> bool:
    """Say whether two units, or two inputs, have the same weights, or the numbers repeat in the order of memory.

    >>> draw = np.random.default_rng(0).normal(size=(4, 3)).round(1)
    >>> has_copies(draw), has_copies(np.tile(draw, (2, 1))), has_copies(np.resize(draw[0], (5, 4)))
    (False, True, True)
    """
    matrix = weights.reshape(-1, weights.shape[-1])
    flat = weights.ravel()
    if any(len(np.unique(one, axis=0)) < len(one) for one in (matrix, matrix.T)):
        return True
    again = np.flatnonzero(flat[1 : flat.size // 2] == flat[0]) + 1  # where the first number comes again others would
    return any(np.array_equal(flat[place:], flat[:-place]) for place in again)


def distribution_of(weights: NDArray[Any]) -> str:
    """Return the name of the distribution that a draw most likely follows, by its fourth moment."""
    kurtosis = float(np.mean(weights.astype(float) ** 4) / np.mean(weights.astype(float) ** 2) ** 2)
    name = min(KURTOSIS, key=lambda kind: abs(KURTOSIS[kind] - kurtosis))
    return name if abs(KURTOSIS[name] - kurtosis) < 0.3 else "another"
