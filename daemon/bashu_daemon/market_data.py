"""Market data, conflated: what changed in a book since the last delta, and the day's numbers."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import asdict

from bashu_daemon.core import Venue
from bashu_daemon.core.events import (
    BlockSessionChanged,
    DayClosed,
    DayOpened,
    Event,
    NoticePublished,
    OrderEvent,
    PhaseChanged,
    TradeCorrected,
    TradeEvent,
)
from bashu_daemon.core.sessions import CALL_PHASES
from bashu_daemon.day_tape import DayTape
from bashu_protocol import topics
from bashu_protocol.messages import (
    BookDelta,
    BookRow,
    BookSnapshot,
    Broadcast,
    InstrumentStat,
    PublicTrade,
    RecentNotices,
    Side,
    TradeCorrection,
)

DEPTH = 50
"""Levels of each side that are published."""

RECENT_NOTICES = 30
"""Notices that are retained; with the longest texts they fit a payload."""

INDICATIVE_INTERVAL_NS: Final = 500_000_000
"""Between two indicative prices, as each looks at every order that could trade."""

Level = tuple[int, int, int]
Publication = tuple[str, Broadcast, bool]
"""Topic, message, retained."""


class _Feed:
    """The published image of one symbol and the numbers of its topics."""

    __slots__ = (
        "asks",
        "bids",
        "book_dirty",
        "delta_seq",
        "in_call_phase",
        "indicative_dirty",
        "indicative_ns",
        "snapshot_due",
        "stat_dirty",
        "stat_seq",
        "trade_seq",
    )

    def __init__(self) -> None:
        self.bids: list[Level] = []
        self.asks: list[Level] = []
        self.delta_seq = 0
        self.trade_seq = 0
        self.stat_seq = 0
        self.book_dirty = True
        self.stat_dirty = True
        self.snapshot_due = True
        self.in_call_phase = True
        """As far as is known: then the indicative price changes with the book."""
        self.indicative_dirty = False
        self.indicative_ns = 0
        """When it was last computed."""


class MarketData:
    """Turns core events into publications.

    The caller decides when: deltas on a short timer, retained snapshots on a long one. Nothing
    made here may leave before the commands that it shows are durable. The day's `tape` is kept
    for queries.
    """

    def __init__(self, venue: Venue, epoch: int, tape: DayTape | None = None) -> None:
        self._venue = venue
        self._tape = tape or DayTape()
        self._epoch = epoch
        self._feeds: dict[str, _Feed] = {symbol: _Feed() for symbol in venue.symbols()}
        self._notices_due = True

    def note(self, events: Iterable[Event]) -> list[Publication]:
        """Mark what has to be published anew; return the public trades and notices."""
        found: list[Publication] = []
        for event in events:
            if isinstance(event, OrderEvent):
                symbol = event.report.symbol
                if event.report.exec_type != "rejected":
                    self._feed(symbol).book_dirty = True
            elif isinstance(event, TradeEvent):
                feed = self._feed(event.symbol)
                feed.stat_dirty = True
                feed.trade_seq += 1
                self._tape.take_trade(event)
                found.append((topics.trade(event.symbol), self._trade(event, feed), False))
            elif isinstance(event, TradeCorrected):
                if event.stage == "executed":
                    self._tape.correct(event)
                    found.append((topics.trade(event.symbol), self._correction(event), False))
            elif isinstance(event, PhaseChanged | BlockSessionChanged):
                self._feed(event.symbol).stat_dirty = True
            elif isinstance(event, NoticePublished):
                self._notices_due = True
                found.append((topics.NOTICE, event.notice, False))
            elif isinstance(event, DayOpened | DayClosed):
                if isinstance(event, DayOpened):
                    self._tape.begin_day()
                for symbol in self._venue.symbols():
                    feed = self._feed(symbol)
                    feed.stat_dirty = feed.book_dirty = True
        return found

    def deltas(self, now_ns: int) -> list[Publication]:
        """Return what changed since the last call: at most one delta and one stat a symbol."""
        found: list[Publication] = []
        for symbol, feed in self._feeds.items():
            if feed.book_dirty:
                feed.book_dirty = False
                changes = self._changes(symbol, feed)
                feed.indicative_dirty = feed.in_call_phase
                if changes:
                    feed.delta_seq += 1
                    feed.snapshot_due = True
                    delta = BookDelta(symbol, feed.delta_seq, self._epoch, now_ns, changes)
                    found.append((topics.delta(symbol), delta, False))
            if feed.indicative_dirty and now_ns - feed.indicative_ns >= INDICATIVE_INTERVAL_NS:
                feed.stat_dirty = True
            if feed.stat_dirty:
                feed.stat_dirty = False
                feed.stat_seq += 1
                found.append((topics.stat(symbol), self._stat(symbol, feed, now_ns), True))
        return found

    def snapshots(self, now_ns: int) -> list[Publication]:
        """Return the retained books that are behind their deltas, and new recent notices."""
        found: list[Publication] = []
        if self._notices_due:
            self._notices_due = False
            recent = RecentNotices(self._epoch, self._venue.notices()[-RECENT_NOTICES:])
            found.append((topics.RECENT_NOTICES, recent, True))
        for symbol, feed in self._feeds.items():
            if feed.snapshot_due:
                feed.snapshot_due = False
                book = BookSnapshot(
                    symbol, feed.delta_seq, self._epoch, now_ns, feed.bids, feed.asks
                )
                found.append((topics.book(symbol), book, True))
        return found

    def republish(self) -> None:
        """A broker that was restarted has forgotten what it retained: publish all again."""
        self._notices_due = True
        for feed in self._feeds.values():
            feed.snapshot_due = feed.stat_dirty = True

    def book_row(self, symbol: str) -> BookRow:
        """Return the image that the next delta continues."""
        feed = self._feed(symbol)
        return BookRow(symbol, feed.delta_seq, self._epoch, feed.bids, feed.asks)

    def _feed(self, symbol: str) -> _Feed:
        feed = self._feeds.get(symbol)
        if feed is None:
            feed = self._feeds[symbol] = _Feed()
        return feed

    def _changes(self, symbol: str, feed: _Feed) -> list[tuple[Side, int, int, int]]:
        bids, asks = self._venue.depth(symbol)
        bids, asks = bids[:DEPTH], asks[:DEPTH]
        changes: list[tuple[Side, int, int, int]] = []
        _compare("buy", feed.bids, bids, changes)
        _compare("sell", feed.asks, asks, changes)
        feed.bids, feed.asks = bids, asks
        return changes

    def _trade(self, event: TradeEvent, feed: _Feed) -> PublicTrade:
        return PublicTrade(
            symbol=event.symbol,
            md_seq=feed.trade_seq,
            epoch=self._epoch,
            seq=event.seq,
            transact_time=event.transact_time,
            exec_id=event.exec_id,
            price=event.price,
            qty=event.qty,
            aggressor_side=event.aggressor_side,
            mode=event.mode,
        )

    def _correction(self, event: TradeCorrected) -> TradeCorrection:
        feed = self._feed(event.symbol)
        feed.stat_dirty = True
        feed.trade_seq += 1
        return TradeCorrection(
            symbol=event.symbol,
            md_seq=feed.trade_seq,
            epoch=self._epoch,
            seq=event.seq,
            transact_time=event.transact_time,
            exec_id=event.exec_id,
            action=event.action,
            price=event.price,
            previous_price=event.previous_price,
            qty=event.qty,
        )

    def _stat(self, symbol: str, feed: _Feed, now_ns: int) -> InstrumentStat:
        row = self._venue.stat(symbol)
        feed.in_call_phase = row.phase in CALL_PHASES
        feed.indicative_dirty = False
        feed.indicative_ns = now_ns
        return InstrumentStat(
            symbol=symbol,
            md_seq=feed.stat_seq,
            epoch=self._epoch,
            transact_time=now_ns,
            **asdict(row),
        )


def _compare(
    side: Side, before: list[Level], after: list[Level], changes: list[tuple[Side, int, int, int]]
) -> None:
    if before == after:
        return
    old = {price: (qty, orders) for price, qty, orders in before}
    for price, qty, orders in after:
        if old.pop(price, None) != (qty, orders):
            changes.append((side, price, qty, orders))
    changes.extend((side, price, 0, 0) for price in sorted(old))
