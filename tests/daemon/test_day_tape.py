"""The day's trades and bars: what everybody may see, over restarts and corrections."""

from pathlib import Path
from typing import Any

import pytest
from bashu_testing import SYMBOL, Harness, eventually
from ear import Ear

from bashu_daemon import day_tape
from bashu_daemon.core.events import DayOpened, TradeCorrected, TradeEvent
from bashu_daemon.day_tape import DayTape
from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import BarRow, TradeRow, VenueStatus
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import NS_PER_MINUTE

NOON = 1_000 * NS_PER_MINUTE


class Day:
    """Trades of one symbol, a second apart unless told otherwise."""

    def __init__(self) -> None:
        self.tape = DayTape()
        self.exec_id = 0
        self.now = NOON

    def trade(self, price: int, qty: int, *, later_ns: int = 1, mode: Any = "listing") -> int:
        self.exec_id += 1
        self.now += later_ns
        event = TradeEvent(
            1, self.now, self.exec_id, SYMBOL, price, qty, "buy", 1, 2, "o1", "o2", mode
        )
        self.tape.on_events([event])
        return self.exec_id

    def correct(self, exec_id: int, price: int, previous: int, qty: int) -> None:
        action: Any = "adjust" if price else "cancel"
        self.tape.on_events([
            TradeCorrected(
                2, self.now, "executed", 1, exec_id, SYMBOL, action, price, previous, qty, "s", "r"
            )
        ])  # fmt: skip

    def bars(self) -> list[tuple[int, ...]]:
        """Return (minute, open, high, low, close, volume, trades)."""
        return [
            (
                (bar.start_time - NOON) // NS_PER_MINUTE, bar.open, bar.high, bar.low, bar.close,
                bar.volume, bar.trade_count,
            )
            for bar in self.tape.bars(SYMBOL, 0)
        ]  # fmt: skip


def test_a_minute_is_a_bar() -> None:
    day = Day()
    for price, qty in ((7_010, 5), (7_030, 2), (7_000, 1), (7_020, 4)):
        day.trade(price, qty)
    day.trade(7_050, 3, later_ns=2 * NS_PER_MINUTE)
    assert day.bars() == [
        (0, 7_010, 7_030, 7_000, 7_020, 12, 4),
        (2, 7_050, 7_050, 7_050, 7_050, 3, 1),
    ]
    first, _second = day.tape.bars(SYMBOL, 0)
    assert first.turnover == 7_010 * 5 + 7_030 * 2 + 7_000 + 7_020 * 4
    assert first.last_exec_id == 4
    assert [bar.start_time for bar in day.tape.bars(SYMBOL, NOON)] == [NOON + 2 * NS_PER_MINUTE]


def test_blocks_and_auctions_are_trades_and_in_no_bar() -> None:
    day = Day()
    day.trade(7_000, 5)
    day.trade(6_500, 100_000, mode="block")
    day.trade(8_000, 50, mode="auction")
    day.trade(7_010, 5, mode="call_auction")
    modes = [row.mode for row in day.tape.trades(SYMBOL, 0)]
    assert modes == ["listing", "block", "auction", "call_auction"]
    assert day.bars() == [(0, 7_000, 7_010, 7_000, 7_010, 10, 2)]


def test_since_names_the_last_trade_that_is_known() -> None:
    day = Day()
    for _ in range(4):
        day.trade(7_000, 1)
    assert [row.exec_id for row in day.tape.trades(SYMBOL, 2)] == [3, 4]
    assert [row.exec_id for row in day.tape.trades("", 3)] == [4]
    assert day.tape.trades("CCER", 0) == []


def test_a_cancelled_trade_leaves_its_bar_and_says_so() -> None:
    day = Day()
    day.trade(7_010, 5)
    wrong = day.trade(9_000, 2)
    day.trade(7_020, 4)
    day.correct(wrong, 0, 9_000, 2)
    assert day.bars() == [(0, 7_010, 7_020, 7_010, 7_020, 9, 2)]
    row = day.tape.trades(SYMBOL, 0)[1]
    assert (row.price, row.correction, row.standing_px) == (9_000, "cancel", 0)


def test_a_repriced_trade_moves_its_bar() -> None:
    day = Day()
    day.trade(7_010, 5)
    wrong = day.trade(9_000, 2)
    day.correct(wrong, 7_030, 9_000, 2)
    assert day.bars() == [(0, 7_010, 7_030, 7_010, 7_030, 7, 2)]
    assert [row.standing_px for row in day.tape.trades(SYMBOL, 0)] == [7_010, 7_030]
    day.correct(wrong, 7_000, 7_030, 2)
    assert day.bars() == [(0, 7_010, 7_010, 7_000, 7_000, 7, 2)]


def test_a_bar_without_a_trade_that_stands_has_no_price() -> None:
    day = Day()
    day.correct(day.trade(7_010, 5), 0, 7_010, 5)
    assert day.bars() == [(0, 0, 0, 0, 0, 0, 0)]


