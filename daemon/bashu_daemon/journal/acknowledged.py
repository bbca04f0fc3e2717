"""How far the venue has acknowledged: one small file beside the journal.

SQLite drops whatever does not fit at the end of its log, and a damaged table can end early without
an error. Neither says whether something is missing that a client was told of; this mark does.

It is written right after the fsync of each batch and not synced itself. After a killed process it
is exact. After a power cut it may be older than the journal, never newer, so what it says was on
the disk.
"""

import errno
import logging
import os
import struct
import zlib
from pathlib import Path
from typing import Final

from msgspec import Struct

logger = logging.getLogger(__name__)

FILE_NAME: Final = "acknowledged"

_MAGIC: Final = b"BSHUACK1"
_BODY: Final = struct.Struct(">8sqq32s")
_CHECKSUM: Final = struct.Struct(">I")


class Mark(Struct, frozen=True):
    """The last acknowledged batch: its first and last record, and the chain's hash after it."""

    first_seq: int
    last_seq: int
    hash: bytes


def read_mark(directory: Path) -> Mark | None:
    """Return the mark; None if there is none, or, with a warning, if it is damaged.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        data = (directory / FILE_NAME).read_bytes()
    except FileNotFoundError:
        return None
    if not data.strip(b"\0"):
        return None  # opened, and nothing written yet or nothing that reached the disk
    body, checksum = data[: _BODY.size], data[_BODY.size :]
    if checksum == _CHECKSUM.pack(zlib.crc32(body)) and len(body) == _BODY.size:
        magic, first_seq, last_seq, digest = _BODY.unpack(body)
        if magic == _MAGIC:
            return Mark(first_seq, last_seq, digest)
    logger.warning(
        "%s is damaged; whether acknowledged records are missing at the journal's end cannot be "
        "told.",
        directory / FILE_NAME,
    )
    return None


class MarkFile:
    """The open file. Its 60 bytes lie in one sector, which a disk writes whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self._descriptor = os.open(directory / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)

    def write(self, mark: Mark) -> None:
        """Write the mark over the last one.

        Raises:
            OSError: it is not, or not wholly, written.
        """
        body = _BODY.pack(_MAGIC, mark.first_seq, mark.last_seq, mark.hash)
        data = body + _CHECKSUM.pack(zlib.crc32(body))
        if os.pwrite(self._descriptor, data, 0) != len(data):
            raise OSError(errno.EIO, "The mark of what was acknowledged was written in part")

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)
