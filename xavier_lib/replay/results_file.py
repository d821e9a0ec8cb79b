"""The file of results on disk: written whole or not at all, and by one process at a time."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from xavier_lib.replay.file_errors import in_words
from xavier_lib.replay.results import Results, parsed, regular

if sys.platform != "win32":
    import fcntl


class ResultsFile:
    """The results in a file that nobody else writes as long as this is open.

    The lock is the system's, on the file itself. It ends with the process, however that ends, and leaves no trace.
    A file that may only be read is opened too: it may be complete.

    Args:
        path: the file, which is made if need be.
        damaged: gets what is wrong with a damaged or senseless result under its key; without it the file is refused.

    Raises:
        OSError: if it cannot be read or made, as where the folder does not exist.
        ValueError: if it is a folder, a pipe or a device, or the file is damaged or holds something else; it stays.
        BlockingIOError: if another process writes the file.
    """

    def __init__(self, path: Path, damaged: dict[str, str] | None = None) -> None:
        with in_words(path, "written"):
            self.path: Path = regular(path.resolve())
            self._new = not self.path.exists()
            self._handle = opened(self.path)
        self.results = Results()
        try:
            with in_words(self.path, "read"):
                content = self.path.read_bytes()
            if content:
                self.results = parsed(content, path.name, damaged)
            else:
                self.save()  # says now, and not after the first run, that the folder cannot be written
        except BaseException:
            self._end(failed=True)
            raise

    def save(self) -> None:
        """Put the results in the place of the file, in one step: a process killed meanwhile leaves the old file.

        Raises:
            OSError: if the disk is full or the file must not be written; it stays as it was, and nothing else is left.
        """
        with in_words(self.path, "written"):
            if self._read_only():
                self.path.open("ab").close()  # let the system say why
            part = self.path.with_name(f".{self.path.name}.part")
            handle = part.open("wb")
            try:
                self._replace(handle, part)
            except BaseException:
                with suppress(OSError):
                    handle.close()
                with suppress(OSError):
                    part.unlink()
                raise

    def _replace(self, handle: IO[bytes], part: Path) -> None:
        claim(handle, self.path)  # before it gets the name, so that no other process comes between
        handle.write(self.results.text().encode())
        handle.flush()
        os.fsync(handle.fileno())
        if sys.platform == "win32":  # which replaces no open file; nothing is locked there
            handle.close()
            self._handle.close()
        os.replace(part, self.path)
        self._handle.close()
        self._handle = handle

    def _read_only(self) -> bool:
        return "r" in self._handle.mode

    def _end(self, *, failed: bool) -> None:
        if sys.platform == "win32":  # which deletes no open file
            self._handle.close()
        if failed and self._new and not self.results.runs:
            self.path.unlink(missing_ok=True)
        self._handle.close()

    def __enter__(self) -> Self:
        """Return the file, which is open since it was made."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let others write the file; one that was made here, and got nothing because of an error, goes again."""
        self._end(failed=error is not None)


def opened(path: Path) -> IO[bytes]:
    """Return the file that bears this name, locked and made if need be, or for reading if it must not be written."""
    while True:
        handle: IO[bytes]
        try:
            handle = path.open("ab")
        except OSError:
            if not path.is_file():
                raise
            handle = path.open("rb")
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
