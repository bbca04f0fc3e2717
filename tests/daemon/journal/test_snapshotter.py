"""Snapshots made beside the venue, from its journal alone."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bashu_daemon import snapshotter
from bashu_daemon.config import RULEBOOKS
from bashu_daemon.core import Venue
from bashu_daemon.day_tape import DayTape
from bashu_daemon.journal import Journal, JournalDamaged, decode_command
from bashu_daemon.snapshotter import SnapshotTask, Snapshotter, make_snapshot
from bashu_daemon.surveillance.engine import Engine


def test_it_is_the_venues_own_state_while_the_venue_goes_on(
    journal: Journal,
    new_recorded_market: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshotter, "RECORDS_AT_ONCE", 40)
    market = new_recorded_market(journal)
    market.found()
    market.trade(150, seed=1)
    seq, state = market.venue.seq, market.venue.dump()
    assert make_snapshot(journal.directory, Engine({})) == seq
    market.trade(90, seed=2)
    newest = journal.latest_snapshot()
    assert newest is not None
    assert (newest.seq, newest.venue) == (seq, state)
    # The next one begins from there and ends at the new head.
    assert make_snapshot(journal.directory, Engine({})) == market.venue.seq
    newest = journal.latest_snapshot()
    assert newest is not None
    assert Venue.load(newest.venue).state_hash() == market.venue.state_hash()


def test_the_days_tape_is_in_it(journal: Journal, new_recorded_market: Callable[..., Any]) -> None:
    market = new_recorded_market(journal)
    market.found()
    market.trade(200, seed=3)
    make_snapshot(journal.directory, Engine({}))
    newest = journal.latest_snapshot()
    assert newest is not None
    kept, replayed, venue = DayTape(), DayTape(), Venue()
    kept.load(newest.tape)
    for record in journal.records():
        replayed.on_events(venue.apply(record.user, decode_command(record), record.time_ns))
    assert kept.trades("", 0)
    assert kept.dump() == replayed.dump() == newest.tape


def test_a_damaged_journal_makes_no_snapshot(
    journal: Journal, new_recorded_market: Callable[..., Any]
) -> None:
    market = new_recorded_market(journal)
    market.found()
    market.trade(20, seed=1)
    journal._writer.execute("UPDATE commands SET payload = x'00' WHERE seq = 9")
    with pytest.raises(JournalDamaged, match="record 9"):
        make_snapshot(journal.directory, Engine({}))
    assert journal.latest_snapshot() is None


async def test_the_process_makes_one_at_a_time_and_says_when_it_fails(
    journal: Journal, new_recorded_market: Callable[..., Any], tmp_path: Path
) -> None:
    market = new_recorded_market(journal)
    market.found()
    market.trade(20, seed=1)
    counters: Counter[str] = Counter()
    rulebook = str(RULEBOOKS / "bashu.toml")
    beside = Snapshotter(SnapshotTask(str(journal.directory), rulebook), counters)
    beside.begin()
    beside.begin()
    assert beside._running is not None
    await beside._running
    assert counters == {"snapshots": 1}
    failing = Snapshotter(SnapshotTask(str(tmp_path / "nowhere"), rulebook), counters)
    failing.begin()
    assert failing._running is not None
    await failing._running
    assert counters["snapshots_failed"] == 1
    failing.begin()
    await asyncio.sleep(0)
    await failing.end()
    assert failing._running.cancelled()
