"""Seven networks that are ill on purpose, each with its healed twin; the patients of the chapter."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from xavier_lib.arguments import flag, looked_up, whole
from xavier_lib.glorot import glorot_uniform
from xavier_lib.he import he_uniform
from xavier_lib.naive import naive_normal
from xavier_lib.names import ActivationName
from xavier_lib.nn.arrays import Array
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.start import Initializer
from xavier_lib.symmetry import constant

GREY = (74.0, 127.0)  # from standardized pixels to sizes like those of a file's grey values: 67 to 264


class Patient(NamedTuple):
    """An illness of the start.

    Attributes:
        activation: of the hidden layers.
        start: what draws the weights of the ill network.
        cure: what draws those of its healed twin.
        change: what else makes it ill, done to the network.
        inputs: what makes its inputs ill.
    """

    activation: ActivationName = "relu"
    start: Initializer = he_uniform
    cure: Initializer = he_uniform
    change: Callable[[MLP], MLP] = lambda network: network
    inputs: Callable[[Array], Array] = lambda x: x


def dead(network: MLP) -> MLP:
    """Return a network whose second hidden layer has biases far below zero."""
    return network.with_layer(1, bias=np.full(network.sizes[2], -10.0))


def loud(network: MLP) -> MLP:
    """Return a network whose last weights are ten times as large."""
    last = len(network.weights) - 1
    return network.with_layer(last, weights=10 * network.weights[last])


PATIENTS: dict[str, Patient] = {
    "constant": Patient(start=lambda shape, **_: constant(shape, 0.1)),
    "too small": Patient(start=partial(naive_normal, std=0.01)),
    "too large": Patient(start=partial(naive_normal, std=1.0)),
    "dead rectifiers": Patient(change=dead),
    "saturated": Patient("sigmoid", partial(naive_normal, std=2.0), glorot_uniform),
    "unscaled inputs": Patient(inputs=lambda x: GREY[0] * x + GREY[1]),
    "wrong first loss": Patient(change=loud),
}


def patient(
    illness: str, *, healed: bool = False, depth: int = 3, width: int = 64, seed: int = 0, dtype: DTypeLike = float
) -> MLP:
    """Return a network for the digits with one of seven illnesses, or its healed twin, drawn with the same seed.

    They are the patients of :doc:`/chapters/diagnosis`. The inputs of ``"unscaled inputs"`` are ill, not its weights.

    Args:
        illness: a name in ``PATIENTS``.
        healed: whether the twin is wanted.
        depth: hidden layers, at least two.
        width: units of each hidden layer.
        seed: of the draw.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if the name is unknown, or a number too small.

    >>> patient("too small").weights[0].std().round(3), patient("too small", healed=True).weights[0].std().round(2)
    (np.float64(0.01), np.float64(0.18))
    """
    ill = looked_up("illness", illness, PATIENTS)
    start = ill.cure if flag("healed", healed) else ill.start
    sizes = (64, *[whole("width", width)] * whole("depth", depth, minimum=2), 10)
    network = MLP(sizes, start, activation=ill.activation, rng=seed, dtype=dtype)
    return network if healed else ill.change(network)


def inputs_of(illness: str, x: ArrayLike) -> Array:
    """Return the inputs that a patient sees: the given ones, or their grey values where that is its illness.

    >>> float(inputs_of("unscaled inputs", [1.0])[0])
    201.0
    """
    return looked_up("illness", illness, PATIENTS).inputs(np.asarray(x))


def mystery(seed: int, *, depth: int = 8, width: int = 64) -> tuple[MLP, int]:
    """Return a rectified network one of whose hidden layers is drawn 10,000 times too small, and the layer's index.

    The exercise of :doc:`/chapters/diagnosis`; errors as in :func:`patient`.

    >>> network, layer = mystery(0)
    >>> bool(network.weights[layer].std() < 1e-4)
    True
    """
    sizes = (64, *[whole("width", width)] * whole("depth", depth, minimum=2), 10)
    network = MLP(sizes, he_uniform, activation="relu", rng=whole("seed", seed, minimum=0))
    layer = int(np.random.default_rng(seed).integers(1, depth))
    return network.with_layer(layer, weights=1e-4 * network.weights[layer]), layer
