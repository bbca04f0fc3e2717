"""One process at a time serves a data directory."""

import fcntl
import os
from pathlib import Path
from typing import IO

from bashu_daemon.journal.errors import DirectoryLocked


def lock_directory(directory: Path) -> IO[str]:
    """Take the directory's lock; closing the returned file gives it back.

    Raises:
        DirectoryLocked: another process holds it.
    """
    path = directory / "lock"
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise DirectoryLocked(
            f"The data directory {directory} is in use by process {owner}; stop it first."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
