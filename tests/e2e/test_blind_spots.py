"""Supervisors of a real venue hear what surveillance does not see."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from bashu_testing import SYMBOL, Harness, eventually

from bashu_daemon.batch import Batch
from bashu_daemon.surveillance import canary
from bashu_daemon.surveillance.seen import Placed
from bashu_protocol.messages import Alert, NewOrder


@pytest.fixture
async def memory_venue(tmp_path: Path) -> AsyncIterator[Harness]:
    found = Harness("memory", tmp_path)
    found.surveillance = {"limit_touch": {"enabled": 0}}
    try:
        await found.start_bus()
        await found.start_venue()
        yield found
    finally:
        await found.stop()


def kinds(alerts: Sequence[Alert]) -> set[Any]:
    return {alert.facts["kind"] for alert in alerts if alert.rule == "blind_spot"}


async def test_blind_spots_are_published_and_can_be_queried(
    memory_venue: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Alert] = []
    async with (
        memory_venue.client("sup", supervise=True) as sup,
        memory_venue.client("anna") as anna,
    ):
        sup.listen(lambda m: heard.append(m) if isinstance(m, Alert) else None)

        async def known() -> set[Any]:
            return kinds((await sup.query("alerts")).alerts)

        supervision = memory_venue.service._supervision
        await eventually(lambda: "rule_off" in kinds(supervision.alerts()))
        assert await known() == {"rule_off"}

        def fail(event: Placed) -> Any:
            raise ZeroDivisionError("a fault of one rule")

        takers = memory_venue.service.engine.watch._table[Placed]
        takers[0] = (fail, takers[0][1])
        await anna.send([NewOrder("o1", SYMBOL, "buy", 10, 6_900)])
        await eventually(lambda: "rule_failed" in kinds(heard))

        await anna.send([NewOrder("o2", SYMBOL, "buy", 10, 6_900)])
        await eventually(lambda: memory_venue.venue.seq == supervision._watchdog._seen_seq)
        seq = memory_venue.venue.seq
        supervision._watchdog._seen_seq = seq - 1
        await anna.send([NewOrder("o3", SYMBOL, "buy", 10, 6_900)])
        await eventually(lambda: "gap" in kinds(heard))

        monkeypatch.setattr(canary, "sing", lambda: {"spoofing"})
        await eventually(lambda: "canary" in kinds(heard))
        assert await known() == {"rule_off", "rule_failed", "gap", "canary"}


async def test_a_consumer_that_lags_is_told(
    memory_venue: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervision = memory_venue.service._supervision
    goes_on = asyncio.Event()
    examine = supervision._examine_batch

    async def slowly(batch: Batch) -> None:
        await goes_on.wait()
        await examine(batch)

    monkeypatch.setattr(supervision, "_examine_batch", slowly)
    heard: list[Alert] = []
    async with (
        memory_venue.client("sup", supervise=True) as sup,
        memory_venue.client("anna") as anna,
    ):
        sup.listen(lambda m: heard.append(m) if isinstance(m, Alert) else None)
        await anna.send([NewOrder("o1", SYMBOL, "buy", 10, 6_900)])
        try:
            await eventually(lambda: {"lag", "canary"} <= kinds(heard))
        finally:
            goes_on.set()
