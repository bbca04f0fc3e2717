"""Every kind of order through the ticket's keys: what the screen shows, what the venue holds."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from textual.widgets import Input, Static

from bashu_protocol.messages import (
    AddClient,
    MemberLimits,
    OrderFeatures,
    OrderRow,
    SetClientActive,
    SetMemberLimits,
    SetPermissions,
)
from bashu_tui.screens.amend import AmendScreen
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.widgets.blotter import Blotter
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ticket import Ticket
from bashu_tui.widgets.ticket_choice import TicketChoice

SYMBOL = "CEA25"


@pytest.fixture
def features() -> OrderFeatures:
    return OrderFeatures(
        max_gtd_days=30, post_only=True, min_qty=True, iceberg_min_display=100, stop=True
    )


def said(app: Any) -> str:
    return str(app.screen.query_one("#ticket-outcome", Static).content)


def reading(app: Any) -> str:
    return str(app.screen.query_one("#ticket-reading", Static).content)


def held(market: Any, member: str = "alice-co") -> list[OrderRow]:
    return market.venue.order_rows(member)  # type: ignore[no-any-return]


def fills(market: Any, member: str = "alice-co") -> list[tuple[str, int, int]]:
    return [(row.side, row.last_qty, row.last_px) for row in market.venue.fill_rows(member)]


def frozen(market: Any, asset: str) -> int:
    (row,) = [row for row in market.venue.account_rows("alice-co") if row.asset == asset]
    return int(row.frozen)


def levels(market: Any) -> tuple[list[Any], list[Any]]:
    return market.venue.depth(SYMBOL)  # type: ignore[no-any-return]


class Desk:
    """A trader at the terminal, who uses nothing but keys."""

    def __init__(self, app: Any, pilot: Any, wait: Any, shown: Any) -> None:
        self.app, self.pilot, self._wait, self._shown = app, pilot, wait, shown
        self.ticket = app.screen.query_one(Ticket)
        self.ladder = app.screen.query_one(Ladder)

    async def sees(self, *parts: str) -> None:
        await self._wait(self.pilot, lambda: all(part in self._shown(self.app) for part in parts))

    async def sees_line(self, pattern: str) -> None:
        await self._wait(self.pilot, lambda: re.search(pattern, self._shown(self.app)))

    async def until(self, condition: Any) -> None:
        await self._wait(self.pilot, condition)

    async def begin(self, side: str, ord_type: str = "limit", tif: str = "day") -> None:
        """Choose a side, then a type and a validity, by their keys."""
        key = "f2" if side == "buy" else "f3"
        await self.until(lambda: self.ladder.cursor_price)
        await self.pilot.press(key)
        await self.until(lambda: self.ticket.side == side)
        await self._press_until("ctrl+y", lambda: self.ticket.ord_type == ord_type)
        await self._press_until("ctrl+t", lambda: self.ticket.time_in_force == tif)

    async def _press_until(self, key: str, condition: Any) -> None:
        for _choice in range(5):
            if condition():
                return
            await self.pilot.press(key)
            await self.pilot.pause()
        pytest.fail(f"{key} does not come to it")

    async def more(self) -> None:
        await self.pilot.press("f5")
        await self.until(lambda: self.ticket.is_open)

    async def to(self, name: str) -> Any:
        """Go to a field or a row of choices with Tab, as often as that takes."""
        wanted = self.app.screen.query_one(f"#ticket-{name}")
        assert wanted.display
        for _field in range(12):
            if self.app.focused is wanted:
                return wanted
            await self.pilot.press("tab")
            await self.pilot.pause()
        pytest.fail(f"Tab does not come to {name}")

    async def type_in(self, **values: str) -> None:
        for name, value in values.items():
            field = await self.to(name)
            assert isinstance(field, Input)
            field.value = ""
            await self.pilot.press(*["full_stop" if c == "." else c for c in value])
            await self.until(lambda field=field, value=value: field.value == value)

    async def choose(self, name: str, value: str) -> None:
        row = await self.to(name)
        assert isinstance(row, TicketChoice)
        await self._press_until("right", lambda: row.value == value)

    async def card(self) -> None:
        await self.pilot.press("enter")
        await self.until(
            lambda: isinstance(self.app.screen, ConfirmScreen) and self.app.screen.is_mounted
        )

    async def outcome(self, pattern: str) -> None:
        await self.until(lambda: re.search(pattern, said(self.app)))

    async def chosen_order(self) -> None:
        """Go to the first line of the list of orders."""
        await self.pilot.press("f7")
        await self.until(lambda: isinstance(self.app.focused, Blotter))
        await self.pilot.press("home")

    def own(self) -> dict[int, tuple[int, int, int, int]]:
        """Return what the ladder shows as one's own: in the book, and waiting, of both sides."""
        return {
            row.price: (row.own_buy, row.own_sell, row.stop_buy, row.stop_sell)
            for row in self.ladder._rows
            if row.own_buy or row.own_sell or row.stop_buy or row.stop_sell
        }


