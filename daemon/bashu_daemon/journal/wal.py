"""How SQLite's write-ahead log ends, read before SQLite opens it.

SQLite takes the log up to the last whole transaction before the first frame that does not fit, and
drops the rest without a word: an unfinished write, but just as well a hundred acknowledged
transactions behind one flipped bit. Format: https://www.sqlite.org/fileformat2.html#walformat
"""

import enum
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24

_MAGIC_LITTLE: Final = 0x377F0682
_MAGIC_BIG: Final = 0x377F0683
_PAGE_SIZES: Final = frozenset(1 << bits for bits in range(9, 17))
_FRAME_HEADER: Final = struct.Struct(">II8s8s")
_WORD: Final = 0xFFFFFFFF


class LogEnd(enum.Enum):
    """What follows the last whole transaction."""

    NOTHING = "nothing"
    CUT_OFF = "it is cut off within a transaction"
    UNFINISHED = "a transaction is there in parts"
    """At most one: it was being written, or it was damaged later."""
    BROKEN = "several transactions follow a damaged one"
    """Each was synced before the next began, so this is damage and never an unfinished write."""


class _Frame(Struct):
    commits: bool
    is_current: bool
    """Of this round of the log, and not left over from an earlier one."""
    content: bytes
    checksum: bytes


def log_end(path: Path) -> LogEnd:
    """Tell how the log at `path` ends. No file, or an empty one, ends with nothing.

    Raises:
        OSError: it cannot be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return LogEnd.NOTHING
    with file:
        header = file.read(HEADER_BYTES)
        if not header:
            return LogEnd.NOTHING
        if len(header) < HEADER_BYTES:
            return LogEnd.CUT_OFF
        words = _words(header)
        page_bytes = int.from_bytes(header[8:12])
        if words is None or page_bytes not in _PAGE_SIZES:
            return LogEnd.UNFINISHED
        checksum = _checksum(words, header[:24], (0, 0))
        if _pack(checksum) != header[24:32]:
            return LogEnd.UNFINISHED
        return _end_of_frames(_frames(file, header[16:24], page_bytes), words, checksum)


def _end_of_frames(
    frames: Iterator[_Frame | None], words: str, checksum: tuple[int, int]
) -> LogEnd:
    in_transaction = False
    for frame in frames:
        if frame is None:
            return LogEnd.CUT_OFF
        if frame.is_current:
            checksum = _checksum(words, frame.content, checksum)
        if not frame.is_current or _pack(checksum) != frame.checksum:
            return _after_misfit(frame, frames, in_transaction=in_transaction)
        in_transaction = not frame.commits
    return LogEnd.CUT_OFF if in_transaction else LogEnd.NOTHING


def _after_misfit(
    misfit: _Frame, frames: Iterator[_Frame | None], *, in_transaction: bool
) -> LogEnd:
    """Judge by what comes after a frame that does not continue the log."""
    current = [misfit] if misfit.is_current else []
    cut_off = False
    for frame in frames:
        if frame is None:
            cut_off = True
        elif frame.is_current:
            current.append(frame)
    commits = sum(frame.commits for frame in current)
    if commits > 1 or (commits == 1 and not current[-1].commits):
        return LogEnd.BROKEN
    if current and cut_off and not commits:
        return LogEnd.CUT_OFF
    return LogEnd.UNFINISHED if current or in_transaction else LogEnd.NOTHING


def _frames(file: IO[bytes], salts: bytes, page_bytes: int) -> Iterator[_Frame | None]:
    """Yield the frames; None stands for one that the end of the file cuts off."""
    size = FRAME_HEADER_BYTES + page_bytes
    while data := file.read(size):
        if len(data) < size:
            yield None
            return
        _page, commit, found, checksum = _FRAME_HEADER.unpack_from(data)
        content = data[:8] + data[FRAME_HEADER_BYTES:]
        yield _Frame(commit != 0, found == salts, content, checksum)


def _words(header: bytes) -> str | None:
    """Return the byte order of the checksums' words."""
    return {_MAGIC_LITTLE: "<", _MAGIC_BIG: ">"}.get(int.from_bytes(header[:4]))


def _checksum(words: str, data: bytes, before: tuple[int, int]) -> tuple[int, int]:
    first, second = before
    values = iter(struct.unpack(f"{words}{len(data) // 4}I", data))
    for even, odd in zip(values, values, strict=True):
        first = (first + even + second) & _WORD
        second = (second + odd + first) & _WORD
    return first, second


def _pack(checksum: tuple[int, int]) -> bytes:
    return struct.pack(">II", *checksum)
