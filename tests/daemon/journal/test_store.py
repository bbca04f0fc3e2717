import os
import sqlite3
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import (
    DirectoryLocked,
    Journal,
    JournalDamaged,
    JournalStopped,
    Record,
    ReportRow,
    reading,
)
from bashu_daemon.journal.chain import GENESIS, next_hash
from bashu_daemon.journal.entries import MAX_ROWS_PER_STATEMENT


def test_what_was_appended_is_there_after_reopening(plain: Any, tmp_path: Path) -> None:
    with Journal(tmp_path / "data") as journal:
        plain.fill(journal, 20, per_batch=3)
        head = journal.head_hash
    with Journal(tmp_path / "data") as journal:
        assert (journal.head_seq, journal.head_time_ns, journal.head_hash) == (20, 1_020, head)
        assert plain.is_whole(journal, 20)


def test_only_its_owner_may_read_a_journal_and_its_snapshots(plain: Any, tmp_path: Path) -> None:
    """Commands and reports name everybody; a data directory may lie in an open folder."""
    with Journal(tmp_path / "data") as journal:
        plain.fill(journal, 5)
        journal.save_snapshot(5, b"venue", b"surveillance")
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        told = {path.name for path in files if path.stat().st_mode & 0o077}
        assert {path.suffix for path in files} >= {".db", ".db-wal"}
        assert told <= {"lock"}


def test_a_new_journal_is_empty_and_begins_at_the_fixed_hash(journal: Journal) -> None:
    assert (journal.head_seq, journal.head_time_ns, journal.head_hash) == (0, 0, GENESIS)
    assert list(journal.records()) == []


def test_the_hash_covers_every_field_and_what_came_before() -> None:
    record = Record(1, 2, "anna", b"x")
    others = [
        Record(2, 2, "anna", b"x"),
        Record(1, 3, "anna", b"x"),
        Record(1, 2, "ann", b"x"),
        Record(1, 2, "anna", b"y"),
        Record(1, 2, "ann", b"ax"),
    ]
    hashes = {next_hash(GENESIS, one) for one in [record, *others]}
    hashes.add(next_hash(bytes(32), record))
    assert len(hashes) == 7


def test_records_must_follow_each_other(plain: Any, journal: Journal) -> None:
    plain.fill(journal, 3)
    for seqs in ([3], [5], [4, 6]):
        with pytest.raises(ValueError, match="does not follow"):
            journal.append([plain.record(seq) for seq in seqs], [])
    assert journal.head_seq == 3
    plain.fill(journal, 1)
    assert plain.is_whole(journal, 4)


def test_records_after_a_number(plain: Any, journal: Journal) -> None:
    plain.fill(journal, 10)
    assert [record.seq for record in journal.records(7)] == [8, 9, 10]
    assert list(journal.records(10)) == []


def test_a_batch_is_written_whole_or_not_at_all(plain: Any, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "data")
    plain.fill(journal, 2)
    with pytest.raises(sqlite3.IntegrityError):
        journal.append([plain.record(3)], [plain.row(3), plain.row(2)])
    assert journal.head_seq == 2
    journal.close()
    with Journal(tmp_path / "data") as journal:
        assert plain.is_whole(journal, 2)


