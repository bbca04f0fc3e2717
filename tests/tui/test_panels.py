"""Watchlist, trades, candles, status bar, and panels that fill the window."""

import contextlib
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from bashu_protocol.messages import (
    CallAuctionRules,
    ConfirmTradeCorrection,
    HaltInstrument,
    ProposeTradeCorrection,
    SetPhase,
    VenueStatus,
)
from bashu_tui.palette import Palette
from bashu_tui.state.market_history import Bar
from bashu_tui.state.outlook import closed_key, countdown
from bashu_tui.widgets.candle_paint import AXIS, Chart, fitting, paint
from bashu_tui.widgets.candles import Candles
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.status_bar import parts_that_fit
from bashu_tui.widgets.tape import Tape
from bashu_tui.widgets.watchlist import Watchlist

SYMBOL = "CEA25"
SECOND = 1_000_000_000


async def trade(market: Any, *prices: int, app: Any = None) -> None:
    """Let bob and alice, by her terminal if there is one, trade ten tonnes at each price."""
    async with market.client("bob") as bob, contextlib.AsyncExitStack() as stack:
        if app is None:
            alice = await stack.enter_async_context(market.client("alice"))
        else:
            alice = app.session.client
        for price in prices:
            await bob.place(SYMBOL, "sell", 10, price)
            await alice.place(SYMBOL, "buy", 10, price)


async def cancel_trade(market: Any, second: str, exec_id: int) -> None:
    """Let two supervisors cancel a trade."""
    async with market.client("sup") as first, market.client(second) as other:
        proposal = ProposeTradeCorrection("p", exec_id, "cancel", "error")
        number = int((await first.command(proposal)).text.split()[1])
        assert (await other.command(ConfirmTradeCorrection("c", number))).accepted


