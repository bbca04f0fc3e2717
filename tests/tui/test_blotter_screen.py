"""The session blotter's screen against a real venue: filters, search, details, the CSV file."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from bashu_protocol.messages import PublishNotice
from bashu_tui.screens.blotter import BlotterScreen
from bashu_tui.screens.export import ExportScreen
from bashu_tui.widgets.filter_bar import FilterBar
from bashu_tui.widgets.record import Record
from bashu_tui.widgets.session_log import SessionLog

SYMBOL = "CEA25"


async def open_blotter(app: Any, pilot: Any, wait: Any) -> BlotterScreen:
    app.open_screen("blotter")
    await wait(pilot, lambda: isinstance(app.screen, BlotterScreen) and app.screen.is_mounted)
    await wait(pilot, lambda: app.focused is app.screen.query_one(SessionLog))
    return app.screen  # type: ignore[no-any-return]


def only_file(folder: Path) -> list[list[str]]:
    (path,) = folder.glob("blotter-alice-*.csv")
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


async def test_what_happens_appears_by_itself_and_details_follow_the_cursor(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot), market.client("bob") as bob:
        screen = await open_blotter(app, pilot, wait)
        report = await app.session.client.place(SYMBOL, "buy", 30, 7_460)
        await bob.place(SYMBOL, "sell", 30, 7_460)
        await wait(pilot, lambda: "fill" in shown(app))
        details = screen.query_one(Record)
        assert ("Event", "fill") in details._fields()
        await pilot.press("down")
        await wait(pilot, lambda: ("Own no.", report.cl_ord_id) in details._fields())
        assert ("Event", "accepted") in details._fields()


async def test_a_cursor_that_was_moved_stays_where_it_is(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        screen = await open_blotter(app, pilot, wait)
        await app.session.client.place(SYMBOL, "buy", 30, 7_460)
        await wait(pilot, lambda: "accepted" in shown(app))
        log = screen.query_one(SessionLog)
        await pilot.press("down")
        kept = log.chosen
        await app.session.client.mass_cancel()
        await wait(pilot, lambda: "orders withdrawn" in shown(app))
        assert log.chosen == kept


@pytest.mark.acts("blotter.kind", "blotter.symbol", "blotter.find")
async def test_filters_by_kind_instrument_and_words(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await app.session.client.place(SYMBOL, "buy", 30, 7_460)
        await supervisor.command(PublishNotice("n", "Holiday notice", symbol="CCER"))
        screen = await open_blotter(app, pilot, wait)
        await wait(pilot, lambda: "Holiday notice" in shown(app))
        await pilot.press("f5")
        await wait(pilot, lambda: screen.kind_filter == "order" and "Holiday" not in shown(app))
        await pilot.press("6")
        await wait(pilot, lambda: screen.symbol_filter == "CCER" and not screen.entries())
        await pilot.press("6", "6")
        await wait(pilot, lambda: not screen.symbol_filter)
        for _ in range(6):
            await pilot.press("f5")
        await wait(pilot, lambda: not screen.kind_filter)
        await pilot.press("f7")
        await wait(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press(*"holiday", "enter")
        await wait(pilot, lambda: [entry.kind for entry in screen.entries()] == ["notice"])
        await wait(pilot, lambda: app.focused is screen.query_one(SessionLog))
        await pilot.press("ctrl+f", "escape")
        await wait(pilot, lambda: len(screen.entries()) > 1)


async def test_a_click_on_a_filter_changes_it(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        screen = await open_blotter(app, pilot, wait)
        await pilot.click(FilterBar, offset=(5, 0))
        await wait(pilot, lambda: screen.kind_filter == "order")


@pytest.mark.acts("blotter.export")
async def test_what_is_shown_is_written_to_a_file_of_its_own(
    terminal: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    async with terminal(language="zh") as (app, pilot):
        await app.session.client.place(SYMBOL, "sell", 60_000, 7_460)
        await open_blotter(app, pilot, wait)
        await wait(pilot, lambda: "被拒绝" in shown(app))
        await pilot.press("f9")
        await wait(pilot, lambda: isinstance(app.screen, ExportScreen) and app.screen.is_mounted)
        field = app.screen.query_one(Input)
        await wait(pilot, lambda: field.value.endswith(".csv") and "blotter-alice-" in field.value)
        field.value = str(tmp_path)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, BlotterScreen))
        await wait(pilot, lambda: "已写入" in shown(app))
        read = only_file(tmp_path)
        assert [row[3] for row in read] == ["事件", "已登录", "发出：委托", "被拒绝"]
        refused = dict(zip(read[0], read[-1], strict=True))
        assert (refused["价格（元）"], refused["代码"]) == ("74.60", "INSUFFICIENT_HOLDING")


async def test_a_file_that_is_there_is_named_and_stays(
    terminal: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.csv"
    taken.write_text("precious")
    async with terminal() as (app, pilot):
        await open_blotter(app, pilot, wait)
        await pilot.press("9")
        await wait(pilot, lambda: isinstance(app.screen, ExportScreen) and app.screen.is_mounted)
        app.screen.query_one(Input).value = str(taken)
        await pilot.press("enter")
        await wait(pilot, lambda: "is there already" in shown(app))
        app.screen.query_one(Input).value = str(tmp_path / "none" / "x.csv")
        await pilot.press("enter")
        await wait(pilot, lambda: "no such folder" in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, BlotterScreen))
    assert taken.read_text() == "precious"


async def test_a_filter_that_keeps_nothing_says_so(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        screen = await open_blotter(app, pilot, wait)
        await pilot.press("f5")
        await wait(pilot, lambda: screen.kind_filter == "order")
        await wait(pilot, lambda: "The filters keep nothing." in shown(app))
        await pilot.press("f9")
        await wait(pilot, lambda: "There is nothing to write." in shown(app))
