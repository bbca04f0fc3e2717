"""Supervisors of a real venue hear within five seconds what surveillance does not see."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bashu_testing import MOSQUITTO, SYMBOL, Harness, eventually

from bashu_daemon.batch import Batch
from bashu_daemon.surveillance import canary
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.seen import Placed
from bashu_protocol.client import Client
from bashu_protocol.messages import (
    Alert,
    ConfirmParameterChange,
    EnterSurveillanceRule,
    NewOrder,
    ProposeParameterChange,
)
from bashu_protocol.topics import VENUE_USER

PROMISED_SECONDS = 5.0


@pytest.fixture(
    params=[
        "memory",
        pytest.param(
            "mosquitto",
            marks=[
                pytest.mark.mosquitto,
                pytest.mark.skipif(
                    MOSQUITTO is None, reason="MOSQUITTO IS NOT INSTALLED: this did not run"
                ),
            ],
        ),
    ]
)
async def venue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Harness]:
    found = Harness(request.param, tmp_path)
    found.surveillance = {"limit_touch": {"enabled": 0}}
    try:
        await found.start_bus()
        await found.start_venue()
        yield found
    finally:
        await found.stop()


class Hearing:
    """A supervisor's alerts about surveillance, and a trader who may place orders."""

    def __init__(self, sup: Client, anna: Client) -> None:
        self.sup, self.anna = sup, anna
        self.alerts: list[Alert] = []
        sup.listen(lambda m: self.alerts.append(m) if isinstance(m, Alert) else None)

    def kinds(self) -> set[Any]:
        return kinds(self.alerts)

    async def order(self) -> None:
        await self.anna.send([NewOrder(self.anna.new_cl_ord_id(), SYMBOL, "buy", 10, 6_900)])

    async def within_the_promise(self, *told: str) -> None:
        """Wait until all these kinds have been told."""
        await eventually(lambda: set(told) <= self.kinds(), PROMISED_SECONDS)


@asynccontextmanager
async def hearing(venue: Harness) -> AsyncIterator[Hearing]:
    async with venue.client("sup", supervise=True) as sup, venue.client("anna") as anna:
        yield Hearing(sup, anna)


def kinds(alerts: Sequence[Alert]) -> set[Any]:
    return {alert.facts["kind"] for alert in alerts if alert.rule == "blind_spot"}


async def test_what_is_off_at_the_start_can_be_queried(venue: Harness) -> None:
    supervision = venue.service._supervision
    await eventually(lambda: "rule_off" in kinds(supervision.alerts()), PROMISED_SECONDS)
    async with hearing(venue) as heard:
        alerts = (await heard.sup.query("alerts")).alerts
        assert [a.facts["subject"] for a in alerts if a.rule == "blind_spot"] == ["limit_touch"]


@pytest.mark.parametrize("symbol", ["", SYMBOL])
async def test_a_rule_that_supervisors_switch_off(venue: Harness, symbol: str) -> None:
    (rule,) = (rule for rule in RULES if rule.name == "spoofing")
    entry = EnterSurveillanceRule("e", rule.name, rule.schema().known)
    await venue.service.execute(VENUE_USER, [entry])
    async with hearing(venue) as heard, venue.client("sup2") as colleague:
        proposal = ProposeParameterChange("p", "spoofing", "enabled", 0, "too loud", symbol)
        assert (await heard.sup.command(proposal)).accepted
        assert not (await heard.sup.command(ConfirmParameterChange("c", 1))).accepted
        assert heard.kinds() <= {"rule_off"}
        assert (await colleague.command(ConfirmParameterChange("c", 1))).accepted
        subject = f"spoofing {symbol}".strip()
        await eventually(
            lambda: subject in {alert.facts.get("subject") for alert in heard.alerts},
            PROMISED_SECONDS,
        )
        (row,) = (await heard.sup.query("parameters")).rows
        assert row.version == 2  # type: ignore[union-attr]  # a rule's row


async def test_a_rule_that_fails(venue: Harness) -> None:
    def fail(event: Placed) -> Any:
        raise ZeroDivisionError("a fault of one rule")

    takers = venue.service.engine.watch._table[Placed]
    takers[0] = (fail, takers[0][1])
    async with hearing(venue) as heard:
        await heard.order()
        await heard.within_the_promise("rule_failed")


async def test_a_feed_that_drops_something(venue: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    supervision = venue.service._supervision
    put = supervision.put
    dropped: list[Batch] = []

    async def drop(batch: Batch) -> None:
        if batch.records:
            dropped.append(batch)

    async with hearing(venue) as heard:
        monkeypatch.setattr(supervision, "put", drop)
        await heard.order()
        await eventually(lambda: dropped)
        # Nothing follows: that it is missing shows in the journal.
        await heard.within_the_promise("stalled")
        monkeypatch.setattr(supervision, "put", put)
        await heard.order()
        await heard.within_the_promise("gap")
        (gap,) = (alert for alert in heard.alerts if alert.facts["kind"] == "gap")
        seqs = [record.seq for batch in dropped for record in batch.records]
        assert (gap.facts["first_missing"], gap.facts["last_missing"]) == (seqs[0], seqs[-1])


async def test_a_consumer_that_lags(venue: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    supervision = venue.service._supervision
    goes_on = asyncio.Event()
    examine = supervision._examine_batch

    async def slowly(batch: Batch) -> None:
        await goes_on.wait()
        await examine(batch)

    async with hearing(venue) as heard:
        monkeypatch.setattr(supervision, "_examine_batch", slowly)
        await heard.order()
        try:
            # The canary waits behind the order.
            await heard.within_the_promise("lag", "canary")
        finally:
            goes_on.set()


async def test_a_canary_that_a_rule_does_not_hear(
    venue: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hearing(venue) as heard:
        monkeypatch.setattr(canary, "sing", lambda: {"spoofing"})
        await heard.within_the_promise("canary")
        assert {a.facts["rules"] for a in heard.alerts if "rules" in a.facts} == {"spoofing"}
