"""Damaged files: never silent, never repaired without saying so."""

import logging
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, JournalDamaged, ReportsDamaged

RECORDS = 40
LAST_BYTES = 4_096


def flip(path: Path, rng: random.Random, last: int | None = None) -> None:
    data = bytearray(path.read_bytes())
    position = rng.randrange(len(data) - last if last else 0, len(data))
    data[position] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def outcome(plain: Any, directory: Path, count: int) -> str:
    """Open and read all: the kind of refusal, or whether everything is as it was written."""
    try:
        with Journal(directory) as journal:
            return "same" if plain.is_whole(journal, count) else "SILENT"
    except OperatorError as error:
        return type(error).__name__


def sample(
    plain: Any, source: Path, damage: Callable[[Path, random.Random], None], times: int
) -> set[str]:
    rng = random.Random(4)
    found = set()
    for _ in range(times):
        copy = source.with_name("copy")
        shutil.copytree(source, copy)
        damage(copy, rng)
        found.add(outcome(plain, copy, RECORDS))
        shutil.rmtree(copy)
    return found


def test_undamaged_directories_are_whole(plain: Any) -> None:
    assert outcome(plain, plain.killed(RECORDS), RECORDS) == "same"
    assert outcome(plain, plain.closed(RECORDS), RECORDS) == "same"


def test_a_flipped_bit_in_the_log_is_refused(plain: Any) -> None:
    found = sample(
        plain, plain.killed(RECORDS), lambda copy, rng: flip(copy / "journal.db-wal", rng), 60
    )
    assert found == {"JournalDamaged"}


def test_a_flipped_bit_in_the_acknowledged_end_of_the_log_is_refused(plain: Any) -> None:
    found = sample(
        plain,
        plain.killed(RECORDS),
        lambda copy, rng: flip(copy / "journal.db-wal", rng, LAST_BYTES),
        60,
    )
    assert found == {"JournalDamaged"}


def test_a_flipped_bit_in_a_command_is_refused_by_number(plain: Any) -> None:
    for seq in (1, 17, RECORDS):
        directory = plain.closed(RECORDS)
        path = directory / "journal.db"
        data = path.read_bytes()
        payload = plain.record(seq).payload
        assert data.count(payload) == 1
        path.write_bytes(data.replace(payload, bytes([payload[0] ^ 1]) + payload[1:]))
        with pytest.raises(JournalDamaged) as caught, Journal(directory) as journal:
            list(journal.records())
        assert caught.value.seq == seq
        assert f"damaged at record {seq}:" in str(caught.value)
        shutil.rmtree(directory)


def test_a_flipped_bit_in_a_stored_report_is_refused(plain: Any) -> None:
    directory = plain.closed(RECORDS)
    path = directory / "journal.db"
    payload = plain.row(17).payload
    data = path.read_bytes()
    assert data.count(payload) == 1
    path.write_bytes(data.replace(payload, bytes([payload[0] ^ 1]) + payload[1:]))
    with Journal(directory) as journal, pytest.raises(OperatorError, match="17"):
        journal.reports("anna", 0, 1_000)


def test_a_missing_report_row_is_refused(plain: Any) -> None:
    directory = plain.closed(RECORDS)
    edit(directory, "DELETE FROM reports WHERE last_rpt_seq = 17")
    with Journal(directory) as journal:
        assert len(journal.reports("anna", 17, 1_000)) == RECORDS - 17
        with pytest.raises(OperatorError, match="17"):
            journal.reports("anna", 0, 1_000)


def test_no_flipped_bit_in_the_tables_loses_a_record_silently(plain: Any) -> None:
    source = plain.closed(RECORDS)
    rng = random.Random(5)
    for _ in range(150):
        copy = source.with_name("copy")
        shutil.copytree(source, copy)
        flip(copy / "journal.db", rng)
        try:
            with Journal(copy) as journal:
                found = list(journal.records())
        except OperatorError:
            pass
        else:
            assert found == [plain.record(seq) for seq in range(1, RECORDS + 1)]
        shutil.rmtree(copy)


