"""A state of the laboratory as its address says it, and the library's network that it stands for."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl

import numpy as np
from numpy.typing import NDArray

from tests.laboratory.engine import network
from xavier_lib import MLP
from xavier_lib.datasets import digits
from xavier_lib.nn.signals import activation_rms, rms

DIGITS = digits()
STARTS = (
    *("constant", "naive_uniform", "naive_normal", "lecun_uniform", "lecun_normal"),
    *("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"),
)
ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "softsign")


class State(NamedTuple):
    """The laboratory's controls."""

    start: str
    gain: float
    activation: str
    depth: int
    width: int
    seed: int
    rate: float

    def network(self) -> MLP:
        """Return the network before training."""
        sizes = (64, *[self.width] * self.depth, 10)
        return network(sizes, self.start, self.gain, self.activation, self.seed)

    def training(self) -> Iterator[MLP]:
        """Yield the network before training and after each epoch on the laboratory's mini-batches."""
        network, shuffles = self.network(), np.random.default_rng(0)
        while True:
            yield network
            network.train_epoch(DIGITS.x_train, DIGITS.y_train, learning_rate=self.rate, batch_size=32, rng=shuffles)

    def accuracies(self, epochs: int) -> NDArray[np.float64]:
        """Return the accuracy on the test images before training and after each epoch; 0 from an overflow on."""
        found = np.zeros(epochs + 1)
        with contextlib.suppress(FloatingPointError):
            for epoch, network in zip(range(epochs + 1), self.training(), strict=False):
                found[epoch] = network.accuracy(DIGITS.x_test, DIGITS.y_test)
        return found

    def signals(self, epochs: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what the laboratory's table says after so many epochs.

        The rms of the input and of each hidden layer's activations, and that of the gradient by each layer's
        pre-activations, over the first hundred training images.
        """
        network = next(itertools.islice(self.training(), epochs, None))
        x, y = DIGITS.x_train[:100], DIGITS.y_train[:100]
        return activation_rms(network, x), np.array([rms(by_z) for by_z in network.gradients(x, y).pre_activations])


def state(address: str) -> State:
    """Return the state that the text after the # says, all of whose values the laboratory's controls can take."""
    values = dict(parse_qsl(address, strict_parsing=True))
    assert tuple(values) == State._fields, address
    found = State(
        values["start"],
        float(values["gain"]),
        values["activation"],
        *(int(values[name]) for name in ("depth", "width", "seed")),
        float(values["rate"]),
    )
    assert found.start in STARTS, address
    assert found.activation in ACTIVATIONS, address
    assert 0.01 <= found.gain <= 100, address
    assert 1 <= found.depth <= 30, address
    assert 4 <= found.width <= 128, address
    assert found.seed >= 0, address
    assert 0.001 <= found.rate <= 10, address
    return found
