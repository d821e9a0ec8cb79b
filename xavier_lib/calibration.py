"""Calibration: the scale of a layer is measured on a batch, where a formula would derive it."""

from numpy.typing import ArrayLike

from xavier_lib.arguments import flag, numbers, of_kind, positive, whole
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import near_one


def lsuv(network: MLP, x: ArrayLike, *, tolerance: float = 0.1, tries: int = 10, center: bool = False) -> MLP:
    r"""Return the network with the weights of each layer scaled until its outputs on a batch have variance one.

    .. math:: W_l \leftarrow W_l \big/ \sqrt{\operatorname{Var}(z_l)} \quad\text{until}\quad
        \left|\operatorname{Var}(z_l) - 1\right| < \epsilon, \qquad z_l = a_{l-1} W_l + b_l

    Layer-sequential unit variance: Mishkin and Matas (2016), algorithm 1; see :doc:`/chapters/calibration`. The layers
    come in turn, the first one first and the logits last. The variance is that of all pre-activations of a layer, over
    rows and units together. The paper sets out from orthonormal weights, which the network may be given beforehand
    (:func:`xavier_lib.orthogonal.orthogonal`).

    Args:
        network: the network, which stays as it is.
        x: a batch of rows, (rows, inputs); no labels are needed.
        tolerance: how far :math:`\epsilon` from one the variance may stay.
        tries: how often a layer is scaled at most. Where the biases are zero, once is enough.
        center: whether the biases first take away each unit's mean over the batch. This is no part of the paper's
            algorithm; without it the mean of a unit counts as variance from unit to unit.

    Returns:
        A new network of the same sizes, activation and dtype.

    Raises:
        TypeError: if the network is no MLP, or another argument is of a wrong kind.
        ValueError: if the batch has another width or values that are not finite, a number is out of range, or the
            outputs of a layer do not vary.
        FloatingPointError: if the pre-activations outgrow the dtype.

    >>> from xavier_lib import naive_normal
    >>> from xavier_lib.datasets import digits
    >>> x = digits().x_train[:256]
    >>> network = MLP((64, *[50] * 20, 10), naive_normal, activation="relu", rng=0)
    >>> calibrated = lsuv(network, x)
    >>> [float(record.forward(x).logits.var().round(3)) for record in (network, calibrated)]
    [0.0, 1.0]
    """
    of_kind("network", network, MLP)
    limit, most, centered = positive("tolerance", tolerance), whole("tries", tries), flag("center", center)
    found = network
    for layer in range(len(network.weights)):
        for _ in range(most):
            z = found.forward(x).pre_activations[layer]
            if centered:
                found = found.with_layer(layer, bias=found.biases[layer] - z.mean(axis=0))
                z = z - z.mean(axis=0)
            size = spread(z)
            if abs(size * size - 1) < limit:
                break
            if not size:
                raise ValueError(f"x must give outputs that vary at every layer, got variance 0 at layer {layer + 1}")
            bias = found.biases[layer] / size if centered else found.biases[layer]
            found = found.with_layer(layer, weights=found.weights[layer] / size, bias=bias)
    return found


def spread(z: ArrayLike) -> float:
    """Return the standard deviation of pre-activations over rows and units, for numbers of any size.

    The scale that :doc:`/chapters/calibration` takes from a layer.

    Raises:
        TypeError, ValueError: if there are no numbers, or one is not finite.

    >>> spread([[1e200, -1e200], [1e200, -1e200]])
    1e+200
    """
    array = numbers("z", z)
    if not array.any():
        return 0.0
    scaled, power = near_one(array)
    return float(power * scaled.std())
