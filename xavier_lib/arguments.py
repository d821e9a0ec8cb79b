"""Checks of arguments: an error names the argument, the value it got and what is accepted."""

import math
import operator
import sys
from collections.abc import Collection, Mapping, Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from xavier_lib.wording import shown

RNG = np.random.Generator | int | None
Choice = TypeVar("Choice")
Name = TypeVar("Name", bound=str)
Kind = TypeVar("Kind")
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def of_kind(name: str, value: Any, kind: type[Kind]) -> Kind:
    """Return ``value``, or refuse what is no object of a class."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIMO" else "a"  # an MLP
        raise TypeError(f"{name} must be {article} {kind.__name__}, got {shown(value)} ({type(value).__name__})")
    return value


def function(name: str, value: Kind, example: str = "") -> Kind:
    """Return ``value``, or refuse what cannot be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function{example and f' such as {example}'}, got {shown(value)}")
    return value


def finite(name: str, value: float) -> float:
    """Return ``value``, a number or an array of one without axes, as a float, or refuse what is not finite and real."""
    found: Any = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if isinstance(found, (bool, np.bool_, np.timedelta64)) or not isinstance(found, Real):
        raise TypeError(f"{name} must be a finite number, got {shown(value)} ({type(value).__name__})")
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {shown(value)}")
    return number


def positive(name: str, value: float) -> float:
    """Return ``value`` as a float, or refuse what is not positive and finite."""
    number = finite(name, value)
    if number <= 0:
        raise ValueError(f"{name} must be a positive finite number, got {shown(value)}")
    return number


def whole(name: str, value: int, *, minimum: int = 1) -> int:
    """Return ``value`` as an int, or refuse what is not a whole number from ``minimum`` to the largest size of all."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be a whole number, got {shown(value)} ({type(value).__name__})")
    if number < minimum:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {shown(value)}")
    if number > sys.maxsize:
        raise ValueError(f"{name} must be a whole number of at most {sys.maxsize}, got {shown(value)}")
    return number


def flag(name: str, value: bool) -> bool:
    """Return ``value`` as a bool, or refuse what is neither True nor False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {shown(value)} ({type(value).__name__})")
    return bool(value)


def one_of(name: str, value: Name, accepted: Collection[Name]) -> Name:
    """Return ``value``, or refuse what is not among the accepted names."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {sorted(accepted)}, got {shown(value)} ({type(value).__name__})")
    if value not in accepted:
        raise ValueError(f"{name} must be one of {sorted(accepted)}, got {shown(value)}")
    return value


def looked_up(name: str, value: Name, table: Mapping[Name, Choice]) -> Choice:
    """Return the entry of ``table`` called ``value``, or refuse an unknown name."""
    return table[one_of(name, value, table.keys())]


def sequence(name: str, value: Sequence[Any], holding: str) -> Sequence[Any]:
    """Return ``value``, or refuse what is no list, tuple, array or the like; ``holding`` says what it should be."""
    if isinstance(value, (tuple, list)):
        return value
    single = isinstance(value, (str, bytes, bytearray, memoryview)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )
    if single or not isinstance(value, (Sequence, np.ndarray)):
        raise TypeError(f"{name} must be {holding}, got {shown(value)}")
    return value


def whole_numbers(name: str, value: Sequence[int]) -> tuple[int, ...]:
    """Return a sequence of positive whole numbers as a tuple; none at all are some too."""
    members = sequence(name, value, "a sequence of whole numbers")
    return tuple([whole(f"{name}[{place}]", member) for place, member in enumerate(members)])


def whole_shape(name: str, value: Sequence[int]) -> tuple[int, ...]:
    """Return a weight shape as a tuple, or refuse fewer than two axes and empty axes."""
    accepted = "a sequence of at least two positive whole numbers"
    if len(sequence(name, value, accepted)) < 2:
        raise ValueError(f"{name} must be {accepted}, got {shown(value)}")
    return whole_numbers(name, value)


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return float32 or float64 as a dtype in the machine's own order of bytes, or refuse any other."""
    try:
        found = np.dtype(float if dtype is None else dtype).newbyteorder("=")
    except Exception:  # NumPy reads a little language here, whose errors are of many kinds
        found = None
    if found is None or dtype is None or found not in FLOATS:  # NumPy finds None equal to float64
        raise TypeError(f"dtype must be float32 or float64, got {shown(dtype)}")
    return np.dtype(found.type)


