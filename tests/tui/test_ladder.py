"""The ladder on screen: what a key or click asks for, what is marked, when it holds still."""

from typing import Any

import pytest
from textual.widgets import Input

from bashu_protocol.messages import SetPhase
from bashu_protocol.units import format_price
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ladder_paint import Columns, own_text
from bashu_tui.widgets.ticket import Ticket

SYMBOL = "CEA25"


def asked(app: Any) -> list[tuple[str, int]]:
    """Catch what the ladder asks for, before the screen answers it."""
    found: list[tuple[str, int]] = []
    ladder = app.screen.query_one(Ladder)
    post = ladder.post_message

    def note(message: Any) -> bool:
        if isinstance(message, Ladder.TradeAt):
            found.append((message.side, message.price))
        if isinstance(message, Ladder.PriceChosen):
            found.append(("price", message.price))
        return bool(post(message))

    ladder.post_message = note
    return found


@pytest.mark.parametrize(
    ("key", "side"), [("f2", "buy"), ("1", "buy"), ("f3", "sell"), ("3", "sell")]
)
async def test_a_key_asks_to_trade_at_the_chosen_price(
    terminal: Any, wait: Any, key: str, side: str
) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder.cursor_price)
        await pilot.press(key)
        ticket, price = app.screen.query_one(Ticket), app.screen.query_one("#ticket-price", Input)
        await wait(pilot, lambda: ticket.side == side)
        await wait(pilot, lambda: price.value == format_price(ladder.cursor_price))


@pytest.mark.parametrize("zone", ["bid", "price", "ask"])
async def test_a_click_asks_for_what_its_column_says(
    terminal: Any, wait: Any, shown: Any, zone: str
) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        found = asked(app)
        columns = Columns.of(ladder.size.width)
        x = next(x for x in range(ladder.size.width) if columns.zone(x) == zone)
        at = 5
        row = ladder._rows[at]
        said = {"bid": "Click: buy at", "ask": "Click: sell at", "price": "Click: take"}[zone]
        await pilot.hover(Ladder, offset=(x + 1, at + 2))
        await wait(pilot, lambda: said in shown(app))
        await pilot.click(Ladder, offset=(x + 1, at + 2))
        wanted = {"bid": "buy", "ask": "sell", "price": "price"}[zone]
        await wait(pilot, lambda: found == [(wanted, row.price)])
        assert ladder.cursor_price == row.price


async def test_own_orders_show_their_place_in_the_queue(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "buy", 300, 7_450)
        await wait(pilot, lambda: app.session.client.feed.book(SYMBOL).bids)
        await app.session.client.place(SYMBOL, "buy", 20, 7_450)
        await app.session.client.place(SYMBOL, "buy", 15, 7_440)
        await wait(pilot, lambda: app.session.queue.ahead(SYMBOL, "buy", 7_450, 7_450) == 300)
        await wait(pilot, lambda: "~300" in shown(app))
        await wait(pilot, lambda: app.session.queue.ahead(SYMBOL, "buy", 7_440, 7_440) == 0)
        ladder = app.screen.query_one(Ladder)
        ladder.cursor_price = 7_440
        await wait(pilot, lambda: (ladder.repaint(), "first in the queue" in shown(app))[1])
        ladder.cursor_price = 7_450
        await wait(pilot, lambda: (ladder.repaint(), "at most 300 t ahead" in shown(app))[1])
        await wait(pilot, lambda: "bids to here 320" in shown(app))


async def test_the_last_trade_and_the_limits_are_marked_without_colour(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "sell", 10, 7_470)
        await app.session.client.place(SYMBOL, "buy", 10, 7_470)
        await wait(pilot, lambda: "[74.70]" in shown(app))
        ladder = app.screen.query_one(Ladder)
        ladder.cursor_price = app.session.stat(SYMBOL).limit_up - 1
        ladder._top_price = ladder.cursor_price + 5
        ladder.toggle_lock()
        await wait(pilot, lambda: "=82.09=" in shown(app))


async def test_the_average_of_ones_own_trades_is_marked(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot), market.client("bob") as bob:
        for price in (7_450, 7_470):
            await bob.place(SYMBOL, "sell", 10, price)
            await app.session.client.place(SYMBOL, "buy", 10, price)
        await wait(pilot, lambda: "@74.60" in shown(app))
        ladder = app.screen.query_one(Ladder)
        ladder.cursor_price = 7_460
        ladder.repaint()
        await wait(pilot, lambda: ">@74.60<" in shown(app))


