"""The day's public trades and one-minute bars, for who logs on in the middle of the day.

Made from the core's events as surveillance is, beside the core: `apply` does no work for it. It
is kept in snapshots, so that a restart loses nothing. Nobody's identity is in it.
"""

from collections import deque
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bashu_daemon.core.events import DayOpened, Event, TradeCorrected, TradeEvent
from bashu_protocol.messages import BarRow, TradeMode, TradeRow
from bashu_protocol.units import NS_PER_MINUTE

MAX_TRADES: Final = 1_000
"""Trades of a symbol that a day keeps for queries; older ones leave first."""
MODES_OF_BARS: Final[frozenset[TradeMode]] = frozenset({"listing", "call_auction"})
"""Blocks and one-way auctions have prices of their own and move no statistics of the book."""


class _Bar(Struct, array_like=True):
    """One minute; prices in fen, 0 where every trade of it was cancelled."""

    start_ns: int
    open: int = 0
    high: int = 0
    low: int = 0
    close: int = 0
    volume: int = 0
    turnover: int = 0
    trade_count: int = 0
    first_exec_id: int = 0
    last_exec_id: int = 0

    def take(self, price: int, qty: int) -> None:
        if not self.trade_count:
            self.open = self.high = self.low = price
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.volume += qty
        self.turnover += price * qty
        self.trade_count += 1


class _Day(Struct, array_like=True):
    """One symbol's day; bars in the order of their minutes."""

    trades: list[TradeRow]
    bars: list[_Bar]


class DayTape:
    """The trades and bars of all symbols. Corrected trades say so; bars count them corrected."""

    def __init__(self) -> None:
        self._trades: dict[str, deque[TradeRow]] = {}
        self._bars: dict[str, dict[int, _Bar]] = {}

    def on_events(self, events: list[Event]) -> None:
        """Take what the core says happened, as a replay does."""
        for event in events:
            if isinstance(event, TradeEvent):
                self.take_trade(event)
            elif isinstance(event, TradeCorrected):
                self.correct(event)
            elif isinstance(event, DayOpened):
                self.begin_day()

    def begin_day(self) -> None:
        """Forget yesterday."""
        self._trades.clear()
        self._bars.clear()

    def take_trade(self, event: TradeEvent) -> None:
        trades = self._trades.get(event.symbol)
        if trades is None:
            trades = self._trades[event.symbol] = deque(maxlen=MAX_TRADES)
        trades.append(
            TradeRow(
                event.exec_id, event.symbol, event.transact_time, event.price, event.qty,
                event.aggressor_side, event.mode,
            )
        )  # fmt: skip
        if event.mode not in MODES_OF_BARS:
            return
        bars = self._bars.setdefault(event.symbol, {})
        start_ns = event.transact_time // NS_PER_MINUTE * NS_PER_MINUTE
        bar = bars.get(start_ns)
        if bar is None:
            bar = bars[start_ns] = _Bar(start_ns, first_exec_id=event.exec_id)
        bar.last_exec_id = event.exec_id
        bar.take(event.price, event.qty)

    def correct(self, event: TradeCorrected) -> None:
        """Say at the trade that it was cancelled or repriced, and make its bar anew.

        Where the bar's trades are not all kept any more, volume and turnover stay exact, and high
        and low only widen.
        """
        if event.stage != "executed":
            return
        trades = self._trades.get(event.symbol, deque())
        for index, row in enumerate(trades):
            if row.exec_id == event.exec_id:
                trades[index] = replace(row, correction=event.action, corrected_px=event.price)
        for bar in self._bars.get(event.symbol, {}).values():
            if bar.first_exec_id <= event.exec_id <= bar.last_exec_id:
                self._restate(bar, event, trades)

    def trades(self, symbol: str, since_exec_id: int) -> list[TradeRow]:
        """Return the kept trades of a symbol, all symbols' if it is empty, in their order."""
        symbols = [symbol] if symbol else sorted(self._trades)
        rows = [
            row
            for name in symbols
            for row in self._trades.get(name, ())
            if row.exec_id > since_exec_id
        ]
        return sorted(rows, key=lambda row: row.exec_id)

    def bars(self, symbol: str, since_ns: int) -> list[BarRow]:
        """Return the minutes of a symbol in which something traded, that begin after a time."""
        return [
            BarRow(
                symbol, bar.start_ns, bar.open, bar.high, bar.low, bar.close, bar.volume,
                bar.turnover, bar.trade_count, bar.last_exec_id,
            )
            for bar in self._bars.get(symbol, {}).values()
            if bar.start_ns > since_ns
        ]  # fmt: skip

    def dump(self) -> bytes:
        """Return all of it, for a snapshot."""
        days = {
            symbol: _Day(list(trades), list(self._bars.get(symbol, {}).values()))
            for symbol, trades in sorted(self._trades.items())
        }
        return msgspec.msgpack.encode(days)

    def load(self, data: bytes) -> None:
        """Take what `dump` gave; nothing is an empty day.

        Raises:
            msgspec.MsgspecError: another version of Bashu wrote it.
        """
        days = msgspec.msgpack.decode(data, type=dict[str, _Day]) if data else {}
        self._trades = {
            symbol: deque(day.trades, maxlen=MAX_TRADES) for symbol, day in days.items()
        }
        self._bars = {
            symbol: {bar.start_ns: bar for bar in day.bars} for symbol, day in days.items()
        }

    @staticmethod
    def _restate(bar: _Bar, event: TradeCorrected, trades: deque[TradeRow]) -> None:
        kept = [
            row
            for row in trades
            if row.mode in MODES_OF_BARS and bar.first_exec_id <= row.exec_id <= bar.last_exec_id
        ]
        if kept and kept[0].exec_id == bar.first_exec_id:
            bar.open = bar.high = bar.low = bar.close = 0
            bar.volume = bar.turnover = bar.trade_count = 0
            for row in kept:
                if row.standing_px:
                    bar.take(row.standing_px, row.qty)
            return
        bar.turnover += (event.price - event.previous_price) * event.qty
        if event.action == "cancel":
            bar.volume -= event.qty
            bar.trade_count -= 1
        else:
            bar.high = max(bar.high, event.price)
            bar.low = min(bar.low, event.price)
