"""The file of results on disk: written whole or not at all, and by one process at a time."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from xavier_lib.replay.results import Results, parsed, regular

if sys.platform != "win32":
    import fcntl


class ResultsFile:
    """The results in a file that nobody else writes as long as this is open.

    The lock is the system's, on the file itself. It ends with the process, however that ends, and leaves no trace.

    Raises:
        FileNotFoundError: if the folder does not exist.
        ValueError: if it is a folder, a pipe or a device, or the file is damaged or holds something else; it stays.
        BlockingIOError: if another process writes the file.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = regular(path.resolve())
        self._handle = opened(self.path)
        try:
            content = self.path.read_bytes()
            self.results: Results = parsed(content, path.name) if content else Results()
            self._new = not content
            if self._new:
                self.save()  # says now, and not after the first run, that the folder cannot be written
        except BaseException:
            self._handle.close()
            raise

    def save(self) -> None:
        """Put the results in the place of the file, in one step: a process killed meanwhile leaves the old file."""
        part = self.path.with_name(f".{self.path.name}.part")
        handle = part.open("wb")
        try:
            claim(handle, self.path)  # before it gets the name, so that no other process comes between
            handle.write(self.results.text().encode())
            handle.flush()
            os.fsync(handle.fileno())
            if sys.platform == "win32":  # which replaces no open file; nothing is locked there
                handle.close()
                self._handle.close()
            os.replace(part, self.path)
            self._handle, handle = handle, self._handle
        finally:
            handle.close()  # the old one, or the new one if it came to nothing

    def __enter__(self) -> Self:
        """Return the file, which is open since it was made."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let others write the file; one that was made here, and got nothing because of an error, goes again."""
        if sys.platform == "win32":  # which deletes no open file
            self._handle.close()
        if error is not None and self._new and not self.results.runs:
            self.path.unlink()
        self._handle.close()


def opened(path: Path) -> IO[bytes]:
    """Return the file that bears this name, locked and made if need be."""
    while True:
        handle = path.open("ab")
        try:
            claim(handle, path)
        except BaseException:
            handle.close()
            raise
        if os.path.samestat(os.fstat(handle.fileno()), path.stat()):
            return handle
        handle.close()  # it was replaced before it was locked


def claim(handle: IO[bytes], path: Path) -> None:
    """Lock an open file for this process, or refuse if another one has done so; a system without locks goes on."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BlockingIOError(f"{path.name} is in use by another process: wait for it, or name another file") from error
    except OSError:
        return  # some network file systems know no locks
