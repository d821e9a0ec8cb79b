"""One call of a reader's answer: what came back in numbers, or in words why there are none."""

import copy
import inspect
import pickle
import random
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 50_000_000  # bytes that an answer may return
EMPTY = (None, Ellipsis)
FEW = 12  # numbers of an array that a message shows
SHORT = 60  # characters of a value that a message shows


@dataclass(frozen=True)
class Outcome:
    """What one call of an answer came to."""

    value: NDArray[Any] | None = None  # the numbers that came back, if they are numbers
    returned: str = ""  # what came back, in words
    raised: str = ""  # the type of an exception
    problem: str = ""  # why there is nothing to compare
    unfinished: str = ""  # why it is not known whether there is something to compare
    changed: str = ""  # an argument that was changed in place
    printed: str = ""
    used_global_generator: bool = False
    empty: bool = False
    unlimited: bool = False  # called directly, without a time limit


def attempt(answer: Callable[..., Any], arguments: Mapping[str, Any]) -> Outcome:
    """Call the answer once with copies of the arguments, and describe what happened."""
    given = copy.deepcopy(dict(arguments))
    before = _shared_generators()
    try:
        returned = bound_call(answer, given)
        changed = [name for name, value in arguments.items() if not _same(value, given[name])]
        marks = {"changed": "".join(changed[:1]), "used_global_generator": _shared_generators() != before}
        if any(returned is nothing for nothing in EMPTY):
            return Outcome(returned=str(returned), empty=True, **marks)  # type: ignore[arg-type]
        return Outcome(**as_numbers(returned), returned=shown(returned), **marks)  # type: ignore[arg-type]
    except BaseException as error:
        name = kind_of(error)
        return Outcome(raised=name, problem=f"raised {name}: {clipped(_words(error), 200)}".rstrip(": "))


def bound_call(answer: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call by name where the answer has the names, in whatever order it has them, and else by position."""
    try:
        parameters = inspect.signature(answer).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have none
        return answer(*arguments.values())
    if any(p.kind == p.POSITIONAL_ONLY for p in parameters):
        return answer(*arguments.values())
    if any(p.kind == p.VAR_KEYWORD for p in parameters):
        return answer(**arguments)
    named = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    free = iter([name for name, p in named.items() if name not in arguments and p.kind != p.KEYWORD_ONLY])
    places = {name: name if name in named else next(free, None) for name in arguments}
    if places.get("rng", "") is None:  # an answer that takes no generator draws without one, and is told so
        del places["rng"]
    if None in places.values():  # Python's own error says what does not fit
        return answer(*arguments.values())
    return answer(**{place: arguments[name] for name, place in places.items() if place})


def as_numbers(returned: Any) -> dict[str, Any]:
    """Return the finite numbers in what came back as an array, or what keeps them from being that."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            array = np.asarray(returned)
    except Exception:
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        kind = f"of dtype {returned.dtype}" if isinstance(returned, np.ndarray) else f"a {kind_of(returned)}"
        kind = clipped(kind)
        return {"problem": f"returned {shown(returned)}, {kind} and no real number or array of them"}
    if array.nbytes > LARGEST:
        return {"problem": f"returned an array of shape {array.shape}, far larger than what is asked for"}
    if not np.isfinite(array).all():
        odd = array[~np.isfinite(array)].reshape(-1)[0]
        where = f" in an array of shape {array.shape}" if array.ndim else ""
        return {"problem": f"returned {odd}{where}, where a finite number is wanted"}
    return {"value": array}


def shown(value: Any) -> str:
    """Return a value in a few words: a number short, an array by its shape."""
    if isinstance(value, np.ndarray) and value.ndim:
        return few(value) if 0 < value.size <= FEW else f"an array of shape {value.shape}"
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4g}"
    if isinstance(value, np.integer) and not isinstance(value, np.timedelta64):
        return str(int(value))
    if isinstance(value, (list, tuple)) and all(isinstance(item, (int, float, np.number)) for item in value):
        return "(" + ", ".join(shown(item) for item in value[:10]) + (", …" if len(value) > 10 else "") + ")"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {kind_of(value)}"
    return clipped(text)


def few(numbers: NDArray[Any]) -> str:
    """Return the numbers of a small array in one line."""
    return clipped(" ".join(np.array2string(numbers, precision=3, separator=", ", threshold=FEW).split()), 200)


def kind_of(value: Any) -> str:
    """Return the name of a value's type."""
    return clipped(type(value).__name__)


def clipped(text: str, length: int = SHORT) -> str:
    """Return the beginning of a text, with a mark where it goes on."""
    return text if len(text) <= length else f"{text[:length]}…"


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return ""


def _shared_generators() -> bytes:
    return pickle.dumps((np.random.get_state(legacy=False), random.getstate()))


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, (np.ndarray, list, tuple, float, int)):
        return bool(np.array_equal(np.asarray(before, dtype=object), np.asarray(after, dtype=object)))
    return True
