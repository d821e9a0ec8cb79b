"""The edge of chaos: what wide layers make of a size, and of the likeness of two inputs."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from numpy.typing import DTypeLike

from xavier_lib.arguments import RNG, finite, of_kind, positive, whole
from xavier_lib.fans import Fans
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation, activation_named, checked
from xavier_lib.nn.arrays import Array
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.parts import Linear, Nonlinear, Part
from xavier_lib.nn.quadrature import normal_mean, pair_mean
from xavier_lib.nn.stack import Stack
from xavier_lib.weights.drawing import draw
from xavier_lib.weights.scaling import variance_scaling
from xavier_lib.wording import explained, shown

SMALLEST, LARGEST = 1e-12, 1e12  # between these a variance is looked for that stays
SAME = 1e-12  # variances that are nearer to one another are one
NEAR = 1e-9  # as precise as a correlation is, and its slope

Known = ActivationName | Activation


class Phase(NamedTuple):
    """Where a pair of spreads lies between order and chaos; see :doc:`/chapters/criticality`.

    Attributes:
        q: the variance at which the pre-activations settle.
        chi: by which factor a small squared difference grows there at each layer, and a squared gradient on its way
            back: below 1 is order, above 1 chaos.
        correlation: where the correlation of two inputs settles; None where it stays what it is.
        size_depth: in how many layers the distance of a variance from q falls to 1/e.
        correlation_depth: the same of a correlation; infinite where it falls by no fixed factor.

    >>> phase("linear", sigma_w=0.5, sigma_b=1.0).chi
    0.25
    """

    q: float
    chi: float
    correlation: float | None
    size_depth: float
    correlation_depth: float


@explained
def variance_map(activation: Known, q: float, *, sigma_w: float, sigma_b: float = 0.0) -> float:
    r"""Return the variance of the pre-activations of the next wide layer.

    .. math:: q_{l+1} = \sigma_w^2\, E\bigl[f(\sqrt{q_l}\, z)^2\bigr] + \sigma_b^2, \qquad z \sim N(0, 1)

    for weights of variance :math:`\sigma_w^2/n_\text{in}` and biases of variance :math:`\sigma_b^2`. Poole et al.
    (2016); measured in :doc:`/chapters/criticality`. "Variance" is the mean square over the draw of the weights.

    Args:
        activation: a name from ``ACTIVATIONS``, or an ``Activation``.
        q: the variance :math:`q_l`, at least 0.
        sigma_w: the spread of the weights, above 0.
        sigma_b: the spread of the biases, at least 0.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a name is unknown or a number is out of range.

    >>> round(variance_map("relu", 3.0, sigma_w=2**0.5), 9)
    3.0
    """
    f, (w, b) = checked(activation_named(activation))[0], _squares(sigma_w, sigma_b)
    return w * normal_mean(lambda z: f(z) ** 2, math.sqrt(_least("q", q))) + b


@explained
def fixed_point(activation: Known, *, sigma_w: float, sigma_b: float = 0.0) -> float:
    r"""Return the variance :math:`q^*` at which pre-activations of variance 1 settle, layer after layer.

    .. math:: q^* = \sigma_w^2\, E\bigl[f(\sqrt{q^*}\, z)^2\bigr] + \sigma_b^2

    Arguments as of :func:`variance_map`; 0 where the signal dies away. See :doc:`/chapters/criticality`.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a name is unknown, a number is out of range, or the variance grows without end.

    >>> fixed_point("tanh", sigma_w=0.9), round(fixed_point("tanh", sigma_w=1.5), 4)
    (0.0, 0.7934)
    """

    def grows(q: float) -> float:
        return variance_map(activation, q, sigma_w=sigma_w, sigma_b=sigma_b) - q

    first = grows(1.0)
    if abs(first) < SAME:
        return 1.0
    factor, q = (2.0 if first > 0 else 0.5), 1.0
    while (left := grows(q)) * first > 0:
        q *= factor
        if q > LARGEST:
            raise ValueError(f"sigma_w must let the variance settle, got {shown(sigma_w)}: it grows without end")
        if q < SMALLEST:
            return 0.0
    if abs(left) < SAME * q:
        return q
    return _root(grows, *sorted((q / factor, q)))


@explained
def chi(activation: Known, q: float, *, sigma_w: float) -> float:
    r"""Return by which factor a small squared difference of two inputs grows at a wide layer, and a squared gradient.

    .. math:: \chi = \sigma_w^2\, E\bigl[f'(\sqrt{q}\, z)^2\bigr], \qquad z \sim N(0, 1)

    Poole et al. (2016) for the difference, Schoenholz et al. (2017) for the gradient; measured in
    :doc:`/chapters/criticality`. Arguments and errors are those of :func:`variance_map`.

    >>> chi("tanh", 0.0, sigma_w=1.0)
    1.0
    """
    df, (w, _) = checked(activation_named(activation))[1], _squares(sigma_w, 0.0)
    return w * normal_mean(lambda z: df(z) ** 2, math.sqrt(_least("q", q)))


@explained
def correlation_map(activation: Known, correlation: float, *, q: float, sigma_w: float, sigma_b: float = 0.0) -> float:
    r"""Return the correlation of the pre-activations of two inputs at the next wide layer.

    .. math:: c_{l+1} = \frac{\sigma_w^2\, E[f(u) f(v)] + \sigma_b^2}{\sigma_w^2\, E[f(u)^2] + \sigma_b^2}

    for normal u and v of mean 0, variance q and correlation :math:`c_l`. Poole et al. (2016); measured in
    :doc:`/chapters/criticality`. For ReLU without biases the mean is the arc-cosine kernel of Cho and Saul (2009).

    Args:
        activation: a name from ``ACTIVATIONS``, or an ``Activation``.
        correlation: the correlation :math:`c_l`, from -1 to 1.
        q: the variance of both, above 0.
        sigma_w: the spread of the weights, above 0.
        sigma_b: the spread of the biases, at least 0.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a name is unknown or a number is out of range.

    >>> round(correlation_map("relu", 0.0, q=1.0, sigma_w=1.0), 4)  # 1/π
    0.3183
    """
    f, (w, b) = checked(activation_named(activation))[0], _squares(sigma_w, sigma_b)
    size, c = math.sqrt(positive("q", q)), finite("correlation", correlation)
    if abs(c) > 1:
        raise ValueError(f"correlation must be a number from -1 to 1, got {shown(correlation)}")
    square = w * normal_mean(lambda z: f(z) ** 2, size) + b
    return min(1.0, (w * pair_mean(f, size, c) + b) / square)


@explained
def phase(activation: Known, *, sigma_w: float, sigma_b: float = 0.0) -> Phase:
    r"""Return where a pair of spreads lies between order and chaos, and over how many layers it forgets.

    .. math:: \xi = -\frac{1}{\log \lambda}

    with the slope :math:`\lambda` of :func:`variance_map` at :math:`q^*`, or of :func:`correlation_map` where the
    correlation settles; there it is :func:`chi` wherever two inputs end alike. Schoenholz et al. (2017); see
    :doc:`/chapters/criticality`. Arguments and errors are those of :func:`fixed_point`.

    >>> found = phase("tanh", sigma_w=1.5, sigma_b=0.3)
    >>> round(found.chi, 2), round(found.correlation, 2), round(found.correlation_depth, 1)
    (1.06, 0.77, 19.9)
    """
    q = fixed_point(activation, sigma_w=sigma_w, sigma_b=sigma_b)
    at = max(q, SMALLEST)  # where the signal dies away, what becomes of it is read from a tiny one
    (f, df), (w, _), size = checked(activation_named(activation)), _squares(sigma_w, sigma_b), math.sqrt(at)
    factor, kept = chi(activation, at, sigma_w=sigma_w), variance_map(activation, at, sigma_w=sigma_w, sigma_b=sigma_b)
    by_size = w * normal_mean(lambda z: f(size * z) ** 2 * (z**2 - 1)) / (2 * at)

    def rises(c: float) -> float:
        return correlation_map(activation, c, q=at, sigma_w=sigma_w, sigma_b=sigma_b) - c

    slope = factor * at / kept
    if slope <= 1 + NEAR:
        likeness = 1.0 if rises(0.5) > NEAR else None
    else:
        likeness = _root(rises, 0.0, 1 - 1e-6) if rises(0.0) > NEAR else 0.0
        slope = w * pair_mean(df, size, likeness)
    return Phase(q, factor, likeness, _depth(by_size), _depth(slope))


def wide_network(
    sizes: Sequence[int],
    activation: Known,
    *,
    sigma_w: float,
    sigma_b: float = 0.0,
    rng: RNG = None,
    dtype: DTypeLike = float,
) -> MLP:
    r"""Return a network whose weights and biases have the two spreads, those of the last layer too.

    .. math:: W_l \sim N(0,\, \sigma_w^2 / n_l), \qquad b_l \sim N(0,\, \sigma_b^2)

    The networks of Poole et al. (2016) and Schoenholz et al. (2017); used in :doc:`/chapters/criticality`.

    Args:
        sizes: the widths from the inputs to the classes.
        activation: a name from ``ACTIVATIONS``, or an ``Activation``.
        sigma_w: the spread of the weights, above 0.
        sigma_b: the spread of the biases, at least 0.
        rng: a Generator, an int seed or None.
        dtype: float32 or float64.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if one is out of range, or a name unknown.

    >>> network = wide_network((4, 8, 3), "tanh", sigma_w=1.0, sigma_b=0.5, rng=0)
    >>> [array.shape for array in network.biases]
    [(8,), (3,)]
    """
    _squares(sigma_w, sigma_b)
    spread = partial(variance_scaling, mode="fan_in", distribution="normal")
    biases = partial(_alone, sigma_b) if sigma_b else None
    weights = partial(spread, scale=sigma_w**2)
    return MLP(sizes, weights, bias_initializer=biases, activation=activation, rng=rng, dtype=dtype)


def _alone(std: float, shape: Sequence[int], *, fans: Fans, rng: RNG, dtype: DTypeLike) -> Array:
    del fans  # the spread of these biases does not hang on them
    return draw(shape, std, "normal", rng, dtype)


def in_parts(network: MLP) -> Stack:
    """Return a copy of a network that can be trained with a rate for each array.

    Used in :doc:`/chapters/criticality`.

    Raises:
        TypeError: if the network is no MLP.

    >>> network = wide_network((4, 8, 3), "tanh", sigma_w=1.0, rng=0)
    >>> bool(abs(in_parts(network).forward([[1.0] * 4]) - network.forward([[1.0] * 4]).logits).max() < 1e-12)
    True
    """
    parts: list[Part] = []
    for weights, bias in zip(of_kind("network", network, MLP).weights, network.biases, strict=True):
        layer = Linear(weights.copy())
        layer.parameters[1] = bias.copy()
        parts += [layer, Nonlinear(network.activation)]
    return Stack(parts[:-1])


def evened_rates(rate: float, factor: float, depth: int) -> list[float]:
    r"""Return a rate for each array, which takes a growth of the gradients away: the last layer has the rate itself.

    .. math:: \eta_l = \eta\, \chi^{-(L - l)}

    A step at layer l is as long as its gradient, and what the step does to the logits grows once more on the way there:
    two factors :math:`\chi^{(L-l)/2}`. See :doc:`/chapters/criticality`.

    Args:
        rate: the rate :math:`\eta`.
        factor: the :func:`chi` by which a squared gradient grows from layer to layer.
        depth: the number L of hidden layers; there are weights and biases for one more.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if one is not positive.

    >>> evened_rates(0.1, 2.0, 1)
    [0.05, 0.05, 0.1, 0.1]
    """
    eta, growth, last = positive("rate", rate), positive("factor", factor), whole("depth", depth)
    return [eta * growth ** (layer - last) for layer in range(last + 1) for _ in ("weights", "biases")]


def _depth(slope: float) -> float:
    rate = -math.log(abs(slope)) if slope else math.inf
    return 1 / rate if rate > NEAR else math.inf


def _root(rises: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function changes its sign, by halving."""
    below = rises(low) > 0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (rises(middle) > 0) == below else (low, middle)
    return (low + high) / 2


def _squares(sigma_w: float, sigma_b: float) -> tuple[float, float]:
    return positive("sigma_w", sigma_w) ** 2, _least("sigma_b", sigma_b) ** 2


def _least(name: str, value: float) -> float:
    if finite(name, value) < 0:
        raise ValueError(f"{name} must be a number of at least 0, got {shown(value)}")
    return value
