"""Whatever can be clicked on the trading screen and on its cards, clicked."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from bashu_tui.app import BashuApp
from bashu_tui.screens.amend import AmendScreen
from bashu_tui.screens.goto import GotoScreen, ScreenList
from bashu_tui.screens.help import HelpScreen
from bashu_tui.screens.mode import ModeScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.widgets.blotter import Blotter
from bashu_tui.widgets.candles import Candles
from bashu_tui.widgets.choice_line import ChoiceLine
from bashu_tui.widgets.key_bar import KeyBar
from bashu_tui.widgets.tape import Tape
from bashu_tui.widgets.ticket import Ticket
from bashu_tui.widgets.watchlist import Watchlist

SYMBOL = "CEA25"


async def pick(pilot: Pilot[None], wait: Any, name: str, choice: str) -> None:
    """Click on a choice of the screen in front."""
    line = pilot.app.screen.query_one(name, ChoiceLine)
    await wait(pilot, lambda: choice in [span[2] for span in line.spans])
    first = next(first for first, _last, known in line.spans if known == choice)
    await pilot.click(line, offset=(first + 1, 0))


async def press_bar(pilot: Pilot[None], wait: Any, run: str) -> None:
    """Click on an action of the key bar."""
    bar = pilot.app.screen.query_one(KeyBar)
    await wait(pilot, lambda: run in [span[2] for span in bar.spans])
    first = next(first for first, _last, known in bar.spans if known == run)
    await pilot.click(bar, offset=(first + 1, 0))


async def open_mode_card(pilot: Pilot[None], app: BashuApp, wait: Any) -> None:
    await press_bar(pilot, wait, "mode")
    await wait(pilot, lambda: isinstance(app.screen, ModeScreen) and app.screen.is_mounted)


async def test_the_mode_is_chosen_on_its_card(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        session = app.session
        await open_mode_card(pilot, app, wait)
        await pick(pilot, wait, "#mode-view", "take('view')")
        await wait(pilot, lambda: session.mode == "view")
        await wait(pilot, lambda: "VIEW ONLY" in shown(app).split("\n")[0])
        await open_mode_card(pilot, app, wait)
        await pick(pilot, wait, "#mode-armed", "take('armed')")
        await wait(pilot, lambda: session.mode == "armed")
        await open_mode_card(pilot, app, wait)
        await pick(pilot, wait, "#mode-one_click", "take('one_click')")
        await wait(pilot, lambda: app.texts("mode.switch_on") in shown(app))
        assert session.mode == "armed", "its own confirmation first"
        await pick(pilot, wait, "#mode-keys", "back")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        assert session.mode == "armed"
        await open_mode_card(pilot, app, wait)
        await pick(pilot, wait, "#mode-one_click", "take('one_click')")
        await pick(pilot, wait, "#mode-keys", "confirm")
        await wait(pilot, lambda: session.mode == "one_click")
        await press_bar(pilot, wait, "mode")
        await wait(pilot, lambda: session.mode == "armed")
        assert isinstance(app.screen, TradingScreen), "it ends without a card"


async def test_the_key_bar_does_what_its_keys_do(terminal: Any, market: Any, wait: Any) -> None:
    async with terminal(size=(200, 60)) as (app, pilot):
        ticket = app.screen.query_one(Ticket)
        await press_bar(pilot, wait, "side('sell')")
        await wait(pilot, lambda: ticket.side == "sell")
        await press_bar(pilot, wait, "side('buy')")
        await wait(pilot, lambda: ticket.side == "buy")
        alice = app.session.client
        for symbol, price in ((SYMBOL, 7_400), ("CCER", 6_700)):
            await alice.place(symbol, "buy", 10, price)
        await press_bar(pilot, wait, "cancel_here")
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)
        await press_bar(pilot, wait, "cancel_all")
        await wait(pilot, lambda: not market.venue.order_rows("alice-co"))
        await press_bar(pilot, wait, "help")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        await pilot.click("#help-close")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        await press_bar(pilot, wait, "goto")
        await wait(pilot, lambda: isinstance(app.screen, GotoScreen) and app.screen.is_mounted)
        menu = app.screen.query_one(ScreenList)
        at = [entry.place for entry in menu.items()].index("holdings")
        await pilot.click(menu, offset=(3, at), times=2)
        await wait(pilot, lambda: getattr(app.screen, "place", "") == "holdings")
        await press_bar(pilot, wait, "app.quit")
        await wait(pilot, lambda: not app.is_running)


async def test_a_line_of_the_watchlist_is_the_instrument_traded(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        panel = app.screen.query_one(Watchlist)
        await pilot.click(panel, offset=(3, 2 + list(panel.items()).index("CCER")))
        await wait(pilot, lambda: app.symbol == "CCER")


@pytest.mark.parametrize("kind", [Candles, Tape])
async def test_a_click_gives_a_panel_the_focus(terminal: Any, wait: Any, kind: Any) -> None:
    async with terminal() as (app, pilot):
        panel = next(panel for panel in app.screen.query(kind) if panel.region.height)
        await pilot.click(panel, offset=(3, 2))
        await wait(pilot, lambda: app.focused is panel)


async def two_orders(app: BashuApp, pilot: Pilot[None], wait: Any) -> Blotter:
    """Place two orders and a refused one, and return the blotter that shows them."""
    assert app.session is not None
    alice = app.session.client
    await alice.place(SYMBOL, "sell", 60_000, 7_450)
    await alice.place(SYMBOL, "buy", 100, 7_450)
    await alice.place(SYMBOL, "buy", 200, 7_440)
    blotter = next(b for b in app.screen.query(Blotter) if b.region.height)
    await wait(pilot, lambda: len(blotter.items()) == 3)
    await pilot.pause()
    return blotter


def line_of(blotter: Blotter, quantity: int) -> int:
    """Return where an order's line is, below the border and the names of the columns."""
    return 2 + [item.quantity for item in blotter.items()].index(quantity)


