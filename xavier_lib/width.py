"""A rate for another width: µP's start and rates under Adam, the coordinate check, and the spectral condition."""

import copy
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.arguments import RNG, generator, of_kind, positive, whole, whole_numbers
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.signals import rms
from xavier_lib.nn.start import Initializer
from xavier_lib.weights.scaling import std_of, variance_scaling
from xavier_lib.wording import shown

_he = partial(variance_scaling, scale=2.0, mode="fan_in", distribution="normal")


def mup_network(
    sizes: Sequence[int],
    *,
    base_width: int,
    initializer: Initializer | None = None,
    activation: ActivationName | Activation = "relu",
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> MLP:
    r"""Return a network with µP's start: the last weights are smaller, the wider the layer before them.

    .. math:: W_L \leftarrow W_L \sqrt{n_0 / n}

    with :math:`n` their fan-in and :math:`n_0` the base width, so that their variance falls like :math:`1/n^2`. All
    other weights are the initializer's. At the base width nothing changes: it gives the standard network. Yang et al.
    (2022); derived in :doc:`/chapters/width`.

    Args:
        sizes: the widths from the inputs to the classes, at least three.
        base_width: the width :math:`n_0` at which the start is the standard one.
        initializer: draws the weights of each layer; None draws He's normal ones, of variance 2 over fan-in.
        activation: a name from ``ACTIVATIONS`` or an ``Activation``.
        rng: a Generator, an int seed or None; equal seeds draw equal weights whatever the base width.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if there are fewer than three sizes, or another argument is out of range.

    >>> plain, mup = (mup_network((4, 256, 3), base_width=base, rng=0) for base in (256, 64))
    >>> float((mup.weights[1] / plain.weights[1]).max())
    0.5
    """
    if len(whole_numbers("sizes", sizes)) < 3:
        raise ValueError(f"sizes must hold at least three numbers, got {shown(sizes)}")
    base = whole("base_width", base_width)
    network = MLP(sizes, initializer or _he, activation=activation, rng=rng, dtype=dtype)
    last = network.weights[-1]
    return network.with_layer(len(network.weights) - 1, weights=last.astype(float) * std_of(base, last.shape[0]))


def mup_rates(network: MLP, rate: float, *, base_width: int) -> list[float]:
    r"""Return µP's rates under Adam, one for each array: the weights layer by layer, then the biases.

    .. math:: \eta_1 = \eta, \qquad \eta_l = \eta\, n_0 / n_l \;\; (l > 1), \qquad \eta_{b} = \eta

    with :math:`n_l` the fan-in of a layer and :math:`n_0` the base width: what a layer sums over as many terms as the
    network is wide moves by steps that are so much smaller. Yang et al. (2022); derived in :doc:`/chapters/width`.

    Args:
        network: the network.
        rate: the rate :math:`\eta` that was found at the base width.
        base_width: the width :math:`n_0` at which all arrays have this rate.

    Returns:
        A list as :class:`~xavier_lib.nn.adam.Adam` takes it.

    Raises:
        TypeError: if the network is no MLP, or another argument is of a wrong kind.
        ValueError: if the rate is not positive, or the base width is below 1.

    >>> mup_rates(mup_network((4, 256, 256, 3), base_width=64, rng=0), 0.01, base_width=64)
    [0.01, 0.0025, 0.0025, 0.01, 0.01, 0.01]
    """
    fans = [weights.shape[0] for weights in of_kind("network", network, MLP).weights]
    eta, base = positive("rate", rate), whole("base_width", base_width)
    return [eta, *(eta * base / fan for fan in fans[1:]), *[eta] * len(fans)]


def coordinate_check(
    network: MLP, x: ArrayLike, y: ArrayLike, *, steps: int, learning_rate: float | Sequence[float]
) -> NDArray[np.floating]:
    r"""Return how far each layer's pre-activations move in a few steps of Adam on one batch.

    .. math:: \operatorname{rms}\bigl(z_l^{(t)} - z_l^{(0)}\bigr)

    over rows and units: the check of Yang et al. (2022). Under µP it neither grows without end nor vanishes as the
    network widens. From one width to another it may still differ: in :doc:`/chapters/width` the logits of the wide
    networks move less. The network stays as it is.

    Args:
        network: the network, at its start.
        x: the batch, (rows, inputs).
        y: its labels.
        steps: how many steps :math:`t`.
        learning_rate: one rate, or one for each array (:func:`mup_rates`).

    Returns:
        A number for each layer, the logits last.

    Raises:
        TypeError: if the network is no MLP, or another argument is of a wrong kind.
        ValueError: if an argument is out of range.
        FloatingPointError: if the pre-activations outgrow the dtype.

    >>> network = mup_network((4, 64, 64, 3), base_width=64, rng=0)
    >>> coordinate_check(network, np.eye(4), [0, 1, 2, 0], steps=1, learning_rate=0.01).round(2)
    array([0.01, 0.13, 0.61])
    """
    moved = stepped(network, x, y, steps=steps, learning_rate=learning_rate)
    pairs = zip(moved.forward(x).pre_activations, network.forward(x).pre_activations, strict=True)
    return np.array([rms(after - before) for after, before in pairs])


def stepped(network: MLP, x: ArrayLike, y: ArrayLike, *, steps: int = 1, learning_rate: float | Sequence[float]) -> MLP:
    """Return the network after some steps of Adam on one batch; the one that is given stays as it is.

    Arguments and errors are those of :func:`coordinate_check`; used in :doc:`/chapters/width`.

    >>> network = mup_network((4, 8, 3), base_width=8, rng=0)
    >>> moved = stepped(network, np.eye(4), [0, 1, 2, 0], learning_rate=0.01)
    >>> float(np.abs(moved.weights[1] - network.weights[1]).max().round(4))
    0.01
    """
    moved = copy.deepcopy(of_kind("network", network, MLP))
    adam = Adam(moved, learning_rate=learning_rate)
    for _ in range(whole("steps", steps)):
        adam.step(x, y)
    return moved


def trained(
    network: MLP, x: ArrayLike, y: ArrayLike, *, epochs: int, learning_rate: float | Sequence[float], rng: RNG = None
) -> MLP:
    """Return the network after some epochs of Adam in shuffled batches of 32; the one that is given stays as it is.

    Errors are those of :func:`losses_by_rate`, which trains so; used in :doc:`/chapters/width`.

    >>> network = mup_network((4, 8, 3), base_width=8, rng=0)
    >>> after = trained(network, np.eye(4), [0, 1, 2, 0], epochs=9, learning_rate=0.1, rng=0)
    >>> bool(after.loss(np.eye(4), [0, 1, 2, 0]) < network.loss(np.eye(4), [0, 1, 2, 0]))
    True
    """
    learning, order = copy.deepcopy(of_kind("network", network, MLP)), generator(rng)
    adam = Adam(learning, learning_rate=learning_rate)
    for _ in range(whole("epochs", epochs)):
        adam.train_epoch(x, y, rng=order)
    return learning


def spectral_norms(network: MLP, start: MLP | None = None) -> NDArray[np.floating]:
    r"""Return each layer's largest stretch, in the measure in which it should not depend on the width.

    .. math:: \|W_l\|_2 \sqrt{n_\text{in} / n_\text{out}}, \qquad
        \text{or}\quad \|W_l - W_l^{(0)}\|_2 \sqrt{n_\text{in} / n_\text{out}}

    :math:`\|\cdot\|_2` is the largest singular value; the root turns it from the length of a vector to its rms. Yang,
    Simon and Bernstein (2023) ask of both that they stay as the width grows; see :doc:`/chapters/width`.

    Args:
        network: the network.
        start: the same network before it was trained; None asks for the weights themselves.

    Raises:
        TypeError: if a network is no MLP.
        ValueError: if the two have other sizes.

    >>> spectral_norms(mup_network((64, 400, 400, 10), base_width=400, rng=0)).round(0)
    array([ 2.,  3., 10.])
    """
    found = of_kind("network", network, MLP).weights
    if start is not None:
        if of_kind("start", start, MLP).sizes != network.sizes:
            raise ValueError(f"start must have the sizes {network.sizes}, got {start.sizes}")
        found = [after - before for after, before in zip(found, start.weights, strict=True)]
    return np.array([np.linalg.norm(weights, 2) * np.sqrt(np.divide(*weights.shape)) for weights in found])


def losses_by_rate(
    network: MLP, x: ArrayLike, y: ArrayLike, *, rates: Sequence[float], base_width: int, epochs: int, rng: int = 0
) -> NDArray[np.floating]:
    """Train the network by Adam at each of several rates, times µP's factors; return the training losses at the end.

    The network stays as it is. With its own width as the base width all arrays get the one rate. Used in
    :doc:`/chapters/width`.

    Args:
        network: the network, at its start.
        x: the images, (rows, inputs).
        y: their labels.
        rates: the rates.
        base_width: as in :func:`mup_rates`.
        epochs: how many passes in shuffled batches of 32.
        rng: the seed by which the rows are shuffled, the same at each rate.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind or out of range.
        FloatingPointError: if a number outgrows the dtype.

    >>> net = mup_network((4, 8, 3), base_width=8, rng=0)
    >>> losses = losses_by_rate(net, np.eye(4), [0, 1, 2, 0], rates=[0.001, 0.1], base_width=8, epochs=9)
    >>> bool(losses[1] < losses[0] < net.loss(np.eye(4), [0, 1, 2, 0]))
    True
    """
    by_array = [mup_rates(network, rate, base_width=base_width) for rate in rates]
    return np.array(
        [trained(network, x, y, epochs=epochs, learning_rate=each, rng=rng).loss(x, y) for each in by_array]
    )
