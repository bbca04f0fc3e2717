"""Files and directory entries that are on the disk when a function returns."""

import os
from pathlib import Path


def sync_path(path: Path) -> None:
    """Sync a file's content, or the names in a directory.

    Raises:
        OSError: they may not be on the disk.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make a directory and its parents where they are missing, each entry synced.

    Raises:
        OSError: it cannot be made, or something else has its name.
    """
    made = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for path in made:
        sync_path(path.parent)