@pytest.mark.parametrize(
    "count", [1, 2, 3, MAX_ROWS_PER_STATEMENT // 2, MAX_ROWS_PER_STATEMENT // 2 + 1]
)
def test_a_batch_of_any_size_is_there_as_it_was(plain: Any, journal: Journal, count: int) -> None:
    """Up to the rows of one statement, and beyond."""
    plain.fill(journal, count, per_batch=count)
    assert plain.is_whole(journal, count)


def test_a_batch_of_several_statements_is_written_whole_or_not_at_all(
    plain: Any, tmp_path: Path
) -> None:
    last = MAX_ROWS_PER_STATEMENT + 1
    with Journal(tmp_path / "data") as journal:
        plain.fill(journal, 1)
        records = [plain.record(seq) for seq in range(2, last)]
        with pytest.raises(sqlite3.IntegrityError):
            journal.append(records, [plain.row(2), plain.row(1)])
        assert journal.head_seq == 1
    with Journal(tmp_path / "data") as journal:
        assert plain.is_whole(journal, 1)


def test_after_a_failed_write_nothing_is_written(plain: Any, journal: Journal) -> None:
    plain.fill(journal, 2)
    with pytest.raises(sqlite3.IntegrityError):
        journal.append([plain.record(3)], [plain.row(2)])
    with pytest.raises(JournalStopped, match="UNIQUE") as caught:
        plain.fill(journal, 1)
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
    assert plain.is_whole(journal, 2)


def test_each_opening_counts(tmp_path: Path) -> None:
    epochs = []
    for _ in range(3):
        with Journal(tmp_path / "data") as journal:
            epochs.append(journal.epoch)
    assert epochs == [1, 2, 3]


def test_reports_from_a_number_on(journal: Journal) -> None:
    rows = [
        ReportRow("anna", 1, 4, b"one"),
        ReportRow("anna", 5, 5, b"two"),
        ReportRow("anna", 6, 9, b"three"),
    ]
    records = [Record(1, 1, "anna", b"x")]
    journal.append(records, [*rows, ReportRow("bo", 1, 2, b"of another")])
    assert journal.reports("anna", 0, 100) == rows
    assert journal.reports("anna", 3, 100) == rows
    assert journal.reports("anna", 4, 100) == rows[1:]
    assert journal.reports("anna", 4, 1) == rows[1:2]
    assert journal.reports("anna", 9, 100) == []
    assert journal.reports("nobody", 0, 100) == []


def test_reading_holds_no_history_in_memory(plain: Any, journal: Journal) -> None:
    plain.fill(journal, 20_000, per_batch=1_000)
    tracemalloc.start()
    try:
        for _ in journal.records():
            pass
        for _ in journal.all_reports():
            pass
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 500_000


@pytest.mark.parametrize(
    ("query", "parameters"), [(reading._RECORDS, (1,)), (reading._REPORTS_OF_USER, ("anna", 1, 1))]
)
def test_lookups_search_by_the_primary_key(
    journal: Journal, query: str, parameters: tuple[object, ...]
) -> None:
    """So a start from a snapshot and a catch-up cost what they read, not what is stored."""
    steps = journal._reader.execute(f"EXPLAIN QUERY PLAN {query}", parameters).fetchall()
    assert [step[3].split(" (")[0] for step in steps] in (
        ["SEARCH commands USING INTEGER PRIMARY KEY"],
        ["SEARCH reports USING PRIMARY KEY"],
    )


def test_a_second_process_is_refused_by_name(journal: Journal) -> None:
    code = (
        "import sys; from pathlib import Path; from bashu_daemon.journal import Journal\n"
        "Journal(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(journal.directory)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "DirectoryLocked" in done.stderr
    assert f"in use by process {os.getpid()}" in done.stderr


def test_a_refused_opening_leaves_the_owner_alone(plain: Any, journal: Journal) -> None:
    with pytest.raises(DirectoryLocked):
        Journal(journal.directory)
    plain.fill(journal, 1)
    assert plain.is_whole(journal, 1)


def test_closing_gives_the_directory_back(tmp_path: Path) -> None:
    Journal(tmp_path / "data").close()
    Journal(tmp_path / "data").close()


def test_another_format_is_refused(plain: Any) -> None:
    directory = plain.closed(1)
    with sqlite3.connect(directory / "journal.db") as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE name = 'format'")
    connection.close()
    with pytest.raises(OperatorError, match="format 99") as caught:
        Journal(directory)
    assert not isinstance(caught.value, JournalDamaged)


def test_a_directory_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(OperatorError, match="Cannot use the data directory"):
        Journal(tmp_path / "file")


def test_every_commit_is_synced(journal: Journal) -> None:
    assert journal._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._writer.execute("PRAGMA synchronous").fetchone() == (2,)


def test_sqlite_makes_no_checkpoints_of_its_own(journal: Journal) -> None:
    """It would hide that one failed."""
    for connection in (journal._writer, journal._reader):
        assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)


def test_a_mark_written_in_part_stops_the_journal(
    plain: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pwrite", lambda *_: 10)
    with pytest.raises(OSError, match="in part"):
        plain.fill(journal, 1)
    monkeypatch.undo()
    with pytest.raises(JournalStopped):
        plain.fill(journal, 1)
