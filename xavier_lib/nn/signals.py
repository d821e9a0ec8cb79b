"""How large the signal is, layer by layer, on its way forward and on its way back."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import RNG, generator, numbers, of_kind
from xavier_lib.nn.mlp import MLP


def rms(values: ArrayLike) -> float:
    r"""Root mean square, the size of a signal.

    .. math:: \operatorname{rms}(x) = \sqrt{\tfrac1N \textstyle\sum_i x_i^2}

    It keeps the mean in, unlike the standard deviation: He et al. (2015), section 2.2, needs it. Used from
    :doc:`/chapters/network` on.

    Raises:
        TypeError: if the values are no numbers.
        ValueError: if there are none, or one is not finite.

    >>> rms([3.0, 4.0, 5.0, 0.0])
    3.5355339059327378
    """
    scaled, power = near_one(numbers("values", values))
    return float(power * np.sqrt(np.mean(scaled**2)))


def near_one(array: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """Return an array divided by a power of two, and that power: squares of very small or large values do not fit.

    >>> near_one(np.array([-3e200, 1e200]))[0].round(2)
    array([-1.96,  0.65])
    """
    power = 2.0 ** (math.frexp(float(np.abs(array).max()))[1] - 1)
    return array / power, power


def activation_rms(network: MLP, x: ArrayLike) -> NDArray[Any]:
    """Return the rms of the input and of each hidden layer's activations, shape (hidden layers + 1,).

    The forward half of Glorot and Bengio (2010), figure 6. Used from :doc:`/chapters/network` on; errors as in
    :meth:`xavier_lib.nn.mlp.MLP.forward`, and a TypeError if the network is no MLP.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((400, 400, 400, 10), glorot_uniform, activation="linear", rng=0)
    >>> activation_rms(network, np.random.default_rng(0).standard_normal((50, 400))).round(1)
    array([1., 1., 1.])
    """
    return np.array([rms(activations) for activations in of_kind("network", network, MLP).forward(x).activations])


def gradient_rms(network: MLP, x: ArrayLike, *, rng: RNG = None) -> NDArray[Any]:
    """Send standard normal gradients back from the logits and return their rms at each layer's pre-activations.

    The backward half of Glorot and Bengio (2010), figure 7; the first entry belongs to the first hidden
    layer, the last one to the logits. Used from :doc:`/chapters/sigmoid` on; errors as in
    :func:`activation_rms`.

    >>> from xavier_lib import glorot_uniform
    >>> network = MLP((400, 400, 400, 400), glorot_uniform, activation="linear", rng=0)
    >>> gradient_rms(network, np.ones((9, 400)), rng=0).round(1)
    array([1., 1., 1.])
    """
    record = of_kind("network", network, MLP).forward(x)
    gradients = generator(rng).standard_normal(record.logits.shape)
    return np.array([rms(values) for values in network.backward(record, gradients).pre_activations])
