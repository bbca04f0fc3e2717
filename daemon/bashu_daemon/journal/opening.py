"""What a data directory must look like for its journal to be opened.

Nothing that a client was told of may be missing without a word, whatever SQLite drops.
"""

import logging
import sqlite3
from pathlib import Path

from bashu_daemon.journal.acknowledged import Mark
from bashu_daemon.journal.errors import JournalDamaged
from bashu_daemon.journal.reading import read_hash
from bashu_daemon.journal.wal import LogEnd, log_end

logger = logging.getLogger(__name__)


def log_path(database: Path) -> Path:
    """Return where SQLite keeps the write-ahead log."""
    return database.with_name(database.name + "-wal")


def check_nothing_was_written(database: Path, mark: Mark | None) -> None:
    """Refuse to begin anew where the database is missing and traces of it are not.

    Raises:
        JournalDamaged: naming the first record that is gone.
    """
    if mark is not None and mark.last_seq:
        raise JournalDamaged(
            1, f"{database} is missing, and the records up to {mark.last_seq} were acknowledged"
        )
    traces = [log_path(database), *database.parent.glob("snapshots/*.snapshot")]
    for trace in traces:
        if trace.exists() and trace.stat().st_size:
            raise JournalDamaged(1, f"{database} is missing, and there is {trace}")


def check_log_end(database: Path) -> LogEnd:
    """Say so if the last write was cut off; refuse if there is damage in the log.

    SQLite reads its write-ahead log up to the last whole transaction, so what was being written
    when the power went is cut back to the last whole record. But SQLite drops acknowledged
    transactions behind a damaged one just as silently, and that must not pass for an unfinished
    write.

    Raises:
        JournalDamaged: whole transactions follow one that is not.
    """
    end = log_end(log_path(database))
    if end is LogEnd.BROKEN:
        raise JournalDamaged(0, f"in the write-ahead log {end.value}")
    if end is not LogEnd.NOTHING:
        logger.warning(
            "The last write to %s was not finished (of the log, %s); the journal goes back to its "
            "last whole record.",
            database,
            end.value,
        )
    return end


def check_acknowledged(
    reader: sqlite3.Connection, head_seq: int, mark: Mark | None, end: LogEnd
) -> range:
    """Compare the end of the journal with the mark; return the acknowledged records it lost.

    A log whose bytes end within the last acknowledged batch is a torn tail: the disk lost what it
    had called synced. The journal goes back to the batch before, and says what was lost. Anything
    else that was acknowledged and is not there is damage.

    Raises:
        JournalDamaged: naming the first record that is gone or another.
    """
    if mark is None:
        if head_seq:
            logger.warning(
                "There is no mark of what was acknowledged; if records are missing behind %d, "
                "it cannot be told.",
                head_seq,
            )
        return range(0)
    if mark.last_seq <= head_seq:
        if read_hash(reader, mark.last_seq) != mark.hash:
            raise JournalDamaged(mark.last_seq, "it is not the record that was acknowledged")
        return range(0)
    if end is not LogEnd.CUT_OFF or mark.first_seq != head_seq + 1:
        raise JournalDamaged(
            head_seq + 1, f"the records up to {mark.last_seq} were acknowledged, and are gone"
        )
    logger.warning(
        "The disk lost the records %d to %d, which it had called synced and which were "
        "acknowledged; clients may know reports that the venue does not.",
        mark.first_seq,
        mark.last_seq,
    )
    return range(mark.first_seq, mark.last_seq + 1)
