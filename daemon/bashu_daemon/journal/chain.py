"""The hash chain: each record's hash covers the one before, so nothing can be changed alone."""

import hashlib
import struct
from typing import Final

from bashu_daemon.journal.record import Record

GENESIS: Final = hashlib.sha256(b"bashu journal, format 1").digest()
_HEADER = struct.Struct(">qqH")


def next_hash(previous: bytes, record: Record) -> bytes:
    """Return the SHA-256 over the previous hash and every field of the record."""
    user = record.user.encode()
    header = _HEADER.pack(record.seq, record.time_ns, len(user))
    return hashlib.sha256(b"".join((previous, header, user, record.payload))).digest()
