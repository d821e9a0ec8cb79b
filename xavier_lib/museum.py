"""What silent bugs do to numbers: a stream without its factor, a cut at absolute bounds, two factors of zero."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import RNG, fitting, flag, generator, numbers, positive, whole
from xavier_lib.nn.signals import rms
from xavier_lib.weights.scaling import variance_scaling
from xavier_lib.wording import shown

BATCH = 64  # samples that pass through a stream


def stream_sizes(
    blocks: int, *, factor: float = 1.0, normalized: bool = True, width: int = 64, rng: RNG = None
) -> NDArray[Any]:
    r"""Return the size of a residual stream before the first block and after each one.

    .. math:: s_{l+1} = s_l + f\, W_2 \max(0, W_1 \hat s_l), \qquad \hat s_l = s_l / \mathrm{rms}(s_l)
        \text{ or } s_l

    A He layer and a LeCun layer keep the size of what enters a branch. So a sum of normalized branches grows like
    :math:`\sqrt{1 + f^2 l}`, one of bare branches like :math:`(1 + f^2)^{l/2}`. The factor :math:`1/\sqrt L` is that
    of GPT-2; skipped on purpose in :doc:`/chapters/museum`.

    Args:
        blocks: the number of residual blocks, L.
        factor: what the last weights of each branch are multiplied by, f.
        normalized: whether each sample is divided by its rms where it enters a branch.
        width: the numbers in the stream.
        rng: a Generator, an int seed or None, for the weights and the samples.

    Returns:
        An array of L + 1 sizes, the first of which is about 1.

    Raises:
        TypeError, ValueError: if an argument is of a wrong kind or out of range, or if the stream outgrows float64.

    >>> [round(float(size)) for size in stream_sizes(24, rng=0)[[0, -1]]]
    [1, 5]
    >>> round(float(stream_sizes(24, factor=24**-0.5, rng=0)[-1]), 1)
    1.4
    """
    depth, size, scale = whole("blocks", blocks), whole("width", width), positive("factor", factor)
    source, each = generator(rng), flag("normalized", normalized)
    stream = source.standard_normal((BATCH, size))
    sizes = [rms(stream)]
    for _ in range(depth):
        with np.errstate(over="ignore", invalid="ignore"):
            entering = stream / np.sqrt(np.mean(stream**2, axis=1, keepdims=True)) if each else stream
            hidden = np.maximum(entering @ _drawn(size, 2.0, source), 0)
            stream = stream + scale * (hidden @ _drawn(size, 1.0, source))
            sizes.append(rms(fitting("the stream", stream)))
    return np.array(sizes)


def _drawn(width: int, scale: float, rng: np.random.Generator) -> NDArray[Any]:
    """Return square normal weights: by He's rule for a scale of 2, by LeCun's for 1."""
    return variance_scaling((width, width), scale=scale, mode="fan_in", distribution="normal", rng=rng)


def cut_std(std: float, bound: float) -> float:
    r"""Return the standard deviation of a normal distribution that is cut at absolute bounds.

    .. math:: \sigma \sqrt{1 - \frac{2 c\, \varphi(c)}{2 \Phi(c) - 1}}, \qquad c = \frac{b}{\sigma}

    with the density :math:`\varphi` and the distribution function :math:`\Phi` of the standard normal. A cut at two
    standard deviations leaves 0.8796 of one; bounds of ±2 leave a spread of 0.02 alone; see :doc:`/chapters/museum`.

    Args:
        std: the standard deviation before the cut, :math:`\sigma`.
        bound: the cut lies at plus and minus this number, :math:`b`.

    Raises:
        TypeError: if an argument is no number.
        ValueError: if one is not positive and finite.

    >>> round(cut_std(1.0, 2.0), 4), cut_std(0.02, 2.0)
    (0.8796, 0.02)
    """
    spread, edge = positive("std", std), positive("bound", bound)
    cut = edge / spread
    if cut < 0.01:  # between bounds so near the density is flat: a uniform distribution, to a part in 150 000
        return float(edge * 3**-0.5)
    kept = math.erf(cut * 0.5**0.5)
    lost = 2 * cut * math.exp(-(cut**2) / 2) / (math.tau**0.5 * kept)
    return float(spread * (1 - lost) ** 0.5)


def low_rank_step(gradient: ArrayLike, up: ArrayLike, down: ArrayLike, learning_rate: float) -> NDArray[Any]:
    r"""Return how the product of two low-rank factors changes in one step of gradient descent.

    .. math:: (B - \eta\, G A^T)(A - \eta\, B^T G) - B A

    With :math:`B = 0` that is :math:`-\eta\, G A^T A`, and with :math:`A = 0` as well it is zero at every step; see
    :doc:`/chapters/museum`.

    Args:
        gradient: the derivative G of the loss by the product, shape (outputs, inputs).
        up: the second factor B, shape (outputs, rank).
        down: the first factor A, shape (rank, inputs).
        learning_rate: the size of a step, :math:`\eta`.

    Returns:
        The change of the product, of the shape of the gradient.

    Raises:
        TypeError: if an argument is no number or array of numbers.
        ValueError: if the shapes do not fit together, or the rate is not positive and finite.

    >>> low_rank_step([[1.0, 2.0]], [[0.0]], [[0.0, 0.0]], 0.1)
    array([[0., 0.]])
    >>> low_rank_step([[1.0, 2.0]], [[0.0]], [[1.0, 0.0]], 0.1)
    array([[-0.1,  0. ]])
    """
    g, b, a = numbers("gradient", gradient), numbers("up", up), numbers("down", down)
    if not (g.ndim == b.ndim == a.ndim == 2 and g.shape == (len(b), a.shape[-1]) and b.shape[1] == len(a)):
        shapes = ", ".join(shown(array.shape) for array in (g, b, a))
        raise ValueError(f"gradient, up and down must be of shapes (m, n), (m, r) and (r, n), got {shapes}")
    rate = positive("learning_rate", learning_rate)
    return np.asarray((b - rate * g @ a.T) @ (a - rate * b.T @ g) - b @ a)