def test_missing_last_reports_are_refused_where_the_reader_knows_of_them(plain: Any) -> None:
    directory = plain.closed(RECORDS)
    edit(directory, "DELETE FROM reports WHERE last_rpt_seq > 30")
    with Journal(directory) as journal:
        assert len(journal.reports("anna", 0, 1_000, 30)) == 30
        assert len(journal.reports("anna", 0, 20, RECORDS)) == 20
        for after in (0, 30, 35):
            with pytest.raises(ReportsDamaged) as caught:
                journal.reports("anna", after, 1_000, RECORDS)
            assert caught.value.rpt_seq == max(after, 30) + 1


@pytest.mark.parametrize(
    "change",
    ["user = 'bo'", "first_rpt_seq = 16", "last_rpt_seq = 99", "payload = 'text'", "crc32 = 1"],
)
def test_a_changed_report_row_is_refused(plain: Any, change: str) -> None:
    directory = plain.closed(RECORDS)
    edit(directory, f"UPDATE reports SET {change} WHERE last_rpt_seq = 17")  # noqa: S608  fixed above
    with Journal(directory) as journal:
        with pytest.raises(ReportsDamaged):
            journal.reports("anna", 0, 1_000, RECORDS)
        with pytest.raises(ReportsDamaged):
            list(journal.all_reports())


def edit(directory: Path, statement: str) -> None:
    connection = sqlite3.connect(directory / "journal.db")
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE commands SET user = 'bo' WHERE seq = 9", 9),
        ("UPDATE commands SET time_ns = time_ns + 1 WHERE seq = 9", 9),
        ("UPDATE commands SET time_ns = 'text' WHERE seq = 9", 9),
        ("UPDATE commands SET hash = zeroblob(32) WHERE seq = 9", 9),
        ("DELETE FROM commands WHERE seq = 9", 9),
        ("DELETE FROM commands WHERE seq < 9", 1),
        ("UPDATE commands SET seq = 400 WHERE seq = 40", 40),
    ],
)
def test_a_changed_table_is_refused_by_number(plain: Any, statement: str, seq: int) -> None:
    directory = plain.closed(RECORDS)
    edit(directory, statement)
    with pytest.raises(JournalDamaged) as caught, Journal(directory) as journal:
        list(journal.records())
    assert caught.value.seq == seq


def test_acknowledged_records_that_vanished_from_the_end_are_refused(plain: Any) -> None:
    directory = plain.closed(RECORDS)
    edit(directory, "DELETE FROM commands WHERE seq > 30")
    with pytest.raises(JournalDamaged) as caught:
        Journal(directory)
    assert caught.value.seq == 31


def test_a_log_that_vanished_is_refused(plain: Any) -> None:
    directory = plain.killed(RECORDS)
    (directory / "journal.db-wal").unlink()
    with pytest.raises(JournalDamaged) as caught:
        Journal(directory)
    assert caught.value.seq == 1


@pytest.mark.parametrize("left", ["acknowledged", "journal.db-wal", "snapshots/1.snapshot"])
def test_a_database_that_vanished_is_not_made_anew(plain: Any, tmp_path: Path, left: str) -> None:
    source = plain.killed(RECORDS)
    (source / "snapshots").mkdir()
    (source / "snapshots" / "1.snapshot").write_bytes(b"x")
    target = tmp_path / "target" / left
    target.parent.mkdir(parents=True)
    shutil.copy(source / left, target)
    with pytest.raises(JournalDamaged, match="missing"):
        Journal(tmp_path / "target")
    assert not (tmp_path / "target" / "journal.db").exists()


