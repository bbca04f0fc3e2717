"""Auctions from the screen, against a real venue with two members."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from off_book_desk import Desk, agree, card_opened, desk_at, fill, type_into
from textual.widget import Widget

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AuctionRow,
    BidReport,
    CancelAuction,
    CloseAuction,
    OpenAuction,
    PlaceBid,
    ScheduleAuction,
    SetPhase,
)
from bashu_tui.app import BashuApp
from bashu_tui.screens.auctions import AuctionsScreen
from bashu_tui.screens.terms_card import TermsCard
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.application_form import ApplicationForm
from bashu_tui.widgets.auction_list import AuctionList
from bashu_tui.widgets.bid_form import BidForm
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.outcome import Outcome

SYMBOL = "CEA25"


class House:
    """The registrar's program."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def do(self, command: Any) -> None:
        report = await self.client.command(command)
        assert report.accepted, report

    async def schedule(self, qty: int = 5_000, member: str = "bob-co", **terms: Any) -> None:
        name = self.client.new_cl_ord_id()
        await self.do(ScheduleAuction(name, member, SYMBOL, qty, **terms))

    async def start(self, auction_id: int = 1, **terms: Any) -> None:
        await self.schedule(**terms)
        await self.do(OpenAuction(self.client.new_cl_ord_id(), auction_id))

    async def close(self, auction_id: int = 1) -> None:
        await self.do(CloseAuction(self.client.new_cl_ord_id(), auction_id))

    async def rows(self) -> list[AuctionRow]:
        rows = (await self.client.query("auctions")).rows
        return [row for row in rows if isinstance(row, AuctionRow)]


@pytest.fixture
async def house(market: Any) -> AsyncIterator[House]:
    async with market.client("reg") as client:
        yield House(client)


@pytest.fixture
def desk(terminal: Any, wait: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(AuctionsScreen, "ask_seconds", 0.1)
    return desk_at("auctions", terminal, wait)


def own_bid(app: BashuApp, auction_id: int = 1) -> tuple[int, int] | None:
    assert app.session is not None
    row = app.session.auctions.rows.get(auction_id)
    bid = row.bid if row is not None else None
    return (bid.order_qty, bid.price) if bid is not None else None


@pytest.mark.acts("auctions.bid", "auctions.send", "auctions.withdraw")
async def test_a_bid_is_placed_changed_and_withdrawn_by_keyboard(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        await house.start()
        await wait(pilot, lambda: "OPEN" in shown(app))
        assert "You have no bid in it." in shown(app)
        await pilot.press("f2")
        form = app.screen.query_one(BidForm)
        await wait(pilot, lambda: app.focused is form.fields[0].input)
        assert "74.63-82.09" in shown(app)
        await type_into(pilot, form.fields, "1000", "75.00")
        await wait(pilot, lambda: "Freezes CNY 75,000.00 at once" in shown(app))
        await pilot.press("enter")
        await wait(pilot, lambda: "Place this bid?" in shown(app))
        assert "Buy 1,000 t CEA25 at 75.00" in shown(app)
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "Bid accepted: 1,000 t at 75.00 in auction 1" in shown(app))
        await wait(pilot, lambda: own_bid(app) == (1_000, 7_500))
        await wait(pilot, lambda: isinstance(app.focused, AuctionList))
        await pilot.press("enter")
        await wait(pilot, lambda: "Change the bid in auction 1" in shown(app))
        assert "its priority is from this change" in shown(app)
        await fill(pilot, form.fields, "1200", "76")
        await pilot.press("f5")
        await wait(pilot, lambda: "Change the bid?" in shown(app))
        await agree(pilot, app, wait)
        await wait(pilot, lambda: own_bid(app) == (1_200, 7_600))
        await pilot.press("f9")
        await wait(pilot, lambda: "Bid withdrawn from auction 1" in shown(app))
        await wait(pilot, lambda: own_bid(app) is None)


@pytest.mark.acts("auctions.back")
@pytest.mark.parametrize("key", ["escape", "ctrl+b"])
async def test_a_form_is_left_and_what_was_typed_is_not_sent(
    desk: Desk, house: House, wait: Any, shown: Any, key: str
) -> None:
    await house.start()
    async with desk() as (app, pilot):
        await wait(pilot, lambda: "OPEN" in shown(app))
        await pilot.press("f2")
        await fill(pilot, app.screen.query_one(BidForm).fields, "1000", "75.00")
        await pilot.press(key)
        await wait(pilot, lambda: isinstance(app.focused, AuctionList))
        assert not app.screen.has_class("-form")
        assert [row.bid for row in await house.rows()] == [None]


async def test_a_bid_beyond_the_bounds_is_not_sent(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    await house.start(bidder_limit_qty=2_000)
    async with desk(language="zh") as (app, pilot):
        await wait(pilot, lambda: "申报中" in shown(app))
        await pilot.press("1")
        form = app.screen.query_one(BidForm)
        await fill(pilot, form.fields, "2010", "74.62")
        await wait(pilot, lambda: "! 最多 2,000 吨" in shown(app))
        assert "! 最低 74.63" in shown(app)
        await pilot.press("enter")
        await wait(pilot, lambda: "吨数：最多 2,000 吨" in shown(app))
        assert isinstance(app.screen, AuctionsScreen)
        await fill(pilot, form.fields, "1005", "75")
        await wait(pilot, lambda: "不是交易单位 10 吨的整数倍" in shown(app))
        await pilot.press("enter")
        await wait(pilot, lambda: app.screen.query_one(Outcome).key)
        await fill(pilot, form.fields, "1000", "75")
        screen = app.screen
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, TermsCard))
        assert not screen.query_one(Outcome).key


