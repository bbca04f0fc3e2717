"""The keys that fill the ticket, each of them, and the mouse on the same words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input

from bashu_protocol.messages import (
    AddClient,
    CloseDay,
    HaltInstrument,
    ListInstrument,
    OpenDay,
    OrderFeatures,
    SetPhase,
)
from bashu_tui.app import BashuApp
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.widgets.choice_line import ChoiceLine
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ticket import Ticket
from bashu_tui.widgets.ticket_choice import TicketChoice

SYMBOL = "CEA25"
FEATURES = OrderFeatures(
    max_gtd_days=30, post_only=True, min_qty=True, iceberg_min_display=10, stop=True
)
DAY = datetime.now(UTC).date() + timedelta(days=2)
"""Later than the day that the venue opens by itself, whatever the zone."""


@pytest.fixture
def rich_terminal(terminal: Any, market: Any) -> Any:
    """Open a terminal on a day on which the instrument has every order feature.

    Nationally there are none; rules change only while the instrument is closed.
    """

    @asynccontextmanager
    async def open_rich_terminal() -> AsyncIterator[tuple[BashuApp, Pilot[None]]]:
        async with market.client("reg") as registrar:
            (row,) = (await registrar.query("instruments", symbol=SYMBOL)).rows
            rules = structs.replace(row.rules, features=FEATURES)
            for command in (
                CloseDay("c"),
                ListInstrument("l", rules),
                OpenDay("o", int(f"{DAY:%Y%m%d}")),
                SetPhase("p", "continuous"),
            ):
                report = await registrar.command(command)
                assert report.accepted, report
        async with terminal() as (app, pilot):
            yield app, pilot

    return open_rich_terminal


def text(app: Any, name: str) -> str:
    return str(app.screen.query_one(f"#ticket-{name}", Input).value)


async def pick(pilot: Any, line: ChoiceLine, name: str) -> None:
    """Click on a choice."""
    first = next(first for first, _last, choice in line.spans if choice == name)
    await pilot.click(line, offset=(first, 0))


async def pick_value(pilot: Any, wait: Any, name: str, value: str) -> None:
    """Click on a value of a row of choices."""
    row = pilot.app.screen.query_one(f"#ticket-{name}", TicketChoice)
    await wait(pilot, lambda: value in [span[3] for span in row.spans])
    y, first = next((y, first) for y, first, _last, known in row.spans if known == value)
    await pilot.click(row, offset=(first, y))
    await wait(pilot, lambda: row.value == value)


@pytest.mark.acts("order.type")
@pytest.mark.parametrize("key", ["ctrl+y", "4"])
async def test_the_type_goes_round_and_a_market_order_has_no_price(
    rich_terminal: Any, key: str
) -> None:
    async with rich_terminal() as (app, pilot):
        ticket = app.screen.query_one(Ticket)
        seen = [ticket.ord_type]
        for _press in range(4):
            await pilot.press(key)
            await pilot.pause()
            seen.append(ticket.ord_type)
            has_price = app.screen.query_one("#ticket-price-row").display
            assert has_price == (ticket.ord_type in ("limit", "stop_limit"))
        assert seen == ["limit", "market", "stop", "stop_limit", "limit"]


@pytest.mark.acts("order.validity")
@pytest.mark.parametrize("key", ["ctrl+t", "5"])
async def test_the_validity_goes_round_and_is_sent(
    rich_terminal: Any, market: Any, wait: Any, fill_ticket: Any, send: Any, key: str
) -> None:
    async with rich_terminal() as (app, pilot):
        ticket = app.screen.query_one(Ticket)
        seen = [ticket.time_in_force]
        for _press in range(4):
            await pilot.press(key)
            await pilot.pause()
            seen.append(ticket.time_in_force)
        assert seen == ["day", "gtd", "ioc", "fok", "day"]
        await pilot.press(key)
        await wait(pilot, lambda: ticket.time_in_force == "gtd")
        await fill_ticket(pilot, app, "buy", "10", "74.00")
        last = app.screen.query_one("#ticket-expire_date", Input)
        last.value = f"{DAY + timedelta(days=5):%Y%m%d}"
        await send(pilot, app)
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        (row,) = market.venue.order_rows("alice-co")
        assert row.time_in_force == "gtd"


@pytest.mark.acts("order.preset")
@pytest.mark.parametrize("key", ["ctrl+u", "2"])
async def test_the_usual_quantities_go_round(terminal: Any, wait: Any, key: str) -> None:
    async with terminal() as (app, pilot):
        usual = [str(quantity) for quantity in app.settings.quantity_presets]
        assert text(app, "qty") == usual[0]
        for wanted in [*usual[1:], usual[0]]:
            await pilot.press(key)
            await wait(pilot, lambda wanted=wanted: text(app, "qty") == wanted)


@pytest.mark.acts("order.most")
@pytest.mark.parametrize("key", ["ctrl+f", "0"])
async def test_all_that_is_held_is_taken(terminal: Any, wait: Any, key: str) -> None:
    async with terminal() as (app, pilot):
        app.screen.query_one(Ticket).choose(side="sell", price=7_450)
        await pilot.press(key)
        await wait(pilot, lambda: text(app, "qty") == "50000")


@pytest.mark.acts("order.more")
@pytest.mark.parametrize("key", ["f5", "6"])
async def test_further_fields_open_and_close(rich_terminal: Any, wait: Any, key: str) -> None:
    async with rich_terminal() as (app, pilot):
        row = app.screen.query_one("#ticket-display_qty-row")
        assert not row.display
        await pilot.press(key)
        await wait(pilot, lambda: row.display)
        await pilot.press(key)
        await wait(pilot, lambda: not row.display)


@pytest.mark.acts("order.submit")
async def test_enter_on_the_ladder_takes_the_price_and_in_a_field_asks(
    terminal: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await wait(pilot, lambda: app.focused is ladder and ladder.cursor_price)
        ladder.cursor_price = 7_441
        await pilot.press("enter")
        await wait(pilot, lambda: app.focused is app.screen.query_one("#ticket-qty", Input))
        assert text(app, "price") == "74.41"
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))


async def test_the_ticket_is_filled_and_sent_with_the_mouse_alone(
    rich_terminal: Any, market: Any, wait: Any
) -> None:
    async with rich_terminal() as (app, pilot):
        ticket = app.screen.query_one(Ticket)
        lines = {
            name: app.screen.query_one(f"#ticket-{name}", ChoiceLine)
            for name in ("side", "terms", "presets", "steps")
        }
        await pilot.click("#ticket-price")
        await wait(pilot, lambda: app.focused is app.screen.query_one("#ticket-price", Input))
        await pilot.press(*"74", "full_stop", "5")
        await pick(pilot, lines["steps"], "step:1")
        await wait(pilot, lambda: text(app, "price") == "74.51")
        await pick(pilot, lines["steps"], "step:-1")
        await wait(pilot, lambda: text(app, "price") == "74.50")
        await pick(pilot, lines["side"], "most")
        await wait(pilot, lambda: text(app, "qty") == "99999")
        await pick(pilot, lines["presets"], "qty:500")
        await wait(pilot, lambda: text(app, "qty") == "500")
        await pick(pilot, lines["side"], "side:sell")
        await wait(pilot, lambda: ticket.side == "sell")
        await pick(pilot, lines["side"], "side:buy")
        await wait(pilot, lambda: ticket.side == "buy")
        await pick(pilot, lines["terms"], "more")
        await pick_value(pilot, wait, "post_only", "yes")
        await pick(pilot, lines["terms"], "type")
        await wait(pilot, lambda: ticket.ord_type == "market")
        for _rest in range(3):
            await pick(pilot, lines["terms"], "type")
        await wait(pilot, lambda: ticket.ord_type == "limit")
        await pick(pilot, lines["terms"], "tif")
        await wait(pilot, lambda: ticket.time_in_force == "gtd")
        for _rest in range(3):
            await pick(pilot, lines["terms"], "tif")
        await wait(pilot, lambda: ticket.time_in_force == "day")
        await pilot.click("#ticket-qty")
        await wait(pilot, lambda: app.focused is app.screen.query_one("#ticket-qty", Input))
        for answer in ("back", "send_now"):
            assert not market.venue.order_rows("alice-co")
            await pick(pilot, app.screen.query_one("#ticket-send", ChoiceLine), "send")
            await wait(
                pilot, lambda: isinstance(app.screen, ConfirmScreen) and app.screen.is_mounted
            )
            answers = app.screen.query_one("#confirm-keys", ChoiceLine)
            await wait(pilot, lambda answers=answers: answers.spans)
            await pick(pilot, answers, answer)
            await wait(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        (row,) = market.venue.order_rows("alice-co")
        assert (row.side, row.order_qty, row.price) == ("buy", 500, 7_450)


async def test_a_ticket_that_cannot_be_sent_offers_no_click(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        line = app.screen.query_one("#ticket-send", ChoiceLine)
        assert not line.display, "there is no price yet"
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await wait(pilot, lambda: line.display)
        await supervisor.command(HaltInstrument("h", SYMBOL, "test"))
        await wait(pilot, lambda: not line.display)


async def test_the_client_is_chosen_with_the_mouse_and_sent(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, send: Any
) -> None:
    async with market.client("reg") as registrar:
        await registrar.command(AddClient("c", "alice-co", "c-1", "Plant one", "plant-owner"))
    async with terminal() as (app, pilot):
        await pick(pilot, app.screen.query_one("#ticket-terms", ChoiceLine), "more")
        await pick_value(pilot, wait, "client", "c-1")
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        (row,) = market.venue.order_rows("alice-co")
        assert row.client_account == "c-1"
