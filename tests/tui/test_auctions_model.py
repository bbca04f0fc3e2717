"""The view model of auctions against a real venue, without a screen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    ApplyAuction,
    AuctionReport,
    AuctionRow,
    BidReport,
    CancelAuction,
    CloseAuction,
    InstrumentStat,
    LogonAck,
    OpenAuction,
    Phase,
    PlaceBid,
    ScheduleAuction,
    WithdrawBid,
)
from bashu_tui.state.auctions import (
    Auctions,
    Deadline,
    actions,
    bidder_side,
    countdown,
    deadline,
)

SYMBOL = "CEA25"
DEADLINE_SECONDS = 30.0


class Desk:
    """One member's client with the view model under test."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.auctions = Auctions()
        client.listen(self._hear)

    def _hear(self, message: AnyMessage) -> None:
        self.auctions.hear(message)

    async def bid(self, auction_id: int, qty: int, price: int) -> BidReport:
        command = PlaceBid(self.client.new_cl_ord_id(), auction_id, qty, price)
        return await self.client.request(command, BidReport)

    async def row(self, auction_id: int = 1) -> AuctionRow:
        await self.auctions.reload(self.client)
        return self.auctions.rows[auction_id]


async def until(condition: Callable[[], object]) -> None:
    deadline_at = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    while not condition():
        assert asyncio.get_running_loop().time() < deadline_at, "it did not come true in time"
        await asyncio.sleep(0.01)


@pytest.fixture
async def registrar(market: Any) -> AsyncIterator[Client]:
    async with market.client("reg") as client:
        yield client


@pytest.fixture
async def alice(market: Any) -> AsyncIterator[Desk]:
    async with market.client("alice") as client:
        yield Desk(client)


@pytest.fixture
async def bob(market: Any) -> AsyncIterator[Desk]:
    async with market.client("bob") as client:
        yield Desk(client)


async def schedule(registrar: Client, qty: int = 5_000, **terms: Any) -> None:
    name = registrar.new_cl_ord_id()
    report = await registrar.command(ScheduleAuction(name, "alice-co", SYMBOL, qty, **terms))
    assert report.accepted, report


async def start(registrar: Client, auction_id: int = 1, **terms: Any) -> None:
    await schedule(registrar, **terms)
    report = await registrar.command(OpenAuction(registrar.new_cl_ord_id(), auction_id))
    assert report.accepted, report


async def test_an_application_is_its_members_alone(alice: Desk, bob: Desk) -> None:
    command = ApplyAuction(alice.client.new_cl_ord_id(), SYMBOL, 2_000)
    await alice.client.request(command, AuctionReport)
    assert alice.auctions.is_old
    row = await alice.row()
    assert (row.state, row.member, deadline(row)) == ("applied", "alice-co", Deadline(""))
    assert not alice.auctions.is_old
    await bob.auctions.reload(bob.client)
    assert bob.auctions.rows == {}


async def test_the_market_hears_of_an_auction_by_its_notice(bob: Desk, registrar: Client) -> None:
    await schedule(registrar, opens_at=5, closes_at=9)
    await until(lambda: bob.auctions.is_old)
    row = await bob.row()
    assert (row.state, row.member, deadline(row)) == ("scheduled", "", Deadline("opens", 5))
    assert actions(row, "bob-co") == frozenset()
    await registrar.command(OpenAuction(registrar.new_cl_ord_id(), 1))
    await until(lambda: bob.auctions.is_old)
    row = await bob.row()
    assert (row.state, deadline(row)) == ("open", Deadline("closes", 9))
    assert actions(row, "bob-co") == {"bid"}


async def test_ones_own_bid_is_kept_and_nothing_of_others(
    alice: Desk, bob: Desk, registrar: Client
) -> None:
    await start(registrar)
    row = await alice.row()
    assert actions(row, "alice-co") == frozenset()
    await bob.bid(1, 1_000, 7_500)
    assert bob.auctions.is_old
    row = await bob.row()
    assert row.bid is not None
    assert (row.bid.user, row.bid.order_qty, row.bid.price) == ("bob", 1_000, 7_500)
    assert actions(row, "bob-co") == {"bid", "withdraw"}
    await bob.bid(1, 2_000, 7_600)
    assert [r.event for r in bob.auctions.bids_of(1)] == ["replaced", "accepted"]
    seen = await alice.row()
    assert (seen.bids, seen.bid, seen.last_px) == (0, None, 0)
    await bob.client.request(WithdrawBid(bob.client.new_cl_ord_id(), 1), BidReport)
    assert (await bob.row()).bid is None


async def test_the_result_has_the_own_fill(alice: Desk, bob: Desk, registrar: Client) -> None:
    await start(registrar)
    await bob.bid(1, 2_000, 7_600)
    await registrar.command(CloseAuction(registrar.new_cl_ord_id(), 1))
    await until(lambda: bob.auctions.bids_of(1)[0].event == "filled")
    row = await bob.row()
    assert (row.state, row.cum_qty, row.last_px, row.bids) == ("completed", 2_000, 7_600, 1)
    assert row.bid is not None
    assert (row.bid.cum_qty, row.bid.last_px) == (2_000, 7_600)
    assert actions(row, "bob-co") == frozenset()
    assert bob.auctions.bids_of(2) == []


async def test_open_auctions_stand_first_then_coming_ones(bob: Desk, registrar: Client) -> None:
    await schedule(registrar, qty=1_000, opens_at=30)
    await schedule(registrar, qty=1_000, opens_at=20)
    await start(registrar, 3, qty=1_000)
    await schedule(registrar, qty=1_000)
    await schedule(registrar, qty=1_000)
    await registrar.command(CancelAuction(registrar.new_cl_ord_id(), 5, "no"))
    await bob.auctions.reload(bob.client)
    assert [row.auction_id for row in bob.auctions.listed()] == [3, 2, 1, 4, 5]


async def test_a_bidder_buys_in_the_selling_form(bob: Desk, registrar: Client) -> None:
    await schedule(registrar, qty=1_000)
    await schedule(registrar, qty=1_000, form="buy")
    await bob.auctions.reload(bob.client)
    assert [bidder_side(bob.auctions.rows[n]) for n in (1, 2)] == ["buy", "sell"]


def stat(transact_time: int, phase: Phase) -> InstrumentStat:
    return InstrumentStat(
        SYMBOL, 1, 1, transact_time, 20260101, phase, 7_400, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    )


def test_when_a_call_phase_began_is_said_only_where_it_was_seen() -> None:
    auctions = Auctions()
    auctions.hear(stat(1, "volatility_auction"))
    assert auctions.call_since == {SYMBOL: 0}
    auctions.hear(stat(2, "continuous"))
    assert auctions.call_since == {}
    auctions.hear(stat(3, "volatility_auction"))
    auctions.hear(stat(4, "volatility_auction"))
    assert auctions.call_since == {SYMBOL: 3}
    auctions.hear(LogonAck(1, "s", "alice", "alice-co", "trader", 20260101, 1, 1, 1, "msgpack"))
    auctions.hear(stat(5, "call_auction"))
    assert auctions.call_since == {SYMBOL: 0}


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (-1, "0:00"),
        (0, "0:00"),
        (1, "0:01"),
        (61_000_000_000, "1:01"),
        (3_600_000_000_000, "1:00:00"),
        (90_061_000_000_000, "25:01:01"),
    ],
)
def test_a_countdown_never_shows_less_than_is_left(nanoseconds: int, shown: str) -> None:
    now = 1_790_000_000_000_000_000
    assert countdown(now + nanoseconds, now) == shown
