"""The day's public trades and one-minute bars of the instruments that were looked at.

What was before the logon is asked of the venue, once a symbol and after each break of the link;
what comes after is added. A corrected trade is marked, and its bars are asked for again.
"""

from collections import deque
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    BarRow,
    PublicTrade,
    Row,
    TradeCorrection,
    TradeMode,
    TradeRow,
)
from bashu_protocol.units import NS_PER_MINUTE

KEPT: Final = 1_000
"""Trades of a symbol; the venue keeps no more either."""
_MODES_OF_BARS: Final[frozenset[TradeMode]] = frozenset({"listing", "call_auction"})


class Bar(Struct):
    """Prices in fen, tonnes; of one minute or of several."""

    start_ns: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0

    def take(self, other: "Bar") -> None:
        """Add what came after."""
        self.high = max(self.high, other.high)
        self.low = min(self.low, other.low)
        self.close = other.close
        self.volume += other.volume


class MarketHistory:
    """Trades newest first, bars by their minute. A part of the session."""

    def __init__(self) -> None:
        self._trades: dict[str, deque[TradeRow]] = {}
        self._bars: dict[str, dict[int, Bar]] = {}
        self._counted: dict[str, int] = {}
        """The last trade in a symbol's bars."""
        self._corrections: dict[int, TradeCorrection] = {}
        self._loaded: set[str] = set()

    def trades(self, symbol: str) -> deque[TradeRow]:
        """Return the day's trades of a symbol as far as they are kept, newest first."""
        return self._trades.setdefault(symbol, deque(maxlen=KEPT))

    def bars(self, symbol: str, minutes: int, count: int) -> list[Bar]:
        """Return the last bars of so many minutes each, oldest first; none without a trade."""
        found: list[Bar] = []
        length_ns = minutes * NS_PER_MINUTE
        for start_ns, minute in sorted(self._bars.get(symbol, {}).items(), reverse=True):
            if not minute.open:
                continue  # all its trades were cancelled
            at = start_ns // length_ns * length_ns
            if found and found[-1].start_ns == at:
                later = found[-1]
                earlier = replace(minute, start_ns=at)
                earlier.take(later)
                found[-1] = earlier
            elif len(found) == count:
                break
            else:
                found.append(replace(minute, start_ns=at))
        return found[::-1]

    def wants(self, symbol: str) -> bool:
        """Whether the venue has to be asked for a symbol's day."""
        return bool(symbol) and symbol not in self._loaded

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message of the client."""
        if isinstance(message, PublicTrade):
            row = TradeRow(
                message.exec_id, message.symbol, message.transact_time, message.price,
                message.qty, message.aggressor_side, message.mode,
            )  # fmt: skip
            trades = self.trades(row.symbol)
            if not trades or row.exec_id > trades[0].exec_id:
                trades.appendleft(row)
                self._count(row)
            return {"market_history"}
        if isinstance(message, TradeCorrection):
            self._corrections[message.exec_id] = message
            trades = self.trades(message.symbol)
            self._trades[message.symbol] = deque(map(self._corrected, trades), KEPT)
            self._loaded.discard(message.symbol)
            return {"market_history"}
        return set()

    async def reload(self, _client: Client) -> None:
        """After a break everything is asked for again, symbol by symbol as they are looked at."""
        self._loaded.clear()

    async def load(self, client: Client, symbol: str) -> None:
        """Ask the venue for a symbol's day.

        Raises:
            CommandTimeout, CommandRefused: it is asked again when it is wanted again.
        """
        self._loaded.add(symbol)
        try:
            bars = (await client.query("bars", symbol)).rows
            trades = (await client.query("trades", symbol)).rows
        except BaseException:
            self._loaded.discard(symbol)
            raise
        self.take(symbol, trades, bars)

    def take(self, symbol: str, trades: list[Row], bars: list[Row]) -> None:
        """Put the venue's answers in the place of what is held; what is newer stays."""
        rows = {row.exec_id: row for row in trades if isinstance(row, TradeRow)}
        newest = max(rows, default=0)
        for row in self.trades(symbol):
            if row.exec_id > newest:
                rows[row.exec_id] = row
        ordered = sorted(rows.values(), key=lambda row: -row.exec_id)
        self._trades[symbol] = deque(map(self._corrected, ordered[:KEPT]), KEPT)
        found = [bar for bar in bars if isinstance(bar, BarRow)]
        self._bars[symbol] = {
            bar.start_time: Bar(bar.start_time, bar.open, bar.high, bar.low, bar.close, bar.volume)
            for bar in found
        }
        self._counted[symbol] = max((bar.last_exec_id for bar in found), default=0)
        for row in reversed(self._trades[symbol]):
            self._count(row)

    def _corrected(self, row: TradeRow) -> TradeRow:
        correction = self._corrections.get(row.exec_id)
        if correction is None:
            return row
        return replace(row, correction=correction.action, corrected_px=correction.price)

    def _count(self, row: TradeRow) -> None:
        """Add a trade to its bar, unless it is in there."""
        price = row.standing_px
        if (
            row.mode not in _MODES_OF_BARS
            or row.exec_id <= self._counted.get(row.symbol, 0)
            or not price
        ):
            return
        self._counted[row.symbol] = row.exec_id
        bars = self._bars.setdefault(row.symbol, {})
        start_ns = row.transact_time // NS_PER_MINUTE * NS_PER_MINUTE
        trade = Bar(start_ns, price, price, price, price, row.qty)
        bar = bars.get(start_ns)
        if bar is None or not bar.open:
            bars[start_ns] = trade
        else:
            bar.take(trade)
