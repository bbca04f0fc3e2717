"""Instruments in a snapshot, with their day and their books.

A resting order's level and neighbours are found again from what it is and its place.
"""

from msgspec import Struct

from bashu_daemon.core.book import OrderBook
from bashu_daemon.core.execution import add_to_book
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.stops import enqueue
from bashu_daemon.core.tickets import Ticket
from bashu_protocol.messages import InstrumentRules, Phase


class _Statistics(Struct, forbid_unknown_fields=True):
    """All of `DayStatistics`, under the same names."""

    open: int
    high: int
    low: int
    last: int
    close: int
    volume: int
    turnover: int
    trade_count: int
    auction_volume: int = 0
    auction_turnover: int = 0
    block_volume: int = 0
    block_turnover: int = 0
    block_count: int = 0


class DumpedInstrument(Struct, forbid_unknown_fields=True):
    rules: InstrumentRules
    phase: Phase
    day_reference: int
    next_reference: int
    limit_up: int
    limit_down: int
    ever_traded: bool
    volatility_ends_ns: int
    statistics: _Statistics
    bids: list[int]
    """Order ids in priority; so are the asks."""
    asks: list[int]
    block_session: bool
    stops: list[int] | None
    """Order ids of the waiting stop orders: sales, then buys, each in the order of triggering."""


def dump_instrument(instrument: Instrument) -> DumpedInstrument:
    day = instrument.statistics
    book = instrument.book
    stops = instrument.stops
    return DumpedInstrument(
        instrument.rules,
        instrument.phase,
        instrument.day_reference,
        instrument.next_reference,
        instrument.limit_up,
        instrument.limit_down,
        instrument.ever_traded,
        instrument.volatility_ends_ns,
        _Statistics(*(getattr(day, name) for name in _Statistics.__struct_fields__)),
        [order.order_id for order in book.bids.queue()],
        [order.order_id for order in book.asks.queue()],
        instrument.block_session,
        None
        if stops is None
        else [order.order_id for order in (*stops.bids.queue(), *stops.asks.queue())],
    )


def load_instrument(
    state: State, dumped: DumpedInstrument, tickets: dict[int, Ticket], shown_qty: dict[int, int]
) -> None:
    instrument = Instrument(dumped.rules)
    instrument.phase = dumped.phase
    instrument.day_reference = dumped.day_reference
    instrument.next_reference = dumped.next_reference
    instrument.limit_up = dumped.limit_up
    instrument.limit_down = dumped.limit_down
    instrument.ever_traded = dumped.ever_traded
    instrument.volatility_ends_ns = dumped.volatility_ends_ns
    instrument.block_session = dumped.block_session
    for name in _Statistics.__struct_fields__:
        setattr(instrument.statistics, name, getattr(dumped.statistics, name))
    for order_id in (*dumped.bids, *dumped.asks):
        ticket = tickets[order_id]
        add_to_book(instrument, ticket, shown_qty.get(order_id, 0))
    if dumped.stops is not None:
        instrument.stops = OrderBook()
        for order_id in dumped.stops:
            enqueue(instrument, tickets[order_id])
    state.instruments[dumped.rules.symbol] = instrument