@pytest.mark.parametrize("left", ["journal.db.part", "journal.db.part-journal", "acknowledged"])
def test_what_a_fault_in_the_first_moment_leaves_opens_as_new(
    plain: Any, tmp_path: Path, left: str
) -> None:
    """The database has its name only once it is whole."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / left).write_bytes(b"")
    with Journal(tmp_path / "data") as journal:
        plain.fill(journal, 2)
    with Journal(tmp_path / "data") as journal:
        assert plain.is_whole(journal, 2)
    assert not list((tmp_path / "data").glob("*.part*"))


def test_a_damaged_mark_is_named(plain: Any, caplog: pytest.LogCaptureFixture) -> None:
    directory = plain.closed(RECORDS)
    flip(directory / "acknowledged", random.Random(1))
    with Journal(directory) as journal:
        assert plain.is_whole(journal, RECORDS)
    assert "acknowledged is damaged" in caplog.text
    caplog.clear()
    Journal(directory).close()
    assert not caplog.text


def test_a_file_that_is_no_database_is_refused(plain: Any) -> None:
    directory = plain.closed(RECORDS)
    (directory / "journal.db").write_bytes(b"something else entirely" * 1_000)
    with pytest.raises(JournalDamaged, match="not a database"):
        Journal(directory)


def test_a_refusal_changes_no_file(plain: Any) -> None:
    directory = plain.killed(RECORDS)
    flip(directory / "journal.db-wal", random.Random(1))
    names = ("journal.db", "journal.db-wal")
    before = [(directory / name).read_bytes() for name in names]
    with pytest.raises(JournalDamaged):
        Journal(directory)
    assert [(directory / name).read_bytes() for name in names] == before


def truncated(source: Path, size: int) -> Path:
    copy = source.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy)
    with (copy / "journal.db-wal").open("r+b") as file:
        file.truncate(size)
    return copy


def test_a_torn_tail_is_cut_back_with_a_warning(
    plain: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The last batch's bytes end anywhere: the journal goes on from the batch before."""
    source = plain.killed(RECORDS - 1)
    before = (source / "journal.db-wal").stat().st_size
    shutil.rmtree(source)
    shutil.rmtree(source.with_name("source"))
    source = plain.killed(RECORDS)
    after = (source / "journal.db-wal").stat().st_size
    sizes = {before + 1, before + 23, before + 25, after - 1}
    sizes |= {random.Random(6).randrange(before + 1, after) for _ in range(10)}
    for size in sorted(sizes):
        caplog.clear()
        with caplog.at_level(logging.WARNING), Journal(truncated(source, size)) as journal:
            assert plain.is_whole(journal, RECORDS - 1), size
            plain.fill(journal, 3)
            assert plain.is_whole(journal, RECORDS + 2)
        assert "cut off" in caplog.text, size
        assert f"The disk lost the records {RECORDS} to {RECORDS}" in caplog.text, size


def test_a_torn_tail_is_cut_back_once(plain: Any, caplog: pytest.LogCaptureFixture) -> None:
    source = plain.killed(RECORDS)
    torn = truncated(source, (source / "journal.db-wal").stat().st_size - 1)
    Journal(torn).close()
    assert "cut off" in caplog.text
    caplog.clear()
    with Journal(torn) as journal:
        assert plain.is_whole(journal, RECORDS - 1)
    assert not caplog.text


def test_an_unacknowledged_torn_tail_is_cut_back(
    plain: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Power goes while a batch is written: nobody was told of it, so nothing is lost."""
    source = plain.killed(RECORDS)
    mark = (source / "acknowledged").read_bytes()
    plain.directory = plain.directory / "longer"
    longer = plain.killed(RECORDS + 1)
    (longer / "acknowledged").write_bytes(mark)
    size = (longer / "journal.db-wal").stat().st_size
    with Journal(truncated(longer, size - 1)) as journal:
        assert plain.is_whole(journal, RECORDS)
    assert "cut off" in caplog.text
    assert "The disk lost" not in caplog.text


def test_a_long_cut_is_no_torn_tail(plain: Any) -> None:
    source = plain.killed(RECORDS)
    size = (source / "journal.db-wal").stat().st_size
    for part in (0.2, 0.5, 0.8):
        with pytest.raises(JournalDamaged):
            Journal(truncated(source, int(size * part)))
