"""What the public board shows: quotes, the venue's state and its last notices. No web in it."""

from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.messages import (
    AnyMessage,
    BookSnapshot,
    InstrumentStat,
    Notice,
    NoticeKind,
    Phase,
    RecentNotices,
    VenueStatus,
)

MAX_NOTICES: Final = 30
STALE_SECONDS: Final = 5.0
"""The venue's heart beats once a second."""

LinkState = Literal["live", "stale", "down"]


class Quote(Struct, frozen=True, kw_only=True):
    """An instrument's day. Prices in fen, 0 where there is none; quantities in tonnes."""

    symbol: str
    phase: Phase
    last: int
    change: int | None
    """From the reference price; None before the first trade."""
    reference_price: int
    limit_up: int
    limit_down: int
    open: int
    high: int
    low: int
    bid: int
    bid_qty: int
    ask: int
    ask_qty: int
    volume: int
    turnover: int
    """In fen."""
    trade_count: int
    auction_volume: int
    block_volume: int


class PublicNotice(Struct, frozen=True, kw_only=True):
    """A notice as the public may see it; times in nanoseconds since 1970."""

    notice_id: int
    transact_time: int
    kind: NoticeKind
    title: str
    body: str
    symbol: str
    member: str


class VenueLine(Struct, frozen=True, kw_only=True):
    """The venue as a whole. `next_phase` is empty where nothing is planned."""

    state: LinkState
    transact_time: int
    trade_date: int
    """YYYYMMDD; 0 while it is not known."""
    next_phase: Phase | Literal[""]
    next_phase_time: int
    closed_reason: str


class Board(Struct, frozen=True, kw_only=True):
    """Everything on the board, as `/board.json` gives it."""

    venue: VenueLine
    instruments: list[Quote]
    notices: list[PublicNotice]
    """The newest first."""


class BoardState:
    """Takes the bus's public messages; times are those of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.revision = 0
        """Grows with every change that can be seen."""
        self._stats: dict[str, InstrumentStat] = {}
        self._best: dict[str, tuple[int, int, int, int]] = {}
        self._notices: dict[int, PublicNotice] = {}
        self._status: VenueStatus | None = None
        self._heard_at = float("-inf")
        self._shown_state: LinkState = "down"

    def accept(self, message: AnyMessage, now: float) -> None:
        """Take one message; what is not the board's business is passed over."""
        if isinstance(message, InstrumentStat):
            self._stats[message.symbol] = message
            self.revision += 1
        elif isinstance(message, BookSnapshot):
            self._accept_book(message)
        elif isinstance(message, Notice):
            self._accept_notices([message])
        elif isinstance(message, RecentNotices):
            self._notices.clear()
            self._accept_notices(message.notices)
        elif isinstance(message, VenueStatus):
            self._accept_status(message, now)

    def lose(self) -> None:
        """The connection is gone: nothing on the board is certain."""
        self._heard_at = float("-inf")

    def link_state(self, now: float) -> LinkState:
        """Return how sure the board is, and count a change of it as one that is seen."""
        if self._status is not None and self._status.state == "down":
            state: LinkState = "down"
        elif now - self._heard_at <= STALE_SECONDS:
            state = "live"
        else:
            state = "stale" if self._status is not None else "down"
        if state != self._shown_state:
            self._shown_state = state
            self.revision += 1
        return state

    def board(self, now: float) -> Board:
        """Return all of it."""
        status = self._status
        venue = VenueLine(
            state=self.link_state(now),
            transact_time=status.transact_time if status else 0,
            trade_date=status.trade_date if status else 0,
            next_phase=status.next_phase if status else "",
            next_phase_time=status.next_phase_time if status else 0,
            closed_reason=status.closed_reason if status else "",
        )
        notices = sorted(self._notices.values(), key=lambda notice: -notice.notice_id)
        quotes = [self._quote(symbol) for symbol in sorted(self._stats)]
        return Board(venue=venue, instruments=quotes, notices=notices)

    def _accept_book(self, book: BookSnapshot) -> None:
        bid = book.bids[0] if book.bids else (0, 0, 0)
        ask = book.asks[0] if book.asks else (0, 0, 0)
        best = (bid[0], bid[1], ask[0], ask[1])
        if self._best.get(book.symbol) != best:
            self._best[book.symbol] = best
            self.revision += 1

    def _accept_notices(self, notices: list[Notice]) -> None:
        for notice in notices:
            self._notices[notice.notice_id] = PublicNotice(
                notice_id=notice.notice_id,
                transact_time=notice.transact_time,
                kind=notice.kind,
                title=notice.title,
                body=notice.body,
                symbol=notice.symbol,
                member=notice.member,
            )
        for oldest in sorted(self._notices)[:-MAX_NOTICES]:
            del self._notices[oldest]
        self.revision += 1

    def _accept_status(self, status: VenueStatus, now: float) -> None:
        if status.state == "up":
            self._heard_at = now
        if _seen(status) != _seen(self._status):
            self.revision += 1
        self._status = status

    def _quote(self, symbol: str) -> Quote:
        stat = self._stats[symbol]
        bid, bid_qty, ask, ask_qty = self._best.get(symbol, (0, 0, 0, 0))
        return Quote(
            symbol=symbol,
            phase=stat.phase,
            last=stat.last,
            change=stat.last - stat.reference_price if stat.last else None,
            reference_price=stat.reference_price,
            limit_up=stat.limit_up,
            limit_down=stat.limit_down,
            open=stat.open,
            high=stat.high,
            low=stat.low,
            bid=bid,
            bid_qty=bid_qty,
            ask=ask,
            ask_qty=ask_qty,
            volume=stat.volume,
            turnover=stat.turnover,
            trade_count=stat.trade_count,
            auction_volume=stat.auction_volume,
            block_volume=stat.block_volume,
        )


def _seen(status: VenueStatus | None) -> tuple[object, ...]:
    """The part of a heartbeat that stands on the board."""
    if status is None:
        return ()
    return (
        status.state, status.trade_date, status.next_phase, status.next_phase_time,
        status.closed_reason,
    )  # fmt: skip
