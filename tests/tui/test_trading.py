"""Each thing a trader does, through the keys, at a real venue."""

import re
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, Static

from bashu_protocol.messages import HaltInstrument, PublishNotice, SetPhase
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.screens.help import HelpScreen
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ladder_paint import Columns
from bashu_tui.widgets.ticket import Ticket

SYMBOL = "CEA25"


def outcome(app: Any) -> str:
    return str(app.screen.query_one("#ticket-outcome", Static).content)


@pytest.mark.parametrize(("side", "price"), [("buy", "74.50"), ("sell", "74.80")])
async def test_an_order_is_confirmed_sent_and_rests(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any, confirm: Any,
    shown: Any, side: str, price: str,
) -> None:  # fmt: skip
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, side, "250", price)
        await open_card(pilot, app)
        await wait(pilot, lambda: f"250 t {SYMBOL} at {price}" in shown(app))
        assert not market.venue.order_rows("alice-co")
        await confirm(pilot, app)
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        (row,) = market.venue.order_rows("alice-co")
        assert (row.side, row.order_qty, row.price) == (side, 250, int(price.replace(".", "")))
        await wait(pilot, lambda: outcome(app).startswith("Accepted in"))
        await wait(pilot, lambda: "working" in shown(app))


async def test_escape_on_the_card_sends_nothing(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any
) -> None:
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "250", "74.50")
        await open_card(pilot, app)
        await pilot.press("escape")
        await wait(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        await pilot.pause(0.1)
        assert not market.venue.order_rows("alice-co")


async def test_full_width_digits_keep_the_price(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any, send: Any
) -> None:
    async with terminal(language="zh") as (app, pilot):
        await fill_ticket(pilot, app, "buy", "１００", "７４。５")
        await wait(pilot, lambda: "100 吨，价格 74.50" in shown(app))
        await send(pilot, app)
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        (row,) = market.venue.order_rows("alice-co")
        assert (row.order_qty, row.price) == (100, 7_450)


@pytest.mark.parametrize(
    ("qty", "price"),
    [("100", "7,4"), ("100", "74.505"), ("100", "7④"), ("100", "99.00"), ("1e3", "74.50"),
     ("0", "74.50"), ("", "74.50"), ("100", "")],
)  # fmt: skip
async def test_a_doubtful_ticket_opens_no_card(
    terminal: Any, fill_ticket: Any, qty: str, price: str
) -> None:
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", qty, price)
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)


async def test_a_refusal_is_said_in_the_users_language(
    terminal: Any, wait: Any, fill_ticket: Any, send: Any
) -> None:
    async with terminal(language="zh") as (app, pilot):
        await fill_ticket(pilot, app, "sell", "60000", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: outcome(app).startswith("被拒绝"))
        assert app.texts("reject.INSUFFICIENT_HOLDING") in outcome(app)


async def test_a_trade_shows_as_fill_tape_and_account(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any, send: Any
) -> None:
    async with terminal(size=(160, 50)) as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "sell", 100, 7_450)
        await wait(pilot, lambda: "74.50" in shown(app))
        await fill_ticket(pilot, app, "buy", "40", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: app.session.market_history.trades(SYMBOL))
        await wait(pilot, lambda: app.session.accounts[SYMBOL].bought_today == 40)
        await wait(pilot, lambda: "+40" in shown(app))
        await wait(pilot, lambda: re.search(r"Buy +40 +74\.50 +fill", shown(app)))


@pytest.mark.acts("orders.cancel_here")
@pytest.mark.parametrize("key", ["f8", "8", "delete"])
async def test_cancel_here_spares_other_instruments(
    terminal: Any, market: Any, wait: Any, key: str
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 10, 7_400)
        await app.session.client.place("CCER", "buy", 10, 6_700)
        await pilot.press(key)
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)
        assert market.venue.order_rows("alice-co")[0].symbol == "CCER"
        await wait(pilot, lambda: outcome(app) == "Orders withdrawn: 1")


@pytest.mark.acts("orders.cancel_all")
@pytest.mark.parametrize("key", ["shift+f8", "f20", "ctrl+x"])
async def test_cancel_all_needs_one_key(terminal: Any, market: Any, wait: Any, key: str) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 10, 7_400)
        await app.session.client.place("CCER", "buy", 10, 6_700)
        await pilot.press(key)
        await wait(pilot, lambda: not market.venue.order_rows("alice-co"))


