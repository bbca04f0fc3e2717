"""A one-way auction through the whole daemon: numbered reports, the query, what all may see."""

from bashu_testing import SYMBOL, Harness, eventually
from ear import Ear

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    ApplyAuction,
    AuctionReport,
    AuctionRow,
    BidReport,
    CloseAuction,
    CommandReport,
    InstrumentStat,
    Notice,
    OpenAuction,
    PlaceBid,
    PublicTrade,
    ScheduleAuction,
)
from bashu_protocol.reject_codes import RejectCode


def bids(ear: Ear) -> list[tuple[str, int, int]]:
    return [(m.event, m.cum_qty, m.last_px) for m in ear.all_of(BidReport)]


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
            await eventually(lambda: len(bids(first)) == 3 and len(bids(second)) == 2)
            assert bids(first)[-1] == ("filled", 800, 7_300)
            assert bids(second)[-1] == ("partially_filled", 200, 7_200)
            assert first.numbers() == second.numbers() == [1, 2, 3]
            await eventually(lambda: seller.numbers() == [1, 2, 3, 4])
            await eventually(lambda: bo.feed.stats[SYMBOL].auction_volume == 1_000)
            stat = bo.feed.stats[SYMBOL]
            assert isinstance(stat, InstrumentStat)
            assert (stat.volume, stat.last, stat.auction_turnover) == (0, 0, 7_280_000)
            trades = first.all_of(PublicTrade)
            assert [(t.price, t.qty, t.mode) for t in trades] == [
                (7_300, 800, "auction"), (7_200, 200, "auction"),
            ]  # fmt: skip
            titles = [notice.title for notice in second.all_of(Notice)]
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