@pytest.mark.acts("ladder.page_up", "ladder.page_down")
async def test_a_page_is_ten_prices_and_the_chosen_one_stays_in_sight(
    terminal: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        ladder, price = app.screen.query_one(Ladder), app.screen.query_one("#ticket-price", Input)
        await wait(pilot, lambda: ladder._rows)
        before = ladder.cursor_price
        pages = len(ladder._rows) // 10 + 1
        for count in range(1, pages + 1):
            await pilot.press("pageup")
            wanted = before + 10 * count
            await wait(pilot, lambda wanted=wanted: ladder.cursor_price == wanted)
            assert price.value == format_price(wanted)
        await wait(pilot, lambda: ladder._rows[0].price >= ladder.cursor_price)
        for _page in range(2 * pages):
            await pilot.press("pagedown")
        await wait(pilot, lambda: ladder.cursor_price == before - 10 * pages)
        await wait(pilot, lambda: ladder._rows[-1].price <= ladder.cursor_price)


@pytest.mark.acts("ladder.lock")
async def test_a_locked_ladder_stays_and_says_where_the_market_went(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        await pilot.press("9")
        await wait(pilot, lambda: "LOCKED" in shown(app))
        top = ladder._rows[0].price
        await bob.place(SYMBOL, "buy", 10, 8_200)
        await wait(pilot, lambda: "market is above" in shown(app))
        assert ladder._rows[0].price == top
        await pilot.press("f9")
        await wait(pilot, lambda: any(row.bid_qty for row in ladder._rows))
        await wait(pilot, lambda: "LOCKED" not in shown(app))


async def test_the_ladder_holds_still_under_the_mouse(
    terminal: Any, market: Any, wait: Any, shown: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("bashu_tui.widgets.ladder._HOLD_SECONDS", 0.0)
    async with terminal() as (app, pilot), market.client("bob") as bob:
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        await pilot.hover(Ladder, offset=(10, 5))
        await wait(pilot, lambda: "held" in shown(app))
        top = ladder._rows[0].price
        await bob.place(SYMBOL, "buy", 10, 8_200)
        await wait(pilot, lambda: "market is above" in shown(app))
        assert ladder._rows[0].price == top
        await pilot.hover("#ticket")
        await wait(pilot, lambda: any(row.bid_qty for row in ladder._rows))


async def test_a_call_auction_shows_what_it_would_trade(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("reg") as registrar:
        await registrar.command(SetPhase("p", "pause"))
        await registrar.command(SetPhase("a", "call_auction"))
        await wait(pilot, lambda: "Nothing would trade now" in shown(app))
        async with market.client("bob") as bob:
            await bob.place(SYMBOL, "sell", 30, 7_460)
            await app.session.client.place(SYMBOL, "buy", 50, 7_460)
            await wait(pilot, lambda: "Indicative 74.60: 30 t" in shown(app))
            await wait(pilot, lambda: "buyers +20 t" in shown(app))
            await wait(pilot, lambda: "*74.60" in shown(app))


async def test_the_wheel_scrolls(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        top = ladder._rows[0].price
        ladder.on_mouse_scroll_up()
        await wait(pilot, lambda: ladder._rows[0].price == top + 3)
        assert app.screen.query_one("#ticket-price", Input).value == ""


@pytest.mark.parametrize(
    ("quantity", "stop", "width", "text"),
    [
        (0, 0, 6, ""),
        (1_500, 0, 6, "1,500"),
        (0, 50, 6, "^50"),
        (0, 15_000, 6, "^15000"),
        (0, 150_000, 6, "^150k"),
        (100, 50, 6, "100^50"),
        (1_000, 50, 6, "1,000^"),
        (0, 50, 3, "^50"),
        (0, 5_000, 3, "^5k"),
        (0, 500, 3, "^#"),
        (0, 50_000, 3, "^#"),
        (50, 50, 3, "50^"),
    ],
)
def test_what_waits_for_its_stop_price_has_a_sign(
    quantity: int, stop: int, width: int, text: str
) -> None:
    assert own_text(quantity, stop, width) == text


@pytest.mark.parametrize("width", range(26, 120))
def test_every_cell_belongs_to_one_column(width: int) -> None:
    columns = Columns.of(width)
    zones = [columns.zone(x) for x in range(width)]
    assert sorted(zones, key=["own_buy", "bid", "price", "ask", "own_sell"].index) == zones
    assert 2 * (columns.queue + columns.own + columns.bar) + columns.price == width
    assert zones.count("bid") == zones.count("ask")
    assert zones.count("own_buy") == zones.count("own_sell")