def generator(rng: RNG) -> np.random.Generator:
    """Return a Generator made as SPEC 7 asks: a Generator is used, an int seeds, None draws fresh entropy."""
    if rng is None or isinstance(rng, np.random.Generator):
        return np.random.default_rng(rng)
    hint = "; numpy.random.default_rng(seed) makes a Generator" if hasattr(rng, "standard_normal") else ""
    accepted = f"rng must be a numpy Generator, a non-negative int seed or None, got {shown(rng)}{hint}"
    if isinstance(rng, (bool, np.bool_)) or not hasattr(rng, "__index__"):
        raise TypeError(accepted)
    try:
        return np.random.default_rng(operator.index(rng))
    except (TypeError, ValueError) as error:  # an array of several numbers, or a negative one
        raise type(error)(accepted) from None


def interval(name: str, value: tuple[float, float]) -> tuple[float, float]:
    """Return the two ends of a range, or refuse what does not run from a lower to a higher finite number."""
    accepted = "a pair (low, high) of finite numbers"
    if len(sequence(name, value, accepted)) == 2:
        low, high = finite(f"{name}[0]", value[0]), finite(f"{name}[1]", value[1])
        if low < high and math.isfinite(high - low):
            return low, high
    raise ValueError(f"{name} must be {accepted}, got {shown(value)}")


def named(name: str, value: Mapping[str, Choice]) -> dict[str, Choice]:
    """Return a non-empty mapping from names to anything as a dict, or refuse what is none."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{name} must be a mapping from names, got {shown(value)}")
    if not value:
        raise ValueError(f"{name} must hold at least one entry, got none")
    return dict(value)


def numbers(name: str, value: ArrayLike, dtype: DTypeLike = float) -> NDArray[Any]:
    """Return ``value`` as a non-empty array of finite numbers, or refuse it; text is no number."""
    accepted = f"{name} must be a non-empty array of finite numbers"
    try:
        found = np.asarray(value)
    except Exception as error:  # rows of different lengths, or a tensor that is no array
        raise TypeError(f"{accepted}, got {shown(value)}") from error
    if found.dtype.kind not in "biuf":
        raise TypeError(f"{accepted}, got {shown(value)}")
    if type(value) is not np.ndarray and _masked(value):
        raise ValueError(f"{accepted}, got masked ones: fill them by .filled or leave them out by .compressed")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
        array = found.astype(dtype, copy=False)
    if array.size == 0:
        raise ValueError(f"{accepted}, got shape {array.shape}")
    if not np.isfinite(array).all():
        first = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
        raise ValueError(f"{accepted}, got {array[first]} at index {tuple(map(int, first))}")
    return array


def _masked(value: Any) -> bool:
    """Say whether an array hides numbers behind a mask, or a list holds such an array."""
    if "numpy.ma" not in sys.modules:  # NumPy loads it when it is first used, so there is no masked array yet
        return False
    if isinstance(value, np.ma.MaskedArray):
        return bool(np.ma.getmaskarray(value).any())
    return isinstance(value, (list, tuple)) and any(type(part) is not float and _masked(part) for part in value)


def fitting(name: str, result: Any) -> Any:
    """Return what was computed from an argument, or refuse the argument if a result does not fit its dtype."""
    if not np.isfinite(result).all():
        raise ValueError(f"{name} must be of a size at which the result fits float64, got a result of {shown(result)}")
    return result
