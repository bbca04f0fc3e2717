"""Every screen at every size in both languages: drawn, aligned, and in one language."""

import re
from typing import Any

import pytest
from rich.cells import cell_len

from bashu_tui.widgets.account import Account
from bashu_tui.widgets.blotter import Blotter
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ticket import Ticket

SYMBOL = "CEA25"
SIZES = [(80, 24), (100, 30), (140, 42), (200, 60)]
LANGUAGES = ["en", "zh"]
HAN = re.compile(r"[\u3400-\u9fff]")
ALLOWED = {
    # keys and the other language's name
    "Enter", "Esc", "Tab", "ctrl", "shift", "English", "Engli", "ms", "l", "q", "x",
    *(f"F{n}" for n in range(1, 21)),
    # names of the venue's own: instruments, members, users
    "CEA25", "CCER", "alice", "bob", "sup", "co", "owner", "lushan", "b",
}  # fmt: skip


async def busy_market(market: Any) -> None:
    """Give the screens something to show: depth, trades, own orders."""
    async with market.client("bob") as bob:
        for step in range(1, 9):
            await bob.place(SYMBOL, "buy", 1_000 * step, 7_463 - 2 * step)
            await bob.place(SYMBOL, "sell", 900 * step, 7_463 + 2 * step)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("user", ["alice", "sup"])
async def test_each_screen_is_drawn_at_each_size(
    terminal: Any, market: Any, wait: Any, shown: Any, size: Any, language: str, user: str
) -> None:
    await busy_market(market)
    async with terminal(user, size=size, language=language) as (app, pilot):
        await wait(pilot, lambda: app.session.client.feed.book(SYMBOL).asks)
        if user == "alice":
            await app.session.client.place(SYMBOL, "buy", 150, 7_465)
            await wait(pilot, lambda: app.texts("blotter.fill") in shown(app))
        await wait(pilot, lambda: app.texts("link.live") in shown(app))
        lines = shown(app).split("\n")
        assert len(lines) == size[1]
        assert {cell_len(line) for line in lines} == {size[0]}
        text = "\n".join(lines)
        if language == "en":
            assert not HAN.search(text.replace("中文", ""))
        else:
            assert HAN.search(text)
            words = set(re.findall(r"[A-Za-z][A-Za-z0-9]*", text))
            assert words <= ALLOWED


@pytest.mark.parametrize("size", [(60, 20), (79, 24), (140, 24)])
async def test_prices_and_ticket_stand_side_by_side_in_small_windows(
    terminal: Any, market: Any, wait: Any, size: Any
) -> None:
    await busy_market(market)
    async with terminal(size=size) as (app, pilot):
        ladder, ticket = app.screen.query_one(Ladder), app.screen.query_one(Ticket)
        await wait(pilot, lambda: any(row.bid_qty for row in ladder._rows))
        await wait(pilot, lambda: any(row.ask_qty for row in ladder._rows))
        assert app.screen.region.contains_region(ladder.region)
        assert app.screen.region.contains_region(ticket.region)
        assert not ladder.region.overlaps(ticket.region)


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_trader_needs_is_there_at_each_size(
    terminal: Any, market: Any, wait: Any, shown: Any, size: Any
) -> None:
    await busy_market(market)
    async with terminal(size=size) as (app, pilot):
        await wait(pilot, lambda: app.session.client.feed.book(SYMBOL).asks)
        await pilot.press("f2")
        ladder = app.screen.query_one(Ladder)
        # Both best prices are in sight.
        await wait(pilot, lambda: any(row.bid_qty for row in ladder._rows))
        await wait(pilot, lambda: any(row.ask_qty for row in ladder._rows))
        # Cash is in sight even where there is no room for the account.
        await wait(pilot, lambda: "10,000,000.00" in shown(app))
        for kind in (Ladder, Ticket):
            widget = app.screen.query_one(kind)
            assert widget.display
            assert widget.region.height >= 10
            assert app.screen.region.contains_region(widget.region)
        assert any(blotter.region.height >= 3 for blotter in app.screen.query(Blotter))
        if size[0] >= 100:
            assert app.screen.query_one(Account).region.height >= 5


@pytest.mark.parametrize("size", [(59, 24), (80, 19), (20, 5), (1, 1)])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_window_that_is_too_small_says_so(
    terminal: Any, wait: Any, shown: Any, size: Any, language: str
) -> None:
    async with terminal(size=size, language=language) as (app, pilot):
        await wait(pilot, lambda: app.screen.has_class("-tiny"))
        if size[0] >= 40 and size[1] >= 10:
            await wait(pilot, lambda: "60" in shown(app))


async def test_a_window_may_change_its_size(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal(size=(200, 60)) as (app, pilot):
        for width, height in [(59, 19), (80, 24), (140, 42), (100, 30)]:
            await pilot.resize_terminal(width, height)
            is_tiny = width < 60 or height < 20
            await wait(
                pilot,
                lambda size=(width, height), tiny=is_tiny: (
                    app.screen.size == size and app.screen.has_class("-tiny") == tiny
                ),
            )
        await wait(pilot, lambda: "CEA25" in shown(app))
