"""Where a user's own files about one venue are, and how they are written: whole or not at all."""

import os
import re
from pathlib import Path

from bashu_tui.locations import data_folder


def user_folder(broker: str, user: str) -> Path:
    """Return the folder of a user's files about one venue; it may not exist."""
    place = re.sub(r"^\w+://", "", broker)
    return data_folder() / _as_name(place) / _as_name(user)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file that only its owner may read in the place of what was there.

    Raises:
        OSError: it could not be written; what was there is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _as_name(text: str) -> str:
    """Return a file name of its own for any text."""
    return re.sub(r"[^\w-]", lambda found: f"%{ord(found[0]):x}", text) or "%"