async def test_tabs_and_lines_of_the_blotter_are_chosen(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        blotter = await two_orders(app, pilot, wait)
        for tab, quantities in (("rejects", [60_000]), ("working", [200, 100])):
            label = app.texts(f"blotter.tab.{tab}")
            await pilot.click(blotter, offset=(2 + blotter.title().index(label), 0))
            await wait(pilot, lambda tab=tab: blotter.tab == tab)
            assert [item.quantity for item in blotter.items()] == quantities
        await pilot.click(blotter, offset=(4, line_of(blotter, 100)))
        await wait(pilot, lambda: blotter.chosen is not None and blotter.chosen.quantity == 100)
        x = blotter.size.width  # one column of the border before, so the last one inside
        await pilot.click(blotter, offset=(x, line_of(blotter, 200)))
        await wait(pilot, lambda: len(market.venue.order_rows("alice-co")) == 1)
        assert market.venue.order_rows("alice-co")[0].order_qty == 100


async def test_an_order_is_amended_by_a_double_click_and_the_cards_answers(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        blotter = await two_orders(app, pilot, wait)
        for answer in ("back", "send_now"):
            await pilot.click(blotter, offset=(4, line_of(blotter, 200)), times=2)
            await wait(pilot, lambda: isinstance(app.screen, AmendScreen))
            await wait(pilot, lambda: app.screen.is_mounted)
            quantity: Widget = app.screen.query_one("#amend-qty")
            await pilot.click(quantity)
            await wait(pilot, lambda quantity=quantity: app.focused is quantity)
            await pilot.press("end", *["backspace"] * 3, *"150")
            await pick(pilot, wait, "#amend-keys", answer)
            await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        await wait(
            pilot,
            lambda: {row.order_qty for row in market.venue.order_rows("alice-co")} == {100, 150},
        )