async def test_trades_from_before_the_logon_are_in_tape_and_candles(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    await trade(market, 7_450, 7_460)
    async with terminal(size=(200, 60)) as (app, pilot):
        await wait(pilot, lambda: len(app.session.market_history.trades(SYMBOL)) == 2)
        await wait(pilot, lambda: shown(app).count("+10 Buy") == 2)
        await wait(pilot, lambda: "O 74.50" in shown(app) and "C 74.60" in shown(app))
        await trade(market, 7_440, app=app)
        await wait(pilot, lambda: shown(app).count("+10 Buy") == 3)
        await wait(pilot, lambda: "L 74.40" in shown(app))


async def test_a_cancelled_trade_says_so_and_leaves_the_candles(
    terminal: Any, market: Any, wait: Any, shown: Any, second_supervisor: str
) -> None:
    await trade(market, 7_450, 7_500)
    async with terminal(size=(200, 60)) as (app, pilot):
        await wait(pilot, lambda: "H 75.00" in shown(app))
        await cancel_trade(market, second_supervisor, 2)
        await wait(pilot, lambda: "voided" in shown(app))
        await wait(pilot, lambda: "H 74.50" in shown(app))


async def test_another_instrument_has_its_own_day(terminal: Any, market: Any, wait: Any) -> None:
    await trade(market, 7_450)
    async with terminal() as (app, pilot):
        await wait(pilot, lambda: app.session.market_history.trades(SYMBOL))
        await pilot.press("right")
        await wait(pilot, lambda: app.symbol == "CCER")
        await wait(pilot, lambda: not app.session.market_history.wants("CCER"))
        assert not app.session.market_history.trades("CCER")


async def test_the_tape_scrolls_and_stays_while_trades_come(
    terminal: Any, market: Any, wait: Any
) -> None:
    await trade(market, *range(7_450, 7_458))
    async with terminal() as (app, pilot):
        tape = app.screen.query_one("#tape", Tape)
        await wait(pilot, lambda: len(tape._trades()) == 8)
        tape.focus()
        await pilot.press("down", "down")
        await wait(pilot, lambda: tape._first(tape._trades()) == 2)
        seen = tape._trades()[2].exec_id
        await trade(market, 7_460, app=app)
        await wait(pilot, lambda: len(tape._trades()) == 9)
        assert tape._trades()[tape._first(tape._trades())].exec_id == seen
        await pilot.press("home")
        await wait(pilot, lambda: tape._first(tape._trades()) == 0)


async def test_the_watchlist_is_chosen_from_with_keys(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        app.screen.query_one(Watchlist).focus()
        await pilot.press("up")
        await wait(pilot, lambda: app.symbol == "CCER")
        await pilot.press("down")
        await wait(pilot, lambda: app.symbol == SYMBOL)


async def test_a_halt_shows_in_the_watchlist(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot), market.client("sup") as supervisor:
        await supervisor.command(HaltInstrument("h", "CCER", "test"))
        await wait(pilot, lambda: " HALT " in shown(app))


@pytest.mark.acts("panel.maximize")
@pytest.mark.parametrize("kind", [Ladder, Watchlist, Candles, Tape])
async def test_a_panel_fills_the_window_and_goes_back(
    terminal: Any, wait: Any, shown: Any, kind: Any
) -> None:
    async with terminal(size=(140, 42)) as (app, pilot):
        panel = next(p for p in app.screen.query(kind) if p.display)
        panel.focus()
        await pilot.press("shift+f11")
        await wait(pilot, lambda: panel.region.width == 140 and panel.region.height == 40)
        assert "F1" in shown(app)
        assert SYMBOL in shown(app).split("\n")[0]
        await pilot.press("asterisk")
        await wait(pilot, lambda: panel.region.width < 140)


async def test_a_double_click_on_the_title_fills_the_window(terminal: Any, wait: Any) -> None:
    async with terminal(size=(140, 42)) as (app, pilot):
        panel = app.screen.query_one(Watchlist)
        await pilot.click(Watchlist, offset=(3, 0), times=2)
        await wait(pilot, lambda: app.screen.maximized is panel)
        await pilot.press("escape")
        await wait(pilot, lambda: app.screen.maximized is None)


@pytest.mark.acts("panel.chart", "candles.length")
@pytest.mark.parametrize("key", ["ctrl+s", "slash"])
async def test_candles_are_in_reach_where_they_have_no_room(
    terminal: Any, wait: Any, shown: Any, key: str
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        candles = app.screen.query_one(Candles)
        assert not candles.region.width
        await pilot.press(key)
        await wait(pilot, lambda: candles.region.width == 80)
        await wait(pilot, lambda: "No bars yet today" in shown(app))
        await pilot.press("ctrl+b")
        await wait(pilot, lambda: "Candles, 5 min" in shown(app))
        await pilot.press(key)
        await wait(pilot, lambda: "Ladder" in shown(app))


async def test_every_panel_is_reached_with_tab(terminal: Any, wait: Any) -> None:
    async with terminal(size=(200, 60)) as (app, pilot):
        seen = set()
        for _ in range(14):
            await pilot.press("tab")
            await pilot.pause()
            seen.add(type(app.focused).__name__)
        assert seen >= {"Ladder", "Watchlist", "Tape", "Candles"}


# Candles without a screen


def drawn(bars: list[Bar], width: int = 40, height: int = 12) -> list[str]:
    chart = Chart.of(bars, width, height)
    lines = paint(chart, Palette("red_up"), ["10:00"] * len(bars))
    return ["".join(text for text, _style in line) for line in lines]


def test_a_rise_a_fall_and_neither_differ_without_colour() -> None:
    rise, fall, neither = (
        Bar(0, 100, 110, 90, 105, 5), Bar(0, 105, 110, 90, 95, 9), Bar(0, 100, 110, 90, 100, 1),
    )  # fmt: skip
    columns = ["".join(line[i] for line in drawn([rise, fall, neither])) for i in (26, 28, 30)]
    assert ["+" in c for c in columns] == [True, False, False]
    assert ["-" in c for c in columns] == [False, True, False]
    assert ["=" in c for c in columns] == [False, False, True]
    assert all("|" in c for c in columns)


@pytest.mark.parametrize("height", [4, 8, 12, 30])
@pytest.mark.parametrize("width", [20, 40, 75])
def test_a_chart_has_exactly_its_size(width: int, height: int) -> None:
    bars = [Bar(0, 100 + i, 103 + i, 98, 101 + i, i) for i in range(fitting(width))]
    lines = drawn(bars, width, height)
    assert len(lines) == height
    assert all(cell_len(line) <= width for line in lines)
    assert {cell_len(line) for line in lines[:-1]} <= {width, width - (width - AXIS) % 2}


def test_bars_of_one_price_are_drawn() -> None:
    assert any("=" in line for line in drawn([Bar(0, 100, 100, 100, 100, 5)]))


# The status bar


def status(**more: Any) -> VenueStatus:
    return VenueStatus("up", 1, transact_time=100 * SECOND, **more)


def test_the_countdown_is_read_off_the_venues_clock() -> None:
    def to(seconds: int) -> str:
        coming = status(next_phase="pause", next_phase_time=(100 + seconds) * SECOND)
        return countdown(coming, coming.transact_time)

    assert [to(5), to(65), to(3_700), to(90_000)] == ["0:05", "1:05", "1:01:40", "1d 1h"]
    assert to(-3) == "0:00"
    assert countdown(status(), 0) == ""


def test_why_a_day_is_closed_has_words() -> None:
    assert closed_key("2026-11-28 is a Saturday.") == "closed.weekend"
    assert closed_key("2026-10-01 is a public holiday (National Day).") == "closed.holiday"
    assert closed_key("something new") == "closed.day"


async def test_the_status_bar_leaves_out_and_never_cuts(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot):
        await wait(pilot, lambda: "TEST" in shown(app).split("\n")[0])
        bar = app.screen.query_one("#status")
        parts = bar._parts(app.session)
        for width in range(20, 200):
            kept = parts_that_fit(parts, width)
            assert sum(cell_len(part.text) + 2 for part in kept) <= width
            assert all(part in parts for part in kept)
        (line,) = bar.lines(30, 1)
        assert SYMBOL in line[0][0]


async def test_no_call_auction_is_announced_for_an_instrument_without_one(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot):
        await wait(pilot, lambda: app.session.status is not None)
        status = app.session.status
        row = app.session.instruments[SYMBOL]
        for rules, is_said in ((None, False), (CallAuctionRules(), True)):
            app.session.instruments[SYMBOL] = msgspec.structs.replace(
                row, rules=msgspec.structs.replace(row.rules, call_auction=rules)
            )
            app.session.status = msgspec.structs.replace(
                status, next_phase="call_auction", next_phase_time=status.transact_time * 2
            )
            bar = app.screen.query_one("#status")
            said = " ".join(part.text for part in bar._parts(app.session))
            assert ("call auction in" in said) == is_said


async def test_nothing_says_when_a_halt_ends(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot), market.client("sup") as client:
        await wait(pilot, lambda: app.session.status is not None)
        coming = {"next_phase": "closed", "next_phase_time": app.session.status.transact_time * 2}

        def bar() -> str:
            app.session.status = msgspec.structs.replace(app.session.status, **coming)
            app.screen.query_one("#status").repaint()
            return str(shown(app).split("\n")[0])

        await wait(pilot, lambda: "closed in " in bar())
        await client.command(HaltInstrument(client.new_cl_ord_id(), SYMBOL, "why"))
        await wait(pilot, lambda: "HALTED" in bar())
        assert "closed in " not in bar()


async def test_production_looks_unlike_demo(terminal: Any, market: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await wait(pilot, lambda: app.session.status is not None)
        bar = app.screen.query_one("#status")
        badges = {}
        for name in ("demo", "test", "production"):
            app.session.status = status(environment=name)
            badges[name] = bar._environment(app.session)
        assert badges["production"].style == app.palette.alarm
        assert len({badge.style for badge in badges.values()}) == 3
        assert len({badge.text for badge in badges.values()}) == 3


async def test_the_entry_mode_is_shown(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await wait(pilot, lambda: app.texts("mode.armed") in shown(app).split("\n")[0])
    async with terminal("sup", size=(80, 24)) as (app, pilot):
        await wait(pilot, lambda: app.texts("mode.view") in shown(app).split("\n")[0])


async def test_the_next_phase_is_counted_down_to(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(200, 60)) as (app, pilot), market.client("reg") as registrar:
        await registrar.command(SetPhase("p", "pause"))
        await wait(pilot, lambda: "continuous trading in " in shown(app).split("\n")[0])
