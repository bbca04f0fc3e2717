"""Snapshots: files that are whole or not there, each tied to its place in the chain."""

import contextlib
import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from bashu_daemon.journal.database import OWNER_ONLY
from bashu_daemon.journal.files import make_directory, sync_path

KEPT: Final = 3
_DIGEST_BYTES: Final = 32
_ENCODER: Final = msgspec.msgpack.Encoder()


class Snapshot(Struct, frozen=True, array_like=True):
    """The states of the venue, surveillance and the day's tape right after record `seq`."""

    seq: int
    journal_hash: bytes
    venue: bytes
    surveillance: bytes
    tape: bytes = b""


class SnapshotFile(Struct):
    """A file as it was found: the snapshot, or what is wrong with it."""

    name: str
    snapshot: Snapshot | None = None
    fault: str = ""


_DECODER: Final = msgspec.msgpack.Decoder(Snapshot)


class Snapshots:
    """The last few snapshots of a data directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def save(self, snapshot: Snapshot) -> None:
        """Write, sync and rename; then drop all but the newest."""
        make_directory(self._directory)
        body = zlib.compress(_ENCODER.encode(snapshot), 1)
        path = self._path(snapshot.seq)
        temporary = path.with_suffix(".part")
        temporary.touch(OWNER_ONLY)
        with temporary.open("wb") as file:
            file.write(hashlib.sha256(body).digest() + body)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        sync_path(self._directory)
        for old in self._paths()[KEPT:]:
            old.unlink(missing_ok=True)

    def newest_first(self) -> Iterator[SnapshotFile]:
        """Yield them one by one, whole or not; one that another process drops meanwhile is gone."""
        for path in self._paths():
            with contextlib.suppress(FileNotFoundError):
                yield _read(path)

    def _path(self, seq: int) -> Path:
        return self._directory / f"{seq:015d}.snapshot"

    def _paths(self) -> list[Path]:
        return sorted(self._directory.glob("*.snapshot"), reverse=True)


def _read(path: Path) -> SnapshotFile:
    data = path.read_bytes()
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        return SnapshotFile(path.name, fault="is damaged")
    try:
        return SnapshotFile(path.name, _DECODER.decode(zlib.decompress(body)))
    except (msgspec.MsgspecError, zlib.error) as error:
        return SnapshotFile(path.name, fault=f"is of another format ({error})")
