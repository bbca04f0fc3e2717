"""Market data, to all. `md_seq` counts per topic; `epoch` changes when the venue restarts."""

from typing import Literal

from msgspec import field

from bashu_protocol.messages.base import Environment, Message, NoticeKind, Phase, Side, TradeMode


class BookSnapshot(Message, frozen=True, tag="book", gc=True):
    """Depth: (price, quantity, orders) from the best level outwards.

    `md_seq` is the number of the last delta that is included.
    """

    symbol: str
    md_seq: int
    epoch: int
    transact_time: int
    bids: list[tuple[int, int, int]]
    asks: list[tuple[int, int, int]]


class BookDelta(Message, frozen=True, tag="delta", gc=True):
    """Levels that changed: (side, price, quantity, orders); quantity 0 removes the level."""

    symbol: str
    md_seq: int
    epoch: int
    transact_time: int
    changes: list[tuple[Side, int, int, int]]


class PublicTrade(Message, frozen=True, tag="trade"):
    """A trade as everybody may see it."""

    symbol: str
    md_seq: int
    epoch: int
    seq: int
    transact_time: int
    exec_id: int
    price: int
    qty: int
    aggressor_side: Side
    mode: TradeMode = "listing"


class InstrumentStat(Message, frozen=True, tag="stat"):
    """The day of an instrument so far. Prices are 0 where there is none yet."""

    symbol: str
    md_seq: int
    epoch: int
    transact_time: int
    trade_date: int
    phase: Phase
    reference_price: int
    limit_up: int
    limit_down: int
    open: int
    high: int
    low: int
    last: int
    vwap: int
    close: int
    volume: int
    turnover: int
    trade_count: int
    indicative_price: int = 0
    """In a call phase: what the uncross would give now; 0 where nothing would trade."""
    indicative_qty: int = 0
    indicative_surplus: int = 0
    """Tonnes left over at that price: positive of buyers, negative of sellers."""
    auction_volume: int = 0
    """Tonnes of one-way auctions; `volume` to `trade_count` are of the listing mode alone."""
    auction_turnover: int = 0
    block_session: bool = False
    block_volume: int = 0
    """Block trades are counted apart, and move none of the fields above."""
    block_turnover: int = 0
    block_count: int = 0


class Notice(Message, frozen=True, tag="notice"):
    """A disclosure, halt or decision, to the whole market."""

    notice_id: int
    seq: int
    transact_time: int
    kind: NoticeKind
    author: str
    title: str
    body: str = ""
    symbol: str = ""
    member: str = ""


class RecentNotices(Message, frozen=True, tag="recent_notices", gc=True):
    """The last notices, oldest first, retained: for readers who may not ask the venue."""

    epoch: int
    notices: list[Notice]


class VenueStatus(Message, frozen=True, tag="venue_status", gc=True):
    """The heartbeat: retained, every second; `state` down is the venue's last will."""

    state: Literal["up", "down"]
    epoch: int
    seq: int = 0
    transact_time: int = 0
    trade_date: int = 0
    version: str = ""
    counters: dict[str, int] = field(default_factory=dict)
    """What happened since the start, by name."""
    gauges: dict[str, int] = field(default_factory=dict)
    """How much waits where, and mean times of the last second in microseconds (`…_us`)."""
    next_phase: Phase | Literal[""] = ""
    """The market's next phase by its calendar; empty where none is planned."""
    next_phase_time: int = 0
    """When it begins; nanoseconds since 1970, 0 where none is planned."""
    closed_reason: str = ""
    """Why there is no trading day today, such as a holiday; empty where there is one."""
    environment: Environment | Literal[""] = ""
    """What the venue is for, as its operator says; empty from one that does not say."""
