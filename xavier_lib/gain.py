"""Gains: by which factor weights make up for an activation, one answer for each question that is asked."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.arguments import function, positive
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import Activation
from xavier_lib.nn.functions import FUNCTIONS, function_named
from xavier_lib.nn.pieces import Function, Pieces, TooRoughError, pieces
from xavier_lib.wording import shown

TAIL = 9.0  # standard deviations; a mean that hangs on what lies beyond is none to start a network by
SIZES = [2.0**step for step in range(-7, 7)]  # between these a returning gain is looked for, up to 64


class Returning(NamedTuple):
    """A gain by which activations of rms 1 come back with rms 1; see :doc:`/chapters/gain`.

    Attributes:
        gain: the factor on weights of variance 1/fan-in.
        size: the rms of the pre-activations, which is the gain itself.
        power: what an error of the size is raised to at each layer, below 1 forgotten and above 1 amplified.

    >>> round(gain("selu").fixed.gain, 9)
    1.0
    """

    gain: float
    size: float
    power: float


class Gain(NamedTuple):
    """The gains of one activation, each None where there is none; see :doc:`/chapters/gain`.

    Attributes:
        forward: keeps the rms of pre-activations of the given size.
        backward: keeps the rms of gradients that pass pre-activations of that size.
        centered: keeps that size where the mean of the activations is taken away.
        power: by which power of its size the signal leaves the activation there; 1 for a rectifier.
        fixed: the gain by which activations of rms 1 come back.
        reason: why what is None is None; None where nothing is.

    >>> gain(lambda z: 2 * z).forward
    0.5
    """

    forward: float | None = None
    backward: float | None = None
    centered: float | None = None
    power: float | None = None
    fixed: Returning | None = None
    reason: str | None = None


def gain(
    activation: ActivationName | str | Activation | Callable[[Any], Any],
    derivative: Callable[[Any], Any] | None = None,
    *,
    size: float = 1.0,
) -> Gain:
    r"""Return the gains of an activation, or the reason why it has none.

    .. math:: g_\text{forward} = \frac{s}{\sqrt{E[f(sz)^2]}}, \qquad g_\text{backward} = \frac{1}{\sqrt{E[f'(sz)^2]}},
        \qquad z \sim N(0, 1)

    The factors on weights of variance 1/fan-in that keep pre-activations of the size s, and on weights of variance
    1/fan-out that keep gradients which pass them. He et al. (2015), section 2.2, for rectifiers; measured in
    :doc:`/chapters/gain`. To about 10⁻¹², with kinks and jumps wherever they lie, for functions without
    features much narrower than a fiftieth of the size.

    Args:
        activation: a name, as ``"gelu"`` or ``"elu(0.5)"``, an ``Activation``, or any function of one number or array.
        derivative: its derivative; without one it is computed.
        size: the rms :math:`s` of the pre-activations.

    Raises:
        TypeError: if the activation is neither a name nor a function, or the size no number.
        ValueError: if the name is unknown, or the size not positive and finite.

    >>> found = gain("tanh")
    >>> round(found.forward, 4), round(found.backward, 4), found.reason
    (1.5925, 1.4674, 'no size returns: the rms of its output stays below 1')
    >>> round(gain(lambda z: max(0, z)).fixed.gain ** 2, 9)  # He's rule
    2.0
    """
    f, df = _functions(activation, derivative)
    scale = positive("size", size)
    try:
        at = pieces(f, scale)
        broken = _broken(at, scale)
    except TooRoughError as error:
        broken = str(error)
    if broken:
        return Gain(reason=broken)
    square, mean = at.mean(at.values**2), at.mean(at.values)
    spread = at.mean((at.values - mean) ** 2)
    backward, unsloped = _backward(at, df, scale)
    fixed, unfixed = _returning(f)
    return Gain(
        forward=scale / math.sqrt(square),
        backward=backward,
        centered=scale / math.sqrt(spread) if spread > 1e-20 * square else None,
        power=_power(at),
        fixed=fixed,
        reason="; ".join(filter(None, (unsloped, unfixed))) or None,
    )


def _functions(activation: Any, derivative: Any) -> tuple[Function, Function | None]:
    given = None if derivative is None else function("derivative", derivative, "numpy.cos")
    if isinstance(activation, Activation):
        return activation.f, given or activation.df
    if not isinstance(activation, str):
        return function("activation", activation, "numpy.tanh"), given
    named = function_named(activation)
    if named is None:
        raise ValueError(f"activation must be a function or one of {', '.join(FUNCTIONS)}, got {shown(activation)}")
    return named, given


def _broken(at: Pieces, size: float) -> str | None:
    lost = ~np.isfinite(at.values)
    if lost.any():
        nearest = np.abs(np.where(lost, at.z, np.inf)).argmin()
        return f"it is {at.values.flat[nearest]} at z = {size * at.z.flat[nearest]:.3g}"
    with np.errstate(over="ignore"):
        squares = at.values**2
    square = at.mean(squares)
    if not square:
        return "it is zero for all that is likely"
    if not math.isfinite(square) or at.mean(squares * (np.abs(at.z) > TAIL)) > 1e-6 * square:
        return f"its mean square hangs on what is more than {TAIL:.0f} standard deviations away"
    return None


def _backward(at: Pieces, df: Function | None, size: float) -> tuple[float | None, str | None]:
    if df is None:
        place, steep, squares = at.jump(), at.steep(), at.mean(at.slopes**2)
        if place is not None:
            return None, f"no slope: it jumps at z = {size * place:.3g}"
        if steep:
            return None, "no mean of its slope: it is steep without bound"
    else:
        try:
            given = pieces(df, size)
        except TooRoughError as error:
            return None, f"no slope: of the derivative, {error}"
        squares = given.mean(given.values**2)
    if not math.isfinite(squares) or squares <= 1e-20 * at.mean(at.values**2):
        return None, "no slope: it is flat" if math.isfinite(squares) else "no slope: the derivative is not finite"
    return 1 / math.sqrt(squares), None


def _power(at: Pieces) -> float:
    squares = at.values**2
    return at.mean(squares * (at.z**2 - 1)) / (2 * at.mean(squares))


def _square(f: Function, size: float) -> float:
    """Return the mean square; infinite where the function is not finite, or so rough that it is no signal."""
    try:
        at = pieces(f, size)
    except TooRoughError:
        return math.nan
    with np.errstate(over="ignore"):
        return at.mean(at.values**2) if np.isfinite(at.values).all() else math.inf


def _returning(f: Function) -> tuple[Returning | None, str | None]:
    squares = [_square(f, size) for size in SIZES]
    rises = [step for step in range(1, len(SIZES)) if squares[step - 1] < 1 - 1e-9 and squares[step] >= 1]
    if not rises and np.allclose(squares, 1, rtol=0, atol=1e-9):
        return None, "no single gain returns: the rms of its output is 1 after any"
    if not rises:
        side = "above" if min(squares) > 1 else "below"
        return None, f"no size returns: the rms of its output stays {side} 1"
    low, high = SIZES[rises[0] - 1], SIZES[rises[0]]
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _square(f, middle) < 1 else (low, middle)
    size = high
    for _ in range(4):  # Newton's steps in the logarithm
        at = pieces(f, size)
        size *= at.mean(at.values**2) ** (-1 / (2 * _power(at)))
    return Returning(size, size, _power(pieces(f, size))), None
