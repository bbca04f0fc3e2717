"""Sessions through the whole daemon: the phases as all see them, and the heartbeat."""

import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from bashu_testing import SYMBOL, Harness, eventually

from bashu_daemon.schedule import DemoDay, Sessions, SessionsMode
from bashu_protocol.messages import AnyMessage, InstrumentStat, VenueStatus

SHORT = DemoDay(
    pre_open_seconds=1,
    morning_seconds=1,
    pause_seconds=1,
    afternoon_seconds=1,
    night_seconds=1,
)
Begin = Callable[[SessionsMode, Sessions], Awaitable[Harness]]


@pytest.fixture
async def begin(tmp_path: Path) -> AsyncIterator[Begin]:
    harness = Harness("memory", tmp_path)

    async def start(mode: SessionsMode, sessions: Sessions) -> Harness:
        harness.sessions_mode, harness.sessions = mode, sessions
        await harness.start_bus()
        await harness.start_venue()
        return harness

    try:
        yield start
    finally:
        await harness.stop()


async def test_all_see_a_demo_day_go_through_its_phases(begin: Begin) -> None:
    harness = await begin("demo", Sessions(demo=SHORT))
    first = harness.venue.trade_date
    heard: list[AnyMessage] = []
    async with harness.client("anna") as anna:
        anna.listen(heard.append)
        await eventually(lambda: harness.venue.trade_date > first)
        await eventually(lambda: _phases(heard) == {"pre_open", "continuous", "pause", "closed"})
        await eventually(lambda: {m.next_phase for m in _statuses(heard)} >= {"pause", "closed"})
    assert all(status.next_phase_time > 0 for status in _statuses(heard))


def _phases(heard: list[AnyMessage]) -> set[str]:
    return {m.phase for m in heard if isinstance(m, InstrumentStat) and m.symbol == SYMBOL}


def _statuses(heard: list[AnyMessage]) -> list[VenueStatus]:
    """Return the heartbeats of a venue that runs."""
    return [m for m in heard if isinstance(m, VenueStatus) and m.state == "up"]


async def test_a_closed_day_is_said_once_and_in_the_heartbeat(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever today is in Shanghai: it is announced as closed, and so is tomorrow."""
    now = dt.datetime.now(dt.UTC)
    days = tuple((now + dt.timedelta(number)).date() for number in (-1, 0, 1, 2))
    with caplog.at_level(logging.WARNING, "bashu_daemon.service"):
        harness = await begin("calendar", Sessions(closed_days=days))
        heard: list[AnyMessage] = []
        async with harness.client("anna") as anna:
            anna.listen(heard.append)
            await eventually(lambda: len(_statuses(heard)) >= 3)
    assert all("closed by the exchange" in status.closed_reason for status in _statuses(heard))
    assert harness.venue.trade_date == 0
    said = [record for record in caplog.records if "closed by the exchange" in record.message]
    assert len(said) == 1
