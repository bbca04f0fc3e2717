"""The durable log: SQLite in WAL mode with synchronous=FULL, so one fsync a transaction.

A command and the reports that it caused are written in one transaction. `append` is the only
writer and runs in one thread; reads use a connection of their own.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal.acknowledged import Mark, MarkFile, read_mark
from bashu_daemon.journal.chain import GENESIS, next_hash
from bashu_daemon.journal.errors import JournalDamaged
from bashu_daemon.journal.lock import lock_directory
from bashu_daemon.journal.record import Record, ReportRow
from bashu_daemon.journal.snapshots import Snapshot, Snapshots
from bashu_daemon.journal.wal import LogEnd, log_end

logger = logging.getLogger(__name__)

FILE_NAME: Final = "journal.db"
FORMAT: Final = 1

_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE commands (
    seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, user TEXT NOT NULL,
    payload BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE reports (
    user TEXT NOT NULL, last_rpt_seq INTEGER NOT NULL, first_rpt_seq INTEGER NOT NULL,
    payload BLOB NOT NULL, PRIMARY KEY (user, last_rpt_seq)) WITHOUT ROWID;
INSERT INTO meta VALUES ('format', 1), ('epoch', 0);
"""


class Journal:
    """All commands of a venue, and the reports as they were sent.

    Raises on opening:
        DirectoryLocked: another process serves the directory.
        JournalDamaged: the file cannot be read; nothing is repaired.
        OperatorError: the directory cannot be used, or the format is another.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._closing = ExitStack()
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._closing.enter_context(lock_directory(directory))
            check_log_end(directory / FILE_NAME)
            self._open()
        except OSError as error:
            self._closing.close()
            raise OperatorError(
                f"Cannot use the data directory {directory}: {error.strerror}."
            ) from error
        except sqlite3.DatabaseError as error:
            self._closing.close()
            raise JournalDamaged(0, f"{directory / FILE_NAME} is unreadable ({error})") from error
        except BaseException:
            self._closing.close()
            raise

    def _open(self) -> None:
        path = self.directory / FILE_NAME
        is_new = not path.exists()
        self._writer = self._closing.enter_context(closing(connect(path)))
        if is_new:
            self._writer.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        check_format(self._writer, path)
        self._reader = self._closing.enter_context(closing(connect(path)))
        self._snapshots = Snapshots(self.directory / "snapshots")
        self.head_seq, self.head_time_ns, self.head_hash = self._read_head()
        self._check_acknowledged()
        self._mark = self._closing.enter_context(closing(MarkFile(self.directory)))
        self._writer.execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
        (self.epoch,) = self._writer.execute(
            "SELECT value FROM meta WHERE name = 'epoch'"
        ).fetchone()

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
        """Close the files and give the directory back."""
        self._mark.sync()
        self._closing.close()

    def append(self, records: Sequence[Record], reports: Sequence[ReportRow]) -> None:
        """Write one batch and return when it is on the disk.

        Raises:
            sqlite3.Error, OSError: it may not be on the disk; the venue must stop.
        """
        rows = []
        head, seq = self.head_hash, self.head_seq
        for record in records:
            if record.seq != seq + 1:
                raise ValueError(f"record {record.seq} does not follow {seq}")
            head, seq = next_hash(head, record), record.seq
            rows.append((seq, record.time_ns, record.user, record.payload, head))
        cursor = self._writer
        cursor.execute("BEGIN IMMEDIATE")
        try:
            cursor.executemany("INSERT INTO commands VALUES (?, ?, ?, ?, ?)", rows)
            cursor.executemany(
                "INSERT INTO reports VALUES (?, ?, ?, ?)",
                [(r.user, r.last_rpt_seq, r.first_rpt_seq, r.payload) for r in reports],
            )
            cursor.execute("COMMIT")
        except BaseException:
            if cursor.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        self.head_hash, self.head_seq = head, seq
        if records:
            self.head_time_ns = records[-1].time_ns
            self._mark.write(Mark(records[0].seq, seq, head))

    def records(self, after_seq: int = 0) -> Iterator[Record]:
        """Yield the records after a number, checking the chain.

        Raises:
            JournalDamaged: naming the first bad record.
        """
        yield from read_records(self._reader, after_seq, self.hash_at(after_seq))

    def hash_at(self, seq: int) -> bytes:
        """Return the chain's hash after a record; that of number 0 is fixed."""
        if seq == 0:
            return GENESIS
        row = self._reader.execute("SELECT hash FROM commands WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise JournalDamaged(seq, "the record is missing")
        return bytes(row[0])

    def reports(self, user: str, after_rpt_seq: int, limit: int) -> list[ReportRow]:
        """Return a user's stored reports that reach beyond a number, at most `limit` rows."""
        rows = self._reader.execute(
            "SELECT first_rpt_seq, last_rpt_seq, payload FROM reports"
            " WHERE user = ? AND last_rpt_seq > ? ORDER BY last_rpt_seq LIMIT ?",
            (user, after_rpt_seq, limit),
        )
        return [ReportRow(user, first, last, payload) for first, last, payload in rows]

    def all_reports(self) -> Iterator[ReportRow]:
        """Yield every stored report row, user by user."""
        for user, first, last, payload in self._reader.execute(
            "SELECT user, first_rpt_seq, last_rpt_seq, payload FROM reports"
            " ORDER BY user, last_rpt_seq"
        ):
            yield ReportRow(user, first, last, payload)

    def save_snapshot(self, seq: int, venue: bytes, surveillance: bytes) -> None:
        """Keep a state, so that a start need not replay what came before it."""
        self._snapshots.save(Snapshot(seq, self.hash_at(seq), venue, surveillance))

    def latest_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot that is whole and belongs to this journal."""
        for snapshot in self._snapshots.newest_first():
            if snapshot.seq <= self.head_seq and snapshot.journal_hash == self.hash_at(
                snapshot.seq
            ):
                return snapshot
            logger.warning("Snapshot %d does not belong to this journal; ignored.", snapshot.seq)
        return None

    def snapshots(self) -> Iterator[Snapshot]:
        """Yield all whole snapshots, newest first."""
        return self._snapshots.newest_first()

    def _check_acknowledged(self) -> None:
        """Everything that a client was told of must be there, whatever SQLite dropped."""
        mark = read_mark(self.directory)
        if mark is None:
            return
        if mark.last_seq > self.head_seq:
            raise JournalDamaged(
                self.head_seq + 1,
                f"the records up to {mark.last_seq} were acknowledged, and are gone",
            )
        if self.hash_at(mark.last_seq) != mark.hash:
            raise JournalDamaged(mark.last_seq, "it is not the record that was acknowledged")

    def _read_head(self) -> tuple[int, int, bytes]:
        row = self._writer.execute(
            "SELECT seq, time_ns, hash FROM commands ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return (int(row[0]), int(row[1]), bytes(row[2])) if row else (0, 0, GENESIS)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with every commit synced."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.text_factory = str
    return connection


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    if row is None or row[0] != FORMAT:
        found = "none" if row is None else row[0]
        raise OperatorError(
            f"{path} has format {found}; this version of Bashu reads format {FORMAT}."
        )


def read_records(
    connection: sqlite3.Connection, after_seq: int, previous: bytes
) -> Iterator[Record]:
    """Yield records in order and check that each follows from the one before."""
    seq = after_seq
    try:
        for number, time_ns, user, payload, stored in connection.execute(
            "SELECT seq, time_ns, user, payload, hash FROM commands WHERE seq > ? ORDER BY seq",
            (after_seq,),
        ):
            if number != seq + 1:
                raise JournalDamaged(seq + 1, "the record is missing")
            if not (
                isinstance(time_ns, int) and isinstance(user, str) and isinstance(payload, bytes)
            ):
                raise JournalDamaged(number, "a field is of another type")
            record = Record(number, time_ns, user, payload)
            previous = next_hash(previous, record)
            if previous != stored:
                raise JournalDamaged(number, "its hash does not follow from its content")
            seq = number
            yield record
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise JournalDamaged(seq + 1, f"it cannot be read ({error})") from error


def check_log_end(path: Path) -> None:
    """Say so if the last write was cut off; refuse if there is damage in the log.

    SQLite reads its write-ahead log up to the last whole transaction, so what was being written
    when the power went is cut back to the last whole record. It was never acknowledged: an
    acknowledgement leaves only after the sync. But SQLite drops acknowledged transactions behind
    a damaged one just as silently, and that must not pass for an unfinished write.

    Raises:
        JournalDamaged: whole transactions follow one that is not.
    """
    end = log_end(path.with_name(path.name + "-wal"))
    if end is LogEnd.BROKEN:
        raise JournalDamaged(0, f"in the write-ahead log {end.value}")
    if end is not LogEnd.NOTHING:
        logger.warning(
            "The last write to %s was not finished (%s); the journal goes back to its last whole "
            "record.",
            path,
            end.value,
        )
