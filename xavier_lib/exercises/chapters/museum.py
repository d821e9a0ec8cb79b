"""The exercises of the chapter on silent bugs: a name, a sick layer, a cut, two factors, and a test that sees them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.arguments import RNG
from xavier_lib.exercises.formula import Formula
from xavier_lib.exercises.numbers.gated import LAYER
from xavier_lib.exercises.numbers.museum import NAME
from xavier_lib.exercises.repair import Repair
from xavier_lib.exercises.value import Choice
from xavier_lib.he import he_normal, he_uniform
from xavier_lib.museum import cut_std, low_rank_step

BOUNDS = ((1.0, 2.0), (0.02, 2.0), (3.0, 2.0), (0.5, 0.25), (2.0, 2.0))
FACTORS = ((3, 1, 4, 0.1), (5, 2, 3, 0.5), (4, 3, 6, 0.02))  # outputs, rank, inputs, rate
DEFAULT = 6**-0.5  # what PyTorch's own start is of He's


def factors(outputs: int, rank: int, inputs: int, learning_rate: float) -> dict[str, Any]:
    """Return a call on two factors of which neither is zero, and a gradient; always the same numbers."""
    rng = np.random.default_rng(outputs)
    shapes = {"gradient": (outputs, inputs), "up": (outputs, rank), "down": (rank, inputs)}
    drawn: dict[str, Any] = {name: np.round(rng.normal(size=shape), 2) for name, shape in shapes.items()}
    return drawn | {"learning_rate": learning_rate}


def stack(draw: Any) -> Any:
    """Return a start of a stack of square layers that draws each one."""

    def start(depth: int, width: int, rng: RNG = None) -> NDArray[Any]:
        source = np.random.default_rng(rng)
        return np.stack([draw((width, width), rng=source) for _ in range(depth)])

    return start


def spoiled(change: Any) -> Any:
    """Return a start of a stack by He's rule that something happens to."""

    def start(depth: int, width: int, rng: RNG = None) -> NDArray[Any]:
        weights = stack(he_normal)(depth, width, rng)
        change(weights)
        return np.asarray(weights)

    return start


def copy_the_first(weights: NDArray[Any]) -> None:
    """Let every layer hold the numbers of the first."""
    weights[:] = weights[0]


def forget_one(weights: NDArray[Any]) -> None:
    """Leave one layer as memory was."""
    weights[1] = 0


def pile_up(weights: NDArray[Any]) -> None:
    """Put one weight of 256 at the lower bound of a draw in half precision."""
    weights.reshape(-1)[::256] = -2


def keep_the_default(weights: NDArray[Any]) -> None:
    """Leave the layers with the default that they were made with, as a start without effect does."""
    weights *= DEFAULT


EXERCISES = (
    Choice(
        name="museum-name",
        title="Which weights does the line reach?",
        stars=1,
        kind="find",
        **NAME.own,
        variants=NAME,
    ),
    Choice(
        name="museum-layer",
        title="Which layer is sick?",
        stars=2,
        kind="judge",
        **LAYER.own,
        variants=LAYER,
    ),
    Formula(
        name="museum-bounds",
        title="What a cut leaves",
        stars=2,
        kind="derive",
        reference=cut_std,
        cases=[{"std": std, "bound": bound} for std, bound in BOUNDS],
        slips={
            "the truncation not corrected": [lambda std, bound: std],
            "variance in place of standard deviation": [lambda std, bound: cut_std(std, bound) ** 2],
            "the missing root": [lambda std, bound: cut_std(std, bound) ** 2 / std],
        },
    ),
    Formula(
        name="museum-factors",
        title="One step of two factors",
        stars=2,
        kind="write",
        reference=low_rank_step,
        cases=[factors(*sizes) for sizes in FACTORS],
        slips={"zeros": [lambda gradient, up, down, learning_rate: 0 * gradient]},
    ),
    Repair(
        name="museum-test",
        title="A test that sees what raises no error",
        stars=3,
        kind="repair",
        parameter="start",
        right={"he_normal in each layer": stack(he_normal), "he_uniform in each layer": stack(he_uniform)},
        wrong={
            "copies of one layer": spoiled(copy_the_first),
            "a layer that nobody wrote": spoiled(forget_one),
            "weights at the bound of a cut": spoiled(pile_up),
            "a start without effect, over a narrow default": spoiled(keep_the_default),
        },
    ),
)
