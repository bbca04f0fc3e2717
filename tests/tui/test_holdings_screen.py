"""Holdings and cash: what is frozen by what, values, limits; against a real venue."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from bashu_protocol.messages import (
    AccountRow,
    BlockReport,
    CounterBlock,
    InstrumentRow,
    InstrumentRules,
    PostBlock,
    SetBlockSession,
)
from bashu_tui.screens.export import ExportScreen
from bashu_tui.screens.holdings import HoldingsScreen
from bashu_tui.state.blocks import BlockLine
from bashu_tui.state.holdings import block_claims, holdings, order_claims
from bashu_tui.state.orders import OrderLine
from bashu_tui.widgets.holding_list import HoldingList, is_near, share
from bashu_tui.widgets.record import Record

SYMBOL = "CEA25"


async def open_holdings(app: Any, pilot: Any, wait: Any) -> HoldingsScreen:
    app.open_screen("holdings")
    await wait(pilot, lambda: isinstance(app.screen, HoldingsScreen) and app.screen.is_mounted)
    await wait(pilot, lambda: app.focused is app.screen.query_one(HoldingList))
    return app.screen  # type: ignore[no-any-return]


def of(screen: HoldingsScreen, asset: str) -> Any:
    return next(item for item in screen.holdings() if item.asset == asset)


async def test_what_is_frozen_is_explained(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with (
        terminal(size=(80, 24)) as (app, pilot),
        market.client("bob") as bob,
        market.client("reg") as registrar,
    ):
        alice = app.session.client
        await alice.place(SYMBOL, "buy", 100, 7_400)
        await alice.place(SYMBOL, "sell", 300, 7_600)
        await registrar.command(SetBlockSession("s", True))  # it may be open already
        offer = PostBlock(alice.new_cl_ord_id(), SYMBOL, "sell", 2_000, 7_500, "bob-co")
        block = (await alice.request(offer, BlockReport)).block_id
        counter = CounterBlock(bob.new_cl_ord_id(), block, 1_500, 7_450)
        talk = (await bob.request(counter, BlockReport)).block_id
        again = CounterBlock(alice.new_cl_ord_id(), talk, 3_000, 7_480)
        await alice.request(again, BlockReport)
        screen = await open_holdings(app, pilot, wait)
        await wait(pilot, lambda: of(screen, SYMBOL).frozen == 3_300)
        await wait(pilot, lambda: of(screen, SYMBOL).frozen_by.blocks == 3_000)
        by = of(screen, SYMBOL).frozen_by
        assert (by.orders, by.blocks, by.bids, by.other) == (300, 3_000, 0, 0)
        by = of(screen, "CNY").frozen_by
        assert (by.orders, by.blocks, by.bids, by.other) == (740_000, 0, 0, 0)
        await wait(pilot, lambda: "9,992,600.00" in shown(app) and "7,400.00" in shown(app))
        await pilot.press("end")
        await wait(pilot, lambda: "- by blocks" in shown(app) and "3,000" in shown(app))


async def test_what_was_bought_today_is_not_to_be_sold_today_and_has_a_value(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(140, 42)) as (app, pilot), market.client("bob") as bob:
        screen = await open_holdings(app, pilot, wait)
        assert of(screen, SYMBOL).is_reference
        await bob.place(SYMBOL, "sell", 100, 7_500)
        await app.session.client.place(SYMBOL, "buy", 100, 7_500)
        await wait(pilot, lambda: of(screen, SYMBOL).bought_today == 100)
        await wait(pilot, lambda: not of(screen, SYMBOL).is_reference)
        await pilot.press("end")
        await wait(pilot, lambda: "not to be sold" in shown(app))
        assert of(screen, SYMBOL).value == 50_100 * 7_500
        total = 1_000_000_000 - 100 * 7_500 + 50_100 * 7_500
        assert ("All together CNY", f"{total // 100:,}.00") in screen.query_one(Record)._fields()
        assert of(screen, "CCER").held == 0, "instruments that are not held are listed too"


@pytest.mark.acts("holdings.export")
async def test_holdings_are_written_to_a_file(
    terminal: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    async with terminal() as (app, pilot):
        await open_holdings(app, pilot, wait)
        await pilot.press("f9")
        await wait(pilot, lambda: isinstance(app.screen, ExportScreen) and app.screen.is_mounted)
        app.screen.query_one(Input).value = str(tmp_path / "h.csv")
        await pilot.press("enter")
        await wait(pilot, lambda: "Written: " in shown(app))
    lines = (tmp_path / "h.csv").read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[1].startswith("CNY,CNY,10000000.00,10000000.00,0.00,")
    assert any(line.startswith(f"{SYMBOL},t,50000,50000,0,") for line in lines)


def line(block_id: int, offer_id: int, kind: Any, side: Any, qty: int, **more: Any) -> BlockLine:
    turn = more.pop("your_turn", False)
    return BlockLine(block_id, offer_id, kind, SYMBOL, side, 7_000, qty, turn, "b", 0, **more)


def test_blocks_freeze_the_most_that_may_be_taken_of_each_offer() -> None:
    lines = [
        line(1, 1, "own_offer", "sell", 2_000),
        line(2, 1, "negotiation", "sell", 3_000),
        line(3, 1, "negotiation", "sell", 9_000, your_turn=True),
        line(4, 4, "offer", "buy", 5_000),
        line(5, 9, "negotiation", "buy", 10),
        line(6, 9, "negotiation", "buy", 10, ended="withdrawn"),
    ]
    assert sorted(block_claims(lines)) == [(SYMBOL, 3_000), ("CNY", 70_000)]


def test_orders_freeze_what_the_venue_froze_for_them() -> None:
    rules = InstrumentRules(
        symbol=SYMBOL, name_zh="x", name_en="x", product="CEA", reference_price=7_463
    )
    rows = {SYMBOL: InstrumentRow(rules, "continuous", 20_261_130, 7_463, 8_209, 6_717)}
    limit = OrderLine(1, "a-1", SYMBOL, "buy", 7_400, 10, 10, 0, "new", 0)
    stop = replace(limit, price=0, ord_type="stop", stop_px=7_500, is_waiting=True)
    orders = [
        limit, stop, replace(stop, ord_type="stop_limit", price=7_510), replace(stop, side="sell"),
        replace(limit, status="pending_new"),
    ]  # fmt: skip
    assert order_claims(orders, rows) == [
        ("CNY", 74_000), ("CNY", 82_090), ("CNY", 75_100), (SYMBOL, 10),
    ]  # fmt: skip


def test_a_frozen_rest_is_not_explained_away_and_limits_have_a_share() -> None:
    accounts = {SYMBOL: AccountRow("m", SYMBOL, 800, 150, 50)}
    claims: Any = {"orders": [(SYMBOL, 100)], "blocks": [], "bids": []}
    _cash, held = holdings(accounts, {}, {}, claims, {SYMBOL: 1_100})
    assert (held.frozen_by.orders, held.frozen_by.other, held.held) == (100, 50, 1_000)
    assert held.value == 0, "without a price there is no value"
    assert share(held) == "90.91% / 1,100"
    assert is_near(held)
