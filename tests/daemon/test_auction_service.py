"""A one-way auction through the whole daemon: numbered reports, the query, what all may see."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bashu_testing import SYMBOL, Harness, eventually

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    ApplyAuction,
    AuctionReport,
    AuctionRow,
    BidReport,
    CloseAuction,
    Command,
    CommandReport,
    InstrumentStat,
    Notice,
    OpenAuction,
    PlaceBid,
    PublicTrade,
    ScheduleAuction,
)
from bashu_protocol.reject_codes import RejectCode


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

    async def answer(self, command: Command) -> BidReport | AuctionReport | CommandReport:
        """Send a command and wait for its own report."""
        await self.client.send([command])
        name = command.cl_ord_id  # type: ignore[union-attr]  # these commands have one
        found: list[BidReport | AuctionReport | CommandReport] = []

        def answered() -> bool:
            found[:] = [
                message
                for message in self.heard
                if isinstance(message, BidReport | AuctionReport | CommandReport)
                and message.cl_ord_id == name
            ]
            return bool(found)

        await eventually(answered)
        return found[0]

    def numbers(self) -> list[int]:
        kinds = BidReport | AuctionReport | CommandReport
        return [m.rpt_seq for m in self.heard if isinstance(m, kinds)]

    def bids(self) -> list[tuple[str, int, int]]:
        reports = [m for m in self.heard if isinstance(m, BidReport)]
        return [(m.event, m.cum_qty, m.last_px) for m in reports]


async def auctions(client: Client) -> list[AuctionRow]:
    rows = (await client.query("auctions", SYMBOL)).rows
    return [row for row in rows if isinstance(row, AuctionRow)]


async def test_an_auction_from_its_application_to_its_result(harness: Harness) -> None:
    """Issue 4 item 3; reports are private and without a gap, also after a restart of the venue."""
    async with harness.client("anna") as anna, harness.client("reg") as reg:
        seller = Ear(anna)
        applied = await seller.answer(ApplyAuction("apply", SYMBOL, 1_000, pricing="pay_as_bid"))
        assert isinstance(applied, AuctionReport)
        number = applied.auction_id
        assert [row.state for row in await auctions(anna)] == ["applied"]
        terms = ScheduleAuction(
            "plan", "m-anna", SYMBOL, 1_000, "sell", "pay_as_bid", auction_id=number
        )
        assert (await reg.command(terms)).accepted
        assert (await reg.command(OpenAuction("open", number))).accepted
        async with harness.client("bo") as bo, harness.client("carl") as carl:
            first, second = Ear(bo), Ear(carl)
            assert (await first.answer(PlaceBid("b1", number, 900, 7_300))).rpt_seq == 1
            assert (await first.answer(PlaceBid("b2", number, 800, 7_300))).rpt_seq == 2
            refused = await second.answer(PlaceBid("c1", number, 500, 7_701))
            assert isinstance(refused, CommandReport)
            assert refused.reject_code == RejectCode.PRICE_ABOVE_LIMIT
            await second.answer(PlaceBid("c2", number, 500, 7_200))
            (seen,) = await auctions(carl)
            assert (seen.state, seen.floor, seen.cap, seen.bids, seen.member) == (
                "open", 7_000, 7_700, 0, "",
            )  # fmt: skip
            assert seen.bid is not None
            assert (seen.bid.price, seen.bid.order_qty) == (7_200, 500)
            assert (await reg.command(CloseAuction("close", number))).affected == 2
            await eventually(lambda: len(first.bids()) == 3 and len(second.bids()) == 2)
            assert first.bids()[-1] == ("filled", 800, 7_300)
            assert second.bids()[-1] == ("partially_filled", 200, 7_200)
            assert first.numbers() == second.numbers() == [1, 2, 3]
            await eventually(lambda: seller.numbers() == [1, 2, 3, 4])
            await eventually(lambda: bo.feed.stats[SYMBOL].auction_volume == 1_000)
            stat = bo.feed.stats[SYMBOL]
            assert isinstance(stat, InstrumentStat)
            assert (stat.volume, stat.last, stat.auction_turnover) == (0, 0, 7_280_000)
            trades = [m for m in first.heard if isinstance(m, PublicTrade)]
            assert [(t.price, t.qty, t.mode) for t in trades] == [
                (7_300, 800, "auction"), (7_200, 200, "auction"),
            ]  # fmt: skip
            titles = [m.title for m in second.heard if isinstance(m, Notice)]
            assert titles[-1] == f"Auction {number}, {SYMBOL}: completed"
            (result,) = await auctions(bo)
            assert (result.state, result.cum_qty, result.bids) == ("completed", 1_000, 2)
    await harness.stop_venue()
    await harness.start_venue()
    async with harness.client("bo", last_rpt_seq=0) as bo:
        again = Ear(bo)
        (kept,) = await auctions(bo)
        assert kept == result
        assert bo.last_rpt_seq == 3
        assert again.numbers() in ([], [1, 2, 3])


async def test_officers_see_applications_and_other_members_do_not(harness: Harness) -> None:
    """An application is its member's business until it is announced (venue's own)."""
    async with harness.client("anna") as anna, harness.client("bo") as bo:
        await Ear(anna).answer(ApplyAuction("apply", SYMBOL, 1_000))
        assert await auctions(bo) == []
        async with harness.client("sup") as sup:
            assert [(row.member, row.state) for row in await auctions(sup)] == [
                ("m-anna", "applied")
            ]
