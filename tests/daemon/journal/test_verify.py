"""`bashu verify`: it finds what was changed, and changes nothing."""

import io
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bashu_daemon.cli import main
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import DirectoryLocked, Journal, JournalDamaged, Snapshot
from bashu_daemon.tools import verify as verify_module
from bashu_daemon.tools.verify import Findings, verify


@pytest.fixture
def directory(tmp_path: Path, new_recorded_market: Callable[..., Any]) -> Path:
    """A closed journal of a market with a snapshot half-way."""
    with Journal(tmp_path / "data") as journal:
        market = new_recorded_market(journal)
        market.found()
        market.trade(100, seed=1)
        journal.save_snapshot(journal.head_seq, market.venue.dump(), b"")
        market.trade(60, seed=2)
        (tmp_path / "state_hash").write_text(market.venue.state_hash())
    return tmp_path / "data"


def run(directory: Path) -> tuple[int, str]:
    out = io.StringIO()
    return verify(directory, out), out.getvalue()


def edit(directory: Path, statement: str) -> None:
    connection = sqlite3.connect(directory / "journal.db")
    with connection:
        assert connection.execute(statement).rowcount
    connection.close()


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_a_good_journal_agrees(directory: Path) -> None:
    code, text = run(directory)
    assert code == 0
    assert "Everything agrees." in text
    assert "CNY, fen" in text
    assert "1 snapshots equal" in text
    assert f"state hash {(directory.parent / 'state_hash').read_text()}" in text
    assert "records 1 to 171, hash chain whole" in text


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM reports WHERE user = 'bo' AND last_rpt_seq > 30", "reports of bo"),
        ("DELETE FROM reports WHERE user = 'anna' AND first_rpt_seq = 1", "of anna"),
        ("UPDATE reports SET user = 'bob' WHERE user = 'bo'", "bo"),
    ],
)
def test_changed_reports_are_found(directory: Path, statement: str, fault: str) -> None:
    edit(directory, statement)
    code, text = run(directory)
    assert code == 1
    assert "FAULT" in text
    assert fault in text
    assert "Everything agrees" not in text


def test_a_changed_command_is_named(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(directory, "UPDATE commands SET payload = zeroblob(9) WHERE seq = 77")
    with pytest.raises(JournalDamaged) as caught:
        run(directory)
    assert caught.value.seq == 77
    assert main(["verify", str(directory)]) == 1
    assert "damaged at record 77" in capsys.readouterr().err


def test_a_snapshot_of_another_state_is_found(
    directory: Path, new_recorded_market: Callable[..., Any]
) -> None:
    with Journal(directory) as journal:
        wrong = new_recorded_market(journal).venue
        journal.save_snapshot(150, wrong.dump(), b"")
    code, text = run(directory)
    assert code == 1
    assert "snapshot 150 is not the state that the journal gives" in text


def test_a_damaged_snapshot_is_found(directory: Path) -> None:
    (path,) = (directory / "snapshots").glob("*.snapshot")
    path.write_bytes(path.read_bytes()[:-1])
    code, text = run(directory)
    assert code == 1
    assert path.name in text


def test_a_snapshot_of_another_version_is_noted(directory: Path) -> None:
    with Journal(directory) as journal:
        journal.save_snapshot(150, b"\xc0", b"")
    code, text = run(directory)
    assert code == 0
    assert "Note: snapshot 150 is of another version" in text
    assert "1 snapshots equal" in text


def test_a_snapshot_of_another_journal_is_found(directory: Path) -> None:
    name = "000000000000999.snapshot"
    with Journal(directory) as journal:
        journal._snapshots.save(Snapshot(999, bytes(32), b"", b""))
    code, text = run(directory)
    assert code == 1
    assert f"snapshot {name} does not belong to this journal" in text


def test_passwords_are_not_copied(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (directory / "first-passwords.txt").write_text("anna secret\n")
    copied: list[str] = []

    def note(_journal: Journal, _console: object) -> Findings:
        copied.extend(path.name for path in _journal.directory.iterdir())
        return Findings()

    monkeypatch.setattr(verify_module, "examine", note)
    assert run(directory)[0] == 0
    assert "journal.db" in copied
    assert "first-passwords.txt" not in copied


def test_nothing_in_the_directory_is_changed(directory: Path) -> None:
    (directory / "lock").unlink()
    before = files(directory)
    assert run(directory)[0] == 0
    assert files(directory) == before


def test_nothing_in_a_damaged_directory_is_changed(directory: Path) -> None:
    edit(directory, "DELETE FROM commands WHERE seq = 12")
    (directory / "lock").unlink()
    before = files(directory)
    with pytest.raises(JournalDamaged) as caught:
        run(directory)
    assert caught.value.seq == 12
    assert files(directory) == before


def test_a_log_that_was_not_closed_is_read_and_left(
    tmp_path: Path, directory: Path, new_recorded_market: Callable[..., Any]
) -> None:
    with Journal(directory) as journal:
        plain_head = journal.head_seq
        copy = tmp_path / "copy"
        shutil.copytree(directory, copy)
    assert (copy / "journal.db-wal").stat().st_size
    before = files(copy)
    code, text = run(copy)
    assert code == 0
    assert f"records 1 to {plain_head}," in text
    assert files(copy) == before


def test_a_torn_tail_that_was_acknowledged_is_a_fault(
    tmp_path: Path, new_recorded_market: Callable[..., Any]
) -> None:
    copy = tmp_path / "copy"
    with Journal(tmp_path / "source") as journal:
        market = new_recorded_market(journal)
        market.found()
        market.flush()
        head = journal.head_seq
        shutil.copytree(journal.directory, copy)
    with (copy / "journal.db-wal").open("r+b") as file:
        file.truncate((copy / "journal.db-wal").stat().st_size - 1)
    before = files(copy)
    for _ in range(2):
        code, text = run(copy)
        assert code == 1
        assert f"to {head} were acknowledged, and are gone" in text
    assert files(copy) == before


def test_a_running_venue_is_left_alone(directory: Path) -> None:
    with Journal(directory), pytest.raises(DirectoryLocked):
        run(directory)


def test_a_venue_that_starts_meanwhile_is_noticed(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "lock").unlink()
    monkeypatch.setattr(verify_module, "_copy", lambda *_: (directory / "lock").touch())
    with pytest.raises(DirectoryLocked, match="meanwhile"):
        run(directory)


def test_a_directory_without_a_journal_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="holds no journal"):
        run(tmp_path)
    assert list(tmp_path.iterdir()) == []