@pytest.fixture
def desk_of(wait: Any, shown: Any) -> Any:
    return lambda app, pilot: Desk(app, pilot, wait, shown)


async def test_a_stop_order_waits_is_triggered_by_a_trade_and_filled(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await desk.begin("buy", "stop")
        await desk.type_in(qty="100", stop_px="74.72")
        assert "Buy 100 t: the market from 74.72" in reading(app)
        await desk.card()
        await desk.sees("Waits for its stop price", "stop, day")
        await confirm(pilot, app)
        await desk.outcome(r"Accepted in \d+ ms: waits for its stop")
        (row,) = held(market)
        assert (row.ord_type, row.stop_px, row.price, row.waiting) == ("stop", 7_472, 0, True)
        assert frozen(market, "CNY") == 100 * 8_209  # a triggered order must be covered
        await desk.sees_line(r"Buy +100 +74\.72 .*waits for 74\.72")
        await desk.until(lambda: desk.own() == {7_472: (0, 0, 100, 0)})
        await desk.sees_line(r"\^100 .*74\.72")
        assert levels(market) == ([], [])

        await bob.place(SYMBOL, "sell", 300, 7_472)
        await app.session.client.place(SYMBOL, "buy", 10, 7_472)
        await desk.outcome(r"Filled 100 of 100 t, last at 74\.72")
        assert not held(market)
        assert fills(market) == [("buy", 10, 7_472), ("buy", 100, 7_472)]
        await desk.until(lambda: desk.own() == {})
        await desk.sees_line(r"Buy +100 +74\.72 .*fill")


async def test_a_triggered_stop_limit_order_rests_at_its_limit(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await desk.begin("sell", "stop_limit")
        await desk.type_in(qty="100", price="74.53", stop_px="74.55")
        assert "Sell 100 t: 74.53 from 74.55" in reading(app)
        await desk.card()
        await confirm(pilot, app)
        await desk.until(lambda: desk.own() == {7_455: (0, 0, 0, 100)})
        (row,) = held(market)
        assert (row.ord_type, row.stop_px, row.price, row.waiting) == (
            "stop_limit", 7_455, 7_453, True,
        )  # fmt: skip
        await desk.sees_line(r"Sell +100 +74\.53 .*waits for 74\.55")
        assert levels(market) == ([], [])

        await bob.place(SYMBOL, "buy", 10, 7_455)
        await app.session.client.place(SYMBOL, "sell", 10, 7_455)
        await desk.outcome("Its stop price traded; it is in the market")
        await desk.until(lambda: desk.own() == {7_453: (0, 100, 0, 0)})
        assert not held(market)[0].waiting
        assert levels(market)[1] == [(7_453, 100, 1)]
        await desk.until(lambda: app.session.client.feed.book(SYMBOL).asks == [(7_453, 100, 1)])
        assert "waits for" not in screen_of(desk)

        await bob.place(SYMBOL, "buy", 40, 7_453)
        await desk.outcome(r"Filled 40 of 100 t, last at 74\.53")
        await bob.place(SYMBOL, "buy", 60, 7_453)
        await desk.outcome(r"Filled 100 of 100 t, last at 74\.53")
        assert not held(market)


def screen_of(desk: Desk) -> str:
    return str(desk._shown(desk.app))


async def test_an_own_stop_is_withdrawn_by_a_click_on_the_ladder(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await app.session.client.place(SYMBOL, "buy", 20, 7_462)
        await desk.begin("buy", "stop_limit")
        await desk.type_in(qty="100", price="74.74", stop_px="74.72")
        await desk.card()
        await confirm(pilot, app)
        await desk.until(lambda: desk.own() == {7_472: (0, 0, 100, 0), 7_462: (20, 0, 0, 0)})
        (at,) = [i for i, row in enumerate(desk.ladder._rows) if row.stop_buy]
        await pilot.hover(Ladder, offset=(4, at + 2))
        await desk.sees("Click: withdraw my 100 t that wait for 74.72")
        await pilot.click(Ladder, offset=(4, at + 2))
        await desk.until(lambda: [row.order_qty for row in held(market)] == [20])
        await desk.until(lambda: desk.own() == {7_462: (20, 0, 0, 0)})


async def test_a_stop_price_that_was_reached_is_refused(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal(language="zh") as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await bob.place(SYMBOL, "sell", 10, 7_472)
        await app.session.client.place(SYMBOL, "buy", 10, 7_472)
        await desk.until(lambda: app.session.stat(SYMBOL).last == 7_472)
        await desk.begin("buy", "stop")
        await desk.type_in(qty="100", stop_px="74.70")
        await desk.card()
        await desk.sees(app.texts("caution.stop_reached"))
        await confirm(pilot, app)
        await desk.outcome("被拒绝：已达到触发价")
        assert not held(market)


async def test_a_waiting_stop_is_amended(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("sell", "stop_limit")
        await desk.type_in(qty="100", price="74.53", stop_px="74.55")
        await desk.card()
        await confirm(pilot, app)
        await desk.until(lambda: held(market))
        await desk.sees_line(r"Sell +100 +74\.53 .*waits for 74\.55")
        await desk.chosen_order()
        await pilot.press("f6")
        await desk.until(lambda: isinstance(app.screen, AmendScreen) and app.screen.is_mounted)
        app.screen.query_one("#amend-stop_px", Input).value = "74.57"
        app.screen.query_one("#amend-price", Input).value = "74.52"
        await desk.sees("It goes on waiting for its stop price.")
        await pilot.press("f4")
        await desk.outcome("Amended: waits for its stop")
        (row,) = held(market)
        assert (row.stop_px, row.price, row.waiting) == (7_457, 7_452, True)
        await desk.sees_line(r"Sell +100 +74\.52 .*waits for 74\.57")
        await desk.until(lambda: desk.own() == {7_457: (0, 0, 0, 100)})


async def test_the_ladders_price_is_the_stop_price_of_a_stop_order(
    terminal: Any, desk_of: Any
) -> None:
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy", "stop")
        desk.ladder.focus()
        price = app.screen.query_one("#ticket-price", Input).value
        await pilot.press("up")
        stop_px = app.screen.query_one("#ticket-stop_px", Input)
        cursor = desk.ladder.cursor_price
        await desk.until(lambda: stop_px.value == f"{cursor // 100}.{cursor % 100:02d}")
        assert app.screen.query_one("#ticket-price", Input).value == price


@pytest.mark.parametrize(
    ("tif", "offered", "outcome", "expected"),
    [
        ("ioc", 60, r"withdrawn; filled 60 of 100 t", [("buy", 60, 7_470)]),
        ("ioc", 100, r"Filled 100 of 100 t, last at 74\.70", [("buy", 100, 7_470)]),
        ("fok", 60, r"Refused: it could not be filled as a whole", []),
        ("fok", 100, r"Filled 100 of 100 t, last at 74\.70", [("buy", 100, 7_470)]),
        ("ioc", 0, r"Refused: nobody stands on the other side", []),
    ],
)
async def test_a_market_order(
    terminal: Any, market: Any, desk_of: Any, confirm: Any, tif: str, offered: int, outcome: str,
    expected: list[Any],
) -> None:  # fmt: skip
    async with terminal() as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        if offered:
            await bob.place(SYMBOL, "sell", offered, 7_470)
            await desk.until(lambda: app.session.client.feed.book(SYMBOL).asks)
        await desk.begin("buy", "market", tif)
        await desk.type_in(qty="100")
        assert not app.screen.query_one("#ticket-price-row").display
        await desk.card()
        await desk.sees("100 t CEA25 at market")
        await confirm(pilot, app)
        await desk.outcome(outcome)
        assert fills(market) == expected
        assert not held(market)


@pytest.mark.parametrize(
    ("tif", "outcome", "expected", "rests"),
    [
        ("day", r"Filled 60 of 100 t, last at 74\.70", [("buy", 60, 7_470)], [40]),
        ("ioc", r"withdrawn; filled 60 of 100 t", [("buy", 60, 7_470)], []),
        ("fok", r"Refused: it could not be filled as a whole", [], []),
    ],
)
async def test_the_validities_of_a_limit_order(
    terminal: Any, market: Any, desk_of: Any, confirm: Any, tif: str, outcome: str,
    expected: list[Any], rests: list[int],
) -> None:  # fmt: skip
    async with terminal() as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await bob.place(SYMBOL, "sell", 60, 7_470)
        await desk.until(lambda: app.session.client.feed.book(SYMBOL).asks)
        await desk.begin("buy", tif=tif)
        await desk.type_in(qty="100", price="74.70")
        await desk.card()
        await confirm(pilot, app)
        await desk.outcome(outcome)
        assert fills(market) == expected
        assert [row.leaves_qty for row in held(market)] == rests
        await desk.until(lambda: [o[0] for o in desk.own().values()] == rests)


async def test_an_order_until_a_date(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        today = date.fromisoformat(str(market.venue.trade_date))
        last, beyond = today + timedelta(30), today + timedelta(31)
        await desk.begin("buy", tif="gtd")
        await desk.type_in(qty="100", price="74.50", expire_date=f"{beyond:%Y%m%d}")
        assert f"Until: not after {last}" in reading(app)
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)
        await desk.type_in(expire_date=f"{last:%Y%m%d}")
        await desk.card()
        await desk.sees(f"until a date {last}")
        await confirm(pilot, app)
        await desk.outcome("Accepted in")
        (row,) = held(market)
        assert (row.time_in_force, row.expire_date) == ("gtd", int(f"{last:%Y%m%d}"))
        await desk.chosen_order()
        await desk.sees(f"limit, until a date {last}")


async def test_an_iceberg_shows_a_part_of_itself(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        await desk.more()
        await desk.type_in(qty="500", price="74.50", display_qty="99")
        assert "Shown: at least 100 t" in reading(app)
        await desk.type_in(display_qty="100")
        await desk.card()
        await desk.sees("shows 100 t")
        await confirm(pilot, app)
        await desk.until(lambda: held(market))
        assert (held(market)[0].display_qty, held(market)[0].leaves_qty) == (100, 500)
        assert levels(market)[0] == [(7_450, 100, 1)]
        # Others see a part of it, its owner all.
        await desk.until(
            lambda: (
                [(row.bid_qty, row.own_buy) for row in desk.ladder._rows if row.own_buy]
                == [(100, 500)]
            )
        )
        await desk.chosen_order()
        await desk.sees("limit, day, shows 100 t")
        await bob.place(SYMBOL, "sell", 150, 7_450)
        await desk.until(lambda: 7_450 in desk.own() and desk.own()[7_450][0] == 350)
        assert levels(market)[0] == [(7_450, 50, 1)]


@pytest.mark.parametrize(
    ("language", "refused"),
    [("en", "Refused: it would trade at once"), ("zh", "被拒绝：将立即成交")],
)
async def test_a_post_only_order_rests_or_is_refused_in_the_users_language(
    terminal: Any, market: Any, desk_of: Any, confirm: Any, language: Any, refused: str
) -> None:
    async with terminal(language=language) as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await bob.place(SYMBOL, "sell", 60, 7_470)
        await desk.until(lambda: app.session.client.feed.book(SYMBOL).asks)
        await desk.begin("buy")
        await desk.more()
        await desk.type_in(qty="100", price="74.70")
        await desk.choose("post_only", "yes")
        await desk.card()
        await desk.sees(app.texts("ticket.post_only"))
        await confirm(pilot, app)
        await desk.outcome(refused)
        assert not held(market)
        assert not fills(market)
        await desk.begin("buy")
        await desk.type_in(price="74.60")
        await desk.card()
        await confirm(pilot, app)
        await desk.until(lambda: held(market))
        assert (held(market)[0].exec_inst, held(market)[0].price) == ("post_only", 7_460)
        await desk.until(lambda: desk.own() == {7_460: (100, 0, 0, 0)})


@pytest.mark.parametrize(
    ("offered", "outcome", "expected", "rests"),
    [
        (60, r"Refused: the minimum quantity cannot trade at once", [], []),
        (80, r"Filled 80 of 100 t, last at 74\.70", [("buy", 80, 7_470)], [20]),
    ],
)
async def test_a_minimum_quantity_trades_at_once_or_nothing_does(
    terminal: Any, market: Any, desk_of: Any, confirm: Any, offered: int, outcome: str,
    expected: list[Any], rests: list[int],
) -> None:  # fmt: skip
    async with terminal() as (app, pilot), market.client("bob") as bob:
        desk = desk_of(app, pilot)
        await bob.place(SYMBOL, "sell", offered, 7_470)
        await desk.until(lambda: app.session.client.feed.book(SYMBOL).asks)
        await desk.begin("buy")
        await desk.more()
        await desk.type_in(qty="100", price="74.70", min_qty="80")
        await desk.card()
        await desk.sees("at least 80 t at once")
        await confirm(pilot, app)
        await desk.outcome(outcome)
        assert fills(market) == expected
        assert [row.leaves_qty for row in held(market)] == rests


async def test_an_order_for_a_client(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with market.client("reg") as registrar:
        for account in ("mill-7", "forest-2"):
            admit = AddClient(f"c-{account}", "alice-co", account, account, f"{account}-owner")
            assert (await registrar.command(admit)).accepted
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        await desk.more()
        await desk.type_in(qty="100", price="74.50")
        await desk.sees("[1 own account]", "2 forest-2")
        await desk.choose("client", "mill-7")
        await desk.card()
        await desk.sees("client: mill-7")
        await confirm(pilot, app)
        await desk.until(lambda: held(market))
        assert [row.client_account for row in held(market)] == ["mill-7"]
        await desk.chosen_order()
        await desk.sees("limit, day, client: mill-7")


async def test_a_client_that_is_stopped_stays_chosen_and_its_orders_are_refused(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with market.client("reg") as registrar, terminal() as (app, pilot):
        admit = AddClient("c", "alice-co", "mill-7", "Mill", "mill-owner")
        assert (await registrar.command(admit)).accepted
        await app.session.reload_member()
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        await desk.more()
        await desk.type_in(qty="100", price="74.50")
        await desk.choose("client", "mill-7")
        stop = SetClientActive("s", "alice-co", "mill-7", active=False)
        assert (await registrar.command(stop)).accepted
        await app.session.reload_member()
        assert app.session.limits.clients == []
        await desk.card()
        await desk.sees("client: mill-7")
        await confirm(pilot, app)
        await desk.outcome("Refused: the client account is not active")
        assert not held(market)


async def test_of_many_clients_the_chosen_one_is_shown(
    terminal: Any, market: Any, desk_of: Any
) -> None:
    async with market.client("reg") as registrar:
        for number in range(1, 31):
            name = f"client-{number:02}"
            admit = AddClient(f"c-{name}", "alice-co", name, name, f"{name}-owner")
            assert (await registrar.command(admit)).accepted
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        await desk.more()
        await desk.sees("[1 own account] 1/31")
        row = await desk.to("client")
        await pilot.press("left")
        await desk.sees("[31 client-30] 31/31")
        await pilot.click("#ticket-client", offset=(15, 0))
        await desk.sees("[1 own account] 1/31")
        await pilot.press("right")
        await desk.until(lambda: row.value == "client-01")
        assert row.size.height == 1


@pytest.mark.parametrize("key", ["8", "3", "0"])
async def test_a_digit_in_a_row_of_choices_trades_and_withdraws_nothing(
    terminal: Any, market: Any, desk_of: Any, key: str
) -> None:
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await app.session.client.place(SYMBOL, "buy", 20, 7_450)
        await desk.begin("buy")
        await desk.more()
        row = await desk.to("post_only")
        quantity = app.screen.query_one("#ticket-qty", Input).value
        await pilot.press(key)
        await pilot.pause(0.1)
        assert (row.value, desk.ticket.side, app.focused) == ("", "buy", row)
        assert app.screen.query_one("#ticket-qty", Input).value == quantity
        assert len(held(market)) == 1
        await pilot.press("2")
        await desk.until(lambda: row.value == "yes")


async def test_what_is_filled_in_stays_in_sight_when_the_fields_are_closed(
    terminal: Any, market: Any, desk_of: Any
) -> None:
    """One click sends without a card, so nothing of the order may be out of sight."""
    async with market.client("reg") as registrar:
        admit = AddClient("c", "alice-co", "mill-7", "Mill", "mill-owner")
        assert (await registrar.command(admit)).accepted
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        await desk.more()
        await desk.type_in(min_qty="80")
        await desk.choose("client", "mill-7")
        await pilot.press("f5")
        await desk.until(lambda: not desk.ticket.is_open)
        await desk.sees_line(r"Minimum *80")
        await desk.sees("[2 mill-7]")
        await desk.until(lambda: not app.screen.query_one("#ticket-display_qty-row").display)
        assert not app.screen.query_one("#ticket-post_only").display


async def test_the_most_is_said_only_where_it_is_known(
    terminal: Any, market: Any, desk_of: Any
) -> None:
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        field = app.screen.query_one("#ticket-price", Input)
        field.value = ""
        await desk.until(lambda: "max" not in screen_of(desk))
        await pilot.press("ctrl+f")
        await desk.outcome("A price is needed first")
        field.value = "74.50"
        await desk.sees("max 99,999")
        await pilot.press("ctrl+f")
        quantity = app.screen.query_one("#ticket-qty", Input)
        await desk.until(lambda: quantity.value == "99999")
        # Where the market may take it, the day's upper limit bounds what it costs.
        await desk.begin("buy", "market", "ioc")
        await desk.sees("max 99,999")
        await pilot.press("f3")
        await desk.sees("max 50,000")


async def test_who_may_not_see_the_account_is_told_of_no_most(
    terminal: Any, market: Any, desk_of: Any
) -> None:
    async with market.client("reg") as registrar:
        await registrar.command(SetPermissions("p", "alice", ("enter",)))
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy")
        await desk.type_in(qty="100", price="74.50")
        assert "max" not in screen_of(desk)
        assert "Available" not in reading(app)
        await pilot.press("ctrl+f")
        await desk.outcome("You may not see your member's account")
        await desk.card()
        await desk.sees("Value CNY 7,450.00")
        assert app.texts("caution.cash") not in screen_of(desk)


async def test_an_order_with_conditions_is_said_to_need_no_colleague_but_to_be_refused(
    terminal: Any, market: Any, desk_of: Any, confirm: Any
) -> None:
    async with market.client("reg") as registrar:
        limits = MemberLimits(approval_qty=50)
        assert (await registrar.command(SetMemberLimits("l", "alice-co", limits))).accepted
    async with terminal() as (app, pilot):
        desk = desk_of(app, pilot)
        await desk.begin("buy", "stop")
        await desk.type_in(qty="100", stop_px="74.72")
        await desk.card()
        await desk.sees("Above your member's approval limit", "it will be refused")
        await confirm(pilot, app)
        await desk.outcome("Refused: it is above your member's approval limit")
        assert not held(market)
