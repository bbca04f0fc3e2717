"""One process at a time serves a data directory, and none while it is copied."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from bashu_daemon.journal.errors import DirectoryLocked

FILE_NAME: Final = "lock"


def lock_directory(directory: Path) -> IO[str]:
    """Take the directory's lock; closing the returned file gives it back.

    Raises:
        DirectoryLocked: another process holds it.
    """
    file = (directory / FILE_NAME).open("a+")
    try:
        _take(file, fcntl.LOCK_EX, directory)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def not_served(directory: Path) -> Iterator[None]:
    """Hold off whoever wants to serve the directory, without writing a byte to it.

    Raises:
        DirectoryLocked: a process serves it, or has begun to.
    """
    path = directory / FILE_NAME
    try:
        file = path.open()
    except FileNotFoundError:
        # Nobody serves it. Whoever begins makes the file, which is seen afterwards.
        yield
        if path.exists():
            raise DirectoryLocked(
                f"The data directory {directory} came into use meanwhile; stop the venue first."
            ) from None
        return
    with file:
        _take(file, fcntl.LOCK_SH, directory)
        yield


def _take(file: IO[str], kind: int, directory: Path) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        raise DirectoryLocked(
            f"The data directory {directory} is in use by process {owner}; stop it first."
        ) from None
