"""Words: how a value, a call or a missing package is written in a message, and which text a page can hold."""

import inspect
import re
import reprlib
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from html import escape
from itertools import takewhile
from numbers import Integral
from typing import Any, TypeVar, cast

Called = TypeVar("Called", bound=Callable[..., Any])

LONGEST = 80  # characters of a value in a message
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Short(reprlib.Repr):
    """Writes containers as ``repr`` does, but no more than a line of them; large arrays by shape and dtype."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 12
        self.maxstring = self.maxother = self.maxlong = LONGEST

    def repr_int(self, value: int, level: int) -> str:
        """Return a number, or how long it is where Python refuses to write all its digits."""
        return f"a number of {value.bit_length()} bits" if value.bit_length() > 4096 else super().repr_int(value, level)

    def repr_ndarray(self, array: Any, level: int) -> str:
        """Return a small array of numbers whole, another one by what kind it is."""
        short = array.size <= 12 and array.dtype.kind in "biufcmM"
        return self.repr_instance(array, level) if short else f"array of shape {array.shape} and dtype {array.dtype}"

    def repr_instance(self, value: Any, _: int) -> str:
        """Return another value whole; one that cannot be written must not hide what is wrong with it."""
        try:
            return " ".join(line.strip() for line in repr(value).split("\n"))
        except Exception:
            return f"<{type(value).__name__}>"


def shown(value: Any) -> str:
    """Return a value as a message shows it: on one line, and cut where it is longer than one.

    >>> shown((3, "a")), shown(list(range(10**6)))
    ("(3, 'a')", '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...]')
    """
    return _cut(_Short().repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]}...{text[-17:]}"


def text(name: str, value: str) -> str:
    """Return ``value``, or refuse what is no text, or holds characters that no page can."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, got {shown(value)} ({type(value).__name__})")
    if NO_XML.search(value):
        raise ValueError(f"{name} must be text without control characters and surrogates, got {shown(value)}")
    return value


def explained(function: Called) -> Called:
    """Let a function say what it takes where a call does not fit it, such as one with sizes one by one.

    >>> @explained
    ... def start(shape, *, rng=None): ...
    >>> start(784, 100)
    Traceback (most recent call last):
    TypeError: shape must be one sequence of sizes, such as (784, 100), got the call start(784, 100)
    >>> start((784, 100), 0)
    Traceback (most recent call last):
    TypeError: start takes shape, and by name rng, got the call start((784, 100), 0): too many positional arguments
    """
    signature = inspect.signature(function)

    @wraps(function)
    def asked(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except TypeError:
            if message := _misfit(function, signature, args, options):
                raise TypeError(message) from None
            raise

    return cast(Called, asked)


def _misfit(
    function: Callable[..., Any], signature: inspect.Signature, args: tuple[Any, ...], options: dict[str, Any]
) -> str | None:
    """Return what a call should have been, or None if it fits."""
    method = "self" in signature.parameters
    placed = [shown(value) for value in args[method:]]
    name = function.__qualname__.removesuffix(".__init__").split(".")[-1]
    call = f"{name}({', '.join([*placed, *(f'{key}={shown(value)}' for key, value in options.items())])})"
    names = [parameter for parameter in signature.parameters if parameter != "self"]
    sizes = tuple(map(int, takewhile(lambda value: isinstance(value, Integral), args[method:])))
    if names[0] in ("shape", "sizes") and len(sizes) > 1:
        return f"{names[0]} must be one sequence of sizes, such as {shown(sizes)}, got the call {_cut(call)}"
    try:
        signature.bind(*args, **options)
    except TypeError as error:
        by_name = [key for key in names if signature.parameters[key].kind is inspect.Parameter.KEYWORD_ONLY]
        rest = f", and by name {', '.join(by_name)}" if by_name else ""
        takes = f"{name} takes {', '.join(key for key in names if key not in by_name)}{rest}"
        return f"{takes}, got the call {_cut(call)}: {error}"
    return None


def not_installed(user: str, error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return the error that says which package is missing, for what, and how to install it.

    >>> not_installed("xavier_lib.figures", ModuleNotFoundError(name="matplotlib"))
    ModuleNotFoundError('xavier_lib.figures needs matplotlib, which is not installed: python -m pip install matplotlib')
    """
    package = (error.name or "").split(".")[0]
    pip = {"PIL": "pillow"}.get(package, package)
    message = f"{user} needs {package}, which is not installed: python -m pip install {pip}"
    return ModuleNotFoundError(message, name=error.name)


def number(value: float, digits: int = 2) -> str:
    """Return a number as figures, their alternatives and sliders write it.

    Written out above 0.001 and below 10,000, with a power of ten beyond.

    >>> number(0.00123), number(100), number(0.001), number(2.46e-5), number(32000), number(0)
    ('0.0012', '100', '10⁻³', '2.5×10⁻⁵', '3.2×10⁴', '0')
    """
    rounded = float(f"{value:.{digits}g}") + 0.0
    if rounded == 0 or 0.001 < abs(rounded) < 10_000:
        return f"{rounded:g}"
    factor, exponent = f"{rounded:e}".split("e")
    power = "10" + str(int(exponent)).translate(RAISED)
    return re.sub(r"^(-?)1×", r"\1", f"{float(factor):g}×{power}")


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str = "Table of layers") -> str:
    """Return a table of HTML that scrolls by itself where it is too wide; a row's first cell is its head."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    lines = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<div role="group" aria-label="{escape(label)}" tabindex="0" style="overflow-x:auto">{table}</div>'