async def test_nothing_of_other_bids_is_shown_before_the_cutoff(
    desk: Desk, house: House, market: Any, wait: Any, shown: Any
) -> None:
    await house.start(member="alice-co")
    async with desk() as (app, pilot), market.client("bob") as bob:
        await wait(pilot, lambda: "You offer 5,000 t CEA25" in shown(app))
        command = PlaceBid(bob.new_cl_ord_id(), 1, 4_000, 7_777)
        await bob.request(command, BidReport)
        assert app.session is not None
        app.session.auctions.is_old = True
        await wait(pilot, lambda: not app.session.off_book_is_old)
        await pilot.pause(0.1)
        assert "77.77" not in shown(app)
        assert "4,000" not in shown(app)
        assert "Bids are sealed" in shown(app)
        await pilot.press("f2")
        await wait(pilot, lambda: "takes no bids of yours" in shown(app))
        await house.close()
        await wait(pilot, lambda: "Result: 4,000 t for CNY 311,080.00" in shown(app))
        assert "marginal bid 77.77, 1 bids" in shown(app)


async def test_the_result_shows_the_own_fill(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    await house.start(qty=1_000)
    async with desk() as (app, pilot):
        await wait(pilot, lambda: "OPEN" in shown(app))
        await pilot.press("f2")
        await fill(pilot, app.screen.query_one(BidForm).fields, "800", "75")
        await pilot.press("enter")
        await agree(pilot, app, wait)
        await wait(pilot, lambda: own_bid(app) == (800, 7_500))
        await house.close()
        await wait(pilot, lambda: "You got 800 of 800 t at 75.00: CNY 60,000.00" in shown(app))
        await pilot.press("f9")
        await wait(pilot, lambda: "no bid of yours to withdraw" in shown(app))


async def test_a_form_whose_auction_closed_says_so(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    await house.start()
    async with desk(size=(140, 42)) as (app, pilot):
        await wait(pilot, lambda: "OPEN" in shown(app))
        await pilot.press("f2")
        form = app.screen.query_one(BidForm)
        await fill(pilot, form.fields, "800", "75")
        await pilot.press("enter")
        await agree(pilot, app, wait)
        await wait(pilot, lambda: own_bid(app) == (800, 7_500))
        await wait(pilot, lambda: "Change the bid in auction 1" in shown(app))
        await house.close()
        await wait(pilot, lambda: "You got 800 of 800 t" in shown(app))
        await wait(pilot, lambda: "takes no bids of yours now" in shown(app))
        assert "Change the bid" not in shown(app)
        assert "Freezes" not in shown(app)


async def test_a_bid_after_the_cutoff_is_refused(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    await house.start()
    async with desk() as (app, pilot):
        await wait(pilot, lambda: "OPEN" in shown(app))
        await pilot.press("f2")
        await fill(pilot, app.screen.query_one(BidForm).fields, "800", "75")
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, TermsCard))
        await house.close()
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "Refused: the auction is not open for bids" in shown(app))


@pytest.mark.acts("auctions.apply")
async def test_an_application_with_a_price_of_its_own(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        await pilot.press("f3")
        form = app.screen.query_one(ApplicationForm)
        await wait(pilot, lambda: app.focused is form.quantity.input)
        await fill(pilot, (form.quantity,), "500")
        await wait(pilot, lambda: "! at least 1,000 t" in shown(app))
        await fill(pilot, (form.quantity,), "2000")
        await pilot.press("down", "right", "down", "3")
        await wait(pilot, lambda: form.price.display)
        await fill(pilot, (form.price,), "90")
        await wait(pilot, lambda: "! at most 82.09" in shown(app))
        await fill(pilot, (form.price,), "76.50")
        await pilot.press("f5")
        await wait(pilot, lambda: "Apply for this auction?" in shown(app))
        assert "You offer 2,000 t CEA25" in shown(app)
        assert "Pay as bid" in shown(app)
        assert "Bids from 76.50 upwards" in shown(app)
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "waits for the venue's decision" in shown(app))
        await wait(pilot, lambda: "applied" in shown(app))
        (row,) = await house.rows()
        assert (row.state, row.member, row.pricing) == ("applied", "alice-co", "pay_as_bid")
        await house.do(CancelAuction(house.client.new_cl_ord_id(), 1, "Not this month."))
        await wait(pilot, lambda: "canceled: Not this month." in shown(app))


