"""A key that is held down must not trade again and again."""

from typing import Any

from bashu_tui.screens.confirm import ConfirmScreen

SYMBOL = "CEA25"


async def test_a_held_enter_key_sends_no_order(
    terminal: Any, market: Any, fill_ticket: Any, open_card: Any, monkeypatch: Any
) -> None:
    """The keyboard repeats Enter some thirty times a second: that confirms nothing."""
    # A slow machine would make pauses of its own between the repeats.
    monkeypatch.setattr("bashu_tui.state.modes.QUIET_SECONDS", 3_600.0)
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await open_card(pilot, app)
        await pilot.press(*["enter"] * 25)
        await pilot.pause(0.2)
        assert isinstance(app.screen, ConfirmScreen)
        assert not market.venue.order_rows("alice-co")


async def test_enter_pressed_again_with_intent_confirms_once(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, send: Any
) -> None:
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        await pilot.press("enter", "enter")
        await pilot.pause(0.2)
        assert len(market.venue.order_rows("alice-co")) == 1
