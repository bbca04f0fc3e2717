"""Reading a journal: by the venue that writes it, and beside it while it does."""

import logging
import sqlite3
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal.database import FILE_NAME, check_format, connect
from bashu_daemon.journal.reading import (
    read_all_reports,
    read_hash,
    read_head,
    read_records,
    read_reports,
)
from bashu_daemon.journal.record import Record, ReportRow
from bashu_daemon.journal.snapshots import Snapshot, SnapshotFile, Snapshots

logger = logging.getLogger(__name__)


class JournalView:
    """All commands up to `head_seq`, the reports as they were sent, and the snapshots."""

    _reader: sqlite3.Connection
    _snapshots: Snapshots
    directory: Path
    head_seq: int

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._reader.close()

    def records(self, after_seq: int = 0) -> Generator[Record, None, None]:
        """Yield the records after a number, checking the chain.

        Raises:
            JournalDamaged: naming the first bad record.
        """
        yield from read_records(self._reader, after_seq, self.hash_at(after_seq))

    def hash_at(self, seq: int) -> bytes:
        """Return the chain's hash after a record; that of number 0 is fixed."""
        return read_hash(self._reader, seq)

    def reports(
        self, user: str, after_rpt_seq: int, limit: int, through_rpt_seq: int = 0
    ) -> list[ReportRow]:
        """Return a user's stored reports that reach beyond a number, at most `limit` rows.

        Where the caller knows up to which number there must be reports, it says so.

        Raises:
            ReportsDamaged: one is missing, or is not what was written.
        """
        return read_reports(self._reader, user, after_rpt_seq, limit, through_rpt_seq)

    def all_reports(self) -> Iterator[ReportRow]:
        """Yield every stored report row, user by user.

        Raises:
            ReportsDamaged: one is not what was written.
        """
        return read_all_reports(self._reader)

    def save_snapshot(self, seq: int, venue: bytes, surveillance: bytes, tape: bytes = b"") -> None:
        """Keep a state, so that a start need not replay what came before it."""
        self._snapshots.save(Snapshot(seq, self.hash_at(seq), venue, surveillance, tape))

    def latest_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot that is whole and belongs to this journal."""
        return next(self.snapshots(), None)

    def snapshots(self) -> Iterator[Snapshot]:
        """Yield the whole snapshots of this journal, newest first; warn of the others."""
        for file in self.snapshot_files():
            if file.snapshot is not None:
                yield file.snapshot
            else:
                logger.warning("Snapshot %s %s; ignored.", file.name, file.fault)

    def snapshot_files(self) -> Iterator[SnapshotFile]:
        """Yield every snapshot, newest first, or what is wrong with it."""
        for file in self._snapshots.newest_first():
            if file.snapshot is None or self._owns(file.snapshot):
                yield file
            else:
                yield SnapshotFile(file.name, fault="does not belong to this journal")

    def _owns(self, snapshot: Snapshot) -> bool:
        return snapshot.seq <= self.head_seq and snapshot.journal_hash == self.hash_at(snapshot.seq)


class LiveView(JournalView):
    """The journal of a directory that another process serves.

    It takes no lock and writes nothing but snapshots.

    Raises on opening:
        OperatorError: there is no journal, or its format is another.
        sqlite3.Error: it cannot be read.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / FILE_NAME
        if not path.exists():
            raise OperatorError(f"{directory} holds no journal ({FILE_NAME}).")
        self.directory = directory
        self._reader = connect(path)
        check_format(self._reader, path)
        self._snapshots = Snapshots(directory / "snapshots")
        self.head_seq = self.newest_seq()
        """Number of the last record when the view was opened."""

    def newest_seq(self) -> int:
        """Return the number of the last record that is there now."""
        return read_head(self._reader)[0]
