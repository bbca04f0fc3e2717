"""The database file: its tables, how it comes into being, how it is opened."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal.files import sync_path

FILE_NAME: Final = "journal.db"
FORMAT: Final = 1
OWNER_ONLY: Final = 0o600

# Rows are put into the view: its triggers take each to its table, so that a whole batch is one
# statement (see entries.py).
_SCHEMA: Final = """
BEGIN;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE commands (
    seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, user TEXT NOT NULL,
    payload BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE reports (
    user TEXT NOT NULL, last_rpt_seq INTEGER NOT NULL, first_rpt_seq INTEGER NOT NULL,
    payload BLOB NOT NULL, crc32 INTEGER NOT NULL,
    PRIMARY KEY (user, last_rpt_seq)) WITHOUT ROWID;
CREATE VIEW entries AS SELECT
    NULL AS kind, NULL AS user, NULL AS number, NULL AS other, NULL AS payload, NULL AS checksum;
CREATE TRIGGER entry_of_a_command INSTEAD OF INSERT ON entries WHEN NEW.kind = 'command' BEGIN
    INSERT INTO commands VALUES (NEW.number, NEW.other, NEW.user, NEW.payload, NEW.checksum);
END;
CREATE TRIGGER entry_of_reports INSTEAD OF INSERT ON entries WHEN NEW.kind = 'reports' BEGIN
    INSERT INTO reports VALUES (NEW.user, NEW.number, NEW.other, NEW.payload, NEW.checksum);
END;
COMMIT;
"""


def create(path: Path) -> None:
    """Make an empty journal: whole under its name, or not there; its owner alone may read it.

    Raises:
        OSError, sqlite3.Error: it could not be written; nothing has the name.
    """
    part = path.with_name(path.name + ".part")
    for leftover in part.parent.glob(part.name + "*"):
        leftover.unlink()
    part.touch(OWNER_ONLY)  # what SQLite writes beside a database has the database's rights
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        # Nobody reads a part, and it is synced below: SQLite ignores a failed directory sync.
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        connection.execute("INSERT INTO meta VALUES ('format', ?), ('epoch', 0)", (FORMAT,))
        connection.execute("PRAGMA journal_mode = WAL")
    sync_path(part)
    part.rename(path)
    sync_path(path.parent)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with every commit synced and no checkpoint but those that are asked for.

    SQLite's own checkpoints hide their failures.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA busy_timeout = 5000")
    except BaseException:
        connection.close()
        raise
    return connection


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `OperatorError` unless this version reads the file's format."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    if row is None or row[0] != FORMAT:
        found = "none" if row is None else row[0]
        raise OperatorError(
            f"{path} has format {found}; this version of Bashu reads format {FORMAT}."
        )
