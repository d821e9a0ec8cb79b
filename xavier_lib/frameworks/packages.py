"""The frameworks as packages: found or missing, and imported without the noise that they log."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

FRAMEWORKS = ("tensorflow", "keras", "torch", "jax", "flax")
INSTALL = "python -m pip install -r requirements-frameworks.txt"
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}  # read by TensorFlow when it is imported; what a reader has set stays


def missing(*packages: str) -> list[str]:
    """Return which of these packages, or of all frameworks, are not installed.

    >>> missing("numpy", "no_such_framework")
    ['no_such_framework']
    """
    return [package for package in packages or FRAMEWORKS if find_spec(package) is None]


def require(*packages: str) -> dict[str, str]:
    """Import frameworks once and quietly and return their versions, or say what to install.

    Called at the head of :doc:`/chapters/frameworks`; without a name it asks for all of ``FRAMEWORKS``. What a
    framework logs while it is imported does not reach the page.

    Raises:
        ModuleNotFoundError: if one of them is not installed; it says how to install it.

    >>> require("numpy")["numpy"] >= "1.26"
    True
    >>> require("no_such_framework")
    Traceback (most recent call last):
    ModuleNotFoundError: no_such_framework is not installed. For the book: python -m pip install -r ...
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    wanted = packages or FRAMEWORKS
    absent = missing(*wanted)
    if absent:
        are = "is" if len(absent) == 1 else "are"
        pip = f"For the book: {INSTALL}; elsewhere: python -m pip install {' '.join(absent)}"
        raise ModuleNotFoundError(f"{', '.join(absent)} {are} not installed. {pip}")
    with quiet():
        modules = [import_module(package) for package in wanted]
    return {module.__name__: str(module.__version__).split("+")[0] for module in modules}


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings and what C++ writes to the standard error stream off the page."""
    sys.stderr.flush()
    stream = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(stream, 2)
        os.close(stream)
        os.close(nowhere)
