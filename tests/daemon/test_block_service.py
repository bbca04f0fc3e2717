"""A block through the whole daemon: two members negotiate, a third sees what all may see."""

from bashu_testing import SYMBOL, Harness, eventually
from ear import Ear

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AcceptBlock,
    AuditBatch,
    AuditEvent,
    BlockReport,
    BlockRow,
    CommandReport,
    CounterBlock,
    PostBlock,
    PublicTrade,
    SetBlockSession,
    WithdrawBlock,
)
from bashu_protocol.reject_codes import RejectCode

TONNES = 100_000


def blocks(ear: Ear) -> list[tuple[str, str]]:
    """Return (event, counterparty) of all block reports."""
    return [(report.event, report.counterparty) for report in ear.all_of(BlockReport)]


def trades(ear: Ear) -> list[tuple[int, int, str]]:
    return [(trade.price, trade.qty, trade.mode) for trade in ear.all_of(PublicTrade)]


def audit(ear: Ear) -> list[AuditEvent]:
    return [event for batch in ear.all_of(AuditBatch) for event in batch.events]


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
        await eventually(lambda: ("countered", "m-bo") in blocks(seller))
        assert await rows(carl) == [offer]
        spying = await third.answer(AcceptBlock("a0", talk, TONNES, 6_900))
        assert isinstance(spying, CommandReport)
        assert spying.reject_code == RejectCode.UNKNOWN_BLOCK
        await seller.answer(CounterBlock("c2", talk, TONNES, 6_950))
        await eventually(lambda: blocks(buyer)[-1] == ("countered", "m-anna"))
        traded = await buyer.answer(AcceptBlock("a1", talk, TONNES, 6_950))
        assert isinstance(traded, BlockReport)
        assert (traded.event, traded.price, traded.order_qty) == ("traded", 6_950, TONNES)
        await eventually(lambda: trades(third) == [(6_950, TONNES, "block")])
        await eventually(lambda: carl.feed.stats[SYMBOL].block_count == 1)
        stat = carl.feed.stats[SYMBOL]
        assert (stat.last, stat.volume, stat.open, stat.high) == (0, 0, 0, 0)
        assert (stat.block_volume, stat.block_turnover) == (TONNES, TONNES * 6_950)
        assert blocks(third) == []
        assert await rows(carl) == await rows(anna) == await rows(bo) == []
        await eventually(lambda: blocks(seller)[-1] == ("traded", "m-bo"))
        numbers = seller.numbers()
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
        await eventually(lambda: blocks(buyer) == [("offered", "m-anna")])
        await buyer.answer(CounterBlock("c1", posted.block_id, TONNES, 6_900))
        await eventually(
            lambda: (
                {"block_session_open", "block_posted", "block_countered"}
                <= {event.event for event in audit(watching)}
            )
        )
        (shown,) = {(e.user, e.member) for e in audit(watching) if e.event == "block_posted"}
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


async def test_a_vanished_client_leaves_no_block(harness: Harness) -> None:
    """Issue 4 item 7, cancel on disconnect: an offer could be accepted, so it is withdrawn."""
    transport = harness.transport("anna")
    async with harness.client("bo") as bo, harness.client("reg") as reg:
        await Ear(reg).answer(SetBlockSession("s0", False))
        await Ear(reg).answer(SetBlockSession("s1", True))
        anna = Client(transport, "anna", cancel_on_disconnect=True)
        await anna.start()
        await Ear(anna).answer(PostBlock("p1", SYMBOL, "sell", TONNES, 7_000))
        assert [row.kind for row in await rows(bo)] == ["offer"]
        assert anna._task is not None
        anna._task.cancel()
        transport.drop()
        await eventually(lambda: not harness.venue.has_live_orders("anna"))
        assert await rows(bo) == []
        await anna.close()
