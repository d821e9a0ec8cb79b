"""Checks of arguments: an error names the argument, the value it got and what is accepted."""

import math
import operator
from collections.abc import Collection, Mapping, Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

RNG = np.random.Generator | int | None
Choice = TypeVar("Choice")
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def finite(name: str, value: float) -> float:
    """Return ``value`` as a float, or refuse what is not a finite real number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a finite number, got {value!r} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    return number


def positive(name: str, value: float) -> float:
    """Return ``value`` as a float, or refuse what is not positive and finite."""
    number = finite(name, value)
    if number <= 0:
        raise ValueError(f"{name} must be a positive finite number, got {value!r}")
    return number


def whole(name: str, value: int, *, minimum: int = 1) -> int:
    """Return ``value`` as an int, or refuse what is not a whole number of at least ``minimum``."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be a whole number, got {value!r} ({type(value).__name__})")
    if number < minimum:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}")
    return number


def flag(name: str, value: bool) -> bool:
    """Return ``value`` as a bool, or refuse what is neither True nor False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r} ({type(value).__name__})")
    return bool(value)


def one_of(name: str, value: str, accepted: Collection[str]) -> str:
    """Return ``value``, or refuse what is not among the accepted names."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {sorted(accepted)}, got {value!r} ({type(value).__name__})")
    if value not in accepted:
        raise ValueError(f"{name} must be one of {sorted(accepted)}, got {value!r}")
    return value


def looked_up(name: str, value: str, table: Mapping[str, Choice]) -> Choice:
    """Return the entry of ``table`` called ``value``, or refuse an unknown name."""
    return table[one_of(name, value, table.keys())]


def whole_shape(name: str, value: Sequence[int]) -> tuple[int, ...]:
    """Return a weight shape as a tuple, or refuse fewer than two axes and empty axes."""
    accepted = f"{name} must be a sequence of at least two positive whole numbers, got {value!r}"
    single = isinstance(value, (str, bytes)) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if single or not isinstance(value, (Sequence, np.ndarray)):
        raise TypeError(accepted)
    if len(value) < 2:
        raise ValueError(accepted)
    return tuple(whole(f"{name}[{axis}]", size) for axis, size in enumerate(value))


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return float32 or float64 as a dtype, or refuse any other."""
    try:
        found = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found not in FLOATS:  # NumPy finds None equal to float64
        raise TypeError(f"dtype must be float32 or float64, got {dtype!r}")
    return found


def generator(rng: RNG) -> np.random.Generator:
    """Return a Generator made as SPEC 7 asks: a Generator is used, an int seeds, None draws fresh entropy."""
    accepted = f"rng must be a numpy Generator, a non-negative int seed or None, got {rng!r}"
    if rng is not None and not isinstance(rng, np.random.Generator):
        if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)):
            raise TypeError(accepted)
        if rng < 0:
            raise ValueError(accepted)
    return np.random.default_rng(rng)


def interval(name: str, value: tuple[float, float]) -> tuple[float, float]:
    """Return the two ends of a range, or refuse what does not run from a lower to a higher finite number."""
    accepted = f"{name} must be a pair (low, high) of finite numbers, got {value!r}"
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)):
        raise TypeError(accepted)
    if len(value) != 2:
        raise ValueError(accepted)
    low, high = finite(f"{name}[0]", value[0]), finite(f"{name}[1]", value[1])
    if not low < high:
        raise ValueError(accepted)
    return low, high


def named(name: str, value: Mapping[str, Choice]) -> dict[str, Choice]:
    """Return a non-empty mapping from names to anything as a dict, or refuse what is none."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{name} must be a mapping from names, got {value!r}")
    if not value:
        raise ValueError(f"{name} must hold at least one entry, got none")
    return dict(value)


def numbers(name: str, value: ArrayLike, dtype: DTypeLike = float) -> NDArray[Any]:
    """Return ``value`` as a non-empty array of finite numbers, or refuse it; text is no number."""
    accepted = f"{name} must be a non-empty array of finite numbers"
    try:
        found = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise TypeError(f"{accepted}, got {value!r}") from error
    if found.dtype.kind not in "biuf":
        raise TypeError(f"{accepted}, got {value!r}")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
        array = found.astype(dtype, copy=False)
    if array.size == 0:
        raise ValueError(f"{accepted}, got shape {array.shape}")
    if not np.isfinite(array).all():
        first = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
        raise ValueError(f"{accepted}, got {array[first]} at index {tuple(map(int, first))}")
    return array
