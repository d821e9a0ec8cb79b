"""What the system says when a file cannot be read or written, in words that tell what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = "; make room there, and the same command goes on: what the file held it still holds"
FORBIDDEN = "; name another file, or ask for the right to write there"
ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)), FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), FORBIDDEN),
}


@contextmanager
def in_words(path: Path, done: str) -> Iterator[None]:
    """Let an error of the system name the file, and say what cannot be ``done`` to it, and why.

    >>> with in_words(Path("/data/r.json"), "read"):
    ...     raise OSError(errno.ENOENT, "No such file or directory")
    Traceback (most recent call last):
        ...
    FileNotFoundError: r.json in /data cannot be read: No such file or directory
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:  # it is in words already
            raise
        advice = ADVICE.get(error.errno, "") if done == "written" else ""
        where = f"{path.name} in {path.absolute().parent}"
        raise type(error)(f"{where} cannot be {done}: {error.strerror}{advice}") from error
