import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bashu_daemon.journal import Journal, recover


def snapshot_files(journal: Journal) -> list[Path]:
    return sorted((journal.directory / "snapshots").glob("*.snapshot"))


def test_the_newest_comes_back(plain: Any, journal: Journal) -> None:
    assert journal.latest_snapshot() is None
    for seq in (2, 4):
        plain.fill(journal, 2)
        journal.save_snapshot(seq, b"venue %d" % seq, b"engine %d" % seq)
    found = journal.latest_snapshot()
    assert found is not None
    assert (found.seq, found.venue, found.surveillance) == (4, b"venue 4", b"engine 4")
    assert found.journal_hash == journal.head_hash


def test_only_the_last_three_are_kept(plain: Any, journal: Journal) -> None:
    for seq in range(1, 6):
        plain.fill(journal, 1)
        journal.save_snapshot(seq, b"", b"")
    assert [int(path.stem) for path in snapshot_files(journal)] == [3, 4, 5]
    assert not list((journal.directory / "snapshots").glob("*.part"))


def test_one_that_another_process_drops_meanwhile_is_gone(plain: Any, journal: Journal) -> None:
    for seq in (1, 2):
        plain.fill(journal, 1)
        journal.save_snapshot(seq, b"venue %d" % seq, b"")
    found = journal.snapshots()
    assert next(found).seq == 2
    snapshot_files(journal)[0].unlink()
    assert list(found) == []


def test_a_damaged_one_is_passed_over_with_a_warning(
    plain: Any, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    for seq in (1, 2):
        plain.fill(journal, 1)
        journal.save_snapshot(seq, b"venue %d" % seq, b"")
    newest = snapshot_files(journal)[-1]
    whole = newest.read_bytes()
    for position in range(len(whole)):
        newest.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            found = journal.latest_snapshot()
        assert found is not None
        assert found.venue == b"venue 1", position
        assert newest.name in caplog.text
    newest.write_bytes(whole[: len(whole) // 2])
    found = journal.latest_snapshot()
    assert found is not None
    assert found.seq == 1


def test_one_of_another_journal_is_passed_over(
    plain: Any, journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain.fill(journal, 2)
    with Journal(tmp_path / "other") as other:
        other.append([plain.record(1)], [])
        other.append([plain.record(2).__class__(2, 5, "bo", b"not the same")], [])
        other.save_snapshot(2, b"", b"")
        foreign = snapshot_files(other)[0]
    (journal.directory / "snapshots").mkdir()
    (journal.directory / "snapshots" / foreign.name).write_bytes(foreign.read_bytes())
    with caplog.at_level(logging.WARNING):
        assert journal.latest_snapshot() is None
    assert "does not belong to this journal" in caplog.text


def test_recovery_by_snapshot_and_tail_equals_a_full_replay(
    journal: Journal,
    new_recorded_market: Callable[..., Any],
    new_follower: Callable[[], Any],
) -> None:
    market = new_recorded_market(journal)
    market.found()
    market.trade(150, seed=1)
    full = new_follower()
    state = recover(journal, full)
    assert state.state_hash() == market.venue.state_hash()
    journal.save_snapshot(state.seq, state.dump(), full.dump())
    market.trade(90, seed=2)

    short = new_follower()
    by_snapshot = recover(journal, short)
    for path in snapshot_files(journal):
        path.unlink()
    full = new_follower()
    by_replay = recover(journal, full)
    assert by_snapshot.state_hash() == by_replay.state_hash() == market.venue.state_hash()
    assert by_snapshot.seq == journal.head_seq
    assert short.count == full.count > 240


def test_a_snapshot_of_another_version_is_replayed_over(
    journal: Journal,
    new_recorded_market: Callable[..., Any],
    new_follower: Callable[[], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    market = new_recorded_market(journal)
    market.found()
    market.trade(40, seed=3)
    journal.save_snapshot(journal.head_seq, b"\xc0", b"0")
    follower = new_follower()
    assert recover(journal, follower).state_hash() == market.venue.state_hash()
    assert follower.count > 40
    assert "is of another version" in caplog.text


def test_an_older_snapshot_serves_where_the_newest_is_of_another_version(
    journal: Journal,
    new_recorded_market: Callable[..., Any],
    new_follower: Callable[[], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    market = new_recorded_market(journal)
    market.found()
    market.trade(40, seed=3)
    state, seq = market.venue.dump(), journal.head_seq
    follower = new_follower()
    recover(journal, follower)
    journal.save_snapshot(seq, state, follower.dump())
    market.trade(9, seed=4)
    journal.save_snapshot(journal.head_seq, market.venue.dump(), b"not a number")
    with caplog.at_level(logging.INFO):
        again = new_follower()
        assert recover(journal, again).state_hash() == market.venue.state_hash()
    assert f"Snapshot {seq + 9} is of another version" in caplog.text
    assert f"snapshot at {seq}, 9 replayed" in caplog.text
    full = new_follower()
    for path in snapshot_files(journal):
        path.unlink()
    recover(journal, full)
    assert again.count == full.count


def test_recovery_reads_as_much_as_the_snapshot_left(
    journal: Journal,
    new_recorded_market: Callable[..., Any],
    new_follower: Callable[[], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    market = new_recorded_market(journal)
    market.found()
    journal.append([], [])
    market.trade(30, seed=4)
    journal.save_snapshot(journal.head_seq, market.venue.dump(), b"0")
    market.trade(11, seed=5)
    with caplog.at_level(logging.INFO):
        recover(journal, new_follower())
    assert "11 replayed" in caplog.text
