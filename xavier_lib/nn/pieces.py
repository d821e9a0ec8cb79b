"""Means of a reader's function over normal numbers: the line is cut where the function bends, jumps or is steep."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xavier_lib.nn.arrays import Array
from xavier_lib.nn.quadrature import panel_ends

Function = Callable[[Any], Any]

ORDER = 20  # points on a piece; the polynomial through them has degree 19
SMOOTH = 1e-12  # what the last coefficients of that polynomial may be, against the values of the piece and of all
HALVINGS = 40  # of a piece, until what bends in it has a share of about 10⁻¹²
MOST = 4000  # pieces; a function that needs more is given up
INSIDE = np.array([-1.0, 1.0]) * (1 - 1e-9)  # next to the ends of a piece, where the function must go on as before
UNIT, SHARES = np.polynomial.legendre.leggauss(ORDER)
THIN = 1e-11  # a piece as short as this holds a bend, a jump or a place of unbounded slope
TO_COEFFICIENTS = np.linalg.inv(np.polynomial.legendre.legvander(UNIT, ORDER - 1))
ENDS = np.polynomial.legendre.legvander(np.array([-1.0, 1.0]), ORDER - 1) @ TO_COEFFICIENTS
GAP = 1e-4  # of the rms: what is less is no jump
SLOPES = np.polynomial.legendre.legval(UNIT, np.polynomial.legendre.legder(TO_COEFFICIENTS))


class Pieces(NamedTuple):
    """A function at the points of a rule for means over standard normal numbers.

    Attributes:
        z: the points, (pieces, points of a piece).
        weights: what each point counts; they add up to one.
        values: the function of the size times z.
        slopes: its derivative there, of the polynomial through the values of each piece.
    """

    z: Array
    weights: Array
    values: Array
    slopes: Array

    def mean(self, values: Array) -> float:
        """Return the mean of what was computed at the points, infinite where it does not fit."""
        with np.errstate(all="ignore"):
            return float((self.weights * values).sum())

    def jump(self) -> float | None:
        """Return where the function jumps, of several places the one nearest to zero, in units of the size, or None.

        A slope without bound may count as a jump.

        >>> pieces(np.sign).jump(), pieces(np.tanh).jump()
        (0.0, None)
        """
        order = np.argsort(self.z[:, 0])
        wide = order[self._width()[order] > THIN]
        ends = self.values[wide] @ ENDS.T
        gaps = np.abs(ends[1:, 0] - ends[:-1, 1])
        found = np.flatnonzero(gaps > GAP * np.sqrt(self.mean(self.values**2)))
        places = (self.z[wide[:-1], -1] + self.z[wide[1:], 0]) / 2
        near = found[np.argsort(np.abs(places[found]))[:1]]
        return round(float(places[near[0]]), 3) + 0.0 if len(near) else None

    def steep(self) -> bool:
        """Say whether the mean square of the slopes hangs on pieces that are too short to read it from."""
        thin = self._width() <= THIN
        squares = self.weights * self.slopes**2
        return bool(squares[thin].sum() > GAP * squares[~thin].sum())

    def _width(self) -> Array:
        return np.asarray(self.z[:, -1] - self.z[:, 0])


class TooRoughError(ValueError):
    """A function that is still not smooth when it has been cut into as many pieces as are allowed."""


def applied(f: Function, z: Array) -> Array:
    """Apply a function to an array, number by number if it takes no arrays.

    >>> applied(lambda z: max(0.0, z), np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    with np.errstate(all="ignore"):
        try:
            values = np.asarray(f(z), dtype=float)
        except (TypeError, ValueError):
            values = np.empty(())
        return values if values.shape == z.shape else _one_by_one(f, z)


def _one_by_one(f: Function, z: Array) -> Array:
    def of(number: float) -> float:
        try:
            return float(f(number))
        except OverflowError:
            return float("inf")
        except (ValueError, ZeroDivisionError):  # as math.log gives for what it does not know
            return float("nan")

    return np.array([of(number) for number in z.ravel().tolist()]).reshape(z.shape)


def pieces(f: Function, size: float = 1.0) -> Pieces:
    """Cut the line until a polynomial follows the function on each piece, and return its values and slopes.

    The cuts begin at the kinks that functions of practice have, and halve what is still not smooth. Where a value is
    not finite, nothing is halved.

    Raises:
        TooRoughError: if there is no end to it, as with random numbers.

    >>> found = pieces(np.tanh)
    >>> round(found.mean(found.values**2), 4), round(found.mean(found.slopes**2), 4)
    (0.3943, 0.4644)
    """
    ends = panel_ends(size)
    left, right, done, usual = ends[:-1], ends[1:], [], 0.0
    for turn in range(HALVINGS + 1):
        half = (right - left)[:, None] / 2
        z = (left + right)[:, None] / 2 + half * UNIT
        values = applied(f, size * z)
        usual = usual or _rms(z, half * SHARES, values)
        at_ends = applied(f, size * ((left + right)[:, None] / 2 + half * INSIDE))
        rough = np.isfinite(values).all(axis=1) & ~_is_smooth(values, at_ends, usual)
        kept = ~rough if turn < HALVINGS else np.ones_like(rough)
        done.append((z[kept], half[kept] * SHARES, values[kept], half[kept]))
        if kept.all():
            break
        if rough.sum() + sum(len(part[0]) for part in done) > MOST:
            raise TooRoughError("no polynomial follows it, however short the piece")
        middle = (left[rough] + right[rough]) / 2
        left, right = np.concatenate([left[rough], middle]), np.concatenate([middle, right[rough]])
    z, lengths, values, half = (np.concatenate(part) for part in zip(*done, strict=True))
    weights = lengths * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    with np.errstate(all="ignore"):
        return Pieces(z, weights, values, values @ SLOPES / (half * size))


def _is_smooth(values: Array, at_ends: Array, usual: float) -> Any:
    with np.errstate(all="ignore"):
        largest = np.maximum(np.abs(values).max(axis=1), usual)
        last = np.abs(values @ TO_COEFFICIENTS[-4:].T).max(axis=1)
        missed = np.abs(values @ ENDS.T - at_ends).max(axis=1)
        return (last <= SMOOTH * largest) & ~(missed > GAP * largest)


def _rms(z: Array, lengths: Array, values: Array) -> float:
    with np.errstate(all="ignore"):
        squares = np.where(np.isfinite(values), values, 0) ** 2 * np.exp(-(z**2) / 2)
        return float(np.sqrt((lengths * squares).sum()) / (2 * np.pi) ** 0.25)