async def test_marking_a_field_cancels_nothing(terminal: Any, market: Any) -> None:
    """Ctrl+A goes to the beginning of a field everywhere; it must not withdraw orders."""
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 10, 7_400)
        await pilot.press("f2", "ctrl+a")
        await pilot.pause(0.2)
        assert len(market.venue.order_rows("alice-co")) == 1


async def test_deleting_in_a_field_cancels_nothing(terminal: Any, market: Any) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 10, 7_400)
        await pilot.press("f2", "8", "home", "delete")
        await pilot.pause(0.2)
        assert len(market.venue.order_rows("alice-co")) == 1


async def test_a_notice_is_shown(terminal: Any, market: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await supervisor.command(PublishNotice("n", "Maintenance", "The venue rests at noon."))
        await wait(pilot, lambda: "The venue rests at noon." in shown(app))
        await supervisor.command(HaltInstrument("h", "CCER", "news"))
        await wait(pilot, lambda: "Halted: CCER" in shown(app))


async def test_earlier_notices_are_there_after_logging_in(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with market.client("sup") as supervisor:
        await supervisor.command(PublishNotice("n", "Before you came", "Read this."))
    async with terminal() as (app, pilot):
        await wait(pilot, lambda: "Before you came" in shown(app))


async def test_a_digit_typed_on_the_card_takes_enter_away(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any, shown: Any
) -> None:
    """It was meant for the quantity, and the card shows the old one."""
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "100", "74.50")
        await open_card(pilot, app)
        card = app.screen
        await pilot.press("2")
        await wait(pilot, lambda: app.texts("confirm.disarmed") in shown(app))
        card.one_press.press = lambda _send: pytest.fail("Enter would have sent the order")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is card
        await pilot.press("f4")
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)


