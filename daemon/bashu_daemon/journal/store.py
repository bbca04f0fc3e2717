"""The durable log: SQLite in WAL mode with synchronous=FULL, so one fsync a transaction.

A command and the reports that it caused are written in one transaction. `append` is the only
writer and runs in one thread; reads use a connection of their own.
"""

import logging
import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from operator import attrgetter
from pathlib import Path
from typing import Final

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal.acknowledged import Mark, MarkFile, read_mark
from bashu_daemon.journal.chain import next_hash
from bashu_daemon.journal.database import FILE_NAME, check_format, connect, create
from bashu_daemon.journal.entries import Entry, command_entry, insert, reports_entry
from bashu_daemon.journal.errors import JournalDamaged, JournalStopped
from bashu_daemon.journal.files import make_directory, sync_path
from bashu_daemon.journal.lock import lock_directory
from bashu_daemon.journal.opening import (
    check_acknowledged,
    check_log_end,
    check_nothing_was_written,
)
from bashu_daemon.journal.reading import (
    read_head,
)
from bashu_daemon.journal.record import Record, ReportRow
from bashu_daemon.journal.snapshots import Snapshots
from bashu_daemon.journal.view import JournalView

logger = logging.getLogger(__name__)

PAGES_PER_CHECKPOINT: Final = 1_000
"""Pages written to the log, by estimate, before they go to the tables: about 4 MB."""
_PAGE_BYTES: Final = 4_096
_PAYLOAD: Final = attrgetter("payload")


class Journal(JournalView):
    """All commands of a venue, and the reports as they were sent.

    `lost` are the acknowledged records that a torn tail took, in this opening.

    Raises on opening:
        DirectoryLocked: another process serves the directory.
        JournalDamaged: the file cannot be read; nothing is repaired.
        OperatorError: the directory cannot be used, or the format is another.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.last_write_seconds = 0.0
        """How long the last batch took to write and sync."""
        self._failure: BaseException | None = None
        self._pages_logged = 0
        with ExitStack() as opening:
            try:
                make_directory(directory)
                opening.enter_context(lock_directory(directory))
                self._open(opening)
            except OSError as error:
                raise OperatorError(
                    f"Cannot use the data directory {directory}: {error.strerror}."
                ) from error
            except sqlite3.DatabaseError as error:
                raise JournalDamaged(
                    0, f"{directory / FILE_NAME} is unreadable ({error})"
                ) from error
            self._closing = opening.pop_all()

    def _open(self, opening: ExitStack) -> None:
        path = self.directory / FILE_NAME
        mark = read_mark(self.directory)
        if not path.exists():
            check_nothing_was_written(path, mark)
            create(path)
        log_end = check_log_end(path)
        self._writer = opening.enter_context(closing(connect(path)))
        check_format(self._writer, path)
        self._reader = opening.enter_context(closing(connect(path)))
        self.head_seq, self.head_time_ns, self.head_hash = read_head(self._reader)
        self.lost = check_acknowledged(self._reader, self.head_seq, mark, log_end)
        self._snapshots = Snapshots(self.directory / "snapshots")
        self._mark = opening.enter_context(closing(MarkFile(self.directory)))
        opening.callback(self._mark.sync)
        # What is recovered is promised from now on.
        self._mark.write(Mark(self.head_seq, self.head_seq, self.head_hash))
        self._writer.execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
        (self.epoch,) = self._writer.execute(
            "SELECT value FROM meta WHERE name = 'epoch'"
        ).fetchone()
        # SQLite ignores that the names of its new files could not be synced.
        sync_path(self.directory)

    def close(self) -> None:
        """Close the files and give the directory back."""
        self._closing.close()

    def append(self, records: Sequence[Record], reports: Sequence[ReportRow]) -> None:
        """Write one batch and return when it is on the disk.

        Raises:
            ValueError: the records do not follow the last one; nothing was written.
            sqlite3.Error, OSError: it may not be on the disk; the venue must stop.
            JournalStopped: an earlier write failed.
        """
        if self._failure is not None:
            raise JournalStopped(
                f"The journal in {self.directory} stopped: {self._failure}"
            ) from self._failure
        head, entries = self._chained(records)
        entries.extend(map(reports_entry, reports))
        try:
            self._write(records, head, entries)
            self._pages_logged += _pages(records, reports)
        except BaseException as error:
            self._failure = error
            raise

    def _chained(self, records: Sequence[Record]) -> tuple[bytes, list[Entry]]:
        head, seq = self.head_hash, self.head_seq
        entries: list[Entry] = []
        for record in records:
            if record.seq != seq + 1:
                raise ValueError(f"record {record.seq} does not follow {seq}")
            head, seq = next_hash(head, record), record.seq
            entries.append(command_entry(record, head))
        return head, entries

    def _write(self, records: Sequence[Record], head: bytes, entries: list[Entry]) -> None:
        start = time.perf_counter()
        if self._pages_logged >= PAGES_PER_CHECKPOINT:
            self._checkpoint()
        insert(self._writer, entries)
        if records:
            last = records[-1]
            self.head_hash, self.head_seq, self.head_time_ns = head, last.seq, last.time_ns
            self._mark.write(Mark(records[0].seq, last.seq, head))
        self.last_write_seconds = time.perf_counter() - start

    def _checkpoint(self) -> None:
        """Copy the log to the tables, so that it can begin anew. Raises what the disk says."""
        self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._pages_logged = 0


def _pages(records: Sequence[Record], reports: Sequence[ReportRow]) -> int:
    """Estimate what a batch writes: its bytes, a leaf for each user, and the pages above them."""
    size = sum(map(len, map(_PAYLOAD, records))) + sum(map(len, map(_PAYLOAD, reports)))
    return 2 + len(reports) + size // _PAGE_BYTES
