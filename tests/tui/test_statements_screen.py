"""One's own trades of the day against a real venue: every mode, corrections, totals, a file."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from bashu_protocol.messages import (
    AcceptBlock,
    BlockReport,
    ConfirmTradeCorrection,
    PostBlock,
    ProposeTradeCorrection,
    SetBlockSession,
)
from bashu_tui.i18n import Texts
from bashu_tui.screens.export import ExportScreen
from bashu_tui.screens.statements import StatementsScreen
from bashu_tui.state.fills import Fill
from bashu_tui.state.statement import amount, correction, net_cash, totals
from bashu_tui.widgets.fill_list import FillList

SYMBOL = "CEA25"


async def open_statements(app: Any, pilot: Any, wait: Any) -> StatementsScreen:
    app.open_screen("statements")
    await wait(pilot, lambda: isinstance(app.screen, StatementsScreen) and app.screen.is_mounted)
    await wait(pilot, lambda: app.focused is app.screen.query_one(FillList))
    return app.screen  # type: ignore[no-any-return]


async def trade(alice: Any, bob: Any, side: str, qty: int, price: int) -> None:
    other = "sell" if side == "buy" else "buy"
    await bob.place(SYMBOL, other, qty, price)
    await alice.place(SYMBOL, side, qty, price)


async def test_trades_of_the_book_and_blocks_with_their_totals(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with (
        terminal(size=(140, 42)) as (app, pilot),
        market.client("bob") as bob,
        market.client("reg") as registrar,
    ):
        alice = app.session.client
        screen = await open_statements(app, pilot, wait)
        await wait(pilot, lambda: "No trades today." in shown(app))
        await trade(alice, bob, "buy", 100, 7_460)
        await trade(alice, bob, "buy", 200, 7_463)
        await trade(alice, bob, "sell", 50, 7_470)
        await registrar.command(SetBlockSession("s", True))  # it may be open already
        offer = PostBlock(bob.new_cl_ord_id(), SYMBOL, "buy", 1_000, 7_400, "alice-co")
        block = (await bob.request(offer, BlockReport)).block_id
        accept = AcceptBlock(alice.new_cl_ord_id(), block, 1_000, 7_400)
        await alice.request(accept, BlockReport)
        await wait(pilot, lambda: len(screen.fills()) == 4)
        wanted = ("74,000.00", "+55,349.00", "74.6200")
        await wait(pilot, lambda: all(text in shown(app) for text in wanted))
        lines = shown(app).splitlines()
        row = next(line for line in lines if "74,000.00" in line)
        assert "Sell" in row
        assert "block" in row
        assert f" {block} " in row
        total = next(line for line in lines if "74.6200" in line)
        assert total.split()[1:-1] == [
            "300", "74.6200", "1,050", "74.0333", "-750", "+55,349.00",
        ]  # fmt: skip
        await app.session.fills.reload(alice)
        assert app.session.fills.latest_first()[0].mode == "block"


async def test_a_corrected_trade_says_what_it_was(
    terminal: Any, market: Any, wait: Any, shown: Any, second_supervisor: str
) -> None:
    async with (
        terminal(size=(80, 24)) as (app, pilot),
        market.client("bob") as bob,
        market.client("sup") as supervisor,
        market.client(second_supervisor) as second,
    ):
        await trade(app.session.client, bob, "buy", 100, 7_460)
        await trade(app.session.client, bob, "buy", 10, 7_461)
        screen = await open_statements(app, pilot, wait)
        await wait(pilot, lambda: len(screen.fills()) == 2)
        last, first = screen.fills()
        numbers = (first.exec_id, last.exec_id)
        proposals = (("adjust", 7_455), ("cancel", 0))
        for count, (exec_id, (action, price)) in enumerate(zip(numbers, proposals, strict=True), 1):
            name = f"p{count}"
            proposal = ProposeTradeCorrection(name, exec_id, action, "error", price)
            assert (await supervisor.command(proposal)).accepted
            assert (await second.command(ConfirmTradeCorrection(name, count))).accepted
        await wait(pilot, lambda: "repriced, was 74.60" in shown(app))
        await wait(pilot, lambda: "cancelled, was 74.61" in shown(app))
        assert "7,455.00" in shown(app)
        await wait(pilot, lambda: "-7,455.00" in shown(app))


@pytest.mark.acts("statements.symbol", "statements.export")
async def test_the_filter_and_the_file(
    terminal: Any, market: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        await trade(app.session.client, bob, "buy", 100, 7_460)
        screen = await open_statements(app, pilot, wait)
        await wait(pilot, lambda: len(screen.fills()) == 1)
        await pilot.press("f6")
        await wait(pilot, lambda: screen.symbol_filter == "CCER" and not screen.fills())
        await pilot.press("6")
        await wait(pilot, lambda: screen.symbol_filter == SYMBOL)
        await pilot.press("f9")
        await wait(pilot, lambda: isinstance(app.screen, ExportScreen) and app.screen.is_mounted)
        app.screen.query_one(Input).value = str(tmp_path / "trades.csv")
        await pilot.press("enter")
        await wait(pilot, lambda: "Written: " in shown(app))
    text = (tmp_path / "trades.csv").read_bytes().decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text, newline=""))
    written = dict(zip(head, row, strict=True))
    assert written["Price CNY"] == "74.60"
    assert written["Amount CNY"] == "7460.00"
    assert (written["Mode"], written["User"]) == ("book", "alice")


async def test_a_supervisor_has_no_trades_of_its_own(terminal: Any) -> None:
    from bashu_tui.screens.registry import open_to

    async with terminal("sup") as (app, _pilot):
        places = [entry.place for entry in open_to(app.session.role)]
    assert not {"statements", "holdings"} & set(places)
    assert {"notices", "blotter", "price_alerts"} <= set(places)


def fill(number: int, side: Any, price: int, qty: int, **more: Any) -> Fill:
    return Fill(number, 1, SYMBOL, side, price, qty, number, "alice", **more)


def test_totals_count_what_supervisors_left_of_the_trades() -> None:
    fills = [
        fill(1, "buy", 7_400, 100),
        fill(2, "buy", 7_500, 100, correction="adjust", corrected_price=7_450),
        fill(3, "sell", 7_600, 50),
        fill(4, "sell", 9_000, 999, correction="cancel"),
    ]
    (total,) = totals(fills)
    assert (total.bought_qty, total.sold_qty, total.net_qty) == (200, 50, 150)
    assert (total.average_bought, total.average_sold) == (742_500, 760_000)
    assert net_cash(total) == 50 * 7_600 - 100 * 7_400 - 100 * 7_450
    assert amount(fills[3]) == 0
    assert correction(fills[1], Texts("en")) == "repriced by supervisors; it was at 75.00"