def test_a_trade_after_all_were_cancelled_begins_its_minute_anew() -> None:
    day = Day()
    day.correct(day.trade(9_000, 5), 0, 9_000, 5)
    day.trade(7_020, 2)
    day.trade(7_010, 1)
    assert day.bars() == [(0, 7_020, 7_020, 7_010, 7_010, 3, 2)]


def test_a_proposal_changes_nothing() -> None:
    day = Day()
    exec_id = day.trade(7_010, 5)
    event = TradeCorrected(
        2, day.now, "proposed", 1, exec_id, SYMBOL, "cancel", 0, 7_010, 5, "s", "r"
    )
    day.tape.on_events([event])
    assert day.bars() == [(0, 7_010, 7_010, 7_010, 7_010, 5, 1)]


def test_what_is_kept_is_bounded_and_volume_stays_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_tape, "MAX_TRADES", 2)
    day = Day()
    first = day.trade(7_010, 5)
    for price in (7_020, 7_030):
        day.trade(price, 1)
    assert [row.exec_id for row in day.tape.trades(SYMBOL, 0)] == [2, 3]
    day.correct(first, 0, 7_010, 5)
    (bar,) = day.tape.bars(SYMBOL, 0)
    assert (bar.volume, bar.trade_count, bar.turnover) == (2, 2, 7_020 + 7_030)
    day.correct(2, 7_050, 7_020, 1)
    (bar,) = day.tape.bars(SYMBOL, 0)
    assert (bar.high, bar.low, bar.turnover) == (7_050, 7_010, 7_050 + 7_030)


def test_a_new_day_begins_empty() -> None:
    day = Day()
    day.trade(7_010, 5)
    day.tape.on_events([DayOpened(9, day.now, 20_261_125)])
    assert day.tape.trades(SYMBOL, 0) == []
    assert day.bars() == []


def test_a_dump_gives_the_same_tape() -> None:
    day = Day()
    day.trade(7_010, 5)
    day.correct(day.trade(9_000, 2), 0, 9_000, 2)
    again = DayTape()
    again.load(day.tape.dump())
    assert again.dump() == day.tape.dump()
    assert again.trades(SYMBOL, 0) == day.tape.trades(SYMBOL, 0)
    assert again.bars(SYMBOL, 0) == day.tape.bars(SYMBOL, 0)
    again.load(b"")
    assert again.trades(SYMBOL, 0) == []


async def _seen(harness: Harness) -> tuple[list[Any], list[Any]]:
    async with harness.client("carl") as carl:
        trades = (await carl.query("trades", SYMBOL)).rows
        bars = (await carl.query("bars", SYMBOL)).rows
    return trades, bars


@pytest.mark.parametrize("is_killed", [False, True])
async def test_who_comes_later_sees_the_day_and_so_does_who_comes_after_a_restart(
    tmp_path: Path, *, is_killed: bool
) -> None:
    harness = Harness("memory", tmp_path)
    await harness.start_venue()
    try:
        async with harness.client("anna") as anna, harness.client("bo") as bo:
            await bo.place(SYMBOL, "sell", 30, 7_000)
            await anna.place(SYMBOL, "buy", 10, 7_000)
            await anna.place(SYMBOL, "buy", 20, 7_000)
        trades, bars = await _seen(harness)
        assert [(row.price, row.qty, row.aggressor_side, row.mode) for row in trades] == [
            (7_000, 10, "buy", "listing"), (7_000, 20, "buy", "listing"),
        ]  # fmt: skip
        assert all(isinstance(row, TradeRow) for row in trades)
        assert sum(bar.volume for bar in bars) == 30
        assert all(isinstance(bar, BarRow) for bar in bars)
        await harness.stop_venue()
        if is_killed:
            for snapshot in (tmp_path / "data" / "snapshots").glob("*"):
                snapshot.unlink()
        await harness.start_venue()
        assert await _seen(harness) == (trades, bars)
    finally:
        await harness.stop()


async def test_bars_are_asked_for_one_symbol_at_a_time(tmp_path: Path) -> None:
    harness = Harness("memory", tmp_path)
    await harness.start_venue()
    try:
        async with harness.client("carl") as carl:
            with pytest.raises(CommandRefused) as refused:
                await carl.query("bars")
            assert refused.value.reject.reject_code is RejectCode.INVALID_VALUE
    finally:
        await harness.stop()


async def test_the_heartbeat_says_what_the_venue_is_for(tmp_path: Path) -> None:
    harness = Harness("memory", tmp_path)
    await harness.start_venue()
    try:
        async with harness.client("carl") as carl:
            ear = Ear(carl)
            await eventually(lambda: bool(ear.all_of(VenueStatus)))
        assert {status.environment for status in ear.all_of(VenueStatus)} == {"test"}
    finally:
        await harness.stop()
