"""A block through the whole daemon: two members negotiate, a third sees what all may see."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bashu_testing import SYMBOL, Harness, eventually

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AcceptBlock,
    AnyMessage,
    AuditBatch,
    AuditEvent,
    BlockReport,
    BlockRow,
    Command,
    CommandReport,
    CounterBlock,
    PostBlock,
    PublicTrade,
    SetBlockSession,
    WithdrawBlock,
)
from bashu_protocol.reject_codes import RejectCode

TONNES = 100_000


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    found = Harness("memory", tmp_path)
    try:
        await found.start_bus()
        await found.start_venue()
        yield found
    finally:
        await found.stop()


class Ear:
    """What one client was told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard: list[AnyMessage] = []
        client.listen(self.heard.append)

    async def answer(self, command: Command) -> BlockReport | CommandReport:
        """Send a command and wait for its own report."""
        await self.client.send([command])
        name = command.cl_ord_id  # type: ignore[union-attr]  # these commands have one
        await eventually(lambda: name in [report.cl_ord_id for report in self.reports()])
        return next(report for report in self.reports() if report.cl_ord_id == name)

    def reports(self) -> list[BlockReport | CommandReport]:
        return [m for m in self.heard if isinstance(m, BlockReport | CommandReport)]

    def blocks(self) -> list[tuple[str, str]]:
        """Return (event, counterparty) of all block reports."""
        return [(r.event, r.counterparty) for r in self.reports() if isinstance(r, BlockReport)]

    def trades(self) -> list[tuple[int, int, str]]:
        return [(m.price, m.qty, m.mode) for m in self.heard if isinstance(m, PublicTrade)]

    def audit(self) -> list[AuditEvent]:
        return [e for m in self.heard if isinstance(m, AuditBatch) for e in m.events]


async def rows(client: Client) -> list[BlockRow]:
    found = (await client.query("blocks", SYMBOL)).rows
    return [row for row in found if isinstance(row, BlockRow)]


async def test_two_members_negotiate_and_a_third_sees_the_offer_and_the_trade(
    harness: Harness,
) -> None:
    """market_rules.md 1.5; issue 4: private to the parties until it trades, then published."""
    async with (
        harness.client("anna") as anna, harness.client("bo") as bo,
        harness.client("carl") as carl, harness.client("reg") as reg,
    ):  # fmt: skip
        seller, buyer, third = Ear(anna), Ear(bo), Ear(carl)
        closed = await Ear(reg).answer(SetBlockSession("s0", False, SYMBOL))
        assert isinstance(closed, CommandReport)
        assert closed.accepted, "the schedule of all days has opened it"
        early = await seller.answer(PostBlock("p0", SYMBOL, "sell", TONNES, 7_000))
        assert isinstance(early, CommandReport)
        assert early.reject_code == RejectCode.BLOCK_SESSION_CLOSED
        opened = await Ear(reg).answer(SetBlockSession("s1", True, SYMBOL))
        assert isinstance(opened, CommandReport)
        assert opened.accepted
        posted = await seller.answer(PostBlock("p1", SYMBOL, "sell", TONNES, 7_000))
        assert isinstance(posted, BlockReport)
        (offer,) = await rows(carl)
        assert (offer.kind, offer.side, offer.order_qty, offer.price, offer.counterparty) == (
            "offer", "sell", TONNES, 7_000, "",
        )  # fmt: skip
        countered = await buyer.answer(CounterBlock("c1", posted.block_id, TONNES, 6_900))
        assert isinstance(countered, BlockReport)
        talk = countered.block_id
        await eventually(lambda: ("countered", "m-bo") in seller.blocks())
        assert await rows(carl) == [offer]
        spying = await third.answer(AcceptBlock("a0", talk, TONNES, 6_900))
        assert isinstance(spying, CommandReport)
        assert spying.reject_code == RejectCode.UNKNOWN_BLOCK
        await seller.answer(CounterBlock("c2", talk, TONNES, 6_950))
        await eventually(lambda: buyer.blocks()[-1] == ("countered", "m-anna"))
        traded = await buyer.answer(AcceptBlock("a1", talk, TONNES, 6_950))
        assert isinstance(traded, BlockReport)
        assert (traded.event, traded.price, traded.order_qty) == ("traded", 6_950, TONNES)
        await eventually(lambda: third.trades() == [(6_950, TONNES, "block")])
        await eventually(lambda: carl.feed.stats[SYMBOL].block_count == 1)
        stat = carl.feed.stats[SYMBOL]
        assert (stat.last, stat.volume, stat.open, stat.high) == (0, 0, 0, 0)
        assert (stat.block_volume, stat.block_turnover) == (TONNES, TONNES * 6_950)
        assert third.blocks() == []
        assert await rows(carl) == await rows(anna) == await rows(bo) == []
        await eventually(lambda: seller.blocks()[-1] == ("traded", "m-bo"))
        numbers = [report.rpt_seq for report in seller.reports()]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_supervisors_see_the_parties_and_a_restart_keeps_the_negotiation(
    harness: Harness,
) -> None:
    """The audit stream has the identities; the journal has everything else."""
    async with (
        harness.client("anna") as anna, harness.client("bo") as bo,
        harness.client("sup", supervise=True) as sup, harness.client("reg") as reg,
    ):  # fmt: skip
        seller, buyer, watching = Ear(anna), Ear(bo), Ear(sup)
        await Ear(reg).answer(SetBlockSession("s0", False))
        await Ear(reg).answer(SetBlockSession("s1", True))
        posted = await seller.answer(PostBlock("p1", SYMBOL, "sell", TONNES, 7_000, "m-bo"))
        assert isinstance(posted, BlockReport)
        await eventually(lambda: buyer.blocks() == [("offered", "m-anna")])
        await buyer.answer(CounterBlock("c1", posted.block_id, TONNES, 6_900))
        await eventually(
            lambda: (
                {"block_session_open", "block_posted", "block_countered"}
                <= {event.event for event in watching.audit()}
            )
        )
        (shown,) = {(e.user, e.member) for e in watching.audit() if e.event == "block_posted"}
        assert shown == ("anna", "m-anna")
    before = harness.venue.state_hash()
    await harness.stop_venue()
    await harness.start_venue()
    assert harness.venue.state_hash() == before
    async with harness.client("bo") as bo:
        kinds = [(row.kind, row.price) for row in await rows(bo)]
        assert kinds == [("offer", 7_000), ("negotiation", 6_900)]
        withdrawn = await Ear(bo).answer(WithdrawBlock("w1", posted.block_id))
        assert isinstance(withdrawn, BlockReport)
        assert withdrawn.event == "withdrawn"
