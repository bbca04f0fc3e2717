"""`kill -9` of the daemon under load: nothing that was reported is lost, nothing happens twice."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from bashu_testing import (
    MOSQUITTO,
    PATIENCE_SECONDS,
    Mosquitto,
    eventually,
)
from restless_trader import Trader
from served_venue import ServedVenue

from bashu_daemon.journal import Journal
from bashu_daemon.stored_reports import decode_stored
from bashu_daemon.tools.verify import examine
from bashu_protocol.messages import (
    ExecutionReport,
)

TRADERS = ("anna", "bo", "carl")
QUICK_KILLS = 8
MANY_KILLS = int(os.environ.get("BASHU_KILLS", "50"))


async def _storm(directory: Path, kills: int, seed: int) -> list[Trader]:
    broker = Mosquitto(directory)
    broker.start()
    chance = random.Random(seed)
    traders = [Trader(user, broker.port, seed) for user in TRADERS]
    venue = ServedVenue(directory, broker.port)
    venue.start()
    tasks: list[asyncio.Task[None]] = []
    try:
        for trader in traders:
            await trader.client.start(PATIENCE_SECONDS)
        tasks = [asyncio.create_task(trader.trade()) for trader in traders]
        for _ in range(kills):
            before = [len(trader.received) for trader in traders]
            await eventually(
                lambda before=before: all(
                    len(t.received) > n for t, n in zip(traders, before, strict=True)
                ),
            )
            await asyncio.sleep(chance.random() * 0.25)
            venue.kill()
            venue.start()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for trader in traders:
            await eventually(lambda t=trader: t.client.link.state == "live")
            assert (await trader.client.mass_cancel(timeout=PATIENCE_SECONDS)).accepted
    finally:
        for task in tasks:
            task.cancel()
        for trader in traders:
            await trader.client.close()
        venue.stop()
        broker.kill()
    return traders


def _check(directory: Path, traders: list[Trader]) -> None:
    from rich.console import Console

    with Journal(directory / "data") as journal:
        findings = examine(journal, Console(quiet=True))
        assert findings.faults == []
        stored = {
            user: [r for row in journal.reports(user, 0, 10**9) for r in decode_stored(row.payload)]
            for user in TRADERS
        }
    for trader in traders:
        numbers = [report.rpt_seq for report in trader.received]
        assert numbers == list(range(1, len(numbers) + 1)), "a gap, or a report twice"
        assert trader.received == stored[trader.client.user][: len(numbers)]
        assert len(numbers) == len(stored[trader.client.user]), "the last ones were missed"
    fills = Counter(
        (report.exec_id, report.side)
        for reports in stored.values()
        for report in reports
        if isinstance(report, ExecutionReport) and report.exec_type == "trade"
    )
    assert fills
    assert set(fills.values()) == {1}, "a trade twice"
    assert {exec_id for exec_id, _ in fills} == set(range(1, len(fills) // 2 + 1))


@pytest.mark.mosquitto
@pytest.mark.skipif(MOSQUITTO is None, reason="MOSQUITTO IS NOT INSTALLED: this did not run")
@pytest.mark.parametrize("kills", [QUICK_KILLS, pytest.param(MANY_KILLS, marks=pytest.mark.soak)])
@pytest.mark.timeout(600)
async def test_kill_nine_loses_nothing(tmp_path: Path, kills: int) -> None:
    traders = await _storm(tmp_path, kills, seed=7)
    _check(tmp_path, traders)
    print(f"{kills} kills, {sum(len(t.received) for t in traders)} reports received")