async def test_a_notice_cannot_steer_the_terminal(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with market.client("sup") as supervisor, terminal() as (app, pilot):
        await supervisor.command(PublishNotice("n", "Clear\x1b[2J", "all\x9b2J of it"))
        await wait(pilot, lambda: "Clear?[2J" in shown(app))
        assert "\x1b" not in shown(app)
        assert "\x9b" not in shown(app)


async def test_cancel_here_without_orders_says_so(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await pilot.press("f8")
        await wait(pilot, lambda: outcome(app) == app.texts("ticket.none_mine"))


async def test_cancels_work_while_halted(terminal: Any, market: Any, wait: Any) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await app.session.client.place(SYMBOL, "buy", 10, 7_400)
        await supervisor.command(HaltInstrument("h", SYMBOL, "test"))
        await wait(pilot, lambda: app.session.why_locked(SYMBOL) is not None)
        await pilot.press("f8")
        await wait(pilot, lambda: not market.venue.order_rows("alice-co"))


async def test_a_halt_locks_the_ticket_and_is_shown(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await supervisor.command(HaltInstrument("h", SYMBOL, "test"))
        await wait(pilot, lambda: "HALTED" in shown(app))
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await pilot.press("enter")
        await wait(pilot, lambda: "is halted" in shown(app))
        assert not isinstance(app.screen, ConfirmScreen)


async def test_a_pause_locks_the_ticket_and_says_so(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("reg") as registrar:
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await registrar.command(SetPhase("p", "pause"))
        await wait(pilot, lambda: "CEA25 takes no orders now: pause" in shown(app))
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert not isinstance(app.screen, ConfirmScreen)
        await registrar.command(SetPhase("c", "continuous"))
        await wait(pilot, lambda: "takes no orders" not in shown(app))


async def test_a_call_auction_takes_orders(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any, send: Any
) -> None:
    async with terminal() as (app, pilot), market.client("reg") as registrar:
        await registrar.command(SetPhase("p", "pause"))
        await registrar.command(SetPhase("a", "call_auction"))
        await wait(pilot, lambda: app.session.stat(SYMBOL).phase == "call_auction")
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)
        await wait(pilot, lambda: "working" in shown(app))


async def test_own_orders_stand_on_the_ladder(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 123, 7_460)
        ladder = app.screen.query_one(Ladder)
        # One's own report and the public book are two messages, in no fixed order.
        await wait(
            pilot,
            lambda: [
                (row.price, row.own_buy, row.bid_qty)
                for row in ladder._rows
                if row.own_buy or row.bid_qty
            ] == [(7_460, 123, 123)],
        )  # fmt: skip


@pytest.mark.acts("ladder.up", "ladder.down", "order.buy")
async def test_arrows_choose_a_price_for_the_ticket(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder.cursor_price)
        before = ladder.cursor_price
        await pilot.press("up", "up", "down")
        await wait(pilot, lambda: ladder.cursor_price == before + 1)
        await pilot.press("f2")
        await wait(pilot, lambda: app.focused is app.screen.query_one("#ticket-qty", Input))
        assert app.screen.query_one(Ticket).side == "buy"
        price = app.screen.query_one("#ticket-price", Input).value
        assert price == f"{ladder.cursor_price // 100}.{ladder.cursor_price % 100:02d}"


@pytest.mark.acts("order.sell")
async def test_digits_trade_on_the_ladder_and_are_typed_in_a_field(
    terminal: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        ticket, quantity = app.screen.query_one(Ticket), app.screen.query_one("#ticket-qty", Input)
        quantity.value = ""
        await pilot.press("3")
        await wait(pilot, lambda: ticket.side == "sell" and app.focused is quantity)
        await pilot.press("1", "3")
        await wait(pilot, lambda: quantity.value == "13")
        assert ticket.side == "sell"


async def test_digits_typed_on_after_a_side_are_the_quantity(terminal: Any, wait: Any) -> None:
    """A terminal delivers fast typing at once; on the ladder a 3 would turn the order round."""
    async with terminal() as (app, pilot):
        ticket, quantity = app.screen.query_one(Ticket), app.screen.query_one("#ticket-qty", Input)
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder.cursor_price)
        for key in ("f2", "3", "1", "0"):
            app.post_message(events.Key(key, key if key.isdigit() else None))
        await wait(pilot, lambda: quantity.value == "310")
        assert ticket.side == "buy"


async def test_a_click_on_a_row_takes_its_price(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        await pilot.click(Ladder, offset=(20, 6))
        row = ladder._rows[6 - 2]  # a border line and a line of column names above
        field = app.screen.query_one("#ticket-price", Input)
        await wait(pilot, lambda: field.value.replace(".", "") == str(row.price))
        assert ladder.cursor_price == row.price


@pytest.mark.parametrize("by", ["the ladder again", "the ticket's last line"])
async def test_an_order_is_sent_with_the_mouse_alone(
    terminal: Any, market: Any, wait: Any, by: str
) -> None:
    async with terminal() as (app, pilot):
        ladder, ticket = app.screen.query_one(Ladder), app.screen.query_one(Ticket)
        await wait(pilot, lambda: ladder._rows)
        bids = next(x for x in range(99) if Columns.of(ladder.size.width).zone(x) == "bid")
        spot = (bids + 1, 8)
        await pilot.hover(Ladder, offset=spot)
        await pilot.click(Ladder, offset=spot)
        price = ladder.cursor_price
        await wait(pilot, lambda: ticket.draft() is not None)
        assert (ticket.draft().side, ticket.draft().price) == ("buy", price)
        if by == "the ladder again":
            await pilot.click(Ladder, offset=spot)
        else:
            await wait(pilot, lambda: app.screen.query_one("#ticket-send").spans)
            await pilot.click("#ticket-send", offset=(2, 0))
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: app.screen.query_one("#confirm-keys").spans)
        assert not market.venue.order_rows("alice-co")
        await pilot.click("#confirm-keys", offset=(2, 0))
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)
        assert market.venue.order_rows("alice-co")[0].price == price


async def test_a_click_on_ones_own_quantity_withdraws_it(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 5, 7_460)
        await app.session.client.place(SYMBOL, "buy", 6, 7_455)
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: any(row.own_buy == 5 for row in ladder._rows))
        (at,) = [i for i, row in enumerate(ladder._rows) if row.own_buy == 5]
        await pilot.click(Ladder, offset=(4, at + 2))
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)
        assert market.venue.order_rows("alice-co")[0].order_qty == 6


