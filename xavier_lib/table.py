"""Table 1 of the paper of 2010: its numbers, error bars over seeds, and what counts as a difference."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xavier_lib.arguments import finite, named, numbers, positive, whole
from xavier_lib.nn.signals import near_one
from xavier_lib.wording import shown

#: Glorot and Bengio (2010), table 1 – test errors in % by row, the columns Shapeset-3×2 and MNIST; N – normalized.
PAPER = {
    "softsign": (16.27, 1.64),
    "softsign N": (16.06, 1.72),
    "tanh": (27.15, 1.76),
    "tanh N": (15.60, 1.64),
    "sigmoid": (82.61, 2.21),
}
LEVEL = 0.005  # the paper's: rows with a smaller p-value are called different
SLICES = 4000  # of a numerical integral
Array = NDArray[Any]


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    r"""Return the mean over seeds and its standard error.

    .. math:: \bar e = \frac1n \sum_i e_i, \qquad \frac{s}{\sqrt n}, \quad s^2 = \frac{1}{n-1} \sum_i (e_i - \bar e)^2

    The error bars of :doc:`/chapters/table`; the table of the paper has none.

    Raises:
        TypeError: if the values are no numbers.
        ValueError: if there are fewer than two, or one is not finite.

    >>> mean_and_error([8.0, 10.0, 12.0, 14.0])
    (11.0, 1.2909944487358056)
    """
    scaled, power = near_one(_sample("values", values))
    return float(scaled.mean() * power), _error(scaled) * power


def _sample(name: str, values: ArrayLike) -> Array:
    sample = numbers(name, values)
    if sample.ndim != 1 or sample.size < 2:
        raise ValueError(f"{name} must be a list of at least two numbers, got shape {sample.shape}")
    return sample


def _error(sample: Array) -> float:
    return float(sample.std(ddof=1) / math.sqrt(sample.size))


def welch(first: ArrayLike, second: ArrayLike) -> float:
    r"""Return the two-sided p-value of Welch's test that two starts have the same mean error over seeds.

    .. math::

        t = \frac{\bar a - \bar b}{\sqrt{u_a + u_b}}, \qquad
        \nu = \frac{(u_a + u_b)^2}{u_a^2 / (n_a - 1) + u_b^2 / (n_b - 1)}, \qquad u = s^2 / n

    and p is the probability of a larger :math:`|t|` under Student's distribution with :math:`\nu` degrees of freedom.
    Welch (1947). The two samples are independent and may scatter differently; where they share their seeds,
    :func:`paired` is the test. Both are compared in :doc:`/chapters/table`.

    Raises:
        TypeError: if the values are no numbers.
        ValueError: if a sample has fewer than two, or neither scatters.

    >>> round(welch([1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 4.0, 5.0, 6.0, 7.0]), 4)
    0.0805
    """
    return _welch({"first": _sample("first", first), "second": _sample("second", second)})


def _welch(samples: Mapping[str, Array]) -> float:
    scaled = np.split(near_one(np.concatenate([*samples.values()]))[0], [len(next(iter(samples.values())))])
    errors, power = near_one(np.array([_error(sample) for sample in scaled]))
    if not errors.any():
        raise ValueError(f"{' and '.join(samples)} must not both hold one number again and again: nothing scatters")
    (a, b), (n, m) = errors.tolist(), map(len, scaled)
    freedom = (a**2 + b**2) ** 2 / (a**4 / (n - 1) + b**4 / (m - 1))
    return _student(float(abs(scaled[0].mean() - scaled[1].mean())) / math.hypot(a, b) / power, freedom)


def paired(first: ArrayLike, second: ArrayLike) -> float:
    r"""Return the two-sided p-value of the paired test that two starts have the same mean error, seed by seed.

    .. math:: t = \frac{\bar d}{s_d / \sqrt n}, \qquad d_i = a_i - b_i, \qquad \nu = n - 1

    and p is the probability of a larger :math:`|t|` under Student's distribution with :math:`\nu` degrees of freedom.
    Student (1908); it judges the starts of :doc:`/chapters/table`, where a seed gives both starts the same images in
    the same order, so that what they share drops out of the difference.

    Raises:
        TypeError: if the values are no numbers.
        ValueError: if a sample has fewer than two, the samples differ in length, or no difference scatters.

    >>> round(paired([5.0, 2.0, 4.0, 1.0, 3.0], [4.0, 1.5, 3.5, 0.0, 1.5]), 4)
    0.0086
    """
    return _paired({"first": _sample("first", first), "second": _sample("second", second)})


def _paired(samples: Mapping[str, Array]) -> float:
    (a, b), names = samples.values(), " and ".join(samples)
    if len(a) != len(b):
        raise ValueError(f"{names} must hold a number for each of the same seeds, got {len(a)} and {len(b)}")
    scaled, _ = near_one(np.concatenate([a, b]))
    gaps, _ = near_one(scaled[: len(a)] - scaled[len(a) :])
    if (error := _error(gaps)) == 0:
        raise ValueError(f"{names} must not differ by one number again and again: nothing scatters")
    return _student(abs(float(gaps.mean())) / error, len(a) - 1)


def _student(t: float, freedom: float) -> float:
    """Return P(|T| > t): with T = √ν tan θ the density becomes cos θ to the power ν - 1, on a finite range."""
    start = math.atan(t / math.sqrt(freedom))
    areas = []
    for low in (start, 0.0):
        step = (math.pi / 2 - low) / SLICES
        angles = low + step * (np.arange(SLICES) + 0.5)
        areas.append(step * float((np.cos(angles) ** (freedom - 1)).sum()))
    return areas[0] / areas[1]


def two_networks(first: float, second: float, *, test_images: int) -> float:
    r"""Return the two-sided p-value for two test errors in %, each of one network, on test images drawn at random.

    .. math:: z = \frac{e_1 - e_2}{\sqrt{2\, \bar e (1 - \bar e) / m}}, \qquad p = \operatorname{erfc}(|z| / \sqrt2)

    The test of two proportions. It counts the chance that lies in the :math:`m` images, and not the chance that lies
    in the seeds: it judges two networks, not two starts. Compared with :func:`paired` in :doc:`/chapters/table`.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if an error is not between 0 and 100, both are 0 or both 100, or there is no test image.

    >>> round(two_networks(27.15, 26.0, test_images=10_000), 3)
    0.066
    """
    shares = np.array([finite("first", first), finite("second", second)]) / 100
    if shares.min() < 0 or shares.max() > 1 or shares.mean() in (0, 1):
        got = f"{shown(first)} and {shown(second)}"
        raise ValueError(f"first and second must lie between 0 and 100 %, and not both at one end, got {got}")
    scatter = math.sqrt(2 * shares.mean() * (1 - shares.mean()) / whole("test_images", test_images))
    return math.erfc(abs(shares[0] - shares[1]) / scatter / math.sqrt(2))


def near_the_best(rows: Mapping[str, Sequence[float]], *, level: float = LEVEL) -> list[str]:
    """Return the best row, and the rows that do not differ from it by the paired test at a level.

    Glorot and Bengio (2010), table 1, print such rows in bold, by a test of their own; used in
    :doc:`/chapters/table`. The best row has the lowest mean.

    Args:
        rows: for each name the test errors over the seeds, the same ones in the same order for each row.
        level: the p-value from which on two rows count as not different.

    Raises:
        TypeError, ValueError: as in :func:`paired`; also if the level is not positive.

    >>> near_the_best({"a": [16.1, 16.0, 16.2], "b": [15.9, 16.1, 16.1], "c": [27.0, 27.3, 27.1]})
    ['a', 'b']
    """
    errors = {name: _sample(f"rows[{name!r}]", values) for name, values in named("rows", rows).items()}
    best, limit = min(errors, key=lambda name: mean_and_error(errors[name])[0]), positive("level", level)
    pairs = {name: {f"rows[{row!r}]": errors[row] for row in (name, best)} for name in errors if name != best}
    return [name for name in errors if name == best or _paired(pairs[name]) >= limit]
