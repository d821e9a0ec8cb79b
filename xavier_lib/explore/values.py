"""The values that a reader chooses from: which are accepted, which comes first, and how they read."""

from collections.abc import Mapping, Sequence, Set
from numbers import Integral, Real
from typing import Any

from xavier_lib.arguments import finite
from xavier_lib.wording import number, shown, text


def checked_values(name: str, values: Sequence[Any]) -> list[Any]:
    """Return the values of a parameter as a list, or refuse fewer than two and what cannot be written out."""
    accepted = f"{name} must be a sequence of at least two values, got {shown(values)}"
    single = isinstance(values, (str, bytes, Mapping, Set)) or getattr(values, "ndim", 1) == 0
    if single or not hasattr(values, "__len__"):
        raise TypeError(accepted)
    if len(values) < 2:
        raise ValueError(accepted)
    words: dict[str, Any] = {}
    for value in values:
        if not isinstance(value, (str, Real)):
            raise TypeError(f"{name} must hold numbers or names, got {shown(value)}")
        if not isinstance(value, (str, bool)):
            finite(name, value)  # type: ignore[arg-type]
        word = text(name, spoken(value))
        if "|" in word:
            raise ValueError(f"{name} must hold no name with a |, got {shown(value)}")
        if word in words:
            raise ValueError(f"{name} must hold values that read apart, got {shown(words[word])} and {shown(value)}")
        words[word] = value
    return list(values)


def places(opens: Mapping[str, Any], parameters: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    """Return for each parameter the place of the value that is shown first."""
    if not isinstance(opens, Mapping):
        raise TypeError(f"opens must be a mapping from parameters to values, got {shown(opens)}")
    for name, value in opens.items():
        if name not in parameters:
            raise ValueError(f"opens must name parameters among {sorted(parameters)}, got {shown(name)}")
        if not any(value is given or value == given for given in parameters[name]):
            raise ValueError(f"opens[{name!r}] must be one of {shown(parameters[name])}, got {shown(value)}")
    return {name: list(values).index(opens[name]) if name in opens else 0 for name, values in parameters.items()}


def is_choice(values: Sequence[Any]) -> bool:
    """Tell names, of which one is chosen, from numbers, along which one slides."""
    return any(isinstance(value, str) for value in values)


def label(name: str) -> str:
    """Return the name of a parameter as a reader sees it; the code's own names fan_in and fan_out stay."""
    return name if name.startswith("fan_") else name.replace("_", " ")


def spoken(value: Any) -> str:
    """Return a value as a reader sees it: whole numbers and names as they are, other numbers short."""
    if isinstance(value, str):
        return value
    return str(int(value)) if isinstance(value, Integral) else number(float(value), 4)


def width(values: Sequence[Any]) -> int:
    """Return how many figures wide the longest value is, in bold."""
    return 1 + max(len(spoken(value)) for value in values)
