"""A market that is not live is shown loudly and locks the entry of orders."""

import asyncio
from typing import Any

import pytest
from textual.widgets import Static

from bashu_tui.screens.confirm import ConfirmScreen

SYMBOL = "CEA25"


def banner(app: Any) -> str:
    return str(app.screen.query_one("#banner", Static).content)


def outcome(app: Any) -> str:
    return str(app.screen.query_one("#ticket-outcome", Static).content)


async def test_a_broken_link_raises_the_banner_and_locks(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        assert not app.screen.query_one("#banner").display
        market.hub.stop()
        await wait(pilot, lambda: app.screen.query_one("#banner").display)
        assert "Order entry is locked" in banner(app)
        await wait(pilot, lambda: "LOCKED" in shown(app))
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
@pytest.mark.parametrize("user", ["alice", "sup"])
async def test_the_banner_covers_nothing(
    terminal: Any, market: Any, wait: Any, shown: Any, user: str, size: Any
) -> None:
    async with terminal(user, size=size) as (app, pilot):
        market.hub.stop()
        await wait(pilot, lambda: app.screen.query_one("#banner").region.height == 1)
        widgets = [app.screen.query_one(name) for name in ("#status", "#banner", "#body")]
        await wait(pilot, lambda: [w.region.y for w in widgets] == [0, 1, 2])
        title = app.texts("panel.ladder" if user == "alice" else "panel.alerts")
        await wait(pilot, lambda: title in shown(app).split("\n")[2])


async def test_silence_is_a_broken_link_too(terminal: Any, wait: Any, fill_ticket: Any) -> None:
    async with terminal() as (app, pilot):
        # As after two missed heartbeats, without waiting for them.
        link = app.session.client.link
        link.heard = lambda now: None
        link._heard_at = float("-inf")
        await wait(pilot, lambda: app.session.link_state == "stale")
        await wait(pilot, lambda: app.screen.query_one("#banner").display)
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)


async def test_a_card_left_open_sends_nothing_once_the_market_is_stale(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await open_card(pilot, app)
        market.hub.stop()
        await wait(pilot, lambda: not app.session.is_live)
        await wait(pilot, lambda: app.texts("locked.link") in shown(app))
        await pilot.press("f4", "enter")
        await pilot.pause(0.5)
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("escape")
        market.hub.start()
        await wait(pilot, lambda: app.session.is_live)
        await pilot.pause(0.3)
        assert not market.venue.order_rows("alice-co")


async def test_the_truth_comes_back_with_the_link(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        await app.session.client.place(SYMBOL, "buy", 30, 7_460)
        interruptions = app.session._interruptions
        app.session.client._transport.drop()
        await wait(pilot, lambda: app.session._interruptions > interruptions)
        await bob.place(SYMBOL, "sell", 10, 7_460)
        await wait(pilot, lambda: app.session.is_live and not app.session.needs_reload)
        await wait(
            pilot, lambda: [order.leaves_qty for order in app.session.orders.values()] == [20]
        )
        await wait(pilot, lambda: not app.screen.query_one("#banner").display)
        fills = [fill.quantity for fill in app.session.fills.latest_first()]
        assert fills == [10]
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await wait(pilot, lambda: app.session.why_locked(SYMBOL) is None)
        await open_card(pilot, app)


async def test_entry_stays_locked_until_the_state_was_read_again(
    terminal: Any, wait: Any, monkeypatch: Any
) -> None:
    """A heartbeat alone is not enough: reports may be missing."""
    async with terminal() as (app, pilot):
        session = app.session
        held = asyncio.Event()
        query = session.client.query

        async def slow_query(*arguments: Any, **more: Any) -> Any:
            await held.wait()
            return await query(*arguments, **more)

        monkeypatch.setattr(session.client, "query", slow_query)
        interruptions = session._interruptions
        session.client._transport.drop()
        await wait(pilot, lambda: session._interruptions > interruptions)
        await wait(pilot, lambda: session.link_state == "live")
        assert session.why_locked(SYMBOL) is not None
        await wait(pilot, lambda: app.screen.query_one("#banner").display)
        held.set()
        await wait(pilot, lambda: session.why_locked(SYMBOL) is None)
        await wait(pilot, lambda: not app.screen.query_one("#banner").display)


async def test_the_answer_to_a_late_cancel_is_shown_when_it_comes(
    terminal: Any, market: Any, wait: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("bashu_tui.screens.withdrawing.LATE_SECONDS", 0.05)
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 30, 7_460)
        market.hub.stop()
        await wait(pilot, lambda: not app.session.is_live)
        await pilot.press("f8")
        await wait(pilot, lambda: outcome(app) == app.texts("ticket.cancel_late"))
        market.hub.start()
        await wait(pilot, lambda: outcome(app) == "Orders withdrawn: 1")
        assert not market.venue.order_rows("alice-co")


async def test_cancels_are_tried_while_the_market_is_stale(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 30, 7_460)
        link = app.session.client.link
        link.heard = lambda now: None
        link._heard_at = float("-inf")
        await wait(pilot, lambda: app.session.link_state == "stale")
        await pilot.press("f8")
        await wait(pilot, lambda: not market.venue.order_rows("alice-co"))