@pytest.mark.acts("symbol.previous", "symbol.next")
async def test_left_and_right_change_the_instrument(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        assert app.symbol == SYMBOL
        app.screen.query_one("#ticket-price", Input).value = "74.50"
        await pilot.press("right")
        await wait(pilot, lambda: app.symbol == "CCER")
        # A price belongs to its instrument.
        await wait(pilot, lambda: app.screen.query_one("#ticket-price", Input).value == "")
        await pilot.press("left")
        await wait(pilot, lambda: app.symbol == SYMBOL)


async def test_a_price_does_not_outlive_its_instrument_on_another_screen(
    terminal: Any, wait: Any
) -> None:
    """Chosen elsewhere, the instrument is new to the ticket and to the ladder all the same."""
    async with terminal() as (app, pilot):
        trading = app.screen
        ladder, field = trading.query_one(Ladder), trading.query_one("#ticket-price", Input)
        await wait(pilot, lambda: ladder.cursor_price)
        await pilot.press("up")
        await wait(pilot, lambda: field.value)
        chosen = ladder.cursor_price
        app.open_screen("holdings")
        await wait(pilot, lambda: app.screen.place == "holdings" and app.screen.is_mounted)
        app.choose_symbol("CCER")
        app.open_screen("trading")
        await wait(pilot, lambda: app.screen is trading)
        assert (field.value, ladder.cursor_price == chosen) == ("", False)


@pytest.mark.acts("ladder.recentre")
async def test_the_ladder_holds_still_under_a_hand(
    terminal: Any, market: Any, wait: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("bashu_tui.widgets.ladder._HOLD_SECONDS", 3_600.0)
    async with terminal() as (app, pilot), market.client("bob") as bob:
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        before = ladder.cursor_price
        await pilot.press("up")
        await wait(pilot, lambda: ladder.cursor_price == before + 1)
        top = ladder._rows[0].price
        await bob.place(SYMBOL, "buy", 10, 8_200)
        await wait(pilot, lambda: app.session.client.feed.book(SYMBOL).bids)
        await pilot.pause(0.1)
        assert ladder._rows[0].price == top
        await pilot.press("space")
        await wait(pilot, lambda: any(row.bid_qty for row in ladder._rows))
        assert ladder._rows[0].price > 8_200


async def test_the_ladder_follows_a_market_that_leaves_it(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        await bob.place(SYMBOL, "buy", 10, 8_200)
        await wait(pilot, lambda: any(row.bid_qty == 10 for row in ladder._rows))


@pytest.mark.acts("ladder.coarser", "ladder.finer")
async def test_coarser_and_finer_steps(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: ladder._rows)
        await pilot.press("minus", "minus")
        await wait(pilot, lambda: ladder._rows[0].price - ladder._rows[1].price == 5)
        assert ladder.step == 5
        await pilot.press("equals_sign", "equals_sign", "equals_sign")
        await wait(pilot, lambda: ladder._rows[0].price - ladder._rows[1].price == 1)
        assert ladder.step == 1


async def test_a_paused_market_takes_no_order(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any
) -> None:
    async with terminal() as (app, pilot), market.client("reg") as registrar:
        await registrar.command(SetPhase("pause", "pause", SYMBOL))
        await wait(pilot, lambda: app.session.why_locked(SYMBOL) is not None)
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_help_opens_changes_its_language_and_closes(
    terminal: Any, wait: Any, shown: Any, size: Any
) -> None:
    async with terminal(size=size) as (app, pilot):
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen))
        await wait(pilot, lambda: "cancel all mine" in shown(app))
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: "撤销全部委托" in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: not isinstance(app.screen, HelpScreen))


async def test_an_open_card_changes_its_language(
    terminal: Any, wait: Any, fill_ticket: Any, open_card: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "250", "74.50")
        await open_card(pilot, app)
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: "确认发送委托" in shown(app))
        await wait(pilot, lambda: "250 吨，价格 74.50" in shown(app))


async def test_an_empty_ticket_says_how_to_begin(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        await wait(pilot, lambda: "F2 buys" in shown(app))


async def test_the_ticket_says_how_much_was_filled(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, send: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "sell", 60, 7_450)
        await fill_ticket(pilot, app, "buy", "100", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: outcome(app) == "Filled 60 of 100 t, last at 74.50")
        await bob.place(SYMBOL, "sell", 40, 7_450)
        await wait(pilot, lambda: outcome(app) == "Filled 100 of 100 t, last at 74.50")


async def test_the_ticket_says_what_became_of_an_immediate_order(
    terminal: Any, wait: Any, fill_ticket: Any, send: Any
) -> None:
    async with terminal() as (app, pilot):
        await pilot.press("ctrl+t")
        await wait(pilot, lambda: app.screen.query_one(Ticket).time_in_force == "ioc")
        await fill_ticket(pilot, app, "buy", "100", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: outcome(app) not in ("", "Sending..."))
        assert "filled 0 of 100 t" in outcome(app) or "Refused" in outcome(app)


@pytest.mark.acts("app.language")
async def test_the_language_changes_while_running(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        assert "Watch" in shown(app) or "Market" in shown(app)
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: "盘口" in shown(app))
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: "Ladder" in shown(app))
