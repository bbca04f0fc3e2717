"""Writing a batch in one step of SQLite.

Python gives up its interpreter lock in every step and, beside a busy event loop, waits up to a
whole switch interval to get it back. So a batch is one statement that commits by itself: one step,
one wait, however many rows. Only batches beyond the largest statement take several.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Final

from bashu_daemon.journal.checksum import reports_checksum
from bashu_daemon.journal.record import Record, ReportRow

# Statements come in powers of two, so that all stay prepared; rows of NULL fill a batch up. SQLite
# takes 32,766 parameters (https://www.sqlite.org/limits.html), which 4,096 rows of 6 stay below.
MAX_ROWS_PER_STATEMENT: Final = 4_096
_NO_ROW: Final = (None,) * 6

Entry = tuple[object, ...]


def _statement(rows: int) -> str:
    values = ", ".join(["(?, ?, ?, ?, ?, ?)"] * rows)
    return f"INSERT INTO entries SELECT * FROM (VALUES {values}) WHERE column1 IS NOT NULL"  # noqa: S608  question marks only


_STATEMENTS: Final = {1 << bits: _statement(1 << bits) for bits in range(13)}


def command_entry(record: Record, digest: bytes) -> Entry:
    return "command", record.user, record.seq, record.time_ns, record.payload, digest


def reports_entry(row: ReportRow) -> Entry:
    first, last = row.first_rpt_seq, row.last_rpt_seq
    return "reports", row.user, last, first, row.payload, reports_checksum(row)


def insert(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Write all entries and sync, or none.

    Raises:
        sqlite3.Error: after an I/O error they may or may not be there after the next opening.
    """
    if len(entries) <= MAX_ROWS_PER_STATEMENT:
        if entries:
            _execute(connection, entries)
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for start in range(0, len(entries), MAX_ROWS_PER_STATEMENT):
            _execute(connection, entries[start : start + MAX_ROWS_PER_STATEMENT])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _execute(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    rows = 1 << (len(entries) - 1).bit_length()
    parameters = list(chain.from_iterable(entries))
    parameters.extend(_NO_ROW * (rows - len(entries)))
    connection.execute(_STATEMENTS[rows], parameters)
