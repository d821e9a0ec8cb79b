"""Promises on published wrong answers: every one fails, most by the name that fits, and no right one is refused."""

import math

import numpy as np
import pytest

from tests.exercises.public import PUBLIC, SEEN, UNSEEN
from xavier_lib.exercises import check
from xavier_lib.exercises.slips import BOTH, SLIPS

SHARE = 0.7  # of the answers, of those that were seen and of those that were set aside
UNNAMED = {"a bias forgotten", "an addend outside the root"}  # what a teacher would say, and no exercise does


class Tensor:
    """Numbers as a framework hands them over: an array only if it is asked to be one."""

    def __init__(self, numbers):
        self.numbers = np.asarray(numbers, dtype=np.float32)

    def __array__(self, dtype=None, copy=None):
        return self.numbers.astype(dtype or self.numbers.dtype)


FORMS = {
    "a list": lambda numbers: np.asarray(numbers).tolist(),
    "float32": lambda numbers: np.asarray(numbers, dtype=np.float32),
    "a tensor": Tensor,
}
REFERENCES = {
    "glorot-limit": lambda fan_in, fan_out: math.sqrt(6 / (fan_in + fan_out)),
    "he-limit": lambda fan, negative_slope: math.sqrt(6 / (1 + negative_slope**2) / fan),
    "network-rms": lambda values: np.sqrt((values**2).mean()),
    "fans-convolution": lambda shape: (math.prod(shape[:-2]) * shape[-2], math.prod(shape[:-2]) * shape[-1]),
    "network-layer": lambda bias, weights, x: np.tanh(x @ weights + bias),
    "sigmoid-slope": lambda z: 1 / (2 + np.exp(z) + np.exp(-z)),
}
STDS = {
    "glorot-gain": lambda shape, gain: gain * math.sqrt(2 / sum(shape)),
    "he-start": lambda shape, negative_slope: math.sqrt(2 / (1 + negative_slope**2) / shape[0]),
    "naive-scale": lambda shape: shape[0] ** -0.5,
    "fans-kernel": lambda shape: math.sqrt(2 / math.prod(shape[:-2]) / sum(shape[-2:])),
}
DRAWS = {
    "one": lambda rng, shape: rng.standard_normal(shape),
    "by Box and Muller": lambda rng, shape: (
        np.sqrt(-2 * np.log(rng.random(shape))) * np.cos(6.283185 * rng.random(shape))
    ),
    "a sum of uniform numbers": lambda rng, shape: rng.random((12, *shape)).sum(axis=0) - 6,
    "in another order": lambda rng, shape: rng.standard_normal(shape[::-1]).T,
    "of half precision": lambda rng, shape: rng.standard_normal(shape).astype(np.float16),
    "four decimals": lambda rng, shape: rng.standard_normal(shape, dtype=np.float32).round(4),
}


def share(rows):
    """Return the share of the rows that a verdict calls by the name that a teacher would give."""
    return sum(check(name, answer).slip == slip for name, slip, answer in rows) / len(rows)


def test_there_are_at_least_sixty_and_a_third_was_set_aside():
    """From many exercises and of many kinds, none of them twice."""
    assert len(PUBLIC) >= 60
    assert len(UNSEEN) == len(PUBLIC) // 3
    assert len({name for name, _, _ in PUBLIC}) >= 15
    assert len({slip for _, slip, _ in PUBLIC}) >= 30
    assert {one for _, slip, _ in PUBLIC for one in slip.split(BOTH)} <= SLIPS.keys() | UNNAMED


@pytest.mark.parametrize(
    ("name", "slip", "answer"), PUBLIC, ids=[f"{n}: {name}" for n, (name, _, _) in enumerate(PUBLIC)]
)
def test_a_published_wrong_answer_fails(name, slip, answer):
    """Not one passes, and a name that is given is one of the slips."""
    verdict = check(name, answer)

    assert verdict.status == "failed", (verdict, slip)
    assert verdict.slip is None or set(verdict.slip.split(BOTH)) <= SLIPS.keys()


@pytest.mark.parametrize("rows", [SEEN, UNSEEN], ids=["seen", "set aside"])
def test_most_are_called_by_the_name_that_fits(rows):
    """Also of those for which no slip was added."""
    assert share(rows) >= SHARE


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", REFERENCES)
def test_right_numbers_pass_in_every_form(name, form):
    """Lists, single precision and what frameworks hand over."""
    reference = REFERENCES[name]
    verdict = check(name, lambda *args, **case: FORMS[form](reference(*args, **case)))

    assert verdict.passed, verdict


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", STDS)
def test_right_draws_pass_however_they_are_made(name, draw):
    """The same law by another road, rounded, or in half precision, is no slip."""
    verdict = check(name, lambda rng, **case: STDS[name](**case) * DRAWS[draw](rng, case["shape"]))

    assert verdict.passed, verdict


@pytest.mark.parametrize("name", STDS)
def test_few_of_any_wrong_spreads_have_a_name(name):
    """A name for every number would say nothing: of forty factors from 1/5 to 5, at most a quarter is explained."""
    factors = np.geomspace(0.2, 5, 40)
    found = [
        check(name, lambda rng, factor=factor, **case: factor * STDS[name](**case) * DRAWS["one"](rng, case["shape"]))
        for factor in factors
    ]

    assert not any(verdict.passed for verdict in found)
    assert sum(verdict.slip is not None for verdict in found) <= len(factors) / 4
