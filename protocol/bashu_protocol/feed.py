"""Market data as a client holds it: books made of snapshots and deltas, with gaps noticed."""

from collections.abc import Sequence
from typing import Final

from bashu_protocol.messages import (
    BookDelta,
    BookRow,
    BookSnapshot,
    InstrumentStat,
    PublicTrade,
    Row,
    Side,
    TradeCorrection,
)

FeedMessage = BookSnapshot | BookDelta | InstrumentStat | PublicTrade | TradeCorrection

Level = tuple[int, int, int]
ASK_AGAIN_SECONDS: Final = 1.0


class BookView:
    """One symbol's book. It `is_current` while no delta is missing."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.md_seq = 0
        self.epoch = 0
        self.transact_time = 0
        """The venue's time of the newest delta or snapshot taken."""
        self.is_current = False
        self.wants_snapshot = False
        self.asked_at = float("-inf")
        self._bids: dict[int, tuple[int, int]] = {}
        self._asks: dict[int, tuple[int, int]] = {}
        self._sorted_bids: list[Level] | None = None
        self._sorted_asks: list[Level] | None = None

    @property
    def bids(self) -> list[Level]:
        """(price, quantity, orders), best first. Not to be changed."""
        found = self._sorted_bids
        if found is None:
            found = [(price, *self._bids[price]) for price in sorted(self._bids, reverse=True)]
            self._sorted_bids = found
        return found

    @property
    def asks(self) -> list[Level]:
        """(price, quantity, orders), best first. Not to be changed."""
        found = self._sorted_asks
        if found is None:
            found = [(price, *self._asks[price]) for price in sorted(self._asks)]
            self._sorted_asks = found
        return found

    def best(self) -> tuple[int, int]:
        """Return the best bid and the best ask; 0 where there is none."""
        return max(self._bids, default=0), min(self._asks, default=0)

    def level(self, side: Side, price: int) -> tuple[int, int]:
        """Return (quantity, orders) at a price; zeros where nothing stands."""
        levels = self._bids if side == "buy" else self._asks
        return levels.get(price, (0, 0))

    def reset(self, book: BookSnapshot | BookRow) -> bool:
        """Take a whole book, unless the one held is newer. Returns whether it was taken."""
        if self.is_current and (book.epoch, book.md_seq) <= (self.epoch, self.md_seq):
            return False
        if book.epoch < self.epoch:
            return False
        self.epoch, self.md_seq = book.epoch, book.md_seq
        self._bids = {price: (qty, orders) for price, qty, orders in book.bids}
        self._asks = {price: (qty, orders) for price, qty, orders in book.asks}
        self._sorted_bids = self._sorted_asks = None
        if isinstance(book, BookSnapshot):
            self.transact_time = book.transact_time
        self.is_current = True
        self.wants_snapshot = False
        return True

    def apply(self, delta: BookDelta) -> bool:
        """Apply the next delta; a gap, or another run of the venue, asks for a whole book."""
        if delta.epoch < self.epoch or (delta.epoch == self.epoch and delta.md_seq <= self.md_seq):
            return False
        if not self.is_current or delta.epoch != self.epoch or delta.md_seq != self.md_seq + 1:
            self.is_current = False
            self.wants_snapshot = True
            return False
        self.md_seq = delta.md_seq
        self.transact_time = delta.transact_time
        self._sorted_bids = self._sorted_asks = None
        for side, price, qty, orders in delta.changes:
            levels = self._bids if side == "buy" else self._asks
            if qty:
                levels[price] = (qty, orders)
            else:
                levels.pop(price, None)
        return True

    def lose(self) -> None:
        """The connection broke: what is held may be old."""
        self.is_current = False
        self.wants_snapshot = True


class MarketFeed:
    """All market data of a session."""

    def __init__(self) -> None:
        self.books: dict[str, BookView] = {}
        self.stats: dict[str, InstrumentStat] = {}
        self.missed_trades = 0
        """Public trades that never came; the day's volume is in the statistics all the same."""
        self._trade_seqs: dict[str, tuple[int, int]] = {}

    def book(self, symbol: str) -> BookView:
        view = self.books.get(symbol)
        if view is None:
            view = self.books[symbol] = BookView(symbol)
        return view

    def accept(self, message: FeedMessage) -> bool:
        """Take a message; False if it is old or cannot be used yet."""
        if isinstance(message, BookSnapshot):
            return self.book(message.symbol).reset(message)
        if isinstance(message, BookDelta):
            return self.book(message.symbol).apply(message)
        if isinstance(message, InstrumentStat):
            held = self.stats.get(message.symbol)
            if held and (message.epoch, message.md_seq) <= (held.epoch, held.md_seq):
                return False
            self.stats[message.symbol] = message
            return True
        return self._accept_trade(message)

    def accept_rows(self, rows: Sequence[Row]) -> None:
        """Take books out of a query's answer."""
        for row in rows:
            if isinstance(row, BookRow):
                self.book(row.symbol).reset(row)

    def broken_books(self, now: float) -> list[str]:
        """Return the symbols whose book has to be asked for, not all the time."""
        wanted = [
            view
            for view in self.books.values()
            if view.wants_snapshot and now - view.asked_at > ASK_AGAIN_SECONDS
        ]
        for view in wanted:
            view.asked_at = now
        return [view.symbol for view in wanted]

    def lose(self) -> None:
        """The connection broke."""
        for view in self.books.values():
            view.lose()

    def _accept_trade(self, trade: PublicTrade | TradeCorrection) -> bool:
        last = self._trade_seqs.get(trade.symbol)
        number = (trade.epoch, trade.md_seq)
        if last is not None:
            if number <= last:
                return False
            if trade.epoch == last[0]:
                self.missed_trades += trade.md_seq - last[1] - 1
        self._trade_seqs[trade.symbol] = number
        return True
