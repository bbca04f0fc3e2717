"""Snapshots: files that are whole or not there, each tied to its place in the chain."""

import hashlib
import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

logger = logging.getLogger(__name__)

KEPT: Final = 3
_DIGEST_BYTES: Final = 32
_ENCODER: Final = msgspec.msgpack.Encoder()


class Snapshot(Struct, frozen=True, array_like=True):
    """The venue's and surveillance's states right after record `seq`."""

    seq: int
    journal_hash: bytes
    venue: bytes
    surveillance: bytes


_DECODER: Final = msgspec.msgpack.Decoder(Snapshot)


class Snapshots:
    """The last few snapshots of a data directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def save(self, snapshot: Snapshot) -> None:
        """Write, sync and rename; then drop all but the newest."""
        self._directory.mkdir(exist_ok=True)
        body = zlib.compress(_ENCODER.encode(snapshot), 1)
        path = self._path(snapshot.seq)
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as file:
            file.write(hashlib.sha256(body).digest() + body)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        for old in self._paths()[KEPT:]:
            old.unlink()

    def newest_first(self) -> Iterator[Snapshot]:
        """Yield the whole ones; a damaged one is named in a warning and passed over."""
        for path in self._paths():
            snapshot = _read(path)
            if snapshot is not None:
                yield snapshot

    def _path(self, seq: int) -> Path:
        return self._directory / f"{seq:015d}.snapshot"

    def _paths(self) -> list[Path]:
        return sorted(self._directory.glob("*.snapshot"), reverse=True)


def _read(path: Path) -> Snapshot | None:
    data = path.read_bytes()
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() == digest:
        try:
            return _DECODER.decode(zlib.decompress(body))
        except (msgspec.MsgspecError, zlib.error) as error:
            logger.warning("Snapshot %s is of another format (%s); ignored.", path.name, error)
            return None
    logger.warning("Snapshot %s is damaged; ignored.", path.name)
    return None
