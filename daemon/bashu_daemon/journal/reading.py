"""Reading records and reports back, one by one, each checked against what protects it."""

import sqlite3
from collections.abc import Iterator

from bashu_daemon.journal.chain import GENESIS, next_hash
from bashu_daemon.journal.checksum import reports_checksum
from bashu_daemon.journal.errors import JournalDamaged, ReportsDamaged
from bashu_daemon.journal.record import Record, ReportRow

_RECORDS = "SELECT seq, time_ns, user, payload, hash FROM commands WHERE seq > ? ORDER BY seq"
_HEAD = "SELECT seq, time_ns, hash FROM commands ORDER BY seq DESC LIMIT 1"
_HASH = "SELECT hash FROM commands WHERE seq = ?"
_REPORTS_OF_USER = (
    "SELECT user, first_rpt_seq, last_rpt_seq, payload, crc32 FROM reports"
    " WHERE user = ? AND last_rpt_seq > ? ORDER BY last_rpt_seq LIMIT ?"
)
_ALL_REPORTS = (
    "SELECT user, first_rpt_seq, last_rpt_seq, payload, crc32 FROM reports"
    " ORDER BY user, last_rpt_seq"
)
_HASH_BYTES = len(GENESIS)


def read_records(
    connection: sqlite3.Connection, after_seq: int, previous: bytes
) -> Iterator[Record]:
    """Yield records in order and check that each follows from the one before.

    Raises:
        JournalDamaged: naming the first bad record.
    """
    seq = after_seq
    try:
        for number, time_ns, user, payload, stored in connection.execute(_RECORDS, (after_seq,)):
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


def read_head(connection: sqlite3.Connection) -> tuple[int, int, bytes]:
    """Return number, time and hash of the last record."""
    row = connection.execute(_HEAD).fetchone()
    if row is None:
        return 0, 0, GENESIS
    seq, time_ns, digest = row
    if not isinstance(time_ns, int):
        raise JournalDamaged(seq, "a field is of another type")
    return seq, time_ns, _checked_hash(seq, digest)


def read_hash(connection: sqlite3.Connection, seq: int) -> bytes:
    """Return the chain's hash after a record; that of number 0 is fixed."""
    if seq == 0:
        return GENESIS
    try:
        row = connection.execute(_HASH, (seq,)).fetchone()
    except sqlite3.DatabaseError as error:
        raise JournalDamaged(seq, f"it cannot be read ({error})") from error
    if row is None:
        raise JournalDamaged(seq, "the record is missing")
    return _checked_hash(seq, row[0])


def _checked_hash(seq: int, value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != _HASH_BYTES:
        raise JournalDamaged(seq, "its hash is none")
    return value


def read_reports(
    connection: sqlite3.Connection, user: str, after_rpt_seq: int, limit: int, through_rpt_seq: int
) -> list[ReportRow]:
    """Return a user's rows that reach beyond a number, at most `limit`, without a gap.

    Fewer than `limit` must reach through the given number.

    Raises:
        ReportsDamaged: naming the first bad report.
    """
    found: list[ReportRow] = []
    last = after_rpt_seq
    try:
        for fields in connection.execute(_REPORTS_OF_USER, (user, after_rpt_seq, limit)):
            row = _checked_row(*fields)
            if row.first_rpt_seq > last + 1 or (found and row.first_rpt_seq != last + 1):
                raise ReportsDamaged(user, last + 1, "it is missing")
            last = row.last_rpt_seq
            found.append(row)
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise ReportsDamaged(user, last + 1, f"it cannot be read ({error})") from error
    if len(found) < limit and last < through_rpt_seq:
        raise ReportsDamaged(user, last + 1, "it is missing")
    return found


def read_all_reports(connection: sqlite3.Connection) -> Iterator[ReportRow]:
    """Yield every row, user by user; whether one is missing is for the reader to say.

    Raises:
        ReportsDamaged: naming the first bad row.
    """
    user, last = "an unknown user", 0
    try:
        for fields in connection.execute(_ALL_REPORTS):
            row = _checked_row(*fields)
            user, last = row.user, row.last_rpt_seq
            yield row
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise ReportsDamaged(user, last + 1, f"it cannot be read ({error})") from error


def _checked_row(user: str, first: int, last: int, payload: bytes, crc32: int) -> ReportRow:
    row = ReportRow(user, first, last, payload)
    if not (isinstance(first, int) and isinstance(payload, bytes)):
        raise ReportsDamaged(user, last, "a field is of another type")
    if reports_checksum(row) != crc32:
        raise ReportsDamaged(user, first, "its checksum does not fit its content")
    return row
