"""A key that is held down must not trade again and again."""

from typing import Any

SYMBOL = "CEA25"


async def test_a_held_enter_key_sends_no_order(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any
) -> None:
    """The keyboard repeats Enter some thirty times a second: that confirms nothing."""
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        for _ in range(25):
            await pilot.press("enter")
            await pilot.pause(0.03)
        await pilot.pause(0.2)
        assert not market.venue.order_rows("alice-co")


async def test_enter_pressed_again_with_intent_confirms_once(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any
) -> None:
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await pilot.press("enter")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await wait(pilot, lambda: market.venue.order_rows("alice-co"))
        await pilot.press("enter", "enter")
        await pilot.pause(0.2)
        assert len(market.venue.order_rows("alice-co")) == 1
