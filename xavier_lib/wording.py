"""Words: how a value is written in a message, and which text a page can hold."""

import re
import reprlib
from typing import Any

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
    text = _Short().repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]}...{text[-17:]}"


def text(name: str, value: str) -> str:
    """Return ``value``, or refuse what is no text, or holds characters that no page can."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, got {shown(value)} ({type(value).__name__})")
    if NO_XML.search(value):
        raise ValueError(f"{name} must be text without control characters and surrogates, got {shown(value)}")
    return value


def number(value: float, digits: int = 2) -> str:
    """Return a number as figures, their alternatives and sliders write it.

    Written out above 0.001 and below 10,000, with a power of ten beyond.

    >>> number(0.00123), number(100), number(0.001), number(2.45e-5), number(32000)
    ('0.0012', '100', '10⁻³', '2.5×10⁻⁵', '3.2×10⁴')
    """
    rounded = float(f"{value:.{digits}g}") + 0.0
    if rounded == 0 or 0.001 < abs(rounded) < 10_000:
        return f"{rounded:g}"
    factor, exponent = f"{rounded:e}".split("e")
    power = "10" + str(int(exponent)).translate(RAISED)
    return re.sub(r"^(-?)1×", r"\1", f"{float(factor):g}×{power}")