async def test_times_count_down(desk: Desk, house: House, wait: Any, shown: Any) -> None:
    now = time.time_ns()
    day_ns = 86_400 * 1_000_000_000
    await house.schedule(opens_at=now + day_ns, closes_at=now + 2 * day_ns)
    async with desk(language="zh") as (app, pilot):
        await wait(pilot, lambda: "23:59:" in shown(app))
        await house.do(OpenAuction(house.client.new_cl_ord_id(), 1))
        await wait(pilot, lambda: "47:59:" in shown(app))
        assert "截止，还有" in shown(app)


async def test_everything_works_by_mouse(desk: Desk, house: House, wait: Any, shown: Any) -> None:
    async def click(target: Widget, word: str) -> None:
        text = "".join(piece for piece, _style in target.lines(80, 1)[0])  # type: ignore[attr-defined]  # a line panel
        await pilot.click(target, offset=(text.index(word), 0))

    await house.start()
    await house.start(2, qty=1_000, form="buy")
    async with desk(size=(140, 42)) as (app, pilot):
        screen = app.screen
        await wait(pilot, lambda: len(app.session.auctions.rows) == 2)
        await pilot.click(AuctionList, offset=(20, 3))
        await wait(pilot, lambda: "5,000 t CEA25 offered; bidders buy" in shown(app))
        await pilot.click(AuctionList, offset=(20, 2))
        await wait(pilot, lambda: "1,000 t CEA25 wanted; bidders sell" in shown(app))
        await click(screen.query_one("#auction-actions", ActionRow), "Bid")
        form = screen.query_one(BidForm)
        await wait(pilot, lambda: app.focused is form.fields[0].input)
        await fill(pilot, form.fields, "500", "70")
        await wait(pilot, lambda: "Freezes 500 t CEA25 at once" in shown(app))
        await click(form.query_one(ActionRow), "Check")
        await card_opened(pilot, app, wait)
        await pilot.click(CardKeys, offset=(2, 0))
        await wait(pilot, lambda: own_bid(app, 2) == (500, 7_000))
        await click(screen.query_one("#auction-actions", ActionRow), "Withdraw")
        await wait(pilot, lambda: own_bid(app, 2) is None)
        await click(screen.query_one("#auction-actions", ActionRow), "Apply")
        await wait(pilot, lambda: screen.has_class("-apply"))
        pricing = screen.query_one("#apply-pricing", Choice)
        await click(pricing, "pay as bid")
        assert pricing.value == "pay_as_bid"
        await click(screen.query_one(ApplicationForm).query_one(ActionRow), "Back")
        await wait(pilot, lambda: not screen.has_class("-apply"))


async def test_who_may_not_trade_cannot_send_anything(
    desk: Desk, house: House, wait: Any, shown: Any
) -> None:
    await house.start()
    async with desk("sup") as (app, pilot):
        await wait(pilot, lambda: "OPEN" in shown(app))
        await pilot.press("f2")
        await fill(pilot, app.screen.query_one(BidForm).fields, "800", "75")
        await pilot.press("enter")
        await wait(pilot, lambda: "LOCKED" in shown(app))
        await pilot.press("f3")
        await fill(pilot, (app.screen.query_one(ApplicationForm).quantity,), "2000")
        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, AuctionsScreen)
        assert [(row.state, row.bid) for row in await house.rows()] == [("open", None)]


async def test_the_call_auctions_outlook(
    desk: Desk, house: House, market: Any, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot), market.client("alice") as alice, market.client("bob") as bob:
        await wait(pilot, lambda: "No auctions" in shown(app))
        assert "Call auctions" not in shown(app)
        for phase in ("pause", "call_auction"):
            await house.do(SetPhase(house.client.new_cl_ord_id(), phase, SYMBOL))  # type: ignore[arg-type]  # by name
        await wait(pilot, lambda: "Call auctions: what would trade now" in shown(app))
        await alice.place(SYMBOL, "buy", 300, 7_500)
        await bob.place(SYMBOL, "sell", 200, 7_400)
        await wait(pilot, lambda: "buyers 100 t" in shown(app))
        (line,) = [line for line in shown(app).split("\n") if "buyers 100 t" in line]
        assert line.strip("│").split()[:3] == ["CEA25", "75.00", "200"]
        await house.do(SetPhase(house.client.new_cl_ord_id(), "continuous", SYMBOL))
        await wait(pilot, lambda: "Call auctions" not in shown(app))
