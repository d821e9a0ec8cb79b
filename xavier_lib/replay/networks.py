"""The networks of the papers: the starts under the names that the papers give them, and depth times width."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.glorot import glorot_uniform
from xavier_lib.he import he_uniform
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.start import Initializer
from xavier_lib.replay.experiment import Run
from xavier_lib.weights.scaling import variance_scaling

#: Glorot and Bengio (2010), equations 1 and 16; He et al. (2015), what section 3 calls Xavier, and equation 10, drawn
#: from a uniform distribution as in :doc:`/chapters/rectifiers`, where the paper has a normal one.
STARTS: Mapping[str, Initializer] = {
    "standard": partial(variance_scaling, scale=1 / 3, mode="fan_in", distribution="uniform"),
    **{"normalized": glorot_uniform, "xavier": glorot_uniform, "he": he_uniform},
}


def network(run: Run, inputs: int, classes: int) -> MLP:
    """Build the network of a run from its parameters depth, width, activation and start, in float32.

    >>> network(Run.of("a", 0, depth=2, width=5, activation="tanh", start="normalized"), 4, 3).sizes
    (4, 5, 5, 3)
    """
    given = run.parameters
    sizes = (inputs, *[given["width"]] * given["depth"], classes)
    return MLP(sizes, STARTS[given["start"]], activation=given["activation"], rng=run.seed, dtype=np.float32)


def rounded(values: Iterable[Any], digits: int = 5) -> list[float]:
    """Return numbers to a few significant digits, which is what float32 and another processor leave of them."""
    return [float(f"{float(value):.{digits}g}") for value in values]
